package simulator

import (
	"strings"
	"testing"
)

var subject = entry{
	{name: "name", values: []string{"jeanne.dupont@unistra.fr"}}, {name: "sn", values: []string{"Dupont"}}, {name: "givenName", values: []string{"Jeanne"}},
	{name: "zimbraMailQuota", values: []string{"5368709120"}}, {name: aliasAttr, values: []string{"j.dupont@unistra.fr", "contact@math.unistra.fr"}},
	{name: "zimbraHideInGal", values: []string{"TRUE"}}, {name: "id", values: []string{"abc"}}, {name: "description", values: []string{"a*b (c) é"}},
}

func TestFilters(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "sn=Dupont": true, "(sn=dupont)": true, "(SN=DUPONT)": true, "(sn=dupond)": false, "mail=j*": true, "mail=u*": false,
		"(mail=*@math.unistra.fr)": true, "(mail=*dupont*)": true, "(mail=j*dup*fr)": true, "(mail=j*fr*j)": false, "(sn=*)": true, "(title=*)": false,
		"(!(zimbraHideInGAL=TRUE))": false, "(!(title=x))": true, "(&(sn=Dupont)(givenName=Jeanne))": true, "(&(sn=Dupont)(givenName=Paul))": false,
		"(|(sn=x)(givenName=Jeanne))": true, "(|(sn=x)(givenName=y))": false, "(&)": true, "(|)": false, "(&(|(sn=x)(sn=Dupont))(!(sn=x)))": true,
		"(zimbraMailQuota>=5368709120)": true, "(zimbraMailQuota>=999)": true, "(zimbraMailQuota<=999)": false, "(zimbraMailQuota<=5368709121)": true,
		"(sn>=Dupond)": true, "(sn~=dupont)": true, "(uid=jeanne.dupont)": true, "(zimbraId=abc)": true, "(objectClass=zimbraAccount)": true,
		`(description=a\2ab \28c\29 *)`: true, `(description=a\2a*)`: true, `(description=a\2a)`: false, "(id=abc)": false, "(userPassword=*)": false,
		"(zimbraMailDeliveryAddress=jeanne.dupont@unistra.fr)": true, "(sn=*on*on*)": false, "(sn=dup*upont)": false, "(sn=)": false,
	} {
		f, err := parseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f(subject); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
	for _, text := range []string{
		"(", ")", "()", "(sn)", "sn", "(=x)", "(sn=x", "(sn=x))", "(sn=x)(sn=y)", "(&(sn=x)", "(!sn=x)", "(!)", "(!(sn=x)(sn=y))", "(&x)", "(s n=x)",
		`(sn=\2)`, `(sn=\zz)`, "(>=x)", "(sn=(x))", strings.Repeat("(!", 100) + "(sn=x)" + strings.Repeat(")", 100), strings.Repeat("(&", 1_000_000),
	} {
		if _, err := parseFilter(text); err == nil {
			t.Errorf("%.40s is accepted", text)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"(&(sn=Dupont)(!(givenName=P*l)))", `mail=\2a*`, "(|(a>=1)(b<=2)(c~=3))", "(&)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		match, err := parseFilter(text)
		if err != nil || text == "" {
			return
		}
		got := match(subject)
		if !strings.HasPrefix(text, "(") {
			text = "(" + text + ")"
		}
		if not, err := parseFilter("(!" + text + ")"); err == nil && not(subject) == got {
			t.Errorf("%q and its negation agree", text)
		}
	})
}
