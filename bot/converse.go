package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// converse answers what a living human typed, in their language. key is the
// message's: the same one never asks twice.
func (b *Bot) converse(ctx context.Context, user User, at place, typed, key string) Message {
	lang := b.langOf(user)
	words := strings.Fields(typed)
	if len(words) == 2 && (strings.EqualFold(words[0], "lier") || strings.EqualFold(words[0], "link")) {
		return b.bind(ctx, lang, user.Account, strings.Trim(words[1], "`"))
	}
	who, err := b.Desk.Who(user.Account)
	if err != nil {
		return Message{Line: b.explain(lang, err)}
	}
	m, err := b.talk(ctx, who, lang, at, typed, key)
	if errors.Is(err, context.DeadlineExceeded) {
		return Message{Line: text(lang, "slow", "trigger", b.Trigger)}
	}
	if err != nil {
		return Message{Line: b.misnamed(b.pen(lang), who, err)}
	}
	return m
}

// bind ties the account to the person who was given the code.
func (b *Bot) bind(ctx context.Context, lang, account, typed string) Message {
	if b.wrong.full(account, b.Now()) {
		b.count("tries")
		return Message{Line: text(lang, "tries", "link", b.Link)}
	}
	who, err := b.Desk.Bind(ctx, account, typed)
	if desk.CodeOf(err) == desk.BadBinding {
		b.wrong.add(account, b.Now())
	}
	if err != nil {
		return Message{Line: b.explain(lang, err)}
	}
	pen := b.pen(lang)
	return Message{Line: pen.text("bound", "name", pen.name(who.UID), "command", pen.command(desk.Help, "", ""))}
}

// At most so many wrong codes from one account in so long.
const (
	wrongCodes = 5
	wrongSpan  = 10 * time.Minute
)

// A tally counts wrong codes per account.
type tally struct {
	mu    sync.Mutex
	tries map[string][]time.Time
}

func (t *tally) full(account string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for who, tries := range t.tries {
		for len(tries) > 0 && now.Sub(tries[0]) >= wrongSpan {
			tries = tries[1:]
		}
		if t.tries[who] = tries; len(tries) == 0 {
			delete(t.tries, who)
		}
	}
	return len(t.tries[account]) >= wrongCodes
}

func (t *tally) add(account string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tries[account] = append(t.tries[account], now)
}

// Listen answers direct messages, in their threads, until ctx ends.
func (b *Bot) Listen(ctx context.Context) error {
	err := b.Chat.Listen(ctx, b.hear)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("listen to chat: %w", err)
}

func (b *Bot) hear(ctx context.Context, h Heard) error {
	ctx, cancel := context.WithTimeout(ctx, 4*answerTime)
	defer cancel()
	user, err := b.present(ctx, h.Account)
	if errors.Is(err, unreachable) {
		return fmt.Errorf("read who speaks: %w", err)
	}
	if err != nil {
		b.count(err.Error())
		return nil // a bot is not to be answered: it could answer back
	}
	if h.Public {
		return b.overhear(ctx, user, h)
	}
	root := cmp.Or(h.Root, h.Post)
	m := b.converse(ctx, user, place{account: h.Account, channel: h.Channel, root: root, open: h.Root == ""}, h.Text, "mattermost:"+h.Post)
	m.Channel, m.Root, m.Key = h.Channel, root, answerKey(h.Post)
	if _, err := b.Chat.Post(ctx, m); err != nil {
		b.Log.WarnContext(ctx, "answer direct message", "post", h.Post, "error", err)
	}
	return nil
}
