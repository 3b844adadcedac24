package api

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A problem is one of RFC 9457. Code is that of the desk, for programs; Detail
// is for people.
type problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Code   string            `json:"code"`
	Values map[string]string `json:"values,omitempty"`
}

// statuses are the answers to the kinds of trouble; any other is 500.
var statuses = map[desk.Kind]int{
	desk.Invalid:     fiber.StatusUnprocessableEntity,
	desk.NotFound:    fiber.StatusNotFound,
	desk.Forbidden:   fiber.StatusForbidden,
	desk.Conflict:    fiber.StatusConflict,
	desk.Unavailable: fiber.StatusServiceUnavailable,
}

func statusOf(err error) int {
	if f, ok := errors.AsType[*fiber.Error](err); ok {
		return f.Code
	}
	switch desk.CodeOf(err) {
	case desk.BadToken:
		return fiber.StatusUnauthorized
	case desk.TooOften:
		return fiber.StatusTooManyRequests
	}
	if status, ok := statuses[desk.KindOf(err)]; ok {
		return status
	}
	return fiber.StatusInternalServerError
}

// trouble is where every error of the API ends, logged once.
func (a API) trouble(c *fiber.Ctx) error {
	err := c.Next()
	if err == nil {
		return nil
	}
	status, level := statusOf(err), slog.LevelInfo
	if status >= fiber.StatusInternalServerError {
		level = slog.LevelError
	}
	a.Log.Log(c.UserContext(), level, "call refused", "status", status, "method", c.Method(), "route", c.Route().Path, "from", c.IP(), "error", err)
	p := problem{Type: a.URL + "/aide", Title: http.StatusText(status), Status: status, Detail: say.Error(language(c), err), Code: string(desk.CodeOf(err))}
	if f, ok := errors.AsType[*fiber.Error](err); ok {
		p.Detail, p.Code = say.T(language(c), "api."+code(f)), code(f)
	}
	if e, ok := errors.AsType[*desk.Error](err); ok {
		p.Values = e.Details
	}
	switch status {
	case fiber.StatusUnauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="melusine"`)
	case fiber.StatusTooManyRequests:
		c.Set(fiber.HeaderRetryAfter, p.Values["wait"])
	}
	return c.Status(status).JSON(p, "application/problem+json")
}

// code names what is wrong with a call itself.
func code(f *fiber.Error) string {
	switch f.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return "path"
	case fiber.StatusUnsupportedMediaType:
		return "media"
	case fiber.StatusRequestEntityTooLarge:
		return "size"
	}
	return "body"
}

// language is the reader's: French if in doubt.
func language(c *fiber.Ctx) string {
	first, _, _ := strings.Cut(c.Get(fiber.HeaderAcceptLanguage), ",")
	tag, _, _ := strings.Cut(first, ";")
	return say.Lang(strings.TrimSpace(tag))
}
