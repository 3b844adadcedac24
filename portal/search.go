package portal

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// A hit is one thing that was found, and where it leads. Searching does nothing:
// what a sentence asks for is a form filled in.
type hit struct {
	group string // key of its text
	title string
	sub   string
	href  string
}

// longestQuery is how much of what is typed is read, in characters.
const longestQuery = 300

// search answers the search box with a page, and the palette with its part.
func (p *Portal) search(v *visit) error {
	q := strings.TrimSpace(v.Query("q"))
	pg := p.page(v, "search")
	var hits []hit
	if utf8.ValidString(q) && utf8.RuneCountInString(q) <= longestQuery {
		hits = p.find(v, pg, q)
	}
	if v.Query("partie") != "" {
		return render(v.Ctx, fiber.StatusOK, foundList(pg, hits))
	}
	if len(hits) == 1 && hits[0].group == "found.exact" {
		return v.Redirect(hits[0].href, fiber.StatusSeeOther)
	}
	return render(v.Ctx, fiber.StatusOK, searchPage(pg, q, hits))
}

// find looks among what the person may see, the surest first.
func (p *Portal) find(v *visit, pg page, q string) (hits []hit) {
	if q == "" {
		return nil
	}
	if exact, ok := p.findExact(v, pg, q); ok {
		return []hit{exact}
	}
	hits = append(hits, p.findOrder(v, pg, q)...)
	hits = append(hits, p.findFree(pg, q)...)
	hits = append(hits, p.findPages(pg, q)...)
	hits = append(hits, p.findThings(v, pg, q)...)
	return append(hits, p.findNames(v, pg, q)...)
}

// findExact is the request of that number, or what has that address or login.
func (p *Portal) findExact(v *visit, pg page, q string) (hit, bool) {
	if a, err := desk.NewAction(desk.RequestShow, q, nil); err == nil {
		if r, err := p.Desk.Request(v.me.UID, desk.Portal, desk.ID(a.Target)); err == nil {
			return hit{"found.exact", string(r.ID) + " · " + say.Summary(pg.lang, r.Action), say.Outcome(pg.lang, r, pg.name), pathRequests + "/" + string(r.ID)}, true
		}
	}
	a, err := p.Desk.Show(v.me.UID, desk.Portal, q)
	if err == nil {
		return p.accountHit("found.exact", pg, a), true
	}
	if found, err := p.Desk.Find(v.me.UID, desk.Portal, q); err == nil {
		return thingHit("found.exact", pg, found), true
	}
	return hit{}, false
}

func (p *Portal) accountHit(group string, pg page, a desk.Account) hit {
	sub := ""
	if a.Owner != "" {
		sub = pg.who(a.Owner)
	}
	return hit{group, string(a.Address), sub, pathAccounts + "/" + string(a.Address)}
}

func thingHit(group string, pg page, a desk.Account) hit {
	return hit{group, string(a.Address), strings.TrimPrefix(a.Name+" · "+say.Sort(pg.lang, a.Kind()), " · "), pathThings + "/" + escapePath(string(a.Address))}
}

// findThings are lists, groups and resources by words of their addresses and names.
func (p *Portal) findThings(v *visit, pg page, q string) (hits []hit) {
	c := catalogue{words: q}
	for _, s := range c.pick(p.gazetteer(v.me)) {
		if len(hits) == mostHits {
			break
		}
		if found, err := p.Desk.Find(v.me.UID, desk.Portal, string(s.address)); err == nil {
			hits = append(hits, thingHit("found.thing", pg, found))
		}
	}
	return hits
}

// findFree says what is known to everybody of an address: whether it could be given.
func (p *Portal) findFree(pg page, q string) []hit {
	address, err := desk.ParseAddress(q)
	if err != nil {
		return nil
	}
	if err := p.Desk.Free(address); err != nil {
		return []hit{{"found.free", say.Error(pg.lang, err), "", pathAsk + "?" + fieldVerb + "=" + string(desk.AliasAdd)}}
	}
	return []hit{{"found.free", pg.t("found.ask", "address", string(address)), pg.t("available"),
		pathAsk + "?" + fieldVerb + "=" + string(desk.AliasAdd) + "&" + fieldAlias + "=" + escape(string(address))}}
}

// findPages are those of the menu and the footer whose names hold all the words.
func (p *Portal) findPages(pg page, q string) (hits []hit) {
	for _, e := range slices.Concat(pg.menu, pg.foot) {
		if holds(folded(e.text), strings.Fields(folded(q))) {
			hits = append(hits, hit{"found.page", e.text, "", e.href})
		}
	}
	return hits
}

// What a search shows, and how many accounts it looks at: the rules are asked about
// each.
const (
	mostHits  = 10
	mostLooks = 300
)

// findNames are accounts by the name or login of their owner, or a part of their
// addresses; first in the domains that the person looks after.
func (p *Portal) findNames(v *visit, pg page, q string) (hits []hit) {
	if !pg.acts {
		return p.findOwn(v, pg, q)
	}
	own, looks := v.me.Managed(desk.Use{Verb: desk.AccountShow, At: p.Now()}), 0
	for _, domain := range append(own, "") {
		for address := range p.names.find(p.Desk.View, folded(q), domain) {
			if domain != "" && address.Domain() != domain || domain == "" && slices.Contains(own, address.Domain()) {
				continue
			}
			if looks++; len(hits) == mostHits || looks > mostLooks {
				return hits
			}
			if a, err := p.Desk.Show(v.me.UID, desk.Portal, string(address)); err == nil {
				hits = append(hits, p.accountHit("found.account", pg, a))
			}
		}
	}
	return hits
}

