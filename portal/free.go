package portal

import "github.com/gofiber/fiber/v2"

// free says whether an address could be given, what is free in its place, and what
// the charter has against it, as a piece of page that is put under the field while
// somebody types.
func (p *Portal) free(v *visit) error {
	lang := p.language(v.Ctx)
	trouble, breach := p.tries(v.me.UID, lang, v.Query(fieldAddress))
	return render(v.Ctx, fiber.StatusOK, availability(lang, trouble, breach))
}
