package portal

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A voucher says who people are: the establishment's single sign-on, by CAS or
// by OpenID Connect. The portal knows no password of anybody.
type voucher interface {
	// begin gives the address there to send the browser to.
	begin(context.Context, attempt) (string, error)
	// finish makes an identity of what the browser came back with.
	finish(ctx context.Context, a attempt, back url.Values) (identity, error)
	// leave gives the address there that ends the session there, and comes back to
	// the address given.
	leave(ctx context.Context, id identity, back string) (string, error)
	// ended reads what the voucher tells us by itself: the name of a session there
	// that is over.
	ended(ctx context.Context, form url.Values) (string, error)
}

// An attempt is one sign-in on its way; the browser carries it under seal.
type attempt struct {
	State, Nonce, Verifier string
	To                     string // the page asked for
	Began, Until           time.Time
	Again                  again // zero: a first sign-in
}

// An again is somebody who signs in once more, to approve one request as it was
// on the page.
type again struct {
	Who    desk.UID
	Digest string
	Within time.Duration // how old the sign-in may be at most
}

// An identity is what a voucher vouches for.
type identity struct {
	who  desk.UID
	at   time.Time // when they typed their password, or the like, there; zero if it does not say
	name string    // of the session there, "" if it does not say: ended gives it when that is over
	hint string    // for leave
}

// errVoucher: the voucher does not answer.
var errVoucher = errors.New("identity provider unavailable")

// pause is how long a voucher that did not answer is left alone.
const pause = 3 * time.Second

// same compares secrets; the empty one equals nothing.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// early is how much earlier than the attempt a new sign-in may be dated: clocks
// differ, and who has signed in seconds ago is not always asked again.
const early = 30 * time.Second

// renewed says that somebody signed in again at the time for the attempt that
// wanted it, as its maker knows the time.
func (a attempt) renewed(at, now time.Time) bool {
	return !at.IsZero() && !at.Before(a.Began.Add(-early)) && !at.After(now.Add(early))
}

// voucher makes the one that is configured.
func (c Config) voucher(deps Deps) voucher {
	if c.CAS.URL != "" {
		return &casVoucher{config: c.CAS, service: c.URL + pathReturn, client: deps.Client, now: deps.Now}
	}
	return newOIDC(c, deps.ClientSecret, deps.Client, deps.Now)
}

// place is where browsers are sent to sign in and out, as a source of a content
// security policy; "" in the demo.
func (c Config) place() string {
	there := c.CAS.URL
	if there == "" {
		there = c.OIDC.Issuer
	}
	u, err := url.Parse(there)
	if err != nil || there == "" || c.Demo != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
