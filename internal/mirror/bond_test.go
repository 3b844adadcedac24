package mirror

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// bonds folds facts by bob and tells whether the last may be.
func bonds(t *testing.T, facts ...desk.Fact) (bond desk.Bond, chat string, err error) {
	t.Helper()
	m := newFold()
	for i, f := range facts {
		by := desk.UID("bob")
		if _, ends := f.(desk.Unbound); ends {
			by = desk.System
		}
		err = m.add(desk.Event{Seq: desk.Seq(i + 1), At: noon.Add(time.Duration(i) * time.Minute), By: by, Subject: "bob", Fact: f})
		if err != nil && i+1 < len(facts) {
			t.Fatal(err)
		}
	}
	return m.persons["a"], m.chats["bob"], err
}

func TestBonds(t *testing.T) {
	offer, bound := desk.BindingOffered{Digest: "d", Until: noon}, desk.Bound{Account: "a", Digest: "d"}
	ended := desk.Unbound{Who: "bob", Account: "a", Why: desk.Left}
	for name, tt := range map[string]struct {
		facts []desk.Fact
		legal bool
		want  desk.Bond
	}{
		"by a code":             {[]desk.Fact{offer, bound}, true, desk.Bond{Who: "bob", At: noon.Add(time.Minute)}},
		"without a code":        {[]desk.Fact{bound}, false, desk.Bond{}},
		"by the code of nobody": {[]desk.Fact{offer, desk.Bound{Account: "a", Digest: "x"}}, false, desk.Bond{}},
		"by a service":          {[]desk.Fact{desk.Bound{Account: "a", Service: "ldap"}}, true, desk.Bond{Who: "bob", At: noon, Service: "ldap"}},
		"renewed":               {[]desk.Fact{offer, bound, offer, bound}, true, desk.Bond{Who: "bob", At: noon.Add(3 * time.Minute)}},
		"ended":                 {[]desk.Fact{offer, bound, ended}, true, desk.Bond{}},
		"ended twice":           {[]desk.Fact{offer, bound, ended, ended}, false, desk.Bond{}},
		"ended, never begun":    {[]desk.Fact{ended}, false, desk.Bond{}},
		"of another ended":      {[]desk.Fact{offer, bound, desk.Unbound{Who: "eve", Account: "a"}}, false, desk.Bond{Who: "bob", At: noon.Add(time.Minute)}},
		"of nobody ended":       {[]desk.Fact{desk.Unbound{Account: "b"}}, false, desk.Bond{}},
	} {
		bond, chat, err := bonds(t, tt.facts...)
		if (err == nil) != tt.legal || err != nil && !errors.Is(err, desk.ErrIllegal) || bond != tt.want || (chat == "a") != (bond.Who != "") {
			t.Errorf("%s: %+v, %q, %v", name, bond, chat, err)
		}
	}
}

// What was heard is forgotten when nobody can ask any more, so that memory does
// not grow for ever.
func TestHeardIsForgotten(t *testing.T) {
	m := newFold()
	for i := range 5000 {
		at := noon.Add(time.Duration(i) * 10 * time.Second)
		e := desk.Event{Seq: desk.Seq(i + 1), At: at, By: desk.System, Subject: desk.System, Fact: desk.Heard{Post: fmt.Sprint(i), Until: at.Add(time.Minute)}}
		if err := m.add(e); err != nil {
			t.Fatal(err)
		}
	}
	if m.heard["4999"].Tries != 1 || m.heard["4900"].Tries != 1 || m.heard["1"].Tries != 0 {
		t.Error("too much is forgotten, or nothing")
	}
}
