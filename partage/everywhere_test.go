package partage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/unistra/melusine/partage"
)

// A county has so many accounts in each of its domains d0.fr, d1.fr...; it spoils
// some answers to listings.
type county struct {
	mu    sync.Mutex
	sizes []int
	page  int // accounts in a page
	spoil func(domain, offset int) trick
	asked []string
}

// A trick is what becomes of the answer to a listing.
type trick int

const (
	unspoilt trick = iota
	short          // fewer accounts than asked for and than there are
	cut            // in the middle of a word
	expired        // another token must be taken
	denied
)

func (c *county) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	_ = r.ParseForm()
	if strings.HasSuffix(r.URL.Path, "/Auth") {
		fmt.Fprintf(w, "<Response><status>0</status><token>%032s</token></Response>", strings.Trim(r.Form.Get("domain"), "d.fr"))
		return
	}
	domain, _ := strconv.Atoi(strings.TrimLeft(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], "0"))
	if strings.Contains(r.URL.Path, "/CountObjects/") {
		fmt.Fprintf(w, "<Response><status>0</status><count>%d</count></Response>", c.sizes[domain])
		return
	}
	offset, _ := strconv.Atoi(r.Form.Get("offset"))
	limit, _ := strconv.Atoi(r.Form.Get("limit"))
	c.mu.Lock()
	c.asked = append(c.asked, fmt.Sprintf("%d/%d", domain, offset))
	why := c.spoil(domain, offset)
	c.mu.Unlock()
	if why == short {
		limit--
	}
	text := `<Response><status>0</status><accounts type="array">`
	if why >= expired {
		said := map[trick]string{expired: "invalid token", denied: "permission denied"}[why]
		text, limit = "<Response><status>1</status><message>"+said+`</message><accounts type="array">`, 0
	}
	for i := offset; i < min(offset+limit, c.sizes[domain]); i++ {
		text += fmt.Sprintf("<account><name>a%03d@d%d.fr</name><id>%d</id></account>", i, domain, i)
	}
	text += "</accounts></Response>"
	if why == cut {
		text = text[:len(text)-20]
	}
	fmt.Fprint(w, text)
}

// domains are clients of all its domains.
func (c *county) domains(t *testing.T) *partage.Domains {
	t.Helper()
	server, keys := httptest.NewServer(c), map[string]partage.Secret{}
	for i := range c.sizes {
		keys[fmt.Sprintf("d%d.fr", i)] = partage.NewSecret(canaryKey)
	}
	d, err := partage.NewDomains(partage.Config{BaseURL: server.URL + "/service/domain", PageSize: c.page, Now: newClock().now}, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(); server.Close() })
	return d
}

// names lists all accounts, or as many as the reader takes.
func names(d *partage.Domains, take int) (all []string, last error) {
	for a, err := range d.GetAllAccounts(context.Background(), partage.Query{}) {
		if last = err; err == nil {
			all = append(all, string(a.Name))
		}
		if len(all) == take {
			break
		}
	}
	return all, last
}

func (c *county) all() (all []string) {
	for domain, n := range c.sizes {
		for i := range n {
			all = append(all, fmt.Sprintf("a%03d@d%d.fr", i, domain))
		}
	}
	return all
}

// Whatever the sizes of domains, and whatever answers are spoilt once, a listing
// of all of them holds each account once, in order, or ends with an error after
// accounts that are all true.
func TestAllDomainsAreListedOneAfterTheOther(t *testing.T) {
	dice, failed := rand.New(rand.NewPCG(1, 2)), 0
	for round := range 300 {
		c := &county{page: 3, spoil: func(int, int) trick { return unspoilt }}
		if round%5 == 4 { // where a page may be short and look full
			c.page = 10
		}
		for range 1 + dice.IntN(6) {
			c.sizes = append(c.sizes, dice.IntN(3*c.page))
		}
		spoilt, luck := map[string]trick{}, rand.New(rand.NewPCG(uint64(round), 3)) // of the server
		if round%2 == 1 {
			c.spoil = func(domain, offset int) trick {
				if key := fmt.Sprint(domain, "/", offset); spoilt[key] == unspoilt && luck.IntN(4) == 0 {
					spoilt[key] = trick(luck.IntN(4))
					return spoilt[key]
				}
				return unspoilt
			}
		}
		want, take := c.all(), -1
		if round%3 == 2 {
			take = dice.IntN(len(want)+1) + 1
		}
		got, err := names(c.domains(t), take)
		if err != nil {
			failed++
		}
		c.mu.Lock()
		if cut := min(len(got), len(want)); !slices.Equal(got, want[:cut]) || err == nil && take < 0 && len(got) != len(want) || err != nil && len(spoilt) == 0 {
			t.Fatalf("sizes %v, spoilt %v: %v, %v; asked %v", c.sizes, spoilt, got, err, c.asked)
		}
		c.mu.Unlock()
	}
	if failed == 150 {
		t.Error("nothing ever comes whole from a server that fails once")
	}
}

// The domain after is asked for while the end of one is read, once.
func TestTheNextDomainIsAskedAhead(t *testing.T) {
	c := &county{page: 3, sizes: []int{2, 4, 0, 1}, spoil: func(int, int) trick { return unspoilt }}
	if _, err := names(c.domains(t), 1); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	if want := []string{"0/0", "1/0"}; !slices.Equal(c.asked, want) && !slices.Equal(c.asked, want[:1]) { // it may be given up before it is sent
		t.Errorf("a reader of one account asks %v", c.asked)
	}
	c.mu.Unlock()
	c = &county{page: 3, sizes: c.sizes, spoil: c.spoil} // where nothing of that reader comes late
	if got, err := names(c.domains(t), -1); err != nil || !slices.Equal(got, c.all()) {
		t.Fatal(got, err)
	}
	if want := []string{"0/0", "1/0", "1/2", "2/0", "3/0"}; !slices.Equal(c.asked, want) {
		t.Errorf("asked %v, want %v", c.asked, want)
	}
}

// A domain that is refused ends the listing, and is named.
func TestADomainThatIsRefusedEndsTheListing(t *testing.T) {
	c := &county{page: 3, sizes: []int{2, 2, 2}, spoil: func(domain, _ int) trick {
		if domain == 1 {
			return denied
		}
		return unspoilt
	}}
	got, err := names(c.domains(t), -1)
	var e *partage.Error
	if !errors.As(err, &e) || e.Domain != "d1.fr" || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}
