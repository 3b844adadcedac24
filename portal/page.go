package portal

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A page is what every template may use.
type page struct {
	lang    string
	title   string
	self    string // address of the page, for the menu and the other language
	token   string // of its forms
	site    string
	me      desk.Person
	menu    []entry
	foot    []entry
	theme   string // of themes
	keys    string // of keyboard: whether single keys do something
	files   files
	zone    *time.Location
	present time.Time
	name    func(desk.UID) string
	acts    bool   // the reader may ask for others: a correspondent or an approver
	chat    string // the command that reaches us in the chat
	risky   func(desk.Verb) bool
	within  time.Duration // how fresh a sign-in must be to approve what is grave
	watch   string        // where to learn that what the page shows has changed, "" if it does not move

	tariff desk.Tariff
	// freeze is since when nothing is sent to Partage, zero if it is.
	freeze     time.Time
	halt, rest string                    // the banner says why, and what goes on
	register   desk.Register             // of addresses
	listed     func() time.Time          // when lists and resources were last read in full
	at         func(desk.Address) string // the page of a list or a resource, "" if the reader has none
	once       string                    // drawn for the one-click forms of the page, "" if it has none
}

// An entry of the menu.
type entry struct {
	href, text string
	count      int // shown if not 0
}

// open is a page for anybody.
func (p *Portal) open(c *fiber.Ctx, title string, pairs ...string) page {
	lang := p.language(c)
	return page{foot: foot(lang, p.config.Legal), theme: p.preferred(c, themeCookie, themes), keys: p.preferred(c, keysCookie, keyboard), lang: lang, title: text(lang, title, pairs...), self: local(c.OriginalURL()), site: p.config.Name,
		files: p.files, zone: p.Zone, present: p.Now(), name: recalled(p.called), chat: p.Command, within: p.Desk.StepUp.Within, risky: p.Desk.Risky}
}

// page is a page for the person who is signed in.
func (p *Portal) page(v *visit, title string, pairs ...string) page {
	pg := p.open(v.Ctx, title, pairs...)
	pg.token, pg.me = v.session.token, v.me
	pg.acts = v.me.Corresponds(p.Now()) || p.governs(v.me)
	pg.menu, pg.tariff = p.menu(v, pg), p.Desk.Estate.Tariff
	pg.register, pg.listed = p.Desk.View, p.Desk.View.Listed
	pg.at = func(a desk.Address) string { return p.thingAt(v.me, a) }
	pg.foot = append([]entry{{pathCharter, text(pg.lang, "charter"), 0}, {pathState, text(pg.lang, "state"), 0}, {pathTouched, text(pg.lang, "touched"), 0}, {pathPreferences, text(pg.lang, "preferences"), 0}}, pg.foot...)
	if freeze, frozen := p.Desk.View.Freeze(); frozen {
		pg.freeze, pg.halt, pg.rest = freeze.At, "frozen", "frozen.rest"
		if f, _ := freeze.Fact.(desk.Frozen); f.Cause == desk.ByDamage {
			pg.halt, pg.rest = "damaged", "damaged.rest"
		}
	}
	return pg
}

// menu shows the inbox to those whose vote is or may be waited for.
func (p *Portal) menu(v *visit, pg page) []entry {
	lang := pg.lang
	menu := []entry{{pathMine, text(lang, "mine"), 0}, {pathAsk, text(lang, "ask"), 0}, {pathRequests, text(lang, "requests"), 0}}
	if waiting := p.waits(v); waiting > 0 || pg.acts {
		menu = append(menu, entry{pathInbox, text(lang, "inbox"), waiting})
	}
	if pg.acts {
		menu = append(menu, entry{pathDomains, text(lang, "domains"), 0}, entry{pathThings, text(lang, "things"), 0}, entry{pathHistory, text(lang, "history"), 0})
		menu = append(menu, entry{pathRights, text(lang, "rights"), 0}, entry{pathReach, text(lang, "reach"), 0})
	}
	if p.governs(pg.me) {
		menu = append(menu, entry{pathFigures, text(lang, "figures"), 0}, entry{pathDrift, text(lang, "drift"), 0},
			entry{pathSafety, text(lang, "safety"), 0}, entry{pathRules, text(lang, "rules"), 0})
	}
	for _, m := range p.Mount {
		menu = append(menu, entry{m.Path, m.Name.In(lang), 0})
	}
	return append(menu, entry{pathLink, text(lang, "link"), 0}, entry{pathHelp, text(lang, "help"), 0})
}

// foot is what the law wants on each page, the state of accessibility in words.
func foot(lang string, l Legal) []entry {
	return []entry{{pathAccess, text(lang, "access") + say.T(lang, "colon") + text(lang, "access.short."+l.state()), 0},
		{pathLegal, text(lang, "legal"), 0}, {pathPrivacy, text(lang, "privacy"), 0}}
}

// recalled looks each name up once: a page may name somebody on every line.
func recalled(name func(desk.UID) string) func(desk.UID) string {
	known := map[desk.UID]string{}
	return func(who desk.UID) string {
		said, there := known[who]
		if !there {
			said = name(who)
			known[who] = said
		}
		return said
	}
}

// called is how pages name a person.
func (p *Portal) called(who desk.UID) string { return p.Desk.View.Person(who).Name }

func render(c *fiber.Ctx, status int, body templ.Component) error {
	c.Status(status).Type("html", "utf-8")
	return body.Render(c.UserContext(), c)
}

// t is a text of the portal in the page's language.
func (pg page) t(key string, pairs ...string) string { return text(pg.lang, key, pairs...) }

// label is a text that the chat shares.
func (pg page) label(key string, pairs ...string) string { return say.T(pg.lang, key, pairs...) }

func (pg page) moment(t time.Time) string { return say.Moment(pg.lang, t, pg.zone) }

// before is by when: "avant jeudi 3 décembre, 18 h".
func (pg page) before(t time.Time) string { return say.Before(pg.lang, t, pg.zone) }

func (pg page) deadline(t time.Time) string { return say.Deadline(pg.lang, t, pg.zone) }

func (pg page) size(bytes int64) string { return say.Size(pg.lang, bytes) }

// who names a person for display, by login if the directory has no name.
func (pg page) who(uid desk.UID) string {
	if uid == desk.System {
		return "Mélusine"
	}
	if name := pg.name(uid); name != "" {
		return name
	}
	return string(uid)
}

// current says that a menu entry leads to this very page.
func (pg page) current(e entry) bool {
	path, _, _ := strings.Cut(pg.self, "?")
	return path == e.href
}

// other is the other language and this page in it.
func (pg page) other() (lang, name, href string) {
	lang, name = "en", "English"
	if pg.lang == "en" {
		lang, name = "fr", "Français"
	}
	path, query, _ := strings.Cut(pg.self, "?")
	values, _ := url.ParseQuery(query)
	values.Set("lang", lang)
	return lang, name, path + "?" + values.Encode()
}

// escape makes a text one value of an address.
func escape(s string) string { return url.QueryEscape(s) }
