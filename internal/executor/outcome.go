package executor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What is written of an attempt, each by one fact.

func (x *Executor) proved(ctx context.Context, r desk.Request, proof desk.Account) error {
	switch {
	case !r.Last():
		return x.write(ctx, r, desk.Stepped{Attempt: r.Attempt, Proof: proof})
	case r.Undoing:
		return x.write(ctx, r, desk.Undone{Attempt: r.Attempt, Proof: proof})
	}
	return x.write(ctx, r, desk.Done{Attempt: r.Attempt, Proof: proof})
}

func (x *Executor) doubt(ctx context.Context, r desk.Request, cause error, until time.Time) error {
	return x.write(ctx, r, desk.Unknown{Attempt: r.Attempt, Looks: r.Looks + 1, Error: text(cause), Until: until})
}

// text is an error as the journal takes it: others' words need not be text.
func text(err error) string { return strings.ToValidUTF8(err.Error(), "\ufffd") }

const doublings = 6 // of a rest, at most

// again makes the request ready, after a rest that doubles: a long outage must
// not fill the journal.
func (x *Executor) again(ctx context.Context, r desk.Request, code desk.Code, cause error) error {
	after := x.Desk.Now().Add(x.Timing.Rest << min(r.Tries, doublings))
	return x.write(ctx, r, desk.Failed{Attempt: r.Attempt, Code: code, Error: text(cause), After: after})
}

func (x *Executor) fail(ctx context.Context, r desk.Request, code desk.Code, cause error) error {
	f := desk.Failed{Attempt: r.Attempt, Code: code, Final: true}
	if cause != nil {
		f.Error = text(cause)
	}
	return x.write(ctx, r, f)
}

// missing ends a step whose mailbox is not there: none, or another one.
func (x *Executor) missing(ctx context.Context, r desk.Request, found desk.Account) error {
	if !found.Known() {
		return x.fail(ctx, r, desk.UnknownAccount, nil)
	}
	return x.fail(ctx, r, desk.OtherMailbox, fmt.Errorf("mailbox is %q, was %q", found.ID, r.Box()))
}

// refuse ends a request that may not be carried out, or lets it wait if who
// must tell does not answer.
func (x *Executor) refuse(ctx context.Context, r desk.Request, cause error) error {
	switch desk.KindOf(cause) {
	case desk.Unavailable:
		return cause
	case desk.Internal:
		return x.down(ctx, r, cause)
	}
	return x.fail(ctx, r, desk.CodeOf(cause), cause)
}

// down lets a request wait for Partage to answer, and records it once.
func (x *Executor) down(ctx context.Context, r desk.Request, cause error) error {
	if r.Code == desk.PartageDown || ctx.Err() != nil {
		return cause
	}
	return errors.Join(cause, x.again(ctx, r, desk.PartageDown, cause))
}

// write appends what was found, unless somebody else has moved the attempt on.
func (x *Executor) write(ctx context.Context, r desk.Request, f desk.Fact) error {
	_, err := x.Desk.Change(context.WithoutCancel(ctx), r.ID, desk.System, func(now desk.Request) ([]desk.Fact, error) {
		if now.State != r.State || now.Attempt != r.Attempt || now.Looks != r.Looks {
			return nil, errTaken
		}
		return []desk.Fact{f}, nil
	})
	return err
}
