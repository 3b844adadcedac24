package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A Selection says which gaps a plan is to repair.
type Selection struct {
	Causes     []GapCause `json:",omitempty"` // none: any
	Population string     `json:",omitempty"` // "" any
	Domain     string     `json:",omitempty"` // "" any
	Most       int        `json:",omitempty"` // 0: all
	Canary     int        `json:",omitempty"` // 0: the house's
	Spared     bool       `json:",omitempty"` // those that are left as they are, and no others: no plan has them
}

// Repairs are a plan: which gaps are to be closed. It is public and names
// nobody: each gap by its digest, which only who sees the gap can tell.
type Repairs struct {
	Selection Selection
	Parts     []string     // digests of the gaps, the canary first
	Canary    int          // how many of them are proved before any other is begun
	Wave      int          // how many are under way at once, later
	Kinds     []RepairKind // what they are
	Cost      Money        // a month more, less than 0 if less
	Compared  time.Time
}

// A RepairKind is gaps that have cause, repair and population in common.
type RepairKind struct {
	Cause      GapCause
	Verb       Verb
	Population string `json:",omitempty"`
	Risk       Risk
	Parts      int
}

// Digest identifies the plan by all that it would do, and not by when it was made.
func (p Repairs) Digest() string {
	p.Compared = time.Time{}
	text, _ := json.Marshal(p) // texts and numbers
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// repairs says that the verb carries out a plan.
func (v Verb) repairs() bool { return v == DriftApply || v == DriftSync }

// Selection is what an action on a plan selects.
func (a Action) Selection() Selection {
	most, _ := strconv.Atoi(a.Arg("most"))
	canary, _ := strconv.Atoi(a.Arg("canary")) // absent: 0
	return Selection{Causes: listed[GapCause](a.Arg("causes")), Population: a.Arg("population"), Domain: a.Arg("domain"), Most: most, Canary: canary}
}

// Args are the selection as arguments of an action on a plan.
func (s Selection) Args() map[string]string {
	args := map[string]string{"causes": joined(s.Causes), "population": s.Population, "domain": s.Domain}
	for name, n := range map[string]int{"most": s.Most, "canary": s.Canary} {
		if n > 0 {
			args[name] = strconv.Itoa(n)
		}
	}
	return args
}

// A Plotted plan is what the desk tells of a plan before it is asked for.
type Plotted struct {
	Action  Action // asks for it
	Repairs Repairs
	Gaps    []Gap // its parts, in their order
}

// Plot makes a plan for somebody, as Ask would take it; nothing is recorded.
func (d *Desk) Plot(by UID, via Door, s Selection) (Plotted, error) {
	action, err := NewAction(DriftApply, "", s.Args())
	if err != nil {
		return Plotted{}, err
	}
	if err := d.sees(by, via, DriftShow); err != nil {
		return Plotted{}, err
	}
	return d.plotted(action)
}

// plotted makes the plan that an action selects, and names it in the action.
func (d *Desk) plotted(a Action) (Plotted, error) {
	if d.Drift == nil {
		return Plotted{}, Fail(Unavailable, NoDrift)
	}
	if err := d.fresh(); err != nil {
		return Plotted{}, err
	}
	repairs, gaps, err := d.Drift.Plan(d.View, a.Selection())
	if err != nil {
		return Plotted{}, err
	}
	args := a.Selection().Args()
	args["plan"] = repairs.Digest()
	a, err = NewAction(a.Verb, "", args)
	return Plotted{a, repairs, gaps}, err
}

// planable checks an action on a plan: what it names must be what would be done
// now, whoever asks or approves. Of one that was asked, its parts must stand.
func (d *Desk) planable(f *Facts) error {
	if f.Action.Verb == DriftSync && (f.Via != Sync || f.Actor.UID != System) {
		return Fail(Forbidden, NotAllowed, "verb", string(DriftSync), "target", "", "rule", "")
	}
	if f.Action.Verb == DriftApply { // first: to compare everything is dear, and for those who may see it
		if err := d.sees(f.Actor.UID, f.Via, DriftShow); err != nil {
			return err
		}
	}
	if asked, known := d.planned(f.Action); known {
		return d.stillStands(asked)
	}
	now, err := d.plotted(f.Action)
	if err != nil {
		return err
	}
	if named := f.Action.Arg("plan"); named != "" && !strings.HasPrefix(now.Action.Arg("plan"), named) {
		return Fail(Conflict, OtherPlan, "value", short(named))
	}
	f.Action = now.Action
	return nil
}

// planned is the request that asked for just this plan and is not over.
func (d *Desk) planned(a Action) (Request, bool) {
	if a.Arg("plan") == "" {
		return Request{}, false
	}
	for r := range d.View.Requests(Query{States: []State{Open, Waiting, Ready, Applying}}) {
		if r.Action == a && r.Repairs != nil {
			return r, true
		}
	}
	return Request{}, false
}

// stillStands says which of the gaps of a plan that nobody has begun is not as
// it was; nil if none.
func (d *Desk) stillStands(r Request) error {
	now := d.gapsOf(r.Repairs.Parts)
	for _, part := range r.Repairs.Parts {
		if _, stands := now[part]; !stands && d.View.Keyed(r.partKey(part)) == "" {
			return Fail(Conflict, PlanMoved, "id", string(r.ID))
		}
	}
	return nil
}

// gapsOf finds gaps by their digests.
func (d *Desk) gapsOf(parts []string) map[string]Gap {
	wanted, found := make(map[string]bool, len(parts)), make(map[string]Gap, len(parts))
	for _, p := range parts {
		wanted[p] = true
	}
	for g := range d.Drift.Gaps(d.View) {
		if digest := g.Digest(); wanted[digest] && !g.Spared() {
			found[digest] = g
		}
	}
	return found
}

// repairsOf is the plan that a request is to carry out; nil for other requests.
func (d *Desk) repairsOf(f Facts) (*Repairs, error) {
	if !f.Action.Verb.repairs() {
		return nil, nil
	}
	if asked, known := d.planned(f.Action); known {
		return nil, Fail(Conflict, AlreadySo, "value", string(asked.ID))
	}
	now, err := d.plotted(f.Action)
	if err == nil && now.Action != f.Action {
		err = Fail(Conflict, OtherPlan, "value", short(f.Action.Arg("plan")))
	}
	if err != nil {
		return nil, err
	}
	return &now.Repairs, nil
}

// mends says that the person's own account is one that the plan would change.
func (d *Desk) mends(a Action, who UID) bool {
	r, known := d.planned(a)
	if !known || d.Drift == nil {
		return false
	}
	parts := map[string]bool{}
	for _, p := range r.Repairs.Parts {
		parts[p] = true
	}
	owned := d.View.Owned(who)
	if len(owned) == 0 {
		owned = []Account{{}}
	}
	for _, account := range owned {
		for _, g := range d.Drift.GapsOf(d.View, account, d.View.Person(who)) {
			if parts[g.Digest()] {
				return true
			}
		}
	}
	return false
}
