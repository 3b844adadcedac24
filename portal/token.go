package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/portal/api"
)

// tokens lists the reader's keys to the API, and lets make one.
func (p *Portal) tokens(v *visit) error { return p.showTokens(v, "", nil) }

// issueToken makes a token. Its secret is in the answer itself, never in an
// address, and nowhere else.
func (p *Portal) issueToken(v *visit) error {
	var powers []desk.Power
	for _, power := range v.fields("pouvoirs") {
		powers = append(powers, desk.Power(power))
	}
	until, err := p.lastDay(v.form("jusqu_au"))
	if err != nil {
		return p.showTokens(v, "", err)
	}
	secret, err := p.Desk.IssueToken(v.UserContext(), v.me.UID, v.form("nom"), powers, until, p.Rand)
	return p.showTokens(v, secret, err)
}

// lastDay is the end of a day; zero for "".
func (p *Portal) lastDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, p.Zone)
	if err != nil {
		return day, desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "until", "value", text)
	}
	return day.AddDate(0, 0, 1), nil
}

func (p *Portal) endToken(v *visit) error {
	if err := p.Desk.EndToken(v.UserContext(), v.me.UID, v.Params("id")); err != nil {
		return err
	}
	return v.Redirect(pathTokens, fiber.StatusSeeOther)
}

func (p *Portal) showTokens(v *visit, secret string, tried error) error {
	status, problem := fiber.StatusOK, ""
	pg := p.page(v, "tokens")
	if tried != nil {
		if desk.CodeOf(tried) == "" {
			return tried
		}
		status, problem = statusOf(tried), say.Error(pg.lang, tried)
	}
	pg.self = pathTokens
	return render(v.Ctx, status, tokensPage(pg, p.Desk.Tokens(v.me.UID), secret, problem, p.config.URL+api.Root+"/openapi.json"))
}

// lets says what a token lets do: "voir, demander".
func (pg page) lets(t desk.Token) (said string) {
	for i, power := range t.Powers {
		if i > 0 {
			said += ", "
		}
		said += pg.t("power." + string(power))
	}
	return said
}
