package portal

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// The fields of "what if?".
const (
	fieldMany     = "nombre"
	fieldOld      = "de"
	fieldNew      = "vers"
	fieldNewcomer = "+" // a class of accounts that are not there yet, or no more
)

// A reckoning is what a month costs, and would cost if accounts changed class.
type reckoning struct {
	desk.Dashboard
	many     int
	old, new string
	would    *desk.Bill // nil: nothing was asked
}

// costs shows the bill of the month to those whom the rules let see the figures,
// and what another number of accounts would make of it. It changes nothing.
func (p *Portal) costs(v *visit) error {
	d, err := p.Desk.Dashboard(v.me.UID, desk.Portal)
	if err != nil {
		return err
	}
	r := reckoning{Dashboard: d, old: v.Query(fieldOld), new: v.Query(fieldNew)}
	r.many, _ = strconv.Atoi(strings.TrimSpace(v.Query(fieldMany))) // what is no number asks nothing
	r.would = p.reckon(r)
	return render(v.Ctx, fiber.StatusOK, costsPage(p.page(v, "costs"), r))
}

func (p *Portal) reckon(r reckoning) *desk.Bill {
	counts := map[string]int{}
	for _, c := range r.Classes {
		counts[c.Class] = c.Accounts
	}
	_, from := counts[r.old]
	_, to := counts[r.new]
	if r.many <= 0 || r.old == r.new || !from && r.old != fieldNewcomer || !to && r.new != fieldNewcomer {
		return nil
	}
	r.many = min(r.many, 10_000_000)
	if from {
		r.many = min(r.many, counts[r.old])
		counts[r.old] -= r.many
	}
	if to {
		counts[r.new] += r.many
	}
	bill := p.Desk.Estate.Tariff.Bill(counts)
	return &bill
}

// classes are the names to choose from.
func (r reckoning) classes() []string {
	named := map[string]bool{}
	for _, c := range r.Classes {
		named[c.Class] = true
	}
	return slices.Sorted(maps.Keys(named))
}
