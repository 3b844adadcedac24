package simulator

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Each line is a fact of the reference: the call, and what its answer holds.
func TestCreateAccount(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	const ada, pass = "name=ada@unistra.fr", "&password=x"
	for _, c := range []struct {
		name, domain, form string
		texts              []string
	}{
		{"no name", "unistra.fr", "password=x", []string{"invalid request: missing required attribute: name"}},
		{"no password", "unistra.fr", ada, []string{"invalid request: missing required attribute: password"}},
		{"empty passwords", "unistra.fr", ada + "&password=&userPassword=", []string{"missing required attribute: password"}},
		{"not an address", "unistra.fr", "name=ada" + pass, []string{"invalid email address: ada"}},
		{"no such domain", "unistra.fr", "name=ada@gmail.com" + pass, []string{"no such domain: gmail.com"}},
		{"another domain's token", "etu.unistra.fr", ada + pass, []string{"permission denied"}},
		{"an account's address", "unistra.fr", jeanne + pass, []string{"email address already exists: jeanne.dupont@unistra.fr", "-unable to create"}},
		{"a group's", "unistra.fr", "name=direction@unistra.fr" + pass, []string{"email address already exists: direction@unistra.fr"}},
		{"a resource's", "unistra.fr", "name=amphi-1@unistra.fr" + pass, []string{"email address already exists: amphi-1@unistra.fr"}},
		{"an alias", "math.unistra.fr", "name=contact@math.unistra.fr" + pass, []string{"email address already exists"}},
		{"a bad class", "unistra.fr", ada + pass + "&zimbraCOSId=x", []string{"no such cos: x"}},
		{"a bad status", "unistra.fr", ada + pass + "&zimbraAccountStatus=x", []string{"invalid request"}},
		{"only name and password", "unistra.fr", "name=ADA@unistra.fr" + pass, []string{done, success, "-<account>"}},
		{"again", "unistra.fr", ada + pass, []string{"email address already exists: ada@unistra.fr"}},
		{"a hash, an empty password", "unistra.fr", "name=b@unistra.fr&password=&userPassword=" + url.QueryEscape("{ssha}BIDON") + "&zimbraHideInGAL=TRUE&zimbraMailAlias=c@unistra.fr&zimbraZimletAvailableZimlets[]=com_a&sn=", []string{done}},
		{"a hash alone", "unistra.fr", "name=d@unistra.fr&userPassword={ssha}x", []string{done}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.t = t
			body := b.call(c.domain, "CreateAccount", c.form)
			has(t, body, c.texts...)
			if c.texts[0] != done {
				has(t, body, "-"+done)
			}
		})
	}
	b.t = t
	_, _, body := b.do("GET", "/service/domain//CreateAccount/"+b.token("unistra.fr"), "name=e@unistra.fr&password=x&givenName=E&zimbraMailQuota=5368709120")
	has(t, body, done)
	has(t, b.call("unistra.fr", "GetAccount", ada), "<name>ada@unistra.fr</name>", "<id>", "<zimbraAccountStatus>active<", `<used type="integer">0<`, "-<sn>", "-zimbraLastLogon",
		"-assword", "-zimbraMailAlias", "-zimbraCOSId", `<quota type="integer">1073741824<`, "<zimbraFeatureTasksEnabled>TRUE<")
	has(t, b.call("unistra.fr", "GetAccount", "name=b@unistra.fr"), "<zimbraHideInGal>TRUE<", "-zimbraMailAlias", "-BIDON", "<zimbraZimletAvailableZimlets>com_a<")
	has(t, b.call("unistra.fr", "GetAccount", "name=e@unistra.fr"), `<zimbraMailQuota type="integer">5368709120<`)
	if log := b.Log(); slices.ContainsFunc(log, func(w Write) bool { return strings.Contains(fmt.Sprint(w), "BIDON") }) {
		t.Error("a hash is in the log")
	}
}

