package effect_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

const (
	jeanne = "jeanne.dupont@unistra.fr"
	paul   = "paul.langevin@physique.unistra.fr"
)

func office(t testing.TB) (*effect.Office, *simulator.Server) {
	t.Helper()
	server, err := simulator.New(simulator.Config{Now: time.Now, University: simulator.NewUniversity(1000)})
	if err != nil {
		t.Fatal(err)
	}
	base, stop, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	domains, err := partage.NewDomains(partage.Config{BaseURL: base, Now: time.Now, PageSize: 500, Timeout: 5 * time.Second}, server.Keys())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		domains.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return &effect.Office{Domains: domains, Scope: "unistra.fr", Rand: rand.Reader}, server
}

func action(t testing.TB, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func look(t testing.TB, o *effect.Office, a desk.Address) desk.Account {
	t.Helper()
	return lookFor(t, o, desk.Action{Target: string(a)}, "")
}

func lookFor(t testing.TB, o *effect.Office, a desk.Action, id string) desk.Account {
	t.Helper()
	account, err := o.Look(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// do sends the one write of the action.
func do(t testing.TB, o *effect.Office, a desk.Action, before desk.Account) error {
	t.Helper()
	pen, err := o.Pen(t.Context(), a, before)
	if err != nil {
		return err
	}
	return pen.Write(t.Context())
}

// everyVerb is an action of each verb that changes something, in an order in
// which each finds what it needs.
var everyVerb = []string{
	"alias.add " + jeanne + " alias=seminaires@physique.unistra.fr",
	"alias.remove " + jeanne + " alias=seminaires@physique.unistra.fr",
	"alias.renew " + jeanne + " alias=seminaires@physique.unistra.fr until=2027-12-31",
	"quota.set " + jeanne + " size=7G",
	"quota.set " + jeanne + " size=800M",
	"account.lock " + jeanne,
	"account.renew " + jeanne + " until=2027-12-31",
	"account.lock " + jeanne,
	"account.activate " + jeanne,
	"account.close " + jeanne,
	"account.activate " + jeanne,
	"account.hide " + jeanne,
	"account.unhide " + jeanne,
	"account.cos " + jeanne + " cos=s_univ-strasbourg_personnel",
	"account.forward " + jeanne + " to=jeanne@example.org",
	"account.forward " + jeanne + " to=" + paul,
	"account.forward " + jeanne + " to=none",
	"account.profile " + jeanne + ` phone="+33 3 68 85 00 00" title=Directrice city=none sender="Jeanne D."`,
	"account.rename " + jeanne + " to=jeanne.durand@unistra.fr",
}

// Each verb does what it says, once, and is seen to hold only afterwards.
// Undone, it leaves the account as it was.
func TestVerbs(t *testing.T) {
	o, server := office(t)
	tried := map[desk.Verb]bool{}
	for _, text := range everyVerb {
		t.Run(text, func(t *testing.T) {
			a := action(t, text)
			before := lookFor(t, o, a, look(t, o, jeanne).ID)
			if tried[a.Verb] = true; o.Shows(a, before) {
				t.Fatal("shown before it is done")
			}
			undo, ok := desk.Undo(a, before)
			after := carriedOut(t, o, server, a, before)
			if !ok {
				t.Fatal("cannot be undone")
			}
			again := carriedOut(t, o, server, undo, after)
			if diff := cmp.Diff(before, again, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if a.Verb != desk.AccountRename {
				carriedOut(t, o, server, a, again)
			}
		})
	}
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); spec.Changes && !spec.Governs && !tried[verb] && !planned(verb) {
			t.Errorf("%s is not tried here", verb)
		}
	}
}

// planned says that the verb has steps of its own, or shows in no account: see
// deletion_test.go and coming_test.go.
func planned(v desk.Verb) bool {
	return slices.Contains([]desk.Verb{desk.AccountDelete, desk.AccountRestore, desk.AccountCreate, desk.AccountPurge,
		desk.AccountShare, desk.AccountUnshare, desk.AliasMove}, v)
}

// carriedOut is the account once the action is done, by one write.
func carriedOut(t *testing.T, o *effect.Office, server *simulator.Server, a desk.Action, before desk.Account) desk.Account {
	t.Helper()
	writes := len(server.Log())
	if err := do(t, o, a, before); err != nil {
		t.Fatal(err)
	}
	after := lookFor(t, o, a, before.ID)
	if !o.Shows(a, after) || after.ID != before.ID {
		t.Errorf("%s does not show after: %+v", a, after)
	}
	if n := len(server.Log()) - writes; n != 1 {
		t.Errorf("%d writes for %s", n, a)
	}
	return after
}

// A forward leaves a copy, even where none was kept before.
func TestAForwardKeepsACopy(t *testing.T) {
	o, _ := office(t)
	client, err := o.Domains.Client("unistra.fr")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"account.forward " + jeanne + " to=jeanne@example.org", "account.forward " + jeanne + " to=none"} {
		w, err := client.Writer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		to, only := "jeanne@example.org", true
		if text != "account.forward "+jeanne+" to=jeanne@example.org" {
			to = ""
		}
		if err := w.ModifyAccount(t.Context(), jeanne, partage.Change{Forward: &to, ForwardOnly: &only}); err != nil {
			t.Fatal(err)
		}
		a, before := action(t, text), look(t, o, jeanne)
		if o.Shows(a, before) {
			t.Errorf("%s is shown by mail that is kept nowhere", text)
		}
		if err := do(t, o, a, before); err != nil {
			t.Fatal(err)
		}
		if after := look(t, o, jeanne); after.ForwardOnly || !o.Shows(a, after) {
			t.Errorf("%s: %+v", text, after)
		}
	}
}

// A class of service is called by its name, wherever it is met first.
func TestClasses(t *testing.T) {
	o, _ := office(t)
	if a := look(t, o, jeanne); a.COS != "l_univ-strasbourg_personnel" {
		t.Errorf("class %q", a.COS)
	}
	names, err := o.Classes(t.Context())
	if err != nil || len(names) != 5 || !slices.IsSorted(names) || names[0] != "l_univ-strasbourg_heberge" {
		t.Errorf("%q, %v", names, err)
	}
}

func TestEveryVerbThatChangesHasItsSteps(t *testing.T) {
	o, _ := office(t)
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); !spec.Changes || spec.Governs || planned(verb) {
			continue
		}
		err := do(t, o, desk.Action{Verb: verb}, desk.Account{Address: "x@elsewhere.fr"})
		if err == nil || err.Error() == "refused: no steps for "+string(verb) {
			t.Errorf("%s: %v", verb, err)
		}
	}
}

