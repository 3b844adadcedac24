package portal

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Config is the portal's part of the configuration file. Start from
// DefaultConfig, decode over it, then Check.
type Config struct {
	Listen         string        `yaml:"listen"`          // host:port
	URL            string        `yaml:"url"`             // as people type it: https://host, http:// on this machine only
	Name           string        `yaml:"name"`            // of the establishment, in the header
	Accent         string        `yaml:"accent"`          // colour of links and buttons on white, #rrggbb; "" = blue
	TrustedProxies []string      `yaml:"trusted_proxies"` // addresses or ranges whose X-Forwarded-For is believed
	Session        time.Duration `yaml:"session"`         // how long one sign-in lasts
	BatchRows      int           `yaml:"batch_rows"`      // lines of a table that one hands in, at most
	OIDC           OIDC          `yaml:"oidc"`            // who vouches for people; or else
	CAS            CAS           `yaml:"cas"`
	StepUp         desk.StepUp   `yaml:"step_up"` // what is of high risk
	Legal          Legal         `yaml:"legal"`

	// Demo, when main sets it, replaces OIDC and CAS by a list to choose from. It is
	// not in the file, so that no file can open that door.
	Demo []Character `yaml:"-"`
}

// OIDC says who vouches for people. The redirect address to register there is
// the portal's URL followed by /connexion/retour.
type OIDC struct {
	Issuer           string   `yaml:"issuer"`
	ClientID         string   `yaml:"client_id"`
	ClientSecretFile string   `yaml:"client_secret_file"` // read by main, see Deps
	UIDClaim         string   `yaml:"uid_claim"`          // the claim that holds the directory's login
	Scopes           []string `yaml:"scopes"`             // besides openid
}

// A Character is somebody to be in the demo.
type Character struct {
	UID  desk.UID
	Name string
	Role desk.Text // what they are
	Hint desk.Text // what to try
}

// DefaultConfig is what the file may leave out.
func DefaultConfig() Config {
	return Config{Listen: "127.0.0.1:8080", Name: "Mélusine", Session: 10 * time.Hour, BatchRows: 500,
		OIDC: OIDC{UIDClaim: "uid", Scopes: []string{"profile"}}, StepUp: desk.StandardStepUp()}
}

// Check says everything that is wrong, each with its place in the file.
func (c Config) Check() error {
	var errs []error
	need := func(ok bool, path, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("portal.%s: %s", path, what))
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	need(err == nil, "listen", "not host:port")
	need(c.Name != "", "name", "the name of the establishment is missing")
	need(c.Session >= time.Minute && c.Session <= 24*time.Hour, "session", "not between 1m and 24h")
	need(c.BatchRows >= 1 && c.BatchRows <= 5000, "batch_rows", "not from 1 to 5000")
	u, err := url.Parse(c.URL)
	need(err == nil && safe(u) && u.Path == "" && u.RawQuery == "", "url",
		"not an https:// address without path nor final slash (http:// is for this machine only)")
	for _, p := range c.TrustedProxies {
		_, errAddr := netip.ParseAddr(p)
		_, errRange := netip.ParsePrefix(p)
		need(errAddr == nil || errRange == nil, "trusted_proxies", p+" is neither an address nor a range")
	}
	_, err = accentSheet(c.Accent)
	need(err == nil, "accent", fmt.Sprint(err))
	c.Legal.check(need)
	need(c.StepUp.Within >= time.Minute && c.StepUp.Within <= time.Hour, "step_up.within", "not between 1m and 1h")
	for _, v := range c.StepUp.Verbs {
		spec, ok := desk.SpecOf(v)
		need(ok && spec.Changes, "step_up.verbs", string(v)+" is not a verb that changes something")
	}
	switch {
	case c.Demo != nil:
	case c.CAS.URL != "":
		u, err := url.Parse(c.CAS.URL)
		need(err == nil && safe(u) && u.RawQuery == "", "cas.url", "not an https:// address (http:// is for this machine only)")
		need(c.OIDC.Issuer == "", "cas.url", "oidc.issuer also says who vouches for people: keep one of the two")
	default:
		c.OIDC.check(need)
	}
	return errors.Join(errs...)
}

func (o OIDC) check(need func(ok bool, path, what string)) {
	u, err := url.Parse(o.Issuer)
	need(err == nil && safe(u), "oidc.issuer", "not an https:// address (http:// is for this machine only)")
	need(o.ClientID != "", "oidc.client_id", "missing")
	need(o.ClientSecretFile != "", "oidc.client_secret_file", "missing")
	need(o.UIDClaim != "", "oidc.uid_claim", "missing")
}

// safe accepts https, and http where nobody can listen in.
func safe(u *url.URL) bool {
	if u.Host == "" || u.User != nil {
		return false
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}
