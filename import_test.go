package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// counter is the demo's house without its doors, in which nothing is carried out.
func counter(t *testing.T) stage {
	t.Helper()
	d := &demo{}
	if err := d.build(t.Context(), 1000, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := d.house.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return stage{d, t}
}

func handIn(s stage, text string, c importCommand) (said string, err error) {
	s.Helper()
	c.From = filepath.Join(s.TempDir(), "table.csv")
	if err := os.WriteFile(c.From, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	c.By, c.Limit = "sgermain", 10
	if c.Lang == "" {
		c.Lang = "en"
	}
	lines, key, err := c.read()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = c.hand(s.Context(), &out, s.house.desk, lines, key)
	return out.String(), err
}

const table = "verb;account;alias;size;comment\n" +
	"alias.add;jeanne.dupont@unistra.fr;une.autre@physique.unistra.fr;;x\n" +
	"quota.set;paul.langevin@physique.unistra.fr;;7 Go;\n"

func TestImportOfATable(t *testing.T) {
	for name, tt := range map[string]struct {
		text        string
		command     importCommand
		asked       int
		says, fails string
	}{
		"looked at":            {table, importCommand{}, 0, "+ 2\talias.add jeanne.dupont@unistra.fr", ""},
		"looked at, in French": {table, importCommand{shellOptions: shellOptions{Lang: "fr"}}, 0, "Rien n'a été envoyé", ""},
		"asked":                {table, importCommand{Yes: true}, 2, "2 requests are saved: D-1 to D-2.", ""},
		"with calls":           {table, importCommand{DryRun: true}, 0, `> physique.unistra.fr ModifyAccount name="paul.langevin@physique.unistra.fr" zimbraMailQuota="7516192768"`, ""},
		"one at fault, whole":  {table + "quota.set;nobody@unistra.fr;;1 Go;\n", importCommand{Yes: true}, 0, "! 4\tquota.set nobody@unistra.fr", "Lines that cannot be: 1 of 3"},
		"one at fault, parts":  {table + "quota.set;nobody@unistra.fr;;1 Go;\n", importCommand{Yes: true, Parts: true}, 2, "! 4\t", ""},
		"unreadable, whole":    {table + "quota.set;jeanne.dupont@unistra.fr;;lots;\n", importCommand{Yes: true}, 0, `! Line 4, column 4: "lots" is not a size`, "Lines that cannot be: 1 of 3"},
		"unreadable, parts":    {table + "quota.set;jeanne.dupont@unistra.fr;;lots;\n", importCommand{Yes: true, Parts: true}, 2, "2 requests are saved", ""},
		"unreadable, looked":   {table + "quota.set;jeanne.dupont@unistra.fr;;lots;\n", importCommand{}, 0, "Lines that can be asked for: 2 of 2", "lines at fault: 1"},
		"too many lines":       {table + strings.Repeat("quota.set;x;;1 Go;\n", 9), importCommand{Yes: true}, 0, "", "Line 12: This file has too many lines"},
		"no table":             {"PK\x03\x04\x00\x00", importCommand{}, 0, "", "This file is not CSV"},
		"one verb for all":     {"account;size\njeanne.dupont@unistra.fr;7 Go\n", importCommand{Verb: "quota.set", Yes: true}, 1, "D-1", ""},
		"not there":            {"account;size\njeanne.dupont@unistra.fr;7 Go\n", importCommand{Yes: true}, 0, "", "No column says what is asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			s := counter(t)
			said, err := handIn(s, tt.text, tt.command)
			if !strings.Contains(strings.ReplaceAll(said, "\u202f", " "), tt.says) || (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("said %q, %v", said, err)
			}
			n := 0
			for r := range s.house.mirror.Requests(desk.Query{By: "sgermain"}) {
				if n++; r.Via != desk.Shell || r.Batch == "" {
					t.Errorf("%+v", r)
				}
			}
			if n != tt.asked || len(s.partage.Log()) > 0 {
				t.Errorf("%d asked, %d writes", n, len(s.partage.Log()))
			}
			if again, err := handIn(s, tt.text, tt.command); tt.asked > 0 && (err != nil || !strings.Contains(again, "D-1")) {
				t.Errorf("again: %q, %v", again, err)
			}
			if next, _ := s.house.mirror.Next(); tt.asked > 0 && string(next) != map[int]string{1: "D-2", 2: "D-3"}[tt.asked] {
				t.Errorf("asked twice: next is %s", next)
			}
		})
	}
}

func TestReports(t *testing.T) {
	s := counter(t)
	text := strings.Replace(table, "une.autre@physique.unistra.fr", "=1+1", 1)
	for _, kind := range []string{".csv", ".ods"} {
		out := filepath.Join(t.TempDir(), "report"+kind)
		if _, err := handIn(s, text, importCommand{Out: out}); err == nil {
			t.Error("a line at fault is not told")
		}
		file, err := os.ReadFile(out)
		if err != nil || len(file) < 100 || kind == ".csv" && !strings.Contains(string(file), "ligne") && !strings.HasPrefix(string(file), "\ufeffLine;Action;Verdict") {
			t.Errorf("%s: %v %q", kind, err, file)
		}
		if _, err := handIn(s, text, importCommand{Out: out}); err == nil || !strings.Contains(err.Error(), "exists") {
			t.Errorf("written over: %v", err)
		}
	}
	if _, err := handIn(s, table, importCommand{Out: "x.xls"}); err == nil {
		t.Error("a table that we do not write")
	}
}

func TestAskAndRehearse(t *testing.T) {
	s := counter(t)
	o := shellOptions{By: "sgermain", Lang: "en"}
	hand := func(text string, dry bool) (string, error) {
		var out strings.Builder
		err := o.hand(t.Context(), &out, s.house.desk, mustAction(t, text), dry)
		return out.String(), err
	}
	create := `account.create nouveau@physique.unistra.fr name="N N" cos=s_univ-strasbourg_personnel`
	said, err := hand(create, true)
	for _, want := range []string{"address: nothing → nouveau@physique.unistra.fr", `> physique.unistra.fr CreateAccount`, `userPassword="•••"`, "Nothing was sent"} {
		if err != nil || !strings.Contains(said, want) {
			t.Errorf("%q lacks %q, %v", said, want, err)
		}
	}
	if next, _ := s.house.mirror.Next(); next != "D-1" || len(s.partage.Log()) > 0 {
		t.Errorf("a rehearsal left %s and %d writes", next, len(s.partage.Log()))
	}
	if said, err = hand(create, false); err != nil || !strings.Contains(said, "D-1") {
		t.Errorf("%q, %v", said, err)
	}
	for _, text := range []string{"account.show jdupont", "quota.set nobody@unistra.fr size=1G"} {
		for _, dry := range []bool{true, false} {
			if _, err := hand(text, dry); err == nil {
				t.Errorf("%s, %t: no error", text, dry)
			}
		}
	}
}

func TestPurgeTellsTheLossFirst(t *testing.T) {
	s := counter(t)
	c := purgeCommand{shellOptions: shellOptions{By: "sgermain", Lang: "en"}}
	purge := func() (string, error) {
		var out strings.Builder
		err := c.purge(context.WithoutCancel(t.Context()), &out, s.house.desk, mustAction(t, "account.purge jeanne.dupont@unistra.fr"))
		return out.String(), err
	}
	if said, err := purge(); err == nil || said != "" {
		t.Errorf("what was not deleted: %q, %v", said, err)
	}
	deletedLongAgo(desk.Term + time.Hour)(s)
	said, err := purge()
	for _, want := range []string{"destroyed for good", "mail: ", " → nothing", "> unistra.fr DeleteAccount name=\"deleted-", "Nothing was sent"} {
		if err != nil || !strings.Contains(said, want) {
			t.Errorf("%q lacks %q, %v", said, want, err)
		}
	}
	c.Yes = true
	if said, err = purge(); err != nil || !strings.Contains(said, "D-2") {
		t.Errorf("%q, %v", said, err)
	}
	if r, _ := s.house.mirror.Request("D-2"); r.State != desk.Waiting || r.Decision.Needed() != 2 {
		t.Errorf("%s, by %d", r.State, r.Decision.Needed())
	}
}

// Two lines of a table on one list are both asked, one after the other, and both are
// there in the end; of two on one member the second is told, and nothing is lost.
func TestLinesOnOneList(t *testing.T) {
	s := newBackstageOfLists(t)
	const list = "direction@" + objectsDomain
	before := s.house.mirror.List(list)
	lines := "verb;list;members\nlist.add;" + list + ";x1@example.org\nlist.add;" + list + ";x2@example.org,x3@example.org\n"
	said, err := handIn(s, lines+"list.add;"+list+";x1@example.org\n", importCommand{Yes: true})
	if err == nil || !strings.Contains(said, "! 4\t") || !strings.Contains(said, "x1@example.org\" is in an earlier line already") {
		t.Errorf("a member twice: %q, %v", said, err)
	}
	if next, _ := s.house.mirror.Next(); next != "D-1" {
		t.Errorf("something was asked: next is %s", next)
	}
	if said, err = handIn(s, lines, importCommand{Yes: true}); err != nil {
		t.Fatalf("%q, %v", said, err)
	}
	for _, id := range []desk.ID{"D-1", "D-2"} {
		if r := s.end(id); r.State != desk.Settled {
			t.Errorf("%s is %s: %s %s", id, r.State, r.Code, r.Error)
		}
	}
	want := append(slices.Clone(before.Members), "x1@example.org", "x2@example.org", "x3@example.org")
	slices.Sort(want)
	there, err := s.house.office.ListAt(t.Context(), list)
	if err != nil || !slices.Equal(there.Members, want) || !slices.Equal(s.house.mirror.List(list).Members, want) {
		t.Errorf("%v, %v; in memory %v", there.Members, err, s.house.mirror.List(list).Members)
	}
}
