package desk_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// blind lets nobody look at anything, and has changes wait for an admin.
func blind(f desk.Facts) desk.Decision {
	if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
		return desk.Decision{}
	}
	return needs(1, "admins")
}

func TestShow(t *testing.T) {
	d, h := newDesk(t)
	for _, ref := range []string{"bob", "BOB@u.fr", "bob@u.fr"} {
		if a, err := d.Show("ann", desk.Chat, ref); a.Address != "bob@u.fr" || err != nil {
			t.Errorf("%s: got %v, %v", ref, a, err)
		}
	}
	_, err := d.Show("ann", desk.Chat, "b*b")
	wants(t, err, desk.InvalidAddress)
	_, err = d.Show("who", desk.Chat, "bob")
	wants(t, err, desk.UnknownPerson)
	h.read = time.Time{}
	_, err = d.Show("ann", desk.Chat, "bob")
	wants(t, err, "") // looking changes nothing
}

// What is hidden cannot be told from what is not there, however it is written.
func TestHiddenIsNotThere(t *testing.T) {
	d, _ := newDesk(t)
	d.Rules = book(blind)
	for _, hidden := range []string{"bob@u.fr", "BOB@u.fr", "bob", "Bob", "f@u.fr"} {
		missing := strings.NewReplacer("bob", "bxb", "BOB", "BXB", "Bob", "Bxb", "f@", "x@").Replace(hidden)
		for name, look := range map[string]func(string) error{
			"show":    func(ref string) error { _, err := d.Show("ann", desk.Chat, ref); return err },
			"history": func(ref string) error { _, err := d.History(t.Context(), "ann", desk.Chat, ref); return err },
		} {
			var there, gone *desk.Error
			if !errors.As(look(hidden), &there) || !errors.As(look(missing), &gone) {
				t.Fatalf("%s %s: it is seen", name, hidden)
			}
			same := there.Code == gone.Code && there.Kind == gone.Kind &&
				(there.Details["value"] == hidden) == (gone.Details["value"] == missing)
			if !same {
				t.Errorf("%s: hidden is %v, missing is %v", name, there, gone)
			}
		}
	}
}

