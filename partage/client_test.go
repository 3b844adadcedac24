package partage_test

import (
	"errors"
	"io"
	"iter"
	"log"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
	"pgregory.net/rapid"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// gather is a listing as a slice.
func gather[T any](list iter.Seq2[T, error]) (all []T, err error) {
	for v, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// last is the error that ends a listing.
func last[T any](list iter.Seq2[T, error]) error {
	var end error
	for _, err := range list {
		end = err
	}
	return end
}

func TestConfigurationIsChecked(t *testing.T) {
	good := partage.Config{BaseURL: "https://api.partage.renater.fr/service/domain/", Domain: "univ-test.fr", Key: partage.NewSecret(canaryKey), Now: time.Now}
	if _, err := partage.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*partage.Config){
		"no URL":       func(c *partage.Config) { c.BaseURL = "" },
		"plain http":   func(c *partage.Config) { c.BaseURL = "http://api.partage.renater.fr/service/domain" },
		"like a local": func(c *partage.Config) { c.BaseURL = "http://localhost.evil.fr/service/domain" },
		"user in URL":  func(c *partage.Config) { c.BaseURL = "https://user:" + canaryKey + "@x.fr/service/domain" },
		"query":        func(c *partage.Config) { c.BaseURL += "?x=" + canaryKey },
		"fragment":     func(c *partage.Config) { c.BaseURL += "#x" },
		"not a URL":    func(c *partage.Config) { c.BaseURL = "https://x\x00" + canaryKey },
		"no host":      func(c *partage.Config) { c.BaseURL = "https:///x" },
		"no domain":    func(c *partage.Config) { c.Domain = "" },
		"bad domain":   func(c *partage.Config) { c.Domain = "Univ|1" },
		"no key":       func(c *partage.Config) { c.Key = partage.Secret{} },
		"no clock":     func(c *partage.Config) { c.Now = nil },
		"page of 1":    func(c *partage.Config) { c.PageSize = 1 },
		"page of 1001": func(c *partage.Config) { c.PageSize = 1001 },
	} {
		conf := good
		spoil(&conf)
		if _, err := partage.New(conf); err == nil || strings.Contains(err.Error(), canaryKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	keys := map[string]partage.Secret{"a.fr": good.Key}
	if _, err := partage.NewDomains(good, keys); err == nil {
		t.Error("a domain and a key beside the keys are accepted")
	}
	good.Domain, good.Key = "", partage.Secret{}
	for _, bad := range []map[string]partage.Secret{nil, {"a.fr": {}}, {"": keys["a.fr"]}} {
		if _, err := partage.NewDomains(good, bad); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	d, err := partage.NewDomains(good, keys)
	if err != nil || len(d.Names()) != 1 || d.Names()[0] != "a.fr" {
		t.Fatal(d, err)
	}
	if c, err := d.For("x@a.fr"); err != nil || c.Domain() != "a.fr" {
		t.Error(c, err)
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]partage.Address{
		"jeanne.dupont@unistra.fr": "jeanne.dupont@unistra.fr", "Jeanne.DUPONT@Unistra.fr": "jeanne.dupont@unistra.fr",
		"readytodelete_2026-01-01-00-00-00_o'x+y@a.fr": "readytodelete_2026-01-01-00-00-00_o'x+y@a.fr",
	} {
		if got, err := partage.ParseAddress(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "@", "a", "a@", "@a.fr", "a@b@c.fr", "a b@c.fr", "a@c .fr", "é@c.fr", "\u212a@c.fr", "a@ünistra.fr", "a\x00@c.fr", "a@c.fr\n", " a@c.fr",
		`"a b"@c.fr`, "a@[127.0.0.1]", "Jeanne <a@c.fr>", "a(x)@c.fr", "a,b@c.fr", "а@c.fr", "a@c\u3002fr", strings.Repeat("a", 256) + "@c.fr",
	} {
		if got, err := partage.ParseAddress(text); err == nil {
			t.Errorf("%q is %q", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, err := partage.ParseAddress(rapid.String().Draw(t, "text"))
		if err != nil {
			return
		}
		if again, err := partage.ParseAddress(string(a)); err != nil || again != a || a.Domain() == "" {
			t.Fatalf("%q is not stable: %q, %v", a, again, err)
		}
	})
}

func TestClassOfWhatIsNotOurs(t *testing.T) {
	for _, err := range []error{nil, errors.New("x"), io.EOF} {
		if got := partage.ClassOf(err); got != partage.Unknown {
			t.Errorf("%v is %v", err, got)
		}
	}
	if partage.Class(200).String() != partage.Unknown.String() {
		t.Error("a class that is none promises something")
	}
}

// The identifiers of different things are of different types: one does not pass
// for another, nor for a name.
func TestIdentifiersDoNotMix(t *testing.T) {
	types := []reflect.Type{reflect.TypeFor[partage.AccountID](), reflect.TypeFor[partage.GroupID](), reflect.TypeFor[partage.ResourceID](),
		reflect.TypeFor[partage.CosID](), reflect.TypeFor[partage.Address](), reflect.TypeFor[string]()}
	for i, a := range types {
		for j, b := range types {
			if i != j && a.AssignableTo(b) {
				t.Errorf("%v passes for %v", a, b)
			}
		}
	}
}
