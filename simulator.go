package main

import (
	"context"
	"fmt"
	"time"

	"github.com/unistra/melusine/partage/simulator"
)

type simulatorCommand struct {
	Listen   string `default:"127.0.0.1:8090" help:"Address to serve on."`
	Accounts int    `default:"97484" help:"Size of the invented university, 1000 at least."`
	Admin    bool   `help:"Serve /_simulator/, where faults are set and the writes are listed."`
}

// Run serves a simulated Partage until it is stopped.
func (c simulatorCommand) Run(ctx context.Context) error {
	server, err := simulator.New(simulator.Config{Now: time.Now, University: simulator.NewUniversity(c.Accounts), Admin: c.Admin})
	if err != nil {
		return fmt.Errorf("make simulator: %w", err)
	}
	base, stop, err := server.Listen(ctx, c.Listen)
	if err != nil {
		return fmt.Errorf("serve simulator: %w", err)
	}
	fmt.Println("Partage simulator:", base)
	fmt.Println("Key of unistra.fr:", server.Keys()["unistra.fr"].Reveal())
	<-ctx.Done()
	return stop()
}
