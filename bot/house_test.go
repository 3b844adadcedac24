package bot_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

// view is one level deeper than what stands in its place.
type view struct{ desk.View }

// objects are lists and a room, the same at every question.
type objects struct{}

var crew = desk.List{ID: "l-1", Address: "equipe@u.fr", Kind: desk.Distribution, Name: "Équipe", Members: []desk.Address{"bob@u.fr", "x@example.org"}, Size: 2}

func (objects) List(a desk.Address) desk.List {
	if crew.Holds(a) {
		return crew
	}
	return desk.List{}
}
func (objects) Resource(desk.Address) desk.Resource { return desk.Resource{} }
func (objects) Tree(string) desk.Tree               { return desk.Tree{} }
func (objects) Lists() iter.Seq[*desk.List]         { return slices.Values([]*desk.List{&crew}) }
func (objects) ListsWith(a desk.Address) (all []*desk.List) {
	if crew.Has(a) || slices.Contains(crew.Senders, a) {
		all = append(all, &crew)
	}
	return all
}
func (objects) Resources() iter.Seq[*desk.Resource] { return func(func(*desk.Resource) bool) {} }
func (objects) Listed() time.Time                   { return time.Unix(1, 0) }
func (objects) Tokens(desk.UID) []desk.Token        { return nil }

// memory is a journal and a view of it, folded anew at each question. What the
// bot never asks is left to a View that is not there.
type memory struct {
	view
	objects
	mu       sync.Mutex
	events   []desk.Event
	grown    chan struct{}
	people   map[desk.UID]desk.Person
	accounts []desk.Account
	read     time.Time
	found    []desk.Account // by Search
}

func (m *memory) Append(_ context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(after) != len(m.events) {
		return 0, desk.ErrBehind
	}
	m.events = append(m.events, events...)
	close(m.grown)
	m.grown = make(chan struct{})
	return desk.Seq(len(m.events)), nil
}

func (m *memory) all() []desk.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

