package partage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

func TestListingOfEveryDomainIsTheUniversity(t *testing.T) {
	u := simulator.NewUniversity(3000)
	l := newLab(t, simulator.Config{University: u}, partage.Config{PageSize: 37})
	i := 0
	for _, d := range u.Domains() {
		for a, err := range l.client(t, d.Name).GetAllAccounts(context.Background(), partage.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			p := u.Person(i)
			if string(a.Name) != p.Mail || a.CarLicense != p.EPPN || a.DisplayName != p.DisplayName || a.Status == "" || a.Quota == 0 || a.COSName == "" {
				t.Fatalf("account %d: %+v, want %+v", i, a, p)
			}
			i++
		}
	}
	if i != u.Size() {
		t.Errorf("%d accounts listed", i)
	}
}

// A shelf lists names as the API does, and can change between two pages.
type shelf struct {
	names  []string
	limit  int // the server's own, 0 for none
	pages  int
	count  func(s *shelf) int
	before map[int]func(s *shelf) // page number, from 1
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	_ = r.ParseForm()
	fmt.Fprint(w, "<Response><status>0</status>")
	switch {
	case strings.HasSuffix(r.URL.Path, "/Auth"):
		fmt.Fprintf(w, "<token>%s</token>", canaryToken)
	case strings.Contains(r.URL.Path, "/CountObjects/"):
		fmt.Fprintf(w, "<count>%d</count>", s.count(s))
	default:
		s.page(w, r.Form)
	}
	fmt.Fprint(w, "</Response>")
}

func (s *shelf) page(w io.Writer, form url.Values) {
	s.pages++
	if change := s.before[s.pages]; change != nil {
		change(s)
	}
	offset, _ := strconv.Atoi(form.Get("offset"))
	limit, _ := strconv.Atoi(form.Get("limit"))
	if s.limit > 0 {
		limit = min(limit, s.limit)
	}
	fmt.Fprint(w, `<accounts type="array">`)
	for _, n := range s.names[min(offset, len(s.names)):min(offset+limit, len(s.names))] {
		fmt.Fprintf(w, "<account><name>%s@univ-test.fr</name><id>%[1]s</id></account>", n)
	}
	fmt.Fprint(w, "</accounts>")
}

func TestListingsOfAServerThatMoves(t *testing.T) {
	ten := strings.Split("abcdefghij", "")
	honest := func(s *shelf) int { return len(s.names) }
	for _, c := range []struct {
		name   string
		shelf  shelf
		query  partage.Query
		listed string
		fails  bool
	}{
		{name: "still", shelf: shelf{}, listed: "abcdefghij"},
		{name: "empty", shelf: shelf{names: []string{}}, listed: ""},
		{name: "one page", shelf: shelf{names: ten[:3]}, listed: "abc"},
		{name: "exactly two pages", shelf: shelf{names: ten[:7]}, listed: "abcdefg"},
		{name: "server cuts its pages", shelf: shelf{limit: 3}, listed: "abcdefghij"},
		{name: "filtered", shelf: shelf{count: func(*shelf) int { return 1000 }}, query: partage.Query{Filter: "(sn=x)"}, listed: "abcdefghij"},
		{name: "filtered and cut", shelf: shelf{limit: 2}, query: partage.Query{Filter: "(sn=x)"}, listed: "abcdefghij"},
		{name: "one more counted", shelf: shelf{count: func(*shelf) int { return 11 }}, listed: "abcdefghij", fails: true},
		{name: "one less counted", shelf: shelf{count: func(*shelf) int { return 9 }}, listed: "abcdefghij", fails: true},
		{name: "none counted", shelf: shelf{names: ten[:1], count: func(*shelf) int { return 0 }}, fails: true},
		{name: "none listed", shelf: shelf{names: []string{}, count: func(*shelf) int { return 3 }}, fails: true},
		{name: "one added before", shelf: shelf{before: map[int]func(*shelf){2: func(s *shelf) { s.names = append([]string{"A"}, s.names...) }}}, listed: "abcd", fails: true},
		{name: "one removed before", shelf: shelf{before: map[int]func(*shelf){3: func(s *shelf) { s.names = s.names[1:] }}}, listed: "abcdefg", fails: true},
		{name: "one added after", shelf: shelf{before: map[int]func(*shelf){2: func(s *shelf) { s.names = append(s.names, "k") }}}, listed: "abcdefghijk"},
		{name: "all gone", shelf: shelf{before: map[int]func(*shelf){2: func(s *shelf) { s.names = nil }}}, listed: "abcd", fails: true},
		{name: "repeated inside", shelf: shelf{names: strings.Split("abcabdefgh", "")}, fails: true},
		{name: "repeated page", shelf: shelf{names: strings.Split("abcdbcde", "")}, listed: "abcd", fails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.shelf
			if s.names == nil {
				s.names = slices.Clone(ten)
			}
			if s.count == nil {
				s.count = honest
			}
			listed, end := "", error(nil)
			for a, err := range serve(t, s.ServeHTTP, partage.Config{PageSize: 4}).GetAllAccounts(context.Background(), c.query) {
				if end = err; err == nil {
					listed += string(a.ID)
				}
			}
			if listed != c.listed || (end != nil) != c.fails || c.fails && !errors.Is(end, partage.ErrIncomplete) {
				t.Errorf("listed %q, want %q; error %v, want one: %v", listed, c.listed, end, c.fails)
			}
			if c.fails {
				temporary.check(t, end)
			}
		})
	}
}

