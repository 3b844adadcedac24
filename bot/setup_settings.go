package bot

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// settings looks at the server's version and at its settings. It changes none:
// they are its administrators'.
func (s *setup) settings(ctx context.Context) error {
	public, _, err := client(s.URL, "").GetClientConfig(ctx, "")
	if err != nil {
		return fmt.Errorf("read the public settings of Mattermost: %w", err)
	}
	s.version(public["Version"])
	if _, err := publicKey(public["AsymmetricSigningPublicKey"]); err != nil {
		s.tell(Wrong, "Mattermost tells no signing key (%v): no click can be believed", err)
	}
	all, _, err := s.admin.GetConfig(ctx)
	if err != nil {
		s.tell(Noted, "the settings of Mattermost cannot be read (%v): compare them with docs/install.md", err)
		return nil
	}
	s.switches(all)
	s.siteURL(all)
	s.outgoing(ctx, all)
	return nil
}

const oldest = 10 // the first major version that has all that is used

func (s *setup) version(v string) {
	major, rest, _ := strings.Cut(v, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	switch {
	case err != nil:
		s.tell(Noted, "Mattermost does not tell its version")
	case a < oldest:
		s.tell(Wrong, "Mattermost %s is older than %d: upgrade it", v, oldest)
	case a < 11 || a == 11 && b < 5:
		s.tell(Noted, "Mattermost %s lets people click buttons of channels that they are not in; Mélusine asks who they are all the same. Its patch of June 2026 ends that", v)
	default:
		s.tell(Right, "Mattermost %s", v)
	}
}

func (s *setup) switches(c *model.Config) {
	on := func(value *bool) bool { return value != nil && *value }
	for _, must := range []struct {
		right bool
		what  string
	}{
		{on(c.ServiceSettings.EnableCommands), "ServiceSettings.EnableCommands must be true: without it nobody can type /" + s.Trigger},
		{on(c.ServiceSettings.EnableBotAccountCreation), "ServiceSettings.EnableBotAccountCreation must be true while the bot account is made"},
	} {
		if !must.right {
			s.tell(Wrong, "%s", must.what)
		}
	}
	if on(c.RateLimitSettings.Enable) {
		s.tell(Noted, "RateLimitSettings.Enable is true: Mélusine waits when it is told to, and is slow then; exempt its address at the proxy")
	}
	if limit := c.ServiceSettings.PostEditTimeLimit; limit != nil && *limit >= 0 {
		s.tell(Noted, "ServiceSettings.PostEditTimeLimit is %d: after it the line above a card keeps its old state; the card itself does not", *limit)
	}
}

func (s *setup) siteURL(c *model.Config) {
	site := c.ServiceSettings.SiteURL
	if site == nil || strings.TrimSuffix(*site, "/") != strings.TrimSuffix(s.URL, "/") {
		s.tell(Wrong, "ServiceSettings.SiteURL must be the address by which people and Mélusine reach it, %s", s.URL)
		return
	}
	s.tell(Right, "SiteURL")
}

// outgoing: what is not on the public network must be named, or the server
// refuses to call it; and a click then says nothing but "error".
func (s *setup) outgoing(ctx context.Context, c *model.Config) {
	callback, err := url.Parse(s.Callback)
	if err != nil {
		return
	}
	host, named := callback.Hostname(), ""
	if c.ServiceSettings.AllowedUntrustedInternalConnections != nil {
		named = *c.ServiceSettings.AllowedUntrustedInternalConnections
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		s.tell(Wrong, "the host of callback_url, %s, is not known here: %v", host, err)
		return
	}
	if internal(addresses) && !allows(named, host, addresses) {
		s.tell(Wrong, "ServiceSettings.AllowedUntrustedInternalConnections must hold %s: otherwise Mattermost refuses to call Mélusine", host)
		return
	}
	s.tell(Right, "AllowedUntrustedInternalConnections")
}

func internal(addresses []netip.Addr) bool {
	for _, a := range addresses {
		if a = a.Unmap(); a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
			return true
		}
	}
	return false
}

// allows reads the setting as the server does: words that are a host name, to
// the letter, an address, or a network that holds the address.
func allows(named, host string, addresses []netip.Addr) bool {
	for _, word := range strings.FieldsFunc(named, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == host {
			return true
		}
		network, err := netip.ParsePrefix(word)
		for _, a := range addresses {
			if err == nil && network.Contains(a.Unmap()) || word == a.Unmap().String() {
				return true
			}
		}
	}
	return false
}
