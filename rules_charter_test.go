package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/rules/charter"
)

// The charter of a town names the correspondents of each domain, on its page and
// in the list; one file a page.
func TestRulesCharterNamesCorrespondents(t *testing.T) {
	town, h := newTown(t)
	kept := town.kept()
	if len(kept) != len(town.domains) || !slices.IsSortedFunc(kept, func(a, b charter.Domain) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatalf("%d domains of %d", len(kept), len(town.domains))
	}
	c := rulesCharterCommand{Lang: "en", To: filepath.Join(t.TempDir(), "pages"), Config: "site.yml"}
	pages, err := c.pages(charter.Charter{Lang: "en", Book: town.book, Domains: kept})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.save(pages); err != nil {
		t.Fatal(err)
	}
	house, err := os.ReadFile(filepath.Join(c.To, "charter.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for uid, delegations := range h.mirror.Correspondents() {
		for _, domain := range delegations[0].Domains {
			page, err := os.ReadFile(filepath.Join(c.To, domain+".md"))
			name := h.mirror.Person(uid).Name
			if err != nil || !strings.Contains(string(page), name) || !strings.Contains(string(house), name) {
				t.Errorf("%s: nothing of %s (%v)", domain, name, err)
			}
			named++
		}
	}
	if named == 0 {
		t.Error("nobody is correspondent of anything")
	}
	c.Domain = []string{"nowhere.fr"}
	if _, err := c.pages(charter.Charter{}); err == nil || !strings.Contains(err.Error(), "no domain of the configuration") {
		t.Error(err)
	}
}
