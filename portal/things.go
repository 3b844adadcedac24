package portal

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The fields of the filter of lists, groups and resources.
const (
	fieldWords = "q"
	fieldKind  = "sorte"
	fieldOrder = "tri"
)

// kinds are those that the page lists.
var kinds = []string{string(desk.Distribution), string(desk.Grouping), string(desk.FanOut), desk.Resource{Address: "x"}.Target().Kind()}

// orders are the ways to sort them; the first if none is said.
var orders = []string{"adresse", "nom", "membres"}

// A catalogue is those that the reader may see and asked for.
type catalogue struct {
	words, domain, kind, order string
	domains                    []string // to choose from
	list                       []desk.Account
	next                       desk.Address // where the page after begins, "" if there is none
	unread                     bool         // they were never read from Partage
}

// things lists them, as a page or as a table to take away.
func (p *Portal) things(v *visit) error {
	c := catalogue{words: strings.TrimSpace(v.Query(fieldWords)), domain: v.Query(fieldDomain), kind: v.Query(fieldKind), order: v.Query(fieldOrder), unread: p.Desk.View.Listed().IsZero()}
	if !slices.Contains(orders, c.order) {
		c.order = orders[0]
	}
	kind, most, pg := v.Query("format"), aPage, p.page(v, "things")
	if isTable(kind) {
		most = mostRows
	}
	within := p.gazetteer(v.me)
	c.domains = within.domains
	c.list, c.next = p.seenThings(v, c.pick(within), most)
	if isTable(kind) {
		return hand(v, kind, pg.title, pg.thingRows(c.list))
	}
	return render(v.Ctx, fiber.StatusOK, thingsPage(pg, c))
}

// gazetteer is what is in the domains that the person looks after, and the lists that
// are delegated to them; of who governs, all.
func (p *Portal) gazetteer(me desk.Person) gazetteer {
	all := p.finder.current(p.Desk.View)
	if p.governs(me) {
		return all
	}
	domains, lists := map[string]bool{}, map[desk.Address]bool{}
	for _, g := range me.Delegations {
		for _, domain := range g.Domains {
			domains[domain] = true
		}
		for _, l := range g.Lists {
			lists[l] = true
		}
	}
	return all.within(domains, lists)
}

// pick is those that are asked for, sorted as asked.
func (c catalogue) pick(all gazetteer) (picked []spot) {
	if !c.filtered() && c.order == orders[0] {
		return all.spots
	}
	words := strings.Fields(folded(c.words))
	for _, s := range all.likely(words) {
		fits := (c.domain == "" || s.address.Domain() == c.domain) && (c.kind == "" || s.kind == c.kind)
		if fits && (len(words) == 0 || holds(s.words, words)) {
			picked = append(picked, s)
		}
	}
	switch c.order {
	case "nom":
		slices.SortStableFunc(picked, func(a, b spot) int { return cmp.Compare(a.name, b.name) })
	case "membres":
		slices.SortStableFunc(picked, func(a, b spot) int { return cmp.Compare(b.size, a.size) })
	}
	return picked
}

// seenThings are those that the rules let the person see, after the one that the
// address of the page names.
func (p *Portal) seenThings(v *visit, picked []spot, most int) (list []desk.Account, next desk.Address) {
	after := desk.Address(v.Query(fieldAfter))
	at := slices.IndexFunc(picked, func(s spot) bool { return s.address == after }) + 1
	for _, s := range picked[at:] {
		found, err := p.Desk.Find(v.me.UID, desk.Portal, string(s.address))
		if err != nil {
			continue
		}
		if len(list) == most {
			return list, list[most-1].Address
		}
		list = append(list, found)
	}
	return list, ""
}

// filtered says that not all is asked for.
func (c catalogue) filtered() bool { return cmp.Or(c.words, c.domain, c.kind) != "" }

// with is the address of the same list, otherwise.
func (c catalogue) with(field, value string) string {
	query := ""
	for _, f := range [][2]string{{fieldWords, c.words}, {fieldDomain, c.domain}, {fieldKind, c.kind}, {fieldOrder, c.order}, {field, value}} {
		if f[1] != "" {
			query += "&" + f[0] + "=" + escape(f[1])
		}
	}
	return pathThings + "?" + strings.TrimPrefix(query, "&")
}

func (pg page) thingRows(list []desk.Account) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{pg.label("label.address"), pg.t("things.name"), pg.label("list.kind"), pg.label("list.members"), pg.label("label.book")}) {
			return
		}
		for _, a := range list {
			if !yield([]string{string(a.Address), a.Name, say.Sort(pg.lang, a.Kind()), pg.membersOf(a), pg.shown(a)}) {
				return
			}
		}
	}
}

// membersOf is how many members a list has, "" of a resource.
func (pg page) membersOf(a desk.Account) string {
	if a.Detail.List == nil {
		return ""
	}
	return strconv.Itoa(a.Detail.List.Size)
}

// shown says whether a list is in the address book; of a resource, how it stands; of
// what was deleted, that.
func (pg page) shown(a desk.Account) string {
	list, room := a.Detail.List, a.Detail.Resource
	if list != nil && list.Emptied() || room != nil && room.Shelved() {
		return pg.t("thing.aside")
	}
	if list == nil {
		return pg.status(a)
	}
	return say.Book(pg.lang, a.Hidden)
}
