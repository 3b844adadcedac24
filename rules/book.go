package rules

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"
	"github.com/unistra/melusine/internal/desk"
)

// A Book is a list of rules, checked and compiled. It never changes.
type Book struct {
	digest    string
	groups    map[string]string // name in the book -> name in the directory
	protected []desk.Address
	rules     []*rule
	byVerb    map[desk.Verb][]*rule
	sizes     map[string]int64 // the sizes that conditions name, in bytes
	machines  sync.Pool
}

// A Rule is one rule as it was written, for people to read.
type Rule struct {
	ID        string
	Text      desk.Text
	Verbs     []desk.Verb // families are spelled out
	When      string      // the condition
	Outcome   desk.Outcome
	Approvers []string // as written: "admins", "correspondents", "group:NAME"
	Needed    int      // distinct approvers; 0 unless the outcome is desk.Pending
	Line      int      // in the source, from 1
}

type rule struct {
	Rule
	approvers []string // "group:DIRECTORY NAME", or correspondents until the domain is known
	program   *vm.Program
	canonical string // the condition, however it was spaced
}

//go:embed default.yaml
var defaultSource []byte

// Default is the book that the program carries.
func Default() (*Book, error) { return Load("default.yaml", defaultSource) }

// Load reads a book. The error joins everything that is wrong with it, each
// with name, line and rule, and what to write instead; a book with any fault
// is not loaded at all.
func Load(name string, source []byte) (*Book, error) {
	faults := &faults{file: name}
	written, err := read(source)
	if err != nil {
		faults.addError(err)
		return nil, errors.Join(faults.all...)
	}
	sum := sha256.Sum256(source)
	b := &Book{
		digest: hex.EncodeToString(sum[:]),
		groups: written.Groups,
		byVerb: map[desk.Verb][]*rule{},
		sizes:  map[string]int64{},
	}
	b.machines.New = func() any { return &vm.VM{MemoryBudget: memory} }
	b.addHeader(written, faults)
	for _, entry := range written.Rules {
		b.addRule(entry, faults)
	}
	if err := errors.Join(faults.all...); err != nil {
		return nil, err
	}
	return b, nil
}

// Digest identifies the book: SHA-256 of its source, in hex.
func (b *Book) Digest() string { return b.digest }

// ApproverGroups names the groups of the directory whose members some rule
// lets approve, sorted.
func (b *Book) ApproverGroups() (groups []string) {
	for _, r := range b.rules {
		for _, ref := range r.approvers {
			if group, ok := strings.CutPrefix(ref, "group:"); ok && !slices.Contains(groups, group) {
				groups = append(groups, group)
			}
		}
	}
	slices.Sort(groups)
	return groups
}

// Rules lists the rules in the order they are tried.
func (b *Book) Rules() []Rule {
	rules := make([]Rule, len(b.rules))
	for i, r := range b.rules {
		rules[i] = r.Rule
		rules[i].Verbs, rules[i].Approvers = slices.Clone(r.Verbs), slices.Clone(r.Approvers)
	}
	return rules
}
