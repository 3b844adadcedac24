package portal

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/unistra/melusine/internal/desk"
)

// names finds accounts by any word of their addresses, or of their owner's name or
// login.
type names struct {
	making sync.Mutex
	now    atomic.Pointer[index]
}

// An index is the words of the accounts, in the order of their addresses.
type index struct {
	as stamp
	lexicon
	of   map[string][]desk.Address // the accounts of each domain, in order
	used map[string]int64          // their bytes
}

// A stamp is what an index was made of: the ages of the directory and of Partage, and
// how many requests had been carried out, which change accounts between readings.
type stamp struct {
	directory, partage time.Time
	done               int
}

// renew is how long an index serves before what was read since is looked at.
const renew = time.Minute

// keep has an index ready, until stop.
func (n *names) keep(view desk.View, stop <-chan struct{}) {
	for {
		n.refresh(view)
		select {
		case <-stop:
			return
		case <-time.After(renew):
		}
	}
}

// find yields the addresses whose line has words that begin with each of those of
// the query, which is folded; those of the query with one letter are passed over.
// domain, if it is not "", is one more word.
func (n *names) find(view desk.View, query, domain string) iter.Seq[desk.Address] {
	words := long(strings.Fields(query))
	if domain != "" && len(words) > 0 {
		words = append([]string{domain}, words...)
	}
	return n.current(view).find(words)
}

// current is the index that there is.
func (n *names) current(view desk.View) *index {
	if x := n.now.Load(); x != nil {
		return x
	}
	return n.refresh(view)
}

// refresh makes the index of what the view holds now, if it has changed.
func (n *names) refresh(view desk.View) *index {
	n.making.Lock()
	defer n.making.Unlock()
	x := &index{of: map[string][]desk.Address{}, used: map[string]int64{}}
	x.as.directory, x.as.partage = view.Ages()
	x.as.done = view.Count(desk.Query{States: []desk.State{desk.Settled, desk.Review, desk.Broken}})
	if old := n.now.Load(); old != nil && old.as == x.as {
		return old
	}
	accounts := slices.SortedFunc(view.EachAccount(), func(a, b *desk.Account) int { return strings.Compare(string(a.Address), string(b.Address)) })
	words := newScribe()
	for _, a := range accounts {
		domain := a.Address.Domain()
		x.of[domain] = append(x.of[domain], a.Address)
		x.used[domain] += a.Used
		words.write(a.Address, line(view, *a))
	}
	x.lexicon = words.lexicon()
	n.now.Store(x)
	return x
}

// apart shows the parts of an address as words.
var apart = strings.NewReplacer(".", " ", "-", " ", "_", " ")

// line is what an account is found by, in words.
func line(view desk.View, a desk.Account) string {
	domain := a.Address.Domain()
	text := domain + " " + string(a.Owner) + " " + view.Person(a.Owner).Name
	for _, address := range append([]desk.Address{a.Address}, a.Aliases...) {
		local := strings.TrimSuffix(string(address), "@"+address.Domain())
		text += " " + local + " " + apart.Replace(local)
	}
	return folded(text)
}

// holds says that each word begins one of the text's.
func holds(text string, words []string) bool {
	for _, w := range words {
		if !begins(text, w) {
			return false
		}
	}
	return len(words) > 0
}

// begins says that one of the text's words begins so.
func begins(text, word string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], word)
		if at += i; i < 0 || at == 0 || text[at-1] == ' ' {
			return i >= 0
		}
	}
}

// folded is a text without case nor accents, its spaces plain.
func folded(s string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return ligatures.Replace(plain)
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae")

// escapePath makes a text one part of a path.
func escapePath(s string) string { return url.PathEscape(s) }
