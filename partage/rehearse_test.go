package partage_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/partage"
)

// A rehearsal reaches nobody, tells each write as it would be sent, hides its
// secrets, and refuses what the client would not send.
func TestARehearsalSendsNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	defer server.Close()
	domains, err := partage.NewDomains(partage.Config{BaseURL: server.URL, Now: time.Now}, map[string]partage.Secret{"u.fr": partage.NewSecret("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	defer domains.Close()
	client, err := domains.Client("u.fr")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]url.Values{}
	w := client.Rehearse(func(method string, form url.Values) { told[method] = form })
	title := "x"
	for _, err := range []error{
		w.CreateAccount(t.Context(), "a@u.fr", partage.NewAccount{Password: partage.NewSecret("hunter2"), Others: partage.Change{Title: &title}}),
		w.SetPassword(t.Context(), "a@u.fr", partage.NewSecret("hunter2")),
		w.AddRootShare(t.Context(), "a@u.fr", []partage.Address{"b@u.fr", "c@u.fr"}),
		w.DeleteAccount(t.Context(), "a@u.fr"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(map[string]url.Values{
		"CreateAccount":        {"name": {"a@u.fr"}, "password": {"•••"}, "title": {"x"}},
		"SetPassword":          {"name": {"a@u.fr"}, "password": {"•••"}},
		"account/AddRootShare": {"account": {"a@u.fr"}, "recipients[]": {"b@u.fr", "c@u.fr"}, "rights[]": {"sendAs"}},
		"DeleteAccount":        {"name": {"a@u.fr"}},
	}, told); diff != "" {
		t.Error(diff)
	}
	for what, err := range map[string]error{
		"nothing to change": w.ModifyAccount(t.Context(), "a@u.fr", partage.Change{}),
		"another domain":    w.DeleteAccount(t.Context(), "a@v.fr"),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
