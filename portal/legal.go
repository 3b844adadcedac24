package portal

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// Legal is what the law wants the site to say of those who run it.
type Legal struct {
	Publisher     string `yaml:"publisher"`     // name, seat and telephone of the institution
	Director      string `yaml:"director"`      // of publication: who presides over it
	Host          string `yaml:"host"`          // name, address and telephone of who runs the machines
	Officer       string `yaml:"officer"`       // how to reach the data protection officer
	Contact       string `yaml:"contact"`       // of the help desk, also about accessibility
	Accessibility string `yaml:"accessibility"` // none, partial or full; "" is none, as long as no audit says otherwise
	Audit         string `yaml:"audit"`         // by whom, when, with what rate; needed unless none
	Plan          string `yaml:"plan"`          // address of the multi-year accessibility plan
}

// The words of the law for how accessible a site is.
const (
	accessNone    = "none"
	accessPartial = "partial"
	accessFull    = "full"
)

// check refuses what is half said: all of it, or nothing yet.
func (l Legal) check(need func(ok bool, path, what string)) {
	need(slices.Contains([]string{accessNone, accessPartial, accessFull}, l.state()), "legal.accessibility", "neither none, partial nor full")
	need(l.state() == accessNone || l.Audit != "", "legal.audit", "without an audit the state is none, however good the pages are")
	if !l.said() {
		return
	}
	for path, value := range map[string]string{"publisher": l.Publisher, "director": l.Director, "host": l.Host, "officer": l.Officer, "contact": l.Contact} {
		need(value != "", "legal."+path, "missing")
	}
	for path, value := range map[string]string{"publisher": l.Publisher, "director": l.Director, "host": l.Host, "officer": l.Officer, "contact": l.Contact, "audit": l.Audit, "plan": l.Plan} {
		need(!strings.ContainsAny(value, "[]<>{}") && !strings.Contains(strings.ToLower(value), "compléter") && !strings.Contains(value, "TODO"), "legal."+path, "still to be filled in")
	}
}

// state is how accessible the site is said to be.
func (l Legal) state() string { return cmp.Or(l.Accessibility, accessNone) }

// said says that the institution has begun to.
func (l Legal) said() bool {
	return l.Publisher+l.Director+l.Host+l.Officer+l.Contact != ""
}

// anybody is a page that needs no session, with the menu of who has one.
func (p *Portal) anybody(title string, show func(page) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		pg := p.open(c, title)
		if s, in := p.sessions.get(c.Cookies(p.cookieName(sessionCookie))); in {
			if me := p.Desk.View.Person(s.who); me.Known() {
				pg = p.page(&visit{Ctx: c, session: s, me: me}, title)
			}
		}
		return show(pg)
	}
}

func (p *Portal) legal(c *fiber.Ctx) error {
	return p.anybody("legal", func(pg page) error {
		return render(c, fiber.StatusOK, legalPage(pg, p.config.Legal))
	})(c)
}

func (p *Portal) accessibility(c *fiber.Ctx) error {
	return p.anybody("access", func(pg page) error {
		return render(c, fiber.StatusOK, accessibilityPage(pg, p.config.Legal, p.config.URL))
	})(c)
}

func (p *Portal) privacy(c *fiber.Ctx) error {
	return p.anybody("privacy", func(pg page) error {
		return render(c, fiber.StatusOK, privacyPage(pg, p.config.Legal))
	})(c)
}

// touched tells who touched one's mailboxes, in words.
func (p *Portal) touched(v *visit) error {
	var boxes []touchedBox
	for _, a := range p.Desk.View.Owned(v.me.UID) {
		past, err := p.chronicle(v, a.Address, aPage)
		if err != nil {
			return err
		}
		boxes = append(boxes, touchedBox{a, past})
	}
	return render(v.Ctx, fiber.StatusOK, touchedPage(p.page(v, "touched"), boxes))
}

// A touchedBox is a mailbox with what happened to it.
type touchedBox struct {
	desk.Account
	chronicle
}
