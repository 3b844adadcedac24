package partage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/unistra/melusine/partage"
)

// pages serves a domain of total accounts, and tells which offsets were asked.
type pages struct {
	mu    sync.Mutex
	total int
	note  string // in each account
	asked []string
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	payload := "<token>" + canaryToken + "</token>"
	switch {
	case strings.Contains(r.URL.Path, "/CountObjects/"):
		payload = fmt.Sprintf("<count>%d</count>", p.total)
	case strings.Contains(r.URL.Path, "/GetAllAccounts/"):
		p.mu.Lock()
		p.asked = append(p.asked, r.FormValue("offset"))
		p.mu.Unlock()
		var offset, limit int
		_, _ = fmt.Sscan(r.FormValue("offset")+" "+r.FormValue("limit"), &offset, &limit)
		payload = "<accounts type=\"array\">"
		for i := offset; i < min(offset+limit, p.total); i++ {
			payload += fmt.Sprintf("<account><name>a%03d@univ-test.fr</name><id>%d</id><description>%s</description></account>", i, i, p.note)
		}
		payload += "</accounts>"
	}
	fmt.Fprintf(w, "<Response><status>0</status>%s</Response>", payload)
}

func (p *pages) offsets() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, " ")
}

// The page after is asked for while one is read, none after it, and never past
// a page that is not full.
func TestOnePageIsAskedAhead(t *testing.T) {
	for _, c := range []struct {
		total, read int
		want        string
	}{
		{0, 9, "0"}, {2, 9, "0"}, {3, 9, "0 2"}, {4, 9, "0 2"}, {5, 9, "0 2 4"}, {8, 9, "0 2 4 6"}, {8, 1, "0 2"}, {8, 4, "0 2 4"},
	} {
		p := &pages{total: c.total}
		client, read := serve(t, p.ServeHTTP, partage.Config{PageSize: 3}), 0
		for _, err := range client.GetAllAccounts(context.Background(), partage.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			if read++; read == c.read {
				break
			}
		}
		// A page asked ahead by a reader that left may have been given up before it was sent.
		if got := p.offsets(); got != c.want && (read < c.read || !strings.HasPrefix(c.want, got)) || read != min(c.total, c.read) {
			t.Errorf("%d of %d: %d read, pages at %s, want %s", c.read, c.total, read, got, c.want)
		}
	}
}

// What looks like a full page and is none costs a page asked for nothing.
func TestAPageThatOnlyLooksFull(t *testing.T) {
	p := &pages{total: 4, note: "<![CDATA[</account></account></account>]]>"}
	client, read := serve(t, p.ServeHTTP, partage.Config{PageSize: 3}), 0
	for _, err := range client.GetAllAccounts(context.Background(), partage.Query{}) {
		if read++; err != nil {
			t.Fatal(err)
		}
	}
	if read != 4 {
		t.Errorf("%d read, pages at %s", read, p.offsets())
	}
}

func TestAReaderWhoCancelsIsToldSo(t *testing.T) {
	p := &pages{total: 8}
	client := serve(t, p.ServeHTTP, partage.Config{PageSize: 3})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, err := range client.GetAllAccounts(ctx, partage.Query{}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Error(last)
	}
}
