package portal

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// errSignIn: what came back from the identity provider cannot be used.
var errSignIn = errors.New("sign in failed")

// errOther: who was to sign in again is somebody else.
var errOther = errors.New("somebody else signed in")

// patience is how long somebody may take at the identity provider.
const patience = 10 * time.Minute

// signIn sends the browser to the identity provider, or shows the demo's list.
func (p *Portal) signIn(c *fiber.Ctx) error {
	return p.sendAway(c, attempt{To: local(c.Query("vers"))})
}

// sendAway begins an attempt.
func (p *Portal) sendAway(c *fiber.Ctx, a attempt) error {
	a.Began, a.Until = p.Now(), p.Now().Add(patience)
	for _, secret := range []*string{&a.State, &a.Nonce, &a.Verifier} {
		var err error
		if *secret, err = draw(p.Rand); err != nil {
			return err
		}
	}
	sealed, err := p.seal.close(a)
	if err != nil {
		return err
	}
	p.keep(c, attemptCookie, sealed, patience)
	if p.config.Demo != nil {
		title := "choose"
		if a.Again.Who != "" {
			title = "prove"
		}
		return render(c, fiber.StatusOK, demoPage(p.open(c, title), p.choosable(a), a))
	}
	there, err := p.voucher.begin(c.UserContext(), a)
	if err != nil {
		return err
	}
	return c.Redirect(there, fiber.StatusSeeOther)
}

// signedBack receives the browser from the identity provider.
func (p *Portal) signedBack(c *fiber.Ctx) error {
	a, err := p.takeAttempt(c)
	if err != nil {
		return err
	}
	back := url.Values{}
	for name, value := range c.Context().QueryArgs().All() {
		back.Add(string(name), string(value))
	}
	id, err := p.voucher.finish(c.UserContext(), a, back)
	if errors.Is(err, errVoucher) {
		return err
	}
	if err != nil {
		return errors.Join(errSignIn, err)
	}
	return p.welcome(c, id, a)
}

// takeAttempt is the one that this browser carries, once.
func (p *Portal) takeAttempt(c *fiber.Ctx) (a attempt, err error) {
	if err := p.seal.open(c.Cookies(p.cookieName(attemptCookie)), &a); err != nil {
		return attempt{}, errors.Join(errSignIn, err)
	}
	p.keep(c, attemptCookie, "", 0)
	return a, nil
}

// choosable are those of the demo who may be chosen: who signs in again is who
// they were.
func (p *Portal) choosable(a attempt) []Character {
	return slices.DeleteFunc(slices.Clone(p.config.Demo), func(x Character) bool { return a.Again.Who != "" && x.UID != a.Again.Who })
}

// become is the demo's way in. It is a route only if main has set a list.
func (p *Portal) become(c *fiber.Ctx) error {
	who := desk.UID(c.Request().PostArgs().Peek("qui"))
	a := attempt{To: local(string(c.Request().PostArgs().Peek("vers")))}
	if string(c.Request().PostArgs().Peek("encore")) != "" {
		var err error
		if a, err = p.takeAttempt(c); err != nil {
			return err
		}
		if p.Now().After(a.Until) {
			return errSignIn
		}
	}
	if !slices.ContainsFunc(p.choosable(a), func(x Character) bool { return x.UID == who }) {
		return errSignIn
	}
	return p.welcome(c, identity{who: who, at: p.Now()}, a)
}

// welcome opens a session under a new id, ends the one before, and goes to
// the page asked for. Who was to sign in again must be the same person.
func (p *Portal) welcome(c *fiber.Ctx, id identity, a attempt) error {
	if a.Again.Who != "" && a.Again.Who != id.who {
		return errOther
	}
	if !p.Desk.View.Person(id.who).Known() {
		return desk.Fail(desk.Forbidden, desk.UnknownPerson, "value", string(id.who))
	}
	proof := desk.Proof{}
	if a.Again.Who != "" {
		proof = desk.Proof{At: id.at, Digest: a.Again.Digest}
	}
	opened, err := p.sessions.open(id, c.Cookies(p.cookieName(sessionCookie)), proof)
	if err != nil {
		return err
	}
	p.keep(c, sessionCookie, opened.id, p.config.Session)
	return c.Redirect(a.To, fiber.StatusSeeOther)
}

// signAgain sends somebody to sign in once more, to approve a request as it is
// on their page, and back to it.
func (p *Portal) signAgain(v *visit) error {
	r, err := p.Desk.Request(v.me.UID, desk.Portal, desk.ID(v.Params("id")))
	if err != nil {
		return err
	}
	digest := v.Query("empreinte")
	if digest != r.Digest() {
		return p.showRequest(v, r.ID, desk.Fail(desk.Conflict, desk.Changed, "id", string(r.ID)))
	}
	return p.sendAway(v.Ctx, attempt{To: pathRequests + "/" + string(r.ID), Again: again{Who: v.me.UID, Digest: digest, Within: p.Desk.StepUp.Within}})
}

// signOut ends the session here, then goes to the identity provider's page that
// ends the one there. If it has none, or does not answer, ours is ended all the
// same.
func (p *Portal) signOut(v *visit) error {
	p.sessions.close(v.session.id)
	p.keep(v.Ctx, sessionCookie, "", 0)
	if p.config.Demo == nil {
		there, err := p.voucher.leave(v.UserContext(), v.session.from, p.config.URL+pathSignOut)
		if err != nil {
			p.Log.Warn("sign out at the identity provider", "error", err)
		}
		if there != "" {
			return v.Redirect(there, fiber.StatusSeeOther)
		}
	}
	return v.Redirect(pathSignOut, fiber.StatusSeeOther)
}

// signedOut is where one is after signing out.
func (p *Portal) signedOut(c *fiber.Ctx) error {
	pg := p.open(c, "signed.out")
	pg.self = pathSignOut
	return render(c, fiber.StatusOK, signedOutPage(pg))
}

// overThere ends the sessions that began with one that is over at the identity
// provider, which calls this by itself: what it sends can end a session whose
// secret name it knows, and nothing else.
func (p *Portal) overThere(c *fiber.Ctx) error {
	sent := url.Values{}
	for name, value := range c.Request().PostArgs().All() {
		sent.Add(string(name), string(value))
	}
	name, err := p.voucher.ended(c.UserContext(), sent)
	if errors.Is(err, errVoucher) {
		return err
	}
	if err != nil {
		return errors.Join(errSignIn, err)
	}
	p.sessions.closeNamed(name)
	return c.SendStatus(fiber.StatusOK)
}

// local keeps an address only if it is a page of ours, and fits in a cookie.
func local(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
