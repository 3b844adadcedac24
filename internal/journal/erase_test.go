package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/mirror"
)

// deskOn is a desk that only keeps records.
func deskOn(t testing.TB, l *Log, now *time.Time) *desk.Desk {
	t.Helper()
	m := mirror.New(l)
	if err := m.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &desk.Desk{Journal: l, View: m, Now: func() time.Time { return *now }}
}

// record changes a request, or the house, by facts.
func record(t testing.TB, d *desk.Desk, id desk.ID, by desk.UID, facts ...desk.Fact) {
	t.Helper()
	if _, err := d.Change(t.Context(), id, by, func(desk.Request) ([]desk.Fact, error) { return facts, nil }); err != nil {
		t.Fatal(err)
	}
}

// life is a request for somebody's mailbox from beginning to end; its words
// begin with the person's login.
func life(t testing.TB, d *desk.Desk, id desk.ID, by, owner desk.UID, end ...desk.Fact) {
	t.Helper()
	word := string(owner) + "-"
	account := desk.Account{ID: word + "box", Address: desk.Address(word + "mail@u.fr"), Owner: owner, Name: word + "name"}
	record(t, d, id, by, desk.Asked{Action: desk.Action{Verb: desk.QuotaSet, Target: word + "mail@u.fr", Args: "size=2G"}, Mailbox: account.ID,
		Owner: owner, Reason: word + "reason", Key: string(id)},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed, Rule: "r"}})
	record(t, d, id, desk.System, desk.Announced{Role: desk.ToAsker, Post: desk.Post{Channel: word + "channel", ID: word + "post"}})
	record(t, d, id, desk.System, desk.Started{Attempt: 1, Before: account})
	record(t, d, id, desk.System, append([]desk.Fact{}, end...)...)
}

