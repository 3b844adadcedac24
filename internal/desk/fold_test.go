package desk_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

func event(by desk.UID, f desk.Fact) desk.Event {
	return desk.Event{At: now, ID: "D-1", By: by, Fact: f}
}

// after is the request after the facts, each of which must be legal.
func after(tb testing.TB, events ...desk.Event) (r desk.Request) {
	tb.Helper()
	for _, e := range events {
		var err error
		if r, err = r.With(e); err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

var (
	asked    = event("ann", desk.Asked{Action: desk.Action{Verb: desk.Help}, Mailbox: "m", Owner: "bob", Key: "k", Via: desk.Chat, Reason: "why"})
	allowed  = event("ann", desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}})
	pending  = event("ann", desk.Decided{Decision: needs(2, "admins")})
	dated    = event("ann", desk.Decided{Decision: needs(2, "admins"), Dates: desk.Dates{Due: now, Late: now, End: now}})
	later    = event("ann", desk.Decided{Decision: needs(2, "admins"), Dates: desk.Dates{Due: now.Add(time.Hour), Late: now.Add(time.Hour), End: now.Add(time.Hour)}})
	looked   = event("ann", desk.Decided{Decision: review(2)})
	lookedAt = event("ann", desk.Decided{Decision: review(2), Dates: desk.Dates{Due: now, Late: now, End: now}})
	denied   = event("ann", desk.Decided{Decision: desk.Decision{Outcome: desk.Denied}})
	started  = event(desk.System, desk.Started{Attempt: 1})
	failed   = event(desk.System, desk.Failed{Attempt: 1})
	broken   = event(desk.System, desk.Failed{Attempt: 1, Final: true})
	unknown  = event(desk.System, desk.Unknown{Attempt: 1, Looks: 1})
	done     = event(desk.System, desk.Done{Attempt: 1})
)

// asks is ann asking for the verb.
func asks(v desk.Verb) desk.Event { return event("ann", desk.Asked{Action: desk.Action{Verb: v}}) }

// approved is a request for the verb with the one vote that it needs.
func approved(tb testing.TB, v desk.Verb) desk.Request {
	r := after(tb, asks(v), event("ann", desk.Decided{Decision: needs(1, "admins")}))
	return after(tb, asks(v), event("ann", desk.Decided{Decision: needs(1, "admins")}), event("dan", desk.Approved{Digest: r.Digest()}))
}

