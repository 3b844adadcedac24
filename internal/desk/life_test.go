package desk_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What the directory says of the mail × what Partage has × how long ago it was
// deleted: every cell is said here.
func TestLives(t *testing.T) {
	statuses := []string{"", "active", "locked", "closed", "lockout", "maintenance", "pending"}
	for _, tt := range []struct {
		state, phase string
		stage        desk.Stage
		next         []desk.Verb // by status, as above
	}{
		{"A", "SupannAnticipe", desk.Anticipated, []desk.Verb{"account.create", "account.lock", "", "account.activate", "account.lock", "", ""}},
		{"A", "SupannPrecree", desk.Anticipated, []desk.Verb{"account.create", "account.lock", "", "account.activate", "account.lock", "", ""}},
		{"A", "SupannActif", desk.InUse, []desk.Verb{"account.create", "", "account.activate", "account.activate", "", "", ""}},
		{"A", "", desk.InUse, []desk.Verb{"account.create", "", "account.activate", "account.activate", "", "", ""}},
		{"A", "SupannSursis", desk.Grace, []desk.Verb{"account.create", "", "account.activate", "account.activate", "", "", ""}},
		{"S", "SupannVerrouille", desk.Suspended, []desk.Verb{"", "account.lock", "", "", "account.lock", "", ""}},
		{"I", "SupannExpire", desk.Ended, []desk.Verb{"", "account.close", "account.close", "", "account.close", "", ""}},
		{"I", "", desk.Ended, []desk.Verb{"", "account.close", "account.close", "", "account.close", "", ""}},
		{"I", "SupannSupprCompte", desk.Ended, []desk.Verb{"", "account.delete", "account.delete", "account.delete", "", "", ""}},
		{"I", "SupannSupprDonnees", desk.Ended, []desk.Verb{"", "account.delete", "account.delete", "account.delete", "", "", ""}},
		{"", "", desk.Unclear, make([]desk.Verb, 7)},
		{"X", "SupannActif", desk.Unclear, make([]desk.Verb, 7)},
	} {
		p := desk.Person{UID: "bob", MailState: tt.state, MailPhase: tt.phase}
		for i, status := range statuses {
			account, stage := desk.Account{Address: "bob@u.fr", ID: "bob", Status: status}, tt.stage
			if status == "" {
				account = desk.Account{}
				if stage = desk.Absent; tt.next[i] != "" {
					stage = desk.Expected
				}
			}
			if got := desk.LifeOf(p, account, time.Time{}, now); got != (desk.Life{Stage: stage, Next: tt.next[i]}) {
				t.Errorf("%s:%s, %q: %+v", tt.state, tt.phase, status, got)
			}
		}
		trash := desk.Account{ID: "bob", Address: "deleted-bob@u.fr", Status: "closed"}
		until := now.Add(desk.Term)
		inTime := desk.Life{Stage: desk.Discarded, Next: "account.purge", Until: until}
		if tt.state == "A" {
			inTime = desk.Life{Stage: desk.Discarded, Next: "account.restore"}
		}
		for at, want := range map[time.Time]desk.Life{now: inTime, until: inTime, until.Add(1): {Stage: desk.Forfeit, Next: "account.purge"}} {
			if got := desk.LifeOf(p, trash, now, at); got != want {
				t.Errorf("%s:%s, deleted, at %v: %+v", tt.state, tt.phase, at, got)
			}
		}
		if got := desk.LifeOf(p, desk.Account{}, now, now); got.Stage != desk.Purged || got.Next != "" {
			t.Errorf("purged: %+v", got)
		}
	}
}
