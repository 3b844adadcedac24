package simulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEffectsAndAnswersAreIndependent(t *testing.T) {
	for _, c := range []struct {
		fault     Fault
		at, after bool // applied at once, applied in the end
		answered  string
	}{
		{Fault{}, true, true, done},
		{Fault{Effect: Skipped}, false, false, done},
		{Fault{Effect: Late, Delay: time.Minute}, false, true, done},
		{Fault{Answer: Forbidden}, false, false, "Accès refusé"},
		{Fault{Answer: Forbidden, Effect: Applied}, true, true, "Accès refusé"},
		{Fault{Answer: BadToken}, false, false, "Invalid token"},
		{Fault{Answer: Message, Message: "LDAP error: x"}, false, false, "<message>LDAP error: x</message>"},
		{Fault{Answer: Message, Effect: Applied}, true, true, "Une erreur système"},
		{Fault{Answer: Errors, Message: "x"}, false, false, "<errors>x</errors>"},
		{Fault{Answer: BadGateway}, true, true, "502"},
		{Fault{Answer: Truncated, Effect: Late, Delay: time.Minute}, false, true, "<Response>"},
	} {
		t.Run(fmt.Sprintf("%s %s", c.fault.Answer, c.fault.Effect), func(t *testing.T) {
			b := newBench(t, Config{})
			c.fault.Method = "ModifyAccount"
			if err := b.SetFaults(c.fault); err != nil {
				t.Fatal(err)
			}
			token := b.token("unistra.fr")
			code, _, body := b.do("POST", "/service/domain/ModifyAccount/"+token, jeanne+"&sn=Autre&userPassword=secret")
			has(t, body, c.answered)
			if c.fault.Answer == Forbidden && code != 403 || c.fault.Answer == BadGateway && code != 502 {
				t.Error(code)
			}
			applied := func() bool { return strings.Contains(b.call("unistra.fr", "GetAccount", jeanne), "<sn>Autre</sn>") }
			if applied() != c.at {
				t.Errorf("applied at once: %v", !c.at)
			}
			sent := b.at
			b.at = b.at.Add(2 * time.Minute)
			log := b.Log()
			if applied() != c.after || len(log) != 1 || log[0].Applied != c.after {
				t.Errorf("applied in the end: %v, log %+v", !c.after, log)
			}
			w := log[0]
			if !w.At.Equal(sent) || w.Domain != "unistra.fr" || w.Name != "jeanne.dupont@unistra.fr" || w.Params.Get("sn") != "Autre" || w.Params.Has("name") || w.Params.Get("userPassword") != "•••" {
				t.Errorf("%+v", w)
			}
			if c.after && !c.at && !w.AppliedAt.Equal(sent.Add(time.Minute)) {
				t.Errorf("applied at %v", w.AppliedAt)
			}
		})
	}
}

func TestEveryAnswerSpoilsWhatItSays(t *testing.T) {
	for answer, texts := range map[Answer][]string{
		NoStatus: {"-<status"}, TwoStatus: {"<status>0</status><status>0</status>"}, WordStatus: {"<status>ok<"}, Untyped: {"<status>0</status>"},
		LowerRoot: {"<response>", "</response>", "-Response"}, OtherRoot: {"<html>", "-Response"}, Trailing: {"</Response>\n<Response/>"},
		Latin1: {"r\xe9alis\xe9e"}, Doctype: {"<!DOCTYPE"}, Stranger: {"<name>xjeanne"}, HTML: {"<!DOCTYPE html>"}, Empty: {"-R"},
		Truncated: {"<Response>", "-</Response>"}, Closed: {"Maintenance"}, Failing: {done}, Plain: {done}, Redirect: {"Moved"},
	} {
		b := newBench(t, Config{})
		if err := b.SetFaults(Fault{Method: "GetAccount", Answer: answer}); err != nil {
			t.Fatal(err)
		}
		has(t, b.call("unistra.fr", "GetAccount", jeanne), texts...)
	}
}

