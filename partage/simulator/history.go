package simulator

import (
	"sync"
	"time"
)

// do carries out one write, and reports whether it changed anything.
func (s *Server) do(c call) bool {
	_, change := s.methods[c.method].run(s, c)
	if change == nil || !change() {
		return false
	}
	s.history = append(s.history, c)
	return true
}

// A replica is the same server some time ago: what a reader sees of another
// machine that lags behind.
type replica struct {
	mu     sync.Mutex
	server *Server
	done   int // how many writes of the history
	at     time.Time
}

// lagging answers a read as it would have been answered some time ago.
func (s *Server) lagging(m method, c call, lag time.Duration) answer {
	r, at := &s.replica, c.at.Add(-lag)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil || r.at.After(at) {
		r.server, r.done = blank(s.gate, s.u), 0
	}
	for r.at = at; r.done < len(s.history) && !s.history[r.done].at.After(at); r.done++ {
		r.server.do(s.history[r.done])
	}
	got, _ := m.run(r.server, c)
	return got
}
