package portal

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// errSignIn: what came back from the identity provider cannot be used.
var errSignIn = errors.New("sign in failed")

// patience is how long somebody may take at the identity provider.
const patience = 10 * time.Minute

// signIn sends the browser to the identity provider, or shows the demo's list.
func (p *Portal) signIn(c *fiber.Ctx) error {
	to := local(c.Query("vers"))
	if p.config.Demo != nil {
		return render(c, fiber.StatusOK, demoPage(p.open(c, "choose"), p.config.Demo, to))
	}
	a := attempt{To: to, Until: p.Now().Add(patience)}
	for _, secret := range []*string{&a.State, &a.Nonce, &a.Verifier} {
		var err error
		if *secret, err = draw(p.Rand); err != nil {
			return err
		}
	}
	there, err := p.voucher.begin(c.UserContext(), a)
	if err != nil {
		return err
	}
	sealed, err := p.seal.close(a)
	if err != nil {
		return err
	}
	p.keep(c, attemptCookie, sealed, patience)
	return c.Redirect(there, fiber.StatusSeeOther)
}

// signedBack receives the browser from the identity provider.
func (p *Portal) signedBack(c *fiber.Ctx) error {
	var a attempt
	if err := p.seal.open(c.Cookies(p.cookieName(attemptCookie)), &a); err != nil {
		return errors.Join(errSignIn, err)
	}
	p.keep(c, attemptCookie, "", 0)
	who, err := p.voucher.finish(c.UserContext(), a, c.Query("state"), c.Query("code"))
	if errors.Is(err, errVoucher) {
		return err
	}
	if err != nil {
		return errors.Join(errSignIn, err)
	}
	return p.welcome(c, who, a.To)
}

// become is the demo's way in. It is a route only if main has set a list.
func (p *Portal) become(c *fiber.Ctx) error {
	who := desk.UID(c.Request().PostArgs().Peek("qui"))
	if !slices.ContainsFunc(p.config.Demo, func(x Character) bool { return x.UID == who }) {
		return errSignIn
	}
	return p.welcome(c, who, local(string(c.Request().PostArgs().Peek("vers"))))
}

// welcome opens a session under a new id, ends the one before, and goes to
// the page asked for.
func (p *Portal) welcome(c *fiber.Ctx, who desk.UID, to string) error {
	if !p.Desk.View.Person(who).Known() {
		return desk.Fail(desk.Forbidden, desk.UnknownPerson, "value", string(who))
	}
	p.sessions.close(c.Cookies(p.cookieName(sessionCookie)))
	opened, err := p.sessions.open(who)
	if err != nil {
		return err
	}
	p.keep(c, sessionCookie, opened.id, p.config.Session)
	return c.Redirect(to, fiber.StatusSeeOther)
}

// signOut ends the session here; the identity provider keeps its own.
func (p *Portal) signOut(v *visit) error {
	p.sessions.close(v.session.id)
	p.keep(v.Ctx, sessionCookie, "", 0)
	pg := p.open(v.Ctx, "signed.out")
	pg.self = "/"
	return render(v.Ctx, fiber.StatusOK, signedOutPage(pg))
}

// local keeps an address only if it is a page of ours, and fits in a cookie.
func local(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
