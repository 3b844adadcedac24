package bot

import (
	"context"
	"maps"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// claims are the posts that this node has claimed: it may try again at once. Only
// the notifier posts, one thing after the other.
type claims map[claimed]desk.Claim

type claimed struct {
	id   desk.ID
	role desk.Role
	seen desk.Announced // what stood there
}

// once makes one of the posts about a request, whatever the crashes and the
// nodes: what is about to be said is written first, and what may have been said
// is looked for. say is given since when that is; zero if it cannot have been.
func (b *Bot) once(ctx context.Context, role desk.Role, r desk.Request, say func(ctx context.Context, since time.Time) (desk.Post, error)) (desk.Post, error) {
	c, err := b.claim(ctx, role, r)
	if err != nil {
		return desk.Post{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Until.Sub(b.Now())) // after that it is another node's
	defer cancel()
	since := time.Time{}
	if c.Tries > 1 {
		since = c.Since
	}
	return say(ctx, since)
}

func (b *Bot) claim(ctx context.Context, role desk.Role, r desk.Request) (desk.Claim, error) {
	now, what := b.Now(), claimed{r.ID, role, r.Announced[role]}
	maps.DeleteFunc(b.mine, func(_ claimed, c desk.Claim) bool { return !now.Before(c.Until) })
	if c, ours := b.mine[what]; ours {
		c.Tries++
		b.mine[what] = c
		return c, nil
	}
	c, err := b.Desk.Intend(ctx, r.ID, role, r.Announced[role])
	if err == nil {
		b.mine[what] = c
	}
	return c, err
}
