package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// simulated is a client of a simulated domain.
func simulated(t testing.TB, domain string) (*simulator.Server, *partage.Client) {
	t.Helper()
	server, err := simulatorCommand{Domain: simulator.Strasbourg, Accounts: 12_000}.server()
	if err != nil {
		t.Fatal(err)
	}
	base, stop, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := partage.New(partage.Config{BaseURL: base, Domain: domain, Key: server.Keys()[domain], Now: time.Now, PageSize: 1000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); _ = stop() })
	return server, client
}

func TestProgressIsForThoseWhoWatch(t *testing.T) {
	server, client := simulated(t, "etu.unistra.fr")
	listing, _ := partage.MethodNamed("GetAllAccounts")
	for _, watched := range []bool{false, true} {
		var out, progress strings.Builder
		p := printer{out: &out}
		if watched {
			p.progress = &progress
		}
		if err := p.call(context.Background(), client, listing, url.Values{"attrs": {"sn"}}); err != nil {
			t.Fatal(err)
		}
		if n, want := strings.Count(out.String(), "\n"), server.University().Domains()[1].Accounts; n != want {
			t.Errorf("%d lines, want %d", n, want)
		}
		if told := strings.Contains(progress.String(), "10000..."); told != watched || watched && !strings.HasSuffix(progress.String(), clearLine) {
			t.Errorf("watched: %v, told: %.100q", watched, progress.String())
		}
	}
}

func TestAnIncompleteListingFails(t *testing.T) {
	server, client := simulated(t, "etu.unistra.fr")
	listing, _ := partage.MethodNamed("GetAllAccounts")
	if err := server.SetFaults(simulator.Fault{Method: "CountObjects", Answer: simulator.Drop}); err != nil {
		t.Fatal(err)
	}
	if err := (printer{out: io.Discard}).call(context.Background(), client, listing, nil); partage.ClassOf(err) != partage.Temporary {
		t.Errorf("%v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatCannotBePrintedIsAnError(t *testing.T) {
	_, client := simulated(t, "unistra.fr")
	for _, name := range []string{"GetAllResources", "GetAllCos", "GetDomain", "CountObjects", "Auth"} {
		m, _ := partage.MethodNamed(name)
		params := url.Values{}
		if name == "CountObjects" {
			params.Set("type", "dl")
		}
		if err := (printer{out: full{}}).call(context.Background(), client, m, params); err == nil {
			t.Errorf("%s: nothing was printed and nobody is told", name)
		}
	}
}

func TestNothingObeyedByATerminalIsPrinted(t *testing.T) {
	if got := flat("a\x1b[31m\u009bb\tc\nd\x7fé"); got != "a [31m b c d é" {
		t.Errorf("%q", got)
	}
}

// A value comes from the command line, from a file, or from standard input;
// a secret one never from the command line.
func TestParameters(t *testing.T) {
	m, _ := partage.MethodNamed("CreateAccount")
	for text, want := range map[string]string{"sn=Dupont": "Dupont", "sn=@@at": "@at", "sn=@-": "typed", "sn=a=b": "a=b", "sn=": "", "password=@-": "typed", "password=": ""} {
		params, err := partageCommand{Params: []string{text}}.params(m, strings.NewReader("typed\r\n"))
		name, _, _ := strings.Cut(text, "=")
		if err != nil || params.Get(name) != want {
			t.Errorf("%s: %q, %v", text, params.Get(name), err)
		}
	}
	for _, text := range []string{"", "=", "sn", "password=hunter2", "userPassword={SSHA}x", "userPassword[]=x", "sn=@/nowhere", "name=not an address", "password=@@x"} {
		if params, err := (partageCommand{Params: []string{text}}).params(m, strings.NewReader("")); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, %v", text, params, err)
		}
	}
}
