package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// ErrReread says that the directory cannot be followed from where the census
// is: it is to be read again.
var ErrReread = errors.New("the server no longer knows how far we are")

// Told is what is done with changes. They are true of a moment that is known; no
// change means that there was none until then. Its error ends the following.
type Told func(changes []Change, at time.Time) error

// Way says how the census can be followed.
func (c *Census) Way() Way { return c.way }

// Follow tells every change of the directory since the census, within a second or
// two of its happening, and keeps the census like the directory. It returns at the
// end of ctx, or with an error: the census may then still be followed, unless the
// error is one of told, or ErrReread.
func (d *Directory) Follow(ctx context.Context, c *Census, now func() time.Time, told Told) error {
	if c.way == Rereading {
		<-ctx.Done()
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &following{Directory: d, census: c, now: now, told: told}
	err := error(nil)
	if c.way == Syncrepl {
		err = f.listen(ctx)
	} else {
		err = f.poll(ctx)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("follow directory: %w", err)
	}
	return nil
}

// A following is one at work.
type following struct {
	*Directory
	census *Census
	now    func() time.Time
	told   Told

	certain []news // what the lines have said, and is not told yet
}

// tell takes news in and tells whom they concern.
func (f *following) tell(all []news, at time.Time) error {
	w := newWhom()
	for _, n := range all {
		f.census.take(n, w)
	}
	stats := f.census.Stats()
	f.stats.Store(&stats)
	return f.told(f.census.changes(w), at)
}

// most is how many news are taken in at once.
const most = 500

// listen follows by syncrepl: one line for each kind of entries, since a line
// that gives people has no more to say of the answers to others.
func (f *following) listen(ctx context.Context) error {
	heard := make(chan said, most)
	var lines []*wire
	defer func() {
		for _, w := range lines {
			w.hangUp()
		}
	}()
	sessions := [kinds]*session{}
	for k := range kinds {
		q := f.config.of(k, Syncrepl)
		if q.filter == "" {
			continue
		}
		w, err := f.config.dial(ctx)
		if err != nil {
			return err
		}
		lines = append(lines, w)
		w.SetTimeout(0) // the answer has no end, and is waited for
		sessions[k] = &session{kind: k, mark: f.census.marks[k]}
		asked := ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, 0, 0, false, q.filter, q.attributes, nil)
		answer := w.Syncrepl(ctx, asked, 1, ldap.SyncRequestModeRefreshAndPersist, []byte(sessions[k].mark.cookie), false)
		go hear(ctx, k, answer, heard)
	}
	return f.converse(ctx, lines, sessions, heard)
}

// said is one message of a line, or its end.
type said struct {
	kind     kind
	entry    *record
	controls []ldap.Control
	err      error
}

// hear passes on what a line says. A line of which the answer ends is broken:
// there is always more to come.
func hear(ctx context.Context, k kind, from ldap.Response, to chan<- said) {
	pass := func(s said) bool {
		select {
		case to <- s:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for from.Next() {
		s := said{kind: k, controls: slices.Clone(from.Controls())}
		if from.Referral() != "" {
			s.err = errReferral
		}
		if e := from.Entry(); e != nil {
			s.entry = recordOf(e)
		}
		if !pass(s) || s.err != nil {
			return
		}
	}
	err := from.Err()
	if err == nil {
		err = errors.New("the server has ended the answer")
	}
	if answered(err) { // not a lost line, but a server that has forgotten, or was put back to an earlier state
		err = fmt.Errorf("%w: %w", ErrReread, err)
	}
	pass(said{kind: k, err: err})
}

// converse takes in what the lines say, and from time to time asks them all
// whether they still live: what is known is then of when that was asked.
func (f *following) converse(ctx context.Context, lines []*wire, sessions [kinds]*session, heard <-chan said) error {
	probe := time.NewTicker(f.config.Probe)
	defer probe.Stop()
	patience := time.NewTimer(f.config.Timeout) // to refresh
	defer patience.Stop()
	alive, asking := make(chan pulse, 1), false
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-heard:
			patience.Reset(f.config.Timeout)
			if err := f.hear(sessions, s, heard); err != nil {
				return err
			}
		case <-patience.C:
			if !refreshed(sessions) {
				return fmt.Errorf("refresh: %w", context.DeadlineExceeded)
			}
		case <-probe.C:
			// Beside the hearing: what the lines say before the answer must go by.
			if !asking && refreshed(sessions) {
				asking = true
				at := f.now()
				go func() { alive <- pulse{at, f.config.alive(ctx, lines)} }()
			}
		case p := <-alive:
			asking = false
			if p.err != nil {
				return p.err
			}
			if len(heard) == 0 {
				if err := f.told(nil, p.at); err != nil {
					return err
				}
			}
		}
	}
}

// A pulse is when the lines were asked, and what they said.
type pulse struct {
	at  time.Time
	err error
}

func refreshed(sessions [kinds]*session) bool {
	return !slices.ContainsFunc(sessions[:], func(s *session) bool { return s != nil && !s.refreshed })
}

// alive asks every line for nothing.
func (c Config) alive(ctx context.Context, lines []*wire) error {
	for _, w := range lines {
		_, err := w.search(ctx, query{c.people().base, ldap.ScopeBaseObject, "(objectClass=*)", []string{"1.1"}})
		if err != nil {
			return fmt.Errorf("ask whether the line lives: %w", err)
		}
	}
	return nil
}

// hear takes in one message and all that wait behind it, and tells what they change.
func (f *following) hear(sessions [kinds]*session, s said, heard <-chan said) error {
	at := f.now()
	for more := true; more; {
		var some []news
		if s.err == nil {
			some, s.err = sessions[s.kind].take(s, f.census)
		}
		f.certain = append(f.certain, some...)
		if s.err != nil || len(f.certain) >= most {
			break
		}
		select {
		case s = <-heard:
		default:
			more = false
		}
	}
	return errors.Join(f.commit(sessions, at), s.err)
}

// commit tells what has become certain, and only then moves the marks. Before
// all lines are refreshed nothing is: one kind of entries alone is of no moment.
func (f *following) commit(sessions [kinds]*session, at time.Time) error {
	if !refreshed(sessions) {
		return nil
	}
	if len(f.certain) > 0 {
		if err := f.tell(f.certain, at); err != nil {
			return err
		}
	}
	f.certain = nil
	for k, s := range sessions {
		if s != nil {
			f.census.marks[k] = s.mark
		}
	}
	return nil
}
