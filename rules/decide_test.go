package rules

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/unistra/melusine/internal/desk"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write what Decide answers into testdata/decide; read the diff")

// TestMain asks rapid for 2,000 checks of 50 worlds; -rapid.checks overrides.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

var _ desk.Rules = (*Book)(nil)

func defaultBook(tb testing.TB) *Book {
	tb.Helper()
	b, err := Default()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestDecide runs the cases of testdata/decide, on what rules/default.txtar
// cannot say: what is not known, dates, limits, other books. "ask" holds the actor, the
// action and what is forgotten of the facts; "book", if any, replaces the
// default book.
func TestDecide(t *testing.T) {
	files, _ := filepath.Glob("testdata/decide/*.txtar")
	if len(files) < 20 {
		t.Fatalf("%d cases", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			e := explainCase(t, archive)
			got := show(e)
			want := section(archive, "want")
			if *update {
				setSection(archive, "want", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s(-want +got)\n%s", archive.Comment, diff)
			}
		})
	}
}

func explainCase(t *testing.T, archive *txtar.Archive) desk.Explanation {
	t.Helper()
	book := defaultBook(t)
	if source := section(archive, "book"); source != "" {
		var err error
		if book, err = Load("case.yaml", []byte(source)); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(section(archive, "ask")), "\n")
	actor, action, _ := strings.Cut(lines[0], ": ")
	f := cast(actor, action)
	for _, line := range lines[1:] {
		forget[strings.TrimPrefix(line, "forget ")](&f)
	}
	if e := book.Explain(f, everything); cmp.Equal(e.Decision, book.Decide(f)) {
		return e
	}
	t.Error("Explain and Decide differ")
	return desk.Explanation{}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, text string) {
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

// show prints a decision as the cases hold it.
func show(e desk.Explanation) string {
	var b strings.Builder
	d := e.Decision
	fmt.Fprintf(&b, "%s by %q\n", d.Outcome, d.Rule)
	if d.Because.FR != "" {
		fmt.Fprintf(&b, "because %s\n", d.Because.FR)
	}
	for _, s := range d.Panels {
		fmt.Fprintf(&b, "needs %d of %s\n", s.Needed, strings.Join(s.Approvers, ", "))
	}
	if d.Deadline > 0 || d.Expiry > 0 {
		fmt.Fprintf(&b, "within %d of %d days\n", d.Deadline, d.Expiry)
	}
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, "  %s: %s\n", r.Rule, r.Answer)
	}
	for _, w := range d.Why {
		fmt.Fprintf(&b, "  %s: %s\n", w.Rule, w.Result)
	}
	return b.String()
}

func TestDecideSharesNothing(t *testing.T) {
	b := defaultBook(t)
	facts := cast("bob", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	first := b.Decide(facts)
	first.Panels[0].Approvers[0] = "group:everybody"
	b.Rules()[0].Verbs[0] = "help"
	second := b.Decide(facts)
	if second.Panels[0].Approvers[0] != "domain:physique.unistra.fr" || b.Rules()[0].Verbs[0] != desk.AliasAdd {
		t.Errorf("a caller changed the book: %+v", second)
	}
}

func TestDecideFromManyGoroutines(t *testing.T) {
	b := defaultBook(t)
	asks := map[string]string{
		"bob":   "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr",
		"alice": "quota.set bob@physique.unistra.fr size=12G",
		"odile": "alias.remove bob@physique.unistra.fr alias=b.m@physique.unistra.fr",
		"carol": "account.show bob@physique.unistra.fr",
	}
	want := map[string]desk.Decision{}
	for who, what := range asks {
		want[who] = b.Decide(cast(who, what))
	}
	var group sync.WaitGroup
	for range 8 {
		for who, what := range asks {
			group.Go(func() {
				for range 200 {
					if diff := cmp.Diff(want[who], b.Decide(cast(who, what))); diff != "" {
						t.Error(diff)
						return
					}
				}
			})
		}
	}
	group.Wait()
}
