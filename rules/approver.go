package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Who may approve, besides "group:NAME".
const (
	admins         = "admins"
	correspondents = "correspondents"
	manager        = "manager"
)

// Bounds on what is asked of people.
const (
	maxPanels = 8
	maxNeeded = 10
	maxDays   = 260 // a year of work
)

// A panel is one of those who must approve.
type panel struct {
	approvers []string // "group:DIRECTORY NAME", or those who depend on the facts
	needed    int
}

// refs names the approvers the way a Decision does; nil if there are none. The
// head of service is the owner's, or else that of who asks: nobody approves
// their own request.
func (p panel) refs(w *world) []string {
	refs := make([]string, 0, len(p.approvers))
	for _, a := range p.approvers {
		switch a {
		case correspondents:
			a = "domain:" + w.Domain
		case manager:
			head := w.Owner.Manager
			if head == "" || head == w.Actor.UID {
				head = w.Actor.Manager
			}
			if head == "" || head == w.Actor.UID {
				continue
			}
			a = "person:" + string(head)
		}
		refs = append(refs, a)
	}
	if len(refs) == 0 {
		return nil
	}
	return refs
}

// asks says that the rule names an approver.
func (r *rule) asks(approver string) bool {
	return slices.ContainsFunc(r.panels, func(p panel) bool { return slices.Contains(p.approvers, approver) })
}

// lonely says that one of the panels is the head of service and nobody else.
func (r *rule) lonely() bool {
	return slices.ContainsFunc(r.panels, func(p panel) bool {
		return !slices.ContainsFunc(p.approvers, func(a string) bool { return a != manager })
	})
}

// setPanels reads who approves, and within which time.
func (b *Book) setPanels(r *rule, w form, f *faults) {
	for _, v := range r.Verbs {
		if spec, _ := desk.SpecOf(v); spec.Two && r.Outcome == desk.Allowed {
			f.add("verb %q is never for one person alone; write ask, with approvers", v)
		}
	}
	if r.Outcome != desk.Pending && w.Outcome != review {
		if len(w.Approvers) > 0 || w.Needed != nil || len(w.Panels) > 0 || w.Deadline != nil || w.Expiry != nil {
			f.add("approvers, needed, panels, deadline and expiry go with outcome ask or review only; remove them")
		}
		return
	}
	for _, v := range r.Verbs {
		if spec, _ := desk.SpecOf(v); !spec.Changes {
			f.add("verb %q changes nothing and cannot wait for approval; write allow or deny", v)
		} else if w.Outcome == review && !v.Reviewable() {
			f.add("verb %q cannot be looked at afterwards; write ask", v)
		}
	}
	written := w.Panels
	if len(written) == 0 {
		written = []panelForm{{w.Approvers, w.Needed}}
	} else if len(w.Approvers) > 0 || w.Needed != nil {
		f.add("write either approvers and needed, or panels, each with its own")
	}
	if len(written) > maxPanels {
		f.add("%d panels; %d at most", len(written), maxPanels)
	}
	for _, p := range written {
		b.addPanel(r, p, f)
	}
	r.Deadline, r.Expiry = days("deadline", w.Deadline, f), days("expiry", w.Expiry, f)
	if r.Deadline > 0 && r.Expiry > 0 && r.Deadline >= r.Expiry {
		f.add("deadline is %d and expiry %d: people are reminded before it is too late, not after", r.Deadline, r.Expiry)
	}
}

func days(name string, n *int, f *faults) int {
	if n == nil {
		return 0
	}
	if *n < 1 || *n > maxDays {
		f.add("%s is %d; write 1 to %d working days", name, *n, maxDays)
	}
	return *n
}

func (b *Book) addPanel(r *rule, w panelForm, f *faults) {
	if len(w.Approvers) == 0 {
		f.add("approvers is missing: say who approves, such as [correspondents, admins]")
	}
	p := panel{needed: 1}
	for _, name := range w.Approvers {
		approver, err := b.approver(name)
		f.addError(err)
		if slices.Contains(p.approvers, approver) {
			f.add("approver %q is named twice", name)
		}
		p.approvers = append(p.approvers, approver)
	}
	if w.Needed != nil {
		p.needed = *w.Needed
	}
	switch {
	case p.needed < 1:
		f.add("needed is %d; at least 1 person must approve", p.needed)
	case p.needed > maxNeeded:
		f.add("needed is %d; %d people at most", p.needed, maxNeeded)
	case p.needed > 1 && len(p.approvers) == 1 && p.approvers[0] == manager:
		f.add("needed is %d, but there is one head of service", p.needed)
	}
	r.Panels = append(r.Panels, desk.Panel{Approvers: slices.Clone(w.Approvers), Needed: p.needed})
	r.panels = append(r.panels, p)
}

func (b *Book) approver(name string) (string, error) {
	if name == correspondents || name == manager {
		return name, nil
	}
	group, isGroup := strings.CutPrefix(name, "group:")
	if !isGroup && name != admins {
		return "", fmt.Errorf("approver %q: write admins, correspondents, manager or group:NAME%s", name,
			meant(name, []string{admins, correspondents, manager, "group:" + name}))
	}
	if b.groups[group] == "" {
		return "", b.unknownGroup(group)
	}
	return "group:" + b.groups[group], nil
}

func (b *Book) unknownGroup(name string) error {
	return fmt.Errorf("group %q is not declared; add it under groups: with its name in the directory%s", name, meant(name, sortedKeys(b.groups)))
}

// ApproverGroups names the groups of the directory whose members some rule
// lets approve, sorted. Not to be changed.
func (b *Book) ApproverGroups() []string { return b.approvers }

func approverGroups(rules []*rule) (groups []string) {
	for _, r := range rules {
		for _, p := range r.panels {
			for _, ref := range p.approvers {
				if group, ok := strings.CutPrefix(ref, "group:"); ok {
					groups = append(groups, group)
				}
			}
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// Groups names the groups of the directory that the book declares, sorted.
func (b *Book) Groups() []string {
	groups := slices.Sorted(maps.Values(b.groups))
	return slices.Compact(groups)
}

// Unmanned warns of each rule that asks for more members of a group than the
// directory has; size says how many it has.
func (b *Book) Unmanned(size func(group string) int) (warnings []*Fault) {
	for _, r := range b.rules {
		for _, p := range r.panels {
			people, open := 0, false
			for _, ref := range p.approvers {
				group, isGroup := strings.CutPrefix(ref, "group:")
				open = open || !isGroup
				people += size(group)
			}
			if !open && people < p.needed {
				warnings = append(warnings, r.fault("%d of %s must approve, and the directory has %d", p.needed, list(p.approvers), people))
			}
		}
	}
	return warnings
}
