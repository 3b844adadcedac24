package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// register shows what is known of an address, if the rules let the person see it.
func (p *Portal) register(v *visit) error {
	l, err := p.Desk.Address(v.me.UID, desk.Portal, desk.Address(v.Params("address")))
	if err != nil {
		return notThere(err)
	}
	account := desk.Account{}
	if l.Held {
		account = p.Desk.View.Account(l.Address)
	}
	pg := p.page(v, "register.title", "address", string(l.Address))
	lines := say.Listing(pg.lang, l, account, p.called, p.Zone)
	return render(v.Ctx, fiber.StatusOK, registerPage(pg, l, lines))
}

// until is the last day of an address, "" if it has none.
func (pg page) until(a desk.Address) desk.Day {
	x, _ := pg.register.Entry(a)
	return x.Until
}

// ended are the aliases of an account that its end has taken, and that renewing
// gives back.
func (pg page) ended(a desk.Account) (gone []desk.Entry) {
	for _, x := range pg.register.Dated() {
		if !x.Held && x.Nature == desk.AsAlias && x.Of(a.ID) {
			gone = append(gone, x)
		}
	}
	return gone
}