func TestAListingLongerThanAskedOrOfAnotherDomainIsRefused(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"longer":         func(body string) string { return body },
		"another domain": func(body string) string { return strings.ReplaceAll(body, "b@univ-test.fr", "b@other.fr") },
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			var body bytes.Buffer
			s := &shelf{names: strings.Split("abcdefghij", ""), count: func(s *shelf) int { return len(s.names) }}
			s.ServeHTTP(bodyOnly{w, &body}, r)
			if name == "longer" && strings.Contains(r.URL.Path, "GetAllAccounts") {
				body.Reset()
				r.Form.Set("limit", "9")
				fmt.Fprint(&body, "<Response><status>0</status>")
				s.page(&body, r.Form)
				fmt.Fprint(&body, "</Response>")
			}
			fmt.Fprint(w, change(body.String()))
		}, partage.Config{PageSize: 4})
		if err := last(c.GetAllAccounts(context.Background(), partage.Query{})); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

type bodyOnly struct {
	http.ResponseWriter
	to io.Writer
}

func (b bodyOnly) Write(p []byte) (int, error) { return b.to.Write(p) }

func TestAListingStopsWhenItsReaderDoes(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{PageSize: 5})
	n := 0
	for range l.client(t, domain).GetAllAccounts(context.Background(), partage.Query{}) {
		if n++; n == 7 {
			break
		}
	}
	if n != 7 {
		t.Error(n)
	}
}

func TestFilteredListing(t *testing.T) {
	l := newLab(t, simulator.Config{}, partage.Config{PageSize: 7})
	for filter, want := range map[string]int{
		"(zimbraMailQuota=5368709120)": 1, "mail=JEANNE.*": 1, "(&(sn=Dupont)(!(givenName=Paul)))": 1, "(sn=Personne)": 0,
	} {
		n := 0
		for a, err := range l.client(t, domain).GetAllAccounts(context.Background(), partage.Query{Filter: filter, Attrs: []string{"sn"}}) {
			if err != nil {
				t.Fatal(err)
			}
			if a.Name != jeanne || a.SN != "Dupont" || a.GivenName != "" {
				t.Errorf("%s: %+v", filter, a)
			}
			n++
		}
		if n != want {
			t.Errorf("%s: %d accounts, want %d", filter, n, want)
		}
	}
	refused.check(t, last(l.client(t, domain).GetAllAccounts(context.Background(), partage.Query{Filter: "(sn=x"})))
}

func TestClassesAndCounts(t *testing.T) {
	l, ctx := newLab(t, simulator.Config{}, partage.Config{}), context.Background()
	list, err := gather(l.client(t, domain).GetAllCos(ctx))
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	for i, c := range l.University().COS() {
		if got := list[i]; got.ID != partage.CosID(c.ID) || got.Name != c.Name || got.Quota != c.Quota {
			t.Errorf("%+v, want %+v", got, c)
		}
	}
	for _, d := range l.University().Domains() {
		if n, err := l.client(t, d.Name).CountObjects(ctx, partage.UserAccounts); err != nil || n != d.Accounts {
			t.Errorf("%s: %d, %v, want %d", d.Name, n, err, d.Accounts)
		}
	}
	for _, c := range []struct {
		kind partage.Kind
		want verdict
	}{{partage.Aliases, fine}, {partage.Lists, fine}, {partage.Resources, fine}, {"x", refused}} {
		_, err := l.client(t, domain).CountObjects(ctx, c.kind)
		c.want.check(t, err)
	}
}

func TestCountsAndClassesThatCannotBeRead(t *testing.T) {
	for _, payload := range []string{
		"", "<count/>", "<count>-1</count>", "<count>beaucoup</count>", "<count>1</count><count>2</count>",
		"<coses><cose><name>x</name></cose></coses>", "<coses><cose><id>1</id></cose></coses>",
		"<coses><cose><id>1</id><name>x</name><zimbraMailQuota>5G</zimbraMailQuota></cose></coses>", "<coses/><coses/>", "<coses><cose><id>1</id><name>x</name></cose><cose><id>1</id><name>y</name></cose></coses>",
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			fmt.Fprintf(w, "<Response><status>0</status><token>%s</token>%s</Response>", canaryToken, payload)
		}, partage.Config{})
		_, err := c.CountObjects(context.Background(), partage.Lists)
		malformed.check(t, err)
		err = last(c.GetAllCos(context.Background()))
		malformed.check(t, err)
	}
}
