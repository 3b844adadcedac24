package partage_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

var errTooLate = errors.New("it is too late")

// A gate lets connections through once it is open: a server that is slow to accept.
type gate struct {
	slow    atomic.Bool
	waiting chan struct{}
	open    chan struct{}
}

func newGate() *gate { return &gate{waiting: make(chan struct{}), open: make(chan struct{})} }

func (g *gate) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if g.slow.Load() {
		g.waiting <- struct{}{}
		<-g.open
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func TestAWriteAsksForLeaveOnceItIsConnected(t *testing.T) {
	for name, late := range map[string]bool{"in time": false, "too late": true} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			l := newLab(t, simulator.Config{}, partage.Config{Dial: g.dial})
			w := l.writer(t, domain)
			g.slow.Store(true)
			var passed atomic.Bool
			asked := 0
			ctx := partage.AskBeforeSending(t.Context(), func() error {
				if asked++; passed.Load() {
					return errTooLate
				}
				return nil
			})
			done := make(chan error)
			go func() { done <- w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("x")}) }()
			<-g.waiting // the call was made in time, and has no connection yet
			passed.Store(late)
			close(g.open)
			err := <-done
			if late {
				verdict{class: partage.NotSent}.check(t, err)
			} else {
				fine.check(t, err)
			}
			if sent := len(l.Log()) > 0; asked != 1 || sent == late || late && !strings.Contains(err.Error(), errTooLate.Error()) {
				t.Errorf("asked %d times, sent: %v, error %v", asked, sent, err)
			}
		})
	}
}

// The handshake is no part of the request: leave is asked after it.
func TestAWriteAsksForLeaveAfterTheHandshake(t *testing.T) {
	var shaken atomic.Bool
	var writes atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if !strings.Contains(r.URL.Path, "/Auth") {
			writes.Add(1)
		}
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
	}))
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c, err := partage.New(partage.Config{BaseURL: s.URL, Domain: "univ-test.fr", Key: partage.NewSecret(canaryKey), Now: newClock().now, TLS: &tls.Config{RootCAs: roots,
		VerifyConnection: func(tls.ConnectionState) error { shaken.Store(true); return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, refused := range []error{nil, errTooLate} {
		w, err := c.Writer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		shaken.Store(false)
		before := writes.Load()
		err = w.ModifyAccount(partage.AskBeforeSending(t.Context(), func() error {
			if !shaken.Load() {
				t.Error("asked before the handshake")
			}
			return refused
		}), "a@univ-test.fr", partage.Change{Notes: new("x")})
		if refused == nil {
			fine.check(t, err)
		} else {
			verdict{class: partage.NotSent}.check(t, err)
		}
		if sent := writes.Load() > before; sent != (refused == nil) {
			t.Errorf("leave %v, sent: %v", refused, sent)
		}
	}
}

// Who has been told that nothing was sent must not see it sent afterwards: not
// by a dial that goes on, nor by a connection that came just then.
func TestAWriteThatWasGivenUpNeverLeaves(t *testing.T) {
	g := newGate()
	l := newLab(t, simulator.Config{}, partage.Config{Dial: g.dial})
	w := l.writer(t, domain)
	g.slow.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	ctx = partage.AskBeforeSending(ctx, func() error { t.Error("asked after the end"); return nil })
	done := make(chan error)
	go func() { done <- w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("x")}) }()
	<-g.waiting
	cancel()
	verdict{class: partage.NotSent}.check(t, <-done)
	close(g.open)
	if len(l.Log()) != 0 {
		t.Error("it was sent")
	}
}

func TestAPassageIsDecidedOnce(t *testing.T) {
	for _, c := range []struct {
		name       string
		begun      bool
		leave      error
		sent, goes bool
	}{
		{"begun in time", true, nil, true, true},
		{"begun too late", true, errTooLate, false, false},
		{"given up before it began", false, nil, false, false},
	} {
		asked := 0
		p := partage.NewPassage(func() error { asked++; return c.leave })
		if c.begun {
			_ = p.Pass()
		}
		sent, goes := p.Sent(), p.Pass() == nil
		if sent != c.sent || goes != c.goes || c.begun && asked != 1 {
			t.Errorf("%s: sent %v, goes on %v, asked %d times", c.name, sent, goes, asked)
		}
	}
}
