package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// requests lists what the person has asked, newest first.
func (p *Portal) requests(v *visit) error {
	pg := p.page(v, "requests")
	pg.watch = p.watch(v, "")
	mine, next := onePage(p.Desk.Mine(v.me.UID, desk.Query{Before: v.past(), Limit: aPage + 1}), aPage)
	return render(v.Ctx, fiber.StatusOK, requestsPage(pg, mine, next))
}

// onePage is the first requests of a list, and where the page after begins, "" if
// there is none.
func onePage(list []desk.Request, most int) (page []desk.Request, next desk.ID) {
	if len(list) <= most {
		return list, ""
	}
	return list[:most], list[most-1].ID
}

// past is the request that the page before ended with, "" if there is none.
func (v *visit) past() desk.ID {
	last, _ := desk.NewAction(desk.RequestShow, v.Query(fieldPast), nil)
	return desk.ID(last.Target)
}