func TestHistory(t *testing.T) {
	d, _ := newDesk(t)
	ask(t, d, "k")
	events, err := d.History(t.Context(), "fay", desk.Chat, "bob")
	if err != nil {
		t.Fatal(err)
	}
	var seen []desk.Seq
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, e.Seq)
	}
	if diff := cmp.Diff([]desk.Seq{2, 1}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestWhoSeesARequest(t *testing.T) {
	d, h := newDesk(t)
	give(h, "fay2@u.fr", "") // nobody's, which is not to say of whoever is nobody
	if _, err := d.Ask(t.Context(), desk.Asking{By: "dan", Action: action(t, "quota.set fay2@u.fr size=2G"), Key: "n"}); err != nil {
		t.Fatal(err)
	}
	d.Rules = book(blind)
	if _, err := d.Request("", desk.Chat, "D-1"); desk.CodeOf(err) != desk.UnknownRequest {
		t.Errorf("nobody: %v", err)
	}

	d, _ = newDesk(t)
	r := ask(t, d, "k")
	d.Rules = book(blind)
	for by, want := range map[desk.UID]bool{"ann": true, "bob": true, "cid": true, "fay": false, "who": false, "": false} {
		got, err := d.Request(by, desk.Chat, r.ID)
		if want != (err == nil && got.ID == r.ID) {
			t.Errorf("%q: got %q, %v", by, got.ID, err)
		}
		if !want {
			wants(t, err, desk.UnknownRequest)
		}
		if seen := d.Seen(by, desk.Chat, desk.Query{Limit: 10}); want != (len(seen) == 1) {
			t.Errorf("%q sees %d requests", by, len(seen))
		}
	}
	_, err := d.Request("cid", desk.Chat, "D-9")
	wants(t, err, desk.UnknownRequest)
	d, _ = newDesk(t) // where accounts may be looked at
	ask(t, d, "k")
	if _, err := d.Request("fay", desk.Chat, "D-1"); err != nil {
		t.Errorf("who may see the account: %v", err)
	}
}

func TestLists(t *testing.T) {
	d, h := newDesk(t)
	join(h, "ann")
	join(h, "bob")
	for _, key := range []string{"1", "2", "3"} {
		ask(t, d, key)
	}
	if _, err := d.Approve(t.Context(), "cid", desk.Chat, "D-2", ""); err != nil {
		t.Fatal(err)
	}
	ids := func(requests []desk.Request) (ids []desk.ID) {
		for _, r := range requests {
			ids = append(ids, r.ID)
		}
		return ids
	}
	tests := map[string]struct{ got, want []desk.ID }{
		"mine":                   {ids(d.Mine("ann", desk.Query{Limit: 2})), []desk.ID{"D-3", "D-2"}},
		"mine, not over":         {ids(d.Mine("ann", desk.Query{States: []desk.State{desk.Waiting}, Limit: 9})), []desk.ID{"D-3", "D-1"}},
		"mine, nobody":           {ids(d.Mine("", desk.Query{Limit: 9})), nil},
		"inbox, oldest first":    {ids(d.Inbox("dan")), []desk.ID{"D-1", "D-3"}},
		"inbox of the asker":     {ids(d.Inbox("ann")), nil},
		"inbox of the owner":     {ids(d.Inbox("bob")), nil},
		"inbox of somebody else": {ids(d.Inbox("fay")), nil},
		"inbox of nobody":        {ids(d.Inbox("")), nil},
		"seen":                   {ids(d.Seen("dan", desk.Chat, desk.Query{Limit: 2})), []desk.ID{"D-3", "D-2"}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestBinding(t *testing.T) {
	random := []byte("\x00\x01\x02\x03\xfc\xfd\xfe\xff")
	offer := func(t *testing.T, d *desk.Desk) string {
		code, err := d.OfferBinding(t.Context(), "bob", bytes.NewReader(random))
		if err != nil || !regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$`).MatchString(code) {
			t.Fatalf("got %q, %v", code, err)
		}
		return code
	}
	t.Run("once", func(t *testing.T) {
		d, h := newDesk(t)
		code := offer(t, d)
		if text := h.events[0].Fact.(desk.BindingOffered).Digest; strings.Contains(text, code[:4]) || len(text) != 64 {
			t.Errorf("the journal holds %q", text)
		}
		typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", "")) + " "
		if p, err := d.Bind(t.Context(), "chat-1", typed); p.UID != "bob" || err != nil {
			t.Fatalf("got %v, %v", p, err)
		}
		if p, err := d.Who("chat-1"); p.UID != "bob" || err != nil {
			t.Errorf("chat-1 is %v, %v", p, err)
		}
		p, err := d.Bind(t.Context(), "chat-2", code)
		wants(t, err, desk.BadBinding)
		if p.Known() {
			t.Errorf("a used code tells whose it was: %v", p)
		}
	})
	t.Run("guards", func(t *testing.T) {
		tests := map[string]struct {
			account string
			code    func(string) string
			late    time.Duration
			want    desk.Code
		}{
			"in time":    {"chat", strings.Clone, desk.CodeLife, ""},
			"late":       {"chat", strings.Clone, desk.CodeLife + time.Microsecond, desk.BadBinding},
			"no account": {"", strings.Clone, 0, desk.BadBinding},
			"no code":    {"chat", func(string) string { return "" }, 0, desk.BadBinding},
			"wrong code": {"chat", func(c string) string { return c[:13] + "2" }, 0, desk.BadBinding},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				d, _ := newDesk(t)
				code := test.code(offer(t, d))
				d.Now = func() time.Time { return now.Add(test.late) }
				p, err := d.Bind(t.Context(), test.account, code)
				wants(t, err, test.want)
				if (err == nil) != p.Known() {
					t.Errorf("got %v with %v", p, err)
				}
			})
		}
	})
	t.Run("two at once", func(t *testing.T) {
		d, h := newDesk(t)
		code := offer(t, d)
		h.before = func() {
			if _, err := d.Bind(t.Context(), "chat-1", code); err != nil {
				t.Error(err)
			}
		}
		_, err := d.Bind(t.Context(), "chat-2", code)
		wants(t, err, desk.BadBinding)
	})
	t.Run("nobody", func(t *testing.T) {
		d, h := newDesk(t)
		_, err := d.OfferBinding(t.Context(), "who", bytes.NewReader(random))
		wants(t, err, desk.UnknownPerson)
		if _, err := d.OfferBinding(t.Context(), "bob", bytes.NewReader(random[:3])); err == nil || len(h.events) > 0 {
			t.Errorf("a code without enough chance: %v", err)
		}
		for _, account := range []string{"", "chat-9"} {
			_, err = d.Who(account)
			wants(t, err, desk.NotBound)
		}
		h.people[""] = desk.Person{UID: "ghost"}
		_, err = d.Who("")
		wants(t, err, desk.NotBound)
	})
}

// Every state is one of States: what is counted or asked by state misses none.
func TestStatesAreAll(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "request.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []desk.State
	ast.Inspect(source, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && fmt.Sprint(spec.Type) == "State" {
			text, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			all = append(all, desk.State(text))
		}
		return true
	})
	for _, s := range all {
		if s != desk.None && !slices.Contains(desk.States(), s) {
			t.Errorf("%q is a state, and none of States", s)
		}
		if final := slices.Contains(desk.Unfinished(), s) == s.Final(); s != desk.None && final {
			t.Errorf("%q: final is %v, unfinished too", s, s.Final())
		}
	}
	if len(all) < 10 {
		t.Errorf("only %q were found", all)
	}
}
