package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// key is a file with a token of somebody of the cast, and where it opens.
func (s stage) key(who desk.UID, powers ...desk.Power) remote {
	s.Helper()
	secret, err := s.house.desk.IssueToken(s.Context(), who, "shell", powers, time.Time{}, rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	file := filepath.Join(s.TempDir(), "token")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		s.Fatal(err)
	}
	return remote{URL: "http://" + s.address, TokenFile: file, Lang: "en"}
}

// A shell asks, another one shows, approves and refuses; Partage is changed.
func TestRemoteAsksShowsApproves(t *testing.T) {
	s := newStage(t, nil)
	jeanne, sophie := s.key("jdupont", desk.Powers()...), s.key("sgermain", desk.Powers()...)
	said := func(run func(out *strings.Builder) error, want string) string {
		t.Helper()
		var out strings.Builder
		if err := run(&out); err != nil {
			t.Fatal(err, out.String())
		}
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("said %q, want %s", &out, want)
		}
		return out.String()
	}
	ask := askCommand{remote: jeanne, Action: []string{"quota.set", "jdupont", "size=12G"}, Reason: "thesis", Key: "k"}
	preview := ask
	preview.Preview = true
	said(func(out *strings.Builder) error { return preview.run(t.Context(), out) }, `^pending  quota.set \S+@\S+ size=12G`)
	id, _, _ := strings.Cut(said(func(out *strings.Builder) error { return ask.run(t.Context(), out) }, `^D-\d+  .*\n.*\n  thesis\n$`), " ")
	said(func(out *strings.Builder) error { return ask.run(t.Context(), out) }, `^`+id+` `)
	said(func(out *strings.Builder) error { return showCommand{remote: sophie}.run(t.Context(), out) }, `(?m)^`+id+` .*jdupont`)
	said(func(out *strings.Builder) error {
		return showCommand{remote: jeanne, What: strings.ToLower(id)}.run(t.Context(), out)
	}, `thesis`)
	said(func(out *strings.Builder) error {
		return showCommand{remote: jeanne, What: "jdupont"}.run(t.Context(), out)
	}, `^jeanne\.dupont@`)

	var out strings.Builder
	if err := (approveCommand{remote: sophie, ID: id}).run(t.Context(), strings.NewReader("no\n"), &out); !errors.Is(err, errNo) {
		t.Errorf("not confirmed, and %v", err)
	}
	if err := (approveCommand{remote: jeanne, ID: id, Yes: true}).run(t.Context(), nil, &out); !errors.Is(err, errNo) || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("approved by the asker: %v", err)
	}
	if err := (approveCommand{remote: sophie, ID: id}).run(t.Context(), strings.NewReader("yes\n"), &out); err != nil {
		t.Fatal(err)
	}
	if r := s.end(desk.ID(id)); r.State != desk.Settled {
		t.Errorf("%s is %s", id, r.State)
	}
	cut := askCommand{remote: jeanne, Action: ask.Action}
	cut.URL = "http://127.0.0.1:1"
	if err := cut.run(t.Context(), &out); err == nil || !regexp.MustCompile(`--key [A-Z2-7]{26}$`).MatchString(err.Error()) {
		t.Errorf("cut, and nobody knows the key: %v", err)
	}
	denied := askCommand{remote: jeanne, Action: []string{"quota.set jdupont size=500G"}, Key: "k2"}
	if err := denied.run(t.Context(), &out); !errors.Is(err, errNo) {
		t.Errorf("denied by the rules, and %v", err)
	}
}

// What cannot be is told in a sentence, and the token goes nowhere else.
func TestRemoteThatCannotBe(t *testing.T) {
	elsewhere := false
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere = elsewhere || r.Header.Get("Authorization") != ""
	}))
	defer thief.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/requests/D-1":
			http.Redirect(w, r, thief.URL, http.StatusFound)
		case "/api/v1/requests/D-2":
			_, _ = w.Write([]byte("<html>"))
		default:
			http.Error(w, "no", http.StatusTeapot)
		}
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("melusine_x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		remote
		what, want string
	}{
		"in the clear":   {remote{URL: "http://mail.univ-test.fr", TokenFile: file}, "D-1", "https"},
		"no address":     {remote{URL: "::", TokenFile: file}, "D-1", "https"},
		"no file":        {remote{URL: server.URL, TokenFile: file + "x"}, "D-1", "read token"},
		"another place":  {remote{URL: server.URL, TokenFile: file}, "D-1", "302"},
		"no JSON":        {remote{URL: server.URL, TokenFile: file}, "D-2", "read answer"},
		"another server": {remote{URL: server.URL, TokenFile: file}, "D-3", "perhaps not a Mélusine"},
		"nobody listens": {remote{URL: "http://127.0.0.1:1", TokenFile: file}, "D-3", "ask server"},
	} {
		var out strings.Builder
		if err := (showCommand{remote: tt.remote, What: tt.what}).run(t.Context(), &out); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if elsewhere {
		t.Error("the token was given to another server")
	}
}

// at is a calendar of days that are over at once.
type at struct{}

func (at) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// A shell has the approvers of its own request reminded, and says so afterwards.
func TestRemoteNudges(t *testing.T) {
	s := newStage(t, func(d *demo) { d.house.desk.Terms.Calendar = at{} })
	jeanne, sophie := s.key("jdupont", desk.MayRead, desk.MayAsk), s.key("sgermain", desk.Powers()...)
	var out strings.Builder
	if err := (askCommand{remote: jeanne, Action: []string{"quota.set", "jdupont", "size=12G"}, Key: "k"}).run(t.Context(), &out); err != nil {
		t.Fatal(err, out.String())
	}
	id, _, _ := strings.Cut(out.String(), " ")
	if err := (nudgeCommand{remote: sophie, ID: id}).run(t.Context(), &out); !errors.Is(err, errNo) || !strings.Contains(err.Error(), "not yours") {
		t.Errorf("nudged by an approver: %v", err)
	}
	for _, run := range []func() error{
		func() error { return nudgeCommand{remote: jeanne, ID: strings.ToLower(id)}.run(t.Context(), &out) },
		func() error { return showCommand{remote: sophie, What: id}.run(t.Context(), &out) },
	} {
		out.Reset()
		if err := run(); err != nil || !regexp.MustCompile(`^`+id+` .*\n(.*\n)*  approvers reminded 20`).MatchString(out.String()) {
			t.Errorf("%v, %s", err, &out)
		}
	}
}
