package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// What browsers keep for us.
const (
	sessionCookie  = "melusine"
	attemptCookie  = "melusine-connexion"
	languageCookie = "melusine-langue"
)

// cookieName binds the cookie to this very host where the browser enforces it.
func (p *Portal) cookieName(name string) string {
	if p.config.secure() {
		return "__Host-" + name
	}
	return name
}

// keep gives the browser a value; life 0 takes it back.
func (p *Portal) keep(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := &fiber.Cookie{Name: p.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		Secure: p.config.secure(), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode}
	if life == 0 {
		cookie.Expires = time.Unix(1, 0)
	}
	c.Cookie(cookie)
}
