package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/valyala/fasthttp"

	"github.com/unistra/melusine/internal/desk"
)

// FuzzForm feeds any body to the form of a new request: it never panics, and
// what it accepts is an action that its own text gives back.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		"verbe=alias.add&alias=a@u.fr&compte=bob", "verbe=quota.set&compte=bob@u.fr&taille=10&unite=Go", "verbe=alias.remove",
		"verbe=quota.set&taille=1e9&unite=Go&compte=b", "verbe=alias.add&alias=%ff%fe&compte=%00", "verbe&verbe=&=&&;;", "motif=" + strings.Repeat("a", 600),
		"verbe=alias.add&alias=a@u.fr&alias=b@u.fr&compte=bob", "verbe=request.approve&compte=D-1", "verbe=alias.add&alias=a@u.fr+alias=b@u.fr&compte=x",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		args := fasthttp.AcquireArgs()
		defer fasthttp.ReleaseArgs(args)
		args.ParseBytes(body)
		a := readAsking(func(name string) string { return strings.TrimSpace(string(args.Peek(name))) })
		a.missing("fr")
		action, err := a.action()
		if err != nil {
			if desk.CodeOf(err) == "" {
				t.Errorf("an error that nobody can be told: %v", err)
			}
			a.blames(err)
			return
		}
		again, err := desk.ParseAction(action.String())
		if err != nil || again != action {
			t.Errorf("%q reads back as %q: %v", action, again, err)
		}
		if spec, _ := desk.SpecOf(action.Verb); !spec.Changes {
			t.Errorf("%q changes nothing", action)
		}
		if utf8.RuneCountInString(a.reason) > 500 {
			t.Error("a reason that does not fit")
		}
	})
}

// The key tells apart what is asked twice from what is asked anew.
func TestFormKeys(t *testing.T) {
	one := desk.Action{Verb: desk.AliasAdd, Target: "b@u.fr", Args: "alias=a@u.fr"}
	other := desk.Action{Verb: desk.AliasAdd, Target: "b@u.fr", Args: "alias=c@u.fr"}
	first, second := asking{once: "1"}, asking{once: "2"}
	if again := (asking{once: "1"}); first.key(one) != again.key(one) {
		t.Error("the same form has two keys")
	}
	if first.key(one) == first.key(other) || first.key(one) == second.key(one) {
		t.Error("two forms have the same key")
	}
	for once, want := range map[string]bool{"": false, "x": false, strings.Repeat("A", 43): true, strings.Repeat("A", 44): false, strings.Repeat("=", 43): false} {
		if got := (asking{once: once}).drawn(); got != want {
			t.Errorf("%q drawn: %t", once, got)
		}
	}
}

// A form sent without a key of ours would ask again at each reload: it is
// shown for checking instead.
func TestAFormWithoutKeyIsNotSent(t *testing.T) {
	h := newHouse(t, demo)
	before := h.count()
	a := h.as("jeanne").submit("/demandes/nouvelle", append(alias("a@physique.unistra.fr", "jeanne"), "pas", "envoyer")...)
	a.wants(t, http.StatusOK, "Ce que vous demandez")
	if n := h.count(); n != before {
		t.Errorf("%d facts written", n-before)
	}
}

// Texts kept from one request stay what they were when its memory is used
// for the next: each of many forms sent at once asks for its own alias.
func TestFormsSentAtOnceDoNotMix(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("claire")
	token, cookie := b.token(), b.cookies["melusine"]
	var all sync.WaitGroup
	work := make(chan int)
	for range 8 {
		all.Go(func() {
			for n := range work {
				name := fmt.Sprintf("alias-%d@physique.unistra.fr", n)
				r := form("/demandes/nouvelle", "verbe", "alias.add", "alias", name, "compte", string(jeanneBox),
					"motif", "pour "+name, "pas", "envoyer", "cle", strings.Repeat("A", 43), "_csrf", token)
				r.AddCookie(cookie)
				reply, err := h.App().Test(r, -1)
				if err != nil || reply.StatusCode != http.StatusSeeOther {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	const many = 300
	for n := range many {
		work <- n
	}
	close(work)
	all.Wait()
	seen := map[string]bool{}
	for r := range h.mirror.Requests(desk.Query{By: "claire"}) {
		name := r.Action.Arg("alias")
		if r.Reason != "pour "+name || r.Action.Target != string(jeanneBox) || seen[name] {
			t.Errorf("%s: %s, reason %q", r.ID, r.Action, r.Reason)
		}
		seen[name] = true
	}
	if len(seen) != many {
		t.Errorf("%d requests, want %d", len(seen), many)
	}
}

// What is not known is said where it was typed.
func TestTheFieldThatIsWrong(t *testing.T) {
	h := newHouse(t, demo)
	service := desk.Account{ID: "id-service", Address: "accueil@physique.unistra.fr", Status: "active", COS: "staff_s"}
	must(t, h.mirror.LoadAccounts(t.Context(), all(append(slices.Clone(boxes), service)), noon.Add(time.Minute)))
	b := h.as("xavier")
	for field, typed := range map[string][]string{
		"compte":     {"verbe", "quota.set", "compte", "nobody", "taille", "8", "unite", "Go"},
		"vers":       {"verbe", "alias.move", "compte", string(jeanneBox), "alias", "j.dupont@physique.unistra.fr", "vers", "Nobody"},
		"arg-with":   {"verbe", "account.share", "compte", string(service.Address), "arg-with", "nobody"},
		"arg-person": {"verbe", "account.create", "compte", "a.b@physique.unistra.fr", "arg-person", "nobody", "formule", "staff_s"},
	} {
		a := b.submit("/demandes/nouvelle", append(typed, "pas", "verifier")...)
		if !strings.Contains(a.body, `<a href="#`+field+`">`) || !strings.Contains(a.body, `id="`+field+`-err"`) {
			t.Errorf("%s: %d %s", field, a.StatusCode, a.text())
		}
	}
}
