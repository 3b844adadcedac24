package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

type simulatorCommand struct {
	Listen     string           `default:"127.0.0.1:8090" help:"Address to serve on."`
	Accounts   int              `help:"Size of the invented university: 97484 by default, 1000 at least." xor:"accounts"`
	Domain     string           `help:"Its main domain, unistra.fr by default; the others are below, as etu.unistra.fr." xor:"domain"`
	Seed       int              `help:"Another seed, other people." xor:"seed"`
	Key        string           `help:"Key of the main domain: 64 hexadecimal digits. Nothing invented needs it kept secret." xor:"key"`
	Domains    string           `help:"YAML file of several universities instead: for each its domain, accounts, seed, more domains and keys. See --manual." xor:"accounts,domain,seed,key"`
	Fault      []string         `sep:"none" help:"Fault to begin with, as ModifyAccount:drop,effect=late,delay=30s,times=1 or *:message,rate=0.1,message=system failure. May be given again. See --manual."`
	ListFaults manualFlag       `name:"manual" aliases:"list-faults" help:"List every fault and switch, by flag, over HTTP and in code, and an example for --domains."`
	Config     simulator.Config `embed:""`
}

type manualFlag bool

// BeforeReset prints the manual instead of all that the command does.
func (manualFlag) BeforeReset() error {
	if err := simulator.Manual(os.Stdout); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

// Run serves a simulated Partage until it is stopped.
func (c simulatorCommand) Run(ctx context.Context) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	base, stop, err := server.Listen(ctx, c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("serve simulator: %w", err), server.Close())
	}
	if torn := server.Torn(); torn > 0 {
		fmt.Fprintf(os.Stderr, "melusine: %s: the last write was cut short; its %d bytes are dropped, nobody was told that it was done\n", c.Config.File, torn)
	}
	fmt.Println("Partage simulator:", base)
	for _, u := range server.Universities() {
		domain := u.Founding().Domain
		fmt.Printf("Key of %s: %s\n", domain, server.Keys()[domain].Reveal())
	}
	<-ctx.Done()
	return errors.Join(stop(), server.Close())
}

// server is made as the flags say.
func (c simulatorCommand) server() (*simulator.Server, error) {
	customers, err := c.customers()
	if err != nil {
		return nil, err
	}
	config := c.Config
	config.Now, config.Keys = time.Now, map[string]partage.Secret{}
	for _, customer := range customers {
		config.Others = append(config.Others, customer.University())
		maps.Copy(config.Keys, customer.Keys)
	}
	config.University, config.Others = config.Others[0], config.Others[1:]
	faults := make([]simulator.Fault, len(c.Fault))
	for i, text := range c.Fault {
		var wrong error
		faults[i], wrong = simulator.ParseFault(text)
		err = errors.Join(err, wrong)
	}
	if err != nil {
		return nil, err
	}
	server, err := simulator.New(config)
	if err != nil {
		return nil, fmt.Errorf("make simulator: %w", err)
	}
	if err := server.SetFaults(faults...); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return server, nil
}

// customers are those of the file, or else the one that the flags say.
func (c simulatorCommand) customers() ([]simulator.Customer, error) {
	if c.Domains != "" {
		text, err := os.ReadFile(c.Domains)
		if err != nil {
			return nil, fmt.Errorf("read universities: %w", err)
		}
		return simulator.ReadCustomers(text)
	}
	c.Accounts, c.Domain = cmp.Or(c.Accounts, 97_484), cmp.Or(c.Domain, simulator.Strasbourg)
	if !domainForm.MatchString(c.Domain) {
		return nil, fmt.Errorf("%q is not a domain", c.Domain)
	}
	one := simulator.Customer{Founding: simulator.Founding{Domain: c.Domain, Accounts: c.Accounts, Seed: c.Seed}, Keys: map[string]partage.Secret{}}
	if c.Key != "" {
		if !keyForm.MatchString(c.Key) {
			return nil, fmt.Errorf("the key of %q is not 64 hexadecimal digits", c.Domain)
		}
		one.Keys[c.Domain] = partage.NewSecret(c.Key)
	}
	return []simulator.Customer{one}, nil
}
