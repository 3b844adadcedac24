package partage_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
)

// pipes is a network in memory, which the clock of a synctest bubble rules.
type pipes struct {
	accept chan net.Conn
	done   chan struct{}
	server *http.Server
}

func newPipes(t *testing.T, h http.Handler) *pipes {
	t.Helper()
	p := &pipes{accept: make(chan net.Conn), done: make(chan struct{}), server: &http.Server{Handler: h}}
	go func() { _ = p.server.Serve(p) }()
	return p
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	p.accept <- a
	return b, nil
}

func (p *pipes) close() { _ = p.server.Close() }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.done:
		return nil, errors.New("closed")
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.done:
	default:
		close(p.done)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
