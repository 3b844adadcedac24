package rules

import (
	"cmp"
	_ "embed"
	"errors"
	"path"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// A Book is a list of rules, checked and compiled. It never changes.
type Book struct {
	digest    string
	groups    map[string]string // name in the book -> name in the directory
	protected []desk.Address
	naming    naming
	rules     []*rule
	verbs     map[desk.Verb]*verb
	approvers []string // see ApproverGroups
}

// A Rule is one rule as it was written, for people to read.
type Rule struct {
	ID       string
	Text     desk.Text
	Verbs    []desk.Verb // families are spelled out
	When     string      // the condition
	Outcome  desk.Outcome
	Panels   []desk.Panel // approvers as written: "admins", "correspondents", "manager", "group:NAME"; none unless desk.Pending, or desk.Allowed to be looked at afterwards
	Deadline int          // working days; 0 = the house's
	Expiry   int
	// Confidential: who approves is told in person, and no channel.
	Confidential bool
	File         string
	Line         int // in the file, from 1

	Condition desk.Clause // When in parts, not answered
}

type rule struct {
	Rule
	panels    []panel
	condition *clause
	lines     map[string]int // of its fields
}

// A File is one file of a book. A book of several is read in the order of their names.
type File = desk.BookFile

//go:embed default.yaml
var defaultSource []byte

// DefaultFile is the book that the program carries.
func DefaultFile() File { return File{Name: "default.yaml", Text: string(defaultSource)} }

// Default is that book, read.
func Default() (*Book, error) { return LoadFiles(DefaultFile()) }

//go:embed default.txtar
var defaultCases string

// DefaultCases are the cases of the default book: see package trial.
func DefaultCases() File { return File{Name: "default.txtar", Text: defaultCases} }

// Load reads a book of one file: see LoadFiles.
func Load(name string, source []byte) (*Book, error) {
	if len(source) > desk.MaxBookSize {
		return nil, &Fault{File: name, Err: tooLarge(1, len(source))}
	}
	return LoadFiles(File{Name: name, Text: string(source)})
}

// LoadFiles reads a book. The error joins everything that is wrong with it,
// each with file, line and rule, and what to write instead; a book with any
// fault is not loaded at all.
func LoadFiles(files ...File) (*Book, error) {
	if err := bounded(files); err != nil {
		return nil, &Fault{File: "rules", Err: err}
	}
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(path.Base(a.Name), path.Base(b.Name)) })
	b := &Book{digest: digestOf(files), groups: map[string]string{}, verbs: map[desk.Verb]*verb{}}
	for _, v := range governed() {
		b.verbs[v] = verbOf(v)
	}
	faults := &faults{}
	sources := readAll(files, faults)
	if len(faults.all) > 0 {
		return nil, errors.Join(faults.all...)
	}
	for i, s := range sources { // first, for rules name what any header declares
		faults.at(files[i].Name)
		b.addHeader(s, faults)
	}
	for i, s := range sources {
		faults.at(files[i].Name)
		for _, entry := range s.Rules {
			b.addRule(entry, faults)
		}
	}
	if err := errors.Join(faults.all...); err != nil {
		return nil, err
	}
	b.approvers = approverGroups(b.rules)
	return b, nil
}

// digestOf binds the names of the files, without their folder, and their texts.
func digestOf(files []File) string {
	var b desk.Book
	for _, f := range files {
		b.Files = append(b.Files, File{Name: path.Base(f.Name), Text: f.Text})
	}
	return b.Digest()
}

// Digest identifies the book: SHA-256 of its files, in hex.
func (b *Book) Digest() string { return b.digest }

// Protected lists the addresses that no rule lets anybody change.
func (b *Book) Protected() []desk.Address { return slices.Clone(b.protected) }

// Articles lists the rules for people to read.
func (b *Book) Articles() []desk.Article {
	articles := make([]desk.Article, len(b.rules))
	for i, r := range b.rules {
		articles[i] = desk.Article{ID: r.ID, Text: r.Text, Verbs: slices.Clone(r.Verbs), Outcome: r.Outcome, When: r.When}
	}
	return articles
}

// Rules lists the rules in the order they are tried.
func (b *Book) Rules() []Rule {
	rules := make([]Rule, len(b.rules))
	for i, r := range b.rules {
		rules[i] = r.Rule
		rules[i].Verbs, rules[i].Panels = slices.Clone(r.Verbs), slices.Clone(r.Panels)
		rules[i].Condition = r.condition.written()
		for j, p := range r.Panels {
			rules[i].Panels[j].Approvers = slices.Clone(p.Approvers)
		}
	}
	return rules
}
