package portal

import (
	"github.com/gofiber/fiber/v2"
)

// requests lists what the person has asked.
func (p *Portal) requests(v *visit) error {
	return render(v.Ctx, fiber.StatusOK, requestsPage(p.page(v, "requests"), p.Desk.Mine(v.me.UID, longest)))
}
