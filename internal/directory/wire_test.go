package directory

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"github.com/unistra/melusine/internal/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a directory and closes it with the test.
func open(tb testing.TB, c Config) *Directory {
	tb.Helper()
	d, err := Open(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(d.Close)
	return d
}

// everyone is what People yields, and its error.
func everyone(ctx context.Context, d *Directory) (people []desk.Person, err error) {
	for p, fault := range d.People(ctx) {
		if err = fault; err == nil {
			people = append(people, p)
		}
	}
	return people, err
}

// listener accepts on loopback and hands each connection to serve, which need
// not close it.
func listener(tb testing.TB, serve func(net.Conn)) (hostport string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan struct{})
	var held []net.Conn
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			held = append(held, conn)
			serve(conn)
		}
	}()
	tb.Cleanup(func() {
		_ = l.Close()
		<-done
		for _, conn := range held {
			_ = conn.Close()
		}
	})
	return l.Addr().String()
}

// saysYesToTLS is a StartTLS response: message 1, success.
const saysYesToTLS = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"

func TestSilenceEnds(t *testing.T) {
	silent := func(net.Conn) {}
	tests := map[string]struct {
		scheme string
		serve  func(net.Conn)
		change func(*Config)
	}{
		"plain":             {"ldap://", silent, func(c *Config) { c.AllowPlain = true }},
		"TLS":               {"ldaps://", silent, func(*Config) {}},
		"StartTLS":          {"ldap://", silent, func(c *Config) { c.StartTLS = true }},
		"StartTLS accepted": {"ldap://", func(conn net.Conn) { _, _ = io.WriteString(conn, saysYesToTLS) }, func(c *Config) { c.StartTLS = true }},
		"bind":              {"ldap://", silent, func(c *Config) { c.AllowPlain = true; c.BindDN, c.PasswordFile = "cn=x", secret(t, "hunter2") }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := valid()
			c.Timeout = 100 * time.Millisecond
			c.URL = test.scheme + listener(t, test.serve)
			test.change(&c)
			answers(t, open(t, c), false)
		})
	}
}

// answers says whether every question is answered, in time.
func answers(t *testing.T, d *Directory, want bool) {
	t.Helper()
	ctx := t.Context()
	questions := map[string]func() error{
		"ping":   func() error { return d.Ping(ctx) },
		"person": func() error { _, err := d.Person(ctx, "ada"); return err },
		"people": func() error { _, err := everyone(ctx, d); return err },
	}
	for name, ask := range questions {
		asked := time.Now()
		err := ask()
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(asked); took > d.config.Timeout+5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s tells the password: %v", name, err)
		}
	}
}

func secret(tb testing.TB, text string) (path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestNothingListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := valid()
	c.URL = "ldaps://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	answers(t, open(t, c), false)
}

func TestCallerLeaves(t *testing.T) {
	for _, starttls := range []bool{false, true} {
		c := valid()
		c.AllowPlain, c.StartTLS, c.URL = !starttls, starttls, "ldap://"+listener(t, func(net.Conn) {})
		c.Timeout = time.Minute
		d := open(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := d.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ping: %v", err)
		}
		if _, err := everyone(ctx, d); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("people: %v", err)
		}
	}
}

func TestWholeRefusesParts(t *testing.T) {
	entries := func(name string) []*record {
		return []*record{{dn: "cn=staff", attributes: []attribute{{"cn", []string{"staff"}}, {name, []string{"uid=a"}}}}}
	}
	tests := []struct {
		entries   []*record
		referrals []string
		want      error
	}{
		{entries("member"), nil, nil},
		{nil, []string{"ldap://elsewhere"}, errReferral},
		{entries("member;range=0-1499"), nil, errRange},
		{entries("member;RANGE=0-*"), nil, errRange},
	}
	for _, test := range tests {
		if err := whole(test.entries, test.referrals); !errors.Is(err, test.want) {
			t.Errorf("got %v, want %v", err, test.want)
		}
	}
}

// A search result done, and one with a person before it.
const (
	replyDone  = "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"
	replyEntry = "\x30\x1b\x02\x01\x01\x64\x16\x04\x05uid=a\x30\x0d\x30\x0b\x04\x03uid\x31\x04\x04\x02ad"
)

// Whatever a server sends, the search ends without a panic, and only a
// well-formed end of the answer is an answer.
func FuzzReply(f *testing.F) {
	f.Add([]byte(replyDone))
	f.Add([]byte(replyEntry + replyDone))
	f.Add([]byte(replyEntry))
	f.Add([]byte("\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x04\x04\x00\x04\x00"))
	f.Add([]byte("\x30\x84\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, reply []byte) {
		here, there := net.Pipe()
		w := &wire{raw: here, tap: newTap(here), alone: len(reply)%2 == 0, timeout: 10 * time.Second}
		w.Conn = ldap.NewConn(w.tap, false)
		w.SetTimeout(w.timeout)
		w.Start()
		defer w.hangUp()
		go func() {
			_, _ = there.Read(make([]byte, 1024))
			_, _ = there.Write(reply)
			_ = there.Close()
		}()
		_, err := w.search(t.Context(), query{"dc=fr", ldap.ScopeWholeSubtree, "(uid=a)", []string{"uid"}})
		if err == nil && !strings.Contains(string(reply), "\x65") {
			t.Errorf("%q is taken for an answer", reply)
		}
	})
}
