package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
)

func fake(t *testing.T, serve http.HandlerFunc) *Mattermost {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	m, err := NewMattermost(Server{URL: server.URL, Token: "t0psecret", Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.bot.HTTPClient.CloseIdleConnections)
	return m
}

func TestTokensCannotBePrinted(t *testing.T) {
	m := fake(t, http.NotFound)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", m.Token, "server", m.Server)
	raw, _ := json.Marshal(struct{ T Token }{m.Token})
	_, err := m.User(context.Background(), "x")
	for _, s := range []string{fmt.Sprint(m.Token), fmt.Sprintf("%v %+v %#v", m.Token, m.Server, m.Server), string(raw), log.String(), fmt.Sprint(err)} {
		if strings.Contains(s, "t0psecret") {
			t.Errorf("printed: %s", s)
		}
	}
}

func TestNewMattermostNeedsItsSettings(t *testing.T) {
	if _, err := NewMattermost(Server{URL: "http://x", Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("no token: accepted")
	}
}

// trip answers requests without a network, so that time can be a bubble's.
type trip func(*http.Request) *http.Response

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestBusyServerIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		client := &http.Client{Transport: patient{trip(func(r *http.Request) *http.Response {
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			if len(bodies) < 3 {
				return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"2"}}, Body: http.NoBody}
			}
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}
		})}}
		began := time.Now()
		r, err := client.Post("http://x", "text/plain", strings.NewReader("same"))
		if err != nil || r.StatusCode != http.StatusOK || fmt.Sprint(bodies) != "[same same same]" {
			t.Errorf("%v, %v, %q", r, err, bodies)
		}
		if waited := time.Since(began); waited != 4*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestBusyServerIsLeftInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := &http.Client{Transport: patient{trip(func(*http.Request) *http.Response {
			n++
			return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{}, Body: http.NoBody}
		})}}
		if r, err := client.Get("http://x"); err != nil || r.StatusCode != http.StatusTooManyRequests || n != patience {
			t.Errorf("%v, %v after %d", r, err, n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		began := time.Now()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://x", nil)
		client.Do(r) //nolint:errcheck,bodyclose // only its time counts
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("waited %v for a request that had ended", waited)
		}
	})
}

// Somebody who sends our key before us must not own our card.
func TestPostOfSomebodyElseIsRefused(t *testing.T) {
	m := fake(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/users/me") {
			json.NewEncoder(w).Encode(model.User{Id: strings.Repeat("a", 26)}) //nolint:errcheck // a test server
			return
		}
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(model.Post{Id: strings.Repeat("p", 26), UserId: strings.Repeat("e", 26)}) //nolint:errcheck // a test server
	})
	if at, err := m.Post(t.Context(), Message{Channel: "c", Key: "k", Line: "x"}); err == nil {
		t.Errorf("posted %v", at)
	}
}

func TestUpdateWhereLinesAreFrozen(t *testing.T) {
	var bodies []string
	m := fake(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		if strings.Contains(string(body), `"message":"new"`) {
			http.Error(w, `{"status_code":400}`, http.StatusBadRequest)
			return
		}
		io.WriteString(w, "{}") //nolint:errcheck // a test server
	})
	err := m.Update(t.Context(), desk.Post{ID: "p"}, Message{Line: "new", Card: &Card{Text: "card"}})
	if err != nil || len(bodies) != 2 || !strings.Contains(bodies[1], "card") {
		t.Errorf("%v, %q", err, bodies)
	}
}

func TestKeyMustBeEllipticAndIsKept(t *testing.T) {
	for _, text := range []string{"", "?", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="} {
		if key, err := publicKey(text); err == nil {
			t.Errorf("%q gave %v", text, key)
		}
	}
}

func TestUnansweredPosts(t *testing.T) {
	me, bob := strings.Repeat("m", 26), strings.Repeat("b", 26)
	list := model.NewPostList()
	add := func(p *model.Post) {
		p.Id, p.CreateAt = fmt.Sprint("p", len(list.Order)), int64(len(list.Order))
		list.AddPost(p)
		list.AddOrder(p.Id)
	}
	answer := &model.Post{UserId: me}
	answer.AddProp(keyProp, answerKey("p1"))
	fakeAnswer := &model.Post{UserId: bob}
	fakeAnswer.AddProp(keyProp, answerKey("p2"))
	hook := &model.Post{UserId: bob}
	hook.AddProp(model.PostPropsFromWebhook, "true")
	for _, p := range []*model.Post{{UserId: bob}, {UserId: bob}, {UserId: bob}, answer, fakeAnswer, hook,
		{UserId: bob, Type: model.PostTypeJoinChannel}, {UserId: bob, DeleteAt: 1}} {
		add(p)
	}
	var left []string
	for _, p := range unanswered(list, me, time.UnixMilli(1)) {
		left = append(left, p.Id)
	}
	if fmt.Sprint(left) != "[p2 p4]" {
		t.Errorf("left %v", left)
	}
}

func TestJitterSpreads(t *testing.T) {
	m := &Mattermost{Server: Server{Rand: rand.Reader}}
	for range 1000 {
		if d := m.jitter(time.Second); d < time.Second/2 || d > time.Second {
			t.Fatalf("waits %v", d)
		}
	}
	m.Rand = strings.NewReader("")
	if d := m.jitter(time.Second); d != time.Second {
		t.Errorf("without chance it waits %v", d)
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{"": time.Second, "2": 2 * time.Second, "-1": time.Second, "x": time.Second, "86400": requestTime} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
