package directory

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// wire is one connection to the server, signed in.
type wire struct {
	*ldap.Conn
	raw     net.Conn
	timeout time.Duration // of one search
}

// dial connects, secures the connection as configured and signs in.
func (c Config) dial(ctx context.Context) (*wire, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	hostport, host, secure := c.address()
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", hostport)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	// go-ldap knows no context and would wait for a handshake for ever: closing
	// the socket ends whatever waits on it.
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	conn, err := c.greet(ctx, raw, host, secure)
	if !stop() {
		err = errors.Join(context.Cause(ctx), err)
	}
	w := &wire{conn, raw, c.Timeout}
	if err != nil {
		w.hangUp()
		return nil, err
	}
	return w, nil
}

func (c Config) greet(ctx context.Context, raw net.Conn, host string, secure bool) (*ldap.Conn, error) {
	trust, err := c.trust(host)
	if err != nil {
		return nil, err
	}
	if secure {
		shaken := tls.Client(raw, trust)
		if err := shaken.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("handshake: %w", err)
		}
		raw = shaken
	}
	conn := ldap.NewConn(raw, secure)
	conn.SetTimeout(c.Timeout)
	conn.Start()
	if c.StartTLS {
		if err := conn.StartTLS(trust); err != nil {
			return conn, fmt.Errorf("start TLS: %w", err)
		}
	}
	return conn, c.signIn(conn)
}

func (c Config) trust(host string) (*tls.Config, error) {
	trust := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.CAFile == "" {
		return trust, nil
	}
	authorities, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read authorities: %w", err)
	}
	trust.RootCAs = x509.NewCertPool()
	if !trust.RootCAs.AppendCertsFromPEM(authorities) {
		return nil, errors.New("read authorities: no certificate in the file")
	}
	return trust, nil
}

func (c Config) signIn(conn *ldap.Conn) error {
	if c.BindDN == "" {
		return nil
	}
	password, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return fmt.Errorf("read password: %w", err)
	}
	password = bytes.TrimRight(password, "\r\n")
	if len(password) == 0 {
		// A server takes a bind without a password for an anonymous one and says yes.
		return errors.New("read password: the file is empty")
	}
	if err := conn.Bind(c.BindDN, string(password)); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// hangUp closes the socket first: go-ldap would wait for a write that is stuck.
func (w *wire) hangUp() {
	_ = w.raw.Close()
	if w.Conn != nil {
		_ = w.Close()
	}
}

var (
	errReferral = errors.New("the server refers to another one")
	errRange    = errors.New("the server gives only some values of an attribute")
)

// search returns everything that the server has to say, or an error. It uses
// neither SearchAsync, which takes a closed connection for the end of the
// answer and drops entries that are read too slowly, nor SearchWithPaging,
// which keeps every page.
func (w *wire) search(ctx context.Context, q query, paging ...ldap.Control) (*ldap.SearchResult, error) {
	if q.filter == "" {
		return &ldap.SearchResult{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	type reply struct {
		*ldap.SearchResult
		err error
	}
	replies := make(chan reply, 1)
	go func() {
		found, err := w.Search(ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, 0,
			int(w.timeout/time.Second), false, q.filter, q.attributes, paging))
		replies <- reply{found, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("search %s: %w", q.base, context.Cause(ctx))
	case r := <-replies:
		if r.err == nil {
			r.err = whole(r.SearchResult)
		}
		if r.err != nil {
			return nil, fmt.Errorf("search %s: %w", q.base, r.err)
		}
		return r.SearchResult, nil
	}
}

// whole refuses an answer of which a part is elsewhere.
func whole(r *ldap.SearchResult) error {
	if len(r.Referrals) > 0 {
		return errReferral
	}
	for _, e := range r.Entries {
		for _, a := range e.Attributes {
			if strings.Contains(strings.ToLower(a.Name), ";range=") {
				return errRange
			}
		}
	}
	return nil
}

// each visits every entry, page by page.
func (w *wire) each(ctx context.Context, q query, size uint32, visit func(*ldap.Entry)) error {
	paging := ldap.NewControlPaging(size)
	for {
		page, err := w.search(ctx, q, paging)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			visit(e)
		}
		next, _ := ldap.FindControl(page.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if next == nil || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
}

// answered says that the server itself gave the error, on a live connection.
func answered(err error) bool {
	e, ok := errors.AsType[*ldap.Error](err)
	return ok && e.ResultCode < ldap.ErrorNetwork
}