func (p *Portal) findOwn(v *visit, pg page, q string) (hits []hit) {
	for _, a := range p.Desk.View.Owned(v.me.UID) {
		if holds(line(p.Desk.View, a), strings.Fields(folded(q))) {
			hits = append(hits, p.accountHit("found.account", pg, a))
		}
	}
	return hits
}

// findOrder is the form, or the page, that a command or a sentence leads to.
func (p *Portal) findOrder(v *visit, pg page, q string) (hits []hit) {
	for _, a := range p.understand(v.me, pg.lang, q) {
		if href := leads(a); href != "" && p.there(v.me, a) {
			hits = append(hits, hit{"found.act", say.Summary(pg.lang, a), a.String(), href})
		}
	}
	return hits
}

// there says that what is asked about is something that the person may see; what
// is asked for is the form's to judge.
func (p *Portal) there(me desk.Person, a desk.Action) (seen bool) {
	spec, _ := desk.SpecOf(a.Verb)
	switch {
	case spec.Changes:
		return true
	case spec.Target == desk.RequestForm:
		_, err := p.Desk.Request(me.UID, desk.Portal, desk.ID(a.Target))
		return err == nil
	case spec.Target == desk.AccountForm:
		_, err := p.Desk.Show(me.UID, desk.Portal, a.Target)
		return err == nil
	case spec.Target == desk.ListForm || spec.Target == desk.ResourceForm:
		return p.thingAt(me, desk.Address(a.Target)) != ""
	}
	return true
}

// understand reads as the chat does: a command, else a sentence.
func (p *Portal) understand(me desk.Person, lang, q string) []desk.Action {
	if order, err := phrase.Parse(q); err == nil {
		return []desk.Action{order.Action}
	} else if desk.CodeOf(err) == "" {
		return nil
	}
	reader := &phrase.Reader{Now: p.Now().In(p.Zone), Domain: shortest(p.Desk.View.Domains()), YearEnd: time.Date(2000, time.August, 31, 0, 0, 0, 0, time.UTC),
		Knows: func(login string) bool { return p.Desk.View.Person(desk.UID(login)).Known() }, Lang: lang}
	for _, class := range p.Desk.View.Classes() {
		reader.Call(class)
	}
	answer := reader.Read(q)
	if answer.Refused != "" || answer.Ask != "" {
		return nil
	}
	actions, err := answer.Frame.Actions(string(me.UID))
	if err != nil {
		return nil
	}
	return actions[:min(len(actions), 5)]
}

// shortest is the domain that the others most likely end with.
func shortest(domains []string) (short string) {
	for _, d := range domains {
		if short == "" || len(d) < len(short) {
			short = d
		}
	}
	return short
}

// leads is where an action is asked for, or its answer is; "" if nowhere.
func leads(a desk.Action) string {
	spec, _ := desk.SpecOf(a.Verb)
	switch a.Verb {
	case desk.RequestShow, desk.RequestWhy, desk.RequestApprove, desk.RequestReject, desk.RequestCancel, desk.RequestAgain, desk.RequestNudge, desk.RequestAmend:
		return pathRequests + "/" + a.Target
	case desk.AccountShow:
		return pathAccounts + "/" + escapePath(a.Target)
	case desk.ListShow, desk.ResourceShow:
		return pathThings + "/" + escapePath(a.Target)
	case desk.AddressReach:
		return pathReach + "?" + fieldAddress + "=" + escape(a.Target)
	case desk.HistoryShow:
		return pathAccounts + "/" + escapePath(a.Target) + "#historique"
	case desk.RequestList:
		if a.Arg("scope") == "pending" {
			return pathInbox
		}
		return pathRequests
	case desk.Help:
		return pathHelp
	case desk.DelegationShow:
		return pathRights + "/" + a.Target
	case desk.DelegationList:
		if a.Target == "" {
			return pathRights
		}
		return pathRights + "?q=" + escape(a.Target)
	}
	if !spec.Changes {
		return ""
	}
	if spec.Args["book"] != desk.NoForm {
		return pathRules
	}
	return pathAsk + "?" + filled(a)
}

// filled is the form of an action, as the fields of an address.
func filled(a desk.Action) string {
	if len(rightFields[a.Verb]) > 0 {
		return askAgain(a)
	}
	query := fieldVerb + "=" + string(a.Verb)
	add := func(field, value string) {
		if value != "" {
			query += "&" + field + "=" + escape(value)
		}
	}
	add(fieldAccount, a.Target)
	add(fieldAlias, a.Arg("alias"))
	add(fieldTo, a.Arg("to"))
	add(fieldCOS, a.Arg("cos"))
	for _, argument := range plain(a.Verb) {
		add(fieldMore+argument, a.Arg(argument))
	}
	if size := a.Arg("size"); size != "" {
		units := map[byte]string{'M': "Mo", 'G': "Go", 'T': "To"}
		add(fieldNumber, size[:len(size)-1])
		add(fieldUnit, units[size[len(size)-1]])
	}
	return query
}
