package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// line says in one line which request, where it stands and what it is about.
func (p pen) line(r desk.Request) string { return say.Line(p.lang, r, code) }

// approval is the approvers' card, without its buttons. now is the account as
// the mirror has it.
func (p pen) approval(r desk.Request, now desk.Account) Message {
	card := p.card(r)
	card.Fields = p.fields(
		field{"label.by", p.who(r.By)},
		field{"label.owner", p.holder(r)},
		field{"field.change", p.change(r, now)},
		field{"field.cost", p.cost(r, now)},
		field{"field.difference", p.difference(r)},
		field{"label.action", code(r.Action.String())},
		field{"field.amended", p.amended(r)},
		field{"label.reason", written(r.Reason)},
		field{"field.exchanges", p.exchanges(r)},
		field{"label.rule", p.rule(r.Decision)},
		field{"field.decided", p.decided(r)},
	)
	if judged(r) {
		if r.State == desk.Waiting {
			card.Text = say.Effect(p.lang, r.Action, code)
		}
		card.Fields = append(card.Fields, p.fields(
			field{"label.approvers", say.Panels(p.lang, r.Decision.Panels, code)},
			field{"label.due", say.Before(p.lang, r.Dates.Due, p.zone)},
			field{"label.end", p.end(r)},
			field{"field.typed", p.command(desk.RequestApprove, string(r.ID), "") + " · " +
				p.command(desk.RequestReject, string(r.ID), p.text("typed.reason")) + p.otherwise(r)},
			field{"field.votes", fmt.Sprintf("%d / %d", len(r.Votes), r.Decision.Needed())},
			field{"field.digest", code(r.Digest()[:8])},
		)...)
	}
	return Message{Line: p.line(r), Card: card}
}

// judged says that the card has buttons.
func judged(r desk.Request) bool { return r.State == desk.Waiting || r.State == desk.Review }

// asker is the asker's own card.
func (p pen) asker(r desk.Request, now desk.Account) Message {
	card := p.card(r)
	card.Fields = p.fields(
		field{"field.change", p.change(r, now)},
		field{"field.difference", p.difference(r)},
		field{"label.action", code(r.Action.String())},
		field{"field.amended", p.amended(r)},
		field{"label.reason", written(r.Reason)},
		field{"field.exchanges", p.exchanges(r)},
		field{"field.decided", p.decided(r)},
	)
	if r.State == desk.Lapsed {
		card.Fields = append(card.Fields, p.fields(field{"field.typed", p.command(desk.RequestAgain, string(r.ID), "")})...)
	}
	if r.State == desk.Waiting {
		card.Fields = append(card.Fields, p.fields(field{"label.due", say.Before(p.lang, r.Dates.Due, p.zone)}, field{"label.end", p.end(r)})...)
		typed := p.command(desk.RequestCancel, string(r.ID), "") + p.amend(r)
		if _, open := r.Open(); open {
			typed = p.command(desk.RequestAnswer, string(r.ID), p.text("typed.text")) + " · " + typed
		}
		card.Fields = append(card.Fields, p.fields(field{"field.typed", typed})...)
	}
	return Message{Line: p.line(r), Card: card}
}

// card is what all cards of a request have: its color, its title, what it will
// change until that is settled, and what became of it.
func (p pen) card(r desk.Request) *Card {
	c := &Card{Tone: tones[r.State], Title: string(r.ID) + " · " + say.Title(p.lang, r.Action), Text: p.outcome(r)}
	if !r.State.Final() && r.State != desk.Review && !r.Undoing {
		c.Text = say.Effect(p.lang, r.Action, code) + "\n" + c.Text
	}
	return c
}

var tones = map[desk.State]Tone{
	desk.Open: Neutral, desk.Waiting: Warning, desk.Ready: Accent, desk.Running: Accent, desk.Doubtful: Warning,
	desk.Applying: Accent, desk.Stopped: Warning, desk.Review: Warning, desk.Settled: Success, desk.Rejected: Danger, desk.Cancelled: Neutral, desk.Lapsed: Neutral, desk.Broken: Danger,
}

