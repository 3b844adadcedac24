package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Listen answers direct messages, in their threads, and mentions, in person, and follows what happens to
// accounts and teams, until ctx ends.
func (b *Bot) Listen(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var later sync.WaitGroup
	defer later.Wait()
	defer stop()
	err := b.Chat.Listen(ctx, Ears{
		Message: func(c context.Context, h Heard) error {
			until, err := b.hear(c, h)
			if errors.Is(err, desk.ErrElsewhere) {
				later.Go(func() { b.hearLater(ctx, h, until) })
				return nil
			}
			return err
		},
		Account: func(c context.Context, account string) {
			if b.Desk.View.Binding(account) != "" {
				b.recheck(c, account)
			}
		},
		Joined: func(c context.Context) {
			if err := b.Register(c); err != nil {
				b.Log.WarnContext(c, "register slash command in a new team", "error", err)
			}
		},
	})
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("listen to chat: %w", err)
}

// hear answers a message, if no other node does. ErrElsewhere: one has claimed
// it until then.
func (b *Bot) hear(ctx context.Context, h Heard) (until time.Time, err error) {
	user, err := b.present(ctx, h.Account)
	if errors.Is(err, unreachable) {
		return until, fmt.Errorf("read who speaks: %w", err)
	}
	if err != nil {
		b.count(err.Error())
		return until, nil // a bot is not to be answered: it could answer back
	}
	claim, err := b.hearing(ctx, h.Post)
	if err != nil {
		return claim.Until, err
	}
	if err := b.reply(ctx, user, h, claim); err != nil {
		b.keep(h.Post, claim)
		return claim.Until, fmt.Errorf("answer message %s: %w", h.Post, err)
	}
	return claim.Until, nil
}

// reply answers in the thread of the message, once.
func (b *Bot) reply(ctx context.Context, user User, h Heard, claim desk.Claim) error {
	ctx, cancel := context.WithTimeout(ctx, 4*answerTime)
	defer cancel()
	m := Message{Channel: h.Channel, Root: cmp.Or(h.Root, h.Post), Key: answerKey(h.Post)}
	if claim.Tries > 1 { // whoever had it before may have answered
		m.Since = claim.Since
		if said, err := b.Chat.Find(ctx, m); err != nil || said.ID != "" {
			return err
		}
	}
	if h.Public {
		return b.overhear(ctx, user, h, m)
	}
	at := place{account: h.Account, channel: h.Channel, root: m.Root, open: h.Root == ""}
	said := b.converse(ctx, user, at, h.Text, "mattermost:"+h.Post)
	m.Line, m.Card = said.Line, said.Card
	_, err := b.Chat.Post(ctx, m)
	return err
}

// hearing claims a message, or takes up again what this node had claimed. Where
// nothing can be written people are answered all the same, if only to be told so.
func (b *Bot) hearing(ctx context.Context, post string) (desk.Claim, error) {
	b.mu.Lock()
	claim, ours := b.heard[post]
	delete(b.heard, post)
	b.mu.Unlock()
	if ours && b.Now().Before(claim.Until) {
		claim.Tries++
		return claim, nil
	}
	claim, err := b.Desk.Hear(ctx, post)
	if err != nil && !errors.Is(err, desk.ErrElsewhere) && ctx.Err() == nil {
		b.Log.WarnContext(ctx, "claim message", "post", post, "error", err)
		return desk.Claim{Tries: 1}, nil
	}
	return claim, err
}

// keep remembers that this node may try again what it has claimed.
func (b *Bot) keep(post string, claim desk.Claim) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard[post] = claim
}

// hearLater answers what another node has claimed, if it has not by then.
func (b *Bot) hearLater(ctx context.Context, h Heard, until time.Time) {
	for {
		if pause(ctx, until.Sub(b.Now())+time.Second) != nil {
			return
		}
		said, err := b.Chat.Find(ctx, Message{Channel: h.Channel, Key: answerKey(h.Post), Since: b.Now().Add(-grace)})
		if err == nil && said.ID == "" {
			until, err = b.hear(ctx, h)
		}
		if err == nil {
			return
		}
		if !errors.Is(err, desk.ErrElsewhere) {
			b.Log.WarnContext(ctx, "answer what another node had claimed", "post", h.Post, "error", err)
			until = b.Now().Add(lastWait)
		}
	}
}