// files is every byte of a folder.
func files(t testing.TB, folder string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Of somebody forgotten no byte is left that says anything: not of what he was
// called, nor of his key, in no file; and the history still verifies.
func TestErasureLeavesNoByte(t *testing.T) {
	folder, now, k := t.TempDir(), noon, newKey(t, "u.fr/journal")
	l := open(t, filepath.Join(folder, "journal.db"))
	d := deskOn(t, l, &now)
	for i := range 60 { // so that there are pages before and after
		life(t, d, desk.ID(fmt.Sprint("D-", 2*i+1)), "ann", desk.UID(fmt.Sprintf("someone%d", i)), desk.Done{Attempt: 1})
		if i%6 == 0 {
			life(t, d, desk.ID(fmt.Sprint("D-", 2*i+2)), "ann", "canary", desk.Done{Attempt: 1, Proof: desk.Account{ID: "canary-box", Address: "canary-mail@u.fr"}})
		}
	}
	life(t, d, "D-900", "canary", "ann", desk.Failed{Attempt: 1, Final: true})
	record(t, d, "", "ann", desk.Granted{Grant: desk.Grant{To: "canary", Domains: []string{"canary-domain.fr"}}})
	record(t, d, "", "canary", desk.BindingOffered{Digest: "canary-digest", Until: noon}, desk.Bound{Account: "canary-account", Digest: "canary-digest"})
	number, err := l.persons.called(t.Context(), "canary")
	if err != nil {
		t.Fatal(err)
	}
	var key []byte
	if err := l.persons.db.QueryRowContext(t.Context(), `SELECT key FROM person WHERE number = $1`, number).Scan(&key); err != nil || len(key) != keySize {
		t.Fatal(key, err)
	}
	if all := files(t, folder); !bytes.Contains(all, []byte("canary")) || !bytes.Contains(all, key) || bytes.Contains(all, []byte("canary-")) {
		t.Error("before: the login and key are to be there, and nothing else in the clear")
	}
	before, err := os.ReadFile(filepath.Join(folder, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Forget(t.Context(), "ann", "canary"); err != nil {
		t.Fatal(err)
	}
	if all := append(files(t, folder), before...); bytes.Contains(all, []byte("canary")) || bytes.Contains(all, key) {
		t.Errorf("after: login %d, key %d times", bytes.Count(all, []byte("canary")), bytes.Count(all, key))
	}
	var out bytes.Buffer
	signed, c, err := l.Sign(t.Context(), k)
	if err == nil {
		_, err = l.Verify(t.Context())
	}
	if err == nil {
		err = l.Export(t.Context(), &out, signed, c, everything)
	}
	if err != nil || bytes.Contains(out.Bytes(), []byte("canary")) || !bytes.Contains(out.Bytes(), []byte("someone7-reason")) {
		t.Errorf("export: %v", err)
	}
	if !verifier(t)(k.Public(), out.Bytes())[0] {
		t.Error("the export does not verify")
	}
	if text := memoryOf(d); strings.Contains(text, "canary") {
		t.Errorf("memory still has %s", text)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := deskOn(t, open(t, filepath.Join(folder, "journal.db")), &now)
	if r, _ := again.View.Request("D-2"); !r.Erased || r.State != desk.Settled {
		t.Errorf("%+v", r)
	}
	if id, _ := again.View.Next(); id != "D-901" {
		t.Errorf("next is %s", id)
	}
}

// memoryOf is what the view still tells.
func memoryOf(d *desk.Desk) string {
	var b strings.Builder
	for r := range d.View.Requests(desk.Query{}) {
		fmt.Fprintf(&b, "%+v\n", r)
	}
	for _, of := range []string{"canary-mail@u.fr", "D-2", "D-900"} {
		for e := range d.View.History(context.Background(), of) {
			fmt.Fprintf(&b, "%+v\n", e)
		}
	}
	fmt.Fprintf(&b, "%v %s %v", d.View.Correspondents(), d.View.Binding("canary-account"), d.View.Chat("canary"))
	return b.String()
}

// A program that stopped between the record and the destruction, or persons of
// an older copy: whoever reads the record destroys the key.
func TestErasureIsFinishedLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	l := open(t, path)
	mustAppend(t, l, 0, notes(0, 2)...)
	mustAppend(t, l, 2, desk.Event{Seq: 3, At: noon, By: "ann", Subject: "bob", Fact: desk.Forgotten{Who: "bob"}})
	if err := l.Close(); err != nil { // nobody has read it
		t.Fatal(err)
	}
	reader, err := ReadSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	mustRead(t, reader, 0)
	if who, err := reader.persons.of(t.Context(), 3); err != nil || who.key != nil {
		t.Errorf("the reader still knows %q, %v", who.login, err)
	}
	if !bytes.Contains(files(t, filepath.Dir(path)), []byte("bob")) {
		t.Error("a reader has written")
	}
	open(t, path) // verifies the tail
	if bytes.Contains(files(t, filepath.Dir(path)), []byte("bob")) {
		t.Error("the login is still there")
	}
}

// Lost persons are not forgotten ones.
func TestLostPersonsAreNotErased(t *testing.T) {
	path := written(t, 5)
	if err := os.Remove(path + ".persons"); err != nil {
		t.Fatal(err)
	}
	l, err := OpenSQLite(t.Context(), path, nil)
	if err == nil {
		l.Close()
	}
	if !errors.Is(err, ErrNoPerson) {
		t.Errorf("opened: %v", err)
	}
}

const day = 24 * time.Hour

// Words of rights are kept while somebody has one, or asks for one, and for the
// term after the end of the last.
func TestRetentionOfRights(t *testing.T) {
	now := noon
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	d := deskOn(t, l, &now)
	terms := Terms{Requests: 10 * day, Announcements: 10 * day, People: 60 * day}
	record(t, d, "", "ann", desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}, Until: noon.Add(100 * day)}})
	record(t, d, "D-1", "ann", desk.Asked{Action: desk.Action{Verb: desk.DelegationDeputy, Target: "M-1", Args: "person=zoe until=2027-12-31"}, Owner: "zoe"},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"person:eve"}, Needed: 1}}}})
	erased := func(at time.Time, want int) {
		t.Helper()
		now = at
		if n, err := l.Retain(t.Context(), d, terms); err != nil || n != want {
			t.Errorf("on day %v, %d events were redacted, %v", at.Sub(noon)/day, n, err)
		}
	}
	erased(noon.Add(159*day), 0)
	erased(noon.Add(160*day), 1) // bob's; what waits about zoe does not
	record(t, d, "D-1", "ann", desk.Withdrawn{})
	erased(noon.Add(219*day), 0)
	erased(noon.Add(220*day), 3)
	if err := mirror.New(l).CatchUp(t.Context()); err != nil {
		t.Error(err)
	}
}

