package effect_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
)

const direction = "direction@physique.unistra.fr"

// everyObjectStep is an action of each verb on a list or a resource that is one
// write, in an order in which each finds what it needs.
var everyObjectStep = []string{
	"list.add " + direction + " members=" + paul + ",x@example.org",
	"list.remove " + direction + " members=" + paul,
	"list.alias " + direction + " alias=chefs@physique.unistra.fr",
	"list.unalias " + direction + " alias=chefs@physique.unistra.fr",
	"list.sender " + direction + " sender=" + paul,
	"list.unsender " + direction + " sender=" + paul,
	"list.profile " + direction + ` name="L'équipe" description="Ceux qui décident" hidden=yes quiet=yes`,
	"resource.profile salle-101@physique.unistra.fr" + ` name="Salle cent un" capacity=12 building="Bât. Ω" declinesrecurring=yes status=closed`,
}

// Each does what it says, once, and is seen to hold only afterwards. Undone, it
// leaves what it was on as it was.
func TestObjectVerbs(t *testing.T) {
	o, server := office(t)
	tried := map[desk.Verb]bool{}
	for _, text := range everyObjectStep {
		t.Run(text, func(t *testing.T) {
			a := action(t, text)
			before := lookFor(t, o, a, "")
			if tried[a.Verb] = true; !before.Known() || o.Shows(a, before) {
				t.Fatalf("shown before it is done, by %+v", before)
			}
			undo, ok := desk.Undo(a, before)
			after := carriedOut(t, o, server, a, before)
			if !ok {
				t.Fatal("cannot be undone")
			}
			again := carriedOut(t, o, server, undo, lookFor(t, o, undo, after.ID))
			if diff := cmp.Diff(before, again, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(desk.Detail{}, "Lists")); diff != "" {
				t.Error(diff)
			}
			carriedOut(t, o, server, a, lookFor(t, o, a, again.ID))
		})
	}
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); spec.Changes && spec.Object && !tried[verb] && !slices.Contains(objectPlans, verb) {
			t.Errorf("%s is not tried here", verb)
		}
	}
}

// objectPlans are the verbs on lists, resources and trees that are several writes:
// package main tries them through faults.
var objectPlans = []desk.Verb{desk.ListCreate, desk.GroupCreate, desk.FanOutCreate, desk.ListRename, desk.ListDelete, desk.ListRestore,
	desk.ResourceCreate, desk.ResourceRename, desk.ResourceDelete, desk.ResourceRestore, desk.TreePublish, desk.TreeRollback, desk.TreeWithdraw}
