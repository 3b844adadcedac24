package bot

import (
	"slices"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/phrase"
)

// How long a question waits for its answer, and a change for its yes.
const (
	questionTime = 10 * time.Minute
	wishTime     = 15 * time.Minute
)

// A place is where somebody speaks: their account, a channel, the thread in which
// they are answered.
type place struct {
	account, channel, root string
	open                   bool // they speak outside threads: to whatever was asked last in the channel
	quiet                  bool // what is answered there cannot be edited: only its author sees it
}

func (a place) same(b place) bool {
	return a.account == b.account && a.channel == b.channel && a.root == b.root
}

// A pending is what a place waits for: one of its three parts.
type pending struct {
	at      place
	until   time.Time
	asked   phrase.Answer // with Ask: the missing part
	choices []choice      // one of these
	wish    *wish         // a yes
}

// A choice is one of several things that may be meant.
type choice struct {
	label string
	frame phrase.Frame
}

// A memory keeps what was asked of people, for minutes, on this machine: what is
// lost with it is asked again, and the buttons of a confirmation need none.
type memory struct {
	mu   sync.Mutex
	list []pending // oldest first
}

const (
	mostPending = 1000 // in all
	mostOwn     = 20   // of one account
)

// keep replaces what the same place waits for.
func (m *memory) keep(p pending, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	own := 0
	for _, o := range m.list {
		if o.at.account == p.at.account {
			own++
		}
	}
	m.list = slices.DeleteFunc(m.list, func(o pending) bool {
		if o.at.account == p.at.account && own >= mostOwn {
			own--
			return true
		}
		return o.at.same(p.at) || !now.Before(o.until)
	})
	m.list = append(m.list, p)
	m.list = m.list[max(0, len(m.list)-mostPending):]
}

// find is what a place waits for: of its thread or, outside threads, the last in
// the channel.
func (m *memory) find(at place, now time.Time) (pending, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range slices.Backward(m.list) {
		here := p.at.account == at.account && p.at.channel == at.channel && (at.open || p.at.root == at.root)
		if here && now.Before(p.until) {
			return p, true
		}
	}
	return pending{}, false
}

// move gives what a place waits for the thread that its question has begun.
func (m *memory) move(from place, root string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.list {
		if m.list[i].at.same(from) {
			m.list[i].at.root = root
		}
	}
}

// forget drops what was waited for there.
func (m *memory) forget(p pending) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = slices.DeleteFunc(m.list, func(o pending) bool { return o.at.same(p.at) })
}
