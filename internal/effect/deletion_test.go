package effect_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// marie has all that a deletion could lose: an address with underscores,
// aliases in two domains, an EPPN in odd letters, notes of several lines, and
// lists of two domains, one of them by an alias.
const marie = "marie_anne.le_goff@unistra.fr"

const (
	personnels = "personnels@unistra.fr"
	conseil    = "conseil@unistra.fr"
	physics    = "personnels@physique.unistra.fr"
)

var notes = "Compte restauré,\nà garder [2024] "

// arrive makes marie's account, changed further by more.
func arrive(t testing.TB, o *effect.Office, more partage.Change) desk.Account {
	t.Helper()
	w := writer(t, o, "unistra.fr")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	eppn, quota := "MLeGoff@unistra.fr", int64(3<<30)
	must(w.CreateAccount(t.Context(), marie, partage.NewAccount{PasswordHash: partage.NewSecret("{SSHA}x"),
		Others: partage.Change{CarLicense: &eppn, Quota: &quota, Notes: &notes}}))
	must(w.AddAccountAlias(t.Context(), marie, "m.goff@unistra.fr"))
	must(w.AddAccountAlias(t.Context(), marie, "goff@physique.unistra.fr"))
	must(w.AddGroupMembers(t.Context(), personnels, marie))
	must(w.AddGroupMembers(t.Context(), conseil, "m.goff@unistra.fr", marie))
	must(writer(t, o, "physique.unistra.fr").AddGroupMembers(t.Context(), physics, "goff@physique.unistra.fr"))
	if !cmp.Equal(more, partage.Change{}) {
		must(w.ModifyAccount(t.Context(), marie, more))
	}
	return look(t, o, marie)
}

