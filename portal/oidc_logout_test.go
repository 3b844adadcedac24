package portal

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"testing"
	"time"
)

// signed is a token of the provider's, signed by the key that it publishes.
func (p *provider) signed(t *testing.T, claims map[string]any) string {
	t.Helper()
	key, err := p.keys.SigningKey(t.Context())
	must(t, err)
	part := func(v any) string {
		text, err := json.Marshal(v)
		must(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	said := part(map[string]any{"alg": "RS256", "kid": key.ID(), "typ": "logout+jwt"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(said))
	sign, err := rsa.SignPKCS1v15(rand.Reader, key.Key().(*rsa.PrivateKey), crypto.SHA256, sum[:])
	must(t, err)
	return said + "." + base64.RawURLEncoding.EncodeToString(sign)
}

// A session that ends at the provider ends here, on the server, by the provider's own
// word for that very session; each way of that word being wrong, alone.
func TestBackChannelLogout(t *testing.T) {
	p := newProvider(t)
	h := p.house(t)
	token := func(change func(map[string]any)) string {
		claims := map[string]any{"iss": p.URL, "aud": "web", "sub": "jeanne", "sid": "session-there", "jti": "one",
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
		change(claims)
		return p.signed(t, claims)
	}
	right := token(func(map[string]any) {})
	for name, x := range map[string]struct {
		token string
		ends  bool
	}{
		"right":              {right, true},
		"another session":    {token(func(c map[string]any) { c["sid"] = "another" }), false},
		"no session":         {token(func(c map[string]any) { delete(c, "sid") }), false},
		"an empty session":   {token(func(c map[string]any) { c["sid"] = "" }), false},
		"another issuer":     {token(func(c map[string]any) { c["iss"] = "https://evil.example" }), false},
		"another client":     {token(func(c map[string]any) { c["aud"] = "other" }), false},
		"expired":            {token(func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }), false},
		"no event":           {token(func(c map[string]any) { delete(c, "events") }), false},
		"an identity":        {token(func(c map[string]any) { c["nonce"] = "x" }), false},
		"no name of its own": {token(func(c map[string]any) { delete(c, "jti") }), false},
		"changed":            {right[:len(right)-8] + "AAAAAAAA", false},
		"not signed":         {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + right[len("x"):], false},
		"nothing":            {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.browser()
			b.comeBack(p.vouch(t, b.leave("/"), "jeanne")).wants(t, http.StatusSeeOther)
			h.sessions.mu.Lock()
			for id, s := range maps.All(h.sessions.byID) { // this provider names no sessions: as if it did
				if s.from.name = "older"; id == b.id() {
					s.from.name = "session-there"
				}
				h.sessions.byID[id] = s
			}
			h.sessions.mu.Unlock()
			r := form(pathReturn, "logout_token", x.token)
			r.Header.Del("Origin")
			r.Header.Del("Sec-Fetch-Site")
			a := h.browser().send(r)
			if (a.StatusCode == http.StatusOK) != (x.ends || name == "another session") {
				t.Errorf("answered %d", a.StatusCode)
			}
			_, open := h.sessions.get(b.id())
			if open == x.ends {
				t.Errorf("the session is open: %t", open)
			}
			if status := b.get("/aide").StatusCode; (status == http.StatusSeeOther) != x.ends {
				t.Errorf("its page answers %d", status)
			}
		})
	}
}