// Every state with every fact: what is listed moves the request, nothing else does.
func TestEveryStateWithEveryFact(t *testing.T) {
	digest := after(t, asked).Digest()
	vote := func(by desk.UID, digest string) desk.Event { return event(by, desk.Approved{Digest: digest}) }
	facts := map[string]desk.Event{
		"asked": asked, "asked by nobody": event("", desk.Asked{}),
		"allowed": allowed, "pending": pending, "denied": denied,
		"undecided":         event("ann", desk.Decided{}),
		"strange decision":  event("ann", desk.Decided{Decision: desk.Decision{Outcome: "maybe", Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}}),
		"needs no approval": event("ann", desk.Decided{Decision: needs(0, "admins")}),
		"needs nobody":      event("ann", desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Needed: 1}}}}),
		"approved":          vote("dan", digest), "approved again": vote("cid", digest),
		"approved by the asker": vote("ann", digest), "approved by the owner": vote("bob", digest), "approved by nobody": vote("", digest),
		"approved something else": vote("dan", "other"), "approved nothing": vote("dan", ""),
		"refused": event("dan", desk.Refused{Reason: "no"}), "refused by the asker": event("ann", desk.Refused{}),
		"refused by the owner": event("bob", desk.Refused{}), "refused by nobody": event("", desk.Refused{}),
		"refused by a voter": event("cid", desk.Refused{}),
		"withdrawn":          event("ann", desk.Withdrawn{}), "withdrawn by another": event("dan", desk.Withdrawn{}),
		"started 1": started, "started 2": event(desk.System, desk.Started{Attempt: 2}), "started 0": event(desk.System, desk.Started{}),
		"failed 0": event(desk.System, desk.Failed{}), "failed 1": failed, "failed 2": event(desk.System, desk.Failed{Attempt: 2}),
		"broken 0": event(desk.System, desk.Failed{Final: true}), "broken 1": broken,
		"unknown 1.1": unknown, "unknown 1.2": event(desk.System, desk.Unknown{Attempt: 1, Looks: 2}),
		"unknown 2.1": event(desk.System, desk.Unknown{Attempt: 2, Looks: 1}),
		"planned":     planned, "planned nothing": event(desk.System, desk.Planned{}),
		"started at step 1": event(desk.System, desk.Started{Attempt: 1, Step: 1}), "started 2 at step 1": event(desk.System, desk.Started{Attempt: 2, Step: 1}),
		"started back": event(desk.System, desk.Started{Attempt: 1, Undo: true}), "started 2 back": event(desk.System, desk.Started{Attempt: 2, Undo: true}),
		"stepped 0": event(desk.System, desk.Stepped{}), "stepped 1": event(desk.System, desk.Stepped{Attempt: 1}),
		"undone 0": event(desk.System, desk.Undone{}), "undone 1": event(desk.System, desk.Undone{Attempt: 1}),
		"done 1": done, "done 0": event(desk.System, desk.Done{}), "done 2": event(desk.System, desk.Done{Attempt: 2}),
		"held": event(desk.System, desk.Held{Limit: desk.AllLimit}), "released": event("dan", desk.Released{}),
		"frozen": event("ann", desk.Frozen{}), "thawed": event("dan", desk.Thawed{}), "brakes reset": event("dan", desk.BrakesReset{}), "spared": event("ann", desk.Spared{}), "tokens ended": event("ann", desk.TokensEnded{}),
		"reminded": event(desk.System, desk.Reminded{}), "escalated": event(desk.System, desk.Escalated{}), "expired": event(desk.System, desk.Expired{}),
		"nudged": event("ann", desk.Nudged{}), "nudged by another": event("dan", desk.Nudged{}), "nudged by nobody": event("", desk.Nudged{}),
		"reminded by a person": event("dan", desk.Reminded{}), "escalated by a person": event("dan", desk.Escalated{}), "expired by a person": event("dan", desk.Expired{}),
		"digested":  event(desk.System, desk.Digested{Day: "2026-09-01"}),
		"announced": event(desk.System, desk.Announced{Role: desk.ToAsker}),
		"granted":   event("dan", desk.Granted{Grant: desk.Grant{To: "ann"}}), "revoked": event("dan", desk.Revoked{Of: "M-1"}), "deputised": event("dan", desk.Deputised{Of: "M-1", Who: "ann"}),
		"telling": event(desk.System, desk.Telling{Role: desk.ToAsker}), "heard": event(desk.System, desk.Heard{Post: "p"}),
		"unbound":  event(desk.System, desk.Unbound{Who: "dan"}),
		"launched": event("dan", desk.Launched{}), "repaired": event(desk.System, desk.Repaired{Parts: 2}), "repaired too few": event(desk.System, desk.Repaired{Parts: 1}),
		"repaired by a person": event("dan", desk.Repaired{Parts: 2}), "halted": event(desk.System, desk.Halted{Code: desk.PlanMoved}), "halted by a person": event("dan", desk.Halted{Code: desk.PlanMoved}),
		"halted for nothing": event(desk.System, desk.Halted{}), "compared": event(desk.System, desk.Compared{Point: desk.Point{Day: "2026-09-01"}}),
		"withdrawn by the plan": event(desk.System, desk.Withdrawn{Via: desk.Sync}), "withdrawn by the program": event(desk.System, desk.Withdrawn{Via: desk.Shell}),
		"offered": event("dan", desk.BindingOffered{}), "bound": event("dan", desk.Bound{}), "nothing": event("dan", nil),
	}
	states := map[string]stand{
		"none": {desk.Request{}, map[string]desk.State{"asked": desk.Open}},
		"open": {after(t, asked), map[string]desk.State{"allowed": desk.Ready, "pending": desk.Waiting, "denied": desk.Rejected,
			"undecided": desk.Rejected, "strange decision": desk.Rejected, "needs no approval": desk.Rejected, "needs nobody": desk.Rejected}},
		"waiting": {after(t, asked, pending, vote("cid", digest)), map[string]desk.State{"approved": desk.Ready, "refused": desk.Rejected,
			"withdrawn": desk.Cancelled, "nudged": desk.Waiting}},
		"waiting until now": {after(t, asked, dated, vote("cid", digest)), map[string]desk.State{"approved": desk.Ready, "refused": desk.Rejected,
			"withdrawn": desk.Cancelled, "amended": desk.Open, "nudged": desk.Waiting, "reminded": desk.Waiting, "escalated": desk.Waiting, "expired": desk.Lapsed}},
		"waiting, all told": {after(t, asked, dated, vote("cid", digest), event(desk.System, desk.Reminded{}), event(desk.System, desk.Escalated{})),
			map[string]desk.State{"approved": desk.Ready, "refused": desk.Rejected, "withdrawn": desk.Cancelled, "amended": desk.Open, "nudged": desk.Waiting, "expired": desk.Lapsed}},
		"waiting for longer": {after(t, asked, later, vote("cid", digest)), map[string]desk.State{"approved": desk.Ready, "refused": desk.Rejected,
			"withdrawn": desk.Cancelled, "amended": desk.Open, "nudged": desk.Waiting}},
		"expired": {after(t, asked, dated, event(desk.System, desk.Expired{})), nil},
		"ready, in the end": {after(t, asked, event("ann", desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}, Dates: desk.Dates{Due: now, Late: now, End: now}})),
			map[string]desk.State{"withdrawn": desk.Cancelled, "started 1": desk.Running, "planned": desk.Ready, "failed 0": desk.Ready, "broken 0": desk.Broken, "held": desk.Stopped}},
		"ready": {after(t, asked, allowed), map[string]desk.State{"withdrawn": desk.Cancelled, "started 1": desk.Running,
			"planned": desk.Ready, "failed 0": desk.Ready, "broken 0": desk.Broken, "held": desk.Stopped}},
		"held":       {after(t, asked, allowed, facts["held"]), map[string]desk.State{"withdrawn": desk.Cancelled, "released": desk.Ready}},
		"held again": {after(t, asked, allowed, started, failed, facts["held"]), map[string]desk.State{"released": desk.Ready}},
		"to freeze": {after(t, asks(desk.HouseFreeze), allowed), map[string]desk.State{"withdrawn": desk.Cancelled, "frozen": desk.Settled,
			"failed 0": desk.Ready, "broken 0": desk.Broken}},
		"to leave a gap": {after(t, asks(desk.DriftSpare), allowed), map[string]desk.State{"withdrawn": desk.Cancelled, "spared": desk.Settled,
			"failed 0": desk.Ready, "broken 0": desk.Broken}},
		"to end tokens": {after(t, asks(desk.TokenEnd), allowed), map[string]desk.State{"withdrawn": desk.Cancelled, "tokens ended": desk.Settled,
			"failed 0": desk.Ready, "broken 0": desk.Broken}},
		"to thaw, by one": {after(t, asks(desk.HouseThaw), allowed), nil},
		"to thaw": {approved(t, desk.HouseThaw), map[string]desk.State{"withdrawn": desk.Cancelled, "thawed": desk.Settled,
			"failed 0": desk.Ready, "broken 0": desk.Broken}},
		"to release, by one": {after(t, asks(desk.BrakeRelease), allowed), nil},
		"to release": {approved(t, desk.BrakeRelease), map[string]desk.State{"withdrawn": desk.Cancelled, "brakes reset": desk.Settled,
			"failed 0": desk.Ready, "broken 0": desk.Broken}},
		"ready again": {after(t, asked, allowed, started, failed), map[string]desk.State{"started 2": desk.Running, "failed 1": desk.Ready,
			"planned": desk.Ready, "broken 1": desk.Broken, "held": desk.Stopped}},
		"running": {after(t, asked, allowed, started), map[string]desk.State{"started 2": desk.Running, "failed 1": desk.Ready,
			"broken 1": desk.Broken, "unknown 1.1": desk.Doubtful, "done 1": desk.Settled}},
		"doubtful": {after(t, asked, allowed, started, unknown), map[string]desk.State{"started 2": desk.Running, "failed 1": desk.Ready,
			"broken 1": desk.Broken, "unknown 1.2": desk.Doubtful, "done 1": desk.Settled}},
		"done":               {after(t, asked, allowed, started, done), nil},
		"done, to be judged": {after(t, asked, looked, started, done, vote("cid", digest)), map[string]desk.State{"approved": desk.Settled, "refused": desk.Broken}},
		"done, not answered": {after(t, asked, lookedAt, started, done), map[string]desk.State{"approved": desk.Review, "approved again": desk.Review,
			"refused": desk.Broken, "refused by a voter": desk.Broken, "reminded": desk.Review, "escalated": desk.Review, "expired": desk.Settled}},
		"to repair":         {repairing(t), map[string]desk.State{"withdrawn": desk.Cancelled, "launched": desk.Applying, "failed 0": desk.Ready, "broken 0": desk.Broken}},
		"to repair nothing": {approved(t, desk.DriftApply), map[string]desk.State{"withdrawn": desk.Cancelled, "failed 0": desk.Ready, "broken 0": desk.Broken}},
		"applying":          {further(t, repairing(t), event("dan", desk.Launched{})), map[string]desk.State{"withdrawn": desk.Cancelled, "repaired": desk.Settled, "halted": desk.Broken}},
		"repaired":          {further(t, repairing(t), event("dan", desk.Launched{}), event(desk.System, desk.Repaired{Parts: 2})), nil},
		"part":              {after(t, part, allowed), map[string]desk.State{"withdrawn": desk.Cancelled, "withdrawn by the plan": desk.Cancelled, "started 1": desk.Running, "planned": desk.Ready, "failed 0": desk.Ready, "broken 0": desk.Broken, "held": desk.Stopped}},
		"part, sent":        {after(t, part, allowed, started), map[string]desk.State{"started 2": desk.Running, "failed 1": desk.Ready, "broken 1": desk.Broken, "unknown 1.1": desk.Doubtful, "done 1": desk.Settled}},
		"rejected":          {after(t, asked, denied), nil},
		"cancelled":         {after(t, asked, allowed, facts["withdrawn"]), nil},
		"broken":            {after(t, asked, allowed, started, broken), nil},
	}
	everyStateWithEveryFact(t, states, facts)
}

