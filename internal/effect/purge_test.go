package effect_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// What was opened again, or given to somebody, since it was deleted stays.
func TestWhatIsInUseIsNotDestroyed(t *testing.T) {
	o, server := office(t)
	before := arrive(t, o, partage.Change{})
	taken := deletion(t, o, before)
	carriedOutAll(t, o, server, before.ID, taken.Plan.Steps)
	purge := desk.Request{Action: action(t, "account.purge "+marie), Mailbox: before.ID}
	trash := lookFor(t, o, purge.Action, before.ID)
	active, eppn := partage.Active, "mlegoff@unistra.fr"
	if err := writer(t, o, "unistra.fr").ModifyAccount(t.Context(), partage.Address(trash.Address), partage.Change{Status: &active, CarLicense: &eppn}); err != nil {
		t.Fatal(err)
	}
	now := lookFor(t, o, purge.Action, before.ID)
	r, err := planOf(t, o, purge, now, taken)
	if err != nil {
		return
	}
	err = do(t, o, r.Next(), now)
	t.Errorf("a mailbox %s of %q was destroyed: %v, %v", now.Status, now.Owner, r.Plan, err)
}
