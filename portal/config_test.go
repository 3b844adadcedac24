package portal

import (
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// good is a configuration as a file would give it.
func good() Config {
	c := DefaultConfig()
	c.URL = "https://mel.example.fr"
	c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.ClientSecretFile = "https://sso.example.fr", "melusine", "/etc/melusine/oidc"
	return c
}

func TestConfig(t *testing.T) {
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name  string
		spoil func(*Config)
		place string // "" = still good
	}{
		{"listen", func(c *Config) { c.Listen = "8080" }, "portal.listen"},
		{"no name", func(c *Config) { c.Name = "" }, "portal.name"},
		{"plain http", func(c *Config) { c.URL = "http://mel.example.fr" }, "portal.url"},
		{"plain http here", func(c *Config) { c.URL = "http://127.0.0.1:8080" }, ""},
		{"plain http on localhost", func(c *Config) { c.URL = "http://localhost:8080" }, ""},
		{"plain http on a name like localhost", func(c *Config) { c.URL = "http://localhost.example.fr" }, "portal.url"},
		{"path", func(c *Config) { c.URL += "/portail" }, "portal.url"},
		{"final slash", func(c *Config) { c.URL += "/" }, "portal.url"},
		{"user", func(c *Config) { c.URL = "https://a:b@mel.example.fr" }, "portal.url"},
		{"no url", func(c *Config) { c.URL = "" }, "portal.url"},
		{"session too long", func(c *Config) { c.Session = 48 * time.Hour }, "portal.session"},
		{"session too short", func(c *Config) { c.Session = time.Second }, "portal.session"},
		{"proxy", func(c *Config) { c.TrustedProxies = []string{"proxy"} }, "portal.trusted_proxies"},
		{"proxies", func(c *Config) { c.TrustedProxies = []string{"10.0.0.1", "10.1.0.0/16", "::1"} }, ""},
		{"accent is no colour", func(c *Config) { c.Accent = "bleu" }, "portal.accent"},
		{"accent too pale", func(c *Config) { c.Accent = "#ffcc00" }, "portal.accent"},
		{"accent", func(c *Config) { c.Accent = "#7a1f5c" }, ""},
		{"issuer", func(c *Config) { c.OIDC.Issuer = "http://sso.example.fr" }, "portal.oidc.issuer"},
		{"client", func(c *Config) { c.OIDC.ClientID = "" }, "portal.oidc.client_id"},
		{"secret", func(c *Config) { c.OIDC.ClientSecretFile = "" }, "portal.oidc.client_secret_file"},
		{"no line of a table", func(c *Config) { c.BatchRows = 0 }, "portal.batch_rows"},
		{"too many lines of a table", func(c *Config) { c.BatchRows = 5001 }, "portal.batch_rows"},
		{"claim", func(c *Config) { c.OIDC.UIDClaim = "" }, "portal.oidc.uid_claim"},
		{"CAS", func(c *Config) { c.OIDC = OIDC{}; c.CAS.URL = "https://sso.example.fr/cas" }, ""},
		{"CAS and OIDC", func(c *Config) { c.CAS.URL = "https://sso.example.fr/cas" }, "portal.cas.url"},
		{"CAS in the clear", func(c *Config) { c.OIDC = OIDC{}; c.CAS.URL = "http://sso.example.fr/cas" }, "portal.cas.url"},
		{"signing in again too late", func(c *Config) { c.StepUp.Within = 2 * time.Hour }, "portal.step_up.within"},
		{"signing in again too soon", func(c *Config) { c.StepUp.Within = time.Second }, "portal.step_up.within"},
		{"signing in again for a question", func(c *Config) { c.StepUp.Verbs = []desk.Verb{desk.AccountShow} }, "portal.step_up.verbs"},
		{"never signing in again", func(c *Config) { c.StepUp.Verbs = nil }, ""},
		{"half a notice", func(c *Config) { c.Legal = Legal{Publisher: "U", Director: "P", Host: "N", Officer: "d@u.fr"} }, "portal.legal.contact"},
		{"a placeholder", func(c *Config) {
			c.Legal = Legal{Publisher: "[NOM DE L'ENTITE]", Director: "P", Host: "N", Officer: "d@u.fr", Contact: "a@u.fr"}
		}, "portal.legal.publisher"},
		{"accessible without an audit", func(c *Config) { c.Legal.Accessibility = "full" }, "portal.legal.audit"},
		{"accessible somehow", func(c *Config) { c.Legal = Legal{Accessibility: "yes", Audit: "x"} }, "portal.legal.accessibility"},
		{"demo without provider", func(c *Config) { c.OIDC = OIDC{}; c.Demo = []Character{} }, ""},
	} {
		c := good()
		x.spoil(&c)
		err := c.Check()
		if x.place == "" && err != nil || x.place != "" && (err == nil || !strings.HasPrefix(err.Error(), x.place+": ")) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	every := Config{}
	if n := strings.Count(every.Check().Error(), "\n") + 1; n != 10 {
		t.Errorf("an empty configuration has %d errors: %v", n, every.Check())
	}
	if _, err := New(Config{}, Deps{Rand: rand.Reader}); err == nil {
		t.Error("a portal was made of nothing")
	}
}

var hues = regexp.MustCompile(`--accent(|-hover|-soft):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)`)

// Whatever accent is accepted, text in it and on it can be read in both schemes.
func TestAnyAcceptedAccentIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accent := rapid.StringMatching(`#[0-9a-f]{6}`).Draw(t, "accent")
		sheet, err := accentSheet(accent)
		if err != nil {
			return
		}
		at := map[string][2]colour{}
		for _, m := range hues.FindAllStringSubmatch(sheet, -1) {
			at[m[1]] = [2]colour{parseColour(m[2]), parseColour(m[3])}
		}
		surfaces := [2][]colour{{white, at["-soft"][0]}, {night, at["-soft"][1]}}
		inks := [2]colour{white, parseColour("#0c1116")}
		for scheme := range 2 {
			for _, hue := range []string{"", "-hover"} {
				for _, surface := range append(surfaces[scheme], inks[scheme]) {
					if r := contrast(at[hue][scheme], surface); r < readable-0.1 { // colours are rounded to bytes
						t.Fatalf("%s: accent%s %s on %s is %.2f", accent, hue, at[hue][scheme], surface, r)
					}
				}
			}
		}
	})
}
