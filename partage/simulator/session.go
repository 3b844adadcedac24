package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// skew is the clock difference Zimbra tolerates for its own preauth.
const skew = 5 * time.Minute

// A gate is what all the universities of a server share: who has a token, what
// was signed, the faults, and the switches.
type gate struct {
	guard   sync.Mutex // what follows
	tokens  map[string]session
	stamps  map[string]time.Time
	swept   time.Time // when what serves no more was last dropped
	faults  []*Fault
	current atomic.Pointer[Config]
}

func (g *gate) config() *Config { return g.current.Load() }

func (g *gate) now() time.Time { return g.config().Now() }

type session struct {
	server *Server
	domain *domain
	dies   time.Time
}

// key is the preauth key of a domain: 64 hexadecimal digits, used as text.
func key(domain string) string {
	sum := sha256.Sum256([]byte("key of " + domain + " in the simulator"))
	return hex.EncodeToString(sum[:])
}

// key is that of a domain in force.
func (g *gate) key(domain string) string {
	if k, given := g.config().Keys[domain]; given {
		return k.Reveal()
	}
	return key(domain)
}

// auth gives a token for a signed timestamp. The text received is what is
// signed, whole seconds or not. A replay is refused, unless Config.Replay: three
// clients behave as if the real server did.
func (s *Server) auth(f form, now time.Time) answer {
	name, stamp := f.plain("domain"), f.plain("timestamp")
	home, d := s.of(name)
	seconds, err := strconv.ParseFloat(stamp, 64)
	if d == nil || err != nil || !hmac.Equal([]byte(sign(s.key(name), name, stamp)), []byte(f.plain("preauth"))) {
		return failedAuth()
	}
	if drift := float64(now.UnixNano())/1e9 - seconds; !(-skew.Seconds() <= drift && drift <= skew.Seconds()) {
		return failedAuth()
	}
	s.guard.Lock()
	defer s.guard.Unlock()
	s.sweep(now)
	if _, replay := s.stamps[name+"|"+stamp]; replay && !s.config().Replay {
		return failedAuth()
	}
	if s.config().RevokeOnAuth {
		maps.DeleteFunc(s.tokens, func(_ string, t session) bool { return t.domain == d })
	}
	s.stamps[name+"|"+stamp] = now
	token := newToken(name, stamp)
	s.tokens[token] = session{home, d, now.Add(s.config().TokenLife)}
	return s.succeed(func(x *document) { x.text(1, "token", token) })
}

// sweep drops, once a minute, what serves no more.
func (g *gate) sweep(now time.Time) {
	if now.Sub(g.swept) < time.Minute {
		return
	}
	g.swept = now
	maps.DeleteFunc(g.stamps, func(_ string, at time.Time) bool { return now.Sub(at) > 2*skew })
	maps.DeleteFunc(g.tokens, func(_ string, t session) bool { return !now.Before(t.dies) })
}

func failedAuth() answer { return newDocument(false, 2, "Echec de la preauthentification", "").end() }

// sign is the preauth of a timestamp.
func sign(key, domain, stamp string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(domain + "|" + stamp))
	return hex.EncodeToString(mac.Sum(nil))
}

// newToken makes a token of 32 digits, new because each stamp serves once.
func newToken(name, stamp string) string {
	mac := hmac.New(sha256.New, []byte(key(name)))
	mac.Write([]byte("token|" + name + "|" + stamp))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// session finds whose token it is.
func (g *gate) session(token string, now time.Time) (session, bool) {
	g.guard.Lock()
	defer g.guard.Unlock()
	t, known := g.tokens[token]
	return t, known && now.Before(t.dies)
}
