package portal

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A draft is a form with what goes around it.
type draft struct {
	asking
	problems []problem
	known    desk.Account   // the account named, if the person may see it
	own      []desk.Account // the person's, to choose from
	classes  []string       // of service, to choose from
	domains  []string       // to choose from
	about    []string       // the delegation that it names, if the person may see it
}

// newRequest shows the form of a verb, or the choice of verbs.
func (p *Portal) newRequest(v *visit) error {
	a := readAsking(func(name string) string { return v.Query(name) })
	if spec, _ := desk.SpecOf(a.verb); spec.Args["book"] != desk.NoForm {
		return v.Redirect(pathRules, fiber.StatusSeeOther)
	}
	if a.verb == desk.DriftApply {
		return v.Redirect(pathDrift, fiber.StatusSeeOther)
	}
	if !a.known() {
		return render(v.Ctx, fiber.StatusOK, choosePage(p.page(v, "ask")))
	}
	if own := p.Desk.View.Owned(v.me.UID); a.account == "" && len(own) == 1 && !a.onObject() {
		a.account = string(own[0].Address)
	}
	return p.showForm(v, fiber.StatusOK, a)
}

// submitRequest does what the button that was pressed says: check, send, or
// go back to the form.
func (p *Portal) submitRequest(v *visit) error {
	a := readAsking(v.form)
	lang := p.language(v.Ctx)
	if !a.known() {
		return desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(a.verb))
	}
	if v.form("pas") == "modifier" {
		return p.showForm(v, fiber.StatusOK, a)
	}
	if missing := a.missing(lang); len(missing) > 0 {
		return p.showForm(v, fiber.StatusUnprocessableEntity, a, missing...)
	}
	next := p.check
	if v.form("pas") == "envoyer" && a.drawn() {
		next = p.send
	}
	err := next(v, a)
	if desk.CodeOf(err) == "" {
		return err
	}
	wrong := problem{a.blames(err), say.Error(lang, err)}
	if wrong.field == "" {
		return p.showForm(v, statusOf(err), a, wrong)
	}
	return p.showForm(v, fiber.StatusUnprocessableEntity, a, wrong)
}

// keepTyped sends a form that came after the end of its session to sign in,
// and back to the form as it was.
func (p *Portal) keepTyped(c *fiber.Ctx) error {
	if _, ok := p.sessions.get(c.Cookies(p.cookieName(sessionCookie))); ok {
		return c.Next()
	}
	typed := url.Values{}
	for _, f := range readAsking((&visit{Ctx: c}).form).fields() {
		typed.Set(f[0], f[1])
	}
	if to := pathAsk + "?" + typed.Encode(); local(to) != to { // too long to be carried along: all but the reason
		typed.Del(fieldReason)
	}
	return c.Redirect(pathSignIn+"?vers="+escape(pathAsk+"?"+typed.Encode()), fiber.StatusSeeOther)
}

// check shows what would happen and who would have to approve.
func (p *Portal) check(v *visit, a asking) error {
	action, err := a.action()
	if err != nil {
		return err
	}
	w, err := p.Desk.Why(v.me.UID, desk.Portal, action)
	if err != nil {
		return err
	}
	r, err := p.Desk.Rehearse(v.UserContext(), v.me.UID, desk.Portal, action)
	if err != nil {
		return err
	}
	if !a.drawn() {
		if a.once, err = draw(p.Rand); err != nil {
			return err
		}
	}
	pg := p.page(v, "ask."+string(a.verb))
	return render(v.Ctx, fiber.StatusOK, checkPage(pg, a, w, p.about(pg.lang, v.me.UID, w.Action), r))
}

// send asks, and goes to the request's page.
func (p *Portal) send(v *visit, a asking) error {
	action, err := a.action()
	if err != nil {
		return err
	}
	r, err := p.Desk.Ask(v.UserContext(), desk.Asking{By: v.me.UID, Via: desk.Portal, Action: action, Reason: a.reason, Key: a.key(action)})
	if err != nil {
		return err
	}
	return v.Redirect(pathRequests+"/"+string(r.ID), fiber.StatusSeeOther)
}

func (p *Portal) showForm(v *visit, status int, a asking, problems ...problem) error {
	known, _ := p.Desk.Show(v.me.UID, desk.Portal, a.account) // one that may not be seen is shown as typed
	pg := p.page(v, "ask."+string(a.verb))
	if len(problems) > 0 {
		pg.title = text(pg.lang, "wrong", "title", pg.title)
	}
	if a.to == desk.Nowhere {
		a.to = text(pg.lang, "nowhere")
	}
	pg.self = pathAsk + "?" + fieldVerb + "=" + escape(string(a.verb))
	d := draft{asking: a, problems: problems, known: known, own: p.Desk.View.Owned(v.me.UID), classes: p.Desk.View.Classes(), domains: p.Desk.View.Domains()}
	d.about = p.about(pg.lang, v.me.UID, desk.Action{Verb: a.verb, Target: a.right[fieldDelegation]})
	return render(v.Ctx, status, formPage(pg, d))
}
