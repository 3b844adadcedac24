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
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// What fails before a connection is obtained is proved not sent; what fails
// after is not.
func TestAFailureToConnectProvesThatNothingWasSent(t *testing.T) {
	var breaking atomic.Bool
	for name, broken := range map[string]func(context.Context) (net.Conn, error){
		"name does not resolve": func(context.Context) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}
		},
		"refused": func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") },
		"connect timeout": func(ctx context.Context) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			breaking.Store(false)
			dial := func(ctx context.Context, network, address string) (net.Conn, error) {
				if breaking.Load() {
					return broken(ctx)
				}
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}
			l := newLab(t, simulator.Config{}, partage.Config{Dial: dial, Timeout: 200 * time.Millisecond})
			w := l.writer(t, domain)
			breaking.Store(true)
			err := w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")})
			verdict{class: partage.NotSent}.check(t, err)
			if len(l.Log()) != 0 {
				t.Error("it was sent")
			}
		})
	}
}

// A dying connection is reset while the request is written: how much of it left, nobody knows.
type dying struct{ net.Conn }

func (d dying) Write([]byte) (int, error) {
	_ = d.Close()
	return 0, net.ErrClosed
}

func TestAConnectionThatDiesUnderAWriteIsUnknown(t *testing.T) {
	var breaking atomic.Bool
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if breaking.Load() && err == nil {
			return dying{conn}, nil
		}
		return conn, err
	}
	l := newLab(t, simulator.Config{}, partage.Config{Dial: dial})
	w := l.writer(t, domain)
	breaking.Store(true)
	unknown.check(t, w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")}))
}

func TestACancelledWriteIsNotSentOrUnknown(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{})
	w := l.writer(t, domain)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("x")})
	verdict{class: partage.NotSent}.check(t, err)
	if !errors.Is(err, context.Canceled) || len(l.Log()) != 0 {
		t.Errorf("%v, log %v", err, l.Log())
	}
	ctx, cancel = context.WithCancel(context.Background())
	if err := l.SetFaults(simulator.Fault{Method: "*", Wait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	go func() {
		for len(l.Log()) == 0 { // until the server has it
		}
		cancel()
	}()
	unknown.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("x")}))
}

func TestOnlyATrustedServerIsTalkedTo(t *testing.T) {
	var seen atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		seen.Add(1)
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
	}))
	s.Config.ErrorLog = quiet()
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	for _, c := range []struct {
		name string
		tls  *tls.Config
		want verdict
	}{
		{"trusted", &tls.Config{RootCAs: roots}, fine},
		{"unknown authority", nil, verdict{class: partage.NotSent}},
		{"wrong name", &tls.Config{RootCAs: roots, ServerName: "api.partage.renater.fr"}, verdict{class: partage.NotSent}},
		{"expired", &tls.Config{RootCAs: roots, Time: func() time.Time { return s.Certificate().NotAfter.Add(time.Hour) }}, verdict{class: partage.NotSent}},
		{"old protocol", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, verdict{class: partage.NotSent}},
	} {
		before := seen.Load()
		client, err := partage.New(partage.Config{BaseURL: s.URL, Domain: "univ-test.fr", Key: partage.NewSecret(canaryKey), Now: newClock().now, TLS: c.tls})
		if err != nil {
			t.Fatal(err)
		}
		c.want.check(t, client.Auth(context.Background()))
		if got := seen.Load() > before; got != c.want.fine {
			t.Errorf("%s: request seen: %v", c.name, got)
		}
		client.Close()
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(code)
		}, partage.Config{})
		malformed.check(t, c.Auth(context.Background()))
	}
	if elsewhere.Load() != 0 {
		t.Error("the client went elsewhere")
	}
}

// What the environment says is read once for each process, and never for this
// machine's own addresses: only the transports themselves tell.
func TestProxiesAreNotUsed(t *testing.T) {
	if newLab(t, simulator.Config{}, partage.Config{}).client(t, domain).Proxied() {
		t.Error("a proxy would see the tokens")
	}
}

func TestWhatIsOnTheWire(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.Header.Get("Idempotency-Key")+r.Header.Get("X-Idempotency-Key")+r.Header.Get("Cookie") != "" || r.URL.RawQuery != "" {
			t.Errorf("headers %v, query %q", r.Header, r.URL.RawQuery)
		}
		got = append(got, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Content-Type"), " ", r.UserAgent(), " ", r.PostForm["name"], r.PostForm["zimbraMailQuota"], r.PostForm["zimbraHideInGal"], r.Close))
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
	}, partage.Config{UserAgent: "test/1"})
	w, err := c.Writer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, quota := range []int64{5 << 30, 0, partage.Inherit} {
		if err := w.ModifyAccount(context.Background(), "a@univ-test.fr", partage.Change{Quota: &quota, HideInGal: new(true)}); err != nil {
			t.Fatal(err)
		}
	}
	form, path := "application/x-www-form-urlencoded; charset=utf-8 test/1 ", "POST /service/domain/ModifyAccount/"+canaryToken+" "
	want := []string{
		"POST /service/domain/Auth " + form + "[] [] []false",
		path + form + "[a@univ-test.fr] [5368709120] [TRUE]true",
		path + form + "[a@univ-test.fr] [0] [TRUE]true",
		path + form + "[a@univ-test.fr] [] [TRUE]true",
	}
	want[3] = strings.Replace(want[3], "] [] [", "] [] [", 1)
	for i := range want {
		if strings.ReplaceAll(got[i], " ", "") != strings.ReplaceAll(want[i], " ", "") {
			t.Errorf("call %d: %s", i, cmp.Diff(want[i], got[i]))
		}
	}
}