func writer(t testing.TB, o *effect.Office, domain string) *partage.Writer {
	t.Helper()
	client, err := o.Domains.Client(domain)
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// world is all that Partage has of marie: her account, wherever it is, and the
// members of the lists.
func world(t testing.TB, o *effect.Office, id string) (w struct {
	Account partage.Account
	Lists   map[partage.Address][]partage.Address
}) {
	t.Helper()
	w.Lists = map[partage.Address][]partage.Address{}
	found := lookFor(t, o, desk.Action{Target: marie}, id)
	client, err := o.Domains.Client("unistra.fr")
	if err == nil {
		w.Account, err = client.GetAccount(t.Context(), partage.Address(found.Address))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []partage.Address{personnels, conseil, physics} {
		client, err := o.Domains.For(l)
		if err != nil {
			t.Fatal(err)
		}
		g, err := client.GetGroup(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(g.Members)
		w.Lists[l] = g.Members
	}
	return w
}

// steps has the steps done, each by one write that shows, and returns the
// request as it would be then.
func carriedOutAll(t testing.TB, o *effect.Office, server *simulator.Server, id string, steps []desk.Step) {
	t.Helper()
	for _, s := range steps {
		before := lookFor(t, o, s.Do, id)
		if o.Shows(s.Do, before) || before.ID != id {
			t.Fatalf("%s shows before it is done, or is about %q", s.Do, before.ID)
		}
		writes := len(server.Log())
		if err := do(t, o, s.Do, before); err != nil {
			t.Fatalf("%s: %v", s.Do, err)
		}
		if after := lookFor(t, o, s.Do, id); !o.Shows(s.Do, after) || after.ID != id || len(server.Log()) != writes+1 {
			t.Fatalf("%s: does not show, or not after one write", s.Do)
		}
	}
}

func deletion(t testing.TB, o *effect.Office, before desk.Account) desk.Request {
	t.Helper()
	r := desk.Request{ID: "D-7", Action: action(t, "account.delete "+string(before.Address)), Mailbox: before.ID, Origin: before}
	var err error
	if r.Plan, err = o.Plan(t.Context(), r, before, desk.Request{}); err != nil {
		t.Fatal(err)
	}
	return r
}

func verbs(steps []desk.Step) (verbs []string) {
	for _, s := range steps {
		verbs = append(verbs, string(s.Do.Verb))
	}
	return verbs
}

func TestDeletionAndReturn(t *testing.T) {
	locked, hidden, closed, none := partage.Locked, true, partage.Closed, ""
	long := strings.Repeat("é", 1024)
	whole := "list.leave list.leave list.leave list.leave account.close account.hide account.rename account.eppn account.mark"
	for name, tt := range map[string]struct {
		change partage.Change
		want   string
	}{
		"as it is":      {partage.Change{}, whole},
		"locked":        {partage.Change{Status: &locked}, whole},
		"hidden":        {partage.Change{HideInGal: &hidden}, strings.Replace(whole, " account.hide", "", 1)},
		"nobody's":      {partage.Change{CarLicense: &none}, strings.Replace(whole, " account.eppn", "", 1)},
		"without notes": {partage.Change{Notes: &none}, whole},
		"notes full":    {partage.Change{Notes: &long}, strings.Replace(whole, " account.mark", "", 1)},
		"closed":        {partage.Change{Status: &closed}, "account.hide account.rename account.eppn account.mark"},
	} {
		t.Run(name, func(t *testing.T) {
			o, server := office(t)
			before := arrive(t, o, tt.change)
			was := world(t, o, before.ID)
			r := deletion(t, o, before)
			if got := strings.Join(verbs(r.Plan.Steps), " "); got != tt.want {
				t.Fatalf("steps %s", got)
			}
			carriedOutAll(t, o, server, before.ID, r.Plan.Steps)
			gone := world(t, o, before.ID)
			trash := partage.Address("deleted-" + before.ID + "@unistra.fr")
			if a := gone.Account; a.Name != trash || a.Status != partage.Closed || !a.HideInGal || a.CarLicense != "" || len(a.Aliases) != 2 || a.Quota != was.Account.Quota {
				t.Errorf("deleted: %+v", a)
			}
			for l, members := range gone.Lists {
				if slices.ContainsFunc(members, func(m partage.Address) bool {
					return m == trash || slices.Contains(append(was.Account.Aliases, marie), m)
				}) {
					t.Errorf("%s still has it: %v", l, members)
				}
			}
			if !strings.Contains(tt.want, "mark") != !strings.Contains(gone.Account.Notes, "[melusine D-7 deleted "+marie+"]") {
				t.Errorf("notes %q", gone.Account.Notes)
			}
			back, err := o.Plan(t.Context(), desk.Request{Action: action(t, "account.restore "+marie), Mailbox: before.ID}, lookFor(t, o, desk.Action{Target: marie}, before.ID), r)
			if err != nil || len(back.Lost) != 0 {
				t.Fatal(back.Lost, err)
			}
			carriedOutAll(t, o, server, before.ID, back.Steps)
			if diff := cmp.Diff(was, world(t, o, before.ID), cmpopts.EquateComparable(partage.Secret{})); diff != "" {
				t.Error("not as it was: " + diff)
			}
			deletesNothing(t, server)
		})
	}
}

// Wherever a deletion, or a return, is broken off, taking back what was done
// leaves everything as it was.
func TestTakenBackFromAnywhere(t *testing.T) {
	o, server := office(t)
	before := arrive(t, o, partage.Change{})
	r := deletion(t, o, before)
	back := func(steps []desk.Step) []desk.Step {
		return desk.Request{Plan: desk.Plan{Steps: steps}}.Reverse().Steps
	}
	there := func(steps []desk.Step) {
		t.Helper()
		was := world(t, o, before.ID)
		for k := 1; k <= len(steps); k++ {
			carriedOutAll(t, o, server, before.ID, steps[:k])
			carriedOutAll(t, o, server, before.ID, back(steps[:k]))
			if diff := cmp.Diff(was, world(t, o, before.ID)); diff != "" {
				t.Fatalf("after %d steps taken back: %s", k, diff)
			}
		}
	}
	there(r.Plan.Steps)
	carriedOutAll(t, o, server, before.ID, r.Plan.Steps)
	there(r.Reverse().Steps)
	deletesNothing(t, server)
}

// deletesNothing: what deletes for good has no place in the log of the writes.
func deletesNothing(t testing.TB, server *simulator.Server) {
	t.Helper()
	for _, w := range server.Log() {
		if strings.HasPrefix(w.Method, "Delete") {
			t.Errorf("%s of %s was sent", w.Method, w.Name)
		}
	}
}

func TestWhatCannotBeDeleted(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*desk.Account)
		want  desk.Code
	}{
		"a status that only Partage sets":     {func(a *desk.Account) { a.Status = "maintenance" }, desk.NotReversible},
		"locked out":                          {func(a *desk.Account) { a.Status = desk.Lockout }, desk.NotReversible},
		"an EPPN that no word of ours says":   {func(a *desk.Account) { a.Detail.EPPN = "two  spaces" }, desk.NotReversible},
		"an EPPN of two lines":                {func(a *desk.Account) { a.Detail.EPPN = "a@u.fr\nb@u.fr" }, desk.NotReversible},
		"an identifier that makes no address": {func(a *desk.Account) { a.ID = "x y" }, desk.NotReversible},
		"deleted already":                     {func(a *desk.Account) { a.Address = a.Trash() }, desk.AlreadySo},
		"not looked at":                       {func(a *desk.Account) { a.Detail = nil }, desk.AlreadySo},
	} {
		o, _ := office(t)
		before := look(t, o, jeanne)
		tt.spoil(&before)
		plan, err := o.Plan(t.Context(), desk.Request{ID: "D-1", Action: action(t, "account.delete "+jeanne)}, before, desk.Request{})
		if desk.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, %v", name, verbs(plan.Steps), err)
		}
	}
}

