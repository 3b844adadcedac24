package bot

import (
	"net/http"
	"strconv"
	"time"
)

// patient sends again what the server was too busy for (429), when the server
// says that it may. Such a request had no effect, whatever its method.
type patient struct{ http.RoundTripper }

const patience = 3 // times

func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		answer, err := p.RoundTripper.RoundTrip(r)
		if err != nil || answer.StatusCode != http.StatusTooManyRequests || try == patience || r.Body != nil && r.GetBody == nil {
			return answer, err
		}
		wait := time.NewTimer(retryAfter(answer.Header))
		select {
		case <-r.Context().Done():
			wait.Stop()
			return answer, nil // what the server said is told, not our own end
		case <-wait.C:
		}
		answer.Body.Close()
		if r.GetBody != nil {
			r = r.Clone(r.Context())
			if r.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// retryAfter reads the seconds to wait; 1 if the server does not say.
func retryAfter(h http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset"} {
		if n, err := strconv.Atoi(h.Get(name)); err == nil && n > 0 {
			return min(time.Duration(n)*time.Second, requestTime)
		}
	}
	return time.Second
}
