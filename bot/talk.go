package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// Answer does what a person typed and says what came of it, where nothing is
// remembered. See talk.
func (b *Bot) Answer(ctx context.Context, who desk.Person, lang, typed, key string) (Message, error) {
	return b.talk(ctx, who, lang, place{account: b.Desk.View.Chat(who.UID), open: true}, typed, key)
}

// talk does what a person typed and says what came of it. Every door of the chat
// ends here. A command typed in full is done; of a sentence, a change is shown
// and waits for a yes. key is the message's: a change is asked once per key. An
// error is for package say, except that of a ctx that has ended.
func (b *Bot) talk(ctx context.Context, who desk.Person, lang string, at place, typed, key string) (Message, error) {
	pen := b.pen(lang)
	waits, known := b.memory.find(at, b.Now())
	if known {
		if m, done, err := b.replied(ctx, pen, who, waits, typed, key); done {
			return m, err
		}
	} else if word(typed) != "" {
		return Message{Line: pen.text("forgotten")}, nil
	}
	if order, wonders, err := phrase.Why(typed); wonders && err == nil {
		return b.wonder(pen, who, order)
	}
	if all := several(typed); len(all) > 1 {
		return b.offer(pen, who, at, wish{Key: key}, all)
	}
	if order, tries, err := phrase.Try(typed); tries && err == nil {
		return b.rehearse(ctx, pen, who, order)
	} else if tries {
		return b.puzzled(pen, err)
	}
	order, err := phrase.Parse(typed)
	if err == nil {
		return b.do(ctx, pen, who, doing{order.Action, order.Reason, key, "", ""})
	}
	if detail(err, "value") == "" && desk.CodeOf(err) == desk.UnknownVerb {
		return b.help(pen, who, ""), nil
	}
	reader := b.reader(lang)
	a := reader.Read(typed)
	if known && waits.asked.Ask != "" {
		if a = reader.Continue(waits.asked, typed); a.Refused == "" && a.Ask == "" {
			b.memory.forget(waits)
		}
	}
	a = b.holder(a)
	// A reply in a thread may be the answer to a question that we no longer know.
	lost := !at.open && !known && a.Frame.Intent == "" && len(a.Meant) == 0 && (a.Refused == phrase.NotUnderstood || a.Ask == phrase.AskIntent)
	switch {
	case lost:
		return Message{Line: pen.text("forgotten")}, nil
	case a.Refused == phrase.NotUnderstood, desk.CodeOf(err) != desk.UnknownVerb && (a.Refused != "" || a.Ask != "" && len(a.Frame.Slots) == 0):
		return b.puzzled(pen, err)
	case a.Refused != "":
		b.count(string(a.Refused))
		return Message{Line: say.Refusal(lang, string(a.Refused)) + " " + pen.text("help.example", "command", pen.command(desk.Help, "", ""))}, nil
	case a.Ask != "":
		return b.ask(pen, who, at, a, err), nil
	}
	return b.understood(ctx, pen, who, at, a.Frame, key)
}

// ask asks for what a sentence lacks, and remembers the rest.
func (b *Bot) ask(pen pen, who desk.Person, at place, a phrase.Answer, err error) Message {
	if len(a.Meant) > 0 {
		var meant []choice
		for _, f := range a.Meant {
			meant = append(meant, choice{b.told(who, pen.lang, f), f})
		}
		return b.choose(pen, at, say.Question(pen.lang, "intent")+" "+pen.text("choose.meant"), meant)
	}
	b.memory.keep(pending{at: at, until: b.Now().Add(questionTime), asked: a}, b.Now())
	line := say.Question(pen.lang, a.Ask)
	if a.Frame.Intent != "" {
		line += "\n" + pen.text("ask.so.far", "frame", code(a.Frame.String()))
	}
	if a.Ask == phrase.AskIntent && detail(err, "nearest") != "" {
		line = pen.trouble(err)
	}
	if options := b.options(who, a.Ask); len(options) > 0 {
		line += "\n" + strings.Join(codes(options), " · ")
	}
	return Message{Line: line + "\n" + pen.text("ask.until")}
}

// options are a few values to choose from, those of the person's own first.
func (b *Bot) options(who desk.Person, slot string) (some []string) {
	switch slot {
	case "cos":
		some = b.Desk.View.Classes()
	case phrase.AskDomain:
		some = who.Managed(desk.Use{Verb: desk.AccountShow, At: b.Now()})
	}
	return some[:min(len(some), 12)]
}

// told is the frame as it is typed in full, if the house has a command for it.
func (b *Bot) told(who desk.Person, lang string, f phrase.Frame) string {
	actions, err := b.actions(who, f)
	if err != nil || len(actions) == 0 {
		return f.String()
	}
	return phrase.Canonical(lang, actions[0])
}

