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

// open begins a session under an id nobody has seen before.
func (s *sessions) open(who desk.UID) (session, error) {
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
	opened := session{id: id, token: token, who: who, until: s.now().Add(s.life)}
	s.byID[id] = opened
	return opened, nil
}

// get finds a session that has not ended.
func (s *sessions) get(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[id]
	if !ok || !s.now().Before(found.until) {
		delete(s.byID, id)
		return session{}, false
	}
	return found, true
}

func (s *sessions) close(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

// sweep forgets what has ended, once a minute at most.
func (s *sessions) sweep() {
	now := s.now()
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for id, old := range s.byID {
		if !now.Before(old.until) {
			delete(s.byID, id)
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
