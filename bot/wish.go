package bot

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// A wish is a change that somebody was shown and has not confirmed. It travels
// in its buttons, signed: they work after a restart, and on another machine.
type wish struct {
	Who    string   `json:"who"` // account; nobody else may confirm
	Key    string   `json:"key"` // of the message: confirmed twice, it asks once
	Until  int64    `json:"until"`
	Quiet  bool     `json:"quiet,omitempty"` // see place
	Do     []string `json:"do"`              // canonical texts of actions
	Shown  []string `json:"shown"`           // the digest of each, if it is about a request
	Reason string   `json:"reason,omitempty"`
	Then   []string `json:"then,omitempty"` // what is to be typed once it is done
}

const mostWishes = 20 // actions of one sentence

// actions reads them back.
func (w wish) actions() (all []desk.Action, err error) {
	for _, text := range w.Do {
		a, err := desk.ParseAction(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if len(all) != len(w.Shown) {
		return nil, errors.New("read wish: digests are missing")
	}
	return all, nil
}

// typed are the addresses that must be typed to confirm; none: a yes is enough.
func typed(actions []desk.Action) (addresses []string) {
	for _, a := range actions {
		spec, _ := desk.SpecOf(a.Verb)
		switch alias := a.Arg("alias"); {
		case spec.Takes && alias != "":
			addresses = append(addresses, alias)
		case spec.Takes || a.Verb == desk.DelegationRevoke:
			addresses = append(addresses, strings.ToLower(a.Target))
		}
	}
	return addresses
}

// offer shows the author of a sentence what would be done, and waits for a yes.
// What cannot be done, or the rules deny, is said instead, and nothing is offered.
func (b *Bot) offer(pen pen, who desk.Person, at place, w wish, actions []desk.Action) (Message, error) {
	if len(actions) > mostWishes {
		return Message{Line: pen.text("wish.many", "n", strconv.Itoa(mostWishes))}, nil
	}
	w.Who, w.Until, w.Quiet = at.account, b.Now().Add(wishTime).Unix(), at.quiet
	var shown []proposal
	var refused []string
	for _, a := range actions {
		p, err := b.propose(pen, who, a)
		switch {
		case err != nil && len(actions) == 1:
			return Message{}, err
		case err != nil:
			refused = append(refused, code(phrase.Canonical(pen.lang, a))+" · "+b.explain(pen.lang, err))
		case p.denied != "":
			refused = append(refused, code(phrase.Canonical(pen.lang, p.action))+" · "+p.denied)
		}
		shown = append(shown, p)
		w.Do, w.Shown = append(w.Do, p.action.String()), append(w.Shown, p.digest)
	}
	if len(refused) > 0 {
		return Message{Line: pen.text("wish.refused") + "\n" + strings.Join(refused, "\n")}, nil
	}
	b.memory.keep(pending{at: at, until: b.Now().Add(wishTime), wish: &w}, b.Now())
	return b.wished(pen, at, w, shown), nil
}

// A proposal is one action as it would be done.
type proposal struct {
	action   desk.Action
	decision desk.Decision
	digest   string // of the request that it is about
	denied   string // why not
	change   string // before and after
	line     string // of the request that it is about
}

// propose looks at what one action would come to.
func (b *Bot) propose(pen pen, who desk.Person, a desk.Action) (p proposal, err error) {
	if spec, _ := desk.SpecOf(a.Verb); !spec.Changes {
		r, err := b.Desk.Request(who.UID, desk.Chat, desk.ID(a.Target))
		return proposal{action: a, digest: r.Digest(), line: pen.line(r)}, err
	}
	p.action, p.decision, err = b.Desk.Preview(who.UID, desk.Chat, a)
	if err != nil {
		return proposal{action: a}, err
	}
	if p.decision.Outcome != desk.Allowed && p.decision.Outcome != desk.Pending {
		p.denied = pen.text("wish.denied", "rule", pen.rule(harmless(p.decision)))
	}
	now := b.Desk.View.Account(desk.Address(p.action.Target))
	p.change = pen.change(desk.Request{Action: p.action, State: desk.Waiting}, now)
	return p, nil
}

// wished is the card that waits for a yes.
func (b *Bot) wished(pen pen, at place, w wish, shown []proposal) Message {
	m := pen.wished(shown, time.Unix(w.Until, 0))
	m.Card.Fields = append(m.Card.Fields, pen.fields(field{"field.then", pen.later(w)})...)
	text, err := json.Marshal(w)
	if err != nil {
		return m // cannot be: it is made of texts
	}
	for _, op := range []string{opConfirm, opCancel} {
		if op == opCancel || len(typed(actionsOf(shown))) == 0 {
			m.Card.Buttons = append(m.Card.Buttons, Button{Label: pen.text("wish." + op), Style: wishStyles[op], URL: b.URL + "/action",
				Context: map[string]string{"op": op, "wish": string(text), "mac": b.mac("wish", op, at.channel, string(text))}})
		}
	}
	return m
}

var wishStyles = map[string]string{opConfirm: "primary"}

func actionsOf(shown []proposal) (all []desk.Action) {
	for _, p := range shown {
		all = append(all, p.action)
	}
	return all
}

// wished is that card without its buttons.
func (p pen) wished(shown []proposal, until time.Time) Message {
	first := shown[0].action
	card := &Card{Tone: Accent, Title: say.Title(p.lang, first)}
	summary := p.text("wish.batch", "n", strconv.Itoa(len(shown)))
	if len(shown) == 1 {
		summary = say.Summary(p.lang, first, code)
	} else {
		card.Title = summary
	}
	var effects, commands []string
	for _, one := range shown {
		lines := []string{say.Effect(p.lang, one.action, code)}
		for _, more := range []string{one.line, one.change} {
			if more != "" {
				lines = append(lines, more)
			}
		}
		effects = append(effects, strings.Join(lines, "\n"))
		commands = append(commands, code("/"+p.trigger+" "+phrase.Canonical(p.lang, one.action)))
	}
	card.Text = strings.Join(effects, "\n")
	card.Fields = p.fields(field{"field.command", strings.Join(commands, "\n")}, field{"field.approval", p.needed(shown)})
	card.Footer = p.text("wish.yes", "until", p.moment(until))
	if addresses := typed(actionsOf(shown)); len(addresses) > 0 {
		card.Tone = Danger
		card.Fields = append(card.Fields, p.fields(field{"field.type", p.text("wish.typing", "addresses", strings.Join(codes(addresses), ", "))})...)
		card.Footer = p.text("wish.until", "until", p.moment(until))
	}
	return Message{Line: p.text("wish.line", "summary", summary), Card: card}
}

// needed says who will have to approve: of several actions, of the first that
// needs somebody.
func (p pen) needed(shown []proposal) string {
	for _, one := range shown {
		if one.decision.Outcome == desk.Pending {
			return say.Panels(p.lang, one.decision.Panels, code) + " · " + p.rule(harmless(one.decision))
		}
	}
	switch d := shown[0].decision; {
	case d.Reviewed():
		return p.text("wish.review", "approvers", say.Panels(p.lang, d.Panels, code))
	case d.Outcome == desk.Allowed:
		return p.text("wish.nobody")
	}
	return ""
}

func codes(all []string) (fenced []string) {
	for _, s := range all {
		fenced = append(fenced, code(s))
	}
	return fenced
}

// grant does what was wished. Rights and state are looked at anew, now.
func (b *Bot) grant(ctx context.Context, pen pen, who desk.Person, w wish) (Message, error) {
	actions, err := w.actions()
	if err != nil {
		return Message{}, malformed
	}
	var lines []string
	for i, a := range actions {
		key := w.Key
		if i > 0 {
			key += ":" + strconv.Itoa(i)
		}
		m, err := b.do(ctx, pen, who, doing{a, w.Reason, key, w.batch(), w.Shown[i]})
		switch {
		case err != nil && len(actions) == 1:
			return Message{}, err
		case err != nil:
			lines = append(lines, "✕ "+code(phrase.Canonical(pen.lang, a))+" · "+b.explain(pen.lang, err))
		case len(actions) == 1:
			if later := pen.later(w); later != "" {
				m.Line += "\n" + pen.text("field.then") + "\n" + later
			}
			return m, nil
		default:
			lines = append(lines, m.Line)
		}
	}
	return Message{Line: strings.Join(lines, "\n")}, nil
}

// batch ties the requests of one wish together; brakes count them as one.
func (w wish) batch() string {
	if len(w.Do) < 2 {
		return ""
	}
	return w.Key
}

// granted reads the wish in a click; it must be ours, of that account, and young.
func (b *Bot) granted(c click) (w wish, err error) {
	if !hmac.Equal([]byte(c.Context.MAC), []byte(b.mac("wish", c.Context.Op, c.Channel, c.Context.Wish))) ||
		json.Unmarshal([]byte(c.Context.Wish), &w) != nil {
		return wish{}, unsigned
	}
	switch {
	case w.Who != c.Account:
		return wish{}, notYours
	case b.Now().Unix() >= w.Until:
		return wish{}, overdue
	}
	return w, nil
}

// confirm answers a click on a wish. A post that only its author sees cannot be
// edited: what came of it is said beside it.
func (b *Bot) confirm(ctx context.Context, pen pen, who desk.Person, c click) clicked {
	w, err := b.granted(c)
	if err != nil {
		return b.turnAway(pen.lang, err)
	}
	m := Message{Line: pen.text("wish.cancelled")}
	if c.Context.Op == opConfirm {
		if m, err = b.grant(ctx, pen, who, w); err != nil {
			return b.turnAway(pen.lang, err)
		}
	}
	b.memory.drop(w.Key)
	if w.Quiet {
		return clicked{Text: m.Line, Plain: true}
	}
	return clicked{Update: render(m), Plain: true}
}

// drop forgets a wish by its key.
func (m *memory) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, p := range m.list {
		if p.wish != nil && p.wish.Key == key {
			m.list = append(m.list[:i:i], m.list[i+1:]...)
			return
		}
	}
}
