package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/partage"
)

type partageCommand struct {
	Method  string        `arg:"" optional:"" help:"Method of the API, as GetAccount. Without one, all of them are listed."`
	Params  []string      `arg:"" optional:"" name:"name=value" help:"Parameters. @FILE takes the value from a file (@- from standard input, @@ is an @): the only way to give a password."`
	URL     string        `name:"url" env:"MELUSINE_PARTAGE_URL" help:"Base URL, as https://api.partage.renater.fr/service/domain."`
	Domain  string        `env:"MELUSINE_PARTAGE_DOMAIN" help:"Domain to call for; that of the object named when there is one."`
	KeyFile string        `env:"MELUSINE_PARTAGE_KEY_FILE" help:"File that holds the key of the domain."`
	JSON    bool          `help:"Print JSON; a listing is one object a line."`
	DryRun  bool          `help:"Print the call, without token or secret, and send nothing."`
	Timeout time.Duration `default:"30s" help:"Longest time of one exchange."`
}

// Help is what --help tells besides.
func (partageCommand) Help() string {
	return `The status of the command is 0 when it is done; 1 when it failed, and nothing was changed; 3 when a change may
have been made: read back before trying again; 4 when the object does not exist; 5 when it failed for now, and
nothing was changed; 80 when the command line makes no sense.`
}

// exitCode is the status of a command that ended with err, as Help tells.
func exitCode(err error) int {
	if errors.Is(err, errChanges) {
		return 2
	}
	e, ours := errors.AsType[*partage.Error](err)
	if !ours {
		return 1
	}
	return cmp.Or(map[partage.Class]int{partage.Unknown: 3, partage.NotFound: 4, partage.Temporary: 5}[e.Class], 1)
}

// Run makes one call of the API, and prints what it answers.
func (c partageCommand) Run(ctx context.Context) error {
	if c.Method == "" {
		return writeMethods(os.Stdout)
	}
	return c.run(ctx, os.Stdin, os.Stdout, terminal(os.Stderr))
}

// run is Run with its streams; progress is nil when nobody watches.
func (c partageCommand) run(ctx context.Context, in io.Reader, out io.Writer, progress io.Writer) error {
	m, known := partage.MethodNamed(c.Method)
	if !known {
		return fmt.Errorf("no method %q%s: melusine partage lists them", c.Method, nearest(c.Method))
	}
	params, err := c.params(m, in)
	if err != nil {
		return err
	}
	if _, err := m.Form(params); err != nil {
		return err
	}
	domain, err := c.domain(m, params)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.describe(out, m, domain, params)
	}
	client, err := c.client(domain)
	if err != nil {
		return err
	}
	defer client.Close()
	return c.advise(domain, printer{out: out, progress: progress, json: c.JSON}.call(ctx, client, m, params))
}

// nearest are the methods whose names begin most like the one typed.
func nearest(typed string) string {
	typed = strings.ToLower(typed)
	var names []string
	most := 5 // letters in common, at least
	for _, m := range partage.Methods() {
		name := m.Name[strings.LastIndex(m.Name, "/")+1:]
		n := 0
		for n < min(len(name), len(typed)) && strings.ToLower(name)[n] == typed[n] {
			n++
		}
		if n > most {
			names, most = nil, n
		}
		if n == most {
			names = append(names, name)
		}
	}
	if names == nil {
		return ""
	}
	return " (" + strings.Join(names, ", ") + "?)"
}

// advise says what to look at when Partage was not found, or does not know us.
func (c partageCommand) advise(domain string, err error) error {
	e, ours := errors.AsType[*partage.Error](err)
	switch {
	case !ours || e.Method != "Auth":
		return err
	case e.Class == partage.Auth:
		return fmt.Errorf("%w: look whether %s holds the key of %s, and whether the clock here is right", err, c.KeyFile, domain)
	case e.Class == partage.Malformed || e.Class == partage.NotSent:
		return fmt.Errorf("%w: look whether %s is the base URL", err, c.URL)
	}
	return err
}

