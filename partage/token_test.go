package partage_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

func TestPreauthVectors(t *testing.T) {
	for stamp, want := range map[string]string{
		"1700000000":    "0a9dcd5f217008bd33f9255231f32f98fb6ad904",
		"1700000000.25": "700a3ac16982b1ad982f79f32a778c957a621774",
	} {
		if got := partage.Preauth(partage.NewSecret(canaryKey), "univ-test.fr", stamp); got != want {
			t.Errorf("%s: %s, want %s", stamp, got, want)
		}
	}
}

// An authority answers Auth and counts; any other method succeeds if the token
// is the last one given.
type authority struct {
	auths  atomic.Int64
	stamps sync.Map
	twice  atomic.Bool
	hold   chan struct{} // when not nil, Auth waits for it
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	if !strings.HasSuffix(r.URL.Path, "/Auth") {
		fmt.Fprint(w, "<Response><status>0</status><count>3</count></Response>")
		return
	}
	if a.hold != nil {
		<-a.hold
	}
	if _, again := a.stamps.LoadOrStore(r.FormValue("timestamp"), true); again {
		a.twice.Store(true)
	}
	fmt.Fprintf(w, "<Response><status>0</status><token>%032d</token></Response>", a.auths.Add(1))
}

func TestAHundredReadersShareOneAuth(t *testing.T) {
	a := &authority{hold: make(chan struct{})}
	c := serve(t, a.ServeHTTP, partage.Config{})
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := c.CountObjects(context.Background(), partage.Lists); err != nil {
				t.Error(err)
			}
		})
	}
	close(a.hold)
	wg.Wait()
	if n := a.auths.Load(); n != 1 {
		t.Errorf("%d Auths", n)
	}
}

func TestAReaderThatGivesUpLeavesTheAuthToOthers(t *testing.T) {
	a := &authority{hold: make(chan struct{})}
	c := serve(t, a.ServeHTTP, partage.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.CountObjects(ctx, partage.Lists)
	temporary.check(t, err)
	close(a.hold)
	if _, err := c.CountObjects(context.Background(), partage.Lists); err != nil {
		t.Error(err)
	}
	if n := a.auths.Load(); n != 1 {
		t.Errorf("%d Auths", n)
	}
}

func TestTheSameSecondNeverSignsTwice(t *testing.T) {
	a, clock := &authority{}, newClock()
	c := serve(t, a.ServeHTTP, partage.Config{Now: clock.now})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := c.Writer(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	clock.advance(-time.Minute)
	if err := c.Auth(context.Background()); err != nil {
		t.Error(err)
	}
	if a.twice.Load() || a.auths.Load() != 51 {
		t.Errorf("%d Auths, the same timestamp twice: %v", a.auths.Load(), a.twice.Load())
	}
}

func TestAClockSetFarBackIsFollowed(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{})
	l.clock.advance(24 * time.Hour)
	if err := l.client(t, domain).Auth(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.clock.advance(-24 * time.Hour)
	if _, err := l.client(t, domain).GetAccount(context.Background(), jeanne); err != nil {
		t.Error(err)
	}
}

func TestTokensAreRenewedBeforeTheirEnd(t *testing.T) {
	a, clock := &authority{}, newClock()
	c := serve(t, a.ServeHTTP, partage.Config{Now: clock.now})
	for _, step := range []struct {
		wait  time.Duration
		auths int64
	}{{0, 1}, {269 * time.Second, 1}, {time.Second, 2}, {269 * time.Second, 2}, {time.Hour, 3}, {-time.Hour, 4}} {
		clock.advance(step.wait)
		if _, err := c.CountObjects(context.Background(), partage.Lists); err != nil {
			t.Fatal(err)
		}
		if n := a.auths.Load(); n != step.auths {
			t.Errorf("after %v: %d Auths, want %d", step.wait, n, step.auths)
		}
	}
}

// The whole of a token's life, on the real clock of a bubble.
func TestTokenLifeInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim, err := simulator.New(simulator.Config{Now: time.Now, University: simulator.NewUniversity(1000)})
		if err != nil {
			t.Fatal(err)
		}
		net := newPipes(t, sim)
		c, err := partage.New(partage.Config{BaseURL: "http://localhost/service/domain", Domain: domain, Key: sim.Keys()[domain], Now: time.Now, Dial: net.dial})
		if err != nil {
			t.Fatal(err)
		}
		w, err := c.Writer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, err := c.Writer(t.Context()); err != nil { // ten in the same nanosecond
				t.Fatal(err)
			}
		}
		time.Sleep(269 * time.Second)
		if err := w.ModifyAccount(t.Context(), jeanne, partage.Change{Notes: new("x")}); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		verdict{class: partage.NotSent}.check(t, w.ModifyAccount(t.Context(), jeanne, partage.Change{Notes: new("y")}))
		for range 20 {
			time.Sleep(100 * time.Second)
			if a, err := c.GetAccount(t.Context(), jeanne); err != nil || a.Notes != "x" {
				t.Error(a.Notes, err)
			}
		}
		c.Close()
		net.close()
	})
}

