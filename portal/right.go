package portal

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A rollPage is the delegations that the reader may see, in groups.
type rollPage struct {
	about    string // only those of a domain, a unit, a list or somebody
	byPerson bool
	groups   []rightGroup
	next     string          // where the page after begins, "" if there is none
	thin     []desk.Coverage // for who governs
	governs  bool
}

// A rightGroup is the delegations of one domain, or of one person.
type rightGroup struct {
	name string
	who  desk.UID // of whom, in a list by person
	all  []*desk.Delegation
}

// key is what no other group of the list has.
func (g rightGroup) key() string { return cmp.Or(string(g.who), g.name) }

// with is the address of the list from a group on.
func (r rollPage) with(after string) string {
	query := "?q=" + escape(r.about) + "&" + fieldAfter + "=" + escape(after)
	if r.byPerson {
		query += "&vue=personnes"
	}
	return pathRights + query
}

// roll lists delegations by domain or by person.
func (p *Portal) roll(v *visit) error {
	r := rollPage{about: v.Query("q"), byPerson: v.Query("vue") == "personnes", governs: p.governs(v.me)}
	all := p.Desk.Delegations(v.me.UID, desk.Portal, r.about)
	if r.groups = byScope(all); r.byPerson {
		r.groups = p.byPerson(all)
	}
	r.groups, r.next = window(r.groups, v.Query(fieldAfter), aPage, rightGroup.key)
	if r.governs {
		r.thin = p.Desk.Thin()
	}
	return render(v.Ctx, fiber.StatusOK, delegationsPage(p.page(v, "rights"), r))
}

func byScope(all []desk.Delegation) []rightGroup {
	of := make(map[string][]*desk.Delegation, len(all))
	for i := range all {
		d := &all[i]
		for _, scope := range slices.Concat(d.Domains, d.Units, words(d.Lists)) {
			of[scope] = append(of[scope], d)
		}
	}
	return grouped(of)
}

func (p *Portal) byPerson(all []desk.Delegation) []rightGroup {
	of := make(map[string][]*desk.Delegation, len(all))
	for i := range all {
		d := &all[i]
		for _, who := range d.Holders() {
			of[string(who)] = append(of[string(who)], d)
		}
	}
	groups := grouped(of)
	for i, g := range groups {
		groups[i].who, groups[i].name = desk.UID(g.name), cmp.Or(p.called(desk.UID(g.name)), g.name)
	}
	slices.SortStableFunc(groups, func(a, b rightGroup) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return groups
}

func grouped(of map[string][]*desk.Delegation) (groups []rightGroup) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		groups = append(groups, rightGroup{name: name, all: of[name]})
	}
	return groups
}

// part is what the one of a group has in a delegation as a deputy, "" if it is his.
func (pg page) part(g rightGroup, d *desk.Delegation) string {
	i := slices.IndexFunc(d.Deputies, func(s desk.Deputy) bool { return s.Who == g.who })
	if i < 0 {
		return ""
	}
	return pg.t("rights.part", "name", pg.who(d.To), "dates", pg.dates(d.Deputies[i]))
}

func words[W ~string](all []W) (texts []string) {
	for _, w := range all {
		texts = append(texts, string(w))
	}
	return texts
}

// A rightPage is one delegation with what became of it.
type rightPage struct {
	desk.Delegation
	past   []desk.Event // newest first
	revoke bool         // the rules would let the reader ask for its end
	deputy bool         // the reader may propose somebody
	again  string       // the form that asks for the same once more, if it has ended
}

// delegation shows one.
func (p *Portal) delegation(v *visit) error {
	d, err := p.Desk.Delegation(v.me.UID, desk.Portal, desk.Mandate(v.Params("id")))
	if err != nil {
		return err
	}
	past, err := first(longest, p.Desk.View.History(v.UserContext(), string(d.ID)))
	if err != nil {
		return err
	}
	_, decision, err := p.Desk.Preview(v.me.UID, desk.Portal, desk.Action{Verb: desk.DelegationRevoke, Target: string(d.ID)})
	r := rightPage{Delegation: d, past: past, revoke: err == nil && decision.Outcome != desk.Denied && decision.Outcome != ""}
	r.deputy = d.Stands() && (p.governs(v.me) || d.To == v.me.UID)
	if a, ok := p.Desk.Again(d.Grant); ok && !d.Stands() && p.governs(v.me) {
		r.again = pathAsk + "?" + askAgain(a)
	}
	return render(v.Ctx, fiber.StatusOK, delegationPage(p.page(v, "right", "id", string(d.ID)), r))
}

// askAgain fills the form of a grant in.
func askAgain(a desk.Action) string {
	query := fieldVerb + "=" + string(a.Verb)
	add := func(field, value string) {
		if value != "" {
			query += "&" + field + "=" + escape(value)
		}
	}
	for _, f := range rightFields[a.Verb] {
		add(f[0], a.Arg(f[1]))
	}
	add(fieldPerson, a.Target)
	add(fieldScope, strings.Trim(strings.Join([]string{a.Arg("domains"), a.Arg("units"), a.Arg("lists")}, " "), " "))
	for _, verb := range listed(a.Arg("verbs")) {
		add(prefixVerb+verb, "oui")
	}
	return query
}

// terms are what the delegation lets do, within what.
func (pg page) terms(d desk.Delegation) string { return say.Terms(pg.lang, d.Grant, pg.zone) }

func (pg page) dates(s desk.Deputy) string { return say.Dates(pg.lang, s.From, s.Until, pg.zone) }

// ended says that it was revoked.
func (p rightPage) ended() bool { return !p.Stands() }
