package partage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

const maxPage = 1000

// ErrIncomplete is in the chain of the error of a listing that cannot be
// trusted to hold every account once: nobody may be believed absent from it.
var ErrIncomplete = errors.New("incomplete listing")

// A Query chooses what a listing holds. The zero Query is the whole domain
// with every attribute that is read.
type Query struct {
	Filter   string   // LDAP filter, as "(carLicense=*)"; the total of a filtered listing cannot be checked
	Attrs    []string // of accounts: attributes to read; name and id always come
	PageSize int      // default: that of the client
}

// GetAllAccounts lists the accounts of the domain, in the order of their
// addresses, page after page. The last pair holds an error if the listing
// failed or is found incomplete (see ErrIncomplete): until the sequence has
// ended without one, what was seen is true and what was not may exist.
func (c *Client) GetAllAccounts(ctx context.Context, q Query) iter.Seq2[Account, error] {
	return list[Account](ctx, []*Client{c}, accounts, q, q.ofAccounts())
}

// GetAllAccounts lists the accounts of all the domains, one domain after the
// other, each as Client.GetAllAccounts does. While the end of one is decoded the
// next is asked for already. An error ends it all.
func (d *Domains) GetAllAccounts(ctx context.Context, q Query) iter.Seq2[Account, error] {
	clients := make([]*Client, 0, len(d.clients))
	for _, domain := range d.Names() {
		clients = append(clients, d.clients[domain])
	}
	return list[Account](ctx, clients, accounts, q, q.ofAccounts())
}

func (q Query) ofAccounts() url.Values {
	form := url.Values{"sortby": {"mail"}, "sortascending": {"1"}, "attrs": {attributes}}
	if len(q.Attrs) > 0 {
		form.Set("attrs", strings.Join(q.Attrs, ","))
	}
	return form
}

var accounts = shape{"GetAllAccounts", "accounts", "account", UserAccounts}

// list reads a listing of any shape, of one domain after the other. form says
// how to sort: without an order pages cannot be told to follow each other.
func list[T any, P listed[T]](ctx context.Context, clients []*Client, s shape, q Query, form url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		all, err := newListings[T, P](clients, s, q, form)
		defer func() {
			stop()
			for _, l := range all {
				l.discard()
			}
		}()
		for i, l := range all {
			if i+1 < len(all) {
				l.then = all[i+1]
			}
			for !l.done {
				var fresh []T
				if fresh, err = l.next(ctx); err != nil {
					yield(*new(T), err)
					return
				}
				for _, o := range fresh {
					if !yield(o, nil) {
						return
					}
				}
			}
			l.discard() // a page that only looked full has another asked for
			l.seen = nil
		}
		if err != nil {
			yield(*new(T), err)
		}
	}
}

// A listing is where one of them stands.
type listing[T any, P listed[T]] struct {
	c     *Client
	query Query
	form  url.Values
	shape shape
	last  Address // of the page before
	seen  map[Address]struct{}
	pages *[2]page[T, P] // one is read by the caller while the other comes; all the domains share them
	ahead *ahead         // the page after, if it was asked for already
	count *counted       // the total, if it was asked for already
	full  int            // bytes of the last page known to be full
	done  bool
	then  *listing[T, P] // of the next domain, once this one is read
}

// newListings begins a listing for each domain; their clients are configured
// alike.
func newListings[T any, P listed[T]](clients []*Client, s shape, q Query, form url.Values) (all []*listing[T, P], err error) {
	if q.PageSize == 0 {
		q.PageSize = clients[0].cfg.PageSize
	}
	if q.PageSize < 2 || q.PageSize > maxPage {
		return nil, clients[0].fail(s.method, NotSent, fmt.Errorf("page size %d is not within 2 to %d", q.PageSize, maxPage))
	}
	form = maps.Clone(form) // the sequence may be read twice
	form.Set("limit", strconv.Itoa(q.PageSize))
	if q.Filter != "" {
		form.Set("ldap_query", q.Filter)
	}
	pages := &[2]page[T, P]{{shape: s}, {shape: s}}
	for _, c := range clients {
		all = append(all, &listing[T, P]{c: c, query: q, form: form, shape: s, seen: map[Address]struct{}{}, pages: pages})
	}
	return all, nil
}

