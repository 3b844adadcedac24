package portal

import (
	"iter"
	"math"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/unistra/melusine/internal/desk"
)

// names finds accounts by any word of their address, or of their owner's name or
// login. It is one text with a line for each account, made anew when the directory
// or Partage has been read again: 97,484 accounts are some eight megabytes, and are
// looked through in a few milliseconds.
type names struct {
	mu    sync.Mutex
	as    [2]time.Time // of the directory and of Partage, when it was made
	lines string
}

// mostLines is how many lines one search looks at.
const mostLines = 5000

// find yields the addresses whose line has words that begin with each of those of
// the query, which is folded.
func (n *names) find(view desk.View, query string) iter.Seq[desk.Address] {
	words := strings.Fields(query)
	return func(yield func(desk.Address) bool) {
		if len(query) < 2 || len(words) == 0 {
			return
		}
		rest := n.text(view)
		for range mostLines {
			at := strings.Index(rest, " "+words[0])
			if at < 0 {
				return
			}
			start := strings.LastIndexByte(rest[:at+1], '\n') + 1
			end := at + strings.IndexByte(rest[at:], '\n')
			line := rest[start:end]
			rest = rest[end:]
			address, about, _ := strings.Cut(line, " ")
			if holds(" "+about, words) && !yield(desk.Address(address)) {
				return
			}
		}
	}
}

// text is the index of what the view holds now.
func (n *names) text(view desk.View) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	directory, partage := view.Ages()
	if now := [2]time.Time{directory, partage}; n.as != now {
		var b strings.Builder
		b.WriteByte('\n')
		for _, first := range "0123456789abcdefghijklmnopqrstuvwxyz" {
			for _, a := range view.Search(string(first), math.MaxInt32) {
				if strings.HasPrefix(string(a.Address), string(first)) { // else it was found by an alias
					b.WriteString(string(a.Address) + line(view, a) + "\n")
				}
			}
		}
		n.as, n.lines = now, b.String()
	}
	return n.lines
}

// line is what an account is found by, each word after a space.
func line(view desk.View, a desk.Account) string {
	local, domain := string(a.Address), a.Address.Domain()
	local = strings.TrimSuffix(local, "@"+domain)
	return folded(" " + local + " " + strings.NewReplacer(".", " ", "-", " ", "_", " ").Replace(local) + " " + domain + " " + string(a.Owner) + " " + view.Person(a.Owner).Name)
}

// holds says that each word begins one of the text's.
func holds(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(" "+text, " "+w) {
			return false
		}
	}
	return len(words) > 0
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
