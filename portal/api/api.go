package api

import (
	_ "embed"
	"fmt"
	"log/slog"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// Root is where the API begins.
const Root = "/api/v1"

//go:embed openapi.yaml
var contract []byte

// An API answers programs.
type API struct {
	Desk *desk.Desk
	Log  *slog.Logger
	URL  string // of the portal
}

// Mount adds the API to an application, which reads at most its own limit of a
// body. It must come before whatever looks for a session.
func (a API) Mount(app fiber.Router) error {
	described, err := yaml.YAMLToJSON(contract)
	if err != nil {
		return fmt.Errorf("read contract of the API: %w", err)
	}
	r := app.Group(Root, a.trouble)
	r.Get("/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/vnd.oai.openapi+json;version=3.1")
		return c.Send(described)
	})
	read, ask, judge := a.bears(desk.MayRead), a.bears(desk.MayAsk), a.bears(desk.MayApprove)
	r.Get("/me", read(a.me))
	r.Get("/accounts", read(a.accounts))
	r.Get("/accounts/:ref", read(a.account))
	r.Get("/accounts/:ref/history", read(a.history))
	r.Get("/requests", read(a.requests))
	r.Get("/requests/:id", read(a.request))
	r.Get("/requests/:id/why", read(a.why))
	r.Get("/requests/:id/history", read(a.story))
	r.Post("/previews", read(a.preview))
	r.Post("/requests", ask(a.ask))
	r.Post("/requests/:id/withdraw", ask(a.withdraw))
	r.Post("/requests/:id/amend", ask(a.amend))
	r.Post("/requests/:id/nudge", ask(a.nudge))
	r.Post("/requests/:id/approve", judge(a.approve))
	r.Post("/requests/:id/refuse", judge(a.refuse))
	r.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	return nil
}

// A call is one request of one program.
type call struct {
	*fiber.Ctx
	me    desk.Person
	token desk.Token
	lang  string
}

type handler func(*call) error

// bears lets through only who bears a token that gives the power.
func (a API) bears(p desk.Power) func(handler) fiber.Handler {
	return func(next handler) fiber.Handler {
		return func(c *fiber.Ctx) error {
			kind, secret, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
			if !strings.EqualFold(kind, "Bearer") {
				return desk.Fail(desk.Forbidden, desk.BadToken)
			}
			t, me, err := a.Desk.Bearer(strings.TrimSpace(secret))
			if err != nil {
				return err
			}
			if !t.Lets(p) {
				return desk.Fail(desk.Forbidden, desk.TokenPower, "power", string(p))
			}
			return next(&call{c, me, t, language(c)})
		}
	}
}

func (a API) me(c *call) error {
	return c.JSON(person{Login: string(c.me.UID), Name: c.me.Name, Token: c.token.ID, Powers: c.token.Powers, Until: c.token.Until})
}
