package simulator

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// ways are how faults are set: in code, by flag and over HTTP. A fault goes
// through the names of fields, so that a new field cannot forget a way.
var ways = map[string]func(*bench, Fault) error{
	"code": func(b *bench, f Fault) error { return b.SetFaults(f) },
	"flag": func(b *bench, f Fault) error {
		said, message := f.said(), ""
		text := fmt.Sprint(said["method"], ":", said["answer"])
		for name, value := range said {
			switch name {
			case "message":
				message = ",message=" + value.(string)
			case "method", "answer":
			default:
				text += fmt.Sprintf(",%s=%v", name, value)
			}
		}
		read, err := ParseFault(text + message)
		return errors.Join(err, b.SetFaults(read))
	},
	"http": func(b *bench, f Fault) error {
		text, err := json.Marshal([]map[string]any{f.said()})
		if code, _, body := b.do("POST", "/_simulator/faults", string(text)); code != http.StatusNoContent {
			err = errors.New(body)
		}
		return err
	},
}

// said is what a fault says, by name.
func (f Fault) said() map[string]any {
	said := map[string]any{}
	for _, known := range fields {
		switch v := reflect.ValueOf(known.of(&f)).Elem(); v := v.Interface().(type) {
		case time.Duration:
			said[known.name] = v.String()
		default:
			said[known.name] = v
		}
	}
	return said
}

func TestEveryFieldOfAFaultHasAName(t *testing.T) {
	var f Fault
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		at := v.Field(i).Addr()
		if named := slices.ContainsFunc(fields, func(k field) bool { return reflect.ValueOf(k.of(&f)).Pointer() == at.Pointer() }); v.Type().Field(i).IsExported() != named {
			t.Errorf("%s has a name: %v", v.Type().Field(i).Name, named)
		}
	}
}

