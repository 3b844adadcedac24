package directory

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// jeanne has one value of everything.
func jeanne() map[string][]string {
	return map[string][]string{
		"uid":                               {"jdupont"},
		"displayName":                       {"Jeanne Dupont-Évrard"},
		"mail":                              {"Jeanne.Dupont@univ-test.fr"},
		"eduPersonPrincipalName":            {"jdupont@univ-test.fr"},
		"eduPersonPrimaryAffiliation":       {"Employee"},
		"supannEntiteAffectationPrincipale": {"PHY"},
		"eduPersonAffiliation":              {"Member", "employee", "faculty", "member"},
		"supannListeRouge":                  {"TRUE"},
		"supannRessourceEtat":               {"{COMPTE}A", "{MAIL}A:SupannActif"},
		"manager":                           {"uid=chef,ou=people,dc=univ-test,dc=fr"},
	}
}

func entry(attributes map[string][]string) *record {
	return recordOf(ldap.NewEntry("uid=jdupont,ou=people,dc=univ-test,dc=fr", attributes))
}

func with(attributes map[string][]string, name string, values ...string) map[string][]string {
	attributes[name] = values
	return attributes
}

func TestPerson(t *testing.T) {
	whole := desk.Person{UID: "jdupont", Name: "Jeanne Dupont-Évrard", Mail: "jeanne.dupont@univ-test.fr",
		EPPN: "jdupont@univ-test.fr", Affiliation: "employee", Unit: "PHY", MailState: "A",
		MailPhase: "SupannActif", Unlisted: true, Also: []string{"employee", "faculty", "member"}}
	less := func(change func(*desk.Person)) desk.Person { p := whole; change(&p); return p }
	tests := map[string]struct {
		attribute string
		values    []string
		want      desk.Person
	}{
		"whole":              {"givenName", []string{"Jeanne"}, whole},
		"upper case uid":     {"uid", []string{"JDupont"}, whole},
		"name cleaned":       {"displayName", []string{" Jeanne\u00a0 Dupont-Évrard "}, whole},
		"listed":             {"supannListeRouge", []string{"FALSE"}, less(func(p *desk.Person) { p.Unlisted = false })},
		"red list, twice":    {"supannListeRouge", []string{"FALSE", "TRUE"}, whole},
		"red list, odd":      {"supannListeRouge", []string{"oui"}, less(func(p *desk.Person) { p.Unlisted = false })},
		"odd affiliations":   {"eduPersonAffiliation", []string{"", "a\x00", "x\u202ey", " Staff "}, less(func(p *desk.Person) { p.Also = []string{"staff"} })},
		"no affiliation":     {"eduPersonAffiliation", nil, less(func(p *desk.Person) { p.Also = nil })},
		"no name":            {"displayName", nil, less(func(p *desk.Person) { p.Name = "" })},
		"two names":          {"displayName", []string{"A", "B"}, less(func(p *desk.Person) { p.Name = "" })},
		"name turned around": {"displayName", []string{"Jeanne \u202eadmin"}, less(func(p *desk.Person) { p.Name = "" })},
		"name not UTF-8":     {"displayName", []string{"Jean\xe9"}, less(func(p *desk.Person) { p.Name = "" })},
		"name without end":   {"displayName", []string{strings.Repeat("a", 501)}, less(func(p *desk.Person) { p.Name = "" })},
		"two mails":          {"mail", []string{"a@u.fr", "b@u.fr"}, less(func(p *desk.Person) { p.Mail = "" })},
		"bad mail":           {"mail", []string{"Jeanne <j@u.fr>"}, less(func(p *desk.Person) { p.Mail = "" })},
		"foreign mail":       {"mail", []string{"\u212aa@u.fr"}, less(func(p *desk.Person) { p.Mail = "" })},
		"two EPPNs":          {"eduPersonPrincipalName", []string{"a@u.fr", "b@u.fr"}, less(func(p *desk.Person) { p.EPPN = "" })},
		"two affiliations":   {"eduPersonPrimaryAffiliation", []string{"student", "employee"}, less(func(p *desk.Person) { p.Affiliation = "" })},
		"two units":          {"supannEntiteAffectationPrincipale", []string{"PHY", "CHI"}, less(func(p *desk.Person) { p.Unit = "" })},
		"two states":         {"supannRessourceEtat", []string{"{MAIL}A", "{MAIL}I"}, less(func(p *desk.Person) { p.MailState, p.MailPhase = "", "" })},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, reason := Default().Attributes.person(entry(with(jeanne(), test.attribute, test.values...)))
			if reason != "" {
				t.Fatal(reason)
			}
			if diff := cmp.Diff(test.want, got.Person); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPersonNamesOfAttributesHaveNoCase(t *testing.T) {
	e := recordOf(ldap.NewEntry("uid=a,dc=fr", map[string][]string{"UID": {"a"}, "displayname": {"Ada"}}))
	got, reason := Default().Attributes.person(e)
	if reason != "" || got.UID != "a" || got.Name != "Ada" {
		t.Errorf("got %v, %q", got.Person, reason)
	}
}

func TestPersonOfTooManyManagers(t *testing.T) {
	got, _ := Default().Attributes.person(entry(with(jeanne(), "manager", "uid=a,dc=fr", "uid=b,dc=fr")))
	if got.manager != "" {
		t.Errorf("took %q out of two", got.manager)
	}
}

func TestNobody(t *testing.T) {
	tests := map[Reason][][]string{
		NoUID:    {nil},
		ManyUIDs: {{"a", "b"}, {"a", "a"}},
		BadUID: {{""}, {" "}, {"*"}, {"*)(uid=*"}, {"a b"}, {"a@u.fr"}, {"é"}, {"\u212a"}, {"ſam"}, {"a\x00"}, {"a\n"},
			{"-a"}, {"a-"}, {"a\u200b"}, {strings.Repeat("a", 65)}, {"' or 1=1"}, {"@all"}, {"uid=a,dc=fr"},
			{string(desk.System)}, {"MELUSINE"}},
	}
	for want, cases := range tests {
		for _, uids := range cases {
			got, reason := Default().Attributes.person(entry(with(jeanne(), "uid", uids...)))
			if reason != want || got.Known() {
				t.Errorf("%q: got %v, %q, want %q", uids, got.Person, reason, want)
			}
		}
	}
}

// Whatever a directory holds, a person has one login, and nothing out of several values.
func TestPersonProperty(t *testing.T) {
	a := Default().Attributes
	rapid.Check(t, func(t *rapid.T) {
		attributes := jeanne()
		for name := range attributes {
			attributes[name] = rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(attributes[name])), 0, 3).Draw(t, name)
		}
		p, reason := a.person(entry(attributes))
		if p.Known() != (reason == "") || p.Known() && !loginForm.MatchString(string(p.UID)) {
			t.Fatalf("%q is known, rejected for %q", p.UID, reason)
		}
		for name, value := range map[string]string{a.Name: p.Name, a.Mail: string(p.Mail), a.EPPN: p.EPPN,
			a.Affiliation: p.Affiliation, a.Unit: p.Unit, a.Manager: p.manager} {
			if value != "" && len(attributes[name]) != 1 {
				t.Fatalf("%s is %q of %q", name, value, attributes[name])
			}
		}
	})
}

