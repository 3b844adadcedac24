package partage

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// A Writer changes the accounts of one domain. It holds one token, taken when
// it was made: call Writer, record the intent with Issued, then write. When
// the token is near its end, each write is refused with class NotSent.
//
// After an error of class Unknown, the server may still apply the write while
// it knows the token: read back after Issued + TokenLife + a margin.
type Writer struct {
	c    *Client
	t    token
	tell func(method string, form url.Values) // of a rehearsal: see Rehearse
}

// Writer takes a new token and returns a Writer that holds it.
func (c *Client) Writer(ctx context.Context) (*Writer, error) {
	t, err := c.auth(ctx)
	if err != nil {
		return nil, err
	}
	return &Writer{c: c, t: t}, nil
}

// Rehearse returns a Writer that sends nothing and needs no token: it tells each
// write as it would be sent, with its secrets masked.
func (c *Client) Rehearse(tell func(method string, form url.Values)) *Writer {
	return &Writer{c: c, tell: tell}
}

// maskedForm is form, fit to be shown.
func maskedForm(form url.Values) url.Values {
	shown := url.Values{}
	for name, values := range form {
		for _, v := range values {
			if IsSecret(name) { // be it empty
				v = masked
			}
			shown[name] = append(shown[name], v)
		}
	}
	return shown
}

// Domain is the domain written to.
func (w *Writer) Domain() string { return w.c.cfg.Domain }

// Issued is when the token was received: its life on the server began no later.
func (w *Writer) Issued() time.Time { return w.t.issued }

// write sends one change of name, once.
func (w *Writer) write(ctx context.Context, method string, name Address, form url.Values) error {
	if err := w.c.owns(method, name); err != nil {
		return err
	}
	form.Set("name", string(name))
	return w.send(ctx, method, form)
}

// send sends one change, once.
func (w *Writer) send(ctx context.Context, method string, form url.Values) error {
	if w.tell != nil {
		w.tell(method, maskedForm(form))
		return nil
	}
	if !w.c.alive(w.t) {
		return w.c.fail(method, NotSent, errors.New("the token is too old: make a new Writer"))
	}
	err := w.c.exchange(ctx, request{method: method, form: form, token: w.t, write: true, decode: func(body []byte) (envelope, error) { return echo(body, form) }})
	if ClassOf(err) == Auth {
		w.c.forget(w.t)
	}
	return err
}
