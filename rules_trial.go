package main

import (
	"fmt"
	"os"
)

type rulesTestCommand struct{ bookArgument }

// Run fails if a case does.
func (c rulesTestCommand) Run() error {
	b, err := c.open()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%d rules\n", len(b.Rules()))
	return err
}
