package partage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

const envelope = "<Response><status>0</status></Response>"

// wires are the faults of the network and of HTTP: what they prove of a write,
// and of a read.
var wires = []struct {
	name      string
	trouble   trouble
	unreached bool // the server never has the whole request: nothing can be applied
	write     verdict
	read      verdict // of one that finds no kept connection, if it is about connections
}{
	{"no such host", trouble{refuse: func(context.Context) error { return &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true} }}, true, notSent, notSent},
	{"refused", trouble{refuse: func(context.Context) error { return errors.New("connection refused") }}, true, notSent, notSent},
	{"connect timeout", trouble{refuse: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}, true, notSent, notSent},
	{"expired certificate", trouble{server: func(a signer) tls.Certificate { return a.issue("localhost", time.Now().Add(-time.Hour)) }}, true, notSent, notSent},
	{"certificate of another", trouble{server: func(a signer) tls.Certificate { return a.issue("webmail.example", time.Now().Add(time.Hour)) }}, true, notSent, notSent},
	{"reset at the first byte", trouble{hangUp: 1}, true, unknown, temporary},
	{"reset in the request", trouble{hangUp: 90}, true, unknown, temporary},
	{"reset before the reply", trouble{answer: func(_ net.Conn, handle func() response) { handle() }}, false, unknown, temporary},
	{"no reply", trouble{answer: func(far net.Conn, handle func() response) { handle(); _, _ = io.Copy(io.Discard, far) }}, false, unknown, temporary},
	{"reset in the header", trouble{answer: func(far net.Conn, handle func() response) { _, _ = io.WriteString(far, handle().text()[:20]) }}, false, unknown, temporary},
	{"reset in the body", trouble{answer: func(far net.Conn, handle func() response) {
		text := handle().text()
		_, _ = io.WriteString(far, text[:len(text)-1])
	}}, false, unknown, temporary},
	{"slow drip", trouble{answer: drip}, false, unknown, temporary},
	{"stale connection", trouble{stale: true}, false, fine, fine},
	{"answer of another call", trouble{answer: inside("<account><name>z.z@unistra.fr</name><id>1</id></account>")}, false, unknown, malformed},
	{"204", trouble{answer: becomes(func(r response) response { return r.with(204, "application/xml", "") })}, false, unknown, malformed},
	{"206", trouble{answer: coded(206)}, false, unknown, malformed},
	{"301", trouble{answer: page(301, "Location", "/service/domain/elsewhere")}, false, unknown, malformed},
	{"302", trouble{answer: page(302, "Location", "/service/domain/elsewhere")}, false, unknown, malformed},
	{"307", trouble{answer: page(307, "Location", "/service/domain/elsewhere")}, false, unknown, malformed},
	{"308", trouble{answer: coded(308)}, false, unknown, malformed},
	{"401", trouble{answer: page(401, "WWW-Authenticate", "Basic")}, false, unknown, malformed},
	{"403", trouble{answer: page(403)}, false, unknown, temporary},
	{"404", trouble{answer: page(404)}, false, unknown, malformed},
	{"408", trouble{answer: page(408)}, false, unknown, temporary},
	{"413", trouble{answer: page(413)}, false, unknown, malformed},
	{"429", trouble{answer: page(429, "Retry-After", "60")}, false, unknown, temporary},
	{"500", trouble{answer: page(500)}, false, unknown, temporary},
	{"503", trouble{answer: page(503, "Retry-After", "3600")}, false, unknown, temporary},
	{"504", trouble{answer: coded(504)}, false, unknown, temporary},
	{"not gzip", trouble{answer: hidden(envelope)}, false, unknown, temporary},
	{"truncated gzip", trouble{answer: hidden(zipped(envelope)[:40])}, false, unknown, temporary},
	{"gzip with a wrong sum", trouble{answer: hidden(zipped(envelope)[:len(zipped(envelope))-8] + "12345678")}, false, unknown, temporary},
	{"gzip bomb", trouble{answer: hidden(zipped(strings.Replace(envelope, "</R", strings.Repeat(" ", 32<<20)+"</R", 1)))}, false, unknown, malformed},
	{"10 MiB", trouble{answer: inside("<x>" + strings.Repeat("0", 10<<20) + "</x>")}, false, unknown, malformed},
	{"deep nesting", trouble{answer: inside(strings.Repeat("<a>", 20_000) + strings.Repeat("</a>", 20_000))}, false, unknown, malformed},
	{"entity bomb", trouble{answer: before(`<!DOCTYPE r [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>`)}, false, unknown, malformed},
	{"outer entity", trouble{answer: before(`<!DOCTYPE r SYSTEM "http://localhost/x.dtd">`)}, false, unknown, malformed},
	{"UTF-16", trouble{answer: becomes(func(r response) response { return r.with(200, "application/xml; charset=utf-16", r.body) })}, false, unknown, malformed},
	{"lists that nobody asked", trouble{answer: inside(`<groups type="array"/><zimbraHideInGal>true</zimbraHideInGal>`)}, false, fine, fine},
}

// becomes answers with what change makes of the true answer.
func becomes(change func(response) response) func(net.Conn, func() response) {
	return func(far net.Conn, handle func() response) { _, _ = io.WriteString(far, change(handle()).text()) }
}

// page answers with HTML.
func page(code int, headers ...string) func(net.Conn, func() response) {
	return becomes(func(r response) response { return r.with(code, "text/html", "<html><body>x</body></html>", headers...) })
}

