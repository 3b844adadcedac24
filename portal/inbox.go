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

// waiting are the requests that wait for the reader's vote, oldest first, as they are
// when the visit first asks for them.
func (p *Portal) waiting(v *visit) []desk.Request {
	if !v.looked {
		v.waiting, v.looked = p.Desk.Inbox(v.me.UID), true
	}
	return v.waiting
}

// waits is how many they are.
func (p *Portal) waits(v *visit) int {
	if v.looked {
		return len(v.waiting)
	}
	return p.Desk.Waiting(v.me.UID)
}

// inbox lists what waits for the person's vote and shows one of it in full:
// the one chosen by ?d=, or else the oldest.
func (p *Portal) inbox(v *visit) error {
	pg, waiting := p.watched(v, "", "inbox"), p.waiting(v)
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
