package desk_test

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// view is one level deeper than what stands in its place.
type view struct{ desk.View }

// house is a journal and a view in memory, the fold done anew at each question.
type house struct {
	desk.Journal // nil, as the next: what no test asks for
	view
	objects

	events   []desk.Event
	before   func() // runs once before an append: somebody who is faster
	asking   func() // the same before a request id is given
	people   map[desk.UID]desk.Person
	accounts map[desk.Address]desk.Account
	domains  []string
	read     time.Time  // when the directory was
	unread   bool       // Partage never was
	named    []desk.UID // whatever the name
	gone     []desk.Registration
}

func (h *house) Append(_ context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	once(&h.before)
	if after != h.last() {
		return h.last(), desk.ErrBehind
	}
	h.events = append(h.events, events...)
	return h.last(), nil
}

func once(f *func()) {
	if run := *f; run != nil {
		*f = nil
		run()
	}
}

func (h *house) last() desk.Seq { return desk.Seq(len(h.events)) }

func (h *house) CatchUp(context.Context) error { return nil }

func (h *house) Request(id desk.ID) (r desk.Request, at desk.Seq) {
	for _, e := range h.events {
		if id != "" && e.ID == id {
			r, _ = r.With(e)
		}
	}
	return r, h.last()
}

func (h *house) ids() (ids []desk.ID) {
	for _, e := range h.events {
		if e.ID != "" && !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (h *house) Next() (desk.ID, desk.Seq) {
	once(&h.asking)
	return desk.ID("D-" + strconv.Itoa(len(h.ids())+1)), h.last()
}

func (h *house) Keyed(key string) desk.ID {
	for _, e := range h.events {
		if asked, ok := e.Fact.(desk.Asked); ok && asked.Key == key {
			return e.ID
		}
	}
	return ""
}

func (h *house) Requests(q desk.Query) iter.Seq[desk.Request] {
	return func(yield func(desk.Request) bool) {
		n := 0
		for _, id := range slices.Backward(h.ids()) {
			r, _ := h.Request(id)
			if q.By != "" && r.By != q.By || q.Target != "" && r.Action.Target != string(q.Target) || q.Batch != "" && r.Batch != q.Batch || len(q.States) > 0 && !slices.Contains(q.States, r.State) || len(q.Verbs) > 0 && !slices.Contains(q.Verbs, r.Action.Verb) {
				continue
			}
			if n++; q.Limit > 0 && n > q.Limit || !yield(r) {
				return
			}
		}
	}
}

func (h *house) Count(q desk.Query) (n int) {
	for range h.Requests(q) {
		n++
	}
	return n
}

func (h *house) History(_ context.Context, of string) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for _, e := range slices.Backward(h.events) {
			if r, _ := h.Request(e.ID); r.Action.Target == of && !yield(e, nil) {
				return
			}
		}
	}
}

func (h *house) Binding(account string) (who desk.UID) {
	for _, e := range h.events {
		if bound, ok := e.Fact.(desk.Bound); ok && bound.Account == account {
			who = e.By
		}
	}
	return who
}

// Bound is everybody: the chat account of each has their name.
func (h *house) Bound() []desk.UID { return slices.Sorted(maps.Keys(h.people)) }

func (h *house) Digested() (day string) {
	for _, e := range h.events {
		if f, ok := e.Fact.(desk.Digested); ok {
			day = f.Day
		}
	}
	return day
}

func (h *house) Offer(digest string) (who desk.UID, until time.Time) {
	for _, e := range h.events {
		switch f := e.Fact.(type) {
		case desk.BindingOffered:
			if f.Digest == digest {
				who, until = e.By, f.Until
			}
		case desk.Bound:
			if f.Digest == digest {
				who, until = "", time.Time{}
			}
		}
	}
	return who, until
}

func (h *house) Freeze() (freeze desk.Event, frozen bool) {
	for _, e := range h.events {
		switch e.Fact.(type) {
		case desk.Frozen:
			freeze, frozen = e, true
		case desk.Thawed:
			freeze, frozen = desk.Event{}, false
		}
	}
	return freeze, frozen
}

func (h *house) Editions() (editions []desk.Edition) {
	for _, e := range h.events {
		if b, ok := e.Fact.(desk.BookActivated); ok {
			r, _ := h.Request(e.ID)
			editions = append(editions, desk.Edition{Book: b.Book, Digest: b.Digest, ID: e.ID, At: e.At, Back: e.ID != "" && r.Action.Verb != desk.RulesActivate})
		}
	}
	return editions
}

func (h *house) Intents() (t desk.Tally) {
	for _, e := range h.events {
		r, _ := h.Request(e.ID)
		t = t.With(e, r)
	}
	return t
}

func (h *house) Stopped() (n int) {
	for range h.Requests(desk.Query{States: []desk.State{desk.Stopped}}) {
		n++
	}
	return n
}

func (h *house) Latest() (latest time.Time) {
	for _, e := range h.events {
		if _, thawed := e.Fact.(desk.Thawed); thawed || e.At.After(latest) {
			latest = e.At
		}
	}
	return latest
}

func (h *house) Population() int { return len(h.accounts) }

func (h *house) Named(string) []desk.UID { return h.named }

func (h *house) Members(group string) (uids []desk.UID) {
	for uid, p := range h.people {
		if p.In(group) {
			uids = append(uids, uid)
		}
	}
	return uids
}

