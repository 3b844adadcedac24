package portal

import (
	"bufio"
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"github.com/unistra/melusine/internal/desk"
)

// A visit is one request of one person who is signed in.
type visit struct {
	*fiber.Ctx
	session session
	me      desk.Person
	waiting []desk.Request // for the reader's vote, see Portal.waiting
	looked  bool           // what waits was looked for
}

// A handler answers a visit.
type handler func(*visit) error

// signedIn lets only those through who have a session and are still known to
// the directory. Others are sent to sign in and come back to the page they
// wanted; what they sent by a form is not done, and kept by keepTyped alone.
func (p *Portal) signedIn(next handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s, ok := p.sessions.get(c.Cookies(p.cookieName(sessionCookie)))
		if !ok && safeMethod(c.Method()) {
			return c.Redirect(pathSignIn+"?vers="+escape(c.OriginalURL()), fiber.StatusSeeOther)
		}
		if !ok {
			return fiber.ErrUnauthorized
		}
		me := p.Desk.View.Person(s.who)
		if !me.Known() {
			p.sessions.close(s.id)
			return desk.Fail(desk.Forbidden, desk.UnknownPerson, "value", string(s.who))
		}
		c.Locals(visitKey{}, s)
		return next(&visit{Ctx: c, session: s, me: me})
	}
}

// withToken refuses a form that was not made for this session.
func withToken(next handler) handler {
	return func(v *visit) error {
		if !same(v.form("_csrf"), v.session.token) {
			return errForged
		}
		return next(v)
	}
}

// form is a field of the form that was sent, never of the address.
func (v *visit) form(name string) string {
	if values := v.fields(name); len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// fields are all the values of a field of the form that was sent.
func (v *visit) fields(name string) (values []string) {
	if form, err := v.MultipartForm(); err == nil {
		return form.Value[name]
	}
	for _, value := range v.Request().PostArgs().PeekMulti(name) {
		values = append(values, string(value))
	}
	return values
}

type visitKey struct{}

// Who is the person a request to a mounted handler comes from, or "". It is
// not read from anything the browser sent but its session.
func Who(r *http.Request) desk.UID {
	s, _ := r.Context().Value(visitKey{}).(session)
	return s.who
}

// mounted hands the request over as a copy: the adaptor's own holds strings
// that change once the request has been answered.
func mounted(h http.Handler) handler {
	return func(v *visit) error {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(v.Request().String())))
		if err != nil {
			return fiber.ErrBadRequest
		}
		r = r.WithContext(context.WithValue(v.UserContext(), visitKey{}, v.session))
		return adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, _ *http.Request) { h.ServeHTTP(w, r) })(v.Ctx)
	}
}
