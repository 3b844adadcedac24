package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// home sends people to what waits for them.
func (p *Portal) home(v *visit) error {
	to := pathMine
	if p.Desk.Waiting(v.me.UID) > 0 {
		to = pathInbox
	}
	return v.Redirect(to, fiber.StatusSeeOther)
}

// mine shows the person's own accounts and what they have asked that is not over.
func (p *Portal) mine(v *visit) (err error) {
	open := p.Desk.Mine(v.me.UID, desk.Query{States: desk.Unfinished(), Limit: aPage})
	pg := p.watched(v, "", "mine")
	if pg.once, err = draw(p.Rand); err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, minePage(pg, p.Desk.View.Owned(v.me.UID), open, p.asOf()))
}
