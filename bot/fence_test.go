package bot

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// outside is what is left of Markdown when its code spans are taken out, as
// CommonMark finds them: a run of back-ticks ends with the next run of the same
// length.
func outside(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '`' {
			b.WriteByte(s[i])
			i++
			continue
		}
		run := ticks(s[i:])
		end := closing(s[i+run:], run)
		if end < 0 {
			b.WriteString(s[i : i+run])
			i += run
			continue
		}
		b.WriteByte('#')
		i += run + end + run
	}
	return b.String()
}

func ticks(s string) int { return len(s) - len(strings.TrimLeft(s, "`")) }

func closing(s string, run int) int {
	for i := 0; i < len(s); {
		n := ticks(s[i:])
		if n == run {
			return i
		}
		i += max(n, 1)
	}
	return -1
}

// hostile are what people could type to be more than text.
var hostile = []string{
	"@all", "@channel", "@here", "@marie", "~town-square", "#tag", ":smile:", "<!channel>", "<@U1>", "<https://evil|click>",
	"[click](https://evil)", "![i](https://evil/i.png)", "https://evil", "www.evil.fr", "mailto:a@b.fr", "mmaction://approve?id=D-1",
	"[ok](mmaction://approve?request=D-1)", "`@all`", "``@all``", "``` @all ```", "` @all", "a`b``c```d @all", "`", "``", "x`", "`x",
	"a\n# title\n@all", "a\r\n> quote", "a\u2028@all", "\u202e@all\u202c", "@\u200ball", "a\u0000@all", "\u2066@all\u2069", "|a|b|\n|-|-|", "$x$",
	"**bold** _it_ ~~s~~", "\\`@all\\`", "</code>@all", "é\u0301\u0302\u0303\u0304@all", strings.Repeat("@all ", 200), strings.Repeat("`", 400), "\xff@all\xfe",
}

// hostiles are those, alone and among other signs: more than three hundred.
func hostiles() (all []string) {
	for _, s := range hostile {
		for _, around := range []string{"%s", "x %s y", "`%s", "%s`", "[%s](https://evil)", "**%s**", "%s\n\n%s", "<%s>", "\u202e%s", "@%s"} {
			all = append(all, strings.ReplaceAll(around, "%s", s))
		}
	}
	return all
}

// hostileRequest has the text wherever people or the directory put text.
func hostileRequest(state desk.State, s string) desk.Request {
	r := alias(state)
	r.By, r.Ended, r.Reason, r.Refusal = "evil", "evil", s, s
	r.Votes = []desk.Vote{{By: "evil"}}
	r.Decision.Panels = []desk.Panel{{Approvers: []string{"group:" + s, "domain:" + s, "person:" + s}}, {Approvers: []string{"group:" + s}, Needed: 2}}
	r.Decision.Rule = s
	r.Action.Target = s
	r.Amender = "evil"
	r.Exchanges = []desk.Exchange{{By: "evil", At: noon, Question: s, Answer: s, Answered: noon}, {By: "evil", At: noon, Question: s}}
	return r
}

// everywhere is every text that we would post with s in all places.
func everywhere(s string) (texts []string) {
	p := testPen("fr")
	p.person = func(desk.UID) desk.Person { return desk.Person{UID: "evil", Name: s, UnitName: s} }
	all := []Message{p.account(desk.Account{Address: desk.Address(s), Owner: "evil", Status: s, Aliases: []desk.Address{desk.Address(s)}}, noon)}
	for _, state := range []desk.State{desk.Waiting, desk.Ready, desk.Running, desk.Doubtful, desk.Settled, desk.Rejected, desk.Cancelled, desk.Lapsed, desk.Broken} {
		r := hostileRequest(state, s)
		all = append(all, p.approval(r, mailbox), p.asker(r, mailbox), p.owner(r), p.ended(r), p.asked(r), p.list("all", []desk.Request{r}), p.digest([]desk.Request{r}, noon))
	}
	waiting := hostileRequest(desk.Waiting, s)
	for _, role := range []desk.Role{desk.ToQuestion, desk.ToAnswer, desk.ToAmend} {
		all = append(all, Message{Line: p.rung(role, waiting)})
	}
	for _, a := range []desk.Action{{Verb: desk.AliasAdd, Target: s, Args: "alias=" + strconv.Quote(s)}, {Verb: desk.AliasRemove, Target: s, Args: "alias=x@u.fr"}, {Verb: desk.AccountDelete, Target: s}, {Verb: desk.QuotaSet, Target: s, Args: "size=2G"}} {
		one := proposal{action: a, decision: waiting.Decision, change: p.change(waiting, mailbox), line: p.line(waiting)}
		all = append(all, p.wished([]proposal{one}, noon), p.wished([]proposal{one, one}, noon))
	}
	all = append(all, p.rights([]desk.Delegation{{ID: "M-1", Grant: desk.Grant{To: "evil", Domains: []string{s}, Units: []string{s}, Classes: []string{s}}}}, s))
	all = append(all, p.history(s, []desk.Event{{At: noon, ID: "D-1", By: "evil", Fact: desk.Asked{Action: desk.Action{Verb: desk.AliasAdd, Target: s}, Reason: s}},
		{At: noon, ID: "D-1", By: "evil", Fact: desk.Refused{Reason: s}}, {At: noon, By: "evil", Fact: desk.Granted{Grant: desk.Grant{To: "evil", Domains: []string{s}}}}}))
	for _, code := range []desk.Code{desk.UnknownVerb, desk.InvalidAddress, desk.InvalidSize, desk.InvalidArgument, desk.UnknownAccount, desk.UnknownDomain,
		desk.UnknownRequest, desk.UnknownPerson, desk.AliasTaken, desk.AliasAbsent, desk.NotAllowed, desk.TooLate} {
		err := desk.Fail(desk.Invalid, code, "value", s, "alias", s, "account", s, "domain", s, "target", s, "rule", s, "by", "evil", "nearest", s, "id", s, "name", "rest")
		texts = append(texts, p.trouble(err))
	}
	for _, m := range all {
		texts = append(texts, m.Line)
		if m.Card != nil {
			texts = append(texts, m.Card.Title, m.Card.Text, m.Card.Footer)
			for _, f := range m.Card.Fields {
				texts = append(texts, f.Title, f.Value)
			}
		}
	}
	return texts
}

