package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// aGlance is how many lines of history a page shows beside other things.
const aGlance = 20

// account shows an account and who has touched it.
func (p *Portal) account(v *visit) error {
	address := v.Params("address")
	w, err := p.Desk.Whole(v.UserContext(), v.me.UID, desk.Portal, address)
	if err != nil {
		if to := p.thingAt(v.me, desk.Address(address)); to != "" {
			return v.Redirect(to, fiber.StatusSeeOther)
		}
		return notThere(err)
	}
	a := w.Account
	past, err := p.chronicle(v, desk.Address(address), aGlance)
	if err != nil {
		return err
	}
	if past.older != "" {
		past.older += "#historique"
	}
	pg := p.page(v, "account", "address", string(a.Address))
	return render(v.Ctx, fiber.StatusOK, accountPage(pg, w, p.asOf(), past, p.offers(v, a)))
}

// offers are the verbs that would do something to the account and that the
// rules do not deny. Of one that needs to know more that cannot be told yet: it
// is offered where any other is.
func (p *Portal) offers(v *visit, a desk.Account) (verbs []desk.Verb) {
	for _, verb := range requests(true) {
		spec, _ := desk.SpecOf(verb)
		if spec.Object || !suits(verb, a) {
			continue
		}
		_, d, err := p.Desk.Preview(v.me.UID, desk.Portal, desk.Action{Verb: verb, Target: string(a.Address)})
		conceded := err == nil && (d.Outcome == desk.Allowed || d.Outcome == desk.Pending)
		needs := len(spec.Needed()) > 0 || desk.CodeOf(err) == desk.MissingArgument
		if !needs && conceded || needs && len(verbs) > 0 {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

// suits leaves out what is never asked of such an account.
func suits(verb desk.Verb, a desk.Account) bool {
	switch verb {
	case desk.AccountCreate:
		return false
	case desk.AccountShare, desk.AccountUnshare:
		return a.Owner == ""
	case desk.AliasMove:
		return len(a.Aliases) > 0
	}
	return true
}

// notThere makes an address that nobody could have the same as a missing one.
func notThere(err error) error {
	if desk.KindOf(err) == desk.Invalid {
		return fiber.ErrNotFound
	}
	return err
}

// asOf is when Partage was last read.
func (p *Portal) asOf() time.Time {
	_, partage := p.Desk.View.Ages()
	return partage
}
