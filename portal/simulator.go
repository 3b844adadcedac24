package portal

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The fields of the simulator. They are in the address, which can be handed on.
const (
	fieldActor = "qui"
	fieldDeed  = "acte"
)

// A supposing is an action that somebody might ask, and what the rules would say.
type supposing struct {
	who     desk.UID
	deed    string
	others  bool // the reader may suppose that others ask
	answers []supposed
	problem problem
}

// trouble is what is wrong with a field, "" if nothing.
func (s supposing) trouble(field string) string {
	return either(s.problem.field == field, s.problem.text, "")
}

type supposed struct {
	desk.Why
	problem string
	form    string // where it is asked for
}

// simulator tells what the rules would say of an action, and why, without asking
// for it: of the reader's own; of anybody's to who governs.
func (p *Portal) simulator(v *visit) error {
	pg := p.page(v, "trial")
	s := supposing{who: v.me.UID, deed: strings.TrimSpace(v.Query(fieldDeed)), others: p.governs(v.me)}
	if who := strings.TrimSpace(v.Query(fieldActor)); who != "" && s.others {
		s.who = desk.UID(who)
	}
	if s.deed != "" {
		p.suppose(pg, &s)
	}
	return render(v.Ctx, fiber.StatusOK, simulatorPage(pg, s))
}

func (p *Portal) suppose(pg page, s *supposing) {
	actor := p.Desk.View.Person(s.who)
	if !actor.Known() {
		s.problem = problem{fieldActor, pg.t("trial.nobody")}
		return
	}
	if utf8.ValidString(s.deed) && utf8.RuneCountInString(s.deed) <= longestQuery {
		for _, a := range p.understand(actor, pg.lang, s.deed) {
			if spec, _ := desk.SpecOf(a.Verb); spec.Changes && !spec.Inner {
				s.answers = append(s.answers, p.supposed(pg, *s, a))
			}
		}
	}
	if len(s.answers) == 0 {
		s.problem = problem{fieldDeed, pg.t("trial.unclear")}
	}
}

func (p *Portal) supposed(pg page, s supposing, a desk.Action) supposed {
	spec, _ := desk.SpecOf(a.Verb)
	if spec.Target == desk.AccountForm && !s.others { // what one may not see is not there
		if _, err := p.Desk.Show(s.who, desk.Portal, a.Target); err != nil {
			return supposed{Why: desk.Why{Action: a}, problem: say.Error(pg.lang, err)}
		}
	}
	w, err := p.Desk.Why(s.who, desk.Portal, a)
	if err != nil {
		return supposed{Why: desk.Why{Action: a}, problem: say.Error(pg.lang, err)}
	}
	return supposed{Why: w, form: leads(w.Action)}
}
