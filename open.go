package main

import (
	"fmt"
	"os"
	"time"

	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/rules"
)

// parts is what the configuration's files hold, read and checked.
type parts struct {
	zone       *time.Location
	book       *rules.Book
	office     *effect.Office
	secret     []byte
	botToken   string
	adminToken string
	oidcSecret string
}

// open reads every file that the configuration names. It calls no server.
func (c config) open() (p parts, err error) {
	if p.zone, err = time.LoadLocation(c.TimeZone); err != nil {
		return p, fmt.Errorf("load time zone: %w", err)
	}
	if p.book, err = openBook(c.Rules); err != nil {
		return p, err
	}
	keys, err := domainKeys(c.Partage.KeysDir)
	if err != nil {
		return p, err
	}
	domains, err := partage.NewDomains(partage.Config{BaseURL: c.Partage.URL, Now: time.Now,
		PageSize: c.Partage.PageSize, Timeout: c.Partage.Timeout}, keys)
	if err != nil {
		return p, fmt.Errorf("make Partage clients: %w", err)
	}
	p.office = &effect.Office{Domains: domains, Scope: c.Partage.Scope}
	if p.secret, err = secret(c.SecretFile); err != nil {
		return p, err
	}
	if len(p.secret) < 32 {
		return p, fmt.Errorf("read secret: %s holds fewer than 32 bytes", c.SecretFile)
	}
	if p.botToken, err = secretText(c.Mattermost.TokenFile); err != nil {
		return p, err
	}
	if p.oidcSecret, err = secretText(c.Portal.OIDC.ClientSecretFile); err != nil {
		return p, err
	}
	if c.Mattermost.AdminSocket == "" {
		p.adminToken, err = secretText(c.Mattermost.AdminTokenFile)
	}
	return p, err
}

func secretText(path string) (string, error) {
	raw, err := secret(path)
	return string(raw), err
}

func openBook(path string) (*rules.Book, error) {
	if path == "" {
		return rules.Default()
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read rule book: %w", err)
	}
	return rules.Load(path, source)
}
