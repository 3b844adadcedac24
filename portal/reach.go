package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// reach tells where mail to an address ends up; and leads to the page of what has
// it, if that is a list or a resource that the reader may see.
func (p *Portal) reach(v *visit) error {
	pg, at := p.page(v, "reach"), v.Query("adresse")
	if at == "" {
		return render(v.Ctx, fiber.StatusOK, reachPage(pg, "", "", nil))
	}
	a, err := desk.NewAction(desk.AddressReach, at, nil)
	var r desk.Reach
	if err == nil {
		r, err = p.Desk.Receives(v.me.UID, desk.Portal, a)
	}
	if desk.CodeOf(err) != "" {
		return render(v.Ctx, statusOf(err), reachPage(pg, at, say.Error(pg.lang, err), nil))
	}
	if err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, reachPage(pg, a.Target, "", say.Reach(pg.lang, r)))
}
