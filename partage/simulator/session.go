package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"time"
)

// skew is the clock difference Zimbra tolerates for its own preauth.
const skew = 5 * time.Minute

type session struct {
	domain *domain
	dies   time.Time
}

// key is the preauth key of a domain: 64 hexadecimal digits, used as text.
func key(domain string) string {
	sum := sha256.Sum256([]byte("key of " + domain + " in the simulator"))
	return hex.EncodeToString(sum[:])
}

// key is that of a domain in force.
func (s *Server) key(domain string) string {
	if k, given := s.cfg.Keys[domain]; given {
		return k.Reveal()
	}
	return key(domain)
}

// auth gives a token for a signed timestamp. The text received is what is
// signed, whole seconds or not. A replay is refused: three clients behave as if
// the real server did.
func (s *Server) auth(f form, now time.Time) answer {
	name, stamp := f.plain("domain"), f.plain("timestamp")
	d, known := s.u.domain(name)
	seconds, err := strconv.ParseFloat(stamp, 64)
	if !known || err != nil || !hmac.Equal([]byte(sign(s.key(name), name, stamp)), []byte(f.plain("preauth"))) {
		return s.failedAuth()
	}
	if drift := float64(now.UnixNano())/1e9 - seconds; !(-skew.Seconds() <= drift && drift <= skew.Seconds()) {
		return s.failedAuth()
	}
	s.gate.Lock()
	defer s.gate.Unlock()
	maps.DeleteFunc(s.stamps, func(_ string, at time.Time) bool { return now.Sub(at) > 2*skew })
	maps.DeleteFunc(s.tokens, func(_ string, t session) bool {
		return !now.Before(t.dies) || s.cfg.RevokeOnAuth && t.domain == d
	})
	if _, replay := s.stamps[name+"|"+stamp]; replay {
		return s.failedAuth()
	}
	s.stamps[name+"|"+stamp] = now
	token := newToken(name, stamp)
	s.tokens[token] = session{d, now.Add(s.cfg.TokenLife)}
	return s.succeed(func(x *document) { x.text(1, "token", token) })
}

func (s *Server) failedAuth() answer { return s.reply(2, "Echec de la preauthentification", "") }

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
func (s *Server) session(token string, now time.Time) (*domain, bool) {
	s.gate.Lock()
	defer s.gate.Unlock()
	t, known := s.tokens[token]
	return t.domain, known && now.Before(t.dies)
}
