package portal

import "github.com/gofiber/fiber/v2"

// help says what can be done here and what can be typed in the chat.
func (p *Portal) help(v *visit) error {
	return render(v.Ctx, fiber.StatusOK, helpPage(p.page(v, "help")))
}
