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
	for file, text := range map[string]*string{c.Mattermost.TokenFile: &p.botToken,
		c.Mattermost.AdminTokenFile: &p.adminToken, c.Portal.OIDC.ClientSecretFile: &p.oidcSecret} {
		raw, err := secret(file)
		if err != nil {
			return p, err
		}
		*text = string(raw)
	}
	return p, nil
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
