package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

type rulesTestCommand struct {
	bookArgument
	Least int `help:"Fail as well if fewer mistakes of a hundred would be noticed, or if a rule decides no case." default:"0"`
}

// Run fails if a case does.
func (c rulesTestCommand) Run() error { return c.run(os.Stdout) }

func (c rulesTestCommand) run(out io.Writer) error {
	b, err := c.open()
	if err != nil {
		return err
	}
	s, err := c.suite()
	if err != nil {
		return err
	}
	if s == nil {
		return errors.New("no case: write some in a *.txtar beside the book, as docs/rules.md tells")
	}
	r := s.Run(b)
	if err := r.Print(out); err != nil {
		return err
	}
	switch {
	case len(r.Failures) > 0:
		return fmt.Errorf("cases that fail: %d", len(r.Failures))
	case c.Least > 0 && r.Noticed() < c.Least:
		return fmt.Errorf("%d%% of mistakes would be noticed, less than %d%%", r.Noticed(), c.Least)
	case c.Least > 0 && len(r.Untested) > 0:
		return fmt.Errorf("rules that decide no case: %d", len(r.Untested))
	}
	return nil
}
