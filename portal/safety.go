package portal

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// A guardroom is what holds the house back, and what it has stopped.
type guardroom struct {
	freeze desk.Event // the zero Event if nothing is frozen
	brakes desk.Brakes
	counts int
	held   []desk.Request // oldest first
}

// governs says who steers freezes and brakes: the members of the groups that
// approve. The rules decide what each of them may do.
func (p *Portal) governs(who desk.Person) bool { return slices.ContainsFunc(p.Approvers(), who.In) }

// safety shows the freeze, the brakes and what they hold. It is not there for
// those who do not govern.
func (p *Portal) safety(v *visit) error {
	if !p.governs(v.me) {
		return fiber.ErrNotFound
	}
	freeze, _ := p.Desk.View.Freeze()
	return render(v.Ctx, fiber.StatusOK, safetyPage(p.page(v, "safety"), guardroom{freeze, p.Desk.Brakes, len(p.Desk.View.Intents()), p.Desk.Held()}))
}

// limits are the brakes with their values, in words.
func (g guardroom) limits(pg page) [][2]string {
	var rows [][2]string
	for _, l := range g.brakes.Limits() {
		value := strconv.Itoa(l.Max)
		if l.Limit == desk.ShareLimit {
			value = strconv.FormatFloat(g.brakes.PerMille, 'f', -1, 64) + " ‰"
		}
		rows = append(rows, [2]string{pg.t("limit." + string(l.Limit)), value})
	}
	return rows
}
