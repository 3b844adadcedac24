package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// The same university everywhere: these sums were made on another machine. One
// that changes means that what people know of the demonstration changes too.
func TestTheUniversityIsTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		scope    string
		accounts int
		sum      string
	}{
		{Strasbourg, 1000, "16f92dde2bcb0695"},
		{"univ-test.fr", 5000, "53e9d7240081b12b"},
		{Strasbourg, 97_484, "e31f4a62653b260b"},
		{Strasbourg, 1_000_000, "b384c59a80ed2061"},
		{Strasbourg, 10_000_000, "38d3105c5ee7d9b1"},
	} {
		u := NewUniversityOf(c.scope, c.accounts)
		if got := sample(u); got != c.sum {
			t.Errorf("%d accounts of %s: %s", c.accounts, c.scope, got)
		}
	}
}

// sample sums up the domains, the classes, a thousand accounts and their
// persons, and some lists and resources.
func sample(u *University) string {
	h := sha256.New()
	fmt.Fprintln(h, u.Domains(), u.COS(), u.Correspondents())
	for i := range 1000 {
		index := i * 7919 % u.Size()
		fmt.Fprintln(h, u.Person(index), u.entry(index))
	}
	for i := range min(12, len(u.domains)) {
		d := &u.domains[i]
		fmt.Fprintln(h, u.resources(d), u.lists(d.Name, func(_, _ string) bool { return true }))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
