package journal

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)

var mailbox = desk.Account{ID: "5f1c6a52-0000-4000-8000-000000000001", Address: "jeanne.dupont@unistra.fr", Owner: "jdupont",
	Name: "Jeanne <Dupont> & Cie", Status: "active", COS: "etu", Quota: 10 << 30, Used: 5, Aliases: []desk.Address{"contact@unistra.fr"}, Seen: noon}

// looked is what a look for a step gives.
var looked = func() desk.Account {
	a := mailbox
	a.Detail = &desk.Detail{EPPN: "JDupont@unistra.fr", Notes: "Compte restauré", Lists: []desk.Membership{{List: "tous@unistra.fr", ID: "l-1", Member: mailbox.Address, In: true}}}
	return a
}()

var rulebook = desk.Book{Name: "regles", Files: []desk.BookFile{{Name: "a.yaml", Text: "rules: []\n"}}}

// everyFact has one of each kind, in the order of the stored samples.
func everyFact() []desk.Fact {
	return []desk.Fact{
		desk.Asked{Action: desk.Action{Verb: desk.AliasAdd, Target: "jeanne.dupont@unistra.fr", Args: "alias=contact@unistra.fr"},
			Mailbox: mailbox.ID, Owner: "jdupont", Gains: "5f1c6a52-0000-4000-8000-000000000002", Reason: "mariage, « été »", Via: desk.Chat, Key: "post:1", Wording: "alias.add jdupont alias=contact@unistra.fr",
			Proposal: &desk.Proposal{Book: rulebook, Difference: desk.Difference{From: "b00c", Requests: 3, Today: 1, Lost: 1, Shifts: []desk.Shift{{Verb: desk.AliasAdd, Kind: desk.Gains,
				Was: desk.Verdict{Outcome: desk.Denied}, Is: desk.Verdict{Outcome: desk.Allowed, Rule: "alias"}, Requests: 2, People: 1, Open: 1, Some: []desk.ID{"D-2", "D-1"}}}}},
			Repairs: &desk.Repairs{Selection: desk.Selection{Causes: []desk.GapCause{desk.PersonGone}, Population: "staff", Domain: "unistra.fr", Most: 10, Canary: 2}, Parts: []string{"d3", "d4"},
				Canary: 1, Wave: 20, Kinds: []desk.RepairKind{{Cause: desk.PersonGone, Verb: desk.AccountDelete, Population: "staff", Risk: desk.HighRisk, Parts: 2}}, Cost: -38_950, Compared: noon}},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Rule: "alias", Because: desk.Text{FR: "Un avis.", EN: "One opinion."},
			Panels: []desk.Panel{{Approvers: []string{"group:dsi", "domain:unistra.fr"}, Needed: 1}, {Approvers: []string{"person:sgermain"}, Needed: 1}}, Deadline: 2, Expiry: 10, Why: []desk.Finding{{Rule: "alias", Result: "yes"}}, Book: "b00c"},
			Dates: desk.Dates{Due: noon, Late: noon, End: noon}, Seen: &desk.Seen{
				Actor:   &desk.Traits{Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.unistra.fr", Manager: "sgermain", Groups: []string{"dsi"}, Rights: []desk.Grant{{Domains: []string{"unistra.fr"}}}},
				Owner:   &desk.Traits{Affiliation: "student"},
				Address: mailbox.Address, Aliases: mailbox.Aliases, Status: mailbox.Status, COS: mailbox.COS, Quota: mailbox.Quota,
				Resembles: "jeanne-dupont@unistra.fr", Ended: true}},
		desk.Approved{Digest: "d1", Via: desk.Portal, Panels: []int{0, 1}},
		desk.Refused{Reason: "non", Via: desk.Chat},
		desk.Amended{Action: desk.Action{Verb: desk.AliasAdd, Target: "jeanne.dupont@unistra.fr", Args: "alias=accueil@unistra.fr"}, Digest: "d1", Gains: "5f1c6a52-0000-4000-8000-000000000002", Via: desk.Portal},
		desk.Questioned{Text: "Pour qui ?", Digest: "d1", Via: desk.Chat},
		desk.Answered{Text: "Pour l'accueil.", Via: desk.Chat},
		desk.Withdrawn{Via: desk.Portal},
		desk.Nudged{Via: desk.Portal},
		desk.Reminded{},
		desk.Escalated{},
		desk.Expired{},
		desk.Planned{Plan: desk.Plan{Steps: []desk.Step{{
			Do:   desk.Action{Verb: desk.ListLeave, Target: "jeanne.dupont@unistra.fr", Args: "id=l-1 list=tous@unistra.fr member=jeanne.dupont@unistra.fr"},
			Undo: desk.Action{Verb: desk.ListJoin, Target: "jeanne.dupont@unistra.fr", Args: "id=l-1 list=tous@unistra.fr member=jeanne.dupont@unistra.fr"},
		}}, Lost: []desk.Address{"ancien@unistra.fr"}}},
		desk.Started{Attempt: 1, Step: 1, Undo: true, Issued: noon, Until: noon, Before: looked},
		desk.Failed{Attempt: 1, Code: desk.PartageDown, Error: "timeout", After: noon},
		desk.Unknown{Attempt: 1, Looks: 2, Error: "reset", Until: noon},
		desk.Stepped{Attempt: 1, Proof: mailbox},
		desk.Done{Attempt: 1, Proof: mailbox},
		desk.Undone{Attempt: 1, Proof: mailbox},
		desk.Announced{Role: desk.ToAsker, Post: desk.Post{Channel: "c", ID: "p"}, Shows: desk.Waiting, Version: 1},
		desk.Held{Limit: desk.PersonLimit, Max: 5},
		desk.Released{},
		desk.BrakesReset{},
		desk.Frozen{Cause: desk.ByAnchor, Reason: "5 are missing", Anchor: "hsvLnKkYB3H2S9lJnfOn4Ky7DHdhN4eCbzf5DAvBpFs="},
		desk.Thawed{},
		desk.BookActivated{Digest: rulebook.Digest(), Book: rulebook},
		desk.Launched{},
		desk.Repaired{Parts: 2},
		desk.Halted{Part: "D-8", Code: desk.PlanMoved},
		desk.Compared{Point: desk.Point{Day: "2026-11-23", At: noon, People: 2, Accounts: 3, Gaps: 1, ByCause: map[desk.GapCause]int{desk.PersonGone: 1}, Repairable: 1, Directory: noon, Partage: noon}},
		desk.Granted{Grant: desk.Grant{To: "jdupont", Domains: []string{"physique.unistra.fr"}, Units: []string{"PHY"}, Lists: []desk.Address{"l@unistra.fr"},
			Verbs: []desk.Verb{desk.QuotaSet}, Quota: 1 << 30, Classes: []string{"staff"}, Daily: 5, From: noon, Until: noon}, Reason: "import"},
		desk.Deputised{Of: "M-18", Who: "mcurie", From: noon, Until: noon},
		desk.Revoked{Of: "M-18", Deputy: "mcurie", Thin: []string{"physique.unistra.fr"}},
		desk.BindingOffered{Digest: "d2", Until: noon},
		desk.Bound{Account: "u1", Digest: "d2", Service: "ldap"},
		desk.Unbound{Who: "jdupont", Account: "u1", Why: desk.Left},
		desk.Heard{Post: "p", Until: noon},
		desk.Telling{Role: desk.ToApprovers, Until: noon},
		desk.TokenIssued{Digest: "d3", Name: "backup script", Powers: []desk.Power{desk.MayRead}, Until: noon},
		desk.TokenEnded{Token: "T-20", Of: "jdupont"},
		desk.TokensEnded{},
		desk.Digested{Day: "2026-11-23"},
		desk.Forgotten{Who: "jdupont"},
		desk.Redacted{Events: []desk.Seq{3, 5}},
		desk.Lifted{Address: "contact@unistra.fr"},
		desk.Spared{},
		desk.Noticed{Of: "M-18"},
		desk.Registered{Entries: []desk.Registration{{Address: "tous@unistra.fr", Nature: desk.AsSympa, Owner: "jdupont", Since: noon, Freed: noon}}, Reason: "import"},
		desk.Vanished{Entries: []desk.Registration{{Address: "contact@unistra.fr", Nature: desk.AsAlias, Mailbox: "5f1c6a52-0000-4000-8000-000000000001", Owner: "jdupont"}}},
	}
}

