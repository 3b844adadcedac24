package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// An upkeep is one thing that people depend on, and how it is.
type upkeep struct {
	name  string // key of its text
	well  bool
	since time.Time // of what it says; zero if never
	text  string    // key of what it means for people
	n     int       // shown in the text
}

// slow is how much older than usual what was read of Partage may be before people
// are told: it is read again every few hours.
const slow = 24 * time.Hour

// state says how the services are. It answers from memory: it is there when
// nothing else is.
func (p *Portal) state(v *visit) error {
	return render(v.Ctx, fiber.StatusOK, statePage(p.watched(v, "", "state"), p.services(), p.Now()))
}

func (p *Portal) services() []upkeep {
	now := p.Now()
	directory, partage := p.Desk.View.Ages()
	freeze, frozen := p.Desk.View.Freeze()
	list := []upkeep{
		age("state.directory", directory, p.Desk.Stale, now),
		age("state.partage", partage, max(slow, p.Desk.Stale), now),
		{"state.sending", !frozen, freeze.At, "state.sends", 0},
	}
	if frozen {
		list[2].text = "state.frozen"
	}
	many := func(states ...desk.State) int { return p.Desk.View.Count(desk.Query{States: states}) }
	doubtful, moving := many(desk.Doubtful), many(desk.Ready, desk.Running)
	work := upkeep{"state.work", doubtful == 0, now, "state.moving", moving}
	if doubtful > 0 {
		work.text, work.n = "state.doubtful", doubtful
	}
	return append(list, work)
}

func age(name string, read time.Time, most time.Duration, now time.Time) upkeep {
	switch {
	case read.IsZero():
		return upkeep{name, false, read, "state.never", 0}
	case most > 0 && now.Sub(read) > most:
		return upkeep{name, false, read, "state.old", 0}
	}
	return upkeep{name, true, read, "state.read", 0}
}
