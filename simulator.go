package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

type simulatorCommand struct {
	Listen       string        `default:"127.0.0.1:8090" help:"Address to serve on."`
	Accounts     int           `default:"97484" help:"Size of the invented university, 1000 at least."`
	Domain       string        `default:"unistra.fr" help:"Its main domain; the others are below, as etu.unistra.fr."`
	Key          string        `help:"Key of the main domain: 64 hexadecimal digits. Nothing invented needs it kept secret."`
	Domains      string        `help:"File of more keys: on each line one of its domains, a space, and a key."`
	File         string        `help:"File that keeps the writes, to be done again at the next start."`
	Admin        bool          `help:"Serve /_simulator/, where faults are set and the writes are listed."`
	Fault        []string      `sep:"none" help:"Fault to begin with, as ModifyAccount:drop,effect=late,delay=30s,times=1 or *:message,rate=0.1,message=system failure. May be given again."`
	TokenLife    time.Duration `default:"300s" help:"Life of a token."`
	MaxPage      int           `default:"1000" help:"Longest page of a listing."`
	MaxAccounts  int           `help:"Limit of accounts in each domain; 0 for none."`
	Settle       time.Duration `help:"How long what was just written is refused, by a 403."`
	GroupsEmpty  bool          `help:"ModifyGroup empties what it is asked to, as it should."`
	RevokeOnAuth bool          `help:"A new token of a domain ends the one before."`
	Untyped      bool          `help:"No type=\"integer\", as before 2020."`
}

// Run serves a simulated Partage until it is stopped.
func (c simulatorCommand) Run(ctx context.Context) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	base, stop, err := server.Listen(ctx, c.Listen)
	if err != nil {
		return fmt.Errorf("serve simulator: %w", err)
	}
	fmt.Println("Partage simulator:", base)
	fmt.Printf("Key of %s: %s\n", c.Domain, server.Keys()[c.Domain].Reveal())
	<-ctx.Done()
	return errors.Join(stop(), server.Close())
}

// server is made as the flags say.
func (c simulatorCommand) server() (*simulator.Server, error) {
	if !domainForm.MatchString(c.Domain) {
		return nil, fmt.Errorf("%q is not a domain", c.Domain)
	}
	keys, err := c.keys()
	if err != nil {
		return nil, err
	}
	config := simulator.Config{Now: time.Now, University: simulator.NewUniversityOf(c.Domain, c.Accounts), Keys: keys, TokenLife: c.TokenLife,
		MaxPage: c.MaxPage, Admin: c.Admin, RevokeOnAuth: c.RevokeOnAuth, MaxAccounts: c.MaxAccounts, Settle: c.Settle, File: c.File,
		Untyped: c.Untyped, GroupsEmpty: c.GroupsEmpty}
	server, err := simulator.New(config)
	if err != nil {
		return nil, fmt.Errorf("make simulator: %w", err)
	}
	faults := make([]simulator.Fault, len(c.Fault))
	for i, text := range c.Fault {
		var wrong error
		faults[i], wrong = simulator.ParseFault(text)
		err = errors.Join(err, wrong)
	}
	return server, errors.Join(err, server.SetFaults(faults...))
}

// keys are those that the flags give.
func (c simulatorCommand) keys() (map[string]partage.Secret, error) {
	keys := map[string]partage.Secret{}
	add := func(domain, key string) error {
		if !keyForm.MatchString(key) {
			return fmt.Errorf("the key of %q is not 64 hexadecimal digits", domain)
		}
		keys[domain] = partage.NewSecret(key)
		return nil
	}
	if c.Key != "" {
		if err := add(c.Domain, c.Key); err != nil {
			return nil, err
		}
	}
	if c.Domains == "" {
		return keys, nil
	}
	text, err := os.ReadFile(c.Domains)
	if err != nil {
		return nil, fmt.Errorf("read domains: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 2 {
			return nil, fmt.Errorf("read domains: %.40q is not a domain and a key", words[0]+"...")
		}
		if err := add(words[0], words[1]); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