// harmlessTexts are what stands outside them for a text that is nothing else.
var harmlessTexts = sync.OnceValue(func() (texts []string) {
	for _, s := range everywhere("x") {
		texts = append(texts, outside(s))
	}
	return texts
})

// What stands outside code spans is ours: it does not depend on what people wrote.
func contained(t interface {
	Errorf(string, ...any)
}, s string) {
	plain, got := harmlessTexts(), everywhere(s)
	for i := range got {
		if outside(got[i]) != plain[i] {
			t.Errorf("%q got out:\n%s\n%s", s, outside(got[i]), plain[i])
		}
		if strings.ContainsFunc(got[i], func(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%q left an invisible character in %q", s, got[i])
		}
		if strings.Contains(got[i], "\u0301\u0302\u0303") {
			t.Errorf("%q left a pile of accents in %q", s, got[i])
		}
	}
}

func TestPeoplesTextStaysInCodeSpans(t *testing.T) {
	for _, s := range hostiles() {
		contained(t, s)
	}
	if n := len(hostiles()); n < 300 {
		t.Errorf("only %d strings", n)
	}
}

// Read back as the server would, each card has the lines of a harmless one, no
// image and no link, and the buttons that we gave it.
func TestCardsReadBack(t *testing.T) {
	b := cardBot(t)
	shape := func(s string) (counts [5]int) {
		r := hostileRequest(desk.Waiting, s)
		for _, m := range []Message{b.approval(b.Lang, r, desk.ToApprovers, "c"), b.wished(testPen("fr"), place{account: "a", channel: "c"}, wish{Do: []string{s}, Reason: s}, []proposal{{action: r.Action}})} {
			raw, err := json.Marshal(render(m))
			if err != nil {
				t.Fatal(err)
			}
			var back struct {
				Message string
				Props   struct{ Attachments []*model.SlackAttachment }
			}
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Fatal(err)
			}
			counts[0] += strings.Count(back.Message, "\n")
			for _, a := range back.Props.Attachments {
				counts[1] += strings.Count(a.Text, "\n")
				counts[2] += len(a.Fields)
				if a.ImageURL+a.ThumbURL+a.TitleLink+a.AuthorLink+a.AuthorIcon+a.AuthorName+a.Pretext != "" {
					t.Errorf("%q: %+v", s, a)
				}
				for _, f := range a.Fields {
					value, _ := f.Value.(string)
					counts[3] += strings.Count(value, "\n")
				}
				for _, x := range a.Actions {
					counts[4]++
					if x.Integration.URL != "http://bot/action" || strings.Contains(x.Name, s) && s != "x" {
						t.Errorf("%q: a button %+v", s, x)
					}
				}
			}
		}
		return counts
	}
	harmless := shape("x")
	for _, s := range hostiles() {
		if got := shape(s); got != harmless {
			t.Errorf("%q: lines, fields and buttons are %v, want %v", s, got, harmless)
		}
	}
}

// What a form shows of people is plain text, on one line.
func TestFormsOfPeople(t *testing.T) {
	b := cardBot(t)
	for _, s := range hostiles() {
		shown := clipped(clean(b.known(desk.Account{Address: desk.Address(s), Owner: desk.UID(s)})), 60)
		if len(shown) > 60 || strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("%q is shown as %q", s, shown)
		}
	}
}

func TestAnyTextStaysInCodeSpans(t *testing.T) {
	text := rapid.StringOfN(rapid.OneOf(rapid.SampledFrom([]rune("`@#~<>[]()|*_\\:!/ \n")), rapid.Rune()), 1, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		if clean(s) == "" {
			return // shown as a dash
		}
		contained(t, s)
	})
}

func TestRuleSentencesAreInert(t *testing.T) {
	for _, s := range hostile {
		p, r := testPen("fr"), alias(desk.Rejected)
		r.Decision = desk.Decision{Because: desk.Text{FR: s}}
		left := outside(inert(s) + p.asked(r).Line + p.rule(r.Decision) +
			p.history("x", []desk.Event{{At: noon, ID: "D-1", By: "paul", Fact: desk.Decided{Decision: r.Decision}}}).Card.Text)
		left = strings.ReplaceAll(left, "#", "") // stands for a code span
		if strings.ContainsAny(left, "@~<>[]|*_\\$!`") || strings.Contains(left, "://") || strings.Contains(left, "www.") {
			t.Errorf("%q left %q", s, left)
		}
	}
	if s := "Un quota jusqu'à 8 Go est libre (charte, art. 3)."; inert(s) != s {
		t.Errorf("%q became %q", s, inert(s))
	}
}

func TestCodeIsCut(t *testing.T) {
	if got := []rune(code(strings.Repeat("é", 1000))); len(got) != longest+3 {
		t.Errorf("%d characters", len(got))
	}
	if code(" \u200b\n") != "—" {
		t.Errorf("nothing is %q", code(" \u200b\n"))
	}
}
