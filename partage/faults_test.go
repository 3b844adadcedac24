package partage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

const jeanne, domain = partage.Address("jeanne.dupont@unistra.fr"), "unistra.fr"

// A verdict is what a caller must be told; fine is no error at all.
type verdict struct {
	class partage.Class
	fine  bool
}

var (
	fine      = verdict{fine: true}
	unknown   = verdict{class: partage.Unknown}
	temporary = verdict{class: partage.Temporary}
	malformed = verdict{class: partage.Malformed}
	refused   = verdict{class: partage.Refused}
	auth      = verdict{class: partage.Auth}
)

// spoilt gives for each answer of the simulator what it proves: of a write, of
// a read, of an Auth.
var spoilt = []struct {
	answer            Answer
	message           string
	write, read, auth verdict
}{
	{Truthful, "", fine, fine, fine},
	{Drop, "", unknown, temporary, temporary},
	{Cut, "", unknown, temporary, temporary},
	{Forbidden, "", temporary, temporary, temporary},
	{BadGateway, "", unknown, temporary, temporary},
	{Closed, "", unknown, temporary, temporary},
	{Failing, "", unknown, temporary, temporary},
	{Redirect, "", unknown, malformed, malformed},
	{Empty, "", unknown, malformed, malformed},
	{HTML, "", unknown, malformed, malformed},
	{Plain, "", unknown, malformed, malformed},
	{Truncated, "", unknown, malformed, malformed},
	{NoStatus, "", unknown, malformed, malformed},
	{TwoStatus, "", unknown, malformed, malformed},
	{WordStatus, "", unknown, malformed, malformed},
	{Untyped, "", fine, fine, fine},
	{LowerRoot, "", fine, fine, fine},
	{OtherRoot, "", unknown, malformed, malformed},
	{Trailing, "", unknown, malformed, malformed},
	{Latin1, "", unknown, malformed, malformed},
	{Doctype, "", unknown, malformed, malformed},
	{Huge, "", unknown, malformed, malformed},
	{BadToken, "", auth, auth, auth},
	{Message, "", unknown, temporary, temporary},
	{Message, "unable to get connection", unknown, temporary, temporary},
	{Message, "LDAP error: x: unable to get connection", unknown, temporary, temporary},
	{Message, "system failure: unable to create account x", unknown, temporary, temporary},
	{Message, "system failure: no such account: x", unknown, temporary, temporary},
	{Message, "unable to create entry", unknown, temporary, temporary},
	{Message, "service temporarily unavailable", unknown, temporary, temporary},
	{Message, "error while proxying request to target server: x", unknown, temporary, temporary},
	{Message, "resource unreachable: x", unknown, temporary, temporary},
	{Message, "operation sent to wrong host x", unknown, temporary, temporary},
	{Message, "mailbox in maintenance mode: 12", temporary, temporary, temporary},
	{Message, "account is in maintenance mode", temporary, temporary, temporary},
	{Message, "no such account: x", verdict{class: partage.NotFound}, verdict{class: partage.NotFound}, auth},
	{Message, "Le compte x n'a pas été trouvé", verdict{class: partage.NotFound}, verdict{class: partage.NotFound}, auth},
	{Message, "email address already exists: x", verdict{class: partage.Conflict}, verdict{class: partage.Conflict}, auth},
	{Message, "email address alias already exists: x", verdict{class: partage.Conflict}, verdict{class: partage.Conflict}, auth},
	{Message, "x ne fait pas partie des domaines autorisés", refused, refused, auth},
	{Message, "invalid request: x", refused, refused, auth},
	{Message, "unknown attribute: x", refused, refused, auth},
	{Message, "number of accounts reached the limit: 3", refused, refused, auth},
	{Message, "une phrase que personne n'a jamais vue", unknown, refused, auth},
	{Errors, "no such account: x", verdict{class: partage.NotFound}, verdict{class: partage.NotFound}, auth},
	{Errors, "system failure", unknown, temporary, temporary},
}

func (v verdict) check(t *testing.T, err error) {
	t.Helper()
	switch {
	case v.fine && err != nil:
		t.Errorf("got %v, want success", err)
	case !v.fine && err == nil:
		t.Errorf("got success, want %v", v.class)
	case !v.fine && partage.ClassOf(err) != v.class:
		t.Errorf("got %v, want %v: %v", partage.ClassOf(err), v.class, err)
	}
}

// The writes, each with a way to see its effect.
var writes = []struct {
	method string
	write  func(context.Context, *partage.Writer) error
	holds  func(partage.Account) bool
}{
	{"ModifyAccount", func(ctx context.Context, w *partage.Writer) error {
		return w.ModifyAccount(ctx, jeanne, partage.Change{Quota: new(int64(8 << 30))})
	}, func(a partage.Account) bool { return a.Quota == 8<<30 }},
	{"AddAccountAlias", func(ctx context.Context, w *partage.Writer) error {
		return w.AddAccountAlias(ctx, jeanne, "contact.physique@unistra.fr")
	}, func(a partage.Account) bool { return strings.Contains(fmt.Sprint(a.Aliases), "contact.physique@") }},
	{"RemoveAccountAlias", func(ctx context.Context, w *partage.Writer) error {
		return w.RemoveAccountAlias(ctx, jeanne, "old@unistra.fr")
	}, func(a partage.Account) bool { return !strings.Contains(fmt.Sprint(a.Aliases), "old@") }},
}