// end is when a request ends that nobody answers.
func (p pen) end(r desk.Request) string {
	if r.Dates.End.IsZero() {
		return ""
	}
	return say.Deadline(p.lang, r.Dates.End, p.zone)
}

// ended is the one line that rings when a request has come to its end.
func (p pen) ended(r desk.Request) Message { return Message{Line: p.outcome(r)} }

// owner tells the owner of an account what somebody else had done to it.
func (p pen) owner(r desk.Request) Message {
	card := p.card(r)
	card.Fields = p.fields(field{"label.by", p.who(r.By)}, field{"label.action", code(r.Action.String())}, field{"label.reason", written(r.Reason)})
	line := "owner.line"
	switch r.Action.Verb {
	case desk.DelegationGrant, desk.DelegationDeputy, desk.DelegationRevoke:
		line = "rights.owner"
	case desk.TokenEnd:
		line = "tokens.owner"
	}
	return Message{Line: p.text(line, "outcome", p.outcome(r)), Card: card}
}

// A field is a key of the table and its value; without value it is left out.
type field struct{ key, value string }

// Two of these stand side by side.
var short = []string{"field.votes", "field.digest", "label.status", "label.seen", "label.used"}

func (p pen) fields(all ...field) (shown []Field) {
	for _, f := range all {
		if f.value != "" {
			shown = append(shown, Field{Title: p.label(f.key), Value: f.value, Short: slices.Contains(short, f.key)})
		}
	}
	return shown
}

// label is the name of a field: one that the portal has too, or our own.
func (p pen) label(key string) string {
	if strings.HasPrefix(key, "label.") {
		return say.T(p.lang, key)
	}
	return p.text(key)
}

func written(reason string) string {
	if reason == "" {
		return ""
	}
	return code(reason)
}

func (p pen) who(uid desk.UID) string {
	who := p.person(uid)
	s := p.name(uid)
	if who.Name != "" {
		s += " (" + code(string(uid)) + ")"
	}
	if who.UnitName != "" {
		s += " · " + code(who.UnitName)
	}
	return s
}

// amended is who wrote the request as it stands, if somebody changed it.
func (p pen) amended(r desk.Request) string {
	if r.Amender == "" {
		return ""
	}
	return p.who(r.Amender)
}

// otherwise is how to answer what waits by a question, or by other arguments.
func (p pen) otherwise(r desk.Request) string {
	if r.State != desk.Waiting {
		return ""
	}
	return " · " + p.command(desk.RequestQuestion, string(r.ID), p.text("typed.text")) + p.amend(r)
}

// amend is how to type other arguments, if there are any.
func (p pen) amend(r desk.Request) string {
	if spec, _ := desk.SpecOf(r.Action.Verb); len(spec.Args) == 0 || spec.Governs {
		return ""
	}
	return " · " + p.command(desk.RequestAmend, string(r.ID), p.text("typed.value"))
}

// holder is left out when it is the asker.
func (p pen) holder(r desk.Request) string {
	if r.Owner == "" || r.Owner == r.By {
		return ""
	}
	return p.who(r.Owner)
}

func (p pen) rule(d desk.Decision) string {
	if d.Rule == "" {
		return inert(d.Because.In(p.lang))
	}
	return inert(d.Because.In(p.lang)) + " (" + code(d.Rule) + ")"
}

// decided is who approved or refused, and when.
func (p pen) decided(r desk.Request) string {
	var all []string
	for _, v := range r.Votes {
		all = append(all, "✓ "+p.name(v.By)+", "+p.moment(v.At))
	}
	if r.State != desk.Cancelled && r.Ended != "" {
		all = append(all, "✕ "+p.name(r.Ended)+", "+p.moment(r.Changed))
	}
	return strings.Join(all, "\n")
}