// A domain that does not answer may have a list with the account: nothing is
// concluded from its silence.
func TestNoAnswerIsNoPlan(t *testing.T) {
	o, server := office(t)
	before := arrive(t, o, partage.Change{})
	r := deletion(t, o, before)
	carriedOutAll(t, o, server, before.ID, r.Plan.Steps)
	trash := lookFor(t, o, desk.Action{Target: marie}, before.ID)
	for method, plan := range map[string]func() error{
		"GetAllGroups": func() error { _, err := o.Plan(t.Context(), r, before, desk.Request{}); return err },
		"GetAccount": func() error {
			_, err := o.Plan(t.Context(), desk.Request{Action: action(t, "account.restore "+marie)}, trash, r)
			return err
		},
		"GetAllAccounts": func() error {
			_, err := o.Plan(t.Context(), desk.Request{Action: action(t, "account.restore "+marie)}, trash, r)
			return err
		},
		"GetGroup": func() error {
			_, err := o.Plan(t.Context(), desk.Request{Action: action(t, "account.restore "+marie)}, trash, r)
			return err
		},
	} {
		if err := server.SetFaults(simulator.Fault{Method: method, Answer: simulator.BadGateway, Times: 1}); err != nil {
			t.Fatal(err)
		}
		if err := plan(); err == nil || desk.KindOf(err) != desk.Internal {
			t.Errorf("%s unanswered: %v", method, err)
		}
	}
}

// What happened to the rest of Partage while the account was deleted.
func TestReturnToAnotherWorld(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(context.Context, *partage.Writer) error
		code  desk.Code
		lost  []desk.Address
	}{
		"nothing": {func(context.Context, *partage.Writer) error { return nil }, "", nil},
		"a list is gone": {func(ctx context.Context, w *partage.Writer) error { return w.DeleteGroup(ctx, conseil) }, "",
			[]desk.Address{conseil, conseil}},
		"another list has its address": {func(ctx context.Context, w *partage.Writer) error {
			if err := w.DeleteGroup(ctx, personnels); err != nil {
				return err
			}
			return w.CreateGroup(ctx, personnels, partage.GroupChange{})
		}, "", []desk.Address{personnels}},
		"another mailbox has the address": {func(ctx context.Context, w *partage.Writer) error {
			return w.CreateAccount(ctx, marie, partage.NewAccount{PasswordHash: partage.NewSecret("{SSHA}x")})
		}, desk.AddressTaken, nil},
		"another mailbox has it as an alias": {func(ctx context.Context, w *partage.Writer) error {
			return w.AddAccountAlias(ctx, jeanne, marie)
		}, desk.AddressTaken, nil},
		"another mailbox has the person": {func(ctx context.Context, w *partage.Writer) error {
			eppn := "MLeGoff@unistra.fr"
			return w.ModifyAccount(ctx, jeanne, partage.Change{CarLicense: &eppn})
		}, desk.PersonTaken, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o, server := office(t)
			before := arrive(t, o, partage.Change{})
			r := deletion(t, o, before)
			carriedOutAll(t, o, server, before.ID, r.Plan.Steps)
			if err := tt.spoil(t.Context(), writer(t, o, "unistra.fr")); err != nil {
				t.Fatal(err)
			}
			back := desk.Request{Action: action(t, "account.restore "+marie), Mailbox: before.ID}
			plan, err := o.Plan(t.Context(), back, lookFor(t, o, desk.Action{Target: marie}, before.ID), r)
			if desk.CodeOf(err) != tt.code || !slices.Equal(plan.Lost, tt.lost) {
				t.Errorf("%v, lost %v", err, plan.Lost)
			}
			if err == nil && len(plan.Steps)+len(plan.Lost) != len(r.Plan.Steps) {
				t.Errorf("steps %v", verbs(plan.Steps))
			}
		})
	}
	o, _ := office(t)
	_, err := o.Plan(t.Context(), desk.Request{Action: action(t, "account.restore "+jeanne)}, look(t, o, jeanne), desk.Request{})
	if desk.CodeOf(err) != desk.NotDeleted {
		t.Errorf("what was never deleted: %v", err)
	}
}

// A list that is another one, or that was not read, shows nothing.
func TestWhatAListShows(t *testing.T) {
	o, _ := office(t)
	before := arrive(t, o, partage.Change{})
	leave := deletion(t, o, before).Plan.Steps[0]
	there := lookFor(t, o, leave.Do, before.ID)
	if o.Shows(leave.Do, there) || !o.Shows(leave.Undo, there) {
		t.Fatalf("%+v", there.Detail)
	}
	gone, other, unread := there, there, there
	gone.Detail = &desk.Detail{Lists: []desk.Membership{{List: there.Detail.Lists[0].List, Member: there.Detail.Lists[0].Member}}}
	other.Detail = &desk.Detail{Lists: []desk.Membership{there.Detail.Lists[0]}}
	other.Detail.Lists[0].ID = "another"
	unread.Detail = nil
	for name, tt := range map[string]struct {
		account            desk.Account
		shown, undoneShown bool
	}{"gone": {gone, true, false}, "another": {other, false, false}, "unread": {unread, false, false}, "looked at for something else": {before, false, false}} {
		if o.Shows(leave.Do, tt.account) != tt.shown || o.Shows(leave.Undo, tt.account) != tt.undoneShown {
			t.Errorf("%s: shows %t and %t", name, o.Shows(leave.Do, tt.account), o.Shows(leave.Undo, tt.account))
		}
	}
}