// everyWay runs a test with a fresh server for each way.
func everyWay(t *testing.T, run func(t *testing.T, b *bench, set func(Fault))) {
	t.Helper()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Config{Admin: true})
			run(t, b, func(f Fault) {
				t.Helper()
				if err := way(b, f); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestEveryAnswerByEveryWay(t *testing.T) {
	calls := [][2]string{{"GetAccount", "name=contact@physique.unistra.fr"}, {"GetGroup", "name=direction@physique.unistra.fr"}, {"CountObjects", "type=dl"}, {"GetAllAccounts", "ldap_query=sn=nobody"}}
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	u := NewUniversity(1000)
	seen := map[string]string{} // what came -> answer
	for _, s := range spoilers {
		outcomes := map[string]string{}
		for name, way := range ways {
			b := newBench(t, Config{Admin: true, University: u})
			base, stop, err := b.Listen(context.Background(), "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			token := b.token("physique.unistra.fr")
			if err := way(b, Fault{Method: "*", Answer: s.Answer, Message: "a, b"}); err != nil {
				t.Fatalf("%q by %s: %v", s.Answer, name, err)
			}
			for _, c := range calls {
				outcomes[name] += exchange(client, base+"/"+c[0]+"/"+token, c[1]) + "\n"
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
		if outcomes["code"] != outcomes["flag"] || outcomes["code"] != outcomes["http"] {
			t.Errorf("%q is not the same by every way: %v", s.Answer, outcomes)
		}
		if other, known := seen[outcomes["code"]]; known && s.Answer != Drip {
			t.Errorf("%q is like %q: %s", s.Answer, other, outcomes["code"])
		}
		seen[outcomes["code"]] = string(s.Answer)
	}
}

// exchange is what a client sees of an answer.
func exchange(client *http.Client, to, form string) string {
	r, err := client.Post(to, "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		return "no answer: " + kind(err)
	}
	defer func() { _ = r.Body.Close() }()
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	return fmt.Sprint(r.StatusCode, r.Header["Content-Type"], r.Header["Content-Encoding"], r.Header["Location"] != nil, r.Header["Retry-After"], n, kind(err), fmt.Sprintf("%x", sum.Sum(nil)))
}

func kind(err error) string {
	for _, known := range []error{syscall.ECONNRESET, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprint(err)
}

func TestEveryEffectByEveryWay(t *testing.T) {
	// What a reader sees at once, after another write, and after an hour.
	const none, whole, first = "Jeanne Dupont", "Une Autre", "Une Dupont"
	want := map[Effect][3]string{
		Natural: {whole, whole, whole}, Applied: {whole, whole, whole}, Skipped: {none, none, none}, Late: {none, none, whole},
		Half: {first, first, first}, Overtaken: {none, whole, whole},
	}
	for _, e := range effects {
		everyWay(t, func(t *testing.T, b *bench, set func(Fault)) {
			see := func() string {
				body := b.call("unistra.fr", "GetAccount", jeanne)
				_, given, _ := strings.Cut(body, "<givenName>")
				_, sn, _ := strings.Cut(body, "<sn>")
				return given[:strings.IndexByte(given, '<')] + " " + sn[:strings.IndexByte(sn, '<')]
			}
			f := Fault{Method: "ModifyAccount", Effect: e.Effect, Times: 1}
			if e.Effect == Late {
				f.Delay = time.Minute
			}
			set(f)
			has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=Autre&givenName=Une"), done)
			got := [3]string{see()}
			has(t, b.call("unistra.fr", "ModifyAccount", "name=marie.curie@unistra.fr&sn=x"), done)
			got[1] = see()
			b.at = b.at.Add(time.Hour)
			if got[2] = see(); got != want[e.Effect] {
				t.Errorf("%q: %q, want %q", e.Effect, got, want[e.Effect])
			}
		})
	}
}

// One case for each thing that a fault says, but the answer and the effect.
func TestEveryFieldByEveryWay(t *testing.T) {
	cases := map[string]func(t *testing.T, b *bench, set func(Fault)){
		"answer": nil, "effect": nil, "delay": nil, // above
		"method": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "zimlet_dl/GetDefinition", Answer: BadToken})
			has(t, b.call("unistra.fr", "zimlet_dl/GetDefinition", ""), "Invalid token")
			has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
		},
		"name": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "*", Name: "marie.curie@unistra.fr", Answer: BadToken})
			has(t, b.call("unistra.fr", "GetAccount", "name=marie.curie@unistra.fr"), "Invalid token")
			has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
		},
		"lag": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "GetAccount", Lag: 10 * time.Second})
			has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=Autre"), done)
			has(t, b.call("unistra.fr", "GetAccount", jeanne), "<sn>Dupont<")
			b.at = b.at.Add(10 * time.Second)
			has(t, b.call("unistra.fr", "GetAccount", jeanne), "<sn>Autre<")
		},
		"shift": func(t *testing.T, b *bench, set func(Fault)) {
			page := func(offset int) string {
				return b.call("etu.unistra.fr", "GetAllAccounts", fmt.Sprint("limit=3&offset=", offset))
			}
			later, earlier := page(7), page(4)
			set(Fault{Method: "GetAllAccounts", Shift: 2})
			if page(5) != later {
				t.Error("not shifted")
			}
			set(Fault{Method: "GetAllAccounts", Shift: -1})
			if page(5) != earlier {
				t.Error("not shifted")
			}
		},
		"times": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "*", Answer: BadToken, Times: 1, Name: "jeanne.dupont@unistra.fr"})
			has(t, b.call("unistra.fr", "GetAccount", jeanne), "Invalid token")
			has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
		},
		"for": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "GetAccount", Answer: BadToken, For: time.Minute})
			has(t, b.call("unistra.fr", "GetAccount", jeanne), "Invalid token")
			b.at = b.at.Add(time.Minute)
			has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
		},
		"rate": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "GetAccount", Answer: BadToken, Rate: 0.5})
			has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
			has(t, b.call("unistra.fr", "GetAccount", jeanne), "Invalid token")
		},
		"message": func(t *testing.T, b *bench, set func(Fault)) {
			for _, text := range texts {
				set(Fault{Method: "*", Name: "jeanne.dupont@unistra.fr", Answer: Message, Message: text + ", x=y"})
				has(t, b.call("unistra.fr", "GetAccount", jeanne), "<message>"+text+", x=y</message>")
			}
		},
		"wait": func(t *testing.T, b *bench, set func(Fault)) {
			set(Fault{Method: "GetAccount", Wait: time.Minute})
			start := time.Now()
			b.call("unistra.fr", "GetAccount", jeanne)
			set(Fault{Method: "GetAccount", Wait: time.Minute, Answer: Drip})
			w := httptest.NewRecorder()
			b.ServeHTTP(w, httptest.NewRequest("GET", "/service/domain/GetAccount/"+b.token("unistra.fr")+"?"+jeanne, nil))
			if took := time.Since(start); took < 119*time.Second || took > 122*time.Second || !w.Flushed || !strings.Contains(w.Body.String(), "</Response>") {
				t.Errorf("%v", took)
			}
		},
	}
	for _, f := range fields {
		run, known := cases[f.name]
		if !known {
			t.Errorf("%s is not tried", f.name)
		}
		if run == nil {
			continue
		}
		for name, way := range ways {
			t.Run(f.name+" by "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBench(t, Config{Admin: true})
					run(t, b, func(f Fault) {
						if err := way(b, f); err != nil {
							t.Fatal(err)
						}
					})
				})
			})
		}
	}
}

