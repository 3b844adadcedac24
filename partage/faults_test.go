package partage_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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

// A change is a write, with what it needs before and a way to see its effect.
type change struct {
	method  string
	prepare func(context.Context, *partage.Writer) error // nil: nothing
	write   func(context.Context, *partage.Writer) error
	holds   func(context.Context, *lab) (bool, error)
}

// changes are all the writes, one family after the other.
func changes() []change {
	return slices.Concat(accountChanges, lifeChanges, groupChanges, resourceChanges, definitionChanges, shareChanges)
}

// seen is a way to see the effect of a write on Jeanne's account.
func seen(holds func(partage.Account) bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		a, err := c.GetAccount(ctx, jeanne)
		return holds(a), err
	}
}

var accountChanges = []change{
	{"ModifyAccount", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.ModifyAccount(ctx, jeanne, partage.Change{Quota: new(int64(8 << 30))})
	}, seen(func(a partage.Account) bool { return a.Quota == 8<<30 })},
	{"AddAccountAlias", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.AddAccountAlias(ctx, jeanne, "contact.physique@unistra.fr")
	}, seen(func(a partage.Account) bool { return strings.Contains(fmt.Sprint(a.Aliases), "contact.physique@") })},
	{"RemoveAccountAlias", func(ctx context.Context, w *partage.Writer) error {
		return w.AddAccountAlias(ctx, jeanne, "old@unistra.fr")
	}, func(ctx context.Context, w *partage.Writer) error {
		return w.RemoveAccountAlias(ctx, jeanne, "old@unistra.fr")
	}, seen(func(a partage.Account) bool { return !strings.Contains(fmt.Sprint(a.Aliases), "old@") })},
}

// Whatever was done behind an answer, the class follows from the answer alone,
// and is never one that promises more than the answer proves.
func TestEveryFaultOfEveryWrite(t *testing.T) {
	for _, f := range spoilt {
		for _, m := range changes() {
			for _, effect := range []Effect{Applied, Skipped, Late} {
				t.Run(fmt.Sprint(f.answer, f.message, m.method, effect), func(t *testing.T) {
					t.Parallel()
					testFault(t, Fault{Method: m.method, Answer: f.answer, Message: f.message, Effect: effect, Delay: time.Minute, Times: 1}, f.write, m)
				})
			}
		}
	}
}

func testFault(t *testing.T, f Fault, want verdict, m change) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w := l.writer(t, domain)
	if m.prepare != nil {
		if err := m.prepare(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	before := len(l.Log())
	if err := l.SetFaults(f); err != nil {
		t.Fatal(err)
	}
	err := m.write(ctx, w)
	want.check(t, err)
	if e, ok := errors.AsType[*partage.Error](err); ok && !e.TokenIssued.Equal(w.Issued()) {
		t.Errorf("token issued %v, error says %v", w.Issued(), e.TokenIssued)
	}
	see := func(when string, want bool) {
		got, err := m.holds(ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("applied %s: %v", when, got)
		}
	}
	see("at once", f.Effect == Applied)
	l.clock.advance(2 * time.Minute)
	see("in the end", f.Effect != Skipped)
	if log := l.Log()[before:]; len(log) != 1 || log[0].Method != f.Method || log[0].Applied != (f.Effect != Skipped) {
		t.Errorf("log: %+v", log) // each write is sent once
	}
}

// reads are all the reads; none of them fails by itself.
func reads() map[string]func(context.Context, *partage.Client) error {
	all := map[string]func(context.Context, *partage.Client) error{
		"GetAccount": func(ctx context.Context, c *partage.Client) error { _, err := c.GetAccount(ctx, jeanne); return err },
		"GetAllCos":  func(ctx context.Context, c *partage.Client) error { return last(c.GetAllCos(ctx)) },
		"CountObjects": func(ctx context.Context, c *partage.Client) error {
			_, err := c.CountObjects(ctx, partage.UserAccounts)
			return err
		},
		"GetAllAccounts": func(ctx context.Context, c *partage.Client) error {
			return last(c.GetAllAccounts(ctx, partage.Query{}))
		},
		"zimlet_dl/GetDefinition": func(ctx context.Context, c *partage.Client) error {
			if w, err := c.Writer(ctx); err != nil || w.CreateDefinition(ctx, partage.Definition{Type: partage.Root}) != nil {
				return errors.New("nothing to read")
			}
			_, err := c.GetDefinition(ctx)
			return err
		},
	}
	maps.Copy(all, otherReads)
	maps.Copy(all, groupReads)
	return all
}

func TestEveryFaultOfEveryRead(t *testing.T) {
	for _, f := range spoilt {
		for method, read := range reads() {
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
