package partage

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// AskBeforeSending returns a context whose writes ask for leave: once the
// connection stands, right before the first byte of the request would leave,
// leave is called, once. If it fails nothing leaves, and the write fails with
// class NotSent. To dial and to shake hands may take long: what was so when the
// call was made may be so no more.
func AskBeforeSending(ctx context.Context, leave func() error) context.Context {
	return context.WithValue(ctx, leaveKey{}, leave)
}

type (
	leaveKey   struct{}
	passageKey struct{}
)

// A passage is where the request of one write leaves, or does not.
type passage struct {
	leave func() error // nil: always

	connected atomic.Bool // what comes now is the request; before, the handshake
	mu        sync.Mutex
	decided   bool
	why       error // it may not leave
}

var errOver = errors.New("the call has ended")

func withPassage(ctx context.Context) (context.Context, *passage) {
	p := &passage{}
	p.leave, _ = ctx.Value(leaveKey{}).(func() error)
	return context.WithValue(ctx, passageKey{}, p), p
}

// pass says whether bytes may leave: what is decided for the first holds for all.
func (p *passage) pass() error {
	if !p.connected.Load() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.decided && p.leave != nil {
		p.why = p.leave()
	}
	p.decided = true
	return p.why
}

// sent says, when the call has failed, whether any byte of the request may have
// left. Of a write that has not, none will: a dial goes on after its caller has gone.
func (p *passage) sent(write bool) bool {
	if !write {
		return p.connected.Load()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.decided {
		p.decided, p.why = true, errOver
	}
	return p.why == nil
}

// A guarded connection is that of one write.
type guarded struct {
	net.Conn
	*passage
}

func (g guarded) Write(b []byte) (int, error) {
	if err := g.pass(); err != nil {
		return 0, err
	}
	return g.Conn.Write(b)
}

// guard lets nothing out of a connection but through its passage.
func guard(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		p, ok := ctx.Value(passageKey{}).(*passage)
		if !ok {
			return nil, errors.New("a connection for no write")
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return guarded{conn, p}, nil
	}
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)
