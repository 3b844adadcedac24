package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// link says whether the person's chat account is known, and how to make it so.
func (p *Portal) link(v *visit) error { return p.showLink(v, "") }

// offerCode draws a one-time code. It is in the answer itself, never in an
// address.
func (p *Portal) offerCode(v *visit) error {
	code, err := p.Desk.OfferBinding(v.UserContext(), v.me.UID, p.Rand)
	if err != nil {
		return err
	}
	return p.showLink(v, code)
}

func (p *Portal) showLink(v *visit, code string) error {
	bound := p.Desk.View.Chat(v.me.UID) != ""
	return render(v.Ctx, fiber.StatusOK, linkPage(p.page(v, "link"), bound, code, desk.CodeLife))
}