// part is a request of a plan.
var part = event("ann", desk.Asked{Action: desk.Action{Verb: desk.Help}, Mailbox: "m", Owner: "bob", Key: "part:D-9:d", Via: desk.Sync, Batch: "D-9"})

// repairing is an approved plan of two parts.
func repairing(tb testing.TB) desk.Request {
	tb.Helper()
	asks := event("ann", desk.Asked{Action: desk.Action{Verb: desk.DriftApply}, Repairs: &desk.Repairs{Parts: []string{"a", "b"}, Canary: 1, Wave: 1}})
	r := after(tb, asks, event("ann", desk.Decided{Decision: needs(1, "admins")}))
	return further(tb, r, event("dan", desk.Approved{Digest: r.Digest()}))
}

// further is the request after more facts.
func further(tb testing.TB, r desk.Request, events ...desk.Event) desk.Request {
	tb.Helper()
	for _, e := range events {
		var err error
		if r, err = r.With(e); err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

// A stand is a request with the facts that move it, and where to.
type stand struct {
	at   desk.Request
	next map[string]desk.State
}

func everyStateWithEveryFact(t *testing.T, states map[string]stand, facts map[string]desk.Event) {
	t.Helper()
	for state, s := range states {
		for name, e := range facts {
			e.At = now.Add(time.Minute)
			got, err := s.at.With(e)
			want, legal := s.next[name]
			if (name == "announced" || name == "telling") && state != "none" {
				want, legal = s.at.State, true
			}
			switch {
			case legal && (err != nil || got.State != want):
				t.Errorf("%s, %s: got %s, %v, want %s", state, name, got.State, err, want)
			case legal && (got.Changed == e.At) != (got.State != s.at.State):
				t.Errorf("%s, %s: changed at %v", state, name, got.Changed)
			case !legal && (!errors.Is(err, desk.ErrIllegal) || !cmp.Equal(got, s.at)):
				t.Errorf("%s, %s: got %s, %v", state, name, got.State, err)
			}
		}
	}
}

// A request remembers what its facts say.
func TestFoldKeepsTheFacts(t *testing.T) {
	until, before := now.Add(time.Minute), desk.Account{Address: "bob@u.fr", Quota: 1}
	r := after(t, asked, pending,
		event("cid", desk.Approved{Digest: after(t, asked).Digest()}), event("dan", desk.Approved{Digest: after(t, asked).Digest()}),
		event(desk.System, desk.Started{Attempt: 1, Until: until, Before: before}),
		event(desk.System, desk.Unknown{Attempt: 1, Looks: 1, Error: "lost"}),
		event(desk.System, desk.Failed{Attempt: 1, Code: desk.PartageDown, Error: "down", After: until}),
		event(desk.System, desk.Started{Attempt: 2, Before: before}),
		event(desk.System, desk.Announced{Role: desk.ToAsker, Shows: desk.Running}),
		event(desk.System, desk.Announced{Role: desk.ToAsker, Shows: desk.Settled}),
		event(desk.System, desk.Done{Attempt: 2, Proof: desk.Account{Quota: 2}}))
	want := desk.Request{ID: "D-1", By: "ann", Owner: "bob", Mailbox: "m", Via: desk.Chat, State: desk.Settled, Step: 1, Origin: before, Tries: 2, Doubts: 1, Action: desk.Action{Verb: desk.Help},
		Reason: "why", Key: "k", Decision: needs(2, "admins"), Votes: []desk.Vote{{By: "cid", At: now}, {By: "dan", At: now}},
		Attempt: 2, Before: before, Proof: desk.Account{Quota: 2}, Code: desk.PartageDown, Error: "down",
		Announced: map[desk.Role]desk.Announced{desk.ToAsker: {Role: desk.ToAsker, Shows: desk.Settled}}, Asked: now, Changed: now, Decided: now}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	refused := after(t, asked, pending, event("dan", desk.Refused{Reason: "no"}))
	if refused.Refusal != "no" || refused.Ended != "dan" {
		t.Errorf("refused by %q: %q", refused.Ended, refused.Refusal)
	}
}

// One past may have two futures, as when somebody was faster: they share nothing.
func TestFuturesDoNotMix(t *testing.T) {
	digest := after(t, asked).Digest()
	past := after(t, asked, event("ann", desk.Decided{Decision: needs(9, "admins")}),
		event("1", desk.Approved{Digest: digest}), event("2", desk.Approved{Digest: digest}), event("3", desk.Approved{Digest: digest}),
		event(desk.System, desk.Announced{Role: desk.ToAsker}))
	one, _ := past.With(event("cid", desk.Approved{Digest: digest}))
	other, _ := past.With(event("dan", desk.Approved{Digest: digest}))
	if !one.Voted("cid") || one.Voted("dan") || other.Voted("cid") || !other.Voted("dan") {
		t.Errorf("votes %v and %v", one.Votes, other.Votes)
	}
	one, _ = past.With(event(desk.System, desk.Announced{Role: desk.ToOwner}))
	if len(past.Announced) != 1 || len(one.Announced) != 2 {
		t.Errorf("announced %v, then %v", past.Announced, one.Announced)
	}
}

func TestFinal(t *testing.T) {
	final := map[desk.State]bool{desk.None: false, desk.Open: false, desk.Waiting: false, desk.Ready: false, desk.Running: false,
		desk.Doubtful: false, desk.Settled: true, desk.Rejected: true, desk.Cancelled: true, desk.Broken: true}
	for s, want := range final {
		if s.Final() != want {
			t.Errorf("%q: final is %v", s, !want)
		}
	}
}

func TestDigestTellsRequestsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range []desk.Request{{}, {ID: "D-1"}, {ID: "D-1", Version: 1}, {ID: "D-2"}, {ID: "D-1", Action: desk.Action{Verb: desk.Help}},
		{ID: "D-1", Action: desk.Action{Verb: desk.AliasAdd, Target: "a@u.fr", Args: "alias=b@u.fr"}},
		{ID: "D-1", Action: desk.Action{Verb: desk.AliasAdd, Target: "a@u.fr", Args: "alias=c@u.fr"}}} {
		if digest := r.Digest(); len(digest) != 32 || seen[digest] {
			t.Errorf("%v has the digest %q", r.Action, digest)
		} else {
			seen[digest] = true
		}
	}
}

// drawFact is any fact, likely or not.
func drawFact(t *rapid.T, r desk.Request) desk.Fact {
	small := rapid.IntRange(0, 3)
	attempt := r.Attempt + rapid.SampledFrom([]int{0, 0, 1, 1, 2, -1}).Draw(t, "attempt")
	return rapid.SampledFrom([]desk.Fact{
		desk.Asked{Action: desk.Action{Verb: desk.Help}, Owner: rapid.SampledFrom([]desk.UID{"", "bob", "cid"}).Draw(t, "owner")},
		desk.Decided{Decision: desk.Decision{Panels: drawPanels(t),
			Outcome: rapid.SampledFrom([]desk.Outcome{"", desk.Denied, desk.Allowed, desk.Pending, desk.Pending}).Draw(t, "outcome")},
			Dates: rapid.SampledFrom([]desk.Dates{{}, {Due: now, Late: now, End: now}, {Due: now, Late: now.Add(1), End: now.Add(1)}}).Draw(t, "dates")},
		desk.Approved{Digest: rapid.SampledFrom([]string{r.Digest(), r.Digest(), ""}).Draw(t, "digest"),
			Panels: rapid.SliceOfN(rapid.IntRange(-1, 3), 0, 3).Draw(t, "panels")},
		desk.Amended{Action: desk.Action{Verb: desk.Help, Args: "n=" + strconv.Itoa(small.Draw(t, "args"))}, Digest: r.Digest()},
		desk.Reminded{}, desk.Escalated{}, desk.Expired{}, desk.Nudged{},
		desk.Questioned{Text: "q", Digest: r.Digest()}, desk.Answered{Text: "a"},
		desk.Refused{}, desk.Withdrawn{}, desk.Planned{Plan: plan(small.Draw(t, "steps"), rapid.Bool().Draw(t, "reversible"))},
		desk.Started{Attempt: attempt, Step: r.Step, Undo: r.Undoing}, desk.Started{Attempt: attempt, Step: r.Step - 1, Undo: true},
		desk.Stepped{Attempt: attempt}, desk.Undone{Attempt: attempt},
		desk.Failed{Attempt: attempt, Final: rapid.Bool().Draw(t, "final")},
		desk.Unknown{Attempt: attempt, Looks: r.Looks + small.Draw(t, "looks")}, desk.Done{Attempt: attempt},
		desk.Announced{Role: desk.ToOwner}, desk.Telling{Role: desk.ToOwner}, desk.Granted{}, nil,
		desk.Erased{Was: desk.Asked{}}, desk.Erased{Was: desk.Done{}}, desk.Erased{Was: desk.Announced{}},
	}).Draw(t, "fact")
}

func drawPanels(t *rapid.T) []desk.Panel {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) desk.Panel {
		return desk.Panel{Approvers: rapid.SampledFrom([][]string{{"group:admins"}, {"group:admins"}, {"group:admins"}, nil}).Draw(t, "approvers"),
			Needed: rapid.SampledFrom([]int{1, 1, 2, 3, 0}).Draw(t, "needed")}
	}), 0, 3).Draw(t, "panels of the decision")
}