func (h *house) Delegations() (all []desk.Delegation) {
	for _, e := range h.events {
		of := desk.Mandate("")
		switch f := e.Fact.(type) {
		case desk.Granted:
			d, _ := desk.Delegation{}.With(e)
			all = append(all, d)
			continue
		case desk.Deputised:
			of = f.Of
		case desk.Revoked:
			of = f.Of
		case desk.Noticed:
			of = f.Of
		default:
			continue
		}
		if of == "" {
			continue
		}
		i := slices.IndexFunc(all, func(d desk.Delegation) bool { return d.ID == of })
		all[i], _ = all[i].With(e)
	}
	return all
}

func (h *house) Delegation(name desk.Mandate) desk.Delegation {
	all := h.Delegations()
	if i := slices.IndexFunc(all, func(d desk.Delegation) bool { return d.ID == name }); i >= 0 {
		return all[i]
	}
	return desk.Delegation{}
}

func (h *house) Correspondents() map[desk.UID][]desk.Delegation {
	held := map[desk.UID][]desk.Delegation{}
	for _, d := range h.Delegations() {
		for _, who := range d.Holders() {
			if d.Stands() {
				held[who] = append(held[who], d)
			}
		}
	}
	return held
}

func (h *house) Person(uid desk.UID) desk.Person {
	p := h.people[uid]
	if p.Known() {
		p.Name = cmp.Or(p.Name, "Called "+string(uid))
		p.Delegations = append(p.Delegations, h.Correspondents()[uid]...)
	}
	return p
}

func (h *house) Account(a desk.Address) desk.Account {
	for _, account := range h.accounts {
		if account.Holds(a) {
			return account
		}
	}
	return desk.Account{}
}

func (h *house) Owned(uid desk.UID) (owned []desk.Account) {
	for _, account := range h.accounts {
		if uid != "" && account.Owner == uid {
			owned = append(owned, account)
		}
	}
	return owned
}

func (h *house) Domains() []string            { return h.domains }
func (h *house) HasUnit(code string) bool     { return code == "PHY" }
func (h *house) HasDomain(domain string) bool { return slices.Contains(h.domains, domain) }
func (h *house) Classes() []string            { return []string{"staff_l", "staff_s"} }

func (h *house) Ages() (directory, partage time.Time) {
	if h.unread {
		return h.read, time.Time{}
	}
	return h.read, h.read
}

// book is rules made of one function.
type book func(desk.Facts) desk.Decision

func (b book) Decide(f desk.Facts) desk.Decision { return b(f) }

var now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// needs is a decision that waits for n members of the group.
func needs(n int, group string) desk.Decision {
	return desk.Decision{Outcome: desk.Pending, Rule: "needs", Panels: []desk.Panel{{Approvers: []string{"group:" + group}, Needed: n}}}
}

// newDesk is a desk with a population of letters: ann asks for bob's mailbox,
// cid, dan and eve are admins, fay is nobody special and has two mailboxes.
// Every change waits for one admin; everything may be looked at.
func newDesk(testing.TB) (*desk.Desk, *house) {
	h := &house{people: map[desk.UID]desk.Person{}, accounts: map[desk.Address]desk.Account{}, domains: []string{"u.fr"}, read: now}
	for _, uid := range []desk.UID{"ann", "bob", "cid", "dan", "eve", "fay"} {
		h.people[uid] = desk.Person{UID: uid}
		address := desk.Address(uid + "@u.fr")
		h.accounts[address] = desk.Account{ID: string(uid), Address: address, Owner: uid, Status: "active", COS: "staff_s", Quota: 1 << 30, Used: 1 << 29}
	}
	h.accounts["fay2@u.fr"] = desk.Account{ID: "fay2", Address: "fay2@u.fr", Owner: "fay", Aliases: []desk.Address{"f@u.fr"}}
	for _, uid := range []desk.UID{"cid", "dan", "eve"} {
		h.people[uid] = desk.Person{UID: uid, Groups: []string{"admins"}}
	}
	rules := func(f desk.Facts) desk.Decision {
		if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return needs(1, "admins")
	}
	return &desk.Desk{Journal: h, View: h, Rules: book(rules), Now: func() time.Time { return now }, Stale: time.Hour}, h
}

// action reads the canonical text of an action.
func action(tb testing.TB, text string) desk.Action {
	tb.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// ask has ann ask for 2G for bob, under the key.
func ask(tb testing.TB, d *desk.Desk, key string) desk.Request {
	tb.Helper()
	r, err := d.Ask(tb.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(tb, "quota.set bob@u.fr size=2G"), Key: key})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// wants says that the error has the code; "" stands for no error.
func wants(tb testing.TB, err error, code desk.Code) {
	tb.Helper()
	if (err == nil) != (code == "") || desk.CodeOf(err) != code {
		tb.Errorf("got %v, want %q", err, code)
	}
	if e, ok := errors.AsType[*desk.Error](err); ok && e.Called == "" && whom(e) != "" {
		tb.Errorf("%v names %s by login", err, whom(e))
	}
}

// whom is the login of the person whom an error names, "" if it names nobody.
func whom(e *desk.Error) string {
	if slices.Contains([]desk.Code{desk.OwnRight, desk.StillConcerned, desk.NoTokens}, e.Code) {
		return e.Details["value"]
	}
	return cmp.Or(e.Details["person"], e.Details["by"])
}
