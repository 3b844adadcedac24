package portal

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// headers are on every answer. Pages hold no script and no style of their own,
// so that nothing inline is ever run, and are kept by no cache.
func (p *Portal) headers(c *fiber.Ctx) error {
	p.setHeaders(c)
	return c.Next()
}

func (p *Portal) setHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'self'; object-src 'none'; base-uri 'none'; form-action "+p.formAction()+"; frame-ancestors 'none'")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if p.config.secure() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000")
	}
}

// formAction is where forms lead: here, and by signing out to the identity
// provider.
func (p *Portal) formAction() string {
	return strings.TrimSpace("'self' " + p.config.place())
}
