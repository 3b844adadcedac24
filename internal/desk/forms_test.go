package desk_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

func TestParseAddress(t *testing.T) {
	good := map[string]desk.Address{
		"bob@u.fr": "bob@u.fr", "BOB@U.FR": "bob@u.fr", "a@b-c.unistra.fr": "a@b-c.unistra.fr",
		"first.last+tag@u.fr": "first.last+tag@u.fr", "a_b-c@u.fr": "a_b-c@u.fr", "1@2.fr": "1@2.fr",
	}
	for in, want := range good {
		if got, err := desk.ParseAddress(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	bad := []string{"", "@", "bob", "bob@", "@u.fr", "bob@u", "bob@u.f", "bob@u..fr", "b..b@u.fr", ".bob@u.fr", "bob.@u.fr",
		"bob@-u.fr", "bob@u-.fr", "bob@u.fr.", "bob@.u.fr", "bob@@u.fr", "a@b@u.fr", " bob@u.fr", "bob@u.fr ", "bob@u.fr\n",
		"Bob <bob@u.fr>", `"bob"@u.fr`, "bob@[127.0.0.1]", "bob(x)@u.fr", "bob@u.fr,eve@u.fr", "b\u200bob@u.fr",
		"b\u043eb@u.fr", "bob@u\uff0efr", "\u212ab@u.fr", "\u017fam@u.fr", "zoé@u.fr", "bob@é.fr", "bob@u.fr\x00", "*@u.fr", "bob@*",
		strings.Repeat("a", 65) + "@u.fr", "a@" + strings.Repeat("a", 64) + ".fr", "a@" + strings.Repeat("a.", 130) + "fr", "bob@u.\xff"}
	for _, in := range bad {
		got, err := desk.ParseAddress(in)
		wants(t, err, desk.InvalidAddress)
		if got != "" {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("Bob.Martin+tag@U.fr")
	f.Add("\u212a@u.fr")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := desk.ParseAddress(text)
		if err != nil {
			return
		}
		if again, err := desk.ParseAddress(string(a)); again != a || err != nil {
			t.Errorf("%q is read as %q, %v", a, again, err)
		}
		if !strings.EqualFold(string(a), text) || len(a) != len(text) || a.Local()+"@"+a.Domain() != string(a) {
			t.Errorf("%q became %q", text, a)
		}
	})
}

// The grammar of an address, as RFC 5321 narrowed to what Partage makes.
var grammar = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$`)

func TestAddressesFollowTheGrammar(t *testing.T) {
	piece := rapid.OneOf(rapid.StringMatching(`[a-z0-9._+-]{0,3}`), rapid.StringMatching(`[a-z0-9-]{60,70}`), rapid.StringMatching(`[a-z]{1,30}`), rapid.SampledFrom([]string{"é", " ", "@", "\n", "\x00", "_", "\xff"}))
	address := rapid.Custom(func(t *rapid.T) string {
		return piece.Draw(t, "local") + piece.Draw(t, "local") + rapid.SampledFrom([]string{"@", "@", "@", ""}).Draw(t, "at") + strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(t, "labels"), ".")
	})
	rapid.Check(t, func(t *rapid.T) {
		s := address.Draw(t, "address")
		want := len(s) <= 254 && !strings.Contains(s, "..") && grammar.MatchString(s)
		if a, err := desk.ParseAddress(s); (err == nil) != want || want && string(a) != s {
			t.Errorf("%q: %q, %v; the grammar says %v", s, a, err, want)
		}
	})
}

func TestParseSize(t *testing.T) {
	good := map[string]string{"10G": "10G", "10 go": "10G", " 1To ": "1024G", "800M": "800M", "1024M": "1G", "2,5 Go": "2560M",
		"1.5g": "1536M", "0,01G": "10M", "1Mio": "1M", "1024T": "1048576G", "01G": "1G"}
	for in, want := range good {
		if got, err := desk.ParseSize(in); err != nil || got.String() != want {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "10", "G", "-1G", "+1G", "1e3G", "1 000G", "10K", "10o", "10 GG", "1G1M", "0G", "0,5M", "1,234G",
		"1025T", "9999999T", "99999999G", "10\u00a0G\u200b", "١٠G", "1\u212a", "unlimited", "10G\x00"} {
		got, err := desk.ParseSize(in)
		wants(t, err, desk.InvalidSize)
		if got != 0 {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func FuzzSize(f *testing.F) {
	f.Add("2,5 Go")
	f.Add("9999999T")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := desk.ParseSize(text)
		if err != nil {
			return
		}
		if n < 1<<20 || n > 1<<50 || n%(1<<20) != 0 {
			t.Errorf("%q is %d bytes", text, n)
		}
		if again, err := desk.ParseSize(n.String()); again != n || err != nil {
			t.Errorf("%v is read as %v, %v", n, again, err)
		}
	})
}

func TestParseAction(t *testing.T) {
	good := map[string]string{
		"alias.add Bob@u.fr alias=B@u.fr":             "alias.add bob@u.fr alias=b@u.fr",
		"  alias.add  bob   alias=b@u.fr ":            "alias.add bob alias=b@u.fr",
		"quota.set bob size=\"2,5 Go\"":               "quota.set bob size=2560M",
		"request.show 0512":                           "request.show D-512",
		"request.reject d-5 reason=\"pas  ici, non\"": `request.reject D-5 reason="pas ici, non"`,
		`request.reject d-5 reason="say \"no\" \\o/"`: `request.reject D-5 reason="say \"no\" \\o/"`,
		"request.reject 5 reason=":                    "request.reject D-5",
		"request.list":                                "request.list",
		"request.list scope=mine":                     "request.list scope=mine",
		"help":                                        "help",
		"help alias.add":                              "help alias.add",
		"account.lock BOB":                            "account.lock bob",
		"account.rename bob to=Rob@U.fr":              "account.rename bob to=rob@u.fr",
		"request.amend 5 args=alias=B@u.fr":           `request.amend D-5 args="alias=B@u.fr"`,
		"request.amend 5 args=\"2,5 Go\"":             `request.amend D-5 args="2,5 Go"`,
		"account.cos bob cos=staff_XL.2":              "account.cos bob cos=staff_XL.2",
		"account.cos bob cos=s·étudiant":              `account.cos bob cos="s·étudiant"`,
		"account.forward bob to=B@gmail.com":          "account.forward bob to=b@gmail.com",
		"account.forward bob to=None":                 "account.forward bob to=none",
		`account.show "bob"`:                          "account.show bob",
	}
	for in, want := range good {
		if got, err := desk.ParseAction(in); err != nil || got.String() != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	bad := map[desk.Code][]string{
		desk.UnknownVerb: {"", " ", "alias", "ALIAS.ADD bob alias=b@u.fr", "alias.add\tbob", "aliаs.add bob", `"`, `help "x`, "account.explode bob"},
		desk.MissingArgument: {"alias.add", "alias.add alias=b@u.fr", "alias.add bob", "alias.add bob alias=", "quota.set bob", "account.show",
			"request.show", "account.rename bob", "account.cos bob", "account.forward bob to="},
		desk.InvalidArgument: {"alias.add bob alias=b@u.fr alias=c@u.fr", "alias.add bob alias=b@u.fr force=yes", "alias.add bob ann alias=b@u.fr",
			"quota.set bob 10G", "request.list scope=everything", "help ../etc/passwd", "help ALIAS", "request.list extra", "account.lock bob to=b@u.fr",
			`account.cos bob cos="a b"`, "account.cos bob cos=-a", "account.cos bob cos=a;b", "account.cos bob cos=a\u200bb", "account.cos bob cos=" + strings.Repeat("a", 65)},
		desk.InvalidAddress: {"alias.add bob alias=b", "alias.add bo*b alias=b@u.fr", "account.show \u212abob", "account.show <bob@u.fr>",
			"account.rename bob to=none", "account.forward bob to=nowhere", "account.forward bob to=a@u.fr,b@u.fr"},
		desk.InvalidSize:    {"quota.set bob size=10", "quota.set bob size=-1G"},
		desk.UnknownRequest: {"request.show 0", "request.show D-", "request.show E-5", "request.show 12345678901", "request.approve 5;6"},
	}
	for code, texts := range bad {
		for _, in := range texts {
			got, err := desk.ParseAction(in)
			if desk.CodeOf(err) != code || got != (desk.Action{}) {
				t.Errorf("%q: got %q, %v, want %s", in, got, err, code)
			}
		}
	}
	for _, reason := range []string{"\u202eeve", "a\x00b", "a\u200bb", strings.Repeat("é", 501), "\xff"} {
		_, err := desk.NewAction(desk.RequestReject, "5", map[string]string{"reason": reason})
		wants(t, err, desk.InvalidArgument)
	}
}

func FuzzAction(f *testing.F) {
	f.Add(`request.reject D-5 reason="say \"no\""`)
	f.Add("alias.add Bob@u.fr alias=b@u.fr")
	f.Add(`quota.set "bob"size=1G`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := desk.ParseAction(text)
		if err != nil {
			if a != (desk.Action{}) || desk.KindOf(err) == desk.Internal {
				t.Errorf("%q: %v, %v", text, a, err)
			}
			return
		}
		printed := a.String()
		if again, err := desk.ParseAction(printed); again != a || err != nil {
			t.Errorf("%q printed as %q is read as %q, %v", text, printed, again, err)
		}
		if strings.ContainsAny(printed, "\n\r\x00") || !utf8.ValidString(printed) {
			t.Errorf("%q printed as %q", text, printed)
		}
	})
}

// Any sentence given as a reason comes back, letter for letter but for spaces.
func TestReasonProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reason := rapid.String().Draw(t, "reason")
		a, err := desk.NewAction(desk.RequestReject, "5", map[string]string{"reason": reason})
		if err != nil {
			return
		}
		again, err := desk.ParseAction(a.String())
		if again != a || err != nil || again.Arg("reason") != strings.Join(strings.Fields(reason), " ") || again.Arg("") != "" {
			t.Fatalf("%q came back as %q, %v", reason, again.Arg("reason"), err)
		}
	})
}

func TestVerbsHaveSpecs(t *testing.T) {
	for _, v := range desk.Verbs() {
		if _, ok := desk.SpecOf(v); !ok {
			t.Errorf("%s has no spec", v)
		}
	}
	if _, ok := desk.SpecOf("account.explode"); ok {
		t.Error("a verb that does not exist has a spec")
	}
}

// Logins, words and domains are as long as they may be and made of what they may be.
func TestLoginsWordsAndDomains(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	domain := strings.Repeat(long(50)+".", 5) // 255 with no end
	for _, x := range []struct {
		verb         desk.Verb
		target, word string
		ok           bool
	}{
		{desk.AccountShow, "a.b_c-d", "", true}, {desk.AccountShow, "A1", "", true}, {desk.AccountShow, long(64), "", true},
		{desk.AccountShow, long(65), "", false}, {desk.AccountShow, "a+b", "", false}, {desk.AccountShow, "a.", "", false}, {desk.AccountShow, "-a", "", false}, {desk.AccountShow, "é", "", false},
		{desk.DriftApply, "", "a-b", true}, {desk.DriftApply, "", long(32), true}, {desk.DriftApply, "", long(33), false}, {desk.DriftApply, "", "a_b", false}, {desk.DriftApply, "", "a-", false},
		{desk.TreeShow, "u.fr", "", true}, {desk.TreeShow, domain[:250] + ".fr", "", true}, {desk.TreeShow, domain + "fr", "", false}, {desk.TreeShow, "u_v.fr", "", false}, {desk.TreeShow, "fr", "", false},
	} {
		args := map[string]string{}
		if x.word != "" {
			args["population"] = x.word
		}
		if _, err := desk.NewAction(x.verb, x.target, args); (err == nil) != x.ok {
			t.Errorf("%s %q %q: %v", x.verb, x.target, x.word, err)
		}
	}
}
