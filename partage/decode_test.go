package partage

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyAProperAnswerIsRead(t *testing.T) {
	const good = `<?xml version="1.0" encoding="UTF-8"?><Response><status type="integer">0</status><message>fait</message></Response>`
	for name, body := range map[string]string{
		"typed": good, "untyped": strings.Replace(good, ` type="integer"`, "", 1), "no declaration": good[strings.Index(good, "<R"):],
		"lower root": strings.ReplaceAll(good, "Response", "response"), "spaces": strings.ReplaceAll(good, ">0<", ">\n 0 <") + "\n \n",
		"comment": good + "<!-- x -->", "CDATA": strings.Replace(good, "fait", "<![CDATA[fait]]>", 1),
		"empty errors": strings.Replace(good, "<message>", "<errors/><message>", 1), "negative": strings.Replace(good, ">0<", ">-1<", 1),
		"status last": `<Response><message>x</message><count>3</count><status>0</status></Response>`,
	} {
		if _, err := echo([]byte(body), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, body := range map[string]string{
		"empty": "", "spaces": " \n", "text": "0", "HTML": "<html><body><h1>502</h1></body></html>",
		"truncated":           good[:len(good)-3],
		"truncated early":     good[:strings.Index(good, "<message>")],
		"no status":           `<Response><message>fait</message></Response>`,
		"two statuses":        strings.Replace(good, "<message>", "<status>0</status><message>", 1),
		"status in payload":   `<Response><account><status>0</status></account></Response>`,
		"empty status":        `<Response><status/></Response>`,
		"word status":         `<Response><status>ok</status></Response>`,
		"float status":        `<Response><status>0.0</status></Response>`,
		"signed status":       `<Response><status>+0</status></Response>`,
		"padded status":       `<Response><status>00</status></Response>`,
		"hexadecimal status":  `<Response><status>0x0</status></Response>`,
		"huge status":         `<Response><status>99999999999999999999</status></Response>`,
		"split status":        `<Response><status>0<x/></status></Response>`,
		"nested status":       `<Response><status><x>0</x></status></Response>`,
		"wrong root":          strings.ReplaceAll(good, "Response", "Reply"),
		"upper root":          strings.ReplaceAll(good, "Response", "RESPONSE"),
		"namespace":           strings.Replace(good, "<Response>", `<Response xmlns="x">`, 1),
		"prefix":              strings.ReplaceAll(good, "Response", "a:Response"),
		"two roots":           good[strings.Index(good, "<R"):] + "<Response><status>1</status></Response>",
		"text after":          good + "x",
		"text before":         "x" + good,
		"element after":       good + "<x/>",
		"declaration after":   good + `<?xml version="1.0"?>`,
		"instruction":         strings.Replace(good, "<Response>", "<?php ?><Response>", 1),
		"latin1 bytes":        strings.Replace(good, "fait", "r\xe9ussi", 1),
		"latin1 declared":     strings.Replace(good, "UTF-8", "ISO-8859-1", 1),
		"UTF-16":              "\xff\xfe<\x00R\x00",
		"DOCTYPE":             strings.Replace(good, "<Response>", "<!DOCTYPE Response><Response>", 1),
		"entities":            strings.Replace(good, "<Response>", `<!DOCTYPE r [<!ENTITY a "0">]><Response>`, 1),
		"unknown entity":      strings.Replace(good, "fait", "&eacute;", 1),
		"null":                strings.Replace(good, "fait", "&#0;", 1),
		"control":             strings.Replace(good, "fait", "\x01", 1),
		"mixed":               `<Response>x<status>0</status></Response>`,
		"mismatch":            `<Response><status>0</message></Response>`,
		"success with errors": `<Response><status>0</status><errors>no such list</errors></Response>`,
		"two messages":        `<Response><status>1</status><message>a</message><message>b</message></Response>`,
		"deep":                `<Response><status>0</status>` + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + `</Response>`,
	} {
		if env, err := echo([]byte(body), nil); err == nil {
			t.Errorf("%s: read as %+v", name, env)
		}
		if env, err := (&page[Account, *Account]{shape: accounts}).decode([]byte(strings.Replace(body, "<status", `<accounts type="array"/><status`, 1))); err == nil {
			t.Errorf("%s: read as a page, %+v", name, env)
		}
	}
}

func TestTheAnswerToAWriteIsAboutItsObject(t *testing.T) {
	form := url.Values{"name": {"ada@univ-test.fr"}, "newname": {"king@univ-test.fr"}}
	for payload, ok := range map[string]bool{
		"": true, "<account/>": true, "<account><name>ada@univ-test.fr</name></account>": true, "<account><name>King@univ-test.fr</name></account>": true,
		"<account><name>x@univ-test.fr</name><zimbraMailAlias>ada@univ-test.fr</zimbraMailAlias></account>": true,
		"<account><name>x@univ-test.fr</name></account>":                                                    false,
		"<group><name>ada</name></group>":                                                                   false,
	} {
		if _, err := echo([]byte("<Response><status>0</status>"+payload+"</Response>"), form); (err == nil) != ok {
			t.Errorf("%s: %v", payload, err)
		}
	}
}

func TestCleanTextIsOneShortLineWithoutSecrets(t *testing.T) {
	key, short := NewSecret("clé-canari"), NewSecret("0-1-2-3-4-5-6-7-8")
	got := clean("a\r\n\tb\x00\u202e c clé-canari /Get/0-1-2-3-4-5-6-7-8 \xff "+strings.Repeat("F00D", 16)+" "+strings.Repeat("é ", 1000), key, short, Secret{})
	if want := "a b c ••• /Get/••• ? ••• é é"; !strings.HasPrefix(got, want) || len([]rune(got)) != 301 {
		t.Errorf("%q", got)
	}
}

const ada = `<account>
    <name>ada.lovelace@univ-test.fr</name>
    <id>3f2b7c1e-0000-4000-8000-00000000a001</id>
    <admin>DOMAIN</admin>
    <mav-transformation>FALSE</mav-transformation>
    <mav-redirection></mav-redirection>
    <used type="integer">1048576</used>
    <quota type="integer">5368709120</quota>
    <cos-name>s_univ</cos-name>
    <carLicense>alovelac@univ-test.fr</carLicense>
    <givenName>Ada &amp; Élise</givenName>
    <sn>Lovelace</sn>
    <displayName>Ada&#32;Lovelace</displayName>
    <postalCode type="integer">35042</postalCode>
    <telephoneNumber>0223230000</telephoneNumber>
    <zimbraAccountStatus>active</zimbraAccountStatus>
    <zimbraHideInGal>TRUE</zimbraHideInGal>
    <zimbraCOSId>77b1</zimbraCOSId>
    <zimbraMailQuota type="integer">0</zimbraMailQuota>
    <zimbraMailAlias>ada@univ-test.fr</zimbraMailAlias>
    <zimbraNotes type="integer">12</zimbraNotes>
    <description type="array"><description>une</description><description>deux</description></description>
    <zimbraLastLogonTimestamp>20240131091551.5Z</zimbraLastLogonTimestamp>
    <zimbraPrefMailLocalDeliveryDisabled>FALSE</zimbraPrefMailLocalDeliveryDisabled>
    <zimbraMailForwardingAddress type="array"><zimbraMailForwardingAddress>a@x.fr</zimbraMailForwardingAddress><zimbraMailForwardingAddress>b@x.fr</zimbraMailForwardingAddress></zimbraMailForwardingAddress>
    <zimbraZimletAvailableZimlets type="array"><zimbraZimletAvailableZimlet>com_zimbra_url</zimbraZimletAvailableZimlet></zimbraZimletAvailableZimlets>
    <zimbraAllowFromAddress>c@x.fr</zimbraAllowFromAddress>
    <zimbraMailCanonicalAddress>ada@univ-test.fr</zimbraMailCanonicalAddress>
    <zimbraPasswordMustChange>TRUE</zimbraPasswordMustChange>
    <zimbraFeatureMailEnabled>TRUE</zimbraFeatureMailEnabled>
    <zimbraFeatureTasksEnabled>FALSE</zimbraFeatureTasksEnabled>
    <initials>A. L.</initials><company>Université</company><l>Rennes</l><facsimileTelephoneNumber>02</facsimileTelephoneNumber>
  </account>`

var adaRead = Account{
	Name: "ada.lovelace@univ-test.fr", ID: "3f2b7c1e-0000-4000-8000-00000000a001", Admin: "DOMAIN", Status: Active, COS: "77b1", COSName: "s_univ",
	Quota: 5368709120, MailQuota: new(int64), Used: 1048576, Aliases: []Address{"ada@univ-test.fr"}, CarLicense: "alovelac@univ-test.fr",
	GivenName: "Ada & Élise", SN: "Lovelace", DisplayName: "Ada Lovelace", TelephoneNumber: "0223230000", Notes: "12", Description: "une\ndeux",
	HideInGal: true, LastLogon: time.Date(2024, 1, 31, 9, 15, 51, 5e8, time.UTC), HiddenForwards: []Address{"a@x.fr", "b@x.fr"},
	PostalCode: "35042", Zimlets: []string{"com_zimbra_url"}, AllowFrom: []Address{"c@x.fr"}, Canonical: "ada@univ-test.fr", MustChangePassword: true,
	Features: map[string]bool{"Mail": true, "Tasks": false}, Initials: "A. L.", Company: "Université", City: "Rennes", Fax: "02",
}

// both reads an account as GetAccount does, and as a listing does.
func both(account string) (a, b Account, errA, errB error) {
	_, root, errA := parseReply([]byte("<Response><status>0</status>" + account + "</Response>"))
	if errA == nil {
		a, errA = root.account("ada.lovelace@univ-test.fr")
	}
	p := page[Account, *Account]{shape: accounts}
	_, errB = p.decode([]byte("<Response><status>0</status><accounts>" + account + "</accounts></Response>"))
	if errB == nil && len(p.objects) == 1 {
		b = p.objects[0]
	}
	return a, b, errA, errB
}

func TestAnAccountIsReadTheSameAloneAndListed(t *testing.T) {
	a, b, errA, errB := both(ada)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if diff := cmp.Diff(adaRead, a) + cmp.Diff(adaRead, b); diff != "" {
		t.Error(diff)
	}
	if a.complete() != nil || !slices.Equal(a.Aliases, b.Aliases) {
		t.Error("not complete")
	}
}

func TestAnAccountThatCannotBeOneIsRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"no name":         {"<name>ada.lovelace@univ-test.fr</name>", ""},
		"empty name":      {"ada.lovelace@univ-test.fr</name>", "</name>"},
		"two names":       {"<id>", "<name>b@univ-test.fr</name><id>"},
		"upper case name": {"<name>ada", "<name>Ada"},
		"not an address":  {"ada.lovelace@univ-test.fr", "ada"},
		"no id":           {"<id>3f2b7c1e-0000-4000-8000-00000000a001</id>", ""},
		"two ids":         {"<id>", "<id>x</id><id>"},
		"two statuses":    {"<zimbraCOSId>", "<zimbraAccountStatus>closed</zimbraAccountStatus><zimbraCOSId>"},
		"two classes":     {"<zimbraCOSId>", "<zimbraCOSId>88</zimbraCOSId><zimbraCOSId>"},
		"two quotas":      {"<sn>", "<zimbraMailQuota>5</zimbraMailQuota><sn>"},
		"no quota":        {"5368709120", ""},
		"negative quota":  {"5368709120", "-1"},
		"word quota":      {"5368709120", "5G"},
		"huge quota":      {"5368709120", "99999999999999999999"},
		"own quota":       {"0</zimbraMailQuota>", "x</zimbraMailQuota>"},
		"used":            {"1048576", "1,5"},
		"hidden":          {"TRUE", "peut-être"},
		"logon":           {"20240131091551.5Z", "hier"},
		"mixed":           {"<account>", "<account>x"},
	} {
		if !strings.Contains(ada, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		a, b, errA, errB := both(strings.ReplaceAll(ada, change[0], change[1]))
		if errA == nil || errB == nil {
			t.Errorf("%s: %+v %v, %+v %v", name, a, errA, b, errB)
		}
	}
}

// What a server may well write, and what it cannot have meant.
func TestOddValuesAreReadOrRefused(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		changes  func(*Account) // nil: refused
	}{
		"true in small letters": {"TRUE</zimbraHideInGal>", "true</zimbraHideInGal>", func(*Account) {}},
		"1 for TRUE":            {"TRUE</zimbraHideInGal>", "1</zimbraHideInGal>", nil},
		"no value for FALSE":    {">FALSE</zimbraPrefMailLocal", "></zimbraPrefMailLocal", func(*Account) {}},
		"zeros before a size":   {"5368709120", "005368709120", func(*Account) {}},
		"zeros before a text":   {"35042", "01000", func(a *Account) { a.PostalCode = "01000" }},
		"an integer for a text": {"Lovelace</sn>", "12</sn>", func(a *Account) { a.SN = "12" }},
		"a size in octal":       {"5368709120", "0o17", nil},
		"a size with commas":    {"5368709120", "5,368,709,120", nil},
		"a size with a point":   {"5368709120", "5368709120.0", nil},
		"a date without zone":   {"20240131091551.5Z", "20240131091551", nil},
		"a date of no calendar": {"20240131091551.5Z", "20240231091551Z", nil},
		"a date in nanoseconds": {"20240131091551.5Z", "20240131091551.500000000Z", func(*Account) {}},
		"a date without":        {"20240131091551.5Z", "20240131091551Z", func(a *Account) { a.LastLogon = a.LastLogon.Truncate(time.Second) }},
		"no date":               {"20240131091551.5Z", "", func(a *Account) { a.LastLogon = time.Time{} }},
		"a name in capitals":    {"ada.lovelace@univ-test.fr<", "ADA.LOVELACE@UNIV-TEST.FR<", nil},
		"an alias in capitals":  {"ada@univ-test.fr</zimbraMailAlias>", "ADA@univ-test.fr</zimbraMailAlias>", func(a *Account) { a.Aliases = []Address{"ada@univ-test.fr"} }},
		"an alias that is none": {"ada@univ-test.fr</zimbraMailAlias>", "ada</zimbraMailAlias>", func(a *Account) { a.Aliases = []Address{"ada"} }},
	} {
		if !strings.Contains(ada, c.old) {
			t.Fatalf("%s: nothing to change", name)
		}
		a, b, errA, errB := both(strings.Replace(ada, c.old, c.new, 1))
		if (errA == nil) != (c.changes != nil) || (errB == nil) != (c.changes != nil) {
			t.Errorf("%s: %v, %v", name, errA, errB)
			continue
		}
		if c.changes == nil {
			continue
		}
		want := adaRead
		c.changes(&want)
		if diff := cmp.Diff(want, a) + cmp.Diff(want, b); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnAccountAskedByItsAliasIsTheOneThatHoldsIt(t *testing.T) {
	_, root, err := parseReply([]byte("<Response><status>0</status>" + ada + "</Response>"))
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[Address]bool{"ada.lovelace@univ-test.fr": true, "ada@univ-test.fr": true, "x@univ-test.fr": false, "a@x.fr": false, "": false} {
		if _, err := root.account(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, body := range []string{"", "<account/>", ada + ada, "<accounts>" + ada + "</accounts>"} {
		_, root, err := parseReply([]byte("<Response><status>0</status>" + body + "</Response>"))
		if err == nil {
			_, err = root.account("ada.lovelace@univ-test.fr")
		}
		if err == nil {
			t.Errorf("%.40q is read as an account", body)
		}
	}
}

func TestAPageHasOneShape(t *testing.T) {
	const ok = "<Response><status>0</status>%s</Response>"
	for body, want := range map[string]int{
		`<accounts type="array"/>`: 0, `<accounts type="array"></accounts>`: 0, "<accounts>\n " + ada + "\n</accounts>": 1,
		"<accounts>" + ada + ada + "</accounts>": 2, "<x>1</x><accounts/>": 0,
	} {
		p := page[Account, *Account]{shape: accounts}
		if _, err := p.decode(fmt.Appendf(nil, ok, body)); err != nil || len(p.objects) != want {
			t.Errorf("%.60s: %d accounts, %v", body, len(p.objects), err)
		}
	}
	for name, body := range map[string]string{
		"none": "", "two lists": "<accounts/><accounts/>", "no list": ada, "stranger": "<accounts><group/></accounts>",
		"text": "<accounts>x</accounts>", "text after": "<accounts>" + ada + "x</accounts>", "bare attribute": "<accounts><account x></account></accounts>",
		"quote": "<accounts><account x='1'></account></accounts>", "lt in attribute": `<accounts x="<"/>`, "split tag": "<accounts / >",
		"too deep": strings.Replace("<accounts>"+ada+"</accounts>", "com_zimbra_url", "<x>1</x>", 1),
		"unclosed": "<accounts>", "overclosed": "<accounts/></accounts>", "spaced end": "<accounts>< /accounts>", "bang": "<accounts><!x></accounts>",
		"text after a value": strings.Replace("<accounts>"+ada+"</accounts>", "deux</description>", "deux</description>x", 1), "text after a list": "<accounts/>x",
		"end CDATA": strings.Replace("<accounts>"+ada+"</accounts>", "Lovelace<", "a]]>b<", 1), "comment": "<accounts><!-- x --></accounts>",
	} {
		if _, err := (&page[Account, *Account]{shape: accounts}).decode(fmt.Appendf(nil, ok, body)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if env, err := (&page[Account, *Account]{shape: accounts}).decode([]byte("<Response><status>1</status><message> no such domain </message></Response>")); err != nil || env.text() != "no such domain" {
		t.Errorf("refusal: %+v, %v", env, err)
	}
}

// The fast reader is never less strict than encoding/xml, and reads the same.
func FuzzDecode(f *testing.F) {
	wrap := "<Response><status type=\"integer\">0</status><message>é</message><accounts type=\"array\">%s</accounts></Response>"
	for _, seed := range []string{
		ada, ada + strings.ReplaceAll(ada, "ada", "eva"), "", "<account/>", "\r\n" + strings.Replace(ada, "\n", "\r\n", 5),
		strings.Replace(ada, "Lovelace", "&#xe9;&lt;&gt;&apos;&quot;&#13;<![CDATA[<&]]>x", 1), strings.Replace(ada, "Lovelace", "&#xD800;&#1114112;", 1),
	} {
		f.Add(fmt.Appendf(nil, wrap, seed))
	}
	f.Add([]byte(`<?xml version="1.0" encoding="utf-8"?><response><status>1</status><errors>no</errors></response>`))
	f.Add([]byte(`<Response a="1" b="2" ><status >0</status ><accounts/></Response>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		p := page[Account, *Account]{shape: accounts}
		env, err := p.decode(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the answer was written to")
		}
		if err != nil {
			return
		}
		strict, root, err := parseReply(body)
		if err != nil || strict != env {
			t.Fatalf("encoding/xml reads %+v, %v where the page reads %+v", strict, err, env)
		}
		var want []Account
		for _, n := range root.child("accounts").nodes {
			a, err := node{nodes: []node{n}}.account(Address(n.child("name").text))
			if err != nil {
				t.Fatalf("encoding/xml refuses an account: %v", err)
			}
			want = append(want, a)
		}
		if diff := cmp.Diff(want, append([]Account(nil), p.objects...)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What proves a success is the whole of it: no part of it does, nor what comes
// after, and what it says is in its bytes.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><Response><status type="integer">0</status><message>é</message></Response>`,
		"<response><errors/><status>0</status><account>" + ada + "</account></response>\n", "<Response><status>1</status><errors>no such alias: x</errors></Response>",
		"<Response><status>0</status><status>1</status></Response>", "<Response><status>0", "<html><body>502</body></html>", "<Response><!-- <status>1</status> --><status>0</status></Response>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		env, err := echo(body, url.Values{"name": {"ada.lovelace@univ-test.fr"}})
		if err != nil || env.status != 0 {
			return
		}
		end := bytes.LastIndex(body, []byte("</"))
		if end < 0 || !bytes.Contains(body, []byte("<status")) {
			t.Fatal("a success from nowhere")
		}
		for _, cut := range []int{end + 2, end / 2, end, len(body) / 3} {
			if _, err := echo(body[:cut], nil); err == nil {
				t.Fatalf("%q is a success", body[:cut])
			}
		}
		if _, err := echo(append(bytes.Clone(body), "<x/>"...), nil); err == nil {
			t.Fatal("something after it is accepted")
		}
	})
}

func BenchmarkPage1000(b *testing.B) {
	body := []byte("<Response><status>0</status><accounts>" + strings.Repeat(ada, 1000) + "</accounts></Response>")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	p := page[Account, *Account]{shape: accounts}
	for b.Loop() {
		if _, err := p.decode(body); err != nil {
			b.Fatal(err)
		}
	}
}