// At each moment exactly what is past its term has no words left.
func TestRetention(t *testing.T) {
	now := noon
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	d := deskOn(t, l, &now)
	due := map[desk.Seq]time.Time{} // zero = never
	at := desk.Seq(0)
	expect := func(when ...time.Time) { // of each event just recorded, in order
		for _, w := range when {
			at++
			due[at] = w
		}
	}
	terms := Terms{Requests: 300 * day, Announcements: 100 * day, People: 60 * day}
	id := 0
	for month := range 12 {
		now = noon.Add(time.Duration(month) * 30 * day)
		end, told := now.Add(terms.Requests), now.Add(terms.Announcements)
		id += 3
		life(t, d, desk.ID(fmt.Sprint("D-", id-2)), "ann", "bob", desk.Done{Attempt: 1})
		expect(end, end, told, end, end)
		life(t, d, desk.ID(fmt.Sprint("D-", id-1)), "ann", "bob", desk.Unknown{Attempt: 1, Looks: 1}) // unfinished
		expect(time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{})
		who := desk.UID(fmt.Sprint("person", month))
		record(t, d, "", "ann", desk.Granted{Grant: desk.Grant{To: who, Domains: []string{"u.fr"}}})
		if month%2 == 0 {
			_, at := d.View.Request("")
			m := desk.Mandate(fmt.Sprint("M-", at))
			record(t, d, desk.ID(fmt.Sprint("D-", id)), "ann", desk.Asked{Action: desk.Action{Verb: desk.DelegationRevoke, Target: string(m)}, Owner: who},
				desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}}, desk.Revoked{Of: m})
			gone := now.Add(terms.People)
			expect(gone, gone, gone, gone)
		} else {
			expect(time.Time{})
		}
		record(t, d, "", who+"b", desk.BindingOffered{Digest: string(who), Until: now})
		expect(now.Add(terms.People))
	}
	record(t, d, "", "bound", desk.BindingOffered{Digest: "d", Until: now}, desk.Bound{Account: "a", Digest: "d"})
	expect(time.Time{}, time.Time{})
	total := 0
	for month := range 26 {
		now = noon.Add(time.Duration(month)*30*day + time.Hour)
		n, err := l.Retain(t.Context(), d, terms)
		if err != nil {
			t.Fatal(err)
		}
		total += n
		for e, err := range l.walk(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			when, known := due[e.seq]
			if _, record := e.event.Fact.(desk.Redacted); record {
				continue
			}
			_, erased := e.event.Fact.(desk.Erased)
			if !known || erased != (!when.IsZero() && !when.After(now)) || erased != (len(e.payload) == 0) {
				t.Fatalf("month %d, event %d, due %v: %T", month, e.seq, when, e.event.Fact)
			}
		}
		if _, err := l.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if total != 12*8 {
		t.Errorf("%d events were redacted", total)
	}
	if m := mirror.New(l); m.CatchUp(t.Context()) != nil {
		t.Error("what is left does not fold")
	}
}

