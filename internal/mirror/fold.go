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
	touching map[string][]desk.Seq     // by request id, target, alias, proved address
	requests map[desk.ID]*desk.Request // each written under the lock: copied by who reads it
	order    []*desk.Request           // in that of number, as the lists of those of somebody and of a verb
	askedBy  map[desk.UID][]*desk.Request
	askedFor map[desk.Verb][]*desk.Request
	about    map[string][]*desk.Request // by target and alias, those that it had before it was amended too
	keyed    map[string]desk.ID
	moving   []*desk.Request      // not final, in order of number
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
		requests: map[desk.ID]*desk.Request{},
		askedBy:  map[desk.UID][]*desk.Request{},
		askedFor: map[desk.Verb][]*desk.Request{},
		about:    map[string][]*desk.Request{},
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
	if at == nil {
		at = new(desk.Request)
	}
	if err := f.open(e, at); err != nil {
		return err
	}
	if r.State == desk.Settled && was.State != desk.Settled {
		f.done = append(f.done, delay{r.Changed, r.Changed.Sub(r.Asked)})
	}
	if was.State == desk.Stopped {
		f.stopped--
	}
	if r.State == desk.Stopped {
		f.stopped++
	}
	*at, f.requests[e.ID] = r, at
	f.move(at)
	if r.Action != was.Action {
		f.file(at)
	}
	touched := []string{string(e.ID), r.Action.Target, r.Action.Arg("alias"), string(desk.ProofOf(e.Fact).Address)}
	slices.Sort(touched)
	for _, name := range slices.Compact(touched) {
		if name != "" {
			f.touching[name] = append(f.touching[name], e.Seq)
		}
	}
	return nil
}

// move keeps a request among those that are not final, or takes it out of them.
func (f *fold) move(r *desk.Request) {
	if !r.State.Final() {
		f.moving = with(f.moving, r)
	} else if place, moves := slices.BinarySearchFunc(f.moving, r.ID, toNumber); moves {
		f.moving = slices.Concat(f.moving[:place], f.moving[place+1:])
	}
}

// file keeps a request under the addresses that it is about now.
func (f *fold) file(r *desk.Request) {
	for _, name := range []string{r.Action.Target, r.Action.Arg("alias")} {
		if name != "" {
			f.about[name] = with(f.about[name], r)
		}
	}
}

// with has the request among others, in order of number.
func with(all []*desk.Request, r *desk.Request) []*desk.Request {
	place, there := slices.BinarySearchFunc(all, r.ID, toNumber)
	switch {
	case there:
		return all
	case place == len(all):
		return append(all, r)
	}
	return slices.Concat(all[:place], []*desk.Request{r}, all[place:])
}

// open gives a new request its place. Numbers only grow, and a key asks once.
// An erased one has its number, and is in no list.
func (f *fold) open(e desk.Event, at *desk.Request) error {
	asked, opens := e.Fact.(desk.Asked)
	lost, erased := e.Fact.(desk.Erased)
	if erased {
		_, erased = lost.Was.(desk.Asked)
	}
	if !opens && !erased {
		return nil
	}
	n := number(e.ID)
	if n <= f.highest {
		return fmt.Errorf("%q is not a new number after %d: %w", e.ID, f.highest, desk.ErrIllegal)
	}
	if first := f.keyed[asked.Key]; first != "" {
		return fmt.Errorf("%s was asked already as %s: %w", e.ID, first, desk.ErrIllegal)
	}
	if f.highest = n; erased {
		return nil
	}
	if asked.Key != "" {
		f.keyed[asked.Key] = e.ID
	}
	f.order = append(f.order, at)
	f.askedBy[e.By] = append(f.askedBy[e.By], at)
	f.askedFor[asked.Action.Verb] = append(f.askedFor[asked.Action.Verb], at) // which no amendment changes
	return nil
}

// request is the request as it is; zero if there is none.
func (f *fold) request(id desk.ID) (r desk.Request) {
	if known := f.requests[id]; known != nil {
		r = *known
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
