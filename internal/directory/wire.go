package directory

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// wire is one connection to the server, signed in.
type wire struct {
	*ldap.Conn
	raw     net.Conn
	tap     *tap
	alone   bool          // entries are taken by the tap: one asks at a time
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
	w := &wire{raw: raw, timeout: c.Timeout}
	err = c.greet(ctx, w, host, secure)
	if !stop() {
		err = errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		w.hangUp()
		return nil, err
	}
	return w, nil
}

// dialAlone dials a connection of which the entries are taken by a tap.
func (c Config) dialAlone(ctx context.Context) (*wire, error) {
	w, err := c.dial(ctx)
	if err == nil {
		w.alone = true
	}
	return w, err
}

func (c Config) greet(ctx context.Context, w *wire, host string, secure bool) error {
	trust, err := c.trust(host)
	if err != nil {
		return err
	}
	raw := w.raw
	if c.StartTLS {
		if err := startTLS(raw); err != nil {
			return fmt.Errorf("start TLS: %w", err)
		}
	}
	if secure || c.StartTLS {
		shaken := tls.Client(raw, trust)
		if err := shaken.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("handshake: %w", err)
		}
		raw = shaken
	}
	w.tap = newTap(raw)
	w.Conn = ldap.NewConn(w.tap, secure || c.StartTLS)
	w.SetTimeout(c.Timeout)
	w.Start()
	return c.signIn(w.Conn)
}

// startTLS asks for TLS. The library does it too, but then speaks over the TLS
// itself, and nothing can be tapped.
func startTLS(conn net.Conn) error {
	const ask = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	if _, err := io.WriteString(conn, ask); err != nil {
		return err
	}
	head := make([]byte, 2) // not a byte more than the answer: what follows is TLS
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	_, begin, length := header(string(head))
	if begin < 0 {
		return errBER
	}
	answer := make([]byte, length)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	_, rest, err := inside(string(answer), tagInteger)
	if err == nil {
		rest, _, err = inside(rest, tagExtended)
	}
	if err != nil || !strings.HasPrefix(rest, "\x0a\x01\x00") {
		return errors.New("the server refuses")
	}
	return nil
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

// An answer is all that the server had to say to a search.
type answer struct {
	entries  []*record
	controls []ldap.Control
}

// search returns everything that the server has to say, or an error. It uses
// neither SearchAsync, which takes a closed connection for the end of the
// answer and drops entries that are read too slowly, nor SearchWithPaging,
// which keeps every page.
func (w *wire) search(ctx context.Context, q query, paging ...ldap.Control) (answer, error) {
	if q.filter == "" {
		return answer{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	type reply struct {
		answer
		err error
	}
	replies := make(chan reply, 1)
	go func() {
		a, err := w.found(ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, 0,
			int(w.timeout/time.Second), false, q.filter, q.attributes, paging))
		replies <- reply{a, err}
	}()
	select {
	case <-ctx.Done():
		return answer{}, fmt.Errorf("search %s: %w", q.base, context.Cause(ctx))
	case r := <-replies:
		if r.err != nil {
			return answer{}, fmt.Errorf("search %s: %w", q.base, r.err)
		}
		return r.answer, nil
	}
}

// found sends a search, and refuses an answer of which a part is elsewhere.
func (w *wire) found(r *ldap.SearchRequest) (a answer, err error) {
	if w.alone {
		w.tap.collect()
	}
	found, err := w.Search(r)
	if w.alone {
		taken, broken := w.tap.drain()
		a.entries, err = taken, errors.Join(err, broken)
	}
	if err != nil {
		return answer{}, err
	}
	for _, e := range found.Entries {
		a.entries = append(a.entries, recordOf(e))
	}
	a.controls = found.Controls
	return a, whole(a.entries, found.Referrals)
}

func whole(entries []*record, referrals []string) error {
	if len(referrals) > 0 {
		return errReferral
	}
	if slices.ContainsFunc(entries, (*record).cut) {
		return errRange
	}
	return nil
}

// errLoop ends a reading that would not.
var errLoop = errors.New("the server gives the same again and again")

// mostEmpty is how many pages without an entry may follow each other.
const mostEmpty = 100

// each visits every entry, page by page, until there is none or visit has enough.
func (w *wire) each(ctx context.Context, q query, size uint32, visit func(*record) error) error {
	paging := ldap.NewControlPaging(size)
	for empty := 0; empty < mostEmpty; {
		page, err := w.search(ctx, q, paging)
		if err != nil {
			return err
		}
		for _, e := range page.entries {
			if err := visit(e); err != nil {
				return fmt.Errorf("search %s: %w", q.base, err)
			}
		}
		if empty++; len(page.entries) > 0 {
			empty = 0
		}
		next, _ := ldap.FindControl(page.controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if next == nil || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
	return fmt.Errorf("search %s: %w", q.base, errLoop)
}

// answered says that the server itself gave the error, on a live connection.
func answered(err error) bool {
	e, ok := errors.AsType[*ldap.Error](err)
	return ok && e.ResultCode < ldap.ErrorNetwork
}
