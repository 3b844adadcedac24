package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/rules"
	"github.com/unistra/melusine/rules/trial"
)

// bookArgument names a rule book.
type bookArgument struct {
	Book []string `arg:"" optional:"" help:"Rule book: its files, or a folder of *.yaml; that of the program if not given."`
}

func (a bookArgument) open() (*rules.Book, error) {
	if len(a.Book) == 0 {
		return openBook("")
	}
	return openBook(a.Book...)
}

// suite reads the cases of the book: the *.txtar beside its files. nil if there
// are none.
func (a bookArgument) suite() (*trial.Suite, error) {
	if len(a.Book) == 0 {
		return trial.Load(rules.DefaultCases())
	}
	folders := map[string]bool{}
	var files []rules.File
	for _, path := range a.Book {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			path = filepath.Dir(path)
		}
		if folders[path] {
			continue
		}
		folders[path] = true
		found, _ := filepath.Glob(filepath.Join(path, "*.txtar"))
		some, err := readFiles(found)
		if err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		files = append(files, some...)
	}
	if len(files) == 0 {
		return nil, nil
	}
	return trial.Load(files...)
}

type rulesCheckCommand struct {
	bookArgument
	Config string `help:"Configuration file: ask its directory as well whether somebody is there to approve." type:"existingfile"`
}

// Run fails if the book would not be loaded. What is only odd is told.
func (c rulesCheckCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c rulesCheckCommand) run(ctx context.Context, out io.Writer) error {
	b, err := c.open()
	if err != nil {
		return err
	}
	odd, err := c.odd(ctx, b)
	if err != nil {
		return err
	}
	for _, w := range odd {
		if _, err := fmt.Fprintf(out, "%v\n", w); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d rules, nothing wrong, %d odd; digest %.16s\n", len(b.Rules()), len(odd), b.Digest())
	return err
}

// odd is what a book may be and perhaps should not.
func (c rulesCheckCommand) odd(ctx context.Context, b *rules.Book) ([]*rules.Fault, error) {
	odd := b.Warnings()
	s, err := c.suite()
	if err != nil {
		return nil, err
	}
	for _, r := range s.Untested(b) {
		odd = append(odd, &rules.Fault{File: r.File, Line: r.Line, Rule: r.ID, Err: errors.New("no case is decided by it: write one, or take one by melusine rules case")})
	}
	if c.Config == "" {
		return odd, nil
	}
	size, err := groupSizes(ctx, c.Config)
	if err != nil {
		return nil, err
	}
	return append(odd, b.Unmanned(func(group string) int { return size[group] })...), nil
}

// groupSizes counts the members of each group of the directory.
func groupSizes(ctx context.Context, file string) (map[string]int, error) {
	cfg, err := loadConfig(file)
	if err != nil {
		return nil, err
	}
	ldap, err := directory.Open(cfg.Directory)
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	defer ldap.Close()
	size := map[string]int{}
	for p, err := range ldap.People(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read directory: %w", err)
		}
		for _, group := range p.Groups {
			size[group]++
		}
	}
	return size, nil
}