// change is what differs, or will; nothing for what did not come about. Once an
// attempt was made, "before" is what it read.
func (p pen) change(r desk.Request, now desk.Account) string {
	if r.State.Final() && r.State != desk.Settled {
		return ""
	}
	if r.Before.Known() {
		now = r.Before
	}
	if len(r.Plan.Steps) > 0 && r.Origin.Known() { // the last step may be on another
		now = r.Origin
	}
	account := code(r.Action.Target)
	switch r.Action.Verb {
	case desk.AliasAdd:
		return p.text("change.add", "account", account)
	case desk.AliasRemove:
		return p.text("change.remove", "account", account)
	case desk.QuotaSet:
		return p.text("change.quota", "old", p.quota(now.Quota), "new", p.size(r.Action), "used", say.Size(p.lang, now.Used))
	}
	if old, next := p.setting(r.Action, now); next != "" {
		return old + " → " + next
	}
	return p.turns(r.Action, now)
}

// turns is all that an account would have otherwise, a line each.
func (p pen) turns(a desk.Action, now desk.Account) string {
	var lines []string
	for _, e := range desk.Effects(a, now) {
		lines = append(lines, say.Turn(p.lang, e, code))
	}
	return strings.Join(lines, "\n")
}

// cost is what a month will cost more or less, as long as that is to be decided.
func (p pen) cost(r desk.Request, now desk.Account) string {
	if r.State.Final() {
		return ""
	}
	return say.Cost(p.lang, p.tariff.Cost(r.Action, now), p.tariff.Currency)
}

// setting is what the account has of the one thing that the action sets, and
// what it will have.
func (p pen) setting(a desk.Action, now desk.Account) (old, next string) {
	switch a.Verb {
	case desk.AccountLock, desk.AccountActivate, desk.AccountClose:
		return p.status(now.Status), p.status(desk.StatusAfter(a.Verb))
	case desk.AccountHide, desk.AccountUnhide:
		hide := a.Verb == desk.AccountHide
		return say.Book(p.lang, !hide), say.Book(p.lang, hide)
	case desk.AccountRename:
		return code(a.Target), code(a.Arg("to"))
	case desk.AccountCOS:
		return code(now.COS), code(a.Arg("cos"))
	case desk.AccountForward:
		return say.Forward(p.lang, now.Forward, now.ForwardOnly, code), say.Forward(p.lang, a.Arg("to"), false, code)
	}
	return "", ""
}

func (p pen) size(a desk.Action) string {
	n, err := desk.ParseSize(a.Arg("size"))
	if err != nil {
		return code(a.Arg("size"))
	}
	return say.Size(p.lang, int64(n))
}

// held shows, a line each, the requests that a release lets go on.
func (p pen) held(all []desk.Request) string {
	const most = 10
	var lines []string
	for _, r := range all[:min(len(all), most)] {
		lines = append(lines, string(r.ID)+" · "+say.Summary(p.lang, r.Action, code)+" · "+p.name(r.By))
	}
	if more := len(all) - most; more > 0 {
		lines = append(lines, p.text("held.more", "n", strconv.Itoa(more)))
	}
	return strings.Join(lines, "\n")
}

// list shows requests, a line each.
func (p pen) list(scope string, all []desk.Request) Message {
	const most = 15
	title := p.text("list." + scope)
	if len(all) == 0 {
		return Message{Line: title + ". " + say.T(p.lang, "empty.requests")}
	}
	card := &Card{Tone: Neutral}
	for _, r := range all[:min(len(all), most)] {
		card.Text += p.line(r) + "\n"
	}
	if len(all) > most {
		card.Text += p.text("list.more", "n", strconv.Itoa(most))
	}
	if scope == "pending" {
		card.Fields = p.fields(field{"field.alike", p.alike(all[:min(len(all), most)])})
	}
	return Message{Line: title, Card: card}
}

// alike is what to type to approve together what one person asks several times,
// by the same rule: each is then shown, and recorded, by itself.
func (p pen) alike(all []desk.Request) string {
	type kind struct {
		verb desk.Verb
		by   desk.UID
		rule string
	}
	groups, order := map[kind][]string{}, []kind{}
	for _, r := range all {
		k := kind{r.Action.Verb, r.By, r.Decision.Rule}
		if groups[k] = append(groups[k], string(r.ID)); len(groups[k]) == 2 {
			order = append(order, k)
		}
	}
	var lines []string
	for _, k := range order {
		lines = append(lines, code("/"+p.trigger+" "+p.text("typed.approve")+" "+strings.Join(groups[k], " ")))
	}
	return strings.Join(lines, "\n")
}
