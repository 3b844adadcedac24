package partage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
)

const maxPage = 1000

// ErrIncomplete is in the chain of the error of a listing that cannot be
// trusted to hold every account once: nobody may be believed absent from it.
var ErrIncomplete = errors.New("incomplete listing")

// A Query chooses what GetAllAccounts lists. The zero Query is the whole domain
// with every attribute of Account.
type Query struct {
	Filter   string   // LDAP filter, as "(carLicense=*)"; the total of a filtered listing cannot be checked
	Attrs    []string // attributes to read; name and id always come
	PageSize int      // default: that of the client
}

// GetAllAccounts lists the accounts of the domain, in the order of their
// addresses, page after page. The last pair holds an error if the listing
// failed or is found incomplete (see ErrIncomplete): until the sequence has
// ended without one, what was seen is true and what was not may exist.
func (c *Client) GetAllAccounts(ctx context.Context, q Query) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		l, err := c.listing(q)
		for err == nil && !l.done {
			var fresh []Account
			if fresh, err = l.next(ctx); err != nil {
				break
			}
			for _, a := range fresh {
				if !yield(a, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(Account{}, err)
		}
	}
}

// A listing is where one GetAllAccounts stands.
type listing struct {
	c     *Client
	query Query
	form  url.Values
	last  Address // of the page before
	seen  map[Address]struct{}
	page  page
	done  bool
}

func (c *Client) listing(q Query) (*listing, error) {
	if q.PageSize == 0 {
		q.PageSize = c.cfg.PageSize
	}
	if q.PageSize < 2 || q.PageSize > maxPage {
		return nil, c.fail("GetAllAccounts", NotSent, fmt.Errorf("page size %d is not within 2 to %d", q.PageSize, maxPage))
	}
	form := url.Values{"limit": {strconv.Itoa(q.PageSize)}, "sortby": {"mail"}, "sortascending": {"1"}, "attrs": {attributes}}
	if len(q.Attrs) > 0 {
		form.Set("attrs", strings.Join(q.Attrs, ","))
	}
	if q.Filter != "" {
		form.Set("ldap_query", q.Filter)
	}
	return &listing{c: c, query: q, form: form, seen: map[Address]struct{}{}}, nil
}

// next reads one page and returns the accounts it adds. Each page begins with
// the last account of the one before: if it does not, accounts moved between
// the two reads and one of them may have been jumped over.
func (l *listing) next(ctx context.Context) ([]Account, error) {
	offset := max(0, len(l.seen)-1)
	l.form.Set("offset", strconv.Itoa(offset))
	err := l.c.read(ctx, request{method: "GetAllAccounts", form: l.form, large: true, decode: l.page.decode})
	if err != nil {
		return nil, err
	}
	accounts := l.page.accounts
	short := len(accounts) < l.query.PageSize
	if len(accounts) > l.query.PageSize {
		return nil, l.incomplete("a page of %d accounts where %d were asked", len(accounts), l.query.PageSize)
	}
	if l.last != "" {
		if len(accounts) == 0 || accounts[0].Name != l.last {
			return nil, l.incomplete("accounts moved between two pages, near %s", l.last)
		}
		accounts = accounts[1:]
	}
	for _, a := range accounts {
		if a.Name.Domain() != l.c.cfg.Domain {
			return nil, l.c.fail("GetAllAccounts", Malformed, fmt.Errorf("%s listed, of another domain", a.Name))
		}
		if _, twice := l.seen[a.Name]; twice {
			return nil, l.incomplete("%s listed twice", a.Name)
		}
		l.seen[a.Name] = struct{}{}
		l.last = a.Name
	}
	return accounts, l.end(ctx, len(accounts), short)
}

// end decides whether the listing is over. A short page may be the last one, or
// one the server cut: the count tells, or else a page that adds nothing.
func (l *listing) end(ctx context.Context, added int, short bool) error {
	l.done = added == 0
	if l.query.Filter != "" || !short && !l.done {
		return nil
	}
	total, err := l.c.CountObjects(ctx, UserAccounts)
	if err != nil {
		return err
	}
	if len(l.seen) > total || l.done && len(l.seen) < total {
		return l.incomplete("%d accounts listed, %d counted", len(l.seen), total)
	}
	l.done = len(l.seen) == total
	return nil
}

func (l *listing) incomplete(format string, args ...any) error {
	return l.c.fail("GetAllAccounts", Temporary, fmt.Errorf("%w: "+format, append([]any{ErrIncomplete}, args...)...))
}