// What the far side does, and what the executor is told of it: it must never
// hear "no effect" of a write that may have had one.
func TestWhatIsKnownOfAWrite(t *testing.T) {
	type fault = simulator.Fault
	alias := "alias.add " + jeanne + " alias=nouveau@unistra.fr"
	for _, tt := range []struct {
		name   string
		action string
		fault  fault
		want   string
	}{
		{"done", alias, fault{}, "done"},
		{"alias taken", "alias.add " + jeanne + " alias=paul.langevin@physique.unistra.fr", fault{}, "refused"},
		{"alias absent", "alias.remove " + jeanne + " alias=nouveau@unistra.fr", fault{}, "refused"},
		{"no such class", "account.cos " + jeanne + " cos=staff", fault{}, "refused"},
		{"renamed to what exists", "account.rename " + jeanne + " to=paul.langevin@physique.unistra.fr", fault{}, "refused"},
		{"foreign domain", "alias.add " + jeanne + " alias=jeanne@example.org", fault{}, "refused"},
		{"dropped, applied", alias, fault{Answer: simulator.Drop, Effect: simulator.Applied}, "unknown"},
		{"dropped, not applied", alias, fault{Answer: simulator.Drop, Effect: simulator.Skipped}, "unknown"},
		{"system failure, applied", alias, fault{Answer: simulator.Message, Message: "system failure: x", Effect: simulator.Applied}, "unknown"},
		{"unable to create, not applied", alias, fault{Answer: simulator.Message, Message: "unable to create entry", Effect: simulator.Skipped}, "unknown"},
		{"bad gateway, applied", alias, fault{Answer: simulator.BadGateway, Effect: simulator.Applied}, "unknown"},
		{"truncated, applied", alias, fault{Answer: simulator.Truncated, Effect: simulator.Applied}, "unknown"},
		{"no status, applied", alias, fault{Answer: simulator.NoStatus, Effect: simulator.Applied}, "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, server := office(t)
			before := look(t, o, jeanne)
			if tt.fault != (fault{}) {
				tt.fault.Method = "AddAccountAlias"
				if err := server.SetFaults(tt.fault); err != nil {
					t.Fatal(err)
				}
			}
			if got := known(do(t, o, action(t, tt.action), before)); got != tt.want {
				t.Errorf("told %s, want %s", got, tt.want)
			}
		})
	}
}

