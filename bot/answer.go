package bot

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// A doing is one action to be done at once: for a reason, under the key of the
// message, perhaps with others. digest names the request that it is about as it
// was shown; "" stands for what was typed in full.
type doing struct {
	action                     desk.Action
	reason, key, batch, digest string
}

// do does one action and says what came of it.
func (b *Bot) do(ctx context.Context, pen pen, who desk.Person, d doing) (Message, error) {
	a := d.action
	if spec, _ := desk.SpecOf(a.Verb); spec.Changes {
		r, err := b.Desk.Ask(ctx, desk.Asking{By: who.UID, Via: desk.Chat, Action: a, Reason: d.reason, Key: d.key, Batch: d.batch})
		if err != nil {
			return Message{}, err
		}
		return b.asked(pen, r), nil
	}
	switch a.Verb {
	case desk.AccountShow:
		return b.show(pen, who, a.Target)
	case desk.HistoryShow:
		return b.history(ctx, pen, who, a.Target, time.Time{})
	case desk.AddressShow:
		return b.register(pen, who, desk.Address(a.Target))
	case desk.DelegationList:
		return b.rights(pen, who, a.Target), nil
	case desk.DelegationShow:
		return b.right(ctx, pen, who, desk.Mandate(a.Target))
	case desk.DriftShow:
		return b.drift(pen, who, a)
	case desk.FiguresShow:
		return b.figures(pen, who, a.Target)
	case desk.AccountWhole:
		return b.whole(ctx, pen, who, a.Target)
	case desk.ListShow, desk.ResourceShow, desk.TreeShow:
		return b.object(pen, who, a)
	case desk.AddressReach:
		return b.reach(pen, who, a)
	case desk.RequestList:
		return b.list(pen, who, a.Arg("scope")), nil
	case desk.Help:
		return b.help(pen, who, a.Target), nil
	}
	return b.request(ctx, pen, who, a, d.digest)
}

// puzzled answers what could not be read, with a way out.
func (b *Bot) puzzled(pen pen, err error) (Message, error) {
	if desk.CodeOf(err) != desk.UnknownVerb {
		return Message{}, err
	}
	b.count(string(desk.UnknownVerb))
	return Message{Line: pen.trouble(err) + " " + pen.text("help.example", "command", pen.command(desk.Help, "", ""))}, nil
}

// request answers the verbs about one request.
func (b *Bot) request(ctx context.Context, pen pen, who desk.Person, a desk.Action, digest string) (m Message, err error) {
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
		if r, err = b.Desk.Approve(ctx, who.UID, desk.Chat, id, digest); err == nil {
			return Message{Line: b.voted(pen.lang, r)}, nil
		}
	case desk.RequestReject:
		r, err = b.Desk.Refuse(ctx, who.UID, desk.Chat, id, digest, a.Arg("reason"))
	case desk.RequestCancel:
		r, err = b.Desk.Withdraw(ctx, who.UID, desk.Chat, id)
	case desk.RequestAgain:
		if r, err = b.Desk.AskAgain(ctx, who.UID, desk.Chat, id); err == nil {
			return b.asked(pen, r), nil
		}
	case desk.RequestNudge:
		if _, err = b.Desk.Nudge(ctx, who.UID, desk.Chat, id); err == nil {
			return Message{Line: pen.text("nudged", "id", string(id))}, nil
		}
	case desk.RequestAmend:
		if r, err = b.Desk.Amend(ctx, who.UID, desk.Chat, id, digest, a.Arg("args")); err == nil {
			return Message{Line: pen.text("amended", "action", code(r.Action.String()), "outcome", pen.outcome(r))}, nil
		}
	case desk.RequestQuestion:
		if _, err = b.Desk.Question(ctx, who.UID, desk.Chat, id, digest, a.Arg("text")); err == nil {
			return Message{Line: pen.text("questioned", "id", string(id))}, nil
		}
	case desk.RequestAnswer:
		if _, err = b.Desk.Answer(ctx, who.UID, desk.Chat, id, a.Arg("text")); err == nil {
			return Message{Line: pen.text("answered", "id", string(id))}, nil
		}
	case desk.RequestUndo:
		if r, err = b.Desk.TakeBack(ctx, who.UID, desk.Chat, id); err == nil {
			return pen.asked(r), nil
		}
	default:
		err = desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(a.Verb))
	}
	return Message{Line: pen.outcome(r)}, err
}

// shown is the asker's card for the asker, else the approvers', without buttons.
func (b *Bot) shown(pen pen, who desk.Person, r desk.Request) Message {
	now := b.Desk.About(r)
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

func (b *Bot) history(ctx context.Context, pen pen, who desk.Person, ref string, since time.Time) (Message, error) {
	const most = 20
	all, err := b.Desk.History(ctx, who.UID, desk.Chat, ref)
	if err != nil {
		return Message{}, err
	}
	events, err := first(most, all)
	events = slices.DeleteFunc(events, func(e desk.Event) bool { return e.At.Before(since) })
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
		return pen.list(scope, b.Desk.Seen(who.UID, desk.Chat, desk.Query{Limit: most}))
	}
	return pen.list("mine", b.Desk.Mine(who.UID, desk.Query{Limit: most}))
}

// ofObject says that the verb is about a list, a resource, a tree or an address.
func ofObject(v desk.Verb) bool {
	spec, _ := desk.SpecOf(v)
	return spec.Object || spec.OnObject() && !spec.OnAccount() || v == desk.TreeShow
}

var judging = []desk.Verb{desk.RequestApprove, desk.RequestReject, desk.RequestQuestion}

// help shows the verbs of a topic, or all but those on lists and resources, that the
// rules could ever let the person use; those of approvers and keepers only to people
// who may ever approve.
func (b *Bot) help(pen pen, who desk.Person, topic string) Message {
	verbs := phrase.Topic(topic)
	if len(verbs) == 0 {
		verbs = slices.DeleteFunc(desk.Verbs(), ofObject) // a post holds so much: their topics tell them
	}
	return pen.help(b.offered(who, verbs))
}

// offered leaves of the verbs those that the person could ever use; of somebody
// whom we do not know yet, those that are not for approvers.
func (b *Bot) offered(who desk.Person, verbs []desk.Verb) []desk.Verb {
	approver := who.Corresponds(b.Now()) || slices.ContainsFunc(b.Approvers(), who.In)
	if who.Known() {
		verbs = b.Desk.Offered(who.UID, desk.Chat, verbs...)
	}
	return slices.DeleteFunc(slices.Clone(verbs), func(v desk.Verb) bool {
		spec, _ := desk.SpecOf(v)
		return spec.Inner || !approver && (spec.Keepers || spec.Governs || slices.Contains(judging, v))
	})
}
