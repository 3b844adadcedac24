package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// account is the short form of all that is known of an account; read is when
// Partage was last read.
func (p pen) account(a desk.Account, read time.Time) Message {
	line := p.text("account.line", "account", code(string(a.Address)))
	owner := p.text("account.none")
	if a.Owner != "" {
		owner = p.who(a.Owner)
	}
	card := &Card{Tone: Neutral, Title: p.label("label.account"), Fields: p.fields(
		field{"label.owner", owner},
		field{"label.status", p.status(a.Status)},
		field{"label.seen", p.seen(a.Seen)},
		field{"label.used", p.storage(a)},
		field{"label.cos", written(a.COS)},
	)}
	if a.Forward != "" {
		card.Fields = append(card.Fields, p.fields(field{"label.forward", say.Forward(p.lang, a.Forward, a.ForwardOnly, code)})...)
	}
	if a.Hidden {
		card.Fields = append(card.Fields, p.fields(field{"label.book", say.Book(p.lang, true)})...)
	}
	card.Fields = append(card.Fields, Field{
		Title: fmt.Sprintf("%s (%d)", p.label("label.aliases"), len(a.Aliases)), Value: aliases(a.Aliases),
	})
	card.Fields = append(card.Fields, p.fields(field{"field.typed", p.command(desk.HistoryShow, string(a.Address), "")})...)
	card.Footer = p.text("account.as.of", "when", p.moment(read))
	return Message{Line: line + " · " + p.status(a.Status), Card: card}
}

func (p pen) status(s string) string {
	key := "status." + s
	if word := say.T(p.lang, key); word != key {
		return word
	}
	return code(s)
}

func (p pen) seen(t time.Time) string {
	if t.IsZero() {
		return p.text("account.never")
	}
	return say.Date(p.lang, t.In(p.zone))
}

func (p pen) storage(a desk.Account) string {
	used := say.Size(p.lang, a.Used)
	if a.Quota == 0 {
		return p.text("account.free", "used", used)
	}
	return say.T(p.lang, "quota.use", "used", used, "quota", say.Size(p.lang, a.Quota),
		"percent", strconv.FormatInt(a.Used*100/a.Quota, 10))
}

func aliases(all []desk.Address) string {
	const most = 10
	var shown []string
	for _, a := range all[:min(len(all), most)] {
		shown = append(shown, code(string(a)))
	}
	if len(all) > most {
		shown = append(shown, "+ "+strconv.Itoa(len(all)-most))
	}
	if len(shown) == 0 {
		return "—"
	}
	return strings.Join(shown, ", ")
}

// history shows what happened to an address, newest first.
func (p pen) history(target string, events []desk.Event) Message {
	line := p.text("history.line", "target", code(target))
	if len(events) == 0 {
		return Message{Line: line + ". " + say.T(p.lang, "empty.history")}
	}
	card := &Card{Tone: Neutral, Title: say.T(p.lang, "act.history")}
	for _, e := range events {
		card.Text += p.moment(e.At) + " · "
		if e.ID != "" {
			card.Text += string(e.ID) + " · "
		}
		card.Text += p.fact(e) + "\n"
	}
	return Message{Line: line, Card: card}
}

func (p pen) fact(e desk.Event) string {
	if d, ok := e.Fact.(desk.Decided); ok {
		e.Fact = desk.Decided{Decision: harmless(d.Decision)}
	}
	return say.Fact(p.lang, e, p.name, code)
}

// help lists the verbs: how each is typed, and what it does. A post holds only so
// much: where all is too much, the sentences are left to each topic.
func (p pen) help(verbs []desk.Verb) Message {
	const most = 3900 // characters that a card takes, with room for its end
	card, room := &Card{Tone: Neutral}, most
	typed := make([]string, len(verbs))
	for i, v := range verbs {
		usage, _ := say.Help(p.lang, v)
		typed[i] = code("/" + p.trigger + " " + usage)
		room -= utf8.RuneCountInString(typed[i]) + 1
	}
	var text strings.Builder
	for i, v := range verbs { // what each does is said as long as there is room for how all are typed
		text.WriteString(typed[i])
		if _, sentence := say.Help(p.lang, v); utf8.RuneCountInString(sentence)+3 <= room {
			text.WriteString(" — " + sentence)
			room -= utf8.RuneCountInString(sentence) + 3
		}
		text.WriteString("\n")
	}
	card.Text = text.String()
	card.Footer = p.text("help.about", "command", strings.Trim(p.command(desk.Help, "alias", ""), "`"))
	return Message{Line: p.text("help.line"), Card: card}
}
