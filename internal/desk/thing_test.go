package desk_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// What a list or a resource is found by, and what its reader is told of it.
func TestThing(t *testing.T) {
	d, h := lists(t)
	for _, g := range []desk.Grant{{To: "cid", Lists: []desk.Address{"team@u.fr"}}, {To: "eve", Domains: []string{"u.fr"}}, {To: "eve", Domains: []string{"elsewhere.fr"}}} {
		delegate(h, g)
	}
	r, err := d.Ask(t.Context(), desk.Asking{By: "dan", Action: action(t, "list.profile team@u.fr name=Équipe"), Key: "k"})
	wants(t, err, "")
	for _, ref := range []string{"team@u.fr", "TEAM@u.fr", "crew@u.fr"} {
		x, err := d.Thing(t.Context(), "ann", desk.Portal, ref)
		wants(t, err, "")
		if x.Target.Address != "team@u.fr" || x.Target.Kind() != "list" {
			t.Errorf("%s: %v", ref, x.Target)
		}
		if x.Reach == nil || x.Reach.Heads() != 1 {
			t.Errorf("%s: reaches %v", ref, x.Reach)
		}
		if diff := cmp.Diff([]desk.Address{"staff@u.fr"}, x.Within); diff != "" {
			t.Errorf("%s: is in %s", ref, diff)
		}
		if len(x.Requests) != 1 || x.Requests[0].ID != r.ID || len(x.Events) == 0 {
			t.Errorf("%s: %v, %v", ref, x.Requests, x.Events)
		}
		var keepers []desk.Mandate
		for _, o := range x.Keepers {
			keepers = append(keepers, o.ID)
		}
		if !slices.Equal(keepers, []desk.Mandate{"M-1", "M-2"}) {
			t.Errorf("%s: kept by %v", ref, keepers)
		}
	}
	room, err := d.Thing(t.Context(), "ann", desk.Portal, "room@u.fr")
	if wants(t, err, ""); room.Target.Kind() != "resource" || !slices.Equal(room.Within, []desk.Address{"team@u.fr"}) {
		t.Errorf("%v", room)
	}
}

// Each part is there only if the rules let the reader know it.
func TestThingInParts(t *testing.T) {
	d, h := lists(t)
	_, err := d.Ask(t.Context(), desk.Asking{By: "dan", Action: action(t, "list.profile team@u.fr name=Équipe"), Key: "k"})
	wants(t, err, "")
	delegate(h, desk.Grant{To: "cid", Lists: []desk.Address{"team@u.fr"}})
	parts := func(x desk.Thing) (all []string) {
		for name, there := range map[string]bool{"register": x.Listing.Address != "", "reach": x.Reach != nil, "within": x.Within != nil,
			"history": x.Requests != nil || x.Events != nil, "keepers": len(x.Keepers) > 0} {
			if there {
				all = append(all, name)
			}
		}
		slices.Sort(all)
		return all
	}
	for verb, want := range map[desk.Verb][]string{desk.AddressShow: {"register"}, desk.AddressReach: {"reach"}, desk.HistoryShow: {"history"}, desk.DelegationShow: {"keepers"}, desk.Help: nil} {
		d.Rules = book(func(f desk.Facts) desk.Decision {
			if f.Action.Verb == verb || f.Action.Verb == desk.ListShow && f.Target.Address == "team@u.fr" {
				return desk.Decision{Outcome: desk.Allowed}
			}
			return desk.Decision{}
		})
		x, err := d.Thing(t.Context(), "ann", desk.Portal, "team@u.fr")
		if wants(t, err, ""); !slices.Equal(parts(x), want) {
			t.Errorf("%s: %v, want %v", verb, parts(x), want)
		}
		for _, hidden := range []string{"staff@u.fr", "room@u.fr", "bob@u.fr", "nobody@u.fr", "not an address"} {
			if _, err := d.Thing(t.Context(), "ann", desk.Portal, hidden); err == nil {
				t.Errorf("%s is seen", hidden)
			}
		}
	}
}

// What made a list is among the requests about it, and in its history.
func TestThingTellsWhatMadeIt(t *testing.T) {
	d, h := lists(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	r, err := d.Ask(t.Context(), desk.Asking{By: "dan", Action: action(t, "list.create fresh@u.fr name=Fresh"), Key: "k"})
	wants(t, err, "")
	fresh := list("fresh", desk.Distribution)
	h.objects.lists[fresh.Address] = fresh
	step := desk.Step{Do: desk.Action{Verb: desk.ListMake, Target: "fresh@u.fr", Args: "kind=list"}}
	_, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Planned{Plan: desk.Plan{Steps: []desk.Step{step, step}}}, desk.Started{Attempt: 1}, desk.Stepped{Attempt: 1, Proof: fresh.Target()}}, nil
	})
	wants(t, err, "")
	x, err := d.Thing(t.Context(), "dan", desk.Portal, "fresh@u.fr")
	if wants(t, err, ""); len(x.Requests) != 1 || x.Requests[0].ID != r.ID || len(x.Events) != 5 {
		t.Errorf("%v, %d events", x.Requests, len(x.Events))
	}
}

func delegate(h *house, g desk.Grant) {
	h.events = append(h.events, desk.Event{Seq: h.last() + 1, At: now, By: desk.System, Fact: desk.Granted{Grant: g}})
}

// What somebody may not see answers as what is not there, be it a list or a room.
func TestWhatIsHiddenIsNotThere(t *testing.T) {
	d, _ := lists(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
	for _, ref := range []string{"team@u.fr", "room@u.fr", "bob@u.fr", "nobody@u.fr"} {
		_, err := d.Find("ann", desk.Portal, ref)
		if diff := cmp.Diff(desk.Fail(desk.NotFound, desk.UnknownList, "value", ref), err); diff != "" {
			t.Errorf("%s: %s", ref, diff)
		}
	}
}

// An address of a list and of a room finds the list, as mail does; who may not see
// the list finds the room.
func TestFindAtAnAddressOfTwo(t *testing.T) {
	d, h := lists(t)
	both := list("both", desk.Distribution)
	both.Address = "room@u.fr"
	h.objects.lists[both.Address] = both
	for verb, want := range map[desk.Verb]string{desk.Help: "list", desk.ListShow: "resource", desk.ResourceShow: "list"} {
		d.Rules = book(func(f desk.Facts) desk.Decision {
			return desk.Decision{Outcome: map[bool]desk.Outcome{true: desk.Denied, false: desk.Allowed}[f.Action.Verb == verb]}
		})
		found, err := d.Find("ann", desk.Portal, "room@u.fr")
		if wants(t, err, ""); found.Kind() != want {
			t.Errorf("without %s: %v", verb, found)
		}
	}
}
