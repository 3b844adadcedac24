package desk

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Power is one thing that a token lets a program do in its holder's name.
type Power string

// The powers.
const (
	MayRead    Power = "read"    // what the holder may see
	MayAsk     Power = "ask"     // ask, amend, remind, withdraw
	MayApprove Power = "approve" // approve and refuse
)

// Powers lists them all.
func Powers() []Power { return []Power{MayRead, MayAsk, MayApprove} }

// The limits of tokens.
const (
	TokenMost  = 20                   // that one person may hold
	TokenLife  = 90 * 24 * time.Hour  // of one that says nothing
	TokenAge   = 366 * 24 * time.Hour // that none passes
	TokenGrace = 24 * time.Hour       // of a holder who has left the directory: it may have been a slip
	tokenStart = "melusine_"          // of the secret: what searches for leaked secrets finds
	tokenBytes = 25                   // drawn for it
)

// A Token is a key to the API that somebody holds; nobody knows it but who was
// shown it. The zero Token opens nothing.
type Token struct {
	ID     string // "T-18" was issued by the event 18
	Of     UID
	Name   string // the holder's words for it
	Powers []Power
	Issued time.Time
	Until  time.Time // the first moment when it opens nothing
	Ended  time.Time // when it was taken back, zero if it was not
}

// Stands says that the token opens something at a time.
func (t Token) Stands(at time.Time) bool { return t.ID != "" && t.Ended.IsZero() && at.Before(t.Until) }

// Lets says that it lets do that.
func (t Token) Lets(p Power) bool { return slices.Contains(t.Powers, p) }

// TokenName names the token that an event issued.
func TokenName(at Seq) string { return "T-" + strconv.FormatInt(int64(at), 10) }

// IssueToken makes a token for its holder; the secret is told this once, and
// kept nowhere. until zero stands for TokenLife.
func (d *Desk) IssueToken(ctx context.Context, to UID, name string, powers []Power, until time.Time, random io.Reader) (secret string, err error) {
	now := d.Now()
	if until.IsZero() {
		until = now.Add(TokenLife)
	}
	issued := TokenIssued{Name: clip(strings.TrimSpace(name)), Powers: slices.Compact(slices.Sorted(slices.Values(powers))), Until: until.UTC().Truncate(time.Microsecond)}
	if err := d.issuable(to, issued, now); err != nil {
		return "", err
	}
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	secret = tokenStart + strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	issued.Digest = tokenDigest(secret)
	_, err = d.Change(ctx, "", to, func(Request) ([]Fact, error) {
		if len(d.Tokens(to)) >= TokenMost {
			return nil, Fail(Conflict, TokensMany, "n", strconv.Itoa(TokenMost))
		}
		return []Fact{issued}, nil
	})
	return secret, err
}

func (d *Desk) issuable(to UID, t TokenIssued, now time.Time) error {
	unknown := func(p Power) bool { return !slices.Contains(Powers(), p) }
	switch {
	case !d.View.Person(to).Known():
		return Fail(NotFound, UnknownPerson, "value", string(to))
	case t.Name == "":
		return Fail(Invalid, MissingArgument, "name", "name")
	case len(t.Powers) == 0:
		return Fail(Invalid, MissingArgument, "name", "powers")
	case slices.ContainsFunc(t.Powers, unknown):
		return Fail(Invalid, InvalidArgument, "name", "powers", "value", string(t.Powers[slices.IndexFunc(t.Powers, unknown)]))
	case !t.Until.After(now) || t.Until.After(now.Add(TokenAge)):
		return Fail(Invalid, InvalidArgument, "name", "until", "value", t.Until.Format(time.DateOnly))
	}
	return nil
}

// EndToken takes a token of one's own back at once.
func (d *Desk) EndToken(ctx context.Context, by UID, id string) error {
	_, err := d.Change(ctx, "", by, func(Request) ([]Fact, error) {
		t := d.View.Token(id)
		if t.ID == "" || by != t.Of {
			return nil, Fail(NotFound, UnknownToken, "value", id)
		}
		if !t.Stands(d.Now()) {
			return nil, nil
		}
		return []Fact{TokenEnded{Token: id, Of: t.Of}}, nil
	})
	return err
}

// EndTokensOf takes back all the tokens of somebody, of who has gone or whose
// secrets others may know, and tells which those were.
func (d *Desk) EndTokensOf(ctx context.Context, by, of UID) (ended []Token, err error) {
	_, err = d.Change(ctx, "", by, func(Request) (facts []Fact, _ error) {
		ended = d.Tokens(of)
		for _, t := range ended {
			facts = append(facts, TokenEnded{Token: t.ID, Of: of})
		}
		return facts, nil
	})
	return ended, err
}

// endable: somebody holds tokens that stand, whether the directory still knows them
// or not.
func (d *Desk) endable(f *Facts) error {
	f.Holder = d.whoIs(f.Action.Target)
	f.Action.Target, f.Owner = string(f.Holder), d.View.Person(f.Holder)
	if len(d.Tokens(f.Holder)) == 0 {
		return Fail(Conflict, NoTokens, "value", string(f.Holder)).about(f.Owner)
	}
	return nil
}

// endTokens are what a request to end the tokens of somebody brings about.
func (d *Desk) endTokens(r Request, by UID) []Event {
	events := d.events(r.ID, by, TokensEnded{})
	for _, t := range d.Tokens(UID(r.Action.Target)) {
		events = append(events, d.events("", by, TokenEnded{Token: t.ID, Of: t.Of})...)
	}
	return events
}

// Leavers are those who hold tokens that stand and whom the directory does not
// know, each with the reading at which that was first seen; before is what
// Leavers gave the last time.
func (d *Desk) Leavers(before map[UID]time.Time) map[UID]time.Time {
	read, _ := d.View.Ages()
	gone := map[UID]time.Time{}
	for _, who := range d.View.Bearers() {
		if read.IsZero() || d.View.Person(who).Known() || len(d.Tokens(who)) == 0 {
			continue
		}
		if gone[who] = read; !before[who].IsZero() {
			gone[who] = before[who]
		}
	}
	return gone
}

// EndLeavers takes back the tokens of those who were gone from every reading of
// TokenGrace: somebody else may be called so one day. Until then they open nothing.
func (d *Desk) EndLeavers(ctx context.Context, gone map[UID]time.Time) error {
	if d.Timeless() {
		return nil
	}
	read, _ := d.View.Ages()
	var errs []error
	for who, since := range gone {
		if read.Sub(since) >= TokenGrace {
			_, err := d.EndTokensOf(ctx, System, who)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Tokens lists those of a person that stand, oldest first.
func (d *Desk) Tokens(of UID) []Token {
	now := d.Now()
	return slices.DeleteFunc(d.View.Tokens(of), func(t Token) bool { return !t.Stands(now) })
}

// Bearer is the token with that secret, and who holds it. It fails with BadToken
// for whatever is no token that stands, of somebody whom the directory knows.
func (d *Desk) Bearer(secret string) (Token, Person, error) {
	t := d.View.TokenOf(tokenDigest(secret))
	p := d.View.Person(t.Of)
	if !strings.HasPrefix(secret, tokenStart) || !t.Stands(d.Now()) || !p.Known() {
		return Token{}, Person{}, Fail(Forbidden, BadToken)
	}
	return t, p, nil
}

func tokenDigest(secret string) string {
	sum := sha256.Sum256([]byte("token " + secret))
	return hex.EncodeToString(sum[:])
}
