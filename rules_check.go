package main

import (
	"fmt"
	"os"

	"github.com/unistra/melusine/rules"
)

// bookArgument names a rule book.
type bookArgument struct {
	Book string `arg:"" optional:"" help:"Rule book: a file, or a folder of *.yaml; the one of the program if not given."`
}

func (a bookArgument) open() (*rules.Book, error) { return openBook(a.Book) }

type rulesCheckCommand struct{ bookArgument }

// Run fails if the book would not be loaded.
func (c rulesCheckCommand) Run() error {
	b, err := c.open()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%d rules\n", len(b.Rules()))
	return err
}
