package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/unistra/melusine/rules"
	"github.com/unistra/melusine/rules/trial"
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
	r := s.Run(b)
	if err := r.Print(out); err != nil {
		return err
	}
	switch {
	case len(r.Failures) > 0:
		return fmt.Errorf("%d cases fail", len(r.Failures))
	case c.Least > 0 && r.Noticed() < c.Least:
		return fmt.Errorf("%d%% of mistakes would be noticed, less than %d%%", r.Noticed(), c.Least)
	case c.Least > 0 && len(r.Untested) > 0:
		return fmt.Errorf("%d rules decide no case", len(r.Untested))
	}
	return nil
}

// suite reads the cases of the book: the *.txtar of its folder.
func (a bookArgument) suite() (*trial.Suite, error) {
	if a.Book == "" {
		return trial.Load(rules.DefaultCases())
	}
	folder := a.Book
	if info, err := os.Stat(a.Book); err == nil && !info.IsDir() {
		folder = filepath.Dir(a.Book)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("look for cases: %w", err)
	}
	if len(paths) == 0 {
		return nil, errors.New("no case: write some in a *.txtar beside the book, as docs/rules.md tells")
	}
	files, err := readFiles(paths...)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	return trial.Load(files...)
}
