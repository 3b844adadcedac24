package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// free says whether an address could be given, what is free in its place, and what
// the charter has against it, as a piece of page that is put under the field while
// somebody types.
func (p *Portal) free(v *visit) error {
	lang, clause, like := p.language(v.Ctx), desk.NoBreach, desk.Address("")
	address, err := desk.ParseAddress(v.Query("adresse"))
	if err == nil {
		clause, like, err = p.Desk.Available(v.me.UID, address)
	}
	return render(v.Ctx, fiber.StatusOK, availability(lang, say.Error(lang, err), say.Breach(lang, clause, like)))
}