// coded sends the true answer with another status code.
func coded(code int) func(net.Conn, func() response) {
	return becomes(func(r response) response { r.code = code; return r })
}

// hidden sends what is said to be gzip, as the client asks for.
func hidden(zipped string) func(net.Conn, func() response) {
	return becomes(func(r response) response { return r.with(200, "application/xml", zipped, "Content-Encoding", "gzip") })
}

// inside adds elements to the true answer.
func inside(more string) func(net.Conn, func() response) { return around("</Response>", more) }

// before adds something before the root of the true answer.
func before(more string) func(net.Conn, func() response) { return around("<Response>", more) }

func around(mark, more string) func(net.Conn, func() response) {
	return becomes(func(r response) response {
		return r.with(200, "application/xml", strings.Replace(r.body, mark, more+mark, 1))
	})
}

// drip sends the true answer, so slowly that it takes longer than anybody waits.
func drip(far net.Conn, handle func() response) {
	for _, b := range []byte(handle().text()) {
		if _, err := far.Write([]byte{b}); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

// Whatever the network does, and whatever the server did before, a write gives
// the class that the answer proves, and is sent at most once.
func TestEveryTroubleOfEveryWrite(t *testing.T) {
	for _, row := range wires {
		for _, m := range changes() {
			for _, effect := range []Effect{Applied, Skipped} {
				if row.unreached && effect == Applied {
					continue
				}
				t.Run(row.name+" "+m.method+" "+string(effect), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { testTrouble(t, row.trouble, m, effect, row.unreached, row.write) })
				})
			}
		}
	}
}

func testTrouble(t *testing.T, bad trouble, m change, effect Effect, unreached bool, want verdict) {
	l, wire := newWiredLab(t, m.method, bad)
	w, ctx := l.writer(t, domain), context.Background()
	if m.prepare != nil {
		fine.check(t, m.prepare(ctx, w))
	}
	if err := l.SetFaults(Fault{Method: m.method, Effect: effect}); err != nil {
		t.Fatal(err)
	}
	sent := len(l.Log())
	wire.arm(true)
	want.check(t, m.write(ctx, w))
	wire.arm(false)
	if held, err := m.holds(ctx, l); err != nil || held != (effect == Applied) {
		t.Errorf("applied: %v, %v", held, err)
	}
	if n := len(l.Log()) - sent; n > 1 || unreached && n > 0 || !unreached && n != 1 {
		t.Errorf("the server had it %d times", n)
	}
	if n := wire.dials.Load(); n != 1 {
		t.Errorf("%d connections for one write", n)
	}
}

func TestEveryTroubleOfARead(t *testing.T) {
	for _, row := range wires {
		for _, method := range []string{"GetAccount", "GetAllAccounts"} {
			t.Run(row.name+" "+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					bad := row.trouble
					bad.stale = bad.stale || bad.answer == nil // or its connection would be the one of the Auth
					l, wire := newWiredLab(t, method, bad)
					c := l.client(t, domain)
					fine.check(t, c.Auth(t.Context()))
					wire.arm(true)
					row.read.check(t, reads()[method](t.Context(), c))
				})
			})
		}
	}
}

// The bytes of a reply that arrive are the whole of it, or prove nothing:
// wherever it is cut, and however its length is told.
func TestAReplyCutAtEachByte(t *testing.T) {
	framings := map[string]func(response) string{
		"length": response.text,
		"chunks": func(r response) string {
			r.header.Del("Content-Length")
			r.header.Set("Transfer-Encoding", "chunked")
			half := len(r.body) / 2
			r.body = strings.Join([]string{chunk(r.body[:half]), chunk(r.body[half:]), "0\r\n\r\n"}, "")
			return r.text()
		},
		"close": func(r response) string { r.header.Del("Content-Length"); return r.text() },
	}
	for framing, text := range framings {
		for _, method := range []string{"AddAccountAlias", "GetAccount", "GetAllAccounts"} {
			t.Run(framing+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testCuts(t, method, text, framing == "close") })
			})
		}
	}
}

func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

func testCuts(t *testing.T, method string, text func(response) string, openEnded bool) {
	whole, cut := "", 0
	bad := trouble{answer: func(far net.Conn, handle func() response) {
		if whole == "" {
			whole = text(handle())
			cut = len(whole)
		}
		_, _ = io.WriteString(far, whole[:cut])
	}}
	l, wire := newWiredLab(t, method, bad)
	c, ctx := l.client(t, domain), t.Context()
	call := map[string]func() error{
		"AddAccountAlias": func() error { return l.writer(t, domain).AddAccountAlias(ctx, jeanne, "jd@unistra.fr") },
		"GetAccount":      func() error { _, err := c.GetAccount(ctx, jeanne); return err },
		"GetAllAccounts":  func() error { return last(c.GetAllAccounts(ctx, partage.Query{Filter: "(sn=Dupont)"})) },
	}[method]
	wire.arm(true)
	fine.check(t, call())
	enough := len(whole)
	if openEnded {
		enough = strings.Index(whole, "</Response>") + len("</Response>")
	}
	for cut = range len(whole) {
		err := call()
		class := partage.ClassOf(err)
		switch {
		case (err == nil) != (cut >= enough):
			t.Fatalf("%d of %d bytes: %v", cut, len(whole), err)
		case err != nil && method == "AddAccountAlias" && class != partage.Unknown,
			err != nil && method != "AddAccountAlias" && class != partage.Temporary && class != partage.Malformed:
			t.Fatalf("%d of %d bytes: %v", cut, len(whole), err)
		}
	}
}
