package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// who is the person of an account: the one it is bound to, or the one as whom
// the chat server signs it in, if we were told to believe that. Nothing else
// counts: no name, no mail address, no profile.
func (b *Bot) who(ctx context.Context, user User) (desk.Person, error) {
	p, err := b.Desk.Who(user.Account)
	if desk.CodeOf(err) != desk.NotBound || b.Desk.View.Binding(user.Account) != "" {
		return p, err
	}
	if named := b.named(user.Subject); named != "" {
		return b.Desk.Recognise(ctx, user.Account, named, user.Service)
	}
	return p, err
}

// named is the person whom the directory has under what the chat server calls
// the subject: a login, or an eduPersonPrincipalName.
func (b *Bot) named(subject string) desk.UID {
	login, scope, _ := strings.Cut(strings.ToLower(subject), "@")
	p := b.Desk.View.Person(desk.UID(login))
	if !p.Known() || scope != "" && !strings.EqualFold(p.EPPN, subject) {
		return ""
	}
	return p.UID
}

// stranger answers somebody we do not know: help, which tells nothing of
// anybody, and how to become known.
func (b *Bot) stranger(lang, typed string, err error) Message {
	order, unread := phrase.Parse(typed)
	if asks := unread == nil && order.Action.Verb == desk.Help || desk.CodeOf(unread) == desk.UnknownVerb && detail(unread, "value") == ""; !asks {
		return Message{Line: b.explain(lang, err)}
	}
	m := b.help(b.pen(lang), desk.Person{}, order.Action.Target)
	m.Line = b.explain(lang, err) + "\n" + m.Line
	return m
}

// notice is how long before its end people are told that their binding ends.
const notice = 14 * 24 * time.Hour

// renewal is what to add to an answer when the binding ends soon.
func (b *Bot) renewal(lang, account string) string {
	left := b.Desk.BindingLeft(account)
	if left <= 0 || left > notice {
		return ""
	}
	pen := b.pen(lang)
	return "\n" + pen.text("renew.soon", "when", pen.moment(b.Now().Add(left)), "link", b.Link, "trigger", b.Trigger)
}

// recheck unties an account that is no longer who it was.
func (b *Bot) recheck(ctx context.Context, account string) {
	user, err := b.Chat.User(ctx, account)
	bond := b.Desk.View.Bond(account)
	switch {
	case err != nil:
	case user.Deleted || user.Bot:
		err = b.Desk.Unbind(ctx, account, desk.Deactivated)
	case bond.Service != "" && (user.Service != bond.Service || b.named(user.Subject) != bond.Who):
		err = b.Desk.Unbind(ctx, account, desk.OtherSignIn)
	}
	if err != nil && ctx.Err() == nil {
		b.Log.WarnContext(ctx, "look again at a bound account", "account", account, "error", err)
	}
}

// fewLeft is how many may leave the directory between two looks, or a tenth of
// those bound if that is more, before we rather believe that it was read badly.
const fewLeft = 5

// errMany is told when more than that would be untied.
var errMany = errors.New("too many at once have left the directory: nobody is untied; is it read whole?")

// Recheck looks at every bound account: what the chat did not tell us of, and
// who has left the directory. It is to be run once the directory was read.
func (b *Bot) Recheck(ctx context.Context) error {
	var gone []string
	bound := b.Desk.View.Bound()
	for _, who := range bound {
		account := b.Desk.View.Chat(who)
		if !b.Desk.View.Person(who).Known() {
			gone = append(gone, account)
			continue
		}
		if b.recheck(ctx, account); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if directory, _ := b.Desk.View.Ages(); directory.IsZero() || b.Now().Sub(directory) > b.Desk.Stale {
		return nil // nobody knows who has left
	}
	if len(gone) > max(fewLeft, len(bound)/10) {
		return errMany
	}
	for _, account := range gone {
		if err := b.Desk.Unbind(ctx, account, desk.Left); err != nil {
			return err
		}
	}
	return nil
}