// next reads one page and returns the objects it adds. Each page begins with
// the last object of the one before: if it does not, objects moved between
// the two reads and one of them may have been jumped over.
func (l *listing[T, P]) next(ctx context.Context) ([]T, error) {
	page, err := l.page(ctx, max(0, len(l.seen)-1))
	if err != nil {
		return nil, err
	}
	objects := page.objects
	short := len(objects) < l.query.PageSize
	if len(objects) > l.query.PageSize {
		return nil, l.incomplete("a page of %d %s where %d were asked", len(objects), l.shape.list, l.query.PageSize)
	}
	if l.last != "" {
		if len(objects) == 0 || P(&objects[0]).address() != l.last {
			return nil, l.incomplete("%s moved between two pages, near %s", l.shape.list, l.last)
		}
		objects = objects[1:]
	}
	for i := range objects {
		name := P(&objects[i]).address()
		if name.Domain() != l.c.cfg.Domain {
			return nil, l.c.fail(l.shape.method, Malformed, fmt.Errorf("%s listed, of another domain", name))
		}
		if _, twice := l.seen[name]; twice {
			return nil, l.incomplete("%s listed twice", name)
		}
		name = Address(strings.Clone(string(name))) // it is a part of a longer string
		l.seen[name] = struct{}{}
		l.last = name
	}
	return objects, l.end(ctx, len(objects), short)
}

// An ahead is a page on its way. Its bytes may come before they are wanted; they
// are decoded after.
type ahead struct {
	offset, at   int // at: which of the pages holds it
	wanted, done chan struct{}
	err          error
}

// page reads the page at an offset, which may be on its way already.
func (l *listing[T, P]) page(ctx context.Context, offset int) (*page[T, P], error) {
	if l.ahead != nil && l.ahead.offset != offset {
		l.discard()
	}
	a := l.ahead
	if l.ahead = nil; a == nil {
		l.then.discard() // this was not the end: the next domain would come into the same pages
		a = l.ask(ctx, offset, 0)
	}
	close(a.wanted)
	<-a.done
	return &l.pages[a.at], a.err
}

// ask sends the request for a page. Once its bytes are there and wanted, the
// page after is asked for, or the total and the next domain if this one looks
// like the last: the server works while it is decoded.
func (l *listing[T, P]) ask(ctx context.Context, offset, at int) *ahead {
	a := &ahead{offset: offset, at: at, wanted: make(chan struct{}), done: make(chan struct{})}
	form, end := maps.Clone(l.form), []byte("</"+l.shape.item+">")
	form.Set("offset", strconv.Itoa(offset))
	decode := func(body []byte) (envelope, error) {
		<-a.wanted // or no longer: discard closes it too
		switch full := l.looksFull(body, end); {
		case full && l.ahead == nil:
			l.then.discard() // asked for by an answer that was cut, and read again
			l.ahead = l.ask(ctx, offset+l.query.PageSize-1, 1-at)
		case !full && l.count == nil && l.query.Filter == "" && bytes.Contains(body, end): // not of an answer that holds nothing
			l.count = l.total(ctx)
		}
		if l.then != nil && l.ahead == nil && l.then.ahead == nil {
			l.then.ahead = l.then.ask(ctx, 0, 1-at)
		}
		return l.pages[at].decode(body)
	}
	go func() {
		defer close(a.done)
		a.err = l.c.paced(ctx, request{method: l.shape.method, form: form, large: true, into: &l.pages[at].body, decode: decode})
	}()
	return a
}

// looksFull reports whether a page after this one is likely. To find each end
// in a page takes long: one about as long as a full one is taken for full.
func (l *listing[T, P]) looksFull(body, end []byte) bool {
	if l.full > 0 && len(body) > l.full-l.full/8 {
		return true
	}
	if bytes.Count(body, end) < l.query.PageSize {
		return false
	}
	l.full = len(body)
	return true
}

// A counted is a total on its way.
type counted struct {
	done  chan struct{}
	total int
	err   error
}

// total asks how many objects there are.
func (l *listing[T, P]) total(ctx context.Context) *counted {
	n := &counted{done: make(chan struct{})}
	go func() {
		defer close(n.done)
		n.total, n.err = l.c.CountObjects(ctx, l.shape.kind)
	}()
	return n
}

// discard waits for what nobody wants any more, and lets it go.
func (l *listing[T, P]) discard() {
	if l == nil {
		return
	}
	if l.ahead != nil {
		close(l.ahead.wanted)
		<-l.ahead.done
	}
	if l.count != nil {
		<-l.count.done
	}
	l.ahead, l.count = nil, nil
}

// end decides whether the listing is over. A short page may be the last one, or
// one the server cut: the count tells, or else a page that adds nothing.
func (l *listing[T, P]) end(ctx context.Context, added int, short bool) error {
	l.done = added == 0
	if l.query.Filter != "" || !short && !l.done {
		return nil
	}
	n := l.count
	if l.count = nil; n == nil {
		n = l.total(ctx)
	}
	if <-n.done; n.err != nil {
		return n.err
	}
	if len(l.seen) > n.total || l.done && len(l.seen) < n.total {
		return l.incomplete("%d %s listed, %d counted", len(l.seen), l.shape.list, n.total)
	}
	l.done = len(l.seen) == n.total
	return nil
}

func (l *listing[T, P]) incomplete(format string, args ...any) error {
	return l.c.fail(l.shape.method, Temporary, fmt.Errorf("%w: "+format, append([]any{ErrIncomplete}, args...)...))
}
