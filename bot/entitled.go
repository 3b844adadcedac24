package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// entitled answers whether somebody may do something: of who asks, what the rules
// say of that very action, or whether they could ever let them; of others, the
// rights that who asks may see.
func (b *Bot) entitled(pen pen, who desk.Person, f phrase.Frame) (Message, error) {
	account, target, about := f.First("account"), f.First("target"), f.First("domain")
	verb := phrase.Verb(f.First("action"))
	if verb == "" {
		return Message{Line: say.Refusal(pen.lang, "house")}, nil
	}
	if desk.UID(account) != who.UID {
		return b.rights(pen, who, account), nil
	}
	spec, _ := desk.SpecOf(verb)
	if target != "" && spec.OnAccount() && len(spec.Needed()) == 0 {
		a, err := desk.NewAction(verb, target, nil)
		if err != nil {
			return Message{}, err
		}
		return b.wonder(pen, who, phrase.Order{Action: a})
	}
	verdict := "entitled.never"
	if len(b.Desk.Offered(who.UID, desk.Chat, verb)) == 1 {
		verdict = "entitled.ever"
	}
	usage, sentence := say.Help(pen.lang, verb)
	m := b.rights(pen, who, about)
	m.Line = pen.text(verdict, "what", sentence) + " " + pen.text("entitled.exact", "command", code("/"+b.Trigger+" "+pen.text("entitled.why")+" "+usage)) + "\n" + m.Line
	return m, nil
}

// domains lists those that are served, or those that a person corresponds for.
func (b *Bot) domains(pen pen, who desk.Person, account string) Message {
	all := b.Desk.View.Domains()
	switch {
	case desk.UID(account) == who.UID:
		all = who.Managed(desk.Use{Verb: desk.AccountShow, At: b.Now()})
	case account != "":
		return b.rights(pen, who, account)
	}
	const most = 60
	line := pen.text("domains.none")
	if len(all) > 0 {
		line = pen.text("domains") + " " + strings.Join(codes(all[:min(len(all), most)]), ", ")
	}
	return Message{Line: line}
}

// status tells how old what is known is and, where they are watched, which
// services answer.
func (b *Bot) status(pen pen) Message {
	directory, partage := b.Desk.View.Ages()
	card := &Card{Tone: Success, Fields: pen.fields(field{"status.directory", pen.moment(directory)}, field{"status.partage", pen.moment(partage)})}
	if b.Desk.Estate.Services != nil {
		for _, s := range b.Desk.Estate.Services() {
			if !s.Up {
				card.Tone = Warning
			}
			card.Fields = append(card.Fields, Field{Title: say.T(pen.lang, "service."+s.Name), Value: say.Answers(pen.lang, s), Short: true})
		}
	}
	return Message{Line: pen.text("status.line"), Card: card}
}
