package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestADemoThatCannotStartSaysWhy(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	if _, err := newDemo(t.Context(), demoCommand{Listen: freePort(t), Accounts: 1000}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no error")
	}
}

// A stop that comes before the portal listens is not forgotten.
func TestAStopBeforeThePortalListens(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // it depends on who is faster
		d, err := newDemo(t.Context(), demoCommand{Listen: freePort(t), Accounts: 1000}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- servePortal(ctx, d.web) }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(8 * time.Second):
			t.Fatal("still serving")
		}
		d.close()
	}
}

func openable(t *testing.T) (config, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": strings.Repeat("s", 32), "token": "the token", "oidc": "client secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := filepath.Join(dir, "keys")
	if err := os.Mkdir(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(keys, "univ-test.fr"), []byte(strings.Repeat("0123456789abcdef", 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := parseConfig([]byte(example(t)))
	if err != nil {
		t.Fatal(err)
	}
	c.History.KeyFile, c.History.Channel = "", ""
	c.Rules, c.SecretFile, c.Partage.KeysDir, c.Partage.URL = "", filepath.Join(dir, "secret"), keys, "https://api.partage.renater.fr/service/domain"
	c.Mattermost.TokenFile, c.Mattermost.AdminTokenFile, c.Portal.OIDC.ClientSecretFile = filepath.Join(dir, "token"), filepath.Join(dir, "token"), filepath.Join(dir, "oidc")
	return c, dir
}

func TestOneTokenFileForBoth(t *testing.T) {
	for range 5 {
		c, _ := openable(t)
		p, err := c.open()
		if err != nil {
			t.Fatal(err)
		}
		if p.botToken != "the token" || p.adminToken != "the token" {
			t.Errorf("%q %q", p.botToken, p.adminToken)
		}
	}
}

func TestShortSecretIsFoundByCheck(t *testing.T) {
	for _, name := range []string{"secret", "token", "oidc"} {
		c, dir := openable(t)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.open(); err == nil {
			t.Errorf("empty %s accepted", name)
		}
	}
}

func TestADelegationThatIsIgnoredHoldsUpNoOther(t *testing.T) {
	d, err := newDemo(t.Context(), demoCommand{Listen: freePort(t), Accounts: 1000}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	seeds := domainSeeds(map[string][]string{"a.nowhere.fr": {"hpoincare"}, "physique.unistra.fr": {"hpoincare", "nobody.at.all"}})
	for range 2 { // what is there already is not delegated again
		if err := d.house.seed(t.Context(), "test", seeds); err != nil {
			t.Fatal(err)
		}
	}
	held := d.house.mirror.Person("hpoincare").Delegations
	if len(held) != 1 || !slices.Equal(held[0].Domains, []string{"physique.unistra.fr"}) || held[0].By != desk.System || held[0].Reason != "test" {
		t.Errorf("holds %+v", held)
	}
}