// choose asks which of several is meant.
func (b *Bot) choose(pen pen, at place, question string, of []choice) Message {
	of = of[:min(len(of), mostChoices)]
	b.memory.keep(pending{at: at, until: b.Now().Add(questionTime), choices: of}, b.Now())
	lines := []string{question}
	for i, c := range of {
		lines = append(lines, strconv.Itoa(i+1)+". "+code(c.label))
	}
	return Message{Line: strings.Join(append(lines, pen.text("choose.number")), "\n")}
}

const mostChoices = 9

// replied takes what answers the place: a yes, a no, an address, a number. done is
// false for anything else: it is read by itself.
func (b *Bot) replied(ctx context.Context, pen pen, who desk.Person, p pending, typed, key string) (m Message, done bool, err error) {
	said := word(typed)
	switch {
	case said == no:
		b.memory.forget(p)
		return Message{Line: pen.text("wish.cancelled")}, true, nil
	case p.wish != nil:
		return b.consents(ctx, pen, who, p, said, typed)
	case len(p.choices) > 0:
		n, numbered := numbered(typed)
		if said == yes && len(p.choices) == 1 {
			n, numbered = 1, true
		}
		switch {
		case !numbered && said != yes:
			return Message{}, false, nil
		case !numbered || n > len(p.choices):
			return Message{Line: pen.text("choose.number")}, true, nil
		}
		b.memory.forget(p)
		m, err = b.understood(ctx, pen, who, p.at, p.choices[n-1].frame, key)
		return m, true, err
	}
	return Message{}, false, nil
}

// consents takes the yes to a wish. What takes something away needs its address.
func (b *Bot) consents(ctx context.Context, pen pen, who desk.Person, p pending, said, text string) (Message, bool, error) {
	actions, err := p.wish.actions()
	if err != nil {
		return Message{}, false, nil
	}
	addresses := typed(actions)
	switch {
	case len(addresses) == 0 && said != yes, len(addresses) > 0 && said != yes && !names(text, addresses):
		return Message{}, false, nil
	case len(addresses) > 0 && !names(text, addresses):
		return Message{Line: pen.text("wish.type", "addresses", strings.Join(codes(addresses), ", "))}, true, nil
	}
	b.memory.forget(p)
	m, err := b.grant(ctx, pen, who, *p.wish)
	return m, true, err
}

// names says that the text is these addresses, each once, in whichever order, and
// perhaps the verb before them.
func names(text string, addresses []string) bool {
	var said []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,;`\t\n\u00a0", r) }) {
		w = strings.TrimPrefix(w, "mailto:")
		if !slices.Contains(verbsOfYes, w) {
			said = append(said, w)
		}
	}
	want := slices.Clone(addresses)
	slices.Sort(said)
	slices.Sort(want)
	return slices.Equal(said, slices.Compact(want))
}

var verbsOfYes = strings.Fields("oui yes confirmer confirm supprimer retirer delete remove verrouiller lock fermer close masquer hide renommer rename déplacer move rediriger forward révoquer revoke et and")

// The two words that answer a confirmation.
const (
	yes = "yes"
	no  = "no"
)

// word is yes, no, or "" for a text that is neither.
func word(typed string) string {
	switch strings.ToLower(strings.Trim(strings.TrimSpace(typed), ".!`« »\"")) {
	case "oui", "yes", "ok", "confirmer", "confirme", "confirm":
		return yes
	case "non", "no", "annuler", "annule", "cancel", "stop", "laisse tomber", "never mind":
		return no
	}
	return ""
}

func numbered(typed string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(typed), ".)`"))
	return n, err == nil && n > 0
}

// reader understands sentences as the house is now.
func (b *Bot) reader(lang string) *phrase.Reader {
	r := &phrase.Reader{Now: b.Now().In(b.Zone), Domain: shortest(b.Desk.View.Domains()), YearEnd: time.Date(2000, time.August, 31, 0, 0, 0, 0, time.UTC),
		Knows: func(login string) bool { return b.Desk.View.Person(desk.UID(login)).Known() }, Serves: b.Desk.View.HasDomain, Lang: lang}
	for _, class := range b.Desk.View.Classes() {
		r.Call(class, b.Classes[class]...)
	}
	return r
}

// shortest is the domain that the others most likely end with.
func shortest(domains []string) (short string) {
	for _, d := range domains {
		if short == "" || len(d) < len(short) {
			short = d
		}
	}
	return short
}

// several reads "valider D-1 D-2, D-3": each is voted on by itself.
func several(typed string) (all []desk.Action) {
	words := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if len(words) > 0 && strings.HasPrefix(words[0], "/") {
		words = words[1:]
	}
	if len(words) < 3 || !slices.Contains([]string{"valider", "valide", "approve"}, strings.ToLower(words[0])) {
		return nil
	}
	for _, w := range words[1:] {
		a, err := desk.NewAction(desk.RequestApprove, w, nil)
		if err != nil {
			return nil
		}
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}