// Whatever was done behind an answer, the class follows from the answer alone,
// and is never one that promises more than the answer proves.
func TestEveryFaultOfEveryWrite(t *testing.T) {
	for _, f := range spoilt {
		for _, m := range writes {
			for _, effect := range []Effect{Applied, Skipped, Late} {
				t.Run(fmt.Sprint(f.answer, f.message, m.method, effect), func(t *testing.T) {
					t.Parallel()
					testFault(t, Fault{Method: m.method, Answer: f.answer, Message: f.message, Effect: effect, Delay: time.Minute, Times: 1}, f.write, m.write, m.holds)
				})
			}
		}
	}
}

func testFault(t *testing.T, f Fault, want verdict, write func(context.Context, *partage.Writer) error, holds func(partage.Account) bool) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w := l.writer(t, domain)
	if err := w.AddAccountAlias(ctx, jeanne, "old@unistra.fr"); err != nil {
		t.Fatal(err)
	}
	if err := l.SetFaults(f); err != nil {
		t.Fatal(err)
	}
	err := write(ctx, w)
	want.check(t, err)
	if e, ok := errors.AsType[*partage.Error](err); ok && !e.TokenIssued.Equal(w.Issued()) {
		t.Errorf("token issued %v, error says %v", w.Issued(), e.TokenIssued)
	}
	see := func() bool {
		a, err := l.client(t, domain).GetAccount(ctx, jeanne)
		if err != nil {
			t.Fatal(err)
		}
		return holds(a)
	}
	if got := see(); got != (f.Effect == Applied) {
		t.Errorf("applied at once: %v", got)
	}
	l.clock.advance(2 * time.Minute)
	if got := see(); got != (f.Effect != Skipped) {
		t.Errorf("applied in the end: %v", got)
	}
	if log := l.Log(); len(log) != 2 || log[1].Method != f.Method || log[1].Applied != (f.Effect != Skipped) {
		t.Errorf("log: %+v", log[1:]) // the first one made the alias; each write is sent once
	}
}

func TestEveryFaultOfEveryRead(t *testing.T) {
	reads := map[string]func(context.Context, *partage.Client) error{
		"GetAccount": func(ctx context.Context, c *partage.Client) error { _, err := c.GetAccount(ctx, jeanne); return err },
		"GetAllCos":  func(ctx context.Context, c *partage.Client) error { _, err := c.GetAllCos(ctx); return err },
		"CountObjects": func(ctx context.Context, c *partage.Client) error {
			_, err := c.CountObjects(ctx, partage.UserAccounts)
			return err
		},
		"GetAllAccounts": func(ctx context.Context, c *partage.Client) error {
			for _, err := range c.GetAllAccounts(ctx, partage.Query{}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	for _, f := range spoilt {
		for method, read := range reads {
			t.Run(fmt.Sprint(f.answer, f.message, method), func(t *testing.T) {
				t.Parallel()
				l := newLab(t, Config{}, partage.Config{})
				if err := l.SetFaults(Fault{Method: method, Answer: f.answer, Message: f.message}); err != nil {
					t.Fatal(err)
				}
				f.read.check(t, read(context.Background(), l.client(t, domain)))
			})
		}
		t.Run(fmt.Sprint(f.answer, f.message, "Auth"), func(t *testing.T) {
			t.Parallel()
			l := newLab(t, Config{}, partage.Config{})
			if err := l.SetFaults(Fault{Method: "Auth", Answer: f.answer, Message: f.message}); err != nil {
				t.Fatal(err)
			}
			c := l.client(t, domain)
			f.auth.check(t, c.Auth(context.Background()))
			_, err := c.Writer(context.Background())
			f.auth.check(t, err)
		})
	}
}

func TestAnAnswerAboutAnotherAccountIsMalformed(t *testing.T) {
	l := newLab(t, Config{}, partage.Config{})
	if err := l.SetFaults(Fault{Method: "GetAccount", Answer: Stranger}); err != nil {
		t.Fatal(err)
	}
	_, err := l.client(t, domain).GetAccount(context.Background(), jeanne)
	malformed.check(t, err)
}

func TestSilentNoOpIsASuccessThatDidNothing(t *testing.T) {
	l := newLab(t, Config{}, partage.Config{})
	if err := l.SetFaults(Fault{Method: "ModifyAccount", Effect: Skipped, Times: 1}); err != nil {
		t.Fatal(err)
	}
	err := l.writer(t, domain).ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")})
	fine.check(t, err)
	if a, err := l.client(t, domain).GetAccount(context.Background(), jeanne); err != nil || a.Notes != "" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestASlowAnswerTimesOut(t *testing.T) {
	l := newLab(t, Config{}, partage.Config{Timeout: 300 * time.Millisecond})
	w, c := l.writer(t, domain), l.client(t, domain)
	if err := l.SetFaults(Fault{Method: "*", Wait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	err := w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")})
	unknown.check(t, err)
	if !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(err.Error(), "timeout") {
		t.Errorf("%v", err)
	}
	_, err = c.GetAccount(context.Background(), jeanne)
	temporary.check(t, err)
}

// Many at once, on one server: each alias is given once, and every reader sees
// whole answers.
func TestManyAtOnce(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{PageSize: 30}), context.Background()
	c := l.client(t, domain)
	var wg sync.WaitGroup
	var given atomic.Int64
	for i := range 40 {
		wg.Go(func() {
			w, err := c.Writer(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			alias := partage.Address(fmt.Sprintf("alias%d@unistra.fr", i%10))
			switch err := w.AddAccountAlias(ctx, jeanne, alias); {
			case err == nil:
				given.Add(1)
			case partage.ClassOf(err) != partage.Conflict:
				t.Error(err)
			}
			if err := last(c.GetAllAccounts(ctx, partage.Query{})); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a, err := c.GetAccount(ctx, jeanne); err != nil || given.Load() != 10 || len(a.Aliases) != 10 {
		t.Errorf("%d given, %v, %v", given.Load(), a.Aliases, err)
	}
}
