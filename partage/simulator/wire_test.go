package simulator

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

const urlencoded = "application/x-www-form-urlencoded"

// Each row is one way to ask, that a client in the field has or that Rails reads.
func TestTheManyWaysToAsk(t *testing.T) { // §1.1, §1.2
	b := newBench(t, Config{})
	const multipart = "multipart/form-data; boundary=xyz"
	part := func(name, value string) string {
		return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	for name, c := range map[string]struct {
		verb, method, query, media, body string
		code                             int
		texts                            []string
	}{
		"charset":                {"POST", "GetAccount", "", urlencoded + "; charset=UTF-8", jeanne, 200, []string{done}},
		"body of a GET":          {"GET", "GetAccount", "", urlencoded, jeanne, 200, []string{done}},
		"parameters in a query":  {"POST", "GetAccount", jeanne, urlencoded, "", 200, []string{done}},
		"the query wins":         {"POST", "GetAccount", jeanne, urlencoded, "name=x@unistra.fr", 200, []string{done}},
		"multipart":              {"POST", "GetAccount", "", multipart, part("name", "jeanne.dupont@unistra.fr") + "--xyz--\r\n", 200, []string{done}},
		"multipart, several":     {"POST", "AddGroupMembers", team, multipart, part("members[]", "a@x.fr") + part("members[]", "b@x.fr") + "--xyz--\r\n", 200, []string{done}},
		"multipart, cut short":   {"POST", "GetAccount", "", multipart, part("name", "jeanne.dupont@unistra.fr")[:60], 400, []string{"<!DOCTYPE html>"}},
		"multipart, no boundary": {"POST", "GetAccount", "", "multipart/form-data", "x", 400, nil},
		"not a form":             {"POST", "GetAccount", "", "text/plain", jeanne, 200, []string{"missing required attribute: name"}},
		"no type":                {"POST", "GetAccount", "", "", jeanne, 200, []string{"missing required attribute: name"}},
		"blank and percent":      {"POST", "ModifyAccount", jeanne, urlencoded, "sn=a+b%2Bc%3Bd%26e", 200, []string{done}},
		"semicolon in a body":    {"POST", "ModifyAccount", "", urlencoded, jeanne + ";title=x", 200, []string{done}},
		"semicolon in a query":   {"GET", "ModifyAccount", jeanne + ";description=y", "", "", 200, []string{done}},
		"not UTF-8":              {"POST", "ModifyAccount", jeanne, urlencoded, "title=%E9", 400, []string{"<!DOCTYPE html>"}},
		"not UTF-8, in a query":  {"GET", "ModifyAccount", jeanne + "&title=%E9", "", "", 400, nil},
		"not UTF-8, in a name":   {"POST", "ModifyAccount", jeanne, urlencoded, "%E9=x", 400, nil},
		"bad escape":             {"POST", "ModifyAccount", jeanne, urlencoded, "title=%zz", 400, nil},
		"too long":               {"POST", "ModifyAccount", jeanne, urlencoded, "title=" + strings.Repeat("x", maxForm), 400, nil},
		"PUT":                    {"PUT", "GetAccount", jeanne, "", "", 404, []string{"<!DOCTYPE html>"}},
		"DELETE":                 {"DELETE", "GetAccount", jeanne, "", "", 404, []string{"<!DOCTYPE html>"}},
		"OPTIONS":                {"OPTIONS", "GetAccount", jeanne, "", "", 404, []string{"<!DOCTYPE html>"}},
		"HEAD":                   {"HEAD", "GetAccount", jeanne, "", "", 200, nil},
		"POST to a reader":       {"POST", "zimlet_dl/GetHistoryDefinition", "", urlencoded, "", 200, []string{done}},
		"control characters":     {"POST", "ModifyAccount", jeanne, urlencoded, "company=a%00b%09c%1f", 200, []string{done}},
	} {
		r := httptest.NewRequest(c.verb, "/service/domain//"+c.method+"/"+b.token("unistra.fr")+"?"+c.query, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.media)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code != c.code {
			t.Errorf("%s: %d\n%s", name, w.Code, w.Body)
		}
		has(t, w.Body.String(), c.texts...)
	}
	b.each("unistra.fr", "GetAccount", jeanne, "<sn>a b+c;d&amp;e</sn>", "<title>x</title>", "<description>y</description>", "<company>a\uFFFDb\tc\uFFFD</company>")
	b.each("unistra.fr", "GetGroup", team, "<member>a@x.fr</member>", "<member>b@x.fr</member>")
}

func TestNumbersAreReadAsRubyDoes(t *testing.T) { // §3.1
	for text, want := range map[string]int{
		"": 0, "x": 0, "-": 0, "+3": 3, "03": 3, " 4 ": 4, "12abc": 12, "2.9": 2, "-5": -5, "--5": 0, "1-2": 1, "9999999999999999999999": 1 << 30, "-9999999999999999999999": -1 << 30,
	} {
		if got := number(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
	b := newBench(t, Config{})
	for _, form := range []string{"", "&ldap_query=mail=*", "&sortby=sn"} {
		b.each("unistra.fr", "GetAllAccounts", "offset=9223372036854775807&limit=9223372036854775807"+form, done, `<accounts type="array"/>`)
	}
}

func TestValueEncoding(t *testing.T) { // §2
	for value, want := range map[string]string{
		"12": `<x type="integer">12</x>`, "0": `<x type="integer">0</x>`, "-1": `<x type="integer">-1</x>`, "012": "<x>012</x>",
		"0223232323": "<x>0223232323</x>", "": "<x></x>", "1.5": "<x>1.5</x>", "-": "<x>-</x>", "+3": "<x>+3</x>",
		"a<b>&\"'é": "<x>a&lt;b&gt;&amp;\"'é</x>", "TRUE": "<x>TRUE</x>", "-0": "<x>-0</x>",
		"00000555": "<x>00000555</x>", "12345678901234567890123": `<x type="integer">12345678901234567890123</x>`, "1 2": "<x>1 2</x>",
	} {
		x := newDocument(false, 0, "", "")
		x.text(0, "x", value)
		has(t, string(x.end().body), want)
	}
	untyped := newDocument(true, 0, "", "")
	untyped.text(0, "x", "12")
	has(t, string(untyped.end().body), "<x>12</x>", "<status>0</status>")
	for _, c := range []struct {
		a    attr
		want string
	}{
		{attr{name: "zimbraMailAlias"}, "-zimbraMailAlias"},
		{attr{name: "zimbraMailAlias", values: []string{"a"}}, "<zimbraMailAlias>a</zimbraMailAlias>"},
		{attr{name: "zimbraMailAlias", values: []string{"a", "b"}}, "<zimbraMailAlias type=\"array\">\n    <zimbraMailAlias>a</zimbraMailAlias>"},
		{attr{name: "members", list: true}, `<members type="array"/>`},
		{attr{name: "members", values: []string{"a"}, list: true}, "<members type=\"array\">\n    <member>a</member>"},
		{attr{name: "zimbraAllowFromAddress", values: []string{"a", "b"}}, "<zimbraAllowFromAddress>a<"},
		{attr{name: "mav_redirection", values: []string{""}}, "<mav-redirection></mav-redirection>"},
	} {
		x := newDocument(false, 0, "", "")
		x.attr(1, c.a)
		has(t, string(x.end().body), c.want)
	}
}

// Whatever is sent, the answer is a page or sound XML, and so is what is read
// afterwards.
func FuzzRequests(f *testing.F) {
	f.Add(jeanne+"&sn=a%00b", urlencoded, "title=x;description=%EF%BF%BE")
	f.Add("", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\njeanne.dupont@unistra.fr\r\n--x--")
	b := newBench(f, Config{})
	path := "/ModifyAccount/" + b.token("unistra.fr")
	f.Fuzz(func(t *testing.T, query, media, body string) {
		b.t = t
		r := httptest.NewRequest("POST", "/service/domain"+path, strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code == 400 {
			return
		}
		for _, text := range []string{w.Body.String(), b.call("unistra.fr", "GetAccount", jeanne)} {
			d := xml.NewDecoder(strings.NewReader(text))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%v\n%q", err, text)
				}
			}
		}
	})
}
