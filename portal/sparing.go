package portal

import (
	"net/http"
	"sync"
	"time"
)

// keysEvery is how often a provider is asked for its keys, at most.
const keysEvery = time.Minute

// sparing is a transport that asks each address now and then only: whoever sends
// us tokens that no key fits would else have us ask for the keys each time.
type sparing struct {
	http.RoundTripper
	now func() time.Time

	mu   sync.Mutex
	next map[string]time.Time // by address, not to be asked before
}

// newSparing is the client, sparing; of nil, the default one.
func newSparing(client *http.Client, now func() time.Time) *http.Client {
	var spare http.Client
	if client != nil {
		spare = *client
	}
	if spare.Transport == nil {
		spare.Transport = http.DefaultTransport
	}
	spare.Transport = &sparing{RoundTripper: spare.Transport, now: now, next: map[string]time.Time{}}
	return &spare
}

// RoundTrip is http.RoundTripper's.
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of, now := r.URL.String(), s.now()
	if now.Before(s.next[of]) {
		return nil, errVoucher
	}
	s.next[of] = now.Add(pause)
	reply, err := s.RoundTripper.RoundTrip(r)
	if err == nil && reply.StatusCode == http.StatusOK {
		s.next[of] = now.Add(keysEvery)
	}
	return reply, err
}
