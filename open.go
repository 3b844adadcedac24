package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/unistra/melusine/internal/calendar"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/rules"
)

// parts is what the configuration's files hold, read and checked.
type parts struct {
	zone       *time.Location
	days       *calendar.Calendar
	seed       desk.Book // the rule book of a journal that has none
	office     *effect.Office
	pace       *pace // of what is read of Partage to keep the copy like it
	secret     []byte
	botToken   string
	adminToken string
	oidcSecret string

	journalPassword string
}

// open reads every file that the configuration names, and says at once all
// that is wrong with them. It calls no server.
func (c config) open() (p parts, err error) {
	var errs [9]error
	if p.zone, errs[0] = time.LoadLocation(c.TimeZone); errs[0] == nil {
		p.days, errs[0] = calendar.New(c.Calendar.Config, p.zone)
	}
	p.seed, errs[1] = c.seed()
	p.pace = newPace(c.Partage.Rate, time.Now)
	p.office, errs[2] = c.Partage.open(c.Executor.TokenLife, p.pace)
	p.secret, errs[3] = secret(c.SecretFile)
	if errs[3] == nil && len(p.secret) < 32 {
		errs[3] = fmt.Errorf("read secret: %s holds fewer than 32 bytes", c.SecretFile)
	}
	p.botToken, errs[4] = secretText(c.Mattermost.TokenFile)
	if c.Portal.CAS.URL == "" {
		p.oidcSecret, errs[5] = secretText(c.Portal.OIDC.ClientSecretFile)
	}
	if c.Mattermost.AdminSocket == "" {
		p.adminToken, errs[6] = secretText(c.Mattermost.AdminTokenFile)
	}
	p.journalPassword, errs[7] = c.journalPassword()
	if c.History.KeyFile != "" {
		_, errs[8] = c.History.key()
	}
	return p, errors.Join(errs[:]...)
}

// openJournal opens the file or the database.
func (c config) openJournal(ctx context.Context, password string) (*journal.Log, error) {
	if c.onPostgres() {
		return journal.OpenPostgres(ctx, c.Journal, password, rand.Reader)
	}
	return journal.OpenSQLite(ctx, c.Journal, rand.Reader)
}

func (c partageConfig) open(tokenLife time.Duration, slow *pace) (*effect.Office, error) {
	keys, err := domainKeys(c.KeysDir)
	if err != nil {
		return nil, err
	}
	domains, err := partage.NewDomains(partage.Config{BaseURL: c.URL, Now: time.Now, PageSize: c.PageSize, Timeout: c.Timeout, TokenLife: tokenLife, Pace: slow.wait}, keys)
	if err != nil {
		return nil, fmt.Errorf("make Partage clients: %w", err)
	}
	return &effect.Office{Domains: domains, Scope: c.Scope, Rand: rand.Reader}, nil
}

func secretText(path string) (string, error) {
	raw, err := secret(path)
	return string(raw), err
}

// seed is the book that the configuration names, checked.
func (c config) seed() (desk.Book, error) {
	files, err := readBook(c.Rules)
	if err != nil {
		return desk.Book{}, fmt.Errorf("read rule book: %w", err)
	}
	if _, err := rules.LoadFiles(files...); err != nil {
		return desk.Book{}, err
	}
	return newBook(c.Rules, files)
}

// newBook is the book of the journal that the files make, named after the first
// if it has no name.
func newBook(name string, files []rules.File) (desk.Book, error) {
	return desk.NewBook(cmp.Or(name, files[0].Name), files...)
}

func openBook(paths ...string) (*rules.Book, error) {
	files, err := readBook(paths...)
	if err != nil {
		return nil, fmt.Errorf("read rule book: %w", err)
	}
	return rules.LoadFiles(files...)
}

// readBook reads files, or the *.yaml and *.yml files of folders; without any,
// the book of the program.
func readBook(names ...string) (files []rules.File, err error) {
	for _, name := range names {
		if name == "" {
			files = append(files, rules.DefaultFile())
			continue
		}
		paths := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			yaml, _ := filepath.Glob(filepath.Join(name, "*.yaml"))
			yml, _ := filepath.Glob(filepath.Join(name, "*.yml"))
			if paths = append(yaml, yml...); len(paths) == 0 {
				return nil, fmt.Errorf("%s holds no *.yaml", name)
			}
		}
		some, err := readFiles(paths)
		if err != nil {
			return nil, err
		}
		files = append(files, some...)
	}
	return files, nil
}

func readFiles(paths []string) (files []rules.File, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, rules.File{Name: path, Text: string(text)})
	}
	return files, nil
}
