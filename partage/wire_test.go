package partage_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

// A trouble is what a wire does once it is armed.
type trouble struct {
	refuse func(context.Context) error                // in the place of a connection
	hangUp int64                                      // each connection is closed after that many bytes of request, if not 0
	stale  bool                                       // connections kept from before are closed
	server func(signer) tls.Certificate               // what an https server shows
	answer func(far net.Conn, handle func() response) // in the place of the true answer
}

// A wire is a network in memory between a client and a simulator.
type wire struct {
	trouble
	sim    http.Handler
	method string // whose calls are spoilt
	secure *signer
	armed  atomic.Bool
	dials  atomic.Int64 // since armed
	mu     sync.Mutex
	kept   []net.Conn
}

// A response is the true answer of the simulator, to be spoilt.
type response struct {
	code   int
	header http.Header
	body   string
}

// newWiredLab is a lab whose clients go over a wire, for a synctest bubble.
func newWiredLab(t *testing.T, method string, bad trouble) (*lab, *wire) {
	t.Helper()
	sim, err := New(Config{Now: time.Now, University: NewUniversity(1000)})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{trouble: bad, sim: sim, method: method}
	conf := partage.Config{BaseURL: "http://localhost/service/domain", Now: time.Now, Dial: w.dial}
	if bad.server != nil {
		w.secure = newSigner(t)
		conf.BaseURL, conf.TLS = "https://localhost/service/domain", &tls.Config{RootCAs: x509.NewCertPool()}
		conf.TLS.RootCAs.AddCert(w.secure.cert)
	}
	domains, err := partage.NewDomains(conf, map[string]partage.Secret{domain: sim.Keys()[domain]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		domains.Close()
		time.Sleep(time.Minute) // of the bubble: whoever sleeps on the far side sees that the client has left
	})
	return &lab{Server: sim, domains: domains}, w
}

// arm begins the trouble, or ends it.
func (w *wire) arm(armed bool) {
	w.armed.Store(armed)
	w.mu.Lock()
	for _, c := range w.kept {
		if w.stale {
			_ = c.Close()
		}
	}
	w.mu.Unlock()
	synctest.Wait()
}

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if w.armed.Load() {
		w.dials.Add(1)
		if w.refuse != nil {
			return nil, w.refuse(ctx)
		}
	}
	near, far := net.Pipe()
	w.mu.Lock()
	w.kept = append(w.kept, far)
	w.mu.Unlock()
	go w.serve(far)
	return near, nil
}

func (w *wire) serve(far net.Conn) {
	defer func(raw net.Conn) { _ = raw.Close() }(far) // without the goodbye of TLS, which waits to be read
	if w.armed.Load() && w.hangUp != 0 {
		_, _ = io.CopyN(io.Discard, far, w.hangUp)
		return
	}
	if w.secure != nil {
		shown := w.secure.issue("localhost", time.Now().Add(time.Hour))
		if w.armed.Load() {
			shown = w.server(*w.secure)
		}
		far = tls.Server(far, &tls.Config{Certificates: []tls.Certificate{shown}, MinVersion: tls.VersionTLS12})
	}
	in := bufio.NewReader(far)
	for w.one(far, in) {
	}
}

// one serves one request, and reports whether another may come.
func (w *wire) one(far net.Conn, in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	sent, err := io.ReadAll(r.Body) // whole, before anything is answered
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	handle := func() response {
		rec := httptest.NewRecorder()
		w.sim.ServeHTTP(rec, r)
		return response{rec.Code, rec.Header(), rec.Body.String()}
	}
	if w.answer != nil && w.armed.Load() && strings.Contains(r.URL.Path, "/"+w.method+"/") {
		w.answer(far, handle)
		return false
	}
	_, err = io.WriteString(far, handle().text())
	return err == nil && !r.Close
}

// text is the response as it travels.
func (r response) text() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.code, http.StatusText(r.code))
	_ = r.header.Write(&b)
	return b.String() + "\r\n" + r.body
}

// with is the response with another code and body. Its length follows.
func (r response) with(code int, media, body string, headers ...string) response {
	r.code, r.body = code, body
	r.header.Set("Content-Type", media)
	r.header.Set("Content-Length", fmt.Sprint(len(body)))
	for i := 0; i < len(headers); i += 2 {
		r.header.Set(headers[i], headers[i+1])
	}
	return r
}

// A signer signs what the https servers of tests show.
type signer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	a := &signer{t: t}
	made := a.issue("authority", time.Now().Add(time.Hour))
	var err error
	if a.cert, err = x509.ParseCertificate(made.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	a.key, _ = made.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue makes a certificate, of the authority itself when it has none.
func (a signer) issue(host string, until time.Time) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Error(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until,
		BasicConstraintsValid: true, IsCA: a.cert == nil, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	parent, by := cert, key
	if a.cert != nil {
		parent, by = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, by)
	if err != nil {
		a.t.Error(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
