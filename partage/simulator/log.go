package simulator

import (
	"maps"
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
	Name      string     // of the object, as given
	Params    url.Values // the others, passwords masked
	Status    int        // what the answer said, or would have said without Fault
	Applied   bool
	AppliedAt time.Time // zero when it was not
	Fault     Fault     // zero when there was none
}

// A late is an effect that will come.
type late struct {
	at    time.Time
	write int // in the log
	do    effect
}

// record does what a write asks, now, later or not, and keeps a trace of it.
func (s *Server) record(m method, c call, got answer, do effect, now time.Time, f *Fault) answer {
	if !m.write {
		return got
	}
	w := Write{At: now, Method: c.method, Name: c.form.plain("name"), Params: c.form.public(), Status: got.status, Fault: *f}
	if c.domain != nil {
		w.Domain = c.domain.Name
	}
	s.log = append(s.log, w)
	if do == nil || f.effect() == Skipped {
		return got
	}
	s.late = append(s.late, late{now, len(s.log) - 1, do})
	if f.effect() == Late {
		s.late[len(s.late)-1].at = now.Add(f.Delay)
	}
	s.mature(now)
	return got
}

// mature applies the effects whose time has come, in order of time.
func (s *Server) mature(now time.Time) {
	if len(s.late) == 0 {
		return
	}
	slices.SortStableFunc(s.late, func(a, b late) int { return a.at.Compare(b.at) })
	for len(s.late) > 0 && !s.late[0].at.After(now) {
		l := s.late[0]
		s.late = s.late[1:]
		if l.do() {
			s.revision++
			s.log[l.write].Applied, s.log[l.write].AppliedAt = true, l.at
		}
	}
}

// Log lists every write received since the start, in order.
func (s *Server) Log() []Write {
	s.state.Lock()
	defer s.state.Unlock()
	s.mature(s.cfg.Now())
	return slices.Clone(s.log)
}

// public is f without the name and with its secrets masked.
func (f form) public() url.Values {
	shown := url.Values(maps.Clone(f))
	delete(shown, "name")
	for k := range shown {
		if strings.Contains(strings.ToLower(k), "password") {
			shown[k] = []string{"•••"}
		}
	}
	return shown
}
