package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// free says whether an address could be given, as a piece of page that is put
// under the field while somebody types.
func (p *Portal) free(v *visit) error {
	lang := p.language(v.Ctx)
	address, err := desk.ParseAddress(v.Query("adresse"))
	if err == nil {
		err = p.Desk.Free(address)
	}
	return render(v.Ctx, fiber.StatusOK, availability(lang, say.Error(lang, err)))
}