func TestADeadTokenIsReplacedOnceForAReadAndNeverForAWrite(t *testing.T) {
	l := newLab(t, simulator.Config{TokenLife: 10 * time.Second}, partage.Config{})
	c, w := l.client(t, domain), l.writer(t, domain)
	l.clock.advance(11 * time.Second)
	if _, err := c.GetAccount(context.Background(), jeanne); err != nil {
		t.Errorf("read: %v", err)
	}
	auth.check(t, w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")}))
	if log := l.Log(); len(log) != 1 || log[0].Applied {
		t.Errorf("%+v", log)
	}
	if err := l.SetFaults(simulator.Fault{Method: "GetAccount", Answer: simulator.BadToken}); err != nil {
		t.Fatal(err)
	}
	_, err := c.GetAccount(context.Background(), jeanne)
	auth.check(t, err)
}

// A token refused while a newer one came is not a reason to drop the newer.
func TestANewerTokenIsKept(t *testing.T) {
	var auths, reads atomic.Int64
	var c *partage.Client
	c = serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		switch {
		case strings.HasSuffix(r.URL.Path, "/Auth"):
			fmt.Fprintf(w, "<Response><status>0</status><token>%032d</token></Response>", auths.Add(1))
		case reads.Add(1) == 1:
			fine.check(t, c.Auth(context.Background()))
			fmt.Fprint(w, "<Response><status>1</status><message>Invalid token</message></Response>")
		default:
			fmt.Fprint(w, "<Response><status>0</status><count>3</count></Response>")
		}
	}, partage.Config{})
	if n, err := c.CountObjects(context.Background(), partage.Lists); err != nil || n != 3 || auths.Load() != 2 {
		t.Errorf("%d, %v after %d Auths", n, err, auths.Load())
	}
}

func TestOneTokenPerDomainIsEnough(t *testing.T) {
	l := newLab(t, simulator.Config{RevokeOnAuth: true}, partage.Config{})
	c, w := l.client(t, domain), l.writer(t, domain)
	if _, err := c.GetAccount(context.Background(), jeanne); err != nil {
		t.Error(err)
	}
	if err := w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")}); err != nil {
		t.Errorf("the read took a token of its own and ended the writer's: %v", err)
	}
}

func TestATokenThatCannotBeOneIsRefused(t *testing.T) {
	for _, token := range []string{"", "short", "../../../../etc/passwd", "a b c d e f g h i j k l", "5f0c1d2e3b4a59687786a5b4c3d2e1f0?x=1", strings.Repeat("a", 600)} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", token)
		}, partage.Config{})
		malformed.check(t, c.Auth(context.Background()))
	}
}

func TestAWrongKeyAndAWrongClockAreAuth(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{})
	late := func() time.Time { return l.clock.now().Add(-301 * time.Second) }
	for name, conf := range map[string]partage.Config{
		"key":   {Key: partage.NewSecret(canaryKey), Now: l.clock.now},
		"clock": {Key: l.Keys()[domain], Now: late},
	} {
		conf.BaseURL, conf.Domain = l.base, domain
		c, err := partage.New(conf)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.GetAccount(context.Background(), jeanne)
		if partage.ClassOf(err) != partage.Auth {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
}

// The date of the server's answer tells by how much the clock is off.
func TestSkewIsTold(t *testing.T) {
	for _, c := range []struct {
		late, told time.Duration
		date, says string
	}{
		{late: 401 * time.Second, told: -401 * time.Second, says: "the clock here is 6m41s behind the server's"},
		{late: -time.Hour, told: time.Hour, says: "the clock here is 1h0m0s ahead of the server's"},
		{late: 59 * time.Second, told: -59 * time.Second},
		{late: time.Hour, date: "yesterday"},
	} {
		server := newClock()
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			w.Header().Set("Date", cmp.Or(c.date, server.now().Format(http.TimeFormat)))
			fmt.Fprint(w, "<Response><status>2</status><message>Echec de la preauthentification</message></Response>")
		}, partage.Config{Now: func() time.Time { return server.now().Add(-c.late) }})
		_, err := client.GetAccount(context.Background(), "a@univ-test.fr")
		auth.check(t, err)
		e, _ := errors.AsType[*partage.Error](err)
		if e == nil || e.ClockAhead != c.told || strings.Contains(err.Error(), "clock") != (c.says != "") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("late by %v: %v", c.late, err)
		}
	}
}

// A write that comes to the server after the death of its token is refused, and
// nothing is sent again.
func TestATokenThatDiesInFlight(t *testing.T) {
	for _, m := range changes() {
		t.Run(m.method, func(t *testing.T) {
			t.Parallel()
			l, ctx := newLab(t, simulator.Config{TokenLife: 10 * time.Second}, partage.Config{}), context.Background()
			w := l.writer(t, domain)
			if m.prepare != nil {
				fine.check(t, m.prepare(ctx, w))
			}
			before := len(l.Log())
			l.clock.advance(11 * time.Second)
			auth.check(t, m.write(ctx, w))
			if log := l.Log()[before:]; len(log) != 1 || log[0].Applied {
				t.Errorf("%+v", log)
			}
		})
	}
}
