package partage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

func TestASecretCannotPrint(t *testing.T) {
	s := partage.NewSecret("canary")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "in", struct{ S partage.Secret }{s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "in", []any{s})
	raw, err := json.Marshal(map[partage.Secret]any{s: struct{ S *partage.Secret }{&s}})
	if err != nil {
		t.Fatal(err)
	}
	hidden := struct{ s partage.Secret }{s}
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v %v ", s, s, s, s, s, s, s, hidden, hidden, hidden, &hidden) +
		fmt.Sprint(errors.New(s.String()), s.GoString()) + log.String() + string(raw)
	for _, leak := range []string{"canary", "63616e617279"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%s", shown)
		}
	}
	var read partage.Secret
	if err := read.UnmarshalText([]byte("canary")); err != nil || read.Reveal() != "canary" || read.Empty() || !(partage.Secret{}).Empty() {
		t.Error("a secret does not keep its text")
	}
}

// A spy notes every secret that crosses the wire, so that tests can look for it
// where it must not be.
type spy struct {
	mu      sync.Mutex
	secrets []string
}

func (s *spy) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(text) > 15 {
		s.secrets = append(s.secrets, text)
	}
}

func (s *spy) handler(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		s.note(form.Get("preauth"))
		if parts := strings.Split(r.URL.Path, "/"); len(parts) > 4 {
			s.note(parts[len(parts)-1])
		}
		next.ServeHTTP(w, r)
	}
}

// leaks reports each secret found in any way of printing any of things.
func (s *spy) leaks(t *testing.T, things ...any) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		t.Error("the spy saw nothing")
	}
	var log bytes.Buffer
	text := ""
	for _, x := range things {
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "x", x)
		raw, _ := json.Marshal(x)
		text += fmt.Sprintf("%v %+v %#v %s", x, x, x, raw)
		if err, ok := x.(error); ok {
			for ; err != nil; err = errors.Unwrap(err) {
				text += fmt.Sprintf("%v %+v %#v", err, err, err)
			}
		}
	}
	text += log.String()
	for _, secret := range append(s.secrets, canaryKey) {
		if strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), secret) {
			t.Errorf("%.12s... is in %.400s", secret, text)
		}
	}
}

func TestNoFaultBringsASecretOut(t *testing.T) {
	for _, f := range spoilt {
		t.Run(fmt.Sprint(f.answer, f.message), func(t *testing.T) {
			var spy spy
			clock := newClock()
			sim, err := simulator.New(simulator.Config{Now: clock.now, University: simulator.NewUniversity(1000)})
			if err != nil {
				t.Fatal(err)
			}
			c, w := spied(t, &spy, sim, clock)
			if err := sim.SetFaults(simulator.Fault{Method: "*", Answer: f.answer, Message: f.message}); err != nil {
				t.Fatal(err)
			}
			_, errRead := c.GetAccount(context.Background(), jeanne)
			errWrite := w.ModifyAccount(context.Background(), jeanne, partage.Change{Notes: new("x")})
			errAuth := c.Auth(context.Background())
			spy.leaks(t, c, w, errRead, errWrite, errAuth, sim.Keys(), sim.Log())
		})
	}
}

func spied(t *testing.T, spy *spy, sim *simulator.Server, clock *clock) (*partage.Client, *partage.Writer) {
	t.Helper()
	key := sim.Keys()[domain]
	spy.note(key.Reveal())
	base := serve(t, spy.handler(sim), partage.Config{Now: clock.now})
	c, err := partage.New(partage.Config{BaseURL: base.BaseURL(), Domain: domain, Key: key, Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	w, err := c.Writer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c, w
}

// Servers that repeat all they were sent, wherever an answer can hold text.
func TestAnEchoingServerBringsNoSecretOut(t *testing.T) {
	xml := func(status string) func(string) string {
		return func(echo string) string {
			return "<Response><status>" + status + "</status><message>" + echo + "</message><errors>" + echo + "</errors></Response>"
		}
	}
	cases := map[string]func(w http.ResponseWriter, echo string){
		"refusal": func(w http.ResponseWriter, echo string) { fmt.Fprint(w, xml("1")(echo)) },
		"status":  func(w http.ResponseWriter, echo string) { fmt.Fprint(w, xml(echo)("")) },
		"media":   func(w http.ResponseWriter, echo string) { w.Header().Set("Content-Type", "text/"+echo) },
		"charset": func(w http.ResponseWriter, echo string) { w.Header().Set("Content-Type", "text/xml; charset="+echo) },
		"root":    func(w http.ResponseWriter, echo string) { fmt.Fprintf(w, "<r%s/>", strings.ReplaceAll(echo, "|", "")) },
		"broken": func(w http.ResponseWriter, echo string) {
			fmt.Fprintf(w, "<a></b%s>", strings.ReplaceAll(echo, "|", ""))
		},
		"redirect": func(w http.ResponseWriter, echo string) { w.Header().Set("Location", echo); w.WriteHeader(307) },
		"upgrade":  func(w http.ResponseWriter, echo string) { raw(w, "HTTP/9.9 "+echo+"\r\n\r\n") },
		"nonsense": func(w http.ResponseWriter, echo string) { raw(w, echo+"\r\n\r\n") },
		"header":   func(w http.ResponseWriter, echo string) { raw(w, "HTTP/1.1 200 OK\r\n"+echo+"\r\n\r\n") },
		"length": func(w http.ResponseWriter, echo string) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Length: "+echo+"\r\n\r\n")
		},
		"transfer": func(w http.ResponseWriter, echo string) {
			raw(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: "+echo+"\r\n\r\n")
		},
		"chunk": func(w http.ResponseWriter, echo string) {
			raw(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"+echo)
		},
		"gzip": func(w http.ResponseWriter, echo string) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, echo)
		},
		"uppercase": func(w http.ResponseWriter, echo string) { fmt.Fprint(w, xml("1")(strings.ToUpper(echo))) },
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			var spy spy
			authed := false
			c := serve(t, spy.handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/xml")
				if strings.HasSuffix(r.URL.Path, "/Auth") && !authed {
					authed = true
					fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
					return
				}
				_ = r.ParseForm()
				echo := r.URL.Path + "|" + canaryToken + "|" + canaryKey + "|" + r.Form.Get("preauth")
				answer(w, echo)
			})), partage.Config{})
			writer, err := c.Writer(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			_, errRead := c.GetAccount(context.Background(), "a@univ-test.fr")
			errWrite := writer.AddAccountAlias(context.Background(), "a@univ-test.fr", "b@univ-test.fr")
			errAuth := c.Auth(context.Background())
			if errRead == nil || errWrite == nil || errAuth == nil {
				t.Errorf("an error is missing: %v, %v, %v", errRead, errWrite, errAuth)
			}
			spy.leaks(t, c, writer, errRead, errWrite, errAuth)
		})
	}
}

func raw(w http.ResponseWriter, text string) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = buf.WriteString(text)
	_ = buf.Flush()
	_ = conn.Close()
}