// params reads the arguments. An address is read as the client wants it.
func (c partageCommand) params(m partage.Method, in io.Reader) (url.Values, error) {
	params := url.Values{}
	for _, text := range c.Params {
		name, value, found := strings.Cut(text, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("%q is not name=value", text)
		}
		value, filed, err := fromFile(value, in)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if partage.IsSecret(name) && !filed && value != "" {
			return nil, fmt.Errorf("%s=... would be seen by everybody on this machine: put it in a file and give %s=@FILE", name, name)
		}
		if name == m.Subject() {
			address, err := partage.ParseAddress(value)
			if err != nil {
				return nil, err
			}
			value = string(address)
		}
		params.Add(name, value)
	}
	return params, nil
}

// fromFile reads the value that @FILE stands for.
func fromFile(value string, in io.Reader) (text string, filed bool, err error) {
	path, isPath := strings.CutPrefix(value, "@")
	switch {
	case !isPath || strings.HasPrefix(path, "@"):
		return strings.TrimPrefix(value, "@"), false, nil
	case path == "-":
		b, err := io.ReadAll(in)
		return strings.TrimRight(string(b), "\r\n"), true, err
	}
	b, err := os.ReadFile(path)
	return strings.TrimRight(string(b), "\r\n"), true, err
}

// domain is whose token the call needs.
func (c partageCommand) domain(m partage.Method, params url.Values) (string, error) {
	of := partage.Address(params.Get(m.Subject())).Domain()
	switch {
	case c.Domain == "" && of == "":
		return "", errors.New("say for which domain: --domain")
	case c.Domain != "" && of != "" && c.Domain != of:
		return "", fmt.Errorf("%s is not of %s, whose token would be used", params.Get(m.Subject()), c.Domain)
	case c.Domain != "":
		return c.Domain, nil
	}
	return of, nil
}

func (c partageCommand) client(domain string) (*partage.Client, error) {
	if c.URL == "" || c.KeyFile == "" {
		return nil, errors.New("say where Partage is and by which key: --url and --key-file, or MELUSINE_PARTAGE_URL and MELUSINE_PARTAGE_KEY_FILE")
	}
	key, err := secretText(c.KeyFile)
	if err != nil {
		return nil, err
	}
	return partage.New(partage.Config{BaseURL: c.URL, Domain: domain, Key: partage.NewSecret(key), Now: time.Now, Timeout: c.Timeout, PageSize: 200})
}

// describe prints the call that would be made.
func (c partageCommand) describe(out io.Writer, m partage.Method, domain string, params url.Values) error {
	form, err := m.Form(params)
	if err != nil {
		return err
	}
	verb := "POST"
	if m.Get {
		verb = "GET"
	}
	token := "/<token of " + domain + ">"
	if m.Name == "Auth" {
		token = ""
		form = url.Values{"domain": {domain}, "timestamp": {"<now>"}, "preauth": {"<signature>"}}
	}
	var text strings.Builder
	if m.Pages && whole(params) {
		text.WriteString("# page after page, sorted, and checked against CountObjects:\n")
	}
	fmt.Fprintf(&text, "%s %s/%s%s\n", verb, strings.TrimRight(cmp.Or(c.URL, "<base URL>"), "/"), m.Name, token)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[name] {
			if partage.IsSecret(name) && v != "" && m.Name != "Auth" {
				v = partage.NewSecret(v).String()
			}
			fmt.Fprintf(&text, "%s=%s\n", name, v)
		}
	}
	_, err = io.WriteString(out, text.String())
	return err
}

// writeMethods lists the methods and their parameters.
func writeMethods(out io.Writer) error {
	for _, m := range partage.Methods() {
		var params []string
		for _, p := range m.Params {
			text := p.Name + "="
			if p.List {
				text += "... "
			}
			if !p.Required {
				text = "[" + strings.TrimSpace(text) + "]"
			}
			params = append(params, strings.TrimSpace(text))
		}
		if m.Free {
			params = append(params, "[attribute=...]")
		}
		if _, err := fmt.Fprintf(out, "%-46s %s\n    %s\n", m.Name, m.Does, strings.Join(params, " ")); err != nil {
			return err
		}
	}
	return nil
}
