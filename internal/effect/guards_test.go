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
		if err := o.Do(t.Context(), tt.action, tt.target); !errors.Is(err, tt.want) {
			t.Errorf("%s: told %v, want %v", name, err, tt.want)
		}
	}
}

// An account that is not there shows nothing, not even that an alias is gone.
func TestNoAccountShowsNothing(t *testing.T) {
	o, _ := office(t)
	for _, text := range []string{"alias.add bob alias=b@unistra.fr", "alias.remove bob alias=b@unistra.fr", "quota.set bob size=1G"} {
		if o.Shows(action(t, text), desk.Account{}) {
			t.Errorf("%s is shown by nothing", text)
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
