package effect

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// A pen is one token for one write.
type pen struct {
	writer *partage.Writer
	step   step
	action desk.Action
	before desk.Account
	spent  atomic.Bool
}

// Pen is desk.Office's. The token is of the domain that is written to.
func (o *Office) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	step, ok := steps[a.Verb]
	if !ok {
		return nil, fmt.Errorf("%w: no steps for %s", desk.ErrRefused, a.Verb)
	}
	where := name(before)
	if a.Verb == desk.ListJoin || a.Verb == desk.ListLeave {
		where = list(a)
	}
	client, err := o.Domains.For(where)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	if a, err = theirs(ctx, client, a); err != nil {
		return nil, err
	}
	writer, err := client.Writer(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	return &pen{writer: writer, step: step, action: a, before: before}, nil
}

// Issued is desk.Pen's.
func (p *pen) Issued() time.Time { return p.writer.Issued() }

// Write is desk.Pen's.
func (p *pen) Write(ctx context.Context) error {
	if p.spent.Swap(true) {
		return errors.New("a pen writes once")
	}
	ctx = partage.AskBeforeSending(ctx, func() error { return desk.Leave(ctx) })
	return known(p.step.do(ctx, p.writer, p.before, p.action))
}
