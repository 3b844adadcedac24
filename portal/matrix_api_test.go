package portal

import (
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/portal/api"
)

// apiMatrix is matrix for the routes of programs: an empty body, and the token of
// each of the principals.
var apiMatrix = map[string]row{
	"GET /openapi.json":           {"", "open 200"},
	"GET /me":                     {"", "200"},
	"GET /accounts":               {"", "200"},
	"GET /accounts/:ref":          {"account", "200"},
	"GET /accounts/:ref/history":  {"account", "200"},
	"GET /requests":               {"", "200"},
	"GET /requests/:id":           {"request", "200"},
	"GET /requests/:id/why":       {"request", "200"},
	"GET /requests/:id/history":   {"request", "200"},
	"POST /previews":              {"", "422"},
	"POST /requests":              {"", "422"},
	"POST /requests/:id/withdraw": {"request", "200 200 - 403 403"},
	"POST /requests/:id/amend":    {"request", "422"},
	"POST /requests/:id/nudge":    {"request", "409 409 - 403 403"}, // they have just been told
	"POST /requests/:id/approve":  {"request", "422"},
	"POST /requests/:id/refuse":   {"request", "422"},
}

// Every route of programs, so: no session counts there, and a token tells no more
// than its holder may know.
func TestEveryRouteForEveryProgram(t *testing.T) {
	routes := map[string]bool{}
	for _, r := range newHouse(t, demo).App().GetRoutes(true) {
		path, ours := strings.CutPrefix(r.Path, api.Root)
		if key := r.Method + " " + path; ours && r.Method != "HEAD" {
			routes[key] = true
			if _, ok := apiMatrix[key]; !ok {
				t.Errorf("%s has no row", key)
			}
		}
	}
	for key, r := range apiMatrix {
		if !routes[key] {
			t.Errorf("%s is no route", key)
			continue
		}
		t.Run(key, func(t *testing.T) { newHoard(t).judgesProgram(t, key, r) })
	}
}

// programs sends one request of the matrix, with the cookies of a browser or the
// secret of a token.
func programs(b *browser, key, name, secret string) answer {
	method, path, _ := strings.Cut(key, " ")
	if path == "/accounts" {
		path += "?prefix=ma" // which the mailbox of marc has
	}
	r := httptest.NewRequest(method, api.Root+strings.NewReplacer(":id", name, ":ref", name).Replace(path), strings.NewReader(map[bool]string{true: "{}"}[method == "POST"]))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "k")
	}
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	return b.send(r)
}

func (h hoard) judgesProgram(t *testing.T, key string, r row) {
	if status, isOpen := strings.CutPrefix(r.want, "open "); isOpen {
		if a := programs(h.browser(), key, "", ""); fmt.Sprint(a.StatusCode) != status {
			t.Errorf("nobody: %d", a.StatusCode)
		}
		return
	}
	wants := strings.Fields(r.want)
	for i, who := range principals {
		secret, err := h.desk.IssueToken(t.Context(), who, "test", desk.Powers(), time.Time{}, rand.Reader)
		must(t, err)
		want, before := wants[min(i, len(wants)-1)], h.count()
		own := h.sees[r.kind][who]
		if r.kind == "" {
			own = []string{""}
		}
		for _, name := range append(slices.Clone(own), missing[r.kind]) {
			if a := programs(h.as(who), key, name, ""); a.StatusCode != 401 || strings.Contains(a.body, "@") {
				t.Errorf("%s, by a session: %d %s", who, a.StatusCode, a.body)
			}
		}
		if r.kind != "" {
			none := programs(h.browser(), key, missing[r.kind], secret)
			for _, name := range h.there[r.kind] {
				a := programs(h.browser(), key, name, secret)
				if !slices.Contains(own, name) && (a.StatusCode != none.StatusCode || strings.ReplaceAll(a.body, name, missing[r.kind]) != none.body) {
					t.Errorf("%s, %s: %d, told apart from what is missing: %s, %s", who, name, a.StatusCode, a.body, none.body)
				}
			}
			for _, name := range malformed {
				if a := programs(h.browser(), key, name, secret); a.StatusCode < 400 || a.StatusCode >= 500 {
					t.Errorf("%s, %.40q: %d %s", who, name, a.StatusCode, a.body)
				}
			}
		}
		if want != "200" && h.count() != before {
			t.Errorf("%s wrote %d facts", who, h.count()-before)
		}
		for _, name := range own {
			a := programs(h.browser(), key, name, secret)
			if done := strings.HasPrefix(key, "POST") && want == "200" && a.StatusCode == 409; fmt.Sprint(a.StatusCode) != want && !done { // it was done above
				t.Errorf("%s, %q: %d, want %s: %s", who, name, a.StatusCode, want, a.body)
			}
			for _, said := range secrets[who] {
				if strings.Contains(a.body, said) {
					t.Errorf("%s, %q: reads %s", who, name, said)
				}
			}
		}
	}
}
