package trial_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
	"github.com/unistra/melusine/rules/trial"
)

// dupont is a request about real people.
func dupont(t *testing.T, text string) desk.Facts {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	f := desk.Facts{
		Actor: desk.Person{UID: "jdupont", Name: "Jeanne Dupont", Mail: "jeanne.dupont@a.fr", EPPN: "jdupont@a.fr", Affiliation: "employee", Unit: "PHY",
			UnitDomain: "a.fr", Manager: "mcurie", Groups: []string{"personnel", "Tous les agents"},
			Delegations: []desk.Delegation{{Grant: desk.Grant{To: "jdupont", Domains: []string{"a.fr", "b.fr"}}}}},
		Via: desk.Portal, Action: a,
		Target: desk.Account{ID: "1", Address: "paul.langevin@a.fr", Owner: "plangevin", Name: "Paul Langevin", Status: "locked", COS: "grand",
			Quota: 3 << 30, Aliases: []desk.Address{"paul.langevim@a.fr", "rssi@a.fr", "p2@a.fr"}},
		Owner:  desk.Person{UID: "plangevin", Name: "Paul Langevin", Manager: "mcurie"},
		Domain: "a.fr",
	}
	if size, err := desk.ParseSize(a.Arg("size")); err == nil {
		f.Size = int64(size)
	}
	return f
}

var waits = desk.Decision{Outcome: desk.Pending, Rule: "r", Because: desk.Text{FR: "Il faut.", EN: "One must."}, Deadline: 3, Expiry: 9,
	Panels: []desk.Panel{{Approvers: []string{"person:mcurie", "domain:a.fr"}, Needed: 1}, {Approvers: []string{"group:x", "person:zorro"}, Needed: 2}}}

// What is written is read back as it was.
func TestWrite(t *testing.T) {
	for _, action := range []string{"quota.set paul.langevin@a.fr size=5G", "house.freeze", "account.forward paul.langevin@a.fr to=none"} {
		f := dupont(t, action)
		if f.Action.Target == "" {
			f.Target, f.Owner, f.Domain = desk.Account{}, desk.Person{}, ""
			f.Actor.Delegations = nil // manages nothing of it
		}
		text := trial.Write("D-512", f, waits)
		s, err := trial.Load(rules.File{Name: "d.txtar", Text: text})
		if err != nil || len(s.Cases) != 1 {
			t.Fatalf("%v in\n%s", err, text)
		}
		got := s.Cases[0]
		f.Actor.Mail, f.Actor.EPPN, f.Target.Name = "", "", ""
		if f.Target.ID != "" {
			f.Target.ID = string(f.Target.Address)
		}
		if diff := cmp.Diff(f, got.Facts); diff != "" {
			t.Errorf("%s(-want +got)\n%s", text, diff)
		}
		want := trial.Answer{Outcome: desk.Pending, By: "r", From: waits.Panels, Within: &[2]int{3, 9}, Says: "Il faut."}
		if diff := cmp.Diff(want, got.Want); diff != "" {
			t.Error(diff)
		}
	}
}

// Nobody is found in a case that is masked, and it asks the same.
func TestMask(t *testing.T) {
	for _, action := range []string{"alias.add paul.langevin@a.fr alias=paul-jean.langevin9@b.fr", "account.forward paul.langevin@a.fr to=famille@langevin.fr",
		"account.rename paul.langevin@a.fr to=paul.l@a.fr", "alias.remove paul.langevin@a.fr alias=paul.langevim@a.fr"} {
		f, d := trial.Mask(dupont(t, action), waits, []desk.Address{"rssi@a.fr"})
		text := trial.Write("D-512", f, d)
		for _, secret := range []string{"jdupont", "plangevin", "mcurie", "zorro", "paul", "jeanne", "Jeanne", "Langevin", "langevi", "famille"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: tells %q\n%s", action, secret, text)
			}
		}
		if _, err := trial.Load(rules.File{Name: "d.txtar", Text: text}); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	const want = `-- people --
asker: affiliation=employee unit=PHY unitDomain=a.fr manager=head groups="personnel,Tous les agents" manages=a.fr,b.fr
holder: manager=head
-- accounts --
xxxx.xxxxxxxx@a.fr: owner=holder status=locked cos=grand quota=3G aliases=yyyy.yyyyyyyy@a.fr,rssi@a.fr,x0@a.fr
-- D-512 --
who: asker
asks: alias.add xxxx.xxxxxxxx@a.fr alias=xxxx-xxxx.xxxxxxxx0@b.fr
door: portal
gets: ask by r
from: 1 of person:head, domain:a.fr
from: 2 of group:x, person:approver
within: 3 of 9 days
says: Il faut.
`
	f, d := trial.Mask(dupont(t, "alias.add paul.langevin@a.fr alias=paul-jean.langevin9@b.fr"), waits, []desk.Address{"rssi@a.fr"})
	if diff := cmp.Diff(want, trial.Write("D-512", f, d)); diff != "" {
		t.Error(diff)
	}
}
