package portal

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// A tray is what waits for the reader, oldest first, and the page of it that holds
// the one that is shown in full.
type tray struct {
	waiting, shown []desk.Request
	newer, older   desk.ID // where the pages beside it begin, "" if there is none
}

// aTray is how many of them are listed at once, each in three lines.
const aTray = 25

func trayOf(waiting []desk.Request, chosen int) tray {
	from := chosen - chosen%aTray
	t := tray{waiting: waiting, shown: waiting[from:min(from+aTray, len(waiting))]}
	if from > 0 {
		t.older = waiting[from-aTray].ID
	}
	if from+aTray < len(waiting) {
		t.newer = waiting[from+aTray].ID
	}
	return t
}

// inbox lists what waits for the person's vote and shows one of it in full:
// the one chosen by ?d=, or else the oldest.
func (p *Portal) inbox(v *visit) error {
	waiting := p.Desk.Inbox(v.me.UID)
	pg := p.page(v, "inbox")
	pg.watch = p.watch(v, "")
	if len(waiting) == 0 {
		return render(v.Ctx, fiber.StatusOK, emptyInboxPage(pg))
	}
	chosen := max(slices.IndexFunc(waiting, func(r desk.Request) bool { return string(r.ID) == v.Query("d") }), 0)
	d, err := p.dossier(v, waiting[chosen])
	if err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, inboxPage(pg, trayOf(waiting, chosen), d))
}
