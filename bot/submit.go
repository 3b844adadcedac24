package bot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
)

// A submission is what the chat server sends for a form. Whoever sends it chose
// its state and its values: the state is signed, the values are read as typed.
type submission struct {
	Type      string         `json:"type"`
	Account   string         `json:"user_id"`
	State     string         `json:"state"`
	Values    map[string]any `json:"submission"`
	Cancelled bool           `json:"cancelled"`
}

func readSubmission(body []byte, kinds ...string) (s submission, err error) {
	if json.Unmarshal(body, &s) != nil || !slices.Contains(kinds, s.Type) || !chatID(s.Account) {
		return submission{}, malformed
	}
	return s, nil
}

// value is one field, on one line of text; dates come as "2026-12-31".
func (s submission) value(name string) string {
	text, _ := s.Values[name].(string)
	return strings.Join(strings.Fields(text), " ")
}

// allowed lets a submission through: who it is for, and who they are.
func (b *Bot) allowed(ctx context.Context, s submission) (p purpose, who desk.Person, lang string, err error) {
	if p, err = b.opened(s.State, s.Account); err != nil {
		return p, who, b.Lang, err
	}
	user, err := b.present(ctx, s.Account)
	if err != nil {
		return p, who, b.Lang, err
	}
	who, err = b.who(ctx, user)
	return p, who, b.langOf(user), err
}

// dialog answers a form that was sent. What is wrong is said beside its field.
func (b *Bot) dialog(ctx context.Context, body []byte) any {
	s, err := readSubmission(body, "dialog_submission")
	if err != nil {
		return model.SubmitDialogResponse{Error: b.explain(b.Lang, err)}
	}
	if s.Cancelled {
		return model.SubmitDialogResponse{}
	}
	p, who, lang, err := b.allowed(ctx, s)
	if err != nil {
		return model.SubmitDialogResponse{Error: b.explain(lang, err)}
	}
	pen := b.pen(lang)
	if v := desk.Verb(s.value("verb")); p.Op == opGuide {
		if !slices.Contains(b.offered(who, []desk.Verb{v}), v) {
			return model.SubmitDialogResponse{Error: b.explain(lang, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(v)))}
		}
		p.Verb = v
		next := dialogOf(b.fill(pen, p))
		return model.SubmitDialogResponse{Type: "form", Form: &next}
	}
	return b.sent(ctx, pen, who, p, s)
}

// sent carries out the last page of a form, once.
func (b *Bot) sent(ctx context.Context, pen pen, who desk.Person, p purpose, s submission) any {
	a, err := p.action(s)
	if err != nil {
		if name := detail(err, "name"); name != "" && s.Values[name] != nil {
			return model.SubmitDialogResponse{Errors: map[string]string{name: b.explain(pen.lang, err)}}
		}
		return model.SubmitDialogResponse{Error: b.explain(pen.lang, err)}
	}
	m, err := b.carried(ctx, pen, who, p, a, s)
	if err != nil {
		return model.SubmitDialogResponse{Error: b.explain(pen.lang, err)}
	}
	if m.Channel, err = b.Chat.Direct(ctx, s.Account); err == nil {
		m.Key, m.Since = b.mac("form", p.Nonce), b.Now()
		_, err = b.Chat.Post(ctx, m)
	}
	if err != nil {
		b.Log.WarnContext(ctx, "answer a form", "error", err)
		return model.SubmitDialogResponse{Error: text(pen.lang, "slow", "trigger", b.Trigger)}
	}
	return model.SubmitDialogResponse{}
}

// carried does what the form is for: a change is offered, as that of a sentence.
func (b *Bot) carried(ctx context.Context, pen pen, who desk.Person, p purpose, a desk.Action, s submission) (Message, error) {
	key := "form:" + p.Nonce
	if spec, _ := desk.SpecOf(a.Verb); !spec.Changes {
		return b.do(ctx, pen, who, doing{a, "", key, "", p.Digest})
	}
	direct, err := b.Chat.Direct(ctx, s.Account)
	if err != nil {
		return Message{}, errors.Join(unreachable, err)
	}
	return b.offer(pen, who, place{account: s.Account, channel: direct, open: true}, wish{Key: key, Reason: s.value("reason")}, []desk.Action{a})
}

// action is what the form asks for.
func (p purpose) action(s submission) (desk.Action, error) {
	switch p.Op {
	case opAsk:
		return desk.NewAction(desk.RequestQuestion, string(p.Request), map[string]string{"text": s.value("text")})
	case opAnswer:
		return desk.NewAction(desk.RequestAnswer, string(p.Request), map[string]string{"text": s.value("text")})
	case opFill:
		spec, _ := desk.SpecOf(p.Verb)
		args := map[string]string{}
		for name := range spec.Args {
			if value := s.value(name); value != "" {
				args[name] = value
			}
		}
		return desk.NewAction(p.Verb, s.value("target"), args)
	}
	return desk.Action{}, malformed
}

// lookup finds what somebody types in a field of a form, among what they may see.
func (b *Bot) lookup(ctx context.Context, body []byte) any {
	s, err := readSubmission(body, "dialog_lookup")
	if err != nil {
		b.explain(b.Lang, err)
		return model.LookupDialogResponse{Items: []model.DialogSelectOption{}}
	}
	p, who, lang, err := b.allowed(ctx, s)
	if err != nil {
		b.explain(lang, err)
		return model.LookupDialogResponse{Items: []model.DialogSelectOption{}}
	}
	spec, _ := desk.SpecOf(p.Verb)
	items := []model.DialogSelectOption{}
	for _, o := range b.found(b.pen(lang), who, spec.Target, s.value("selected_field"), s.value("query"), p.Verb) {
		items = append(items, model.DialogSelectOption{Text: o.Text, Value: o.Value})
	}
	return model.LookupDialogResponse{Items: items}
}

const mostFound = 20

// found are the options of a field: requests that wait, or accounts.
func (b *Bot) found(pen pen, who desk.Person, target desk.Form, field, query string, v desk.Verb) (some []Option) {
	if field == "target" && target == desk.RequestForm {
		all := b.Desk.Mine(who.UID, desk.Query{Limit: 100})
		if slices.Contains(judging, v) {
			all = b.Desk.Inbox(who.UID)
		}
		for _, r := range all {
			if said := string(r.ID) + " · " + r.Action.String(); strings.Contains(strings.ToLower(said), strings.ToLower(query)) && len(some) < mostFound {
				some = append(some, Option{clipped(clean(said), 60), string(r.ID)})
			}
		}
		return some
	}
	for _, a := range b.seen(who, query) {
		value := string(a.Address)
		if target == desk.PersonForm || field != "target" {
			value = string(a.Owner)
		}
		if value != "" {
			some = append(some, Option{clipped(clean(b.known(a)), 60), value})
		}
	}
	return some
}

// seen are the accounts that a few letters may mean and the person may see: their
// own first.
func (b *Bot) seen(who desk.Person, query string) (some []desk.Account) {
	all := slices.Clone(b.Desk.View.Owned(who.UID))
	if query != "" {
		all = b.Desk.View.Search(strings.ToLower(query), 3*mostFound)
		all = append(all, b.Desk.View.Owned(desk.UID(strings.ToLower(query)))...)
		all = append(all, b.Desk.Named(who.UID, desk.Chat, query)...)
	}
	for _, a := range all {
		_, err := b.Desk.Show(who.UID, desk.Chat, string(a.Address))
		known := slices.ContainsFunc(some, func(o desk.Account) bool { return o.ID == a.ID })
		if err == nil && !known && len(some) < mostFound {
			some = append(some, a)
		}
	}
	return some
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