func TestDeleteAccount(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	for form, texts := range map[string][]string{
		"": {"invalid request"}, "name=x@unistra.fr": {"Le compte x@unistra.fr n'a pas été trouvé", "-no such", "-" + done},
		"name=lea.martin@physique.unistra.fr": {"permission denied"}, "name[]=jeanne.dupont@unistra.fr": {"invalid request"},
	} {
		has(t, b.call("unistra.fr", "DeleteAccount", form), texts...)
	}
	has(t, b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias=jd@unistra.fr"), done)
	_, _, body := b.do("GET", "/service/domain/DeleteAccount/"+b.token("unistra.fr"), "name=JD@unistra.fr")
	has(t, body, done, success)
	for _, name := range []string{jeanne, "name=jd@unistra.fr"} {
		has(t, b.call("unistra.fr", "GetAccount", name), "no such account")
		has(t, b.call("unistra.fr", "ModifyAccount", name+"&sn=x"), "no such account")
		has(t, b.call("unistra.fr", "DeleteAccount", name), "n'a pas été trouvé")
		has(t, b.call("unistra.fr", "CreateAccount", name+"&password=x"), done) // free again
	}
}

func TestRenameAccount(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	rename := func(form string) string { return b.call("unistra.fr", "RenameAccount", form) }
	has(t, b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias=jd@unistra.fr"), done)
	for form, text := range map[string]string{
		"newname=x@unistra.fr": "missing required attribute: name", jeanne: "missing required attribute: newname",
		jeanne + "&newName=x@unistra.fr":         "missing required attribute: newname", // a lower-case n
		"name=x@unistra.fr&newname=y@unistra.fr": "no such account: x@unistra.fr", jeanne + "&newname=jeanne": "invalid email address",
		jeanne + "&newname=jeanne.dupont@unistra.fr": "email address already exists: jeanne.dupont@unistra.fr",
		jeanne + "&newname=jd@unistra.fr":            "email address already exists: jd@unistra.fr", // its own alias
		jeanne + "&newname=marie.curie@unistra.fr":   "email address already exists: marie.curie@unistra.fr",
		jeanne + "&newname=direction@unistra.fr":     "email address already exists",
		jeanne + "&newname=j@gmail.com":              "no such domain: gmail.com",
		jeanne + "&newname=jd@bio.unistra.fr":        "email address alias already exists: jd@bio.unistra.fr",
	} {
		has(t, rename(form), text, "-"+done)
	}
	before := b.call("unistra.fr", "GetAccount", jeanne)
	_, _, body := b.do("GET", "/service/domain/RenameAccount/"+b.token("unistra.fr"), jeanne+"&newname=J.Durand@unistra.fr")
	has(t, body, done, success)
	after := b.call("unistra.fr", "GetAccount", "name=j.durand@unistra.fr")
	if want := strings.Replace(before, "<name>jeanne.dupont@", "<name>j.durand@", 1); after != want { // identifier, class, password, aliases...
		t.Errorf("%s\nwas\n%s", after, before)
	}
	has(t, b.call("unistra.fr", "GetAccount", jeanne), "no such account")
	has(t, rename("name=jd@unistra.fr&newname=jeanne.dupont@unistra.fr"), done)
	if now := b.call("unistra.fr", "GetAccount", jeanne); now != before {
		t.Error(now)
	}
	has(t, rename(jeanne+"&newname=jeanne@bio.unistra.fr"), done)
	has(t, rename("name=jeanne@bio.unistra.fr&newname=x@unistra.fr"), "permission denied") // another token
	has(t, b.call("bio.unistra.fr", "GetAccount", "name=jd@bio.unistra.fr"), "<name>jeanne@bio.unistra.fr<", "<zimbraMailAlias>jd@bio.unistra.fr<", "<carLicense>jdupont@unistra.fr<")
	has(t, b.call("bio.unistra.fr", "GetAllAccounts", "ldap_query=sn=Dupont"), "<name>jeanne@bio.unistra.fr<")
	has(t, b.call("unistra.fr", "GetAllAccounts", "ldap_query=sn=Dupont"), `<accounts type="array"/>`)
}

func TestSetPassword(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	for form, text := range map[string]string{
		jeanne: "missing required attribute: password", jeanne + "&userPassword={ssha}x": "missing required attribute: password",
		"password=x": "missing required attribute: name", "name=x@unistra.fr&password=x": "no such account: x@unistra.fr",
	} {
		has(t, b.call("unistra.fr", "SetPassword", form), text, "-"+done)
	}
	before := b.call("unistra.fr", "GetAccount", jeanne)
	has(t, b.call("unistra.fr", "SetPassword", jeanne+"&password=secret"), done)
	_, _, body := b.do("GET", "/service/domain/SetPassword/"+b.token("unistra.fr"), jeanne+"&password=secret")
	has(t, body, done)
	if after := b.call("unistra.fr", "GetAccount", jeanne); after != before || b.SessionsEnded("Jeanne.dupont@unistra.fr") != 2 || b.SessionsEnded("x@unistra.fr") != 0 {
		t.Error(after)
	}
	has(t, fmt.Sprint(b.Log()), "-secret")
}

func TestEveryAttributeOfAnAccount(t *testing.T) { // §4.1
	b := newBench(t, Config{})
	for name := range writable {
		value := map[string]string{"zimbraAccountStatus": "locked", "zimbraCOSId": b.u.classes[2].ID, "zimbraMailQuota": "5"}[name]
		if value == "" && (strings.HasPrefix(name, "zimbraFeature") || strings.HasSuffix(name, "MustChange") || strings.HasSuffix(name, "InGal") || strings.HasSuffix(name, "Disabled")) {
			value = "FALSE"
		}
		if value == "" {
			value = "v@x"
		}
		has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&"+name+"="+value), done)
		body := b.call("unistra.fr", "GetAccount", jeanne)
		if shown := strings.Contains(body, "<"+name); shown == (name == "userPassword") || shown && !strings.Contains(body, ">"+value+"</"+name) {
			t.Errorf("%s=%s\n%s", name, value, body)
		}
		if !strings.Contains(name, "Feature") {
			has(t, b.call("unistra.fr", "GetAllAccounts", "ldap_query=sn=*&limit=1000&attrs="+name), done)
		}
	}
	has(t, b.call("unistra.fr", "GetAllAccounts", "limit=1&attrs=zimbrafeaturetasksenabled"), "<zimbraFeatureTasksEnabled>", "-zimbraFeatureMailEnabled")
}

func TestTheLimitOfAccounts(t *testing.T) { // §5
	b := newBench(t, Config{MaxAccounts: 841})
	has(t, b.call("etu.unistra.fr", "CreateAccount", "name=a@etu.unistra.fr&password=x"), done)
	has(t, b.call("etu.unistra.fr", "CreateAccount", "name=b@etu.unistra.fr&password=x"), "number of accounts reached the limit: domain=etu.unistra.fr[841]", "-"+done)
	has(t, b.call("etu.unistra.fr", "DeleteAccount", "name=a@etu.unistra.fr"), done)
	has(t, b.call("etu.unistra.fr", "CreateAccount", "name=b@etu.unistra.fr&password=x"), done)
}

func TestSharesFollowTheirRecipients(t *testing.T) { // §3.6
	b := newBench(t, Config{})
	see := func(want string) {
		t.Helper()
		if r, _ := b.RootShare("jeanne.dupont@unistra.fr"); strings.Join(r, " ") != want {
			t.Errorf("%v, want %s", r, want)
		}
	}
	has(t, b.call("unistra.fr", "AddAccountAlias", "name=marie.curie@unistra.fr&alias=mc@unistra.fr"), done)
	has(t, b.call("unistra.fr", "account/AddRootShare", "account=jeanne.dupont@unistra.fr&recipients[]=MC@unistra.fr&recipients[]=henri.poincare@unistra.fr"), done)
	see("henri.poincare@unistra.fr marie.curie@unistra.fr") // by an alias, the account
	has(t, b.call("unistra.fr", "RemoveAccountAlias", "name=marie.curie@unistra.fr&alias=mc@unistra.fr"), done)
	has(t, b.call("unistra.fr", "RenameAccount", "name=marie.curie@unistra.fr&newname=marie@bio.unistra.fr"), done)
	see("henri.poincare@unistra.fr marie@bio.unistra.fr")
	has(t, b.call("unistra.fr", "DeleteAccount", "name=henri.poincare@unistra.fr"), done)
	see("marie@bio.unistra.fr")
	has(t, b.call("unistra.fr", "DeleteAccount", jeanne), done)
	has(t, b.call("unistra.fr", "CreateAccount", jeanne+"&password=x"), done)
	see("") // another mailbox
}
