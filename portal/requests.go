package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// requests lists what the person has asked, newest first.
func (p *Portal) requests(v *visit) error {
	pg := p.watched(v, "", "requests")
	mine, next := onePage(p.Desk.Mine(v.me.UID, desk.Query{Before: v.past(), Limit: aPage + 1}), aPage)
	return render(v.Ctx, fiber.StatusOK, requestsPage(pg, mine, next))
}
