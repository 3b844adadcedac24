package mirror

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A fold is what the events up to a position say. Its slices only grow at the
// end or are replaced, so that a reader may keep one without the lock.
type fold struct {
	at       desk.Seq
	highest  int64 // request number
	events   []desk.Event
	touching map[string][]desk.Seq // by request id, target, alias, proved address
	requests map[desk.ID]filed
	filing
	keyed    map[string]desk.ID
	done     []delay              // in the order in which they were
	offers   map[string]offer     // by digest
	persons  map[string]desk.Bond // by chat account
	heard    map[string]desk.Claim
	chats    map[desk.UID]string
	rights   register
	tokens   tokens
	latest   time.Time
	freeze   *desk.Event // what stopped every send, nil if they go on
	anchors  map[string]desk.Anchoring
	tally    desk.Tally
	editions []desk.Edition // of the rule book, the last is in force
	stopped  int            // requests that a brake holds
	digested string         // the last day on which everybody was told what awaits them
	trend    []desk.Point   // what comparisons have found
	ledger   ledger         // of addresses
}

// A filed request is written under the lock, and copied by who reads it.
type filed struct {
	*desk.Request
	place place // -1: it was erased, and is in no list
}

// A delay is how long a request took, and when it was done.
type delay struct {
	at   time.Time
	took time.Duration
}

type offer struct {
	to    desk.UID
	until time.Time
}

func newFold() fold {
	return fold{
		touching: map[string][]desk.Seq{},
		requests: map[desk.ID]filed{},
		filing:   newFiling(),
		keyed:    map[string]desk.ID{},
		offers:   map[string]offer{},
		persons:  map[string]desk.Bond{},
		heard:    map[string]desk.Claim{},
		chats:    map[desk.UID]string{},
		rights:   newRegister(),
		tokens:   newTokens(),
		anchors:  map[string]desk.Anchoring{},
		ledger:   newLedger(),
	}
}

// add folds one event in, or changes nothing and says why it cannot be.
func (f *fold) add(e desk.Event) error {
	if e.Seq != f.at+1 {
		return fmt.Errorf("event %d does not follow", e.Seq)
	}
	right, err := f.right(e)
	if err == nil && e.ID == "" {
		err = f.changeHouse(e)
	} else if err == nil {
		err = f.changeRequest(e)
	}
	if err != nil {
		return fmt.Errorf("fold event %d: %w", e.Seq, err)
	}
	if right.Known() {
		f.rights.keep(right)
		if past := f.touching[string(right.ID)]; len(past) == 0 || past[len(past)-1] != e.Seq { // a request that names it is there already
			f.touching[string(right.ID)] = append(past, e.Seq)
		}
	}
	f.at, f.events = e.Seq, append(f.events, e)
	f.record(e)
	f.hold(e)
	return nil
}

// hold keeps what holds the house back: a freeze, and what brakes count. That
// something was a freeze, or ended one, is known even when its words are gone.
func (f *fold) hold(e desk.Event) {
	if e.At.After(f.latest) {
		f.latest = e.At
	}
	fact := e.Fact
	if lost, gone := fact.(desk.Erased); gone {
		fact = lost.Was
	}
	switch fact := fact.(type) {
	case desk.Frozen:
		if f.freeze = &e; fact.Anchor != "" {
			f.anchors[fact.Anchor] = desk.Freezing
		}
	case desk.Thawed:
		f.freeze, f.latest = nil, e.At
		for root := range f.anchors {
			f.anchors[root] = desk.Accepted
		}
	}
	f.tally = f.tally.With(e, f.request(e.ID))
}

func (f *fold) changeRequest(e desk.Event) error {
	was := f.request(e.ID)
	r, err := was.With(e)
	if err != nil {
		return err
	}
	if err := f.edit(e, r); err != nil {
		return err
	}
	at := f.requests[e.ID]
	if at.Request == nil {
		if at, err = f.admit(e); err != nil {
			return err
		}
	}
	if r.State == desk.Settled && was.State != desk.Settled && !r.Erased {
		f.done = append(f.done, delay{r.Changed, r.Changed.Sub(r.Asked)})
	}
	if was.State == desk.Stopped {
		f.stopped--
	}
	if r.State == desk.Stopped {
		f.stopped++
	}
	if *at.Request, f.requests[e.ID] = r, at; at.place >= 0 {
		f.file(at.place, &was, &r)
	}
	touched := [...]string{string(e.ID), r.Action.Target, r.Action.Arg("alias"), string(desk.ProofOf(e.Fact).Address)}
	for i, name := range touched {
		if name != "" && !slices.Contains(touched[:i], name) {
			f.touching[name] = append(f.touching[name], e.Seq)
		}
	}
	return nil
}

