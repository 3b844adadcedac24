package partage_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// A clock that only moves when told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A lab is a simulator, its clock, and clients of all its domains.
type lab struct {
	*simulator.Server
	clock   *clock
	base    string
	domains *partage.Domains
}

func newLab(t testing.TB, sim simulator.Config, conf partage.Config) *lab {
	t.Helper()
	l := &lab{clock: newClock()}
	sim.Now, conf.Now = l.clock.now, l.clock.now
	if sim.University == nil {
		sim.University = simulator.NewUniversity(1000)
	}
	var err error
	if l.Server, err = simulator.New(sim); err != nil {
		t.Fatal(err)
	}
	base, stop, err := l.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.base, conf.BaseURL = base, base
	if l.domains, err = partage.NewDomains(conf, l.Keys()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.domains.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) client(t testing.TB, domain string) *partage.Client {
	t.Helper()
	c, err := l.domains.Client(domain)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (l *lab) writer(t testing.TB, domain string) *partage.Writer {
	t.Helper()
	w, err := l.client(t, domain).Writer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// serve makes a client of a handler of the test's own.
func serve(t testing.TB, handler http.HandlerFunc, conf partage.Config) *partage.Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { _ = server.Serve(l); close(done) }()
	conf.BaseURL, conf.Domain, conf.Key = "http://"+l.Addr().String()+"/service/domain", "univ-test.fr", partage.NewSecret(canaryKey)
	if conf.Now == nil {
		conf.Now = newClock().now
	}
	c, err := partage.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); _ = server.Close(); <-done })
	return c
}

const (
	canaryKey   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	canaryToken = "5f0c1d2e3b4a59687786a5b4c3d2e1f0"
)
