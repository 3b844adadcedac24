package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// A Tree is what the webmail shows the users of a domain of its mailing lists:
// topics, and lists below them. The zero Tree is none.
type Tree struct {
	Label   string
	Address Address `json:",omitempty"` // of a list, which has nothing below it
	Below   []Tree  `json:",omitempty"` // of a topic, and of the whole
}

// MaxDepth is how deep a tree may be: a menu deeper than that is a mistake.
const MaxDepth = 16

// Known says that there is one.
func (t Tree) Known() bool { return t.Label != "" || len(t.Below) > 0 }

// Digest names a tree by its content; "" of none.
func (t Tree) Digest() string {
	if !t.Known() {
		return ""
	}
	text, _ := json.Marshal(t) // of texts only
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Lists counts the lists of the tree.
func (t Tree) Lists() (n int) {
	if t.Address != "" {
		n = 1
	}
	for _, k := range t.Below {
		n += k.Lists()
	}
	return n
}

// Check says why t cannot be shown: nil, or an *Error that names the place.
func (t Tree) Check() error { return t.check(nil) }

func (t Tree) check(above []string) error {
	place := strings.Join(append(above, t.Label), " / ")
	_, readable := oneLine(t.Label)
	if !readable || len(above) > MaxDepth || t.Address != "" && (len(above) == 0 || len(t.Below) > 0) {
		return Fail(Invalid, BadTree, "value", place)
	}
	if a, err := ParseAddress(string(t.Address)); t.Address != "" && (err != nil || a != t.Address) {
		return Fail(Invalid, BadTree, "value", place+" <"+string(t.Address)+">")
	}
	seen := map[string]bool{}
	for _, k := range t.Below {
		key := k.Label + "\n" + string(k.Address)
		if seen[key] {
			return Fail(Invalid, BadTree, "value", place+" / "+k.Label)
		}
		seen[key] = true
		if err := k.check(append(above[:len(above):len(above)], t.Label)); err != nil {
			return err
		}
	}
	return nil
}

// A Leaf is one list, or one topic without any, where it stands in a tree.
type Leaf struct {
	Place   string // the labels above it and its own, "Listes / Physique / Tous"
	Address Address
}

// Leaves lists them, as they come.
func (t Tree) Leaves() []Leaf { return t.leaves("") }

func (t Tree) leaves(above string) (all []Leaf) {
	place := above + t.Label
	if len(t.Below) == 0 {
		return []Leaf{{place, t.Address}}
	}
	for _, k := range t.Below {
		all = append(all, k.leaves(place+" / ")...)
	}
	return all
}

// A Move is how one list stands in two trees: New is "" if it is in the first
// only, Old if it is in the second only.
type Move struct {
	Address  Address
	Old, New string
}

// Differs lists the moves between a tree and the next, by address then place.
func (t Tree) Differs(next Tree) (moves []Move) {
	was, is := t.places(), next.places()
	for a, olds := range was {
		news := is[a]
		gone := slices.DeleteFunc(slices.Clone(olds), func(p string) bool { return slices.Contains(news, p) })
		come := slices.DeleteFunc(slices.Clone(news), func(p string) bool { return slices.Contains(olds, p) })
		for i := range max(len(gone), len(come)) {
			moves = append(moves, Move{a, at(gone, i), at(come, i)})
		}
		delete(is, a)
	}
	for a, news := range is {
		for _, p := range news {
			moves = append(moves, Move{Address: a, New: p})
		}
	}
	slices.SortFunc(moves, func(x, y Move) int {
		return cmp.Or(cmp.Compare(x.Address, y.Address), cmp.Compare(x.Old, y.Old), cmp.Compare(x.New, y.New))
	})
	return moves
}

func (t Tree) places() map[Address][]string {
	all := map[Address][]string{}
	if !t.Known() {
		return all
	}
	for _, leaf := range t.Leaves() {
		all[leaf.Address] = append(all[leaf.Address], leaf.Place)
	}
	return all
}

func at(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return ""
}

// Target is the tree of a domain as what an action acts on: there is one of each
// domain, be it none.
func (t Tree) Target(domain string) Account {
	return Account{ID: "tree " + domain, Address: Address(domain), Detail: &Detail{Tree: &t}}
}