func known(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, desk.ErrRefused):
		return "refused"
	case errors.Is(err, desk.ErrNotSent):
		return "not sent"
	}
	return "unknown"
}

func TestPartageDownIsNotSent(t *testing.T) {
	keys := map[string]partage.Secret{"unistra.fr": partage.NewSecret("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")}
	domains, err := partage.NewDomains(partage.Config{BaseURL: "http://127.0.0.1:1/service/domain", Now: time.Now}, keys)
	if err != nil {
		t.Fatal(err)
	}
	o := &effect.Office{Domains: domains, Scope: "unistra.fr"}
	if got := known(do(t, o, action(t, "quota.set "+jeanne+" size=7G"), desk.Account{ID: "x", Address: jeanne})); got != "not sent" {
		t.Errorf("told %s", got)
	}
	if a, err := o.Look(t.Context(), desk.Action{Target: jeanne}, ""); err == nil {
		t.Errorf("saw %+v: no answer is not the same as no account", a)
	}
}

func TestLook(t *testing.T) {
	o, _ := office(t)
	if a := look(t, o, jeanne); a.Owner != "jdupont" || a.Quota != 5<<30 || a.Status != "active" || a.ID == "" {
		t.Errorf("%+v", a)
	}
	if a := look(t, o, "personne.du.tout@unistra.fr"); a.Known() {
		t.Errorf("found %+v", a)
	}
	if _, err := o.Look(t.Context(), desk.Action{Target: "x@not-ours.fr"}, ""); err == nil {
		t.Error("a domain without a key was looked at")
	}
}

// A mailbox has an owner only if its carLicense is in our scope, to the letter.
func TestOwner(t *testing.T) {
	o, _ := office(t)
	for scope, owner := range map[string]desk.UID{"unistra.fr": "jdupont", "istra.fr": "", "": "", "univ-test.fr": ""} {
		o.Scope = scope
		if a := look(t, o, jeanne); a.Owner != owner {
			t.Errorf("scope %q gives %q", scope, a.Owner)
		}
	}
}

func TestAccountsListsEverybodyOnce(t *testing.T) {
	o, _ := office(t)
	for _, text := range []string{"account.hide " + jeanne, "account.forward " + jeanne + " to=" + paul, "alias.add " + jeanne + " alias=zoe@unistra.fr"} {
		if err := do(t, o, action(t, text), look(t, o, jeanne)); err != nil {
			t.Fatal(err)
		}
	}
	client, err := o.Domains.Client("unistra.fr")
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	only := true
	if err := w.ModifyAccount(t.Context(), jeanne, partage.Change{ForwardOnly: &only}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var one desk.Account
	for a, err := range o.Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[a.ID] {
			t.Fatalf("%s twice", a.Address)
		}
		seen[a.ID] = true
		if a.Address == jeanne {
			one = a
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d accounts", len(seen))
	}
	if diff := cmp.Diff(look(t, o, jeanne), one, cmpopts.IgnoreFields(desk.Account{}, "Detail")); diff != "" || !one.Hidden || !one.ForwardOnly || one.Forward != paul {
		t.Errorf("read and listed differ, or are not whole: %+v\n%s", one, diff)
	}
}

func TestAListingThatFailsSaysSo(t *testing.T) {
	o, server := office(t)
	if err := server.SetFaults(simulator.Fault{Method: "GetAllAccounts", Answer: simulator.BadGateway}); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range o.Accounts(t.Context()) {
		last = err
	}
	if last == nil {
		t.Error("ended as if it were complete")
	}
}
