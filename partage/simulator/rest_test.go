package simulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
)

// each calls a method by POST and by GET, on the same state: only for reads
// and refusals.
func (b *bench) each(domain, method, form string, texts ...string) {
	b.t.Helper()
	token := b.token(domain)
	for _, verb := range []string{"POST", "GET"} {
		_, media, body := b.do(verb, "/service/domain/"+method+"/"+token, form)
		if media != xmlMedia {
			b.t.Errorf("%s: %s", verb, media)
		}
		has(b.t, body, texts...)
	}
}

func TestClassByName(t *testing.T) { // §3.4, §4.4
	b := newBench(t, Config{})
	class := b.u.classes[0]
	b.each("unistra.fr", "GetCos", "name="+class.Name, done, "<cos>", "<name>"+class.Name+"</name>", "<id>"+class.ID+"</id>", "<cn>"+class.Name+"</cn>",
		"<zimbraId>"+class.ID+"</zimbraId>", `<zimbraMailQuota type="integer">1073741824</zimbraMailQuota>`, "<zimbraFeatureTasksEnabled>TRUE</",
		`<zimbraZimletAvailableZimlets type="array">`, "<zimbraZimletAvailableZimlet>com_zimbra_url</")
	for name := range strings.FieldsSeq("cn zimbraNotes zimbraImapEnabled zimbraPop3Enabled zimbraPublicSharingEnabled zimbraExternalSharingEnabled zimbraDumpsterEnabled zimbraFeatureManageZimlets") {
		b.each("unistra.fr", "GetCos", "name="+class.Name, "</"+name+">")
	}
	if len(features) != 32 { // and ManageZimlets
		t.Error(features)
	}
	b.each("unistra.fr", "GetCos", "name="+class.ID, "no such cos: "+class.ID, "-"+done)
	b.each("unistra.fr", "GetCos", "name="+strings.ToUpper(class.Name), done, "<name>"+class.Name+"</name>")
	b.each("unistra.fr", "GetCos", "", "invalid request: missing required attribute: name")
	b.each("unistra.fr", "GetAllCos", "limit=1&offset=3&ldap_query=x", done, `<coses type="array">`, "<cose>", class.Name, b.u.classes[4].Name) // parameters have no effect
}

func TestDomainTellsItsKey(t *testing.T) { // §3.4
	b := newBench(t, Config{})
	b.each("etu.unistra.fr", "GetDomain", "", done, "<domain>", "<name>etu.unistra.fr</name>", "<zimbraPreAuthKey>"+key("etu.unistra.fr")+"</zimbraPreAuthKey>")
}

const room = "name=salle-neuve@unistra.fr"

