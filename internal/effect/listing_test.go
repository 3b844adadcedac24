package effect_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage/simulator"
)

// crew is a list with all that a list may have, as it was read.
func crew() desk.Account {
	l := desk.List{ID: "l-1", Address: "crew@unistra.fr", Kind: desk.Distribution, Name: "Équipage", Quiet: true, Aliases: []desk.Address{"gang@unistra.fr"},
		Members: []desk.Address{jeanne, "x@example.org"}, Size: 2, Senders: []desk.Address{jeanne}, Asked: true}
	on := l.Target()
	on.Detail.Lists = []desk.Membership{{List: "above@unistra.fr", ID: "l-2", Member: "crew@unistra.fr", In: true}, {List: "other@unistra.fr", ID: "l-3", Member: "gang@unistra.fr", In: true}}
	return on
}

// A list is renamed step by step, each with what takes it back, and only what was
// copied is dropped in the end.
func TestTheStepsOfARename(t *testing.T) {
	o, _ := office(t)
	on := crew()
	r := desk.Request{ID: "D-9", Action: action(t, "list.rename crew@unistra.fr to=team@unistra.fr"), Mailbox: on.ID}
	plan, err := planOf(t, o, r, on, desk.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range plan.Plan.Steps {
		got = append(got, s.Mailbox+": "+s.Do.String()+" / "+s.Undo.String())
	}
	const mark = `mark="melusine D-9 created"`
	want := []string{
		desk.Made + `: list.make team@unistra.fr kind=list ` + mark + ` name="Équipage" quiet=yes / list.drop team@unistra.fr ` + mark,
		desk.Made + ": list.add team@unistra.fr members=" + jeanne + ",x@example.org / list.remove team@unistra.fr members=" + jeanne + ",x@example.org",
		desk.Made + ": list.sender team@unistra.fr sender=" + jeanne + " / list.unsender team@unistra.fr sender=" + jeanne,
		"l-1: list.unalias crew@unistra.fr alias=gang@unistra.fr / list.alias crew@unistra.fr alias=gang@unistra.fr",
		desk.Made + ": list.alias team@unistra.fr alias=gang@unistra.fr / list.unalias team@unistra.fr alias=gang@unistra.fr",
		"l-2: list.add above@unistra.fr members=team@unistra.fr / list.remove above@unistra.fr members=team@unistra.fr",
		"l-2: list.remove above@unistra.fr members=crew@unistra.fr / list.add above@unistra.fr members=crew@unistra.fr",
		"l-3: list.add other@unistra.fr members=gang@unistra.fr / list.remove other@unistra.fr members=gang@unistra.fr",
		"l-1: list.drop crew@unistra.fr content=" + on.Detail.List.Content() + " id=l-1 / ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What was not read whole, or cannot be written down again, is neither renamed nor
// deleted.
func TestWhatCannotBeCopiedStays(t *testing.T) {
	o, _ := office(t)
	for name, tt := range map[string]struct {
		spoil func(*desk.List)
		want  desk.Code
	}{
		"whole":                {func(*desk.List) {}, ""},
		"more members":         {func(l *desk.List) { l.Size = 3 }, desk.UnknownList},
		"senders not read":     {func(l *desk.List) { l.Asked = false }, desk.UnknownList},
		"not there":            {func(l *desk.List) { *l = desk.List{} }, desk.UnknownList},
		"a member of no words": {func(l *desk.List) { l.Members = []desk.Address{jeanne, "été@example.org"} }, desk.NotReversible},
		"a member in capitals": {func(l *desk.List) { l.Members = []desk.Address{"X@example.org", jeanne} }, desk.NotReversible}, // it would be another, letter for letter
		"an alias of no words": {func(l *desk.List) { l.Aliases = []desk.Address{"Équipe@unistra.fr"} }, desk.NotReversible},
		"a sender of no words": {func(l *desk.List) { l.Senders = []desk.Address{"A B@unistra.fr"} }, desk.NotReversible},
	} {
		for _, text := range []string{"list.rename crew@unistra.fr to=team@unistra.fr", "list.delete crew@unistra.fr"} {
			on := crew()
			l := *on.Detail.List
			tt.spoil(&l)
			on.Detail.List = &l
			r := desk.Request{ID: "D-9", Action: action(t, text), Mailbox: on.ID}
			if _, err := planOf(t, o, r, on, desk.Request{}); desk.CodeOf(err) != tt.want {
				t.Errorf("%s, %s: %v", name, text, err)
			}
		}
	}
}

// A list is dropped only if it is the very one, and as it was when it was copied.
func TestOnlyWhatWasCopiedIsDropped(t *testing.T) {
	o, server := office(t)
	on := crew()
	content, writes := on.Detail.List.Content(), len(server.Log())
	marked := crew()
	l := *marked.Detail.List
	l.Notes = "[melusine D-9]"
	marked.Detail.List = &l
	for text, target := range map[string]desk.Account{
		"list.drop crew@unistra.fr":                                  on,
		"list.drop crew@unistra.fr id=l-2":                           on,
		"list.drop crew@unistra.fr id=l-2 content=" + content:        on,
		"list.drop crew@unistra.fr id=l-1 content=0123456789abcdef":  on,
		`list.drop crew@unistra.fr mark="melusine D-9"`:              on,
		`list.drop crew@unistra.fr mark="melusine D-8"`:              marked,
		"list.drop crew@unistra.fr content=" + content + " id=other": {},
	} {
		if err := do(t, o, action(t, text), target); !errors.Is(err, desk.ErrRefused) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if slices.ContainsFunc(server.Log()[writes:], func(w simulator.Write) bool { return w.Method == "DeleteGroup" }) {
		t.Error("something was deleted")
	}
}

// A deleted list comes back where nobody is, without what others have by now, which
// is told.
func TestWhatOfADeletedListComesBack(t *testing.T) {
	o, _ := office(t)
	const there = "direction@physique.unistra.fr"
	above, err := o.ListAt(t.Context(), there)
	if err != nil || !above.Known() {
		t.Fatal(err)
	}
	returns := func(before desk.Account, origin desk.Account) (desk.Request, error) {
		r := desk.Request{ID: "D-10", Action: desk.Action{Verb: desk.ListRestore, Target: string(origin.Address)}, Mailbox: "l-1"}
		return planOf(t, o, r, before, desk.Request{Mailbox: "l-1", Origin: origin})
	}
	if _, err := returns(desk.List{ID: "l-7", Address: "crew@unistra.fr", Kind: desk.Distribution}.Target(), crew()); desk.CodeOf(err) != desk.AddressTaken {
		t.Errorf("another list is there: %v", err)
	}
	on := crew()
	l := *on.Detail.List
	l.Address, on.Address = jeanne, jeanne
	on.Detail.List = &l
	if _, err := returns(desk.Account{}, on); desk.CodeOf(err) != desk.AddressTaken {
		t.Errorf("an account is there: %v", err)
	}
	on = crew()
	l = *on.Detail.List
	l.Senders, l.Aliases = []desk.Address{jeanne, "personne@unistra.fr"}, []desk.Address{"gang@unistra.fr", paul}
	on.Detail.List = &l
	on.Detail.Lists = []desk.Membership{{List: there, ID: "another", Member: "crew@unistra.fr", In: true}, {List: there, ID: above.ID, Member: "gang@unistra.fr", In: true},
		{List: there, ID: above.ID, Member: paul, In: true}}
	r, err := returns(desk.Account{}, on)
	if want := []desk.Address{"personne@unistra.fr", paul, there, there}; err != nil || !slices.Equal(r.Plan.Lost, want) {
		t.Errorf("lost %v, want %v: %v", r.Plan.Lost, want, err)
	}
	var did []string
	for _, s := range r.Plan.Steps {
		did = append(did, string(s.Do.Verb)+" "+s.Do.Arg("sender")+s.Do.Arg("alias")+s.Do.Arg("members"))
	}
	want := []string{"list.make ", "list.add " + jeanne + ",x@example.org", "list.sender " + jeanne, "list.alias gang@unistra.fr", "list.add gang@unistra.fr"}
	if diff := cmp.Diff(want, did); diff != "" {
		t.Error(diff)
	}
}
