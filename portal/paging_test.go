package portal

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

var (
	nextPage = regexp.MustCompile(`href="([^"]*[?&;]avant=[^"#&]*)["#]`)
	oneOf    = regexp.MustCompile(`href="/(?:demandes/|a-valider\?d=)(D-\d+)(?:#h-detail)?">`)
)

// ledTo are the requests that a page leads to, each once, in the order of the page.
func ledTo(body string) (ids []string) {
	for _, m := range oneOf.FindAllStringSubmatch(body, -1) {
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

// A long list is shown by pages that follow each other: nothing is missing, nothing twice.
func TestPagesFollow(t *testing.T) {
	h := newHouse(t, demo)
	const asked = 2*aPage + 3
	for i := range asked {
		h.ask(fmt.Sprintf("contact-%d@physique.unistra.fr", i))
	}
	for _, path := range []string{pathRequests, pathHistory} {
		b, all := h.as("jeanne"), []string(nil)
		if path == pathHistory {
			b = h.as("claire")
		}
		for next, n := path, 0; next != "" && n < 20; n++ {
			a := b.get(next)
			a.wants(t, http.StatusOK)
			page := ledTo(a.body)
			if len(page) == 0 || len(page) > aPage {
				t.Fatalf("%s shows %d requests", next, len(page))
			}
			all, next = append(all, page...), ""
			if m := nextPage.FindStringSubmatch(a.body); m != nil {
				next = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if len(all) != asked || all[0] != fmt.Sprint("D-", asked) || all[asked-1] != "D-1" || len(slices.Compact(all)) != asked {
			t.Errorf("%s and the pages after it show %d of %d: %s", path, len(all), asked, all)
		}
	}
}

// What happened to a mailbox goes on on the next page.
func TestHistoryOfAMailboxFollows(t *testing.T) {
	h := newHouse(t, demo)
	for i := range aPage {
		h.ask(fmt.Sprintf("contact-%d@physique.unistra.fr", i))
	}
	for _, path := range []string{pathTouched, pathAccounts + "/" + string(jeanneBox)} {
		b, seen := h.as("jeanne"), 0
		for next, n := path, 0; next != "" && n < 20; n++ {
			a := b.get(next)
			a.wants(t, http.StatusOK)
			timeline := a.body[strings.Index(a.body, `<ol class="timeline"`):]
			seen += strings.Count(timeline[:strings.Index(timeline, "</ol>")], "<li>")
			m := nextPage.FindStringSubmatch(a.body)
			if next = ""; m != nil {
				next = path + m[1]
			}
		}
		if want := 2 * aPage; seen != want { // asked and decided, each
			t.Errorf("%s and the pages after it tell of %d things, want %d", path, seen, want)
		}
	}
}

// The inbox shows the page of the request that was chosen, and leads to those beside it.
func TestInboxByPages(t *testing.T) {
	h := newHouse(t, demo)
	for i := range 2*aTray + 1 {
		h.ask(fmt.Sprintf("contact-%d@physique.unistra.fr", i))
	}
	for _, x := range []struct{ chosen, first, last, beside string }{
		{"", "D-1", "D-25", "D-26"}, {"?d=D-25", "D-1", "D-25", "D-26"}, {"?d=D-26", "D-26", "D-50", "D-1 D-51"}, {"?d=D-51", "D-51", "D-51", "D-26"}, {"?d=D-99", "D-1", "D-25", "D-26"},
	} {
		a := h.as("claire").get(pathInbox + x.chosen)
		_, list, _ := strings.Cut(a.body, `<ul class="choices">`)
		list, rest, _ := strings.Cut(list, "</ul>")
		ids := ledTo(strings.ReplaceAll(list, ` aria-current="true"`, ""))
		if len(ids) == 0 || ids[0] != x.first || ids[len(ids)-1] != x.last {
			t.Errorf("%q lists %v, want %s to %s", x.chosen, ids, x.first, x.last)
		}
		beside := slices.DeleteFunc(ledTo(rest), func(id string) bool { return slices.Contains(ids, id) })
		if got := strings.Join(beside, " "); got != x.beside {
			t.Errorf("%q leads to pages at %q, want %q", x.chosen, got, x.beside)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, x := range []struct{ after, part, next string }{{"", "ab", "b"}, {"b", "cd", ""}, {"c", "d", ""}, {"d", "", ""}, {"z", "ab", "b"}} {
		part, next := window(strings.Split("abcd", ""), x.after, 2, func(s string) string { return s })
		if strings.Join(part, "") != x.part || next != x.next {
			t.Errorf("after %q: %v, then %q", x.after, part, next)
		}
	}
	if part, next := window([]desk.UID(nil), "", 2, func(u desk.UID) string { return string(u) }); part != nil || next != "" {
		t.Errorf("of nothing: %v, then %q", part, next)
	}
}

// The next page of differences is of the same selection, that of delegations of the same list.
func TestNextPageIsOfTheSameList(t *testing.T) {
	s := survey{Selection: desk.Selection{Causes: []desk.GapCause{desk.AliasLost}, Domain: "physique.unistra.fr", Most: 3}, next: "E-48213377"}
	if got, want := s.more(), pathDrift+"?apres=E-48213377&causes=alias.lost&domaine=physique.unistra.fr&nombre=3"; got != want {
		t.Errorf("differences: %s, want %s", got, want)
	}
	r := rollPage{about: "u.fr&x", byPerson: true}
	if got, want := r.with("marc"), pathRights+"?q=u.fr%26x&apres=marc&vue=personnes"; got != want {
		t.Errorf("delegations: %s, want %s", got, want)
	}
}
