package bot

import (
	"context"
	"errors"
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
	who, err := b.who(ctx, user)
	if err != nil {
		return b.stranger(lang, typed, err)
	}
	m, err := b.talk(ctx, who, lang, at, typed, key)
	if errors.Is(err, context.DeadlineExceeded) {
		return Message{Line: text(lang, "slow", "trigger", b.Trigger)}
	}
	if err != nil {
		return Message{Line: b.misnamed(b.pen(lang), who, err)}
	}
	m.Line += b.renewal(lang, user.Account)
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
