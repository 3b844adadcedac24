package main

import (
	"bytes"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// invented is the demo's house, with its delegations.
func invented(t *testing.T) *house {
	t.Helper()
	d, err := newDemo(t.Context(), demoCommand{Listen: freePort(t), Accounts: 1000}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d.house
}

func TestReadSeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text string
		want       []string // where, to, arguments
	}{
		"a section":      {"old.yml", "journal: x\ndelegations:\n  b.fr: [bob]\n  a.fr: [ann, bob]\n", []string{"a.fr ann domains=a.fr", "a.fr bob domains=a.fr", "b.fr bob domains=b.fr"}},
		"a table":        {"d.csv", "person,domains,verbs,daily\nbob,a.fr b.fr,quota.set alias.*,5\n", []string{"line 2 bob daily=5 domains=a.fr,b.fr verbs=quota.set,alias.*"}},
		"of a sheet":     {"D.CSV", "\ufeffPerson ; Domains\r\n bob ;a.fr\r\n", []string{"line 2 bob domains=a.fr"}},
		"an empty cell":  {"d.csv", "person,domains,units\nbob,,PHY\n", []string{"line 2 bob domains= units=PHY"}},
		"quoted":         {"d.csv", "person,domains\n\"bob\",\"a.fr, b.fr\"\n", []string{"line 2 bob domains=a.fr,b.fr"}},
		"another column": {"d.csv", "person,domain\nbob,a.fr\n", nil},
		"no line":        {"d.csv", "person,domains\n", nil},
		"a ragged line":  {"d.csv", "person,domains\nbob\n", nil},
		"an open quote":  {"d.csv", "person,domains\n\"bob,a.fr\n", nil},
		"not YAML":       {"d.yml", "delegations: [", nil},
		"no section":     {"d.yml", "journal: x\n", nil},
		"another form":   {"d.yml", "delegations: {a.fr: ann}\n", nil},
		"nothing":        {"d.yml", "", nil},
	} {
		seeds, err := readSeeds(tt.file, []byte(tt.text))
		var got []string
		for _, s := range seeds {
			said := s.where + " " + s.to
			for _, arg := range slices.Sorted(maps.Keys(s.args)) {
				said += " " + arg + "=" + s.args[arg]
			}
			got = append(got, said)
		}
		if !slices.Equal(got, tt.want) || (err != nil) != (tt.want == nil) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

// The import first tells, then does, and the second time nothing is left to do.
func TestImport(t *testing.T) {
	h := invented(t)
	seeds, err := readSeeds("d.csv", []byte("person,domains,quota,until\nhpoincare,physique.unistra.fr,5Go,2099-12-31\nhpoincare,nowhere.fr,,\nnobody.at.all,physique.unistra.fr,,\nhpoincare,physique.unistra.fr,a lot,\nhpoincare,physique.unistra.fr,5G,2099-12-31\n"))
	if err != nil {
		t.Fatal(err)
	}
	before := len(h.mirror.Delegations())
	run := func(c delegationsImportCommand, want ...string) error {
		t.Helper()
		var out bytes.Buffer
		c.From = "/some/where/d.csv"
		err := c.sow(t.Context(), &out, h, seeds)
		for _, w := range want {
			if !strings.Contains(out.String()+errText(err), w) {
				t.Errorf("%+v says\n%s%v\nnot %q", c, out.String(), err, w)
			}
		}
		return err
	}
	faults := []string{"+ hpoincare physique.unistra.fr: whatever the rules let a correspondent do; quota up to 5\u00a0GB; until 31\u00a0Dec 2099 included",
		"! hpoincare line 3: ", "nowhere.fr is not on Partage", "! nobody.at.all line 4: ", "! hpoincare line 5: ", "= hpoincare ", "1 to delegate, 1 there already, 3 at fault."}
	for _, c := range []delegationsImportCommand{{}, {Yes: true}} {
		if err := run(c, append(faults, "Nothing is written")...); err == nil || len(h.mirror.Delegations()) != before {
			t.Errorf("with faults: %v, %d delegations", err, len(h.mirror.Delegations()))
		}
	}
	if err := run(delegationsImportCommand{Skip: true}, "With --yes they are written."); err != nil || len(h.mirror.Delegations()) != before {
		t.Errorf("the dry run: %v, %d delegations", err, len(h.mirror.Delegations()))
	}
	if err := run(delegationsImportCommand{Skip: true, Yes: true}, "Written."); err != nil {
		t.Error(err)
	}
	all := h.mirror.Delegations()
	last := all[len(all)-1]
	if len(all) != before+1 || last.By != desk.System || last.Reason != "import of d.csv" || last.Quota != 5<<30 || last.Until.Format("2006-01-02 15:04") != "2099-12-31 23:00" {
		t.Errorf("%d delegations, the last %+v", len(all), last)
	}
	if err := run(delegationsImportCommand{Skip: true, Yes: true}, "0 to delegate, 2 there already, 3 at fault."); err != nil || len(h.mirror.Delegations()) != before+1 {
		t.Errorf("again: %v, %d delegations", err, len(h.mirror.Delegations()))
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Thin domains are listed, with an exit that a watch sees, and counted in metrics.
func TestThinDomainsAreReported(t *testing.T) {
	h := invented(t)
	var out bytes.Buffer
	err := printThin(&out, h.desk)
	thin := h.desk.Thin()
	if len(thin) == 0 || len(thin) == len(h.mirror.Domains()) {
		t.Fatalf("%d of %d domains are thin", len(thin), len(h.mirror.Domains()))
	}
	if err == nil || strings.Count(out.String(), "\n") != len(thin) || !strings.Contains(out.String(), thin[0].Domain) {
		t.Errorf("%v\n%s", err, out.String())
	}
	var grants []desk.Grant
	for _, c := range thin {
		for _, who := range []desk.UID{"hpoincare", "sgermain"} {
			if !slices.Contains(c.By, who) {
				grants = append(grants, desk.Grant{To: who, Domains: []string{c.Domain}})
			}
		}
	}
	if err := h.desk.Import(t.Context(), "test", grants...); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := printThin(&out, h.desk); err != nil || !strings.Contains(out.String(), "two correspondents or more") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// The list is of what stands, of whatever it is asked about.
func TestListDelegations(t *testing.T) {
	c, events, _ := archive(t)
	for about, want := range map[string]int{"": 1, "univ-test.fr": 1, "paul": 1, "jeanne": 0, "elsewhere.fr": 0} {
		var out bytes.Buffer
		if err := (delegationsListCommand{About: about, Lang: "fr"}).list(t.Context(), &out, c, events); err != nil || strings.Count(out.String(), "M-") != want {
			t.Errorf("about %q: %v\n%s", about, err, out.String())
		}
	}
	var out bytes.Buffer
	if err := (delegationsListCommand{JSON: true, Lang: "fr"}).list(t.Context(), &out, c, events); err != nil || !strings.Contains(out.String(), `"To": "paul"`) {
		t.Errorf("%v\n%s", err, out.String())
	}
}
