package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/rules/charter"
)

type rulesCharterCommand struct {
	bookArgument
	Config string   `help:"Configuration file: the book in force if none is given, the domains, and who is their correspondent." type:"existingfile"`
	Lang   string   `default:"fr" enum:"fr,en" help:"Language: fr or en."`
	HTML   bool     `name:"html" help:"Write HTML rather than Markdown."`
	Domain []string `help:"Write the page of these domains only."`
	To     string   `help:"Folder to write one file a page into; without it, all goes to the standard output."`
}

// Run writes the charter.
func (c rulesCharterCommand) Run(ctx context.Context) error {
	made, err := c.charter(ctx)
	if err != nil {
		return err
	}
	pages, err := c.pages(made)
	if err != nil {
		return err
	}
	if c.To != "" {
		return c.save(pages)
	}
	all := make([]charter.Page, len(pages))
	for i, p := range pages {
		all[i] = p.page
	}
	return c.write(os.Stdout, all...)
}

// charter reads what the pages are made from.
func (c rulesCharterCommand) charter(ctx context.Context) (made charter.Charter, err error) {
	made.Lang = c.Lang
	if made.Book, err = c.open(); err != nil || c.Config == "" {
		return made, err
	}
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return made, err
	}
	made.Deadline, made.Expiry = cfg.Calendar.Deadline, cfg.Calendar.Expiry
	return made, townOptions{File: c.Config, Lang: c.Lang}.visit(ctx, false, func(t town) error {
		if len(c.Book) == 0 {
			made.Book = t.book
		}
		made.Domains = t.kept()
		return nil
	})
}

// kept lists the domains with the names of their correspondents, and the limits
// of those who have some.
func (t town) kept() []charter.Domain {
	names := map[string][]string{}
	for uid, delegations := range t.view.Correspondents() {
		for _, d := range delegations {
			if !d.Holds(uid, t.when) {
				continue
			}
			name := nameOf(t.view.Person(uid), uid)
			if terms := say.Terms(t.lang, d.Grant, t.zone); terms != say.Terms(t.lang, desk.Grant{}, t.zone) {
				name += " (" + terms + ")"
			}
			for _, domain := range d.Domains {
				names[domain] = append(names[domain], name)
			}
		}
	}
	kept := make([]charter.Domain, len(t.domains))
	for i, domain := range slices.Sorted(slices.Values(t.domains)) {
		slices.Sort(names[domain])
		kept[i] = charter.Domain{Name: domain, Correspondents: names[domain]}
	}
	return kept
}

// nameOf is what people call somebody: the login, if the directory has no more.
func nameOf(p desk.Person, uid desk.UID) string {
	if p.Name != "" {
		return p.Name
	}
	return string(uid)
}

// A namedPage is a page and the name of its file, without what its form adds.
type namedPage struct {
	name string
	page charter.Page
}

// pages are those asked for: of the house and of each domain.
func (c rulesCharterCommand) pages(made charter.Charter) (all []namedPage, err error) {
	if len(c.Domain) == 0 {
		all = append(all, namedPage{map[string]string{"fr": "charte", "en": "charter"}[c.Lang], made.House()})
		for _, d := range made.Domains {
			all = append(all, namedPage{d.Name, made.Domain(d)})
		}
	}
	for _, name := range c.Domain {
		i := slices.IndexFunc(made.Domains, func(d charter.Domain) bool { return d.Name == name })
		switch {
		case i >= 0:
			all = append(all, namedPage{name, made.Domain(made.Domains[i])})
		case c.Config == "":
			return nil, errors.New("--domain: give --config as well, for nobody knows otherwise who is its correspondent")
		default:
			return nil, fmt.Errorf("--domain: %q is no domain of the configuration", name)
		}
	}
	return all, nil
}

func (c rulesCharterCommand) write(out io.Writer, pages ...charter.Page) error {
	if c.HTML {
		return charter.HTML(out, pages...)
	}
	return charter.Markdown(out, pages...)
}

// save writes one file a page.
func (c rulesCharterCommand) save(pages []namedPage) error {
	if err := os.MkdirAll(c.To, 0o755); err != nil {
		return fmt.Errorf("write charter: %w", err)
	}
	for _, p := range pages {
		name := p.name + ".md"
		if c.HTML {
			name = p.name + ".html"
		}
		f, err := os.Create(filepath.Join(c.To, name))
		if err != nil {
			return fmt.Errorf("write charter: %w", err)
		}
		if err := errors.Join(c.write(f, p.page), f.Close()); err != nil {
			return fmt.Errorf("write charter: %w", err)
		}
	}
	return nil
}
