package mirror

import (
	"runtime"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Who sees a rename done finds the account at its new address: while the proof
// is being learned nobody sees the request as it is afterwards.
func TestDoneAndItsProofAreSeenAtOnce(t *testing.T) {
	d, m := house(t, journalOf(t))
	r := askFor(t, d, "b@u.fr", "k")
	_, err := d.Approve(t.Context(), "dsi1", desk.Chat, r.ID, "")
	must(t, err)
	_, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1}}, nil
	})
	must(t, err)

	m.accounts.writing.Lock() // somebody reads all accounts: a proof has to wait
	written := make(chan error, 1)
	go func() {
		_, err := d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
			return []desk.Fact{desk.Done{Attempt: 1, Proof: box("id-bob", "bob", "robert@u.fr")}}, nil
		})
		written <- err
	}()
	seen := desk.Request{}
	for closed := 0; closed < 10_000 && !seen.State.Final(); runtime.Gosched() {
		if closed++; m.mu.TryRLock() {
			closed, seen = 0, m.request(r.ID)
			m.mu.RUnlock()
		}
	}
	if seen.State.Final() {
		t.Error("it is seen done, and the account is where it was")
	}
	m.accounts.writing.Unlock()
	must(t, <-written)
	if r, _ := m.Request(r.ID); r.State != desk.Settled || m.Account("robert@u.fr").ID != "id-bob" || m.Account("bob@u.fr").Known() {
		t.Errorf("in the end: %s, %+v", r.State, m.Account("robert@u.fr"))
	}
}
