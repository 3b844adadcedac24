package portal

import (
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A session is one sign-in of one person. It lives in this process only.
type session struct {
	id    string
	token string // of its forms
	who   desk.UID
	until time.Time
	from  identity      // what it began with
	proof desk.Proof    // if that was to approve a request
	done  chan struct{} // closed when it ends
}

// sessions are those who are signed in. The zero value is not ready: use newSessions.
type sessions struct {
	now    func() time.Time
	random io.Reader
	life   time.Duration

	mu    sync.Mutex
	byID  map[string]session
	swept time.Time
}

func newSessions(now func() time.Time, random io.Reader, life time.Duration) *sessions {
	return &sessions{now: now, random: random, life: life, byID: map[string]session{}}
}

// open begins a session under an id nobody has seen before, in the place of the
// one that the browser had. Who signs in again keeps the token of their forms:
// what they have open elsewhere goes on.
func (s *sessions) open(from identity, before string, proof desk.Proof) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := draw(s.random)
	if err != nil {
		return session{}, err
	}
	token, err := draw(s.random)
	if err != nil {
		return session{}, err
	}
	s.sweep()
	if old, was := s.byID[before]; was {
		if old.who == from.who && s.now().Before(old.until) {
			token = old.token
		}
		s.end(old)
	}
	opened := session{id: id, token: token, who: from.who, until: s.now().Add(s.life), from: from, proof: proof, done: make(chan struct{})}
	s.byID[id] = opened
	return opened, nil
}

// get finds a session that has not ended.
func (s *sessions) get(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[id]
	if ok && !s.now().Before(found.until) {
		s.end(found)
		ok = false
	}
	if !ok {
		return session{}, false
	}
	return found, true
}

func (s *sessions) close(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.byID[id]; ok {
		s.end(found)
	}
}

// closeNamed ends those that began with the session of that name at the voucher.
func (s *sessions) closeNamed(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, found := range s.byID {
		if same(found.from.name, name) {
			s.end(found)
		}
	}
}

// end forgets one; whoever watches it is told.
func (s *sessions) end(found session) {
	delete(s.byID, found.id)
	close(found.done)
}

// sweep forgets what has ended, once a minute at most.
func (s *sessions) sweep() {
	now := s.now()
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for _, old := range s.byID {
		if !now.Before(old.until) {
			s.end(old)
		}
	}
}

// draw makes a text of 256 random bits that nobody can guess.
func draw(random io.Reader) (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("draw random text: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
