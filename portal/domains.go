package portal

import (
	"iter"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// A parish is a domain that the reader looks after.
type parish struct {
	name     string
	accounts int
	used     int64
	by       []desk.UID // its correspondents
}

// parishes are the domains of the person; of who governs, all.
func (p *Portal) parishes(me desk.Person) (all []parish) {
	looks := p.looksAfter(me)
	for _, c := range p.Desk.Coverage() {
		if looks(c.Domain) {
			all = append(all, p.parish(c))
		}
	}
	return all
}

// looksAfter says of which domains a person sees the page.
func (p *Portal) looksAfter(me desk.Person) func(domain string) bool {
	governs, own := p.governs(me), me.Managed(desk.Use{Verb: desk.AccountShow, At: p.Now()})
	return func(domain string) bool { return governs || slices.Contains(own, domain) }
}

func (p *Portal) parish(c desk.Coverage) parish {
	x := p.names.current(p.Desk.View)
	return parish{c.Domain, len(x.of[c.Domain]), x.used[c.Domain], c.By}
}

// domains lists them.
func (p *Portal) domains(v *visit) error {
	all, pg := p.parishes(v.me), p.page(v, "domains")
	if kind := v.Query("format"); isTable(kind) {
		return hand(v, kind, pg.title, pg.parishRows(all))
	}
	part, next := window(all, v.Query(fieldAfter), aPage, func(d parish) string { return d.name })
	return render(v.Ctx, fiber.StatusOK, domainsPage(pg, part, next))
}

func (pg page) parishRows(all []parish) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{pg.t("domains.domain"), pg.t("figures.accounts"), pg.label("label.used"), pg.t("domains.by")}) {
			return
		}
		for _, d := range all {
			if !yield([]string{d.name, strconv.Itoa(d.accounts), strconv.FormatInt(d.used, 10), pg.people(d.by)}) {
				return
			}
		}
	}
}

// people are names in a row.
func (pg page) people(all []desk.UID) (names string) {
	for i, who := range all {
		if i > 0 {
			names += ", "
		}
		names += pg.who(who)
	}
	return names
}

// A village is one domain with a page of its accounts.
type village struct {
	parish
	list []desk.Account
	next desk.Address // where the page after begins, "" if there is none
}

// domain shows one, with those of its accounts that the rules let the person see.
func (p *Portal) domain(v *visit) error {
	name := v.Params("domain")
	if !slices.Contains(p.Desk.View.Domains(), name) || !p.looksAfter(v.me)(name) {
		return fiber.ErrNotFound
	}
	d := village{parish: p.parish(p.Desk.CoverageOf(name))}
	pg, kind := p.page(v, "domain", "domain", d.name), v.Query("format")
	most := aPage
	if isTable(kind) {
		most = mostRows
	}
	d.list, d.next = p.villagers(v, d.name, most)
	if isTable(kind) {
		return hand(v, kind, d.name, pg.accountRows(d.list))
	}
	return render(v.Ctx, fiber.StatusOK, domainPage(pg, d))
}

// villagers are the accounts of a domain after the one that the address names.
func (p *Portal) villagers(v *visit, domain string, most int) (list []desk.Account, next desk.Address) {
	all := p.names.current(p.Desk.View).of[domain]
	at, there := slices.BinarySearch(all, desk.Address(v.Query(fieldAfter)))
	if there {
		at++
	}
	for _, address := range all[at:] {
		a, err := p.Desk.Show(v.me.UID, desk.Portal, string(address))
		if err != nil || a.Address != address {
			continue
		}
		if len(list) == most {
			return list, list[most-1].Address
		}
		list = append(list, a)
	}
	return list, ""
}

func (pg page) accountRows(list []desk.Account) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{pg.t("domains.address"), pg.t("rights.who"), pg.label("label.status"), pg.label("label.cos"), pg.label("label.quota"), pg.label("label.used")}) {
			return
		}
		for _, a := range list {
			if !yield([]string{string(a.Address), string(a.Owner), pg.status(a), a.COS, strconv.FormatInt(a.Quota, 10), strconv.FormatInt(a.Used, 10)}) {
				return
			}
		}
	}
}

// status is how Partage holds the account, in a word.
func (pg page) status(a desk.Account) string {
	if a.Status == "" {
		return ""
	}
	return pg.label("status." + a.Status)
}