// What was redacted is in no file, and where a request was told of is not told again.
func TestRedactionLeavesNoByte(t *testing.T) {
	now, folder := noon, t.TempDir()
	l := open(t, filepath.Join(folder, "journal.db"))
	d := deskOn(t, l, &now)
	for i := range 50 {
		life(t, d, desk.ID(fmt.Sprint("D-", i+1)), "ann", "bob", desk.Done{Attempt: 1, Proof: desk.Account{ID: "x", Address: "x@u.fr", Name: strings.Repeat("long", 2000)}})
	}
	page, err := l.page(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	now = noon.Add(400 * day)
	if n, err := l.Retain(t.Context(), d, Terms{Announcements: 365 * day}); err != nil || n != 50 {
		t.Errorf("announcements: %d, %v", n, err)
	}
	if r, _ := d.View.Request("D-7"); !r.Hushed || r.Erased {
		t.Errorf("%+v", r)
	}
	now = noon.Add(1200 * day)
	if n, err := l.Retain(t.Context(), d, Terms{Requests: 1095 * day}); err != nil || n != 200 {
		t.Errorf("requests: %d, %v", n, err)
	}
	all := files(t, folder)
	for _, r := range page {
		if piece := r.payload[len(r.payload)/2:][:24]; bytes.Contains(all, piece) {
			t.Fatalf("a piece of event %d is still there", r.seq)
		}
	}
	if n, err := l.Retain(t.Context(), d, Terms{Requests: 1095 * day, Announcements: 1, People: 1}); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
}

// A term never ends a freeze, nor takes away what a deleted mailbox comes back by.
func TestRetentionKeepsWhatIsInForce(t *testing.T) {
	now := noon
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	d := deskOn(t, l, &now)
	if err := d.Freeze(t.Context(), desk.ByFile, "first"); err != nil {
		t.Fatal(err)
	}
	thaw := desk.Request{ID: "D-2", Action: desk.Action{Verb: desk.HouseThaw}}
	record(t, d, "D-2", "ann", desk.Asked{Action: thaw.Action, Key: "thaw"}, desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:a"}, Needed: 1}}}})
	record(t, d, "D-2", "zoe", desk.Approved{Digest: thaw.Digest()}, desk.Thawed{})
	record(t, d, "D-3", "ann", desk.Asked{Action: desk.Action{Verb: desk.AccountDelete, Target: "bob@u.fr"}, Mailbox: "z", Owner: "bob", Key: "delete"},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}})
	record(t, d, "D-3", desk.System, desk.Started{Attempt: 1}, desk.Done{Attempt: 1})
	if err := d.Freeze(t.Context(), desk.ByFile, "second"); err != nil {
		t.Fatal(err)
	}
	record(t, d, "D-1", desk.System, desk.Announced{Role: desk.ToAsker}) // its end comes after that of the thaw
	for _, after := range []struct {
		days  time.Duration
		words string // still there
	}{{20, "D-3 D-4 "}, {31, "D-4 "}} {
		now = noon.Add(after.days * 24 * time.Hour)
		if _, err := l.Retain(t.Context(), d, Terms{Requests: 24 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		fresh := mirror.New(l)
		for name, v := range map[string]desk.View{"at once": d.View, "after a restart": fresh} {
			if err := v.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			words := ""
			for _, id := range []desk.ID{"D-1", "D-2", "D-3", "D-4"} {
				if r, _ := v.Request(id); !r.Erased {
					words += string(id) + " "
				} else if r.State != desk.Settled {
					t.Errorf("%s: %s is said to be %s", name, id, r.State)
				}
			}
			if e, frozen := v.Freeze(); words != after.words || !frozen || e.ID != "D-4" {
				t.Errorf("%s, after %d days: %q, frozen %v by %s", name, after.days, words, frozen, e.ID)
			}
		}
	}
}

// A book that was in force is kept for ever: decisions name it. One that was only
// proposed reaches its term like any other request.
func TestRetentionKeepsTheBooks(t *testing.T) {
	now := noon
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	d := deskOn(t, l, &now)
	book := func(text string) desk.Book {
		return desk.Book{Name: text, Files: []desk.BookFile{{Name: "a.yaml", Text: text}}}
	}
	if err := d.Seed(t.Context(), book("first")); err != nil {
		t.Fatal(err)
	}
	pending := desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:a"}, Needed: 1}}}}
	for i, text := range []string{"second", "refused"} {
		r := desk.Request{ID: desk.ID(fmt.Sprintf("D-%d", i+1)), Action: desk.Action{Verb: desk.RulesActivate, Args: "book=" + book(text).Digest() + " from=" + book("first").Digest()}}
		record(t, d, r.ID, "ann", desk.Asked{Action: r.Action, Key: text, Reason: "why", Proposal: &desk.Proposal{Book: book(text)}}, pending)
		if text == "second" {
			record(t, d, r.ID, "zoe", desk.Approved{Digest: r.Digest()})
		} else {
			record(t, d, r.ID, "zoe", desk.Refused{})
		}
	}
	record(t, d, "", "ann", desk.Forgotten{Who: "ann"})
	now = noon.AddDate(20, 0, 0)
	if _, err := l.Retain(t.Context(), d, Terms{Requests: 24 * time.Hour, Announcements: 1, People: 1}); err != nil {
		t.Fatal(err)
	}
	fresh := mirror.New(l)
	if err := fresh.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	editions := fresh.Editions()
	if len(editions) != 2 || editions[0].Files[0].Text != "first" || editions[1].Files[0].Text != "second" {
		t.Errorf("%+v", editions)
	}
	if r, _ := fresh.Request("D-2"); !r.Erased {
		t.Error("what was refused is kept for ever")
	}
}

// Who received an alias was read, and is in a request that is somebody else's:
// to forget them leaves nothing of what was read.
func TestWhoReceivedAnAliasIsForgotten(t *testing.T) {
	folder, now := t.TempDir(), noon
	l := open(t, filepath.Join(folder, "journal.db"))
	d := deskOn(t, l, &now)
	from := desk.Account{ID: "from", Address: "from@u.fr", Owner: "bob"}
	to := desk.Account{ID: "to", Address: "to@u.fr", Owner: "zoe", Name: "canary-name", Detail: &desk.Detail{Notes: "canary-notes"}}
	takes, gives := desk.Action{Verb: desk.AliasRemove, Target: "from@u.fr", Args: "alias=x@u.fr"}, desk.Action{Verb: desk.AliasAdd, Target: "to@u.fr", Args: "alias=x@u.fr"}
	record(t, d, "D-1", "ann", desk.Asked{Action: desk.Action{Verb: desk.AliasMove, Target: "from@u.fr", Args: "alias=x@u.fr to=to@u.fr"}, Mailbox: from.ID, Owner: from.Owner, Key: "move"},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}},
		desk.Planned{Plan: desk.Plan{Steps: []desk.Step{{Do: takes, Undo: gives}, {Do: gives, Undo: takes, Mailbox: to.ID}}}},
		desk.Started{Attempt: 1, Before: from}, desk.Stepped{Attempt: 1, Proof: from}, desk.Started{Attempt: 2, Step: 1, Before: to})
	if err := d.Forget(t.Context(), "ann", "zoe"); desk.CodeOf(err) != desk.StillConcerned {
		t.Errorf("in the middle: %v", err)
	}
	record(t, d, "D-1", desk.System, desk.Done{Attempt: 2, Proof: to})
	life(t, d, "D-2", "ann", "bob", desk.Done{Attempt: 1})
	if err := d.Forget(t.Context(), "ann", "zoe"); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for e, err := range l.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := json.Marshal(e.Fact); bytes.Contains(text, []byte("canary-")) || bytes.Contains(text, []byte("to@u.fr")) {
			t.Errorf("event %d, %T, still says %s", e.Seq, e.Fact, text)
		}
		if _, gone := e.Fact.(desk.Erased); e.ID == "D-2" && !gone {
			kept++
		}
	}
	if kept != 5 {
		t.Errorf("of the other request %d events are left", kept)
	}
	if _, err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	m := mirror.New(l)
	if err := m.CatchUp(t.Context()); err != nil {
		t.Error(err)
	}
}
