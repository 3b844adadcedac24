package api

import (
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The size of pages.
const (
	usual   = 50
	largest = 200
)

// limit is how many items the page is to hold.
func (c *call) limit() (int, error) {
	text := c.Query("limit")
	n, err := strconv.Atoi(text)
	switch {
	case text == "":
		return usual, nil
	case err != nil || n < 1 || n > largest:
		return 0, desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "limit", "value", text)
	}
	return n, nil
}

// page sends items of which there may be one too many: then others follow.
func page[T any](c *call, items []T, n int, cursor func(T) string) error {
	said := list[T]{Items: append([]T{}, items...)}
	if len(items) > n {
		said.Items = said.Items[:n]
		said.Next = cursor(said.Items[n-1])
	}
	return c.JSON(said)
}

func (a API) account(c *call) error {
	found, err := a.Desk.Show(c.me.UID, desk.API, c.param("ref"))
	if err != nil {
		return err
	}
	return c.JSON(accountOf(found))
}

// most is how many accounts a prefix is looked at.
const most = 5000

// accounts lists those with an address that begins so, and that the holder may
// see. A longer prefix finds what is beyond most.
func (a API) accounts(c *call) error {
	n, err := c.limit()
	if err != nil {
		return err
	}
	prefix := strings.ToLower(c.Query("prefix"))
	if len(prefix) < 2 {
		return desk.Fail(desk.Invalid, desk.MissingArgument, "name", "prefix")
	}
	all, found := a.Desk.View.Search(prefix, most), []account{}
	if cursor := c.Query("cursor"); cursor != "" {
		at := slices.IndexFunc(all, func(x desk.Account) bool { return string(x.Address) == cursor })
		if _, err := a.Desk.Show(c.me.UID, desk.API, cursor); err != nil || at < 0 {
			return c.lost()
		}
		all = all[at+1:]
	}
	for _, x := range all {
		if seen, err := a.Desk.Show(c.me.UID, desk.API, string(x.Address)); err == nil {
			found = append(found, accountOf(seen))
		}
		if len(found) > n {
			break
		}
	}
	return page(c, found, n, func(x account) string { return string(x.Address) })
}

// lost says that the cursor is none of ours.
func (c *call) lost() error {
	return desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "cursor", "value", c.Query("cursor"))
}

// requests lists those that the holder may see, newest first.
func (a API) requests(c *call) error {
	n, err := c.limit()
	if err != nil {
		return err
	}
	q := desk.Query{Limit: n + 1}
	if cursor := c.Query("cursor"); cursor != "" {
		last, err := desk.NewAction(desk.RequestShow, cursor, nil)
		if err != nil {
			return c.lost()
		}
		q.Before = desk.ID(last.Target)
	}
	if state := c.Query("state"); state != "" {
		if !slices.Contains(desk.States(), desk.State(state)) {
			return desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "state", "value", state)
		}
		q.States = []desk.State{desk.State(state)}
	}
	switch scope := c.Query("scope", "all"); scope {
	case "mine":
		q.By = c.me.UID
	case "pending":
		return a.pending(c, q.Before, n)
	case "all":
	default:
		return desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "scope", "value", scope)
	}
	return c.requests(a.Desk.Seen(c.me.UID, desk.API, q), n)
}

// pending lists those after the last seen that wait for the holder's vote, oldest
// first: so that one voted on does not move the others.
func (a API) pending(c *call, last desk.ID, n int) error {
	waiting := a.Desk.Inbox(c.me.UID)
	return c.requests(slices.DeleteFunc(waiting, func(r desk.Request) bool {
		return len(r.ID) < len(last) || len(r.ID) == len(last) && r.ID <= last
	}), n)
}

func (c *call) requests(all []desk.Request, n int) error {
	var found []request
	for _, r := range all[:min(len(all), n+1)] {
		found = append(found, requestOf(c.lang, r))
	}
	return page(c, found, n, func(r request) string { return string(r.ID) })
}

func (a API) request(c *call) error {
	r, err := a.Desk.Request(c.me.UID, desk.API, c.id())
	if err != nil {
		return err
	}
	return c.JSON(requestOf(c.lang, r))
}

func (a API) why(c *call) error {
	w, err := a.Desk.WhyRequest(c.me.UID, desk.API, c.id())
	if err != nil {
		return err
	}
	said := why{Decision: decisionOf(c.lang, w.Decision), Changes: []string{}, Approve: []string{}, Since: w.Since}
	for _, change := range w.Closest {
		said.Changes = append(said.Changes, say.Change(c.lang, w.Action, change))
	}
	for _, p := range w.Approve {
		said.Approve = append(said.Approve, p.Name)
	}
	return c.JSON(said)
}

// history is what happened to an account.
func (a API) history(c *call) error {
	events, err := a.Desk.History(c.UserContext(), c.me.UID, desk.API, c.param("ref"))
	if err != nil {
		return err
	}
	return a.tell(c, events)
}

// story is what happened to a request.
func (a API) story(c *call) error {
	r, err := a.Desk.Request(c.me.UID, desk.API, c.id())
	if err != nil {
		return err
	}
	return a.tell(c, a.Desk.View.History(c.UserContext(), string(r.ID)))
}

// tell sends events, newest first.
func (a API) tell(c *call, events iter.Seq2[desk.Event, error]) error {
	n, err := c.limit()
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(c.Query("cursor", "0"), 10, 64)
	if err != nil || before < 0 {
		return c.lost()
	}
	var told []event
	for e, err := range events {
		if err != nil {
			return err
		}
		if before > 0 && int64(e.Seq) >= before {
			continue
		}
		told = append(told, event{e.Seq, e.At, e.By, e.ID, say.Fact(c.lang, e, a.called)})
		if len(told) > n {
			break
		}
	}
	return page(c, told, n, func(e event) string { return strconv.FormatInt(int64(e.Seq), 10) })
}

func (a API) called(who desk.UID) string { return a.Desk.View.Person(who).Name }

// param is a part of the path, decoded.
func (c *call) param(name string) string {
	text, err := url.PathUnescape(c.Params(name))
	if err != nil {
		return c.Params(name)
	}
	return text
}

// id is the request that the path names, in any case.
func (c *call) id() desk.ID { return desk.ID(strings.ToUpper(c.param("id"))) }
