package effect_test

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/partage"
)

const (
	nina   = "nouvelle.personne@unistra.fr"
	staff  = "s_univ-strasbourg_personnel"
	create = "account.create " + nina + ` person=nperso eppn=nperso@unistra.fr name="Nouvelle Personne" cos=` + staff
)

func planOf(t testing.TB, o *effect.Office, r desk.Request, before desk.Account, taken desk.Request) (desk.Request, error) {
	t.Helper()
	r.State = desk.Ready
	var err error
	r.Plan, err = o.Plan(t.Context(), r, before, taken)
	return r, err
}

// created makes the account of a text, and returns the request as it would be.
func created(t testing.TB, o *effect.Office, text string) (desk.Request, desk.Account) {
	t.Helper()
	r, err := planOf(t, o, desk.Request{ID: "D-9", Action: action(t, text)}, desk.Account{}, desk.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if err := do(t, o, r.Next(), lookFor(t, o, r.Next(), "")); err != nil {
		t.Fatal(err)
	}
	return r, lookFor(t, o, r.Next(), "")
}

func TestCreation(t *testing.T) {
	for _, text := range []string{create, create + " size=3G", `account.create accueil.nouveau@physique.unistra.fr name="Accueil é" hidden=yes cos=` + staff} {
		o, server := office(t)
		r, a := created(t, o, text)
		if size := r.Action.Arg("size"); size != "" {
			other := a
			other.Quota++
			if desk.Size(a.Quota).String() != size || o.Shows(r.Next(), other) {
				t.Errorf("%s made %d bytes, or is shown by others", text, a.Quota)
			}
		}
		if a.Name != r.Action.Arg("name") || a.COS != staff || a.Status != desk.Active || string(a.Owner) != r.Action.Arg("person") || a.ID == "" || !o.Shows(r.Next(), a) {
			t.Errorf("%s made %+v", text, a)
		}
		last := server.Log()[len(server.Log())-1]
		if last.Method != "CreateAccount" || last.Params.Get("userPassword") != "•••" {
			t.Errorf("sent %+v", last)
		}
		for name, spoil := range map[string]func(*desk.Account){
			"another mark":        func(a *desk.Account) { a.Detail = &desk.Detail{EPPN: a.Detail.EPPN, Notes: "[melusine D-8 created]"} },
			"not looked at":       func(a *desk.Account) { a.Detail = nil },
			"another class":       func(a *desk.Account) { a.COS = "l" },
			"in the book, or not": func(a *desk.Account) { a.Hidden = !a.Hidden },
			"another name":        func(a *desk.Account) { a.Name = "x" },
			"another EPPN":        func(a *desk.Account) { a.Detail = &desk.Detail{EPPN: "x@unistra.fr", Notes: a.Detail.Notes} },
			"elsewhere":           func(a *desk.Account) { a.Address = "x@unistra.fr" },
		} {
			if other := a; true {
				spoil(&other)
				if o.Shows(r.Next(), other) {
					t.Errorf("shown by an account with %s", name)
				}
			}
		}
	}
}

// Each hash is drawn anew, whole, and is nobody's: where chance fails, nothing is sent.
func TestPasswordsThatNobodyKnows(t *testing.T) {
	o, server := office(t)
	r, err := planOf(t, o, desk.Request{ID: "D-9", Action: action(t, create)}, desk.Account{}, desk.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]*bytes.Reader{"none": nil, "too little": bytes.NewReader(make([]byte, 71))} {
		if o.Rand = nil; from != nil {
			o.Rand = from
		}
		if _, err := o.Pen(t.Context(), r.Next(), desk.Account{}); !errors.Is(err, desk.ErrNotSent) || len(server.Log()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatCannotBeCreated(t *testing.T) {
	o, server := office(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(writer(t, o, "unistra.fr").AddAccountAlias(t.Context(), jeanne, "alias.pris@unistra.fr"))
	writes := len(server.Log())
	for name, tt := range map[string]struct {
		text string
		want desk.Code
	}{
		"an account has the address": {strings.Replace(create, nina, jeanne, 1), desk.AddressTaken},
		"an alias is the address":    {strings.Replace(create, nina, "alias.pris@unistra.fr", 1), desk.AddressTaken},
		"an account has the EPPN":    {strings.ReplaceAll(create, "nperso", "jdupont"), desk.PersonTaken},
		"of another university":      {strings.Replace(create, "nperso@unistra.fr", "nperso@univ-test.fr", 1), desk.OtherEPPN},
		"of somebody else":           {strings.Replace(create, "nperso@unistra.fr", "xperso@unistra.fr", 1), desk.OtherEPPN},
	} {
		if r, err := planOf(t, o, desk.Request{ID: "D-9", Action: action(t, tt.text)}, desk.Account{}, desk.Request{}); desk.CodeOf(err) != tt.want || len(r.Plan.Steps) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := planOf(t, o, desk.Request{ID: "D-9", Action: action(t, strings.Replace(create, staff, "no-such", 1))}, desk.Account{}, desk.Request{})
	must(err)
	if err := do(t, o, r.Next(), desk.Account{}); !errors.Is(err, desk.ErrRefused) || len(server.Log()) != writes {
		t.Errorf("no such class: %v", err)
	}
	// A list has the address: Partage says so, and nothing is made.
	r, err = planOf(t, o, desk.Request{ID: "D-9", Action: action(t, strings.Replace(create, nina, personnels, 1))}, desk.Account{}, desk.Request{})
	must(err)
	if err := do(t, o, r.Next(), desk.Account{}); !errors.Is(err, desk.ErrRefused) {
		t.Errorf("the address of a list: %v", err)
	}
}

func TestPurge(t *testing.T) {
	o, server := office(t)
	before := arrive(t, o, partage.Change{})
	taken := deletion(t, o, before)
	purge := desk.Request{Action: action(t, "account.purge "+marie), Mailbox: before.ID}
	if _, err := planOf(t, o, purge, before, taken); desk.CodeOf(err) != desk.NotDeleted {
		t.Errorf("what is not deleted: %v", err)
	}
	carriedOutAll(t, o, server, before.ID, taken.Plan.Steps)
	trash := lookFor(t, o, purge.Action, before.ID)
	if _, err := planOf(t, o, purge, trash, desk.Request{}); desk.CodeOf(err) != desk.NotDeleted {
		t.Errorf("what was deleted by nobody: %v", err)
	}
	r, err := planOf(t, o, purge, trash, taken)
	if err != nil || o.Shows(r.Next(), trash) {
		t.Fatal(r.Plan, err)
	}
	for name, on := range map[string]desk.Account{"back": before, "another": {ID: "x", Address: "deleted-x@unistra.fr"}} {
		if err := do(t, o, r.Next(), on); !errors.Is(err, desk.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := do(t, o, r.Next(), trash); err != nil {
		t.Fatal(err)
	}
	after := lookFor(t, o, r.Next(), before.ID)
	if after.Known() || !o.Shows(r.Next(), after) || look(t, o, marie).Known() || look(t, o, "m.goff@unistra.fr").Known() {
		t.Errorf("left: %+v", after)
	}
}

// The alias is in one account, or for a moment in none, and never in both;
// taken back from anywhere, it is where it was.
func TestMove(t *testing.T) {
	o, _ := office(t)
	if err := writer(t, o, "unistra.fr").AddAccountAlias(t.Context(), jeanne, "voyage@unistra.fr"); err != nil {
		t.Fatal(err)
	}
	from, to := look(t, o, jeanne), look(t, o, paul)
	r, err := planOf(t, o, desk.Request{Action: action(t, "alias.move "+jeanne+" alias=voyage@unistra.fr to="+paul), Mailbox: from.ID}, from, desk.Request{})
	if err != nil {
		t.Fatal(err)
	}
	holds := func() (holders int) {
		for _, a := range []desk.Address{jeanne, paul} {
			if look(t, o, a).Holds("voyage@unistra.fr") {
				holders++
			}
		}
		return holders
	}
	run := func(r desk.Request, upTo int) {
		t.Helper()
		for r.Step = 0; r.Step < upTo; r.Step++ {
			on := lookFor(t, o, r.Next(), r.Box())
			if !r.Finds(on) {
				t.Fatalf("%s finds %+v", r.Next(), on)
			}
			if err := do(t, o, r.Next(), on); err != nil || holds() > 1 {
				t.Fatal(r.Next(), err)
			}
			if !o.Shows(r.Next(), lookFor(t, o, r.Next(), r.Box())) {
				t.Fatalf("%s does not show", r.Next())
			}
		}
	}
	for n := 1; n <= 2; n++ {
		run(r, n)
		if n == 2 && !look(t, o, paul).Holds("voyage@unistra.fr") {
			t.Error("not moved")
		}
		back := r
		back.Plan = desk.Request{Plan: desk.Plan{Steps: r.Plan.Steps[:n]}}.Reverse()
		run(back, n)
		if diff := cmp.Diff([]desk.Account{from, to}, []desk.Account{look(t, o, jeanne), look(t, o, paul)}); diff != "" {
			t.Errorf("after %d steps taken back: %s", n, diff)
		}
	}
	closed := partage.Closed
	if err := writer(t, o, "physique.unistra.fr").ModifyAccount(t.Context(), paul, partage.Change{Status: &closed}); err != nil {
		t.Fatal(err)
	}
	if _, err := planOf(t, o, r, from, desk.Request{}); desk.CodeOf(err) != desk.WrongStatus {
		t.Errorf("to a closed account: %v", err)
	}
}

// What was approved for one mailbox is not given to another that has its address.
func TestWhoReceivesIsTheMailboxThatWasApproved(t *testing.T) {
	o, _ := office(t)
	from, to := look(t, o, jeanne), look(t, o, paul)
	for _, text := range []string{"alias.move " + jeanne + " alias=voyage@unistra.fr to=" + paul, "account.share " + jeanne + " with=" + paul + " right=sendAs",
		"account.forward " + jeanne + " to=" + paul, "list.sender direction@physique.unistra.fr sender=" + paul, "list.add direction@physique.unistra.fr members=" + paul} {
		for gains, want := range map[string]desk.Code{to.ID: "", "another": desk.OtherMailbox, desk.Nowhere: desk.OtherMailbox} {
			r := desk.Request{Action: action(t, text), Mailbox: from.ID, Gains: gains}
			if _, err := planOf(t, o, r, from, desk.Request{}); desk.CodeOf(err) != want {
				t.Errorf("%s, for %s: %v", text, gains, err)
			}
		}
	}
	for _, away := range []string{"ailleurs@example.org", "personne@unistra.fr"} { // nobody's here
		r := desk.Request{Action: action(t, "account.forward "+jeanne+" to="+away), Mailbox: from.ID, Gains: desk.Nowhere}
		if _, err := planOf(t, o, r, from, desk.Request{}); err != nil {
			t.Errorf("to %s: %v", away, err)
		}
	}
}

func TestShares(t *testing.T) {
	o, server := office(t)
	_, box := created(t, o, `account.create boite@unistra.fr name=Boîte cos=`+staff)
	given := func() string {
		who, rights := server.RootShare("boite@unistra.fr")
		return strings.Join(append(who, rights...), " ")
	}
	share, unshare := action(t, "account.share boite@unistra.fr with="+jeanne+" right=sendOnBehalfOf"), action(t, "account.unshare boite@unistra.fr with="+jeanne)
	for _, x := range []struct {
		do   desk.Action
		want string
	}{{share, jeanne + " sendOnBehalfOf"}, {share, jeanne + " sendOnBehalfOf"}, {unshare, ""}, {unshare, ""}} { // each can be repeated
		if err := do(t, o, x.do, box); err != nil || given() != x.want || o.Shows(x.do, box) {
			t.Errorf("%s: %v, %q", x.do, err, given())
		}
	}
	if err := do(t, o, action(t, "account.share boite@unistra.fr with=personne@unistra.fr right=sendAs"), box); !errors.Is(err, desk.ErrRefused) {
		t.Errorf("with nobody: %v", err)
	}
	if err := do(t, o, action(t, "account.unshare rien@unistra.fr with="+jeanne), desk.Account{ID: "x", Address: "rien@unistra.fr"}); !errors.Is(err, desk.ErrRefused) {
		t.Errorf("of nothing: %v", err)
	}
}

// What a rehearsal tells is what is sent, to the letter, but for the secrets;
// and a rehearsal sends nothing.
func TestRehearsalsTellWhatIsSent(t *testing.T) {
	for _, text := range slices.Concat(everyVerb[:1], everyVerb[2:5], everyVerb[6:7], everyVerb[8:9], everyVerb[10:12], everyVerb[14:], []string{
		create, "account.delete " + marie, "alias.move " + marie + " alias=m.goff@unistra.fr to=" + paul,
		"account.share " + marie + " with=" + paul + " right=sendAs"}) {
		t.Run(text, func(t *testing.T) {
			o, server := office(t)
			arrive(t, o, partage.Change{})
			r := desk.Request{ID: "D-9", Action: action(t, text), State: desk.Ready}
			r.Mailbox = look(t, o, desk.Address(r.Action.Target)).ID
			writes := len(server.Log())
			before, plan, calls, err := o.Rehearse(t.Context(), r, desk.Request{})
			if err != nil || len(server.Log()) != writes || before.ID != r.Mailbox {
				t.Fatal(err, len(server.Log())-writes)
			}
			for r.Plan = plan; r.Step < len(r.Steps()); r.Step++ {
				if err := do(t, o, r.Next(), lookFor(t, o, r.Next(), r.Box())); err != nil {
					t.Fatal(err)
				}
			}
			var sent []desk.Call
			for _, w := range server.Log()[writes:] {
				sent = append(sent, desk.Call{Method: w.Method, Domain: w.Domain, Params: sorted(w.Params, w.Name)})
			}
			if diff := cmp.Diff(sent, calls); diff != "" {
				t.Error(diff)
			}
			for _, c := range calls {
				if strings.Contains(c.String(), "SSHA") {
					t.Errorf("a secret is told: %s", c)
				}
			}
		})
	}
}

func sorted(form url.Values, name string) (all []desk.Param) {
	if form.Get("account") == "" {
		form.Set("name", name)
	}
	for key, values := range form {
		for _, v := range values {
			all = append(all, desk.Param{Name: key, Value: v})
		}
	}
	slices.SortStableFunc(all, func(a, b desk.Param) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// What could not be carried out is said, and why.
func TestRehearsalsOfWhatCannotBe(t *testing.T) {
	o, server := office(t)
	id := look(t, o, jeanne).ID
	for text, want := range map[string]desk.Code{
		"quota.set " + paul + " size=5G":                            desk.OtherMailbox,
		strings.Replace(create, nina, jeanne, 1):                    desk.AddressTaken,
		"alias.move " + jeanne + " alias=x@unistra.fr to=" + jeanne: desk.AlreadySo,
	} {
		r := desk.Request{ID: "D-1", Action: action(t, text), Mailbox: id, State: desk.Ready}
		if r.Action.Verb == desk.AccountCreate {
			r.Mailbox = ""
		}
		if _, _, calls, err := o.Rehearse(t.Context(), r, desk.Request{}); desk.CodeOf(err) != want || len(calls) > 0 || len(server.Log()) > 0 {
			t.Errorf("%s: %v, %d calls", text, err, len(calls))
		}
	}
	r := desk.Request{ID: "D-1", Action: action(t, "quota.set personne@unistra.fr size=5G"), Mailbox: "none", State: desk.Ready}
	if _, _, _, err := o.Rehearse(t.Context(), r, desk.Request{}); desk.CodeOf(err) != desk.UnknownAccount {
		t.Error(err)
	}
}
