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
	do     doing
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
	client, err := o.writesBy(a, before)
	if err != nil {
		return nil, err
	}
	if a, err = theirs(ctx, client, a); err != nil {
		return nil, err
	}
	if step, err = o.draws(a, step); err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	writer, err := client.Writer(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	return &pen{writer: writer, do: step.do, action: a, before: before}, nil
}

// writesBy is the client of the domain that the action writes to.
func (o *Office) writesBy(a desk.Action, before desk.Account) (*partage.Client, error) {
	where := name(before)
	switch a.Verb {
	case desk.ListJoin, desk.ListLeave:
		where = list(a)
	case desk.AccountMake:
		where = partage.Address(a.Target)
	}
	client, err := o.Domains.For(where)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	return client, nil
}

// draws is the step with what chance gives it.
func (o *Office) draws(a desk.Action, s step) (step, error) {
	if a.Verb != desk.AccountMake {
		return s, nil
	}
	hash, err := o.hash()
	s.do = makes(hash)
	return s, err
}

// Issued is desk.Pen's.
func (p *pen) Issued() time.Time { return p.writer.Issued() }

// Write is desk.Pen's.
func (p *pen) Write(ctx context.Context) error {
	if p.spent.Swap(true) {
		return errors.New("a pen writes once")
	}
	ctx = partage.AskBeforeSending(ctx, func() error { return desk.Leave(ctx) })
	return known(p.do(ctx, p.writer, p.before, p.action))
}
