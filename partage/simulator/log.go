package simulator

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Write is one request for a change, as the server received it.
type Write struct {
	At        time.Time
	Method    string
	Domain    string     // of the token; "" if it was not good
	Name      string     // of the object, as given; "" for a definition
	Params    url.Values // the others, passwords masked
	Status    int        // what the answer said, or would have said without Fault
	Applied   bool       // in whole or by half
	AppliedAt time.Time  // zero when it was not
	Fault     Fault      // zero when there was none
}

// A late is a write that will be done at call.at, if it then can be.
type late struct {
	call
	write     int  // in the log; -1 if it was received before the start
	overtaken bool // or as soon as another was done
	promise   int  // its number in the file
}

// record does what a write asks, now, later or not, and keeps a trace of it.
// got is its answer, which accepted it or not.
func (s *Server) record(m method, c call, got answer, accepted bool, f *Fault) answer {
	if !m.write {
		return got
	}
	w := Write{At: c.at, Method: c.method, Name: c.form.subject(), Params: c.form.public(), Status: got.status, Fault: *f}
	if c.domain != nil {
		w.Domain = c.domain.Name
	}
	s.log = append(s.log, w)
	if !accepted || f.effect() == Skipped {
		return got
	}
	now := c.at
	s.await(c, f)
	s.mature(now)
	if s.ledger.failed() {
		return page(http.StatusInternalServerError, "We're sorry, but something went wrong.")
	}
	return got
}

// await puts a write in the queue, at the moment that its fault says. Any but
// one that will be overtaken lets those that are go right after it.
func (s *Server) await(c call, f *Fault) {
	l := late{call: c, write: len(s.log) - 1, overtaken: f.effect() == Overtaken}
	switch f.effect() {
	case Late:
		l.at = c.at.Add(f.Delay)
	case Half:
		l.form = c.form.half()
	case Overtaken:
		l.at = c.at.Add(f.Delay)
		if f.Delay == 0 {
			l.at = c.at.Add(time.Hour)
		}
	}
	later := l.overtaken || l.at.After(c.at)
	if later {
		l.promise = s.promise(l)
	}
	s.late = append(s.late, l)
	if later {
		return
	}
	slices.SortStableFunc(s.late, func(a, b late) int { return bit(a.overtaken) - bit(b.overtaken) })
	for i := range s.late {
		if s.late[i].overtaken {
			s.late[i].at = c.at
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mature does the writes whose time has come, in order of time. Each is judged
// again: the state is no longer the one it was accepted in.
func (s *Server) mature(now time.Time) {
	if len(s.late) == 0 {
		return
	}
	slices.SortStableFunc(s.late, func(a, b late) int { return a.at.Compare(b.at) })
	for len(s.late) > 0 && !s.late[0].at.After(now) {
		l := s.late[0]
		s.late = s.late[1:]
		if s.ledger.failed() {
			continue
		}
		if !s.do(l.call) {
			s.forgo(l)
			continue
		}
		s.keep(l)
		s.unsettle(l.call)
		if l.write >= 0 {
			s.log[l.write].Applied, s.log[l.write].AppliedAt = true, l.at
		}
	}
}

// unsettle makes what was written unreachable for a time.
func (s *Server) unsettle(c call) {
	if s.config().Settle <= 0 {
		return
	}
	maps.DeleteFunc(s.unsettled, func(_ string, until time.Time) bool { return !c.at.Before(until) })
	for _, name := range []string{c.form.subject(), c.form.plain("newname")} {
		if name != "" {
			s.unsettled[strings.ToLower(name)] = c.at.Add(s.config().Settle)
		}
	}
}

// Log lists every write received since the start, in order.
func (s *Server) Log() []Write {
	var all []Write
	for _, home := range s.all {
		home.state.Lock()
		home.mature(home.now())
		all = append(all, home.log...)
		home.state.Unlock()
	}
	slices.SortStableFunc(all, func(a, b Write) int { return a.At.Compare(b.At) })
	return all
}

// masked is f without its secrets.
func (f form) masked() url.Values {
	shown := url.Values(maps.Clone(f))
	for k := range shown {
		if strings.Contains(strings.ToLower(k), "password") && k != "zimbraPasswordMustChange" {
			shown[k] = []string{"•••"}
		}
	}
	return shown
}

// public is f without the name and its secrets.
func (f form) public() url.Values {
	shown := f.masked()
	delete(shown, "name") // an account that is the object stays
	return shown
}

// half is f with the first half of its attributes, by name.
func (f form) half() form {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(f)), func(name string) bool { return name == "name" || name == "account" })
	half := maps.Clone(f)
	for _, name := range names[len(names)/2:] {
		delete(half, name)
	}
	return half
}
