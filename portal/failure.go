package portal

import (
	"encoding/hex"
	"errors"
	"io"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// statuses are the answers to the kinds of trouble; any other is 500.
var statuses = map[desk.Kind]int{
	desk.Invalid:     fiber.StatusUnprocessableEntity,
	desk.NotFound:    fiber.StatusNotFound,
	desk.Forbidden:   fiber.StatusForbidden,
	desk.Conflict:    fiber.StatusConflict,
	desk.Unavailable: fiber.StatusServiceUnavailable,
}

// statusOf is the status of any error.
func statusOf(err error) int {
	if f, ok := errors.AsType[*fiber.Error](err); ok {
		return f.Code
	}
	switch {
	case errors.Is(err, errForged):
		return fiber.StatusForbidden
	case errors.Is(err, errSignIn), errors.Is(err, errOther):
		return fiber.StatusBadRequest
	case errors.Is(err, errVoucher):
		return fiber.StatusServiceUnavailable
	}
	if status, ok := statuses[desk.KindOf(err)]; ok {
		return status
	}
	return fiber.StatusInternalServerError
}

// A failure is what the error page tells.
type failure struct {
	status    int
	message   string
	reference string // to find it in the log
}

// fail is where every error ends: a page with a reference, and a line in the
// log under the same reference. What is not there and what may not be seen
// make the same page.
func (p *Portal) fail(c *fiber.Ctx, err error) error {
	raw := make([]byte, 6)
	if _, short := io.ReadFull(p.Rand, raw); short != nil {
		err = errors.Join(err, short)
	}
	lang := p.language(c)
	f := failure{statusOf(err), explain(lang, err), hex.EncodeToString(raw)}
	s, _ := c.Locals(visitKey{}).(session)
	level := slog.LevelInfo
	if f.status >= fiber.StatusInternalServerError {
		level = slog.LevelError
	}
	p.Log.Log(c.UserContext(), level, "request refused", "reference", f.reference, "status", f.status,
		"method", c.Method(), "route", c.Route().Path, "who", s.who, "from", c.IP(), "error", err)
	p.setHeaders(c)
	c.Response().ResetBody()
	pg := p.around(c, s)
	pg.self = "/"
	return render(c, f.status, failurePage(pg, f))
}

// around is the page that tells of an error, with the menu of whoever is signed in;
// without, if it is the menu that has the fault: nothing catches a panic here.
func (p *Portal) around(c *fiber.Ctx, s session) (pg page) {
	pg = p.open(c, "error")
	defer func() { _ = recover() }() // the page that failed has logged it
	if s.who != "" {
		pg = p.page(&visit{Ctx: c, session: s, me: p.Desk.View.Person(s.who)}, "error")
	}
	return pg
}

// explain is what people are told of an error.
func explain(lang string, err error) string {
	switch status := statusOf(err); {
	case status == fiber.StatusNotFound:
		return text(lang, "error.404")
	case errors.Is(err, errForged):
		return text(lang, "error.forged")
	case errors.Is(err, errSignIn):
		return text(lang, "error.signin")
	case errors.Is(err, errOther):
		return text(lang, "error.other")
	case errors.Is(err, errVoucher):
		return text(lang, "error.voucher")
	case status == fiber.StatusUnauthorized:
		return text(lang, "error.401")
	case desk.CodeOf(err) == "" && status < fiber.StatusInternalServerError:
		return text(lang, "error.request")
	}
	return say.Error(lang, err)
}
