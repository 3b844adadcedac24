package portal

import (
	"github.com/gofiber/fiber/v2"
)

// requests lists what the person has asked.
func (p *Portal) requests(v *visit) error {
	pg := p.page(v, "requests")
	pg.watch = p.watch(v, "")
	return render(v.Ctx, fiber.StatusOK, requestsPage(pg, p.Desk.Mine(v.me.UID, longest)))
}
