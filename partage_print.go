package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-isatty"

	"github.com/unistra/melusine/partage"
)

// A printer calls a method and shows what comes back.
type printer struct {
	out      io.Writer
	progress io.Writer // nil: nobody watches
	json     bool
}

func (p printer) call(ctx context.Context, client *partage.Client, m partage.Method, params url.Values) error {
	switch {
	case m.Write:
		w, err := client.Writer(ctx)
		if err != nil {
			return err
		}
		if err := w.Call(ctx, m.Name, params); err != nil {
			return err
		}
		return p.done()
	case m.Pages && whole(params):
		return p.listing(ctx, client, m, params)
	}
	v, err := client.Call(ctx, m.Name, params)
	switch {
	case err != nil:
		return err
	case v.Name == "":
		return p.done()
	case p.json:
		return json.NewEncoder(p.out).Encode(v)
	}
	return p.table(v)
}

// whole tells a listing to be read whole from one page of it.
func whole(params url.Values) bool {
	for _, name := range []string{"limit", "offset", "sortby", "sortascending"} {
		if params.Has(name) {
			return false
		}
	}
	return true
}

// done tells a success that has nothing else to say.
func (p printer) done() error {
	text := "done"
	if p.json {
		text = `{"status":0}`
	}
	_, err := fmt.Fprintln(p.out, text)
	return err
}

// table prints an object as lines "name value", and a list as one line each.
func (p printer) table(v partage.Value) error {
	switch {
	case v.List:
		for _, e := range v.Elements {
			if _, err := fmt.Fprintln(p.out, line(e)); err != nil {
				return err
			}
		}
		return nil
	case len(v.Elements) == 0:
		_, err := fmt.Fprintln(p.out, v.Text)
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, e := range v.Elements {
		_, _ = fmt.Fprintf(w, "%s\t%s\n", e.Name, cell(e)) // Flush tells
	}
	return w.Flush()
}

// line is an object on one line: its name, then the rest.
func line(v partage.Value) string {
	if len(v.Elements) == 0 {
		return flat(v.Text)
	}
	parts := []string{flat(v.Get("name").Text)}
	for _, e := range v.Elements {
		if e.Name != "name" {
			parts = append(parts, e.Name+"="+cell(e))
		}
	}
	return strings.TrimSpace(strings.Join(parts, "\t"))
}

func cell(v partage.Value) string {
	texts := []string{flat(v.Text)}
	for i, e := range v.Elements {
		if i == 0 {
			texts = nil
		}
		texts = append(texts, cell(e))
	}
	return strings.Join(texts, " ")
}

// flat is text on one line, without what a terminal would obey.
func flat(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

const (
	progressEvery = 500
	clearLine     = "\r\x1b[K"
)

// listing prints each object as it comes. When it is found incomplete, the
// error comes after what was printed, and the command fails.
func (p printer) listing(ctx context.Context, client *partage.Client, m partage.Method, params url.Values) error {
	n := 0
	for v, err := range client.Objects(ctx, m.Name, params) {
		p.erase(n)
		if err != nil {
			return err
		}
		if err := p.row(v); err != nil {
			return err
		}
		if n++; p.progress != nil && n%progressEvery == 0 {
			_, _ = fmt.Fprintf(p.progress, "%s%d...", clearLine, n)
		}
	}
	p.erase(n)
	return nil
}

func (p printer) row(v partage.Value) error {
	if p.json {
		return json.NewEncoder(p.out).Encode(v)
	}
	_, err := fmt.Fprintln(p.out, line(v))
	return err
}

// erase takes away the progress written after n objects.
func (p printer) erase(n int) {
	if p.progress != nil && n > 0 && n%progressEvery == 0 {
		_, _ = fmt.Fprint(p.progress, clearLine)
	}
}

// terminal is f if somebody watches it.
func terminal(f *os.File) io.Writer {
	if isatty.IsTerminal(f.Fd()) {
		return f
	}
	return nil
}
