package portal

import (
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// errForged: another site may have made the browser send this.
var errForged = errors.New("request was not made on our own page")

func safeMethod(m string) bool {
	return m == fiber.MethodGet || m == fiber.MethodHead || m == fiber.MethodOptions
}

// Bytes of what may be sent to us: a form, or a rule book in a form.
const (
	large   = 64 << 10
	largest = 900 << 10
)

// roomFor gives a rule book and a table more room than other forms, from somebody who is
// signed in: what is larger is refused before it is read.
func (p *Portal) roomFor(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	_, known := p.sessions.get(string(h.Cookie(p.cookieName(sessionCookie))))
	if uri := string(h.RequestURI()); known && (uri == pathRules || uri == pathBatch) {
		return fasthttp.RequestConfig{MaxRequestBodySize: largest}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: large}
}

// sameOrigin lets an unsafe request through only if the browser itself says
// that our own page made it: by Sec-Fetch-Site or, for browsers that do not
// send it, by Origin. A request that carries neither is refused.
func (p *Portal) sameOrigin(c *fiber.Ctx) error {
	if safeMethod(c.Method()) {
		return c.Next()
	}
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	if site != "" && site != "same-origin" || site == "" && origin != p.config.URL {
		return errForged
	}
	return c.Next()
}