func TestFaultsAreChosenAndCounted(t *testing.T) {
	b := newBench(t, Config{})
	spoilt := func(method, form string) bool {
		t.Helper()
		return strings.Contains(b.call("unistra.fr", method, form), "Invalid token")
	}
	set := func(faults ...Fault) {
		t.Helper()
		if err := b.SetFaults(faults...); err != nil {
			t.Fatal(err)
		}
	}
	run := func(n int) (seen string) {
		for range n {
			seen += map[bool]string{true: "x", false: "."}[spoilt("GetAccount", jeanne)]
		}
		return seen
	}
	set(Fault{Method: "GetAccount", Answer: BadToken, Times: 2}, Fault{Method: "GetAllCos", Answer: BadToken})
	if got := run(4); got != "xx.." || !spoilt("GetAllCos", "") || !spoilt("GetAllCos", "") {
		t.Errorf("times: %s", got)
	}
	set(Fault{Method: "GetAccount", Answer: BadToken, Rate: 0.25})
	if got := run(8); got != "...x...x" {
		t.Errorf("rate: %s", got)
	}
	set(Fault{Method: "GetAccount", Answer: BadToken, Rate: 1, Times: 1})
	if got := run(3); got != "x.." {
		t.Errorf("rate 1: %s", got)
	}
	set(Fault{Method: "*", Name: "marie.curie@unistra.fr", Answer: BadToken})
	if spoilt("GetAccount", jeanne) || !spoilt("GetAccount", "name=Marie.Curie@unistra.fr") {
		t.Error("name")
	}
	set()
	if got := run(2); got != ".." {
		t.Errorf("cleared: %s", got)
	}
	for _, bad := range []Fault{{}, {Method: "GetEverything"}, {Method: "*", Answer: "explode"}, {Method: "*", Effect: "twice"}} {
		if b.SetFaults(bad) == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestLateEffectsComeInTheirOrder(t *testing.T) {
	b := newBench(t, Config{})
	for i, delay := range []time.Duration{3 * time.Minute, time.Minute, 2 * time.Minute} {
		if err := b.SetFaults(Fault{Method: "*", Name: "jeanne.dupont@unistra.fr", Effect: Late, Delay: delay}); err != nil {
			t.Fatal(err)
		}
		has(t, b.call("unistra.fr", "ModifyAccount", jeanne+fmt.Sprintf("&sn=Nom%d", i)), done)
	}
	for _, want := range []string{"Dupont", "Nom1", "Nom2", "Nom0", "Nom0"} {
		has(t, b.call("unistra.fr", "GetAccount", jeanne), "<sn>"+want+"</sn>")
		b.at = b.at.Add(time.Minute)
	}
}

// An effect that comes late may no longer be possible.
func TestALateAliasThatWasTakenMeanwhile(t *testing.T) {
	b := newBench(t, Config{})
	if err := b.SetFaults(Fault{Method: "AddAccountAlias", Effect: Late, Delay: time.Minute, Times: 1}); err != nil {
		t.Fatal(err)
	}
	has(t, b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias=x@unistra.fr"), done)
	has(t, b.call("unistra.fr", "AddAccountAlias", "name=marie.curie@unistra.fr&alias=x@unistra.fr"), done)
	b.at = b.at.Add(time.Hour)
	applied := []bool{}
	for _, w := range b.Log() {
		applied = append(applied, w.Applied)
	}
	if !slices.Equal(applied, []bool{false, true}) {
		t.Error(applied)
	}
	has(t, b.call("unistra.fr", "GetAccount", "name=x@unistra.fr"), "<name>marie.curie@")
}

func TestAdmin(t *testing.T) {
	b := newBench(t, Config{Admin: true})
	code, _, body := b.do("POST", "/_simulator/faults", `[{"method":"ModifyAccount","answer":"bad-gateway","effect":"late","delay":"30s","wait":"0s","times":1,"name":"jeanne.dupont@unistra.fr"}]`)
	if code != 204 {
		t.Fatal(code, body)
	}
	has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=x"), "502")
	b.at = b.at.Add(time.Minute)
	_, _, body = b.do("GET", "/_simulator/log", "")
	has(t, body, `"Method":"ModifyAccount"`, `"Applied":true`, "jeanne.dupont")
	if code, _, _ = b.do("DELETE", "/_simulator/faults", ""); code != 204 || len(b.faults) != 0 {
		t.Error(code)
	}
	for _, bad := range []string{"", "{}", "[", `[{"method":"x"}]`, `[{"method":"*","delay":"bientôt"}]`, `[{"method":"*","wait":"1"}]`, `[{"method":"*","colour":"red"}]`, `[{"method":"*","answer":"x"}]`} {
		if code, _, _ := b.do("POST", "/_simulator/faults", bad); code != 400 {
			t.Errorf("%s: %d", bad, code)
		}
	}
	for _, path := range []string{"/_simulator", "/_simulator/x", "/_simulator/faults/x"} {
		if code, _, _ := b.do("GET", path, ""); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
}
