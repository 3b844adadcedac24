package partage

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A token opens the methods of one domain for TokenLife.
type token struct {
	text   Secret
	asked  time.Time // before the Auth: its life on the server began no earlier
	issued time.Time // after the answer: its life began no later
}

// A flight is one Auth and those who wait for it.
type flight struct {
	done  chan struct{}
	token token
	err   error
}

// Auth proves that the key is accepted, by taking a new token with it.
func (c *Client) Auth(ctx context.Context) error {
	_, err := c.auth(ctx)
	return err
}

// alive reports whether t can be used for some time yet.
func (c *Client) alive(t token) bool {
	age := c.cfg.Now().Sub(t.asked)
	return !t.text.Empty() && 0 <= age && age < c.cfg.TokenLife*9/10
}

// current returns a live token, asking for one at most once however many wait.
func (c *Client) current(ctx context.Context) (token, error) {
	c.mu.Lock()
	if c.alive(c.token) {
		defer c.mu.Unlock()
		return c.token, nil
	}
	f := c.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		c.flight = f
		go c.fly(context.WithoutCancel(ctx), f)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return token{}, c.fail("Auth", Temporary, ctx.Err())
	}
}

// fly outlives the caller that started it: others wait too.
func (c *Client) fly(ctx context.Context, f *flight) {
	f.token, f.err = c.auth(ctx)
	c.mu.Lock()
	c.flight = nil
	c.mu.Unlock()
	close(f.done)
}

// forget drops t, which the server refused, unless a newer one took its place.
func (c *Client) forget(t token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == t {
		c.token = token{}
	}
}

// auth always asks for a new token. It becomes the current one, lest the
// server let a domain have only one.
func (c *Client) auth(ctx context.Context) (token, error) {
	stamp, asked := c.nextStamp(), c.cfg.Now()
	form := url.Values{"domain": {c.cfg.Domain}, "timestamp": {stamp}, "preauth": {preauth(c.cfg.Key, c.cfg.Domain, stamp)}}
	var text string
	err := c.exchange(ctx, request{method: "Auth", form: form, decode: func(body []byte) (envelope, error) {
		env, payload, err := parseReply(body)
		text = payload.child("token").text
		return env, err
	}})
	if err != nil {
		return token{}, err
	}
	if !only(text, tokenChars) || len(text) < 16 || len(text) > 512 {
		return token{}, c.fail("Auth", Malformed, fmt.Errorf("no usable token in the answer"))
	}
	t := token{text: NewSecret(text), asked: asked, issued: c.cfg.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = t
	return t, nil
}

var tokenChars = strings.ToUpper(hostChars) + hostChars + "_"

// nextStamp never gives the same text twice: the server refuses a replay (likely:
// three public clients behave as if it did). It signs the text it receives, so a
// fraction of a second is accepted (seen in FusionDirectory): with nanoseconds,
// two processes differ too. When the clock was set back by more than the server's
// tolerance, following it is the only way to be accepted again.
func (c *Client) nextStamp() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now().UnixNano()
	if now <= c.stamp && c.stamp-now < int64(300*time.Second) {
		now = c.stamp + 1
	}
	c.stamp = now
	return fmt.Sprintf("%d.%09d", now/1e9, now%1e9)
}

// preauth signs with the key as text, not as the bytes its hexadecimal means.
func preauth(key Secret, domain, stamp string) string {
	mac := hmac.New(sha1.New, []byte(key.Reveal()))
	mac.Write([]byte(domain + "|" + stamp))
	return hex.EncodeToString(mac.Sum(nil))
}
