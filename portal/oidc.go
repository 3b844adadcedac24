package portal

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/unistra/melusine/internal/desk"
)

// A voucher says who people are: the establishment's OpenID Connect provider.
// It is looked up when first needed, so that the portal starts without it.
type voucher struct {
	config OIDC
	oauth  oauth2.Config
	client *http.Client
	now    func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider
	retry    time.Time // after a failure, not to be asked again before
}

// pause is how long a provider that did not answer is left alone.
const pause = 3 * time.Second

// errVoucher: the provider does not answer.
var errVoucher = errors.New("identity provider unavailable")

// An attempt is one sign-in on its way; the browser carries it under seal.
type attempt struct {
	State, Nonce, Verifier string
	To                     string // the page asked for
	Until                  time.Time
}

// discover returns the provider and our side of the protocol with it.
func (v *voucher) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.provider == nil && v.now().Before(v.retry) {
		return nil, oauth2.Config{}, errVoucher
	}
	if v.provider == nil {
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, v.client), v.config.Issuer)
		if err != nil {
			v.retry = v.now().Add(pause)
			return nil, oauth2.Config{}, errors.Join(errVoucher, fmt.Errorf("discover provider: %w", err))
		}
		v.provider, v.oauth.Endpoint = provider, provider.Endpoint()
	}
	return v.provider, v.oauth, nil
}

// begin gives the address at the provider to send the browser to.
func (v *voucher) begin(ctx context.Context, a attempt) (string, error) {
	_, ours, err := v.discover(ctx)
	if err != nil {
		return "", err
	}
	return ours.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// finish trades the code that the browser came back with for an identity.
func (v *voucher) finish(ctx context.Context, a attempt, state, code string) (desk.UID, error) {
	if v.now().After(a.Until) || !same(state, a.State) {
		return "", errors.New("sign in: state does not belong to this browser")
	}
	provider, ours, err := v.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, v.client)
	token, err := ours.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return "", fmt.Errorf("exchange code: %w", quiet(err))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: ours.ClientID, Now: v.now}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("verify identity: %w", err)
	}
	if !same(id.Nonce, a.Nonce) {
		return "", errors.New("verify identity: nonce does not belong to this browser")
	}
	return v.identity(ctx, provider, id, token)
}

// identity reads the claim that is the person's login, from the token or, if
// it is not there, from the provider's page about the person.
func (v *voucher) identity(ctx context.Context, provider *oidc.Provider, id *oidc.IDToken, token *oauth2.Token) (desk.UID, error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return "", fmt.Errorf("read claims: %w", err)
	}
	if _, there := claims[v.config.UIDClaim]; !there {
		about, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return "", fmt.Errorf("read user info: %w", err)
		}
		if about.Subject != id.Subject {
			return "", errors.New("read user info: it is about somebody else")
		}
		if err := about.Claims(&claims); err != nil {
			return "", fmt.Errorf("read claims: %w", err)
		}
	}
	uid, _ := claims[v.config.UIDClaim].(string)
	if uid == "" {
		return "", fmt.Errorf("read claims: no text in claim %q", v.config.UIDClaim)
	}
	return desk.UID(uid), nil
}

// quiet leaves of an error of the exchange what may be logged: the body that
// the provider answered may repeat what we sent.
func quiet(err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("provider refused: status %d, %s", refused.Response.StatusCode, refused.ErrorCode)
	}
	return err
}

// same compares secrets; the empty one equals nothing.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

func newVoucher(c Config, secret string, client *http.Client, now func() time.Time) *voucher {
	return &voucher{config: c.OIDC, client: client, now: now, oauth: oauth2.Config{
		ClientID: c.OIDC.ClientID, ClientSecret: secret, RedirectURL: c.URL + pathReturn,
		Scopes: slices.Concat([]string{oidc.ScopeOpenID}, c.OIDC.Scopes),
	}}
}
