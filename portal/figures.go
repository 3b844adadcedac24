package portal

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// figures shows the dashboard, to those whom the rules let see it.
func (p *Portal) figures(v *visit) error {
	d, err := p.Desk.Dashboard(v.me.UID, desk.Portal)
	if err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, figuresPage(p.page(v, "figures"), d, p.Desk.Estate.Populations))
}

func (pg page) count(n int64) string { return say.Number(pg.lang, n) }

// source says where a figure comes from, and as of when.
func (pg page) source(f desk.Figure) string { return say.Source(pg.lang, f, pg.zone) }

// share is a part of a whole, in hundredths, for the width of a bar.
func share(part, whole int64) string {
	if whole <= 0 {
		return "0"
	}
	return strconv.FormatInt(min(100, part*100/whole), 10)
}

func signed(n int64) string { return fmt.Sprintf("%+d", n) }

// biggest is the accounts of the largest class.
func biggest(classes []desk.ClassFigure) (n int64) {
	for _, c := range classes {
		n = max(n, int64(c.Accounts))
	}
	return n
}

// cell is the mean latency of a cell in words, and whether something failed.
func (pg page) cell(c desk.Cell) (words, tone string) {
	words = say.Time(pg.lang, c.From, pg.zone) + " " + say.Latency(pg.lang, c.Mean())
	switch {
	case c.Bad > 0 && c.Good == 0:
		return say.Time(pg.lang, c.From, pg.zone) + " " + pg.label("service.down"), "err"
	case c.Bad > 0:
		return words, "warn"
	}
	return words, "ok"
}

// recent are the last cells: an hour of them.
func recent(s desk.Service) []desk.Cell { return s.History[max(0, len(s.History)-12):] }
