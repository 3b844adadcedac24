package partage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

const (
	smallAnswer = 4 << 20
	largeAnswer = 8 << 20 // a page of 1000 accounts with every attribute is about 2 MiB, a group of 50,000 members 5
)

// A request is one call of the API and the way to read its answer.
type request struct {
	method string
	form   url.Values
	token  token // none for Auth
	write  bool
	get    bool                           // GET instead of POST, without parameters
	large  bool                           // the answer may be
	into   *bytes.Buffer                  // holds the answer; nil: one of its own
	decode func([]byte) (envelope, error) // must prove the whole answer well-formed
}

// read asks with the current token. A token the server no longer knows is
// replaced, once: reads may be sent twice.
func (c *Client) read(ctx context.Context, r request) error {
	for attempt := 1; ; attempt++ {
		t, err := c.current(ctx)
		if err != nil {
			return err
		}
		r.token = t
		err = c.exchange(ctx, r)
		if err == nil || ClassOf(err) != Auth || attempt == 2 {
			return err
		}
		c.forget(t)
	}
}

// paced is read, when the pace lets it.
func (c *Client) paced(ctx context.Context, r request) error {
	if c.cfg.Pace != nil {
		if err := c.cfg.Pace(ctx); err != nil {
			return c.fail(r.method, NotSent, ended(err))
		}
	}
	return c.read(ctx, r)
}

// ask reads a small answer, and hands what a success holds to payload.
func (c *Client) ask(ctx context.Context, r request, payload func(root node) error) error {
	r.decode = func(body []byte) (envelope, error) {
		env, root, err := parseReply(body)
		if err != nil || env.status != 0 {
			return env, err
		}
		return env, payload(root)
	}
	return c.read(ctx, r)
}

// exchange sends r once and says what is proved by what comes back.
func (c *Client) exchange(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	failure := &Error{Method: r.method, Domain: c.cfg.Domain}
	if r.write {
		failure.TokenIssued = r.token.issued
	}
	explain := func(class Class, err error) error {
		failure.Class, failure.cause = class, ended(err)
		failure.Message = clean(err.Error(), append(secrets(r.form), c.cfg.Key, r.token.text)...)
		return failure
	}
	got, sent, err := c.send(ctx, r)
	if err != nil && !sent {
		return explain(NotSent, err)
	}
	failure.HTTP = got.code
	if errors.Is(err, errLarge) {
		return explain(r.doubt(Malformed), err)
	}
	if err != nil {
		return explain(r.doubt(Temporary), err)
	}
	env, err := r.decodeAs(got)
	if err != nil {
		return explain(r.doubt(got.trouble()), err)
	}
	failure.Status = env.status
	if env.status == 0 {
		return nil
	}
	class := classify(r.write, got.code, env.text())
	if r.method == "Auth" && class != Temporary {
		class = Auth
	}
	failure.Object = object(class, env.text())
	if class == Auth {
		failure.ClockAhead = got.ahead(c.cfg.Now())
	}
	return explain(class, errors.New(env.text()))
}

// doubt is the class of a failure that proves nothing: on a write it is never
// better than Unknown.
func (r request) doubt(class Class) Class {
	if r.write {
		return Unknown
	}
	return class
}

type response struct {
	code  int
	media string
	date  string
	body  []byte
}

// ahead is how far now is ahead of the clock of the server; 0 when it does not tell.
func (r response) ahead(now time.Time) time.Duration {
	date, err := http.ParseTime(r.date)
	if err != nil {
		return 0
	}
	return now.Sub(date).Truncate(time.Second)
}

// trouble tells a service in difficulty from one that answers nonsense.
func (r response) trouble() Class {
	if r.code >= 500 || r.code == http.StatusForbidden || r.code == http.StatusTooManyRequests || r.code == http.StatusRequestTimeout {
		return Temporary
	}
	return Malformed
}

// decodeAs accepts a success in a 200 only; a refusal may come with another code.
func (r request) decodeAs(got response) (envelope, error) {
	media, params, err := mime.ParseMediaType(got.media)
	if err != nil || media != "application/xml" && media != "text/xml" {
		return envelope{}, fmt.Errorf("answer is not XML but %.40q", got.media)
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return envelope{}, fmt.Errorf("answer is not UTF-8 but %.40q", charset)
	}
	env, err := r.decode(got.body)
	if err != nil {
		return envelope{}, fmt.Errorf("read answer: %w", err)
	}
	if env.status == 0 && got.code != http.StatusOK {
		return envelope{}, errors.New("success announced by a failing answer")
	}
	return env, nil
}

// send does one HTTP exchange. sent is false only when not a byte of the request
// can have left: no connection was obtained, or a write was not let out.
func (c *Client) send(ctx context.Context, r request) (got response, sent bool, err error) {
	ctx, way := withPassage(ctx)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { way.connected.Store(true) },
	})
	target := c.base.JoinPath(r.method, r.token.text.Reveal()).String()
	verb, form := http.MethodPost, io.Reader(strings.NewReader(r.form.Encode()))
	if r.get {
		verb, form = http.MethodGet, nil
	}
	req, err := http.NewRequestWithContext(ctx, verb, target, form)
	if err != nil {
		return response{}, false, errors.New("the request cannot be made") // err prints the URL
	}
	if !r.get {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept", "application/xml")
	transport := c.ways.reads
	if r.write {
		transport = c.ways.writes
	}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return response{}, way.sent(r.write), err
	}
	defer answer.Body.Close()
	body, err := readAll(answer, r.large, cmp.Or(r.into, &bytes.Buffer{}))
	return response{answer.StatusCode, answer.Header.Get("Content-Type"), answer.Header.Get("Date"), body}, true, err
}

var errLarge = errors.New("answer is larger than any should be")

func readAll(answer *http.Response, large bool, body *bytes.Buffer) ([]byte, error) {
	limit := int64(smallAnswer)
	if large {
		limit = largeAnswer
	}
	body.Reset()
	if n := answer.ContentLength; 0 < n && n <= limit {
		body.Grow(int(n) + bytes.MinRead)
	}
	n, err := body.ReadFrom(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("receive answer: %w", err)
	}
	if n > limit {
		return nil, errLarge
	}
	return body.Bytes(), nil
}

// fail makes the error of a call that found err on its own.
func (c *Client) fail(method string, class Class, err error) *Error {
	return &Error{Method: method, Domain: c.cfg.Domain, Class: class, Message: clean(err.Error(), c.cfg.Key), cause: ended(err)}
}

// owns refuses an address of another domain, before anything is sent: its
// account needs another token.
func (c *Client) owns(method string, name Address) error {
	if !name.valid() || name.Domain() != c.cfg.Domain {
		return c.fail(method, NotSent, fmt.Errorf("%.80q is not an address of %s", string(name), c.cfg.Domain))
	}
	return nil
}