// Whatever a journal says, nothing is done without enough distinct approvers
// who are neither author nor owner; what is final stays; the past is not touched.
func TestFoldProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r desk.Request
		for range rapid.IntRange(1, 60).Draw(t, "facts") {
			e := event(rapid.SampledFrom([]desk.UID{"", "ann", "bob", "cid", "dan", "eve", desk.System}).Draw(t, "by"), drawFact(t, r))
			copied := r
			copied.Votes, copied.Announced, copied.Telling = slices.Clone(r.Votes), maps.Clone(r.Announced), maps.Clone(r.Telling)
			copied.Exchanges = slices.Clone(r.Exchanges)
			next, err := r.With(e)
			if diff := cmp.Diff(copied, r); diff != "" {
				t.Fatalf("%T changed the past: %s", e.Fact, diff)
			}
			if err != nil && !cmp.Equal(next, r) || r.State.Final() && !r.Erased && next.State != r.State {
				t.Fatalf("%T moved %s to %s, %v", e.Fact, r.State, next.State, err)
			}
			if next.State == desk.Lapsed && r.State != desk.Lapsed && (r.State != desk.Waiting || !r.Over(e.At) || e.By != desk.System) && !r.Erased {
				t.Fatalf("%T ended what was %s until %s, at %s", e.Fact, r.State, r.Dates.End, e.At)
			}
			if r = next; r.Step < 0 || r.Step > len(r.Steps()) || len(r.InForce()) != r.Step || r.Undoing && r.Step == 0 && r.State != desk.Broken {
				t.Fatalf("%T led to step %d of %d, %s", e.Fact, r.Step, len(r.Steps()), r.State)
			}
			if next := r.Next(); next.Verb == "" && r.State == desk.Ready {
				t.Fatalf("%T led to a request without a next write", e.Fact)
			}
			if !granted(r) {
				t.Fatalf("%T led to %s with votes %v, asked by %s for %s: %v", e.Fact, r.State, r.Votes, r.By, r.Owner, r.Decision)
			}
		}
	})
}

