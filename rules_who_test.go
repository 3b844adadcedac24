package main

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// newTown is the demo's people and accounts, without doors.
func newTown(t *testing.T) (town, *house) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d := &demo{}
	if err := d.build(ctx, 1000, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); d.close() })
	if err := d.house.load(ctx); err != nil {
		t.Fatal(err)
	}
	if err := d.house.seed(ctx, "test", d.seeds); err != nil {
		t.Fatal(err)
	}
	here := town{view: d.house.mirror, domains: d.house.office.Domains.Names(), lang: "en", zone: time.UTC, when: time.Now()}
	var err error
	if here.book, err = here.bookOf(""); err != nil {
		t.Fatal(err)
	}
	return here, d.house
}

func printed(t *testing.T, print func(*strings.Builder) error) string {
	t.Helper()
	var out strings.Builder
	if err := print(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func parsed(t *testing.T, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What "who" prints is what each person is answered.
func TestRulesWho(t *testing.T) {
	town, _ := newTown(t)
	a := parsed(t, "quota.set jeanne.dupont@unistra.fr size=20G")
	said := printed(t, func(out *strings.Builder) error { return town.who(out, a, 1000) })
	f, able := town.facts(a), 0
	for p := range town.view.People() {
		f.Actor = p
		conceded := town.book.Decide(f).Outcome != desk.Denied
		if conceded != strings.Contains(said, "("+string(p.UID)+")") {
			t.Errorf("%s: conceded %v", p.UID, conceded)
		}
		if conceded {
			able++
		}
	}
	if able == 0 || !strings.Contains(said, "own-quota: Must be approved by") || !strings.Contains(said, "admins-act: Accepted at once") {
		t.Errorf("%d people\n%s", able, said)
	}
	if nobody := printed(t, func(out *strings.Builder) error { return town.who(out, parsed(t, "house.thaw"), 1) }); !strings.Contains(nobody, "admins-release") {
		t.Error(nobody)
	}
	short := printed(t, func(out *strings.Builder) error { return town.who(out, a, 0) })
	if strings.Contains(short, "sgermain") {
		t.Errorf("names nobody wanted:\n%s", short)
	}
}

// An explanation has the verdict, who can approve, and each rule with its values.
func TestRulesExplain(t *testing.T) {
	town, _ := newTown(t)
	said := printed(t, func(out *strings.Builder) error {
		return town.explain(out, "jdupont", parsed(t, "quota.set jeanne.dupont@unistra.fr size=30G"))
	})
	for _, want := range []string{"Denied by the rules.", "Possible with “quota of jeanne.dupont@unistra.fr: 20 GB”", "own-quota: no", "the quota asked for is no more than 20 GB (30 GB)"} {
		if !strings.Contains(strings.ReplaceAll(said, "\u00a0", " "), want) {
			t.Errorf("%q is not said in\n%s", want, said)
		}
	}
	said = printed(t, func(out *strings.Builder) error {
		return town.explain(out, "jdupont", parsed(t, "quota.set jeanne.dupont@unistra.fr size=20G"))
	})
	if !strings.Contains(said, "Can approve now: ") || !strings.Contains(said, "own-quota: yes") {
		t.Error(said)
	}
	if err := town.explain(&strings.Builder{}, "nobody-of-here", parsed(t, "house.freeze")); err == nil {
		t.Error("somebody unknown was answered")
	}
}

// What somebody may do follows what is delegated, at each date.
func TestRulesMayAndDiff(t *testing.T) {
	now, h := newTown(t)
	uid := slices.Sorted(maps.Keys(now.view.Correspondents()))[0]
	domain := now.view.Person(uid).Delegations[0].Domains[0]
	may := func(in town) string {
		return printed(t, func(out *strings.Builder) error {
			return in.print(out, "", in.book.Claims(in.when, []desk.Person{in.view.Person(uid)}, in.domains))
		})
	}
	if said := may(now); !strings.Contains(strings.Join(strings.Fields(said), " "), "size=10G the account of a person at once") || !strings.Contains(said, domain) {
		t.Errorf("may\n%s", said)
	}
	before := now.view.Latest()
	for _, d := range now.view.Person(uid).Delegations {
		r, err := h.desk.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Shell, Action: parsed(t, "delegation.revoke "+string(d.ID)), Key: string(d.ID)})
		if err != nil || r.State != desk.Settled {
			t.Fatal(r.State, err)
		}
	}
	past, err := now.view.AsOf(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	then := now
	then.view = past
	if said := may(now); strings.Contains(said, "the account of a person") {
		t.Errorf("may, when nothing is delegated\n%s", said)
	}
	said := printed(t, func(out *strings.Builder) error { return then.diff(out, now) })
	if !strings.Contains(said, "- "+string(uid)) || strings.Contains(said, "+ ") {
		t.Errorf("diff of dates\n%s", said)
	}
	if said := printed(t, func(out *strings.Builder) error { return then.diff(out, then) }); said != "Nothing differs.\n" {
		t.Error(said)
	}
	today, err := now.at(t.Context(), time.Now().UTC().Format(time.DateOnly))
	if err != nil || len(today.view.Person(uid).Delegations) > 0 {
		t.Errorf("as of the end of today: %v, %v", today.view.Person(uid).Delegations, err)
	}
	if _, err := now.at(t.Context(), "3 mars"); err == nil {
		t.Error("a date was understood")
	}
}

// A book in several files is read from its folder, and compared with another.
func TestRulesDiffOfBooks(t *testing.T) {
	town, _ := newTown(t)
	folder := t.TempDir()
	for name, text := range map[string]string{
		"10-groups.yaml": "groups: {admins: melusine-admins}\n",
		"20-rules.yml":   "rules:\n  - {id: admins-act, fr: Une., en: One., verbs: [quota.set], when: 'member(\"admins\")', outcome: allow}\n",
		"note.txt":       "not a rule",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := town
	var err error
	if after.book, err = openBook(folder); err != nil {
		t.Fatal(err)
	}
	said := printed(t, func(out *strings.Builder) error { return town.diff(out, after) })
	if !strings.Contains(said, "- sgermain") || !strings.Contains(said, "+ sgermain") || !strings.Contains(said, "an account without owner") {
		t.Errorf("diff of books\n%s", said)
	}
	if _, err := openBook(filepath.Join(folder, "none.yaml")); err == nil {
		t.Error("a book that is not there was read")
	}
	if _, err := openBook(t.TempDir()); err == nil {
		t.Error("an empty folder is a book")
	}
}
