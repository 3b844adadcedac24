package bot

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// life is how old a trigger may be; also how far its clock may be ahead of ours.
const life = time.Minute

// A trigger is the server's signed word that an account has just done something.
type trigger struct {
	id      string
	account string
	at      time.Time
}

// readTrigger accepts base64 of "id:account:milliseconds:base64(signature)".
func readTrigger(key *ecdsa.PublicKey, text string) (trigger, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return trigger{}, false
	}
	signed, mark, _ := cutLast(string(raw), ":")
	signature, err := base64.StdEncoding.Strict().DecodeString(mark)
	sum := sha256.Sum256([]byte(signed + ":"))
	if err != nil || key == nil || !ecdsa.VerifyASN1(key, sum[:], signature) {
		return trigger{}, false
	}
	parts := strings.Split(signed, ":")
	if len(parts) != 3 || !chatID(parts[0]) || !chatID(parts[1]) {
		return trigger{}, false
	}
	ms, err := strconv.ParseInt(parts[2], 10, 64)
	return trigger{parts[0], parts[1], time.UnixMilli(ms)}, err == nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// chatID says that s has the form of an id made by the chat server.
func chatID(s string) bool { return model.IsValidId(s) }

// A gate lets each trigger through once, while it is young.
type gate struct {
	since time.Time // what is older may have been used before we started
	mu    sync.Mutex
	seen  map[string]time.Time
}

func (g *gate) pass(t trigger, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, at := range g.seen {
		if now.Sub(at) > life {
			delete(g.seen, id)
		}
	}
	_, used := g.seen[t.id]
	switch age := now.Sub(t.at); {
	case age > life || age < -life:
		return tooOld
	case t.at.Before(g.since):
		return beforeStart
	case used:
		return replayed
	}
	g.seen[t.id] = t.at
	return nil
}
