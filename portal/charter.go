package portal

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A charter is what an address must look like, with a name that somebody tries.
type charter struct {
	desk.Naming
	quarantine int      // years
	fits       []string // for each form an example, "" if none is known
	example    string   // of an address
	yours      []desk.Address

	tried, trouble, breach string
}

// charter tells the clauses of the charter of addresses, and of a name that is tried
// which of them it breaks. It asks for nothing.
func (p *Portal) charter(v *visit) error {
	pg := p.page(v, "charter")
	domain := cmp.Or(v.me.UnitDomain, v.me.Mail.Domain(), shortest(p.Desk.View.Domains()))
	c := charter{Naming: p.Desk.Naming(), quarantine: p.Desk.Keeping.Quarantine, tried: strings.TrimSpace(v.Query(fieldAddress)), yours: p.Desk.Propose(v.me, domain, desk.Account{Owner: v.me.UID})}
	names := append(desk.Candidates(v.me.Name), desk.Candidates("Jeanne Dupont")...)
	for _, form := range c.Forms {
		c.fits = append(c.fits, fitting(form, names))
	}
	c.example = cmp.Or(append(c.fits, "contact")...) + "@" + domain
	if c.tried != "" {
		c.trouble, c.breach = p.tries(v.me.UID, pg.lang, c.tried)
	}
	return render(v.Ctx, fiber.StatusOK, charterPage(pg, c))
}

// fitting is the first of the names that has the form.
func fitting(form string, names []string) string {
	whole, err := regexp.Compile(`^(?:` + form + `)$`)
	if err != nil {
		return ""
	}
	for _, name := range names {
		if whole.MatchString(name) {
			return name
		}
	}
	return ""
}

// tries says why an address could not be given to somebody, or else what the charter
// has against it.
func (p *Portal) tries(who desk.UID, lang, typed string) (trouble, breach string) {
	clause, like := desk.NoBreach, desk.Address("")
	address, err := desk.ParseAddress(typed)
	if err == nil {
		clause, like, err = p.Desk.Available(who, address)
	}
	return say.Error(lang, err), say.Breach(lang, clause, like)
}
