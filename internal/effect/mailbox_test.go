package effect_test

import (
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// The mailbox is followed by its identifier; whoever has its address since is
// told apart.
func TestLookFollowsTheMailbox(t *testing.T) {
	o, _ := office(t)
	before, w := look(t, o, jeanne), writer(t, o, "unistra.fr")
	rename := action(t, "account.rename "+jeanne+" to=jeanne.durand@unistra.fr")
	if err := w.RenameAccount(t.Context(), jeanne, "jeanne.durand@unistra.fr"); err != nil {
		t.Fatal(err)
	}
	for _, a := range []desk.Action{rename, action(t, "account.hide "+jeanne)} {
		if got := lookFor(t, o, a, before.ID); got.ID != before.ID || got.Address != "jeanne.durand@unistra.fr" {
			t.Errorf("%s: found %q at %s", a, got.ID, got.Address)
		}
	}
	if err := w.CreateAccount(t.Context(), jeanne, partage.NewAccount{PasswordHash: partage.NewSecret("{SSHA}x")}); err != nil {
		t.Fatal(err)
	}
	for _, a := range []desk.Action{rename, action(t, "account.hide "+jeanne)} {
		if got := lookFor(t, o, a, before.ID); got.ID != before.ID {
			t.Errorf("%s: took the heir %q for it", a, got.ID)
		}
	}
	if got := lookFor(t, o, rename, "nobody"); got.Address != jeanne || got.ID == before.ID {
		t.Errorf("where it was: %+v", got)
	}
	if got := lookFor(t, o, action(t, "account.hide nobody.at.all@unistra.fr"), "nobody"); got.Known() {
		t.Errorf("found %+v", got)
	}
}

func TestAPenWritesOnce(t *testing.T) {
	o, server := office(t)
	pen, err := o.Pen(t.Context(), action(t, "account.hide "+jeanne), look(t, o, jeanne))
	if err != nil || pen.Issued().IsZero() {
		t.Fatal(err)
	}
	if err := pen.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := known(pen.Write(t.Context())); got != "unknown" || len(server.Log()) != 1 {
		t.Errorf("%s, %d writes", got, len(server.Log()))
	}
}

// The mark leaves what others wrote as it was, and there is one of ours at most.
func TestMark(t *testing.T) {
	o, _ := office(t)
	mark, unmark := action(t, `account.mark `+jeanne+` mark="melusine D-12 deleted x@u.fr"`), action(t, `account.unmark `+jeanne+` mark="melusine D-12 deleted x@u.fr"`)
	for _, text := range []string{"", "a", " a ", "a\n", "[b]", "[melusine] [melusine D-1]", "D-12 [autre D-12 deleted x@u.fr]"} {
		w := writer(t, o, "unistra.fr")
		if err := w.ModifyAccount(t.Context(), jeanne, partage.Change{Notes: &text}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := do(t, o, mark, look(t, o, jeanne)); err != nil {
				t.Fatal(err)
			}
		}
		if a := look(t, o, jeanne); !o.Shows(mark, a) || o.Shows(unmark, a) || strings.Count(a.Detail.Notes, "[melusine D-12 deleted x@u.fr]") != 1 {
			t.Errorf("%q became %q", text, a.Detail.Notes)
		}
		if err := do(t, o, unmark, look(t, o, jeanne)); err != nil {
			t.Fatal(err)
		}
		if a := look(t, o, jeanne); a.Detail.Notes != text || !o.Shows(unmark, a) {
			t.Errorf("%q came back as %q", text, a.Detail.Notes)
		}
	}
}
