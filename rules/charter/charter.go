package charter

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/rules"
)

// A Charter is what the pages are made from.
type Charter struct {
	Lang     string // fr or en
	Book     *rules.Book
	Deadline int // working days, where the rule says nothing; 0 = none
	Expiry   int
	Domains  []Domain // in the order they are listed
}

// A Domain is a mail domain and its correspondents, as people call them.
type Domain struct {
	Name           string
	Correspondents []string
}

// House is the page of the whole house: by role, then the correspondents.
func (c Charter) House() Page {
	t := tongue(c.Lang)
	p := Page{Lang: c.Lang, Title: t.say("title")}
	p.text(t.say("intro", c.Book.Digest()[:12]))
	all := c.Book.Rules()
	p.heading(t.say("table"))
	p.table(c.glance(all))
	p.text(t.say("depends"))
	c.sections(&p, all)
	c.always(&p)
	if len(c.Domains) > 0 {
		rows := [][]string{{t.say("domain"), t.say("correspondents")}}
		for _, d := range c.Domains {
			rows = append(rows, []string{d.Name, named(t, d)})
		}
		p.heading(t.say("domains"))
		p.table(rows)
	}
	return p
}

func named(t tongue, d Domain) string {
	if len(d.Correspondents) == 0 {
		return t.say("nobody")
	}
	return strings.Join(d.Correspondents, t.say("comma"))
}

// Domain is the page of one domain: what of the rules is about it.
func (c Charter) Domain(d Domain) Page {
	t := tongue(c.Lang)
	p := Page{Lang: c.Lang, Title: t.say("title.domain", d.Name)}
	p.text(whoKeeps(t, d))
	p.text(t.say("intro", c.Book.Digest()[:12]))
	c.sections(&p, slices.DeleteFunc(c.Book.Rules(), func(r rules.Rule) bool { return !onAccounts(r) || !touches(r.Condition, d.Name) }))
	c.always(&p)
	return p
}

// whoKeeps names the correspondents, and says if there are too few.
func whoKeeps(t tongue, d Domain) string {
	switch len(d.Correspondents) {
	case 0:
		return t.say("people.none")
	case 1:
		return t.say("people.one", named(t, d))
	}
	return t.say("people", named(t, d))
}

// onAccounts says that the rule is about accounts, and not about the house.
func onAccounts(r rules.Rule) bool {
	return slices.ContainsFunc(r.Verbs, func(v desk.Verb) bool { spec, _ := desk.SpecOf(v); return spec.OnAccount() })
}

// byRole puts each rule that grants under those it is about.
func byRole(all []rules.Rule) (of map[role][]rules.Rule, order []role) {
	of = map[role][]rules.Rule{}
	for _, r := range all {
		for _, x := range roles(r) {
			if r.Outcome == desk.Denied {
				continue
			}
			if of[x] == nil {
				order = append(order, x)
			}
			of[x] = append(of[x], r)
		}
	}
	slices.SortFunc(order, compare)
	return of, order
}

// glance is a table of actions by roles.
func (c Charter) glance(all []rules.Rule) [][]string {
	t := tongue(c.Lang)
	of, roles := byRole(all)
	head := []string{t.say("action")}
	for _, r := range roles {
		head = append(head, t.short(r))
	}
	rows := [][]string{head}
	for _, v := range desk.Verbs() {
		row, some := []string{upper(say.Verb(c.Lang, v))}, false
		for _, r := range roles {
			cell := cellOf(of[r], v)
			row, some = append(row, t.say(cell)), some || cell != "none"
		}
		if some {
			rows = append(rows, row)
		}
	}
	return rows
}

// cellOf is how the rules let the action be done.
func cellOf(of []rules.Rule, v desk.Verb) string {
	found := map[desk.Outcome]bool{}
	for _, r := range of {
		if slices.Contains(r.Verbs, v) {
			found[r.Outcome] = true
		}
	}
	switch {
	case found[desk.Allowed] && found[desk.Pending]:
		return "either"
	case found[desk.Allowed]:
		return "at once"
	case found[desk.Pending]:
		return "approved"
	}
	return "none"
}

// sections tells the rules role by role, then what is denied.
func (c Charter) sections(p *Page, all []rules.Rule) {
	t := tongue(c.Lang)
	of, roles := byRole(all)
	for _, r := range roles {
		p.heading(t.title(r))
		for _, outcome := range []desk.Outcome{desk.Allowed, desk.Pending} {
			c.list(p, t.say("list."+string(outcome)), of[r], outcome)
		}
	}
	if slices.ContainsFunc(all, func(r rules.Rule) bool { return r.Outcome == desk.Denied }) {
		p.heading(t.say("list.denied"))
		c.list(p, "", all, desk.Denied)
	}
}

// list tells the rules of one outcome.
func (c Charter) list(p *Page, heading string, of []rules.Rule, outcome desk.Outcome) {
	var items []Item
	for _, r := range of {
		if r.Outcome == outcome {
			items = append(items, Item{r.Text.In(c.Lang), c.terms(r) + c.privacy(r)})
		}
	}
	if len(items) == 0 {
		return
	}
	if heading != "" {
		p.subheading(heading)
	}
	p.list(items)
}

// terms says who approves, and within which time.
func (c Charter) terms(r rules.Rule) string {
	if len(r.Panels) == 0 {
		return ""
	}
	t, deadline, expiry := tongue(c.Lang), either(r.Deadline, c.Deadline), either(r.Expiry, c.Expiry)
	if r.Outcome == desk.Allowed {
		return t.review(r.Panels, deadline)
	}
	return t.say("approval", t.panels(r.Panels)) + t.dates(deadline, expiry)
}

// privacy says that nobody but those who approve is told.
func (c Charter) privacy(r rules.Rule) string {
	if !r.Confidential {
		return ""
	}
	return " " + tongue(c.Lang).say("confidential")
}

func either(own, house int) int {
	if own > 0 {
		return own
	}
	return house
}

// always tells what no rule can change.
func (c Charter) always(p *Page) {
	t := tongue(c.Lang)
	p.heading(t.say("always"))
	items := []Item{{Text: t.say("always.self")}, {Text: t.say("always.once")}, {Text: t.say("always.again")}, {Text: t.say("always.history")}}
	var addresses []string
	for _, a := range c.Book.Protected() {
		addresses = append(addresses, string(a))
	}
	if len(addresses) > 0 {
		items = append(items, Item{Text: t.say("protected", strings.Join(addresses, t.say("comma")))})
	}
	p.list(items)
}

// upper begins a line with a capital.
func upper(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
