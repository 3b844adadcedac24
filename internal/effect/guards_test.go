package effect_test

import (
	"errors"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage/simulator"
)

func TestWhatIsKnownWithoutEffect(t *testing.T) {
	o, server := office(t)
	before, alias := look(t, o, jeanne), action(t, "alias.add "+jeanne+" alias=nouveau@unistra.fr")
	for name, tt := range map[string]struct {
		action  desk.Action
		target  desk.Account
		message string
		want    error
	}{
		"token refused":       {alias, before, "invalid token", desk.ErrNotSent},
		"maintenance":         {alias, before, "domain is in maintenance mode", desk.ErrNotSent},
		"not an address":      {desk.Action{Verb: desk.AliasAdd, Args: "alias=x"}, before, "", desk.ErrNotSent},
		"no such account":     {alias, before, "no such account", desk.ErrRefused},
		"no key":              {alias, desk.Account{ID: "x", Address: "x@elsewhere.fr"}, "", desk.ErrRefused},
		"a verb without step": {action(t, "account.show "+jeanne), before, "", desk.ErrRefused},
	} {
		var faults []simulator.Fault
		if tt.message != "" {
			faults = append(faults, simulator.Fault{Method: "AddAccountAlias", Answer: simulator.Message, Message: tt.message, Effect: simulator.Skipped})
		}
		if err := server.SetFaults(faults...); err != nil {
			t.Fatal(err)
		}
		if err := do(t, o, tt.action, tt.target); !errors.Is(err, tt.want) {
			t.Errorf("%s: told %v, want %v", name, err, tt.want)
		}
	}
}

// An account that is not there shows nothing, not even that an alias is gone.
func TestNoAccountShowsNothing(t *testing.T) {
	o, _ := office(t)
	for _, text := range everyVerb {
		if o.Shows(action(t, text), desk.Account{}) {
			t.Errorf("%s is shown by nothing", text)
		}
	}
}

// Of a class of service that could not be found out nothing is sent.
func TestAClassThatIsNotFoundOut(t *testing.T) {
	o, server := office(t)
	before, a := look(t, o, jeanne), action(t, "account.cos "+jeanne+" cos=s_univ-strasbourg_personnel")
	for _, answer := range []simulator.Answer{simulator.BadGateway, simulator.Truncated, simulator.Drop} {
		if err := server.SetFaults(simulator.Fault{Method: "GetCos", Answer: answer}); err != nil {
			t.Fatal(err)
		}
		writes := len(server.Log())
		if err := do(t, o, a, before); !errors.Is(err, desk.ErrNotSent) || len(server.Log()) != writes {
			t.Errorf("%v: told %v, %d writes", answer, err, len(server.Log())-writes)
		}
	}
}

func TestClassesThatCannotBeRead(t *testing.T) {
	o, server := office(t)
	if err := server.SetFaults(simulator.Fault{Method: "GetAllCos", Answer: simulator.BadGateway}); err != nil {
		t.Fatal(err)
	}
	if names, err := o.Classes(t.Context()); err == nil {
		t.Errorf("%q, and no error", names)
	}
	if a, err := o.Look(t.Context(), desk.Action{Target: jeanne}, ""); err == nil {
		t.Errorf("saw %+v, whose class has no name", a)
	}
	for _, err := range o.Accounts(t.Context()) {
		if err == nil {
			t.Fatal("listed without the names of classes")
		}
	}
}

func TestNothingFollowsAnErrorOfTheListing(t *testing.T) {
	o, server := office(t)
	if err := server.SetFaults(simulator.Fault{Method: "GetAllAccounts", Answer: simulator.BadGateway}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for range o.Accounts(t.Context()) {
		n++
	}
	if n != 1 {
		t.Errorf("%d rows, the error included", n)
	}
}

// A pen whose write may not leave at the last moment sends nothing, and says so.
func TestAPenAsksForLeave(t *testing.T) {
	o, server := office(t)
	pen, err := o.Pen(t.Context(), action(t, "alias.add "+jeanne+" alias=nouveau@unistra.fr"), look(t, o, jeanne))
	if err != nil {
		t.Fatal(err)
	}
	err = pen.Write(desk.WithLeave(t.Context(), func() error { return desk.Fail(desk.Unavailable, desk.HouseFrozen) }))
	if !errors.Is(err, desk.ErrNotSent) || len(server.Log()) != 0 {
		t.Errorf("told %v, %d writes", err, len(server.Log()))
	}
}
