package notify_test

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/notify"
)

// Who holds something is told that its last day is near; of a right also who asked
// for it, who alone can renew it.
func TestWhoIsToldOfALastDay(t *testing.T) {
	for verb, want := range map[desk.Verb][]desk.Role{
		desk.AliasAdd: {desk.ToHolder}, desk.ListCreate: {desk.ToHolder}, desk.AccountShare: {desk.ToHolder}, desk.DelegationGrant: {desk.ToHolder, desk.ToLender},
	} {
		r := desk.Request{ID: "D-1", By: "ann", Owner: "bob", State: desk.Settled, Action: desk.Action{Verb: verb}, Noticed: true, Decision: desk.Decision{Outcome: desk.Allowed}}
		if got := notify.Wanted(r); !slices.Equal(got[len(got)-len(want):], want) || slices.Contains(got, desk.ToLender) != (len(want) == 2) {
			t.Errorf("%s: %q", verb, got)
		}
		if r.Noticed = false; slices.Contains(notify.Wanted(r), desk.ToHolder) {
			t.Errorf("%s: told before it is near", verb)
		}
	}
}