// The samples are what journals in use hold: never edit a line. When a fact
// gains a field, add a line; the last of each kind is what is written today.
func TestStoredSamples(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "facts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	last := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, data, _ := strings.Cut(lines.Text(), "\t")
		if _, err := decode(name, []byte(data)); err != nil {
			t.Errorf("stored sample: %v", err)
		}
		last[name] = data
	}
	for _, fact := range everyFact() {
		name, data, err := encode(fact)
		if err != nil {
			t.Fatal(err)
		}
		if last[name] != string(data) {
			t.Errorf("%T is written as\n%s\t%s\nnot as the last sample", fact, name, data)
		}
		back, err := decode(name, data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fact, back); diff != "" {
			t.Errorf("%T came back changed: %s", fact, diff)
		}
	}
}

func TestEveryFactHasAKind(t *testing.T) {
	declared := 0
	files, err := filepath.Glob(filepath.Join("..", "desk", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "fact" {
				declared++
			}
		}
	}
	if have := len(everyFact()); declared == 0 || declared-1 != len(kinds) || len(kinds) != have { // Erased is never written
		t.Errorf("desk has %d facts, journal %d kinds, this test %d samples", declared, len(kinds), have)
	}
	names := map[string]bool{}
	for _, k := range kinds {
		if names[k.name] {
			t.Errorf("kind %q is twice in the table", k.name)
		}
		names[k.name] = true
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, r := range map[string]struct{ kind, data string }{
		"unknown kind":    {"asked.9", `{}`},
		"no kind":         {"", `{}`},
		"unknown field":   {"bound", `{"Account":"a","Color":"blue"}`},
		"wrong type":      {"bound", `{"Account":1}`},
		"not JSON":        {"bound", `Account=a`},
		"nothing":         {"bound", ``},
		"two values":      {"bound", `{}{}`},
		"cut short":       {"bound", `{"Account":"a"`},
		"trailing garble": {"bound", `{} x`},
		"bad time":        {"binding.offered", `{"Until":"yesterday"}`},
	} {
		if f, err := decode(r.kind, []byte(r.data)); err == nil {
			t.Errorf("%s: read as %+v", name, f)
		}
	}
	if f, err := erased("asked.9"); err == nil {
		t.Errorf("an unknown kind without its words: read as %+v", f)
	}
	if _, _, err := encode(desk.Erased{Was: desk.Asked{}}); err == nil {
		t.Error("what was erased was written")
	}
}

// What is read at all is written back so that it reads the same.
func FuzzFact(f *testing.F) {
	for _, fact := range everyFact() {
		name, data, err := encode(fact)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		fact, err := decode(name, data)
		if err != nil {
			return
		}
		kind, again, err := encode(fact)
		if err != nil || kind != name {
			t.Fatalf("%q %q: %v", name, data, err)
		}
		back, err := decode(kind, again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fact, back); diff != "" {
			t.Error(diff)
		}
	})
}
