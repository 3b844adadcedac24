package portal

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/say"
)

// language is the one chosen in the footer, or else the browser's.
func (p *Portal) language(c *fiber.Ctx) string {
	for _, chosen := range []string{c.Query("lang"), c.Cookies(p.cookieName(languageCookie))} {
		if chosen == "fr" || chosen == "en" {
			return chosen
		}
	}
	first, _, _ := strings.Cut(c.Get(fiber.HeaderAcceptLanguage), ",")
	tag, _, _ := strings.Cut(first, ";")
	return say.Lang(strings.TrimSpace(tag))
}

// keepLanguage remembers a choice made by ?lang= on a page; a script that
// fetches a part in some language chooses nothing.
func (p *Portal) keepLanguage(c *fiber.Ctx) error {
	mode := c.Get("Sec-Fetch-Mode")
	if chosen := c.Query("lang"); (chosen == "fr" || chosen == "en") && (mode == "" || mode == "navigate") {
		p.keep(c, languageCookie, chosen, year)
	}
	return c.Next()
}
