package bot

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A refusal is why the guard turned somebody away: the key of its sentence,
// and of its count.
type refusal string

const (
	malformed   refusal = "malformed"   // not what the chat server sends
	badToken    refusal = "token"       // a slash command that is not one of ours
	forged      refusal = "trigger"     // no genuine trigger of this account
	tooOld      refusal = "old"         // a trigger of more than a minute
	beforeStart refusal = "restart"     // a trigger from before we started
	replayed    refusal = "replay"      // a trigger used already
	unsigned    refusal = "unsigned"    // a button that we did not make for this place
	foreign     refusal = "foreign"     // a post that is not the request's card
	outdated    refusal = "outdated"    // a card of other parameters
	notYours    refusal = "notyours"    // a confirmation that somebody else asked for
	overdue     refusal = "overdue"     // a confirmation of more than a quarter of an hour
	nobody      refusal = "nobody"      // deactivated, or a bot
	unreachable refusal = "unreachable" // the chat server does not answer our questions
)

func (r refusal) Error() string { return string(r) }

// The things that buttons do.
const (
	opApprove = "approve"
	opReject  = "reject"
	opAgain   = "again"
	opUndo    = "undo"
	opConfirm = "confirm" // a wish
	opCancel  = "cancel"
	opRenew   = "renew"
)

// stands is on whose card each button is.
var stands = map[string]desk.Role{opApprove: desk.ToApprovers, opReject: desk.ToApprovers, opAgain: desk.ToAsker, opUndo: desk.ToAsker,
	opAsk: desk.ToApprovers, opAnswer: desk.ToAsker, opRenew: desk.ToHolder}

// A click is the part of a callback that counts. Other fields are ignored: newer servers add some.
type click struct {
	Account string `json:"user_id"`
	Channel string `json:"channel_id"`
	Post    string `json:"post_id"`
	Trigger string `json:"trigger_id"`
	Type    string `json:"type"`
	Context struct {
		Request desk.ID `json:"request"`
		Op      string  `json:"op"`
		Digest  string  `json:"digest"`
		Wish    string  `json:"wish"`
		MAC     string  `json:"mac"`
	} `json:"context"`
}

// readClick accepts one JSON object, of a button, with well-formed ids. Dialogs
// are refused by their type: any user can have the server send one, anywhere.
func readClick(body []byte) (click, error) {
	var c click
	known := json.Unmarshal(body, &c) == nil && (c.Type == "" || c.Type == "button") &&
		chatID(c.Account) && chatID(c.Channel) && chatID(c.Post)
	if _, does := stands[c.Context.Op]; !known || !does && !c.wishes() {
		return click{}, malformed
	}
	return c, nil
}

// wishes says that the click answers a wish.
func (c click) wishes() bool { return c.Context.Op == opConfirm || c.Context.Op == opCancel }

// genuine says that the account did something on the server just now, and that
// nothing came of it yet.
func (b *Bot) genuine(ctx context.Context, text, account string) (trigger, error) {
	key, err := b.Chat.Key(ctx)
	if err != nil {
		b.Log.WarnContext(ctx, "read the chat's key", "error", err)
		return trigger{}, unreachable
	}
	t, ok := readTrigger(key, text)
	if !ok || t.account != account {
		return trigger{}, forged
	}
	return t, b.gate.pass(t, b.Now())
}

// sign is the MAC of a button: what it does, to what, and where it stands.
func (b *Bot) sign(r desk.ID, op, channel, digest string) string {
	return b.mac("button", string(r), op, channel, digest)
}

// ours says that we made this very button, for this channel, and that it
// stands on the card that the journal has for the request.
func (b *Bot) ours(c click) error {
	in := c.Context
	if !hmac.Equal([]byte(in.MAC), []byte(b.sign(in.Request, in.Op, c.Channel, in.Digest))) {
		return unsigned
	}
	if in.Op == opRenew && b.Desk.View.Delegation(desk.Mandate(in.Request)).Known() {
		return nil // of no request: signed for the channel of one person, see lapse
	}
	r, _ := b.Desk.View.Request(in.Request)
	card := r.Announced[b.card(r, in.Op, c.Account)].Post
	if card.ID == "" || card != (desk.Post{Channel: c.Channel, ID: c.Post}) {
		return foreign
	}
	if in.Digest != r.Digest() {
		return outdated
	}
	return nil
}

// present reads the account afresh: it must be a living human.
func (b *Bot) present(ctx context.Context, account string) (User, error) {
	user, err := b.Chat.User(ctx, account)
	if err != nil {
		b.Log.WarnContext(ctx, "read account", "account", account, "error", err)
		return User{}, unreachable
	}
	if user.Account != account || user.Deleted || user.Bot {
		return User{}, nobody
	}
	return user, nil
}

