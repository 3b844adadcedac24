package bot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// stageless tells of calls, and would write into whoever reads them if it could.
type stageless struct{ err error }

func (s stageless) Rehearse(_ context.Context, r desk.Request, _ desk.Request) (desk.Account, desk.Plan, []desk.Call, error) {
	before := desk.Account{ID: r.Mailbox, Address: desk.Address(r.Action.Target), Quota: 1 << 30}
	return before, desk.Plan{}, []desk.Call{{Method: "ModifyAccount", Domain: "u.fr", Params: []desk.Param{{Name: "name", Value: "bob@u.fr"}, {Name: "x", Value: "@all `<!channel>"}}}}, s.err
}

func TestTrying(t *testing.T) {
	for typed, want := range map[string][]string{
		"try quota bob 2GB":             {"Accepted at once", "quota: `1 GB` → ", "ModifyAccount", "Nothing was sent"},
		"essai quota bob 2Go":           {"quota:"},
		"DRY-RUN quota.set bob size=2G": {"ModifyAccount"},
		"try account close bob":         {"Denied by the rules"},
		"try account bob":               {"I did not understand"},
		"try freeze":                    {"I did not understand"},
		"try quota nobody 2GB":          {"No account"},
		"try":                           {"I did not understand"},
	} {
		t.Run(typed, func(t *testing.T) {
			h := newHouse(t)
			h.desk.Rehearser = stageless{}
			said := strings.NewReplacer("\u00a0", " ", "`1 GB`", "1 GB").Replace(h.types(t, "marie", typed))
			for _, w := range want {
				if !strings.Contains(said, strings.ReplaceAll(w, "`1 GB`", "1 GB")) {
					t.Errorf("said %q, lacks %q", said, w)
				}
			}
			if len(h.ids()) != 0 {
				t.Error("it was asked for")
			}
			if strings.Contains(typed, "close") && strings.Contains(said, "ModifyAccount") {
				t.Error("who is denied is shown what would be sent")
			}
		})
	}
	h := newHouse(t)
	h.desk.Rehearser = stageless{desk.Fail(desk.Conflict, desk.OtherMailbox, "target", "bob@u.fr")}
	if said := h.types(t, "marie", "try quota bob 2GB"); !strings.Contains(said, "not be possible now") {
		t.Errorf("said %q", said)
	}
}