// One case for each switch: what shows that it is set.
func TestEverySwitchByEveryWay(t *testing.T) {
	cases := map[string]struct {
		value string
		shows func(b *bench) string
	}{
		"token-life": {"10s", func(b *bench) string {
			token := b.token("unistra.fr")
			b.at = b.at.Add(10 * time.Second)
			return b.with(token, "GetAccount", jeanne)
		}},
		"replay": {"true", func(b *bench) (body string) {
			for range 2 {
				_, _, body = b.do("POST", "/service/domain/Auth", b.preauth("unistra.fr", fmt.Sprint(b.at.Unix())))
			}
			return body
		}},
		"revoke-on-auth": {"true", func(b *bench) string {
			token := b.token("unistra.fr")
			b.token("unistra.fr")
			return b.with(token, "GetAccount", jeanne)
		}},
		"max-page":     {"3", func(b *bench) string { return b.call("etu.unistra.fr", "GetAllAccounts", "limit=10") }},
		"max-accounts": {"1", func(b *bench) string { return b.call("unistra.fr", "CreateAccount", "name=a@unistra.fr&password=x") }},
		"settle": {"10s", func(b *bench) string {
			b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=x")
			return b.call("unistra.fr", "GetAccount", jeanne)
		}},
		"untyped": {"true", func(b *bench) string { return b.call("unistra.fr", "GetAccount", jeanne) }},
		"groups-empty": {"true", func(b *bench) string {
			b.call("unistra.fr", "ModifyGroup", "name=direction@unistra.fr&displayName=")
			return b.call("unistra.fr", "GetGroup", "name=direction@unistra.fr")
		}},
		"invites-at-creation": {"true", func(b *bench) string {
			b.call("unistra.fr", "CreateResource", "name=r@unistra.fr&displayName=R&zimbraCalResType=Location&password=x&zimbraPrefCalendarForwardInvitesTo[]=a@x.fr")
			return b.call("unistra.fr", "GetResource", "name=r@unistra.fr")
		}},
		"sync": {"true", func(b *bench) string { return fmt.Sprint(b.config().Sync) }}, // only a power cut shows it
	}
	u := NewUniversity(1000)
	for _, s := range (&Config{}).switches() {
		c, known := cases[s.Name]
		if !known {
			t.Errorf("%s is not tried", s.Name)
			continue
		}
		usual := c.shows(newBench(t, Config{University: u}))
		outcomes := map[string]string{}
		cfg := Config{University: u}
		for _, at := range cfg.switches() {
			if at.Name == s.Name {
				if err := set(at.at, c.value); err != nil {
					t.Fatal(err)
				}
			}
		}
		outcomes["code, at the start"] = c.shows(newBench(t, cfg))
		b := newBench(t, Config{University: u})
		if err := b.SetSwitch(s.Name, c.value); err != nil {
			t.Error(err)
		}
		outcomes["code"] = c.shows(b)
		b = newBench(t, Config{University: u, Admin: true})
		if code, _, body := b.do("POST", "/_simulator/switches", fmt.Sprintf("{%q: %q}", s.Name, c.value)); code != http.StatusNoContent {
			t.Errorf("%s: %s", s.Name, body)
		}
		outcomes["http"] = c.shows(b)
		_, _, body := b.do("GET", "/_simulator/switches", "")
		has(t, body, fmt.Sprintf("%q:%q", s.Name, c.value))
		for way, got := range outcomes {
			if got == usual || got != outcomes["code"] {
				t.Errorf("%s by %s: %s", s.Name, way, got)
			}
		}
	}
	b := newBench(t, Config{University: u, Admin: true})
	for _, bad := range []string{"", "[]", `{"colour":"red"}`, `{"settle":10}`, `{"max-page":"x"}`, `{"untyped":"perhaps"}`, `{"untyped":true} x`} {
		if code, _, _ := b.do("POST", "/_simulator/switches", bad); code != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, code)
		}
	}
	if code, _, _ := b.do("POST", "/_simulator/switches", `{"untyped":true,"max-page":7}`); code != http.StatusNoContent || !b.config().Untyped || b.config().MaxPage != 7 {
		t.Error(code)
	}
}

// with calls a method with a token.
func (b *bench) with(token, method, form string) string {
	_, _, body := b.do("POST", "/service/domain/"+method+"/"+token, form)
	return body
}

func TestAdminIsForThisMachine(t *testing.T) {
	b := newBench(t, Config{Admin: true})
	for name, c := range map[string]struct {
		from, header string
		code         int
	}{
		"here": {"127.0.0.1:1", "", 200}, "here, IPv6": {"[::1]:1", "", 200}, "elsewhere": {"192.0.2.1:1", "", 403}, "nowhere": {"", "", 403},
		"a page": {"127.0.0.1:1", "Origin", 403}, "a page's image": {"127.0.0.1:1", "Sec-Fetch-Site", 403},
	} {
		r := httptest.NewRequest("GET", "/_simulator/keys", nil)
		if r.RemoteAddr = c.from; c.header != "" {
			r.Header.Set(c.header, "x")
		}
		w := httptest.NewRecorder()
		if b.ServeHTTP(w, r); w.Code != c.code {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	_, _, body := b.do("GET", "/_simulator/keys", "")
	has(t, body, `"etu.unistra.fr":"`+key("etu.unistra.fr"))
}

// A stranger finds everything in the manual.
func TestManual(t *testing.T) {
	var text strings.Builder
	if err := Manual(&text); err != nil {
		t.Fatal(err)
	}
	for _, s := range spoilers {
		has(t, text.String(), fmt.Sprintf("%q", s.Answer))
	}
	for _, s := range (&Config{}).switches() {
		has(t, text.String(), " --"+s.Name, s.Help)
	}
	has(t, text.String(), "universities:", "overtaken", "rate")
}
