package portal

import (
	"iter"
	"math"
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

// An index is a text with a line for each account, in the order of their addresses,
// and where words begin in it: 97,484 accounts are some ten megabytes, and a word is
// found in a millisecond.
type index struct {
	as    stamp
	lines string
	at    map[[2]byte][]uint32 // where the words begin that begin with these bytes, in order

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
	return func(yield func(desk.Address) bool) {
		words := slices.DeleteFunc(strings.Fields(query), func(w string) bool { return len(w) < 2 })
		if len(words) == 0 {
			return
		}
		if domain != "" {
			words = append([]string{domain}, words...)
		}
		x := n.current(view)
		last := ""
		for at := range x.begin(x.rarest(words)) {
			start := strings.LastIndexByte(x.lines[:at], '\n') + 1
			line := x.lines[start:]
			line = line[:strings.IndexByte(line, '\n')]
			address, about, _ := strings.Cut(line, " ")
			if address != last && holds(about, words) && !yield(desk.Address(address)) {
				return
			}
			last = address
		}
	}
}

// current is the index that there is.
func (n *names) current(view desk.View) *index {
	if x := n.now.Load(); x != nil {
		return x
	}
	return n.refresh(view)
}

// rarest is the one of the words that is there least often.
func (x *index) rarest(words []string) (rare string) {
	least := math.MaxInt
	for _, w := range words {
		n := 0
		for range x.begin(w) {
			if n++; n >= least {
				break
			}
		}
		if n < least {
			rare, least = w, n
		}
	}
	return rare
}

// begin yields where words begin so.
func (x *index) begin(word string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, at := range x.at[[2]byte{word[0], word[1]}] {
			if strings.HasPrefix(x.lines[at:], word) && !yield(int(at)) {
				return
			}
		}
	}
}

// refresh makes the index of what the view holds now, if it has changed.
func (n *names) refresh(view desk.View) *index {
	n.making.Lock()
	defer n.making.Unlock()
	x := &index{at: map[[2]byte][]uint32{}, of: map[string][]desk.Address{}, used: map[string]int64{}}
	x.as.directory, x.as.partage = view.Ages()
	x.as.done = view.Count(desk.Query{States: []desk.State{desk.Settled, desk.Review, desk.Broken}})
	if old := n.now.Load(); old != nil && old.as == x.as {
		return old
	}
	accounts := slices.SortedFunc(view.EachAccount(), func(a, b *desk.Account) int { return strings.Compare(string(a.Address), string(b.Address)) })
	var b strings.Builder
	for _, a := range accounts {
		domain := a.Address.Domain()
		x.of[domain] = append(x.of[domain], a.Address)
		x.used[domain] += a.Used
		b.WriteString(string(a.Address))
		for word := range strings.FieldsSeq(line(view, *a)) {
			b.WriteByte(' ')
			if len(word) > 1 {
				key := [2]byte{word[0], word[1]}
				x.at[key] = append(x.at[key], uint32(b.Len()))
			}
			b.WriteString(word)
		}
		b.WriteByte('\n')
	}
	x.lines = b.String()
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
	for {
		i := strings.Index(text, word)
		if i < 0 || i == 0 || text[i-1] == ' ' {
			return i >= 0
		}
		text = text[i+1:]
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
	return strings.NewReplacer("œ", "oe", "æ", "ae").Replace(plain)
}

// escapePath makes a text one part of a path.
func escapePath(s string) string { return url.PathEscape(s) }