func TestARefusalMayComeWithAnErrorCode(t *testing.T) {
	for _, c := range []struct {
		code        int
		write, read verdict
	}{
		{200, verdict{class: partage.NotFound}, verdict{class: partage.NotFound}},
		{404, verdict{class: partage.NotFound}, verdict{class: partage.NotFound}},
		{302, unknown, verdict{class: partage.NotFound}},
		{500, unknown, verdict{class: partage.NotFound}},
	} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			if strings.HasSuffix(r.URL.Path, "/Auth") {
				fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
				return
			}
			w.WriteHeader(c.code)
			fmt.Fprint(w, "<Response><status>7</status><message>no such account: a@univ-test.fr</message></Response>")
		}, partage.Config{})
		_, err := client.GetAccount(context.Background(), "a@univ-test.fr")
		c.read.check(t, err)
		if e, ok := errors.AsType[*partage.Error](err); !ok || e.Object != "account" || e.Status != 7 || e.HTTP != c.code || !e.TokenIssued.IsZero() {
			t.Errorf("%+v", e)
		}
		w, err := client.Writer(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		c.write.check(t, w.RemoveAccountAlias(context.Background(), "a@univ-test.fr", "b@univ-test.fr"))
	}
}

func TestOnlyXMLInUTF8IsRead(t *testing.T) {
	for media, want := range map[string]verdict{
		"application/xml": fine, "text/xml": fine, "application/xml; charset=UTF-8": fine, "text/xml;charset=utf-8": fine,
		"": malformed, "text/html": malformed, "text/plain; charset=utf-8": malformed, "application/json": malformed, "application/xhtml+xml": malformed,
		"text/xml; charset=iso-8859-1": malformed, "text/xml; charset=utf-16": malformed, "text/xml; charset": malformed, "xml": malformed,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{media}
			fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
		}, partage.Config{})
		t.Log(media)
		want.check(t, c.Auth(context.Background()))
	}
}

func TestAHugeAnswerIsNotReadToItsEnd(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{})
	w := l.writer(t, domain)
	if err := l.SetFaults(simulator.Fault{Method: "*", Answer: simulator.Huge}); err != nil {
		t.Fatal(err)
	}
	_, errRead := l.client(t, domain).GetAccount(context.Background(), jeanne)
	errList := last(l.client(t, domain).GetAllAccounts(context.Background(), partage.Query{}))
	errWrite := w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")})
	for _, err := range []error{errRead, errList, errWrite} {
		if err == nil || !strings.Contains(err.Error(), "larger") {
			t.Error(err)
		}
	}
}

func TestAReadIsSentAgainOnce(t *testing.T) {
	var auths, reads atomic.Int64
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if strings.HasSuffix(r.URL.Path, "/Auth") {
			fmt.Fprintf(w, "<Response><status>0</status><token>%032d</token></Response>", auths.Add(1))
			return
		}
		reads.Add(1)
		fmt.Fprint(w, "<Response><status>1</status><message>Invalid token</message></Response>")
	}, partage.Config{})
	err := last(c.GetAllCos(context.Background()))
	auth.check(t, err)
	if auths.Load() != 2 || reads.Load() != 2 {
		t.Errorf("%d Auths, %d reads", auths.Load(), reads.Load())
	}
}

func TestRequestsThatMakeNoSenseAreNotSent(t *testing.T) {
	l, ctx := newLab(t, simulator.Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	notes := partage.Change{Notes: new("x")}
	for name, send := range map[string]func() error{
		"nothing to change":      func() error { return w.ModifyAccount(ctx, jeanne, partage.Change{}) },
		"negative quota":         func() error { return w.ModifyAccount(ctx, jeanne, partage.Change{Quota: new(int64(-2))}) },
		"status not ours":        func() error { return w.ModifyAccount(ctx, jeanne, partage.Change{Status: new(partage.Maintenance)}) },
		"empty status":           func() error { return w.ModifyAccount(ctx, jeanne, partage.Change{Status: new(partage.Status(""))}) },
		"empty class":            func() error { return w.ModifyAccount(ctx, jeanne, partage.Change{COS: new(partage.CosID(""))}) },
		"another domain":         func() error { return w.ModifyAccount(ctx, "lea.martin@physique.unistra.fr", notes) },
		"no address":             func() error { return w.ModifyAccount(ctx, "", notes) },
		"upper case":             func() error { return w.ModifyAccount(ctx, "Jeanne.Dupont@unistra.fr", notes) },
		"empty alias":            func() error { return w.AddAccountAlias(ctx, jeanne, "") },
		"alias not an address":   func() error { return w.RemoveAccountAlias(ctx, jeanne, "x") },
		"two addresses":          func() error { return w.AddAccountAlias(ctx, jeanne, "a@unistra.fr,b@unistra.fr") },
		"read of another":        func() error { _, err := c.GetAccount(ctx, "n.fischer@etu.unistra.fr"); return err },
		"read of nothing":        func() error { _, err := c.GetAccount(ctx, ""); return err },
		"page too long":          func() error { return last(c.GetAllAccounts(ctx, partage.Query{PageSize: 1001})) },
		"page too short":         func() error { return last(c.GetAllAccounts(ctx, partage.Query{PageSize: 1})) },
		"domain without a key":   func() error { _, err := l.domains.For("a@nowhere.fr"); return err },
		"address without domain": func() error { _, err := l.domains.For("a"); return err },
	} {
		if err := send(); err == nil || partage.ClassOf(err) != partage.NotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(l.Log()) != 0 {
		t.Errorf("sent: %+v", l.Log())
	}
}
