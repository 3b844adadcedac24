package portal

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The fields of the form that asks for a plan of repair.
const (
	fieldCauses     = "causes"
	fieldPopulation = "population"
	fieldDomain     = "domaine"
	fieldParts      = "nombre"
	fieldCanary     = "canari"
	fieldPlan       = "plan"
)

// A survey is what differs, as far as it is shown, and the plan that is being made.
type survey struct {
	desk.Selection
	chosen  int        // gaps of the selection
	gaps    []desk.Gap // a page of them
	next    string     // where the page after begins, "" if there is none
	spared  []desk.Gap // left as they are
	causes  []causeRow // of all
	trend   []desk.Point
	estate  desk.Estate
	plan    *desk.Plotted
	problem string
	once    string
}

// A causeRow is the gaps of one cause, with one of them.
type causeRow struct {
	cause         desk.GapCause
	n, repairable int
	example       desk.Gap
	cost          desk.Money
}

// mostGaps is how many gaps are named of a plan, or of what is left as it is.
const mostGaps = 200

// selected reads the selection of a form or of an address.
func selected(value func(string) string) desk.Selection {
	s := desk.Selection{Population: value(fieldPopulation), Domain: strings.ToLower(strings.TrimSpace(value(fieldDomain)))}
	for cause := range strings.SplitSeq(value(fieldCauses), ",") {
		if slices.Contains(desk.Causes(), desk.GapCause(cause)) {
			s.Causes = append(s.Causes, desk.GapCause(cause))
		}
	}
	s.Most, _ = strconv.Atoi(value(fieldParts)) // what is no number selects all
	s.Canary, _ = strconv.Atoi(value(fieldCanary))
	s.Most, s.Canary = max(0, min(s.Most, 999)), max(0, min(s.Canary, 999))
	return s
}

// fields are the selection as the form has it.
func (s survey) fields() [][2]string {
	var causes []string
	for _, c := range s.Causes {
		causes = append(causes, string(c))
	}
	fields := [][2]string{{fieldCauses, strings.Join(causes, ",")}, {fieldPopulation, s.Population}, {fieldDomain, s.Domain}, {fieldParts, number(s.Most)}, {fieldCanary, number(s.Canary)}}
	return slices.DeleteFunc(fields, func(f [2]string) bool { return f[1] == "" })
}

// more is the address of the page after.
func (s survey) more() string {
	query := "?" + fieldAfter + "=" + escape(s.next)
	for _, f := range s.fields() {
		query += "&" + f[0] + "=" + escape(f[1])
	}
	return pathDrift + query
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// drift shows what differs, to those whom the rules let see it.
func (p *Portal) drift(v *visit) error {
	return p.showSurvey(v, fiber.StatusOK, survey{Selection: selected(func(name string) string { return v.Query(name) })})
}

func (p *Portal) showSurvey(v *visit, status int, s survey) (err error) {
	all, err := p.Desk.Gaps(v.me.UID, desk.Portal, desk.Selection{})
	if err != nil {
		return err
	}
	if s.spared, err = p.Desk.Gaps(v.me.UID, desk.Portal, desk.Selection{Spared: true}); err != nil {
		return err
	}
	if s.trend, err = p.Desk.Trend(v.me.UID, desk.Portal); err != nil {
		return err
	}
	s.estate, s.causes = p.Desk.Estate, rowsOf(all)
	chosen := slices.DeleteFunc(all, func(g desk.Gap) bool { return !s.Chooses(g) })
	s.chosen = len(chosen)
	s.gaps, s.next = window(chosen, v.Query(fieldAfter), aPage, desk.Gap.Name)
	if s.once, err = draw(p.Rand); err != nil {
		return err
	}
	pg := p.page(v, "drift")
	pg.self = pathDrift
	return render(v.Ctx, status, driftPage(pg, s))
}

func rowsOf(gaps []desk.Gap) (rows []causeRow) {
	for _, cause := range desk.Causes() {
		row := causeRow{cause: cause}
		for _, g := range gaps {
			if g.Cause != cause {
				continue
			}
			if row.n++; row.n == 1 {
				row.example = g
			}
			if g.Repairable() {
				row.repairable++
			}
			row.cost += g.Cost
		}
		if row.n > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// planDrift shows the plan that a selection makes, or asks for the one that was
// shown.
func (p *Portal) planDrift(v *visit) error {
	s := survey{Selection: selected(v.form)}
	if v.form("pas") == "demander" && drawn(v.form(fieldOnce)) {
		return p.askPlan(v, s)
	}
	plan, err := p.Desk.Plot(v.me.UID, desk.Portal, s.Selection)
	if err != nil {
		return p.noPlan(v, s, err)
	}
	s.plan = &plan
	return p.showSurvey(v, fiber.StatusOK, s)
}

func (p *Portal) askPlan(v *visit, s survey) error {
	args := s.Selection.Args()
	args["plan"] = v.form(fieldPlan)
	action, err := desk.NewAction(desk.DriftApply, "", args)
	if err != nil {
		return p.noPlan(v, s, err)
	}
	r, err := p.Desk.Ask(v.UserContext(), desk.Asking{By: v.me.UID, Via: desk.Portal, Action: action, Reason: v.form(fieldReason), Key: "form:" + v.form(fieldOnce) + ":" + action.String()})
	if err != nil {
		return p.noPlan(v, s, err)
	}
	return v.Redirect(pathRequests+"/"+string(r.ID), fiber.StatusSeeOther)
}

// noPlan shows what stands against it, above the differences.
func (p *Portal) noPlan(v *visit, s survey, err error) error {
	if desk.CodeOf(err) == "" {
		return err
	}
	s.problem = say.Error(p.language(v.Ctx), err)
	return p.showSurvey(v, statusOf(err), s)
}

// A column of the chart of the trend.
type column struct {
	x, y, height int
	day, count   string
	last         bool
}

// columns are the last points of the trend, as high as their gaps.
func (pg page) columns(trend []desk.Point) (all []column) {
	const most, step, tall, head = 8, 78, 120, 24
	trend = trend[max(0, len(trend)-most):]
	top := 1
	for _, x := range trend {
		top = max(top, x.Gaps)
	}
	for i, x := range trend {
		h := x.Gaps * tall / top
		all = append(all, column{x: 10 + i*step, y: head + tall - h, height: h, day: say.Date(pg.lang, x.At.In(pg.zone)), count: say.Number(pg.lang, int64(x.Gaps)), last: i == len(trend)-1})
	}
	return all
}
