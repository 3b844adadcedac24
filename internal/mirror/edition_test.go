package mirror

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func textBook(text string) desk.Book {
	return desk.Book{Name: text, Files: []desk.BookFile{{Name: "a.yaml", Text: text}}}
}

func bookAction(v desk.Verb, book, from string) desk.Action {
	a, err := desk.NewAction(v, "", map[string]string{"book": textBook(book).Digest(), "from": textBook(from).Digest()})
	if err != nil {
		panic(err)
	}
	return a
}

func put(text string) desk.BookActivated {
	return desk.BookActivated{Digest: textBook(text).Digest(), Book: textBook(text)}
}

// brings is the life of a request that puts a book in force, approved or not.
func brings(id desk.ID, v desk.Verb, book, from string, approved bool) []desk.Event {
	action := bookAction(v, book, from)
	events := []desk.Event{event(id, "ann", desk.Asked{Action: action, Key: string(id), Via: desk.Portal, Proposal: &desk.Proposal{Book: textBook(book)}})}
	if !approved {
		return append(events, event(id, "x", allowed), event(id, "ann", put(book)))
	}
	r := desk.Request{ID: id, Action: action}
	return append(events, event(id, "x", pending), event(id, "bob", desk.Approved{Digest: r.Digest()}), event(id, "bob", put(book)))
}

func TestEditions(t *testing.T) {
	seed := []desk.Event{event("", desk.System, put("a"))}
	toB := brings("D-1", desk.RulesActivate, "b", "a", true)
	later := func(events []desk.Event, by time.Duration) []desk.Event {
		events = slices.Clone(events)
		for i := range events {
			events[i].At = events[i].At.Add(by)
		}
		return events
	}
	for name, c := range map[string]struct {
		events []desk.Event
		want   string // the texts of the editions, "" if the last event cannot be
	}{
		"seed":                {seed, "a"},
		"seeded twice":        {append(slices.Clone(seed), event("", desk.System, put("b"))), ""},
		"seeded by somebody":  {[]desk.Event{event("", "ann", put("a"))}, ""},
		"seed of other text":  {[]desk.Event{event("", desk.System, desk.BookActivated{Digest: textBook("b").Digest(), Book: textBook("a")})}, ""},
		"activated":           {slices.Concat(seed, toB), "ab"},
		"without a first":     {toB, ""},
		"against another":     {slices.Concat(seed, toB, brings("D-2", desk.RulesActivate, "c", "a", true)), ""},
		"alone":               {slices.Concat(seed, brings("D-1", desk.RulesActivate, "b", "a", false)), ""},
		"undone":              {slices.Concat(seed, toB, brings("D-2", desk.RulesUndo, "a", "b", false)), "aba"},
		"undone in a day":     {slices.Concat(seed, toB, later(brings("D-2", desk.RulesUndo, "a", "b", false), 24*time.Hour)), "aba"},
		"undone too late":     {slices.Concat(seed, toB, later(brings("D-2", desk.RulesUndo, "a", "b", false), 24*time.Hour+time.Microsecond)), ""},
		"undone to another":   {slices.Concat(seed, toB, brings("D-2", desk.RulesUndo, "c", "b", false)), ""},
		"undone by two":       {slices.Concat(seed, toB, brings("D-2", desk.RulesUndo, "a", "b", true)), "aba"},
		"undone, then redone": {slices.Concat(seed, toB, brings("D-2", desk.RulesUndo, "a", "b", false), brings("D-3", desk.RulesUndo, "b", "a", false)), ""},
		"rolled back":         {slices.Concat(seed, toB, brings("D-2", desk.RulesRollback, "a", "b", true)), "aba"},
		"rolled back alone":   {slices.Concat(seed, toB, brings("D-2", desk.RulesRollback, "a", "b", false)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := New(journalOf(t, c.events...))
			err := m.CatchUp(t.Context())
			if c.want == "" {
				if !errors.Is(err, desk.ErrIllegal) {
					t.Errorf("folded: %v", err)
				}
				return
			}
			must(t, err)
			got := ""
			for _, e := range m.Editions() {
				got += e.Files[0].Text
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestABookIsNotCutOut(t *testing.T) {
	f := newFold()
	e := event("", desk.System, desk.Erased{Was: desk.BookActivated{}})
	if e.Seq = 1; !errors.Is(f.add(e), desk.ErrIllegal) {
		t.Error("folded")
	}
}