func TestResources(t *testing.T) { // §3.3, §4.3
	b := newBench(t, Config{})
	create := func(more string) string {
		return b.call("unistra.fr", "CreateResource", room+"&displayName=Salle+neuve&zimbraCalResType=Location&password=hunter2&"+more)
	}
	for form, why := range map[string]string{
		"":                              "missing required attribute: name",
		"name=x":                        "invalid email address: x",
		"name=x@ailleurs.fr":            "no such domain: ailleurs.fr",
		"name=x@etu.unistra.fr":         "permission denied",
		"name=jeanne.dupont@unistra.fr": "email address already exists: jeanne.dupont@unistra.fr",
		"name=amphi-1@unistra.fr":       "email address already exists: amphi-1@unistra.fr",
		room:                            "missing required attribute: displayName",
		room + "&displayName=":          "zimbraless",
		room + "&displayName=x":         "missing required attribute: zimbraCalResType",
		room + "&displayName[0]=x":      "missing required attribute: displayName",
		room + "&displayName=x&zimbraCalResType=location":                                                        "must be one of: Equipment,Location",
		room + "&displayName=x&zimbraCalResType=Location":                                                        "missing required attribute: password",
		room + "&displayName=x&zimbraCalResType=Location&password=&userPassword=":                                "missing required attribute: password",
		room + "&displayName=x&zimbraCalResType=Location&password=a&zimbraCalResCapacity=many":                   "must be a valid integer",
		room + "&displayName=x&zimbraCalResType=Location&password=a&zimbraCalResContactEmail=x":                  "must be a valid email address",
		room + "&displayName=x&zimbraCalResType=Location&password=a&zimbraCalResAutoAcceptDecline=oui":           "must be TRUE or FALSE",
		room + "&displayName=x&zimbraCalResType=Location&password=a&zimbraAccountStatus=":                        "zimbraAccountStatus must be one of",
		room + "&displayName=x&zimbraCalResType=Location&password=a&zimbraCalResRoom=" + strings.Repeat("é", 33): "value length(33) larger than max allowed: 32",
	} {
		if why == "zimbraless" {
			why = "displayName is required"
		}
		b.each("unistra.fr", "CreateResource", form, why, "-"+done, "-unable to create")
	}
	b.each("unistra.fr", "GetResource", room, "no such calendar resource: salle-neuve@unistra.fr")
	has(t, create("zimbraCalResRoom=12&postalCode=067&zimbraPrefCalendarForwardInvitesTo[]=a@x.fr&zimbraUnknown=1&zimbraCalResSite[0]=x"), done, success)
	b.each("unistra.fr", "GetResource", "name=Salle-Neuve@UNISTRA.fr", done, "<resource>", "<name>salle-neuve@unistra.fr</name>", "<id>", `<zimbraCalResRoom type="integer">12</`,
		"<postalCode>067</", "<zimbraAccountStatus>active</", "<zimbraCalResAutoAcceptDecline>TRUE</", "<zimbraCalResAutoDeclineIfBusy>TRUE</", "<zimbraCalResAutoDeclineRecurring>FALSE</",
		"-zimbraPrefCalendarForwardInvitesTo", "-password", "-Password", "-zimbraUnknown", "-zimbraCalResSite")
	has(t, create(""), "email address already exists: salle-neuve@unistra.fr")
	has(t, b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias=salle-neuve@unistra.fr"), "email address already exists")

	modify := func(form string) string { return b.call("unistra.fr", "ModifyResource", room+"&"+form) }
	read := func() string { return b.call("unistra.fr", "GetResource", room) }
	const forward = "zimbraPrefCalendarForwardInvitesTo"
	for _, c := range []struct{ form, has string }{
		{"id=echoed&" + forward + "[]=a@x.fr", "<" + forward + ">a@x.fr</" + forward + ">"}, // one value is plain
		{forward + "[]=a@x.fr&" + forward + "[]=b@x.fr", "<" + forward + ` type="array">`},
		{forward + "[0]=c@x.fr", "-c@x.fr"},
		{forward + "[]=", "-" + forward},
		{"zimbraCalResCapacity=20", `<zimbraCalResCapacity type="integer">20</`},
		{"zimbraCalResCapacity=-1", "-zimbraCalResCapacity"},
		{"zimbraCalResRoom=", "-zimbraCalResRoom"},
		{"userPassword={ssha}BIDON", "-BIDON"},
		{"zimbraAccountStatus=closed", "<zimbraAccountStatus>closed</"},
	} {
		has(t, modify(c.form), done)
		has(t, read(), "-echoed", c.has)
	}
	has(t, b.call("etu.unistra.fr", "ModifyResource", room+"&l=x"), "permission denied")
	has(t, b.call("unistra.fr", "DeleteResource", room), done)
	has(t, read(), "no such calendar resource")
	b.each("unistra.fr", "DeleteResource", room, "no such calendar resource: salle-neuve@unistra.fr") // unlike accounts
	b.each("unistra.fr", "ModifyResource", room+"&l=x", "no such calendar resource")
	has(t, create(""), done) // the address is free again, for another resource
}

func TestListedResources(t *testing.T) { // §3.3
	b := newBench(t, Config{})
	all := b.call("unistra.fr", "GetAllResources", "")
	has(t, all, done, `<resources type="array">`, "<resource>", "<name>amphi-1@unistra.fr</name>", "<zimbraCalResType>Equipment</")
	if n := strings.Count(all, "<resource>"); n != 6 || strings.Index(all, "amphi-1@") > strings.Index(all, "salle-101@") {
		t.Errorf("%d resources, or not in order", n)
	}
	b.each("unistra.fr", "GetAllResources", "limit=2&offset=1&sortby=mail", "salle-101@", "salle-conseil@", "-amphi-1@", "-salle-visio@")
	b.each("unistra.fr", "GetAllResources", "offset=99", done, `<resources type="array"/>`)
	b.each("unistra.fr", "GetAllResources", url.Values{"ldap_query": {"(zimbraCalResType=Equipment)"}}.Encode(), "vehicule-1@", "-amphi-1@")
	b.each("unistra.fr", "GetAllResources", "ldap_query=objectClass=zimbraCalendarResource&limit=1", "amphi-1@")
	b.each("unistra.fr", "GetAllAccounts", "ldap_query=objectClass=zimbraCalendarResource", done, `<accounts type="array"/>`)
	b.each("unistra.fr", "GetAllResources", "ldap_query=(", "invalid request")
	b.each("unistra.fr", "CountObjects", "type=calresource", `<count type="integer">6</count>`)
	has(t, b.call("unistra.fr", "DeleteResource", "name=amphi-1@unistra.fr"), done)
	b.each("unistra.fr", "CountObjects", "type=calresource", `<count type="integer">5</count>`)
	b.each("unistra.fr", "GetAllAccounts", "ldap_query=mail=salle*", "-salle-101") // accounts only
	for i := range b.u.domains {
		if n := len(b.u.resources(&b.u.domains[i])); n < 2 || n > 6 {
			t.Errorf("%s has %d resources", b.u.domains[i].Name, n)
		}
	}
}

func TestDefinitions(t *testing.T) { // §3.5
	b := newBench(t, Config{})
	b.each("unistra.fr", "zimlet_dl/GetDefinition", "", "<errors>no such definition", "-"+done, "-<message>no such")
	b.each("unistra.fr", "zimlet_dl/GetHistoryDefinition", "", done, `<id type="integer">2</id>`, "Listes de diffusion 2025", "personnels@unistra.fr", `-<id type="integer">3</id>`)
	for _, d := range b.u.domains {
		for _, past := range b.definitionsOf(d.Name).Past {
			if !json.Valid([]byte(past.Text)) || !strings.Contains(past.Text, "@"+d.Name) {
				t.Error(past.Text)
			}
		}
	}
	b.each("unistra.fr", "zimlet_dl/DeleteDefinition", "", "<errors>no such definition")
	b.each("unistra.fr", "zimlet_dl/CreateDefinition", "", "invalid request")
	b.each("unistra.fr", "zimlet_dl/CreateDefinition", "definition=x", "invalid request")
	b.each("unistra.fr", "zimlet_dl/CreateDefinition", "definition[0]={}", "invalid request")
	first, second := `{"type":"root","description":"<1> & é","children":[]}`, `{"type":"root","children":[]}`
	for _, text := range []string{first, second} {
		has(t, b.call("unistra.fr", "zimlet_dl/CreateDefinition", url.Values{"definition": {text}}.Encode()), done)
	}
	b.each("unistra.fr", "zimlet_dl/GetDefinition", "", done, "<definition>"+second+"</definition>")
	b.each("unistra.fr", "zimlet_dl/GetHistoryDefinition", "", `<definitions type="array">`, "&lt;1&gt; &amp; é", second, `<id type="integer">4</id>`)
	b.each("etu.unistra.fr", "zimlet_dl/GetDefinition", "", "no such")
	has(t, b.call("unistra.fr", "zimlet_dl/DeleteDefinition", ""), done)
	b.each("unistra.fr", "zimlet_dl/GetDefinition", "", "no such")
	b.each("unistra.fr", "zimlet_dl/GetHistoryDefinition", "", `<id type="integer">4</id>`, `-<id type="integer">5</id>`) // the history stays
	if code, _, _ := b.do("GET", "/service/domain//zimlet_dl/GetHistoryDefinition/"+b.token("unistra.fr"), ""); code != 200 {
		t.Errorf("doubled slash: %d", code)
	}
	for _, path := range []string{"zimlet_dl/GetDefinitions/", "GetDefinition/", "account/GetDefinition/", "zimlet_dl//Get/Definition/"} {
		if code, _, body := b.do("GET", "/service/domain/"+path+b.token("unistra.fr"), ""); code != 404 || strings.Contains(body, "Response") {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestRootShares(t *testing.T) { // §3.6
	b := newBench(t, Config{})
	const account = "account=jeanne.dupont@unistra.fr"
	for form, why := range map[string]string{
		"": "missing required attribute: account", account: "missing required attribute: recipients", jeanne: "missing required attribute: account",
		account + "&recipients[0]=marie.curie@unistra.fr":                    "missing required attribute: recipients",
		account + "&recipients[]=":                                           "missing required attribute: recipients",
		account + "&recipients[]=personne@unistra.fr":                        "no such account: personne@unistra.fr",
		"account=personne@unistra.fr&recipients[]=marie.curie@unistra.fr":    "no such account: personne@unistra.fr",
		account + "&recipients[]=marie.curie@unistra.fr&rights[]=everything": "invalid request",
	} {
		b.each("unistra.fr", "account/AddRootShare", form, why, "-"+done)
	}
	b.each("etu.unistra.fr", "account/AddRootShare", account+"&recipients[]=marie.curie@unistra.fr", "permission denied")
	b.each("unistra.fr", "account/RemoveRootShare", account+"&recipients[]=marie.curie@unistra.fr", "no such grant")
	b.each("unistra.fr", "account/AddRootDelegate", account, "no such grant") // nobody to give it to
	step := func(method, form, want string) {
		t.Helper()
		has(t, b.call("unistra.fr", "account/"+method, account+form), done)
		recipients, rights := b.RootShare("Jeanne.Dupont@unistra.fr")
		if got := strings.Join(recipients, " ") + "|" + strings.Join(rights, " "); got != want {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
	step("AddRootShare", "&recipients[]=Marie.Curie@unistra.fr", "marie.curie@unistra.fr|sendAs")
	step("AddRootShare", "&recipients[]=paul.langevin@physique.unistra.fr&recipients[]=marie.curie@unistra.fr", "marie.curie@unistra.fr paul.langevin@physique.unistra.fr|sendAs")
	step("AddRootDelegate", "&right=sendAs&right=sendOnBehalfOf", "marie.curie@unistra.fr paul.langevin@physique.unistra.fr|sendAs sendOnBehalfOf") // the last wins
	step("RemoveRootDelegate", "&right=sendAs", "marie.curie@unistra.fr paul.langevin@physique.unistra.fr|sendOnBehalfOf")
	b.each("unistra.fr", "account/RemoveRootDelegate", account+"&right=sendAs", "no such grant")
	step("RemoveRecipientsFromRootShare", "&recipients[]=paul.langevin@physique.unistra.fr", "marie.curie@unistra.fr|sendOnBehalfOf")
	step("RemoveRootShare", "", "|")
	if log := b.Log(); log[len(log)-1].Name != "jeanne.dupont@unistra.fr" {
		t.Errorf("%+v", log[len(log)-1])
	}
}

func TestFaultsFromACommandLine(t *testing.T) {
	for text, want := range map[string]Fault{
		"GetAccount": {Method: "GetAccount"},
		"ModifyAccount:drop,effect=late,delay=30s,times=1,name=a@b.fr": {Method: "ModifyAccount", Answer: Drop, Effect: Late, Delay: 30 * time.Second, Times: 1, Name: "a@b.fr"},
		"*:message,rate=0.1,wait=1s,message=system failure: a,b=c":     {Method: "*", Answer: Message, Rate: 0.1, Wait: time.Second, Message: "system failure: a,b=c"},
		"account/AddRootShare:forbidden":                               {Method: "account/AddRootShare", Answer: Forbidden},
	} {
		if got, err := ParseFault(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"x,colour=blue", "x,delay=soon", "x,wait=1", "x,times=one", "x,rate=often", "x,"} {
		if got, err := ParseFault(text); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestAUniversityElsewhereWithItsKey(t *testing.T) {
	const given = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	keys := map[string]partage.Secret{"univ-test.fr": partage.NewSecret(given)}
	u := NewUniversityOf("univ-test.fr", 1000)
	b := newBench(t, Config{University: u, Keys: keys})
	auth := func(domain, key string) string {
		b.n++
		stamp := fmt.Sprintf("%d.%d", b.at.Unix(), b.n)
		_, _, body := b.do("POST", "/service/domain/Auth", url.Values{"domain": {domain}, "timestamp": {stamp}, "preauth": {sign(key, domain, stamp)}}.Encode())
		return body
	}
	has(t, auth("univ-test.fr", given), done, "<token>")
	has(t, auth("univ-test.fr", key("univ-test.fr")), "Echec de la preauthentification")
	has(t, auth("etu.univ-test.fr", key("etu.univ-test.fr")), "<token>")
	has(t, auth("unistra.fr", key("unistra.fr")), "Echec")
	if p, found := u.ByUID("plangevin"); !found || p.Mail != "paul.langevin@physique.univ-test.fr" || p.EPPN != "plangevin@univ-test.fr" {
		t.Errorf("%+v", p)
	}
	for _, d := range u.Domains() {
		if !strings.HasSuffix(d.Name, "univ-test.fr") || len(u.Correspondents()[d.Name]) == 0 {
			t.Error(d.Name)
		}
	}
	for i := range u.Size() {
		if p := u.Person(i); strings.Contains(p.Mail+p.EPPN, "unistra") {
			t.Fatalf("%+v", p)
		}
	}
	for _, bad := range []map[string]partage.Secret{{"unistra.fr": keys["univ-test.fr"]}, {"univ-test.fr": {}}} {
		if _, err := New(Config{Now: b.config().Now, University: u, Keys: bad}); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
