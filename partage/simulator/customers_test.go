package simulator

import (
	"strings"
	"testing"
	"time"
)

func TestCustomersOfAFile(t *testing.T) {
	list, err := ReadCustomers([]byte(example))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if c := list[0]; c.Domain != "univ-test.fr" || c.Accounts != 5000 || c.Seed != 7 || c.Domains[0] != "univ-test.eu" || c.Keys["univ-test.fr"].Reveal()[:4] != "0123" {
		t.Errorf("%+v", c.Founding)
	}
	if c := list[1]; c.Domain != "insa-test.fr" || c.Accounts != 1000 || c.Seed != 1 || len(c.Keys) != 0 {
		t.Errorf("%+v", c.Founding)
	}
	if list, err := ReadCustomers([]byte("universities: [{domain: x.fr, keys: {x.fr: " + strings.Repeat("1", 64) + "}}]")); err != nil || list[0].Accounts != fullAccounts || list[0].Keys["x.fr"].Empty() {
		t.Error(err)
	}
}

// Every fault is told at once, with its line.
func TestFaultsOfAFileOfCustomers(t *testing.T) {
	for text, want := range map[string]string{
		"": "line 1: no university", "universities: []": "no university", "universities: x": "line 1: universities is not a list", "- x": "line 1: the file is not",
		"universities:\n  - x":              "line 2: a university is not made of",
		"universities:\n  - accounts: 2000": "line 2: a university without domain",
		"universities:\n  - domain: Univ.fr\n    accounts: 12\n    seed: -1\n    colour: red\n    keys: {u.fr: 12}\nmore: 1\n":                                         "line 2: Univ.fr is not a domain|line 3: accounts: 12 is not a number from 1000|line 4: seed: -1 is not|line 5: \"colour\" is unknown|line 6: the key of u.fr is not 64|line 7: \"more\" is unknown",
		"universities:\n  - domain: u.fr\n    domains: [etu.u.fr]\n  - domain: v.fr\n    domains: [u.fr, w.fr]\n    keys:\n      etu.u.fr: " + strings.Repeat("a", 64): "line 3: etu.u.fr is already a domain of u.fr|line 5: u.fr is already a domain of u.fr|line 7: etu.u.fr, which has a key, is no domain of v.fr",
		"universities:\n  - domain: u.fr\n  - domain: u.fr": "line 3: u.fr is already a domain of u.fr",
		"universities:\n  - domain: u.fr\n    domain: v.fr": "already", "universities: [": "read universities", "universities:\n  - domain: u.fr\n    domains: x": "line 3: domains is not a list",
		"universities:\n  - domain:\n": "line 2", "a: &a [*a, *a]": "unknown",
	} {
		_, err := ReadCustomers([]byte(text))
		for _, part := range strings.Split(want, "|") {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v\nwant %s", text, err, part)
			}
		}
	}
}

func FuzzCustomers(f *testing.F) {
	f.Add(example)
	f.Add("universities: [{domain: x.fr, domains: [y.fr]}]")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		list, err := ReadCustomers([]byte(text))
		if (err == nil) == (len(list) == 0) {
			t.Errorf("%d universities, %v", len(list), err)
		}
	})
}

func TestCustomersAreApart(t *testing.T) {
	b := newBench(t, Config{
		University: Founding{Domain: "univ-test.fr", Accounts: 1000, Domains: []string{"univ-test.eu"}}.University(),
		Others:     []*University{Founding{Domain: "insa-test.fr", Accounts: 2000, Seed: 1}.University()},
	})
	const here, there = "name=jeanne.dupont@univ-test.fr", "name=jeanne.dupont@insa-test.fr"
	has(t, b.call("univ-test.fr", "GetAccount", here), done, "<carLicense>jdupont@univ-test.fr<")
	has(t, b.call("insa-test.fr", "GetAccount", there), done, "<carLicense>jdupont@insa-test.fr<")
	has(t, b.call("univ-test.fr", "GetAccount", there), "no such account")
	has(t, b.call("univ-test.fr", "AddAccountAlias", here+"&alias=j@univ-test.eu"), done)
	has(t, b.call("univ-test.fr", "AddAccountAlias", here+"&alias=j@etu.univ-test.fr"), done)
	has(t, b.call("univ-test.fr", "AddAccountAlias", here+"&alias=j@insa-test.fr"), "ne fait pas partie des domaines")
	has(t, b.call("univ-test.fr", "RenameAccount", here+"&newname=j2@insa-test.fr"), "no such domain: insa-test.fr")
	has(t, b.call("univ-test.fr", "GetAccount", "name=j@univ-test.eu"), "<name>jeanne.dupont@univ-test.fr<")
	has(t, b.call("insa-test.fr", "ModifyAccount", there+"&sn=Autre"), done)
	has(t, b.call("univ-test.fr", "GetAccount", here), "<sn>Dupont<")
	// A domain without accounts at the start has nothing, and takes some.
	for kind, want := range map[string]string{"userAccount": "0", "alias": "1", "dl": "0", "calresource": "0"} {
		has(t, b.call("univ-test.eu", "CountObjects", "type="+kind), `<count type="integer">`+want+"<")
	}
	has(t, b.call("univ-test.eu", "GetAllAccounts", ""), `<accounts type="array"/>`)
	has(t, b.call("univ-test.eu", "CreateAccount", "name=a@univ-test.eu&password=x"), done)
	has(t, b.call("univ-test.eu", "GetAllAccounts", ""), "<name>a@univ-test.eu<")
	has(t, b.call("univ-test.eu", "GetAllAccounts", "sortby=sn&ldap_query=(mail=*)"), "<name>a@univ-test.eu<")
	has(t, b.call("univ-test.eu", "CreateGroup", "name=g@univ-test.eu"), done)
	if log := b.Log(); len(log) != 7 || log[6].Domain != "insa-test.fr" {
		t.Errorf("%+v", log)
	}
	if keys := b.Keys(); keys["univ-test.eu"].Empty() || keys["etu.insa-test.fr"].Empty() {
		t.Error("no key")
	}
	one, two := b.Universities()[0], b.Universities()[1]
	if one.entry(500).first("id") == two.entry(500).first("id") || one.Person(500).Mail == two.Person(500).Mail {
		t.Error("two seeds give the same people")
	}
	same := Founding{Domain: "univ-test.fr", Accounts: 1000}.University()
	if _, err := New(Config{Now: time.Now, University: one, Others: []*University{same}}); err == nil {
		t.Error("a domain of two universities is accepted")
	}
}
