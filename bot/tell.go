package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// Tell posts what the role is to know of the request, once. The zero Post and
// no error: nobody there can be reached, and it is of no use to try again.
func (b *Bot) Tell(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	switch role {
	case desk.ToRemind, desk.ToEscalate, desk.ToNudge:
		return b.remind(ctx, role, r)
	case desk.ToQuestion, desk.ToAnswer, desk.ToAmend:
		return b.ring(ctx, role, r)
	}
	m, err := b.message(ctx, role, r)
	if err != nil || m.Channel == "" {
		return desk.Post{}, err
	}
	if role == desk.ToAskerEnd {
		m.Root = r.Announced[desk.ToAsker].Post.ID
	}
	made, err := b.once(ctx, role, r, func(ctx context.Context, since time.Time) (desk.Post, error) {
		m.Since = since
		return b.Chat.Post(ctx, m)
	})
	if err != nil {
		return desk.Post{}, fmt.Errorf("post about %s: %w", r.ID, err)
	}
	return made, nil
}

// Edit makes an earlier post show the request as it is now. The zero Post and
// a post that is gone need nothing.
func (b *Bot) Edit(ctx context.Context, at desk.Post, role desk.Role, r desk.Request) error {
	if at == (desk.Post{}) {
		return nil
	}
	m, err := b.message(ctx, role, r)
	if err != nil || m.Channel == "" {
		return err
	}
	m.Channel = at.Channel
	if role == desk.ToApprovers {
		m = b.posted(r, at.Channel)
	}
	if err := b.Chat.Update(ctx, at, m); err != nil {
		return fmt.Errorf("update post about %s: %w", r.ID, err)
	}
	return nil
}

// message is what the role sees, and where; without a channel if nobody there
// can be reached.
func (b *Bot) message(ctx context.Context, role desk.Role, r desk.Request) (Message, error) {
	if role == desk.ToApprovers {
		return b.posted(r, b.Channel), nil
	}
	to := r.By
	if role == desk.ToOwner || role == desk.ToHolder && r.Owner != "" {
		to = r.Owner
	}
	if role.InPerson() {
		to = b.approver(r.ID, role)
	}
	channel, lang, err := b.private(ctx, to)
	if err != nil || channel == "" {
		return Message{}, err
	}
	if role.InPerson() {
		return b.approval(lang, r, role, channel), nil
	}
	m := b.personal(lang, role, r)
	m.Channel, m.Key = channel, b.mac("post", string(r.ID), string(role))
	if role == desk.ToAsker && r.State == desk.Lapsed {
		m.Card.Buttons = []Button{b.button(lang, r, opAgain, channel)}
	}
	if role == b.card(r, opRenew, "") {
		m.Card.Buttons = []Button{b.button(lang, r, opRenew, channel)}
	}
	if _, open := r.Open(); role == desk.ToAsker && open && r.State == desk.Waiting {
		m.Card.Buttons = []Button{b.button(lang, r, opAnswer, channel)}
	}
	if role == desk.ToAsker && b.Desk.Undoable(r) {
		m.Card.Footer = b.pen(lang).text("footer.undo", "id", string(r.ID))
		m.Card.Buttons = []Button{b.button(lang, r, opUndo, channel)}
	}
	return m, nil
}

// private is the direct channel with a person, and their language; "" if they
// cannot be reached.
func (b *Bot) private(ctx context.Context, to desk.UID) (channel, lang string, err error) {
	if to == "" {
		return "", "", nil
	}
	account := b.Desk.ChatOf(to)
	if account == "" {
		return "", "", nil
	}
	user, err := b.Chat.User(ctx, account)
	if err != nil {
		return "", "", fmt.Errorf("read account: %w", err)
	}
	if user.Deleted {
		return "", "", nil
	}
	if channel, err = b.Chat.Direct(ctx, account); err != nil {
		return "", "", fmt.Errorf("open direct channel: %w", err)
	}
	return channel, b.langOf(user), nil
}

func (b *Bot) personal(lang string, role desk.Role, r desk.Request) Message {
	pen, now := b.pen(lang), b.Desk.About(r)
	switch role {
	case desk.ToAskerEnd:
		return pen.ended(r)
	case desk.ToOwner:
		return pen.owner(r)
	case desk.ToHolder, desk.ToLender:
		renewal, _ := b.Desk.RenewalOf(r)
		if role != b.card(r, opRenew, "") {
			return pen.lapses(r)
		}
		return pen.ends(r, renewal)
	}
	m := pen.asker(r, now)
	m.Card.Fields = append(m.Card.Fields, pen.fields(field{"field.suspect", b.suspects(pen, r)})...)
	return m
}

var footers = map[desk.State]string{desk.Waiting: "footer.buttons", desk.Review: "footer.review"}

// approval is the approvers' card for a channel, with buttons while it waits.
func (b *Bot) approval(lang string, r desk.Request, role desk.Role, channel string) Message {
	pen, now := b.pen(lang), b.Desk.About(r)
	m := pen.approval(r, now)
	m.Card.Fields = append(m.Card.Fields, pen.fields(field{"field.right", b.about(pen, r)}, field{"field.suspect", b.suspects(pen, r)},
		field{"field.plan", pen.plan(r, b.Desk.Estate)}, field{"field.progress", b.progress(lang, r)})...)
	m.Channel, m.Key = channel, b.mac("post", string(r.ID), string(role))
	if judged(r) {
		m.Card.Fields = append(m.Card.Fields, pen.fields(field{"field.held", pen.held(public(b.Desk.Releases(r)))})...)
		m.Card.Footer = pen.text(footers[r.State])
		m.Card.Buttons = []Button{b.button(lang, r, opApprove, channel), b.button(lang, r, opReject, channel)}
	}
	if r.State == desk.Waiting {
		m.Card.Buttons = append(m.Card.Buttons, b.button(lang, r, opAsk, channel))
		if b.Desk.Risky(r.Action.Verb) {
			m.Card.Buttons = m.Card.Buttons[1:]
			m.Card.Fields = slices.DeleteFunc(m.Card.Fields, func(f Field) bool { return f.Title == pen.label("field.typed") })
			m.Card.Fields = append(m.Card.Fields, pen.fields(field{"field.portal", b.page(r.ID, r.Digest())})...)
		}
	}
	return m
}

// page is where a request is looked at in the portal, as it was shown here.
func (b *Bot) page(id desk.ID, digest string) string {
	return strings.TrimSuffix(b.Link, "/lier") + "/demandes/" + string(id) + "?empreinte=" + digest
}

func (b *Bot) button(lang string, r desk.Request, op, channel string) Button {
	look, digest := looks[op], r.Digest()
	label := say.T(lang, look.label)
	switch yes, no := say.Judge(lang, r.State); op {
	case opApprove:
		label = yes
	case opReject:
		label = no
	}
	return Button{Label: label, Style: look.style, URL: b.URL + "/action", Context: map[string]string{
		"request": string(r.ID), "op": op, "digest": digest, "mac": b.sign(r.ID, op, channel, digest),
	}}
}

var looks = map[string]struct{ label, style string }{
	opApprove: {"act.approve", "primary"},
	opReject:  {"act.refuse", "danger"},
	opAgain:   {"act.again", "primary"},
	opUndo:    {"act.undo", ""},
	opAsk:     {"act.question", ""},
	opAnswer:  {"act.answer", "primary"},
	opRenew:   {"act.renew", "primary"},
}
