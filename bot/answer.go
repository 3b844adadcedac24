package bot

import (
	"context"
	"iter"
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// Answer does what a person typed and says what came of it. Every door of the
// chat ends here. key is the message's: a change is asked once per key. An
// error is for package say, except that of a ctx that has ended.
func (b *Bot) Answer(ctx context.Context, who desk.Person, lang, typed, key string) (Message, error) {
	pen := b.pen(lang)
	if order, wonders, err := phrase.Why(typed); wonders && err == nil {
		return b.wonder(pen, who, order)
	} else if wonders {
		return b.puzzled(pen, who, err)
	}
	order, err := phrase.Parse(typed)
	if err != nil {
		return b.puzzled(pen, who, err)
	}
	a := order.Action
	if spec, _ := desk.SpecOf(a.Verb); spec.Changes {
		r, err := b.Desk.Ask(ctx, desk.Asking{By: who.UID, Via: desk.Chat, Action: a, Reason: order.Reason, Key: key})
		if err != nil {
			return Message{}, err
		}
		return b.asked(pen, r), nil
	}
	switch a.Verb {
	case desk.AccountShow:
		return b.show(pen, who, a.Target)
	case desk.HistoryShow:
		return b.history(ctx, pen, who, a.Target)
	case desk.DelegationList:
		return b.rights(pen, who, a.Target), nil
	case desk.DelegationShow:
		return b.right(ctx, pen, who, desk.Mandate(a.Target))
	case desk.RequestList:
		return b.list(pen, who, a.Arg("scope")), nil
	case desk.Help:
		return b.help(pen, who, a.Target), nil
	}
	return b.request(ctx, pen, who, a)
}

// puzzled answers what could not be read: nothing at all is a call for help,
// anything else is told with a way out.
func (b *Bot) puzzled(pen pen, who desk.Person, err error) (Message, error) {
	if desk.CodeOf(err) != desk.UnknownVerb {
		return Message{}, err
	}
	if said := detail(err, "value"); said == "" {
		return b.help(pen, who, ""), nil
	}
	b.count(string(desk.UnknownVerb))
	return Message{Line: pen.trouble(err) + " " + pen.text("help.example", "command", pen.command(desk.Help, "", ""))}, nil
}

// request answers the verbs about one request.
func (b *Bot) request(ctx context.Context, pen pen, who desk.Person, a desk.Action) (m Message, err error) {
	id, r := desk.ID(a.Target), desk.Request{}
	switch a.Verb {
	case desk.RequestShow:
		if r, err = b.Desk.Request(who.UID, desk.Chat, id); err == nil {
			return b.shown(pen, who, r), nil
		}
	case desk.RequestWhy:
		w, err := b.Desk.WhyRequest(who.UID, desk.Chat, id)
		if err != nil {
			return Message{}, err
		}
		return pen.why(code(a.Target)+" · "+say.Summary(pen.lang, w.Action, code), w), nil
	case desk.RequestApprove:
		if r, err = b.Desk.Approve(ctx, who.UID, desk.Chat, id, ""); err == nil {
			return Message{Line: b.voted(pen.lang, r)}, nil
		}
	case desk.RequestReject:
		r, err = b.Desk.Refuse(ctx, who.UID, desk.Chat, id, "", a.Arg("reason"))
	case desk.RequestCancel:
		r, err = b.Desk.Withdraw(ctx, who.UID, desk.Chat, id)
	case desk.RequestAgain:
		if r, err = b.Desk.AskAgain(ctx, who.UID, desk.Chat, id); err == nil {
			return pen.asked(r), nil
		}
	case desk.RequestAmend:
		if r, err = b.Desk.Amend(ctx, who.UID, desk.Chat, id, "", a.Arg("args")); err == nil {
			return Message{Line: pen.text("amended", "action", code(r.Action.String()), "outcome", pen.outcome(r))}, nil
		}
	default:
		err = desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(a.Verb))
	}
	return Message{Line: pen.outcome(r)}, err
}

// shown is the asker's card for the asker, else the approvers', without buttons.
func (b *Bot) shown(pen pen, who desk.Person, r desk.Request) Message {
	now := b.Desk.View.Account(desk.Address(r.Action.Target))
	if r.By == who.UID {
		return pen.asker(r, now)
	}
	return pen.approval(r, now)
}

func (b *Bot) show(pen pen, who desk.Person, ref string) (Message, error) {
	account, err := b.Desk.Show(who.UID, desk.Chat, ref)
	if err != nil {
		return Message{}, err
	}
	_, read := b.Desk.View.Ages()
	return pen.account(account, read), nil
}

func (b *Bot) history(ctx context.Context, pen pen, who desk.Person, ref string) (Message, error) {
	const most = 20
	all, err := b.Desk.History(ctx, who.UID, desk.Chat, ref)
	if err != nil {
		return Message{}, err
	}
	events, err := first(most, all)
	return pen.history(ref, events), err
}

// first takes up to n events that are news for people: where something was
// announced is not.
func first(n int, all iter.Seq2[desk.Event, error]) (events []desk.Event, err error) {
	for e, err := range all {
		if err != nil {
			return nil, err
		}
		switch e.Fact.(type) {
		case desk.Announced, desk.Telling:
			continue
		}
		if events = append(events, e); len(events) == n {
			break
		}
	}
	return events, nil
}

func (b *Bot) list(pen pen, who desk.Person, scope string) Message {
	const most = 16 // one more than are shown, to know that there are more
	switch scope {
	case "pending":
		return pen.list(scope, b.Desk.Inbox(who.UID))
	case "all":
		return pen.list(scope, b.Desk.Seen(who.UID, desk.Chat, most))
	}
	return pen.list("mine", b.Desk.Mine(who.UID, most))
}

// help shows the verbs of a topic, or all; those of approvers and keepers only
// to people who may ever approve.
func (b *Bot) help(pen pen, who desk.Person, topic string) Message {
	verbs := phrase.Topic(topic)
	if len(verbs) == 0 {
		verbs = desk.Verbs()
	}
	approver := who.Corresponds(b.Now()) || slices.ContainsFunc(b.Approvers(), who.In)
	return pen.help(slices.DeleteFunc(slices.Clone(verbs), func(v desk.Verb) bool {
		spec, _ := desk.SpecOf(v)
		return !approver && (spec.Keepers || spec.Governs || v == desk.RequestApprove || v == desk.RequestReject)
	}))
}