func (m *memory) Read(_ context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for _, e := range m.all()[after:] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Wait(ctx context.Context, after desk.Seq) error {
	m.mu.Lock()
	grown, behind := m.grown, int(after) < len(m.events)
	m.mu.Unlock()
	if behind {
		return nil
	}
	select {
	case <-grown:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) Request(id desk.ID) (r desk.Request, at desk.Seq) {
	all := m.all()
	for _, e := range all {
		if e.ID == id && id != "" {
			r, _ = r.With(e)
		}
	}
	return r, desk.Seq(len(all))
}

func (m *memory) ids() (ids []desk.ID) {
	for _, e := range m.all() {
		if _, ok := e.Fact.(desk.Asked); ok {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (m *memory) Next() (desk.ID, desk.Seq) {
	all := m.all()
	n := 1
	for _, e := range all {
		if _, ok := e.Fact.(desk.Asked); ok {
			n++
		}
	}
	return desk.ID("D-" + strconv.Itoa(n)), desk.Seq(len(all))
}

func (m *memory) Keyed(key string) desk.ID {
	for _, e := range m.all() {
		if f, ok := e.Fact.(desk.Asked); ok && f.Key == key {
			return e.ID
		}
	}
	return ""
}

func (m *memory) Requests(q desk.Query) iter.Seq[desk.Request] {
	return func(yield func(desk.Request) bool) {
		n := 0
		for _, id := range slices.Backward(m.ids()) {
			r, _ := m.Request(id)
			if q.By != "" && r.By != q.By || len(q.States) > 0 && !slices.Contains(q.States, r.State) || len(q.Verbs) > 0 && !slices.Contains(q.Verbs, r.Action.Verb) {
				continue
			}
			if n++; q.Limit > 0 && n > q.Limit || !yield(r) {
				return
			}
		}
	}
}

func (m *memory) Delays(after time.Time) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for r := range m.Requests(desk.Query{States: []desk.State{desk.Settled}}) {
			if r.Changed.After(after) && !yield(r.Changed.Sub(r.Asked)) {
				return
			}
		}
	}
}

func (m *memory) Count(q desk.Query) (n int) {
	for range m.Requests(q) {
		n++
	}
	return n
}

func (m *memory) History(_ context.Context, of string) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for _, e := range slices.Backward(m.all()) {
			r, _ := m.Request(e.ID)
			if (string(e.ID) == of || r.Action.Target == of) && !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Binding(account string) desk.UID { return m.Bond(account).Who }

func (m *memory) Bond(account string) (b desk.Bond) {
	for _, e := range m.all() {
		switch f := e.Fact.(type) {
		case desk.Bound:
			if f.Account == account {
				b = desk.Bond{Who: e.By, At: e.At, Service: f.Service}
			}
		case desk.Unbound:
			if f.Account == account {
				b = desk.Bond{}
			}
		}
	}
	return b
}

func (m *memory) Heard(post string) (c desk.Claim) {
	for _, e := range m.all() {
		if f, ok := e.Fact.(desk.Heard); ok && f.Post == post {
			c = c.With(f, e.At)
		}
	}
	return c
}

func (m *memory) Bound() (who []desk.UID) {
	for _, e := range m.all() {
		if _, ok := e.Fact.(desk.Bound); ok && m.Chat(e.By) != "" {
			who = append(who, e.By)
		}
	}
	slices.Sort(who)
	return slices.Compact(who)
}

func (m *memory) Freeze() (desk.Event, bool) { return desk.Event{}, false }
func (m *memory) Latest() time.Time          { return time.Time{} }
func (m *memory) Editions() []desk.Edition   { return nil }
func (m *memory) Stopped() int               { return 0 }

func (m *memory) Chat(who desk.UID) (account string) {
	for _, e := range m.all() {
		if f, ok := e.Fact.(desk.Bound); ok && e.By == who {
			account = f.Account
		}
		if f, ok := e.Fact.(desk.Unbound); ok && f.Who == who {
			account = ""
		}
	}
	return account
}

func (m *memory) Offer(digest string) (who desk.UID, until time.Time) {
	for _, e := range m.all() {
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

func (m *memory) CatchUp(context.Context) error   { return nil }
func (m *memory) Person(who desk.UID) desk.Person { return m.people[who] }

func (m *memory) Members(group string) (uids []desk.UID) {
	for _, p := range m.people {
		if p.In(group) {
			uids = append(uids, p.UID)
		}
	}
	return uids
}
func (m *memory) Search(string, int) []desk.Account { return m.found }
func (m *memory) Classes() []string                 { return []string{"staff"} }
func (m *memory) Named(name string) (found []desk.UID) {
	for uid, p := range m.people {
		if strings.EqualFold(strings.ReplaceAll(p.Name, "é", "e"), name) {
			found = append(found, uid)
		}
	}
	slices.Sort(found)
	return found
}
func (m *memory) HasDomain(d string) bool              { return d == "u.fr" }
func (m *memory) Ages() (directory, partage time.Time) { return m.read, m.read }
func (m *memory) Owned(who desk.UID) (all []desk.Account) {
	return slices.DeleteFunc(slices.Clone(m.accounts), func(a desk.Account) bool { return a.Owner != who })
}

func (m *memory) Account(x desk.Address) desk.Account {
	for _, a := range m.accounts {
		if a.Holds(x) {
			return a
		}
	}
	return desk.Account{}
}

// rules: quotas are allowed, an alias named "no" is denied, other aliases wait
// for the admins; owners and admins see accounts.
type rules struct{}

func (rules) Decide(f desk.Facts) desk.Decision {
	switch {
	case f.Action.Verb == desk.QuotaSet:
		return desk.Decision{Outcome: desk.Allowed, Rule: "R-1", Because: desk.Text{FR: "Un quota est libre.", EN: "Quotas are free."}}
	case desk.Address(f.Action.Arg("alias")).Local() == "no":
		return desk.Decision{Outcome: desk.Denied, Rule: "R-2", Because: desk.Text{FR: "Nom réservé.", EN: "Reserved name."}}
	case f.Action.Arg("alias") != "":
		return desk.Decision{Outcome: desk.Pending, Rule: "R-3", Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}},
			Because: desk.Text{FR: "Un alias demande un accord.", EN: "An alias needs approval."}}
	case f.Target.Owner == f.Actor.UID || f.Actor.In("admins"):
		return desk.Decision{Outcome: desk.Allowed}
	}
	return desk.Decision{}
}

// A clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var start = time.Date(2026, 3, 16, 9, 12, 0, 0, time.UTC)

// A house is a desk with a room and a bot in it: marie asks, paul and sylvie
// approve, eve sits with them but may not, bob's account is acted on.
type house struct {
	*memory
	clock *clock
	desk  *desk.Desk
	chat  *chat
	bot   *bot.Bot
}

// chat is the room, with switches.
type chat struct {
	*room.Room
	mu    sync.Mutex
	down  error // of User
	nokey error // of Key
	users map[string]bot.User
	made  map[desk.Post]bot.Message
	edits int
	last  bot.Message
	forms []bot.Dialog // opened; nil: there are none
	formy bool
}

func (c *chat) User(ctx context.Context, account string) (bot.User, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u, ok := c.users[account]; ok || c.down != nil {
		return u, c.down
	}
	return c.Room.User(ctx, account)
}

func (c *chat) Post(ctx context.Context, m bot.Message) (desk.Post, error) {
	at, err := c.Room.Post(ctx, m)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[at], c.last = m, m
	return at, err
}

func (c *chat) Update(ctx context.Context, at desk.Post, m bot.Message) error {
	c.mu.Lock()
	c.made[at] = m
	c.edits++
	c.mu.Unlock()
	return c.Room.Update(ctx, at, m)
}

func (c *chat) Open(_ context.Context, _ string, d bot.Dialog) error {
	if !c.formy {
		return errors.New("no forms here")
	}
	c.forms = append(c.forms, d)
	return nil
}

func (c *chat) Key(ctx context.Context) (*ecdsa.PublicKey, error) {
	if c.nokey != nil {
		return nil, c.nokey
	}
	return c.Room.Key(ctx)
}

func (c *chat) shows(at desk.Post) bot.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made[at]
}

// answers says that something in a thread has the text.
func (c *chat) answers(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.made {
		if m.Root != "" && strings.Contains(m.Line, text) {
			return true
		}
	}
	return false
}

var secret = []byte("0123456789abcdef0123456789abcdef")

func newHouse(tb testing.TB) *house {
	tb.Helper()
	h := &house{clock: &clock{at: start}, memory: &memory{grown: make(chan struct{}), read: start, people: map[desk.UID]desk.Person{
		"marie":  {UID: "marie", Name: "Marie Curie", Mail: "marie@u.fr", UnitName: "UFR Physique"},
		"bob":    {UID: "bob", Name: "Bob Martin", Mail: "bob@u.fr"},
		"paul":   {UID: "paul", Name: "Paul Langevin", Groups: []string{"admins"}},
		"sylvie": {UID: "sylvie", Name: "Sylvie Germain", Groups: []string{"admins"}},
		"eve":    {UID: "eve", Name: "Eve"},
	}, accounts: []desk.Account{
		{ID: "z1", Address: "marie@u.fr", Owner: "marie", Status: "active", Quota: 5 << 30, Used: 3 << 30, Aliases: []desk.Address{"m.curie@u.fr"}},
		{ID: "z2", Address: "bob@u.fr", Owner: "bob", Status: "active", Quota: 1 << 30},
		{ID: "z3", Address: "paul@u.fr", Owner: "paul", Status: "active", Quota: 1 << 30},
	}}}
	h.desk = &desk.Desk{Journal: h, View: h, Rules: rules{}, Now: h.clock.now, Stale: 24 * time.Hour}
	r, err := room.New(room.Config{Base: "/chat", Style: "/static/app.css", Now: h.clock.now, Rand: rand.Reader})
	must(tb, err)
	h.chat = &chat{Room: r, users: map[string]bot.User{}, made: map[desk.Post]bot.Message{}}
	h.bot = h.newBot(tb, h.chat)
	r.Connect(h.bot.Handler())
	must(tb, h.bot.Register(tb.Context()))
	for _, who := range []desk.UID{"marie", "bob", "paul", "sylvie", "eve"} {
		must(tb, r.Seat(tb.Context(), h.desk, who, "en", who != "marie" && who != "bob"))
	}
	return h
}

func (h *house) newBot(tb testing.TB, chat bot.Chat) *bot.Bot {
	tb.Helper()
	b, err := bot.New(bot.Config{Desk: h.desk, Chat: chat, Secret: secret, Channel: h.chat.Channel(), URL: "http://room",
		Link: "https://portal/lier", Approvers: func() []string { return []string{"admins"} }, Zone: time.UTC, Now: h.clock.now, Log: slog.New(slog.DiscardHandler)})
	must(tb, err)
	return b
}

// ask makes a request that waits for the admins, with its card.
func (h *house) ask(tb testing.TB, by desk.UID, target, alias string) (desk.Request, desk.Post) {
	tb.Helper()
	a, err := desk.NewAction(desk.AliasAdd, target, map[string]string{"alias": alias})
	must(tb, err)
	r, err := h.desk.Ask(tb.Context(), desk.Asking{By: by, Via: desk.Chat, Action: a, Reason: "accueil", Key: alias})
	must(tb, err)
	return h.announce(tb, r)
}

func (h *house) announce(tb testing.TB, r desk.Request) (desk.Request, desk.Post) {
	tb.Helper()
	at, err := h.bot.Tell(tb.Context(), desk.ToApprovers, r)
	must(tb, err)
	must(tb, h.desk.Announce(tb.Context(), r.ID, desk.Announced{Role: desk.ToApprovers, Post: at, Shows: r.State}))
	r, _ = h.Request(r.ID)
	return r, at
}

func (h *house) state(id desk.ID) desk.State {
	r, _ := h.Request(id)
	return r.State
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// latest is what was said last.
func (c *chat) latest() bot.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Entry is who has the address now: these tests give and free none.
func (m *memory) Entry(a desk.Address) (desk.Entry, bool) {
	x := desk.Entry{}.Now(a, m.Account(a), true)
	return x, x.Known()
}

func (m *memory) Past(desk.Address) []desk.Entry    { return nil }
func (m *memory) Alike(desk.Address) []desk.Address { return nil }