// admit takes a new request in. Numbers only grow, and a key asks once. An erased one
// has its number, and no place.
func (f *fold) admit(e desk.Event) (filed, error) {
	asked, opens := e.Fact.(desk.Asked)
	n := number(e.ID)
	if n <= f.highest {
		return filed{}, fmt.Errorf("%q is not a new number after %d: %w", e.ID, f.highest, desk.ErrIllegal)
	}
	if first := f.keyed[asked.Key]; first != "" {
		return filed{}, fmt.Errorf("%s was asked already as %s: %w", e.ID, first, desk.ErrIllegal)
	}
	r := filed{new(desk.Request), -1}
	if f.highest = n; !opens {
		return r, nil
	}
	if asked.Key != "" {
		f.keyed[asked.Key] = e.ID
	}
	r.place = f.open(r.Request, e.By, asked.Action.Verb)
	return r, nil
}

// request is the request as it is; zero if there is none.
func (f *fold) request(id desk.ID) (r desk.Request) {
	if known := f.requests[id]; known.Request != nil {
		r = *known.Request
	}
	return r
}

// number is the n of "D-n", 0 for anything else.
func number(id desk.ID) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(id), "D-"), 10, 64)
	if err != nil || name(n) != id {
		return 0
	}
	return n
}

func name(n int64) desk.ID { return desk.ID("D-" + strconv.FormatInt(n, 10)) }

func (f *fold) changeHouse(e desk.Event) error {
	switch fact := e.Fact.(type) {
	case desk.BindingOffered:
		f.offers[fact.Digest] = offer{e.By, fact.Until}
	case desk.Bound:
		return f.bind(fact, e.By, e.At)
	case desk.Unbound:
		return f.unbind(fact)
	case desk.Heard:
		f.hear(fact, e.At)
	case desk.TokenIssued, desk.TokenEnded:
		return f.tokens.add(e)
	case desk.Digested:
		if fact.Day == "" || fact.Day == f.digested {
			return fmt.Errorf("digested again on %q: %w", fact.Day, desk.ErrIllegal)
		}
		f.digested = fact.Day
	case desk.Compared:
		trend, next := desk.Plotting(f.trend, fact.Point)
		if !next || e.By != desk.System {
			return fmt.Errorf("compared on %q: %w", fact.Point.Day, desk.ErrIllegal)
		}
		f.trend = trend
	case desk.BookActivated:
		return f.begin(e, fact)
	case desk.Erased:
		return f.lose(fact, e.Subject)
	case desk.Registered, desk.Vanished:
		return f.enroll(e)
	case desk.Noticed:
		if fact.Of == "" {
			return fmt.Errorf("notice of nothing: %w", desk.ErrIllegal)
		}
	case desk.Granted: // see right
	case desk.Forgotten, desk.Redacted: // the journal yields no more what they destroy
	default:
		return fmt.Errorf("%T without a request: %w", e.Fact, desk.ErrIllegal)
	}
	return nil
}

// lose checks that a fact without its words is missed by nothing that stands:
// erased are all that concern somebody, or what had come to its end. To cut out
// a revocation alone would give back what was revoked.
func (f *fold) lose(e desk.Erased, subject desk.UID) error {
	switch e.Was.(type) {
	case desk.Granted, desk.BindingOffered, desk.Bound, desk.Unbound:
		if f.chats[subject] == "" { // of rights, see right
			return nil
		}
	case desk.TokenIssued, desk.TokenEnded: // to cut out an end alone would give the token back
		if len(f.tokens.of[subject]) == 0 {
			return nil
		}
	case desk.Registered, desk.Vanished: // else to cut out one alone would end a quarantine
		if subject != desk.System && f.chats[subject] == "" {
			return nil
		}
	case desk.Forgotten:
		return nil
	}
	return fmt.Errorf("%T cut out: %w", e.Was, desk.ErrIllegal)
}