func TestUnit(t *testing.T) {
	tests := map[string]struct {
		attributes map[string][]string
		code       string
		want       unit
	}{
		"whole": {map[string][]string{"supannCodeEntite": {"PHY"}, "description": {"UFR Physique"}, "ou": {"physique"},
			"associatedDomain": {"Physique.univ-test.fr"}}, "phy", unit{"UFR Physique", "physique.univ-test.fr"}},
		"short name":   {map[string][]string{"supannCodeEntite": {"PHY"}, "ou": {"physique"}}, "phy", unit{"physique", ""}},
		"two labels":   {map[string][]string{"supannCodeEntite": {"PHY"}, "description": {"A", "B"}, "ou": {"C"}}, "phy", unit{"C", ""}},
		"two domains":  {map[string][]string{"supannCodeEntite": {"PHY"}, "associatedDomain": {"a.fr", "b.fr"}}, "phy", unit{}},
		"not a domain": {map[string][]string{"supannCodeEntite": {"PHY"}, "associatedDomain": {"a@b.fr"}}, "phy", unit{}},
		"wild domain":  {map[string][]string{"supannCodeEntite": {"PHY"}, "associatedDomain": {"*.fr"}}, "phy", unit{}},
		"no code":      {map[string][]string{"ou": {"physique"}}, "", unit{"physique", ""}},
		"two codes":    {map[string][]string{"supannCodeEntite": {"PHY", "CHI"}, "ou": {"physique"}}, "", unit{"physique", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, got := Default().Attributes.unit(recordOf(ldap.NewEntry("ou=x", test.attributes)))
			if code != test.code || got != test.want {
				t.Errorf("got %q %v, want %q %v", code, got, test.code, test.want)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	same := [][]string{
		{"uid=ada,ou=people,dc=fr", "UID = Ada , OU=People,DC=FR", `uid=\61da,ou=people,dc=fr`},
		{"cn=Élodie,dc=fr", "cn=élodie,dc=fr", `cn=\C3\89lodie,dc=fr`},
		{"cn=a+uid=b,dc=fr", "uid=b+cn=a,dc=fr"},
		{`cn=a\, b,dc=fr`, `cn=A\2C B,dc=fr`},
	}
	seen := map[string]int{}
	for i, spellings := range same {
		for _, dn := range spellings {
			at := place(dn)
			if first, met := seen[at]; at == "" || met && first != i {
				t.Errorf("%s is at %q, as group %d", dn, at, first)
			}
			seen[at] = i
		}
	}
	if len(seen) != len(same) {
		t.Errorf("%d places, want %d: %v", len(seen), len(same), seen)
	}
	for _, dn := range []string{"", " ", "ada", "uid", "=", "uid=a,", `uid=a\`, "uid=a,b"} {
		if at := place(dn); at != "" {
			t.Errorf("%q is at %q", dn, at)
		}
	}
}

func TestWhere(t *testing.T) {
	q := query{filter: "(a=b)"}
	tests := map[string][]string{
		"":                           {"uid", ""},
		"(&(a=b)(|(uid=x)))":         {"uid", "x", "", "y", "cn", ""},
		"(&(a=b)(|(uid=x)(cn=y)))":   {"uid", "x", "cn", "y"},
		`(&(a=b)(|(uid=\2a)))`:       {"uid", "*"},
		`(&(a=b)(|(uid=\29\28\5c)))`: {"uid", `)(\`},
	}
	for want, pairs := range tests {
		if got := q.where(pairs...).filter; got != want {
			t.Errorf("%q: got %s, want %s", pairs, got, want)
		}
	}
	if got := q.where().filter; got != "" {
		t.Errorf("no condition: got %s", got)
	}
	if got := (query{}).where("uid", "x").filter; got != "" {
		t.Errorf("a branch that is not read: got %s", got)
	}
}

// A value stays one value: the filter compiles to the same shape whatever it holds.
func FuzzWhere(f *testing.F) {
	f.Add("*)(uid=*")
	f.Add("a\x00\\")
	f.Fuzz(func(t *testing.T, value string) {
		if value == "" {
			return
		}
		text := query{filter: "(a=b)"}.where("uid", value).filter
		compiled, err := ldap.CompileFilter(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		either := compiled.Children[1]
		if len(compiled.Children) != 2 || len(either.Children) != 1 ||
			either.Children[0].Tag != ldap.FilterEqualityMatch || either.Children[0].Children[1].Data.String() != value {
			t.Errorf("%q became %s", value, text)
		}
	})
}

func TestJoin(t *testing.T) {
	j := newJoins()
	j.addUnit("phy", unit{"UFR Physique", "physique.fr"})
	j.addUnit("twin", unit{"One", "one.fr"})
	j.addUnit("twin", unit{"Other", "other.fr"})
	j.addUnit("", unit{"Nowhere", "nowhere.fr"})
	j.names = map[string]int{"staff": 1, "admins": 2, "paper": 1}
	j.byPlace.put("here", []string{"staff", "admins"})
	j.byLogin.put("Ada", []string{"staff", "paper", "admins", "unknown"})
	j.whoIsAt = func(at string) desk.UID { return map[string]desk.UID{place("uid=boss,dc=fr"): "boss", "": "ghost"}[at] }

	tests := map[string]struct {
		in   found
		want desk.Person
	}{
		"whole": {found{desk.Person{UID: "ada", Unit: "Phy"}, "", "here", "Ada", "UID=Boss, dc=fr"},
			desk.Person{UID: "ada", Unit: "Phy", UnitName: "UFR Physique", UnitDomain: "physique.fr",
				Groups: []string{"paper", "staff"}, Manager: "boss"}},
		"manager by uid":  {found{manager: "Boss"}, desk.Person{Manager: "boss"}},
		"not a manager":   {found{manager: "the dean"}, desk.Person{}},
		"unknown manager": {found{manager: "uid=x,dc=fr"}, desk.Person{}},
		"twin unit":       {found{Person: desk.Person{Unit: "twin"}}, desk.Person{Unit: "twin"}},
		"unknown unit":    {found{Person: desk.Person{Unit: "chi"}}, desk.Person{Unit: "chi"}},
		"nothing":         {found{}, desk.Person{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, j.person(test.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
