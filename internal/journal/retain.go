package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Terms says how long words are kept once what they belong to has ended; 0 is
// for ever.
type Terms struct {
	Requests      time.Duration // from the last event of a request that is final
	Announcements time.Duration // the same, of where it was told of
	People        time.Duration // from the last event of somebody with neither delegation nor chat account bound
}

// atMost bounds the events of one Redacted, but for those of one request.
const atMost = 1000

// Retain destroys the words that have reached their term, and tells how many
// events had them. Nothing is due that anything unfinished or in force needs.
func (l *Log) Retain(ctx context.Context, d *desk.Desk, terms Terms) (int, error) {
	if err := d.View.CatchUp(ctx); err != nil {
		return 0, fmt.Errorf("retain: %w", err)
	}
	due, err := l.due(ctx, d, terms)
	if err != nil {
		return 0, fmt.Errorf("retain: %w", err)
	}
	done := 0
	for len(due) > 0 {
		var events []desk.Seq
		for len(due) > 0 && len(events) < atMost { // what belongs together goes together
			events, due = append(events, due[0]...), due[1:]
		}
		slices.Sort(events)
		// Reading this fact destroys the words: see accept.
		_, err := d.Change(ctx, "", desk.System, func(desk.Request) ([]desk.Fact, error) {
			return []desk.Fact{desk.Redacted{Events: events}}, nil
		})
		if err != nil {
			return done, fmt.Errorf("retain: %w", err)
		}
		done += len(events)
	}
	return done, nil
}

// A matter is what words are kept for.
type matter struct {
	request desk.ID
	person  desk.UID
}

// due groups the events whose words are due by what they belong to.
func (l *Log) due(ctx context.Context, d *desk.Desk, terms Terms) (groups [][]desk.Seq, err error) {
	view, now := d.View, d.Now()
	last, words, posts, moving := map[matter]time.Time{}, map[matter][]desk.Seq{}, map[matter][]desk.Seq{}, map[desk.UID]bool{}
	for e, err := range l.walk(ctx, 0) {
		if err != nil {
			return nil, err
		}
		r, _ := view.Request(e.event.ID)
		m, ok := matterOf(e.event, r)
		if !ok {
			continue
		}
		moving[m.person] = moving[m.person] || r.ID != "" && !r.State.Final()
		last[m] = e.event.At
		if _, announced := e.event.Fact.(desk.Announced); announced {
			posts[m] = append(posts[m], e.seq)
		} else if e.salt != nil {
			words[m] = append(words[m], e.seq)
		}
	}
	for m, ended := range last {
		past := func(term time.Duration) bool { return term > 0 && !ended.Add(term).After(now) }
		if r, _ := view.Request(m.request); m.request != "" && r.State.Final() && !needed(view, r, now) && !d.Keeps(r) {
			if past(terms.Requests) {
				groups = append(groups, slices.Concat(words[m], posts[m]))
			} else if past(terms.Announcements) {
				groups = append(groups, posts[m])
			}
		}
		if m.request == "" && past(terms.People) && !moving[m.person] && !holds(view, m.person, now, terms.People) && view.Chat(m.person) == "" {
			groups = append(groups, words[m])
		}
	}
	groups = slices.DeleteFunc(groups, func(g []desk.Seq) bool { return len(g) == 0 })
	slices.SortFunc(groups, func(a, b []desk.Seq) int { return cmp.Compare(a[0], b[0]) })
	return groups, nil
}

// needed: a freeze still holds, decisions name the book that the request put in
// force, or what was deleted may be given back by what is
// known of it, and of its coming back.
func needed(view desk.Fold, r desk.Request, now time.Time) bool {
	freeze, frozen := view.Freeze()
	book := r.Proposal != nil && r.State == desk.Settled
	returns := r.Action.Verb == desk.AccountDelete || r.Action.Verb == desk.AccountRestore
	return book || frozen && freeze.ID == r.ID || returns && r.State == desk.Settled && now.Before(r.Changed.Add(desk.Term))
}

// holds: a token of his stands, or a right of his that was not revoked is not
// over, or has not been for as long as the term.
func holds(view desk.Fold, who desk.UID, now time.Time, term time.Duration) bool {
	if slices.ContainsFunc(view.Tokens(who), func(t desk.Token) bool { return t.Stands(now) }) {
		return true
	}
	return slices.ContainsFunc(view.Correspondents()[who], func(d desk.Delegation) bool {
		return d.Until.IsZero() || now.Before(d.Until.Add(term))
	})
}

// matterOf is false for what is kept for ever, such as what was erased and why.
// Requests about somebody's rights are kept as long as he has any.
func matterOf(e desk.Event, r desk.Request) (matter, bool) {
	switch r.Action.Verb {
	case desk.DelegationGrant, desk.DelegationDeputy, desk.DelegationRevoke:
		return matter{person: e.Subject}, true
	}
	if e.ID != "" {
		return matter{request: e.ID}, true
	}
	switch e.Fact.(type) {
	case desk.Granted, desk.BindingOffered, desk.Bound, desk.Unbound, desk.TokenIssued, desk.TokenEnded:
		return matter{person: e.Subject}, true
	}
	return matter{}, false
}

// redact empties the payloads of events, if any still has one. Their headers and
// commitments stay.
func (l *Log) redact(ctx context.Context, events []desk.Seq) error {
	if l.writer == nil || len(events) == 0 {
		return nil
	}
	list := make([]string, len(events))
	for i, seq := range events {
		list[i] = strconv.FormatInt(int64(seq), 10)
	}
	which, left := ` WHERE length(payload) > 0 AND seq IN (`+strings.Join(list, ", ")+`)`, 0
	if err := l.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM event`+which).Scan(&left); err != nil {
		return fmt.Errorf("look for what is to be redacted: %w", err)
	}
	if left == 0 {
		return nil
	}
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	if _, err := l.writer.ExecContext(ctx, `UPDATE event SET payload = $1`+which, []byte{}); err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	return l.clean(ctx, l.writer)
}