// granted says that the request has not gone further than its votes carry it.
func granted(r desk.Request) bool {
	if !slices.Contains([]desk.State{desk.Ready, desk.Running, desk.Doubtful, desk.Review, desk.Settled, desk.Broken}, r.State) {
		return r.Attempt == 0 || r.State == desk.Rejected && r.Undoing && r.Decision.Reviewed()
	}
	if r.Erased {
		return r.State.Final()
	}
	voters := map[desk.UID]bool{}
	for _, v := range r.Votes {
		if v.By != "" && v.By != r.By && v.By != r.Owner && v.By != r.Amender {
			voters[v.By] = true
		}
	}
	return r.Decision.Outcome == desk.Allowed && (r.Amender == "" || r.Amender == r.By) ||
		r.Decision.Outcome == desk.Pending && len(voters) == len(r.Votes) && len(voters) > 0 && seated(r.Decision, r.Votes)
}

// seated tries every way to sit the votes, each in one panel: in one of them
// each panel has all its people.
func seated(d desk.Decision, votes []desk.Vote) bool {
	if len(votes) > 0 {
		for i, p := range d.Panels {
			if slices.Contains(votes[0].Panels, i) || len(votes[0].Panels) == 0 && len(d.Panels) == 1 {
				left := desk.Decision{Panels: slices.Clone(d.Panels)}
				left.Panels[i].Needed = p.Needed - 1
				if seated(left, votes[1:]) {
					return true
				}
			}
		}
		return false
	}
	return len(d.Panels) > 0 && !slices.ContainsFunc(d.Panels, func(p desk.Panel) bool { return p.Needed != 0 || len(p.Approvers) == 0 })
}