// action answers a click. A click is never ignored in silence.
func (b *Bot) action(ctx context.Context, body []byte) any {
	c, err := readClick(body)
	if err != nil {
		return b.turnAway(b.Lang, err)
	}
	t, err := b.genuine(ctx, c.Trigger, c.Account)
	if err != nil {
		return b.turnAway(b.Lang, err)
	}
	if !c.wishes() {
		if err := b.ours(c); err != nil {
			return b.turnAway(b.lang(ctx, c.Account), err)
		}
	}
	user, err := b.present(ctx, c.Account)
	if err != nil {
		return b.turnAway(b.Lang, err)
	}
	lang := b.langOf(user)
	who, err := b.who(ctx, user)
	if err != nil {
		return b.turnAway(lang, err)
	}
	if c.Context.Op == opRenew {
		return b.renew(ctx, lang, who.UID, c.Context.Request)
	}
	if c.wishes() {
		return b.confirm(ctx, b.pen(lang), who, c)
	}
	if c.Context.Op == opAsk || c.Context.Op == opAnswer {
		return b.discuss(ctx, b.pen(lang), c, t.id)
	}
	if c.Context.Op == opUndo {
		return b.undo(ctx, lang, who.UID, c.Context.Request)
	}
	if c.Context.Op == opAgain {
		return b.again(ctx, lang, who.UID, c.Context.Request)
	}
	r, err := b.vote(ctx, who.UID, c)
	if err != nil {
		return b.late(lang, r, c.Channel, err)
	}
	return clicked{Update: b.final(lang, r, c.Channel), Text: b.voted(lang, r), Plain: true}
}

// again asks anew for what a request asked, and takes the button away.
func (b *Bot) again(ctx context.Context, lang string, by desk.UID, id desk.ID) clicked {
	next, err := b.Desk.AskAgain(ctx, by, desk.Chat, id)
	if err != nil {
		return b.turnAway(lang, err)
	}
	ended, _ := b.Desk.View.Request(id)
	return clicked{Update: render(b.personal(lang, desk.ToAsker, ended)), Text: b.pen(lang).asked(next).Line, Plain: true}
}

// discuss opens the form of a question or an answer; where there are no forms, it
// says what to type.
func (b *Bot) discuss(ctx context.Context, pen pen, c click, nonce string) clicked {
	p := purpose{Op: c.Context.Op, Who: c.Account, Nonce: nonce, Request: c.Context.Request, Digest: c.Context.Digest}
	if b.open(ctx, c.Trigger, b.talkForm(pen, p)) {
		return clicked{Plain: true}
	}
	verb := map[string]desk.Verb{opAsk: desk.RequestQuestion, opAnswer: desk.RequestAnswer}[p.Op]
	return clicked{Text: pen.text("form.typed", "command", pen.command(verb, string(p.Request), pen.text("typed.text"))), Plain: true}
}

// undo asks for the reverse of what was just done, and takes the button away.
func (b *Bot) undo(ctx context.Context, lang string, by desk.UID, id desk.ID) clicked {
	back, err := b.Desk.TakeBack(ctx, by, desk.Chat, id)
	if err != nil {
		return b.turnAway(lang, err)
	}
	done, _ := b.Desk.View.Request(id)
	return clicked{Update: render(b.personal(lang, desk.ToAsker, done)), Text: b.pen(lang).asked(back).Line, Plain: true}
}

func (b *Bot) vote(ctx context.Context, by desk.UID, c click) (desk.Request, error) {
	if c.Context.Op == opReject {
		return b.Desk.Refuse(ctx, by, desk.Chat, c.Context.Request, c.Context.Digest, "")
	}
	return b.Desk.Approve(ctx, by, desk.Chat, c.Context.Request, c.Context.Digest)
}

// clicked is what the server takes as an answer to a click.
type clicked struct {
	Update *post  `json:"update,omitempty"`
	Text   string `json:"ephemeral_text,omitempty"`
	Plain  bool   `json:"skip_slack_parsing"` // "<!channel>" must stay what it is
}

// turnAway tells what happened and what to do, and counts.
func (b *Bot) turnAway(lang string, err error) clicked {
	return clicked{Text: b.explain(lang, err), Plain: true}
}

// explain is the sentence for an error, counted by its reason.
func (b *Bot) explain(lang string, err error) string {
	if r, ok := errors.AsType[refusal](err); ok {
		b.count(string(r))
		return text(lang, "refused."+string(r))
	}
	code := desk.CodeOf(err)
	if code == "" {
		b.Log.Error("answer chat", "error", err)
		code = desk.Code(desk.Internal)
	}
	b.count(string(code))
	switch code {
	case desk.NoStepUp:
		return b.pen(lang).trouble(err) + " " + b.page(desk.ID(detail(err, "id")), detail(err, "digest"))
	case desk.NotBound:
		return text(lang, "unbound", "link", b.Link, "trigger", b.Trigger)
	case desk.OldBinding:
		return text(lang, "renew", "link", b.Link, "trigger", b.Trigger)
	}
	return b.pen(lang).trouble(err)
}

// late answers a vote that the Desk did not take. Who came too late is shown
// the final card.
func (b *Bot) late(lang string, r desk.Request, channel string, err error) clicked {
	answer := b.turnAway(lang, err)
	if desk.CodeOf(err) == desk.TooLate {
		answer.Update = b.final(lang, r, channel)
	}
	return answer
}

// final is the card of a request that will not move any more. Any other state
// is left to the teller, the only one who edits cards: an answer of ours could
// reach the server after newer news.
func (b *Bot) final(lang string, r desk.Request, channel string) *post {
	switch {
	case !r.State.Final():
		return nil
	case r.Confidential: // only who has a card of their own can have clicked
		return render(b.approval(lang, r, desk.ToApprovers, channel))
	}
	return render(b.posted(r, channel))
}

// voted tells an approver that the vote counts, and what comes next.
func (b *Bot) voted(lang string, r desk.Request) string {
	outcome := b.pen(lang).outcome(r)
	if r.Ended != "" {
		return outcome
	}
	return text(lang, "voted", "id", string(r.ID), "outcome", outcome)
}

func (b *Bot) langOf(user User) string {
	if user.Locale == "" {
		return b.Lang
	}
	return say.Lang(user.Locale)
}
