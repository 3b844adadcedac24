package portal

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// inbox lists what waits for the person's vote and shows one of it in full:
// the one chosen by ?d=, or else the oldest.
func (p *Portal) inbox(v *visit) error {
	waiting := p.waiting(v)
	pg := p.page(v, "inbox")
	pg.watch = p.watch(v, "")
	if len(waiting) == 0 {
		return render(v.Ctx, fiber.StatusOK, emptyInboxPage(pg))
	}
	chosen := slices.IndexFunc(waiting, func(r desk.Request) bool { return string(r.ID) == v.Query("d") })
	d, err := p.dossier(v, waiting[max(chosen, 0)])
	if err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, inboxPage(pg, waiting, d))
}
