package portal

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// What one prefers is kept by the browser, not by us: each may differ.
const (
	themeCookie = "melusine-theme"
	keysCookie  = "melusine-touches"
	year        = 365 * 24 * time.Hour
)

// The choices of each, the first for who has made none.
var (
	themes   = []string{"auto", "light", "dark"}
	keyboard = []string{"oui", "non"}
)

// preferred is a choice that the browser kept, or the first.
func (p *Portal) preferred(c *fiber.Ctx, cookie string, choices []string) string {
	if kept := c.Cookies(p.cookieName(cookie)); slices.Contains(choices, kept) {
		return kept
	}
	return choices[0]
}

// preferences shows what may be chosen.
func (p *Portal) preferences(v *visit) error {
	pg := p.page(v, "preferences")
	return render(v.Ctx, fiber.StatusOK, preferencesPage(pg, v.Query("garde") != "", p.Desk.View.Chat(v.me.UID) != "", v.session.until))
}

// prefer keeps what was chosen and shows the page as it looks now.
func (p *Portal) prefer(v *visit) error {
	for field, x := range map[string]struct {
		cookie  string
		choices []string
	}{"theme": {themeCookie, themes}, "touches": {keysCookie, keyboard}, "langue": {languageCookie, []string{"fr", "en"}}} {
		if chosen := v.form(field); slices.Contains(x.choices, chosen) {
			p.keep(v.Ctx, x.cookie, chosen, year)
		}
	}
	return v.Redirect(pathPreferences+"?garde=oui", fiber.StatusSeeOther)
}

// mydata is all that is kept about the person, for them to take away.
func (p *Portal) mydata(v *visit) error {
	type happened struct {
		At      time.Time `json:"at"`
		By      desk.UID  `json:"by"`
		Request desk.ID   `json:"request,omitempty"`
		What    string    `json:"what"`
	}
	data := struct {
		Person      desk.Person       `json:"person"`
		Accounts    []desk.Account    `json:"accounts"`
		Requests    []desk.Request    `json:"requests"`
		Delegations []desk.Delegation `json:"delegations"`
		Chat        string            `json:"chat,omitempty"`
		History     []happened        `json:"history"`
	}{Person: v.me, Accounts: p.Desk.View.Owned(v.me.UID), Requests: p.Desk.Mine(v.me.UID, desk.Query{}), Chat: p.Desk.View.Chat(v.me.UID),
		Delegations: slices.DeleteFunc(slices.Clone(p.Desk.View.Delegations()), func(d desk.Delegation) bool { return !slices.Contains(d.Holders(), v.me.UID) })}
	for i, r := range data.Requests {
		data.Requests[i] = asAsked(r)
	}
	lang := p.language(v.Ctx)
	for _, a := range data.Accounts {
		events, err := p.Desk.History(v.UserContext(), v.me.UID, desk.Portal, string(a.Address))
		if err != nil {
			return notThere(err)
		}
		for e, err := range events {
			if err != nil {
				return err
			}
			if !announcement(e) {
				data.History = append(data.History, happened{e.At, e.By, e.ID, say.Fact(lang, e, p.called)})
			}
		}
	}
	v.Set(fiber.HeaderContentDisposition, `attachment; filename="melusine.json"`)
	return v.JSON(data)
}

// asAsked is a request as its asker may take it away: of a mailbox that is not
// theirs nothing that was read, by them, the rules or Mélusine.
func asAsked(r desk.Request) desk.Request {
	r.Key, r.Error = "", ""
	if r.Owner == r.By {
		return r
	}
	r.Owner, r.Mailbox, r.Gains, r.Made = "", "", "", ""
	r.Origin, r.Before, r.Proof, r.Plan = desk.Account{}, desk.Account{}, desk.Account{}, desk.Plan{}
	if r.Seen != nil {
		r.Seen = &desk.Seen{Actor: r.Seen.Actor}
	}
	return r
}
