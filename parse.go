package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/phrase"
)

type parseCommand struct {
	Lang      string    `enum:"fr,en," default:"" help:"Language of the sentences: settles the words that both have. French and English are understood without it, mixed too."`
	Clock     time.Time `help:"When the sentences are said, as 2026-03-16T10:00:00+01:00; now by default."`
	Directory string    `type:"existingfile" help:"Who is known: one login a line. A line \"cos NAME = words, other words\" gives a class of service what people call it; without NAME, they must say more."`
	Domain    string    `default:"unistra.fr" help:"What the domains of the house end with."`
	Fixture   bool      `help:"The invented house of the test sentences: its clock, its people, its classes of service. The flags above change it."`
}

// Run reads one sentence a line and prints one frame, question or refusal a line.
func (c parseCommand) Run() error {
	r, err := c.reader()
	if err != nil {
		return err
	}
	return parseLines(r, os.Stdin, os.Stdout)
}

func parseLines(r *phrase.Reader, from io.Reader, to io.Writer) error {
	in, out := bufio.NewReader(from), bufio.NewWriter(to)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			if _, err := fmt.Fprintln(out, r.Read(strings.TrimRight(line, "\r\n"))); err != nil {
				return fmt.Errorf("print frames: %w", err)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return out.Flush()
		case err != nil:
			return errors.Join(fmt.Errorf("read sentences: %w", err), out.Flush())
		}
		if in.Buffered() > 0 {
			continue
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("print frames: %w", err)
		}
	}
}

// reader is made as the flags say.
func (c parseCommand) reader() (*phrase.Reader, error) {
	now := c.Clock
	if c.Fixture && now.IsZero() {
		now, _ = time.Parse(time.RFC3339, phrase.FixtureTime)
	}
	if now.IsZero() {
		now = time.Now()
	}
	r := phrase.Fixture(now)
	if !c.Fixture {
		r.Knows, r.Classes = func(string) bool { return false }, map[string]string{}
	}
	r.Domain, r.Lang = c.Domain, c.Lang
	if c.Directory == "" {
		return r, nil
	}
	text, err := os.ReadFile(c.Directory)
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	return r, whoIsKnown(r, string(text))
}

// whoIsKnown reads a directory file.
func whoIsKnown(r *phrase.Reader, text string) error {
	logins := map[string]bool{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		class, isClass := strings.CutPrefix(line, "cos ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case isClass:
			name, said, ok := strings.Cut(class, "=")
			if !ok {
				return fmt.Errorf("directory, line %d: \"cos NAME = words\" has no =", n+1)
			}
			r.Call(strings.TrimSpace(name), strings.Split(said, ",")...)
		default:
			logins[strings.ToLower(strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(" \t,;", c) })[0])] = true
		}
	}
	r.Knows = func(login string) bool { return logins[login] }
	return nil
}
