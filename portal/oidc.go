package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/unistra/melusine/internal/desk"
)

// An oidcVoucher is the establishment's OpenID Connect provider. It is looked up
// when first needed, so that the portal starts without it.
type oidcVoucher struct {
	config OIDC
	oauth  oauth2.Config
	client *http.Client
	spare  *http.Client // for what the provider says of itself: see sparing
	now    func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider
	retry    time.Time // after a failure, not to be asked again before
}

// discover returns the provider and our side of the protocol with it.
func (v *oidcVoucher) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.provider == nil && v.now().Before(v.retry) {
		return nil, oauth2.Config{}, errVoucher
	}
	if v.provider == nil {
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, v.spare), v.config.Issuer)
		if err != nil {
			v.retry = v.now().Add(pause)
			return nil, oauth2.Config{}, errors.Join(errVoucher, fmt.Errorf("discover provider: %w", err))
		}
		v.provider, v.oauth.Endpoint = provider, provider.Endpoint()
	}
	return v.provider, v.oauth, nil
}

// begin gives the address at the provider to send the browser to.
func (v *oidcVoucher) begin(ctx context.Context, a attempt) (string, error) {
	_, ours, err := v.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if a.Again.Who != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(a.Again.Within.Seconds()))))
	}
	return ours.AuthCodeURL(a.State, options...), nil
}

// finish trades the code that the browser came back with for an identity.
func (v *oidcVoucher) finish(ctx context.Context, a attempt, back url.Values) (identity, error) {
	if v.now().After(a.Until) || !same(back.Get("state"), a.State) {
		return identity{}, errors.New("sign in: state does not belong to this browser")
	}
	provider, ours, err := v.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	ctx = oidc.ClientContext(ctx, v.client)
	token, err := ours.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return identity{}, fmt.Errorf("exchange code: %w", quiet(err))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := v.verifier(provider).Verify(ctx, raw)
	if err != nil {
		return identity{}, fmt.Errorf("verify identity: %w", err)
	}
	if !same(id.Nonce, a.Nonce) {
		return identity{}, errors.New("verify identity: nonce does not belong to this browser")
	}
	found := identity{hint: raw}
	if found.at, found.name, err = dated(id); err != nil {
		return identity{}, err
	}
	if a.Again.Who != "" && !a.renewed(found.at, v.now()) {
		return identity{}, errors.New("verify identity: nobody signed in again for this")
	}
	found.who, err = v.identity(ctx, provider, id, token)
	return found, err
}

// verifier keeps the keys of the provider from one token to the next.
func (v *oidcVoucher) verifier(p *oidc.Provider) *oidc.IDTokenVerifier {
	return p.Verifier(&oidc.Config{ClientID: v.config.ClientID, Now: v.now})
}

// dated is when the person signed in, and the name of the session there.
func dated(id *oidc.IDToken) (at time.Time, session string, err error) {
	var claims struct {
		At      int64  `json:"auth_time"`
		Session string `json:"sid"`
	}
	if err := id.Claims(&claims); err != nil {
		return time.Time{}, "", fmt.Errorf("read claims: %w", err)
	}
	if claims.At > 0 {
		at = time.Unix(claims.At, 0)
	}
	return at, claims.Session, nil
}

// leave is the provider's page that signs out, "" if it has none.
func (v *oidcVoucher) leave(ctx context.Context, id identity, back string) (string, error) {
	provider, ours, err := v.discover(ctx)
	if err != nil {
		return "", err
	}
	var about struct {
		End string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&about); err != nil {
		return "", fmt.Errorf("read provider: %w", err)
	}
	end, err := url.Parse(about.End)
	if err != nil || about.End == "" || !safe(end) {
		return "", nil
	}
	query := end.Query()
	query.Set("id_token_hint", id.hint)
	query.Set("client_id", ours.ClientID)
	query.Set("post_logout_redirect_uri", back)
	end.RawQuery = query.Encode()
	return end.String(), nil
}

// ended reads a logout token of the back channel.
func (v *oidcVoucher) ended(ctx context.Context, form url.Values) (string, error) {
	provider, _, err := v.discover(ctx)
	if err != nil {
		return "", err
	}
	token, err := v.verifier(provider).VerifyLogout(ctx, form.Get("logout_token"))
	if err != nil {
		return "", fmt.Errorf("verify logout: %w", err)
	}
	if token.SessionID == "" {
		return "", errors.New("verify logout: it names no session")
	}
	return token.SessionID, nil
}

// identity reads the claim that is the person's login, from the token or, if
// it is not there, from the provider's page about the person.
func (v *oidcVoucher) identity(ctx context.Context, provider *oidc.Provider, id *oidc.IDToken, token *oauth2.Token) (desk.UID, error) {
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

func newOIDC(c Config, secret string, client *http.Client, now func() time.Time) *oidcVoucher {
	return &oidcVoucher{config: c.OIDC, client: client, spare: newSparing(client, now), now: now, oauth: oauth2.Config{
		ClientID: c.OIDC.ClientID, ClientSecret: secret, RedirectURL: c.URL + pathReturn,
		Scopes: slices.Concat([]string{oidc.ScopeOpenID}, c.OIDC.Scopes),
	}}
}
