package partage

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Class says what a caller may conclude from an error.
type Class uint8

// The zero Class is the one that promises nothing.
const (
	Unknown   Class = iota // a write: may have been applied, or be applied later
	NotSent                // proved: no byte of the request left this machine
	NotFound               // refused: the object named does not exist (see Error.Object)
	Conflict               // refused: the address is already taken
	Refused                // refused for good: the same request will be refused again
	Temporary              // a read failed, or a write was refused before it did anything: try later
	Auth                   // refused: bad key, bad clock, or dead token
	Malformed              // a read: the answer is not a proper answer
)

func (c Class) String() string {
	names := [...]string{"unknown outcome", "not sent", "not found", "conflict", "refused", "temporary", "authentication", "malformed answer"}
	if int(c) >= len(names) {
		return names[Unknown]
	}
	return names[c]
}

// An Error is what every failing call returns. It holds no secret.
type Error struct {
	Method      string // of the API, as "ModifyAccount"
	Domain      string // whose token was used
	Class       Class
	Object      string    // for NotFound: what is missing ("account", "alias"...), when the answer tells
	Status      int       // of the API; 0 when no readable answer came
	HTTP        int       // status code; 0 when no answer came
	Message     string    // of the API when it gave one, else of the client; cleaned, at most 300 runes
	TokenIssued time.Time // for a write: when its token was received; it cannot be used by the server much later than its life
	// ClockAhead is for Auth: how far the local clock is ahead of the server's,
	// by the date of its answer; negative when it is behind, 0 when not told. The
	// server tolerates some minutes: 5, if it does as Zimbra (inferred).
	ClockAhead time.Duration
	cause      error // only a context error, so that nothing else can be printed
}

func (e *Error) Error() string {
	text := fmt.Sprintf("partage %s on %s: %s", e.Method, e.Domain, e.Class)
	if e.HTTP != 0 {
		text += fmt.Sprintf(" (http %d, status %d)", e.HTTP, e.Status)
	}
	text += ": " + e.Message
	if off := e.ClockAhead.Abs(); off >= time.Minute {
		text += fmt.Sprintf("; the clock here is %v %s the server's", off, map[bool]string{true: "behind", false: "ahead of"}[e.ClockAhead < 0])
	}
	return text
}

// Unwrap gives context.Canceled or context.DeadlineExceeded when one of them
// ended the call, or ErrIncomplete.
func (e *Error) Unwrap() error { return e.cause }

// ClassOf returns the class of err. An error that does not come from here is
// Unknown; so is nil, which has no class.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Unknown
}

// phrases maps what the API says to what it means, first match wins. A phrase
// without proof may follow a partial effect: on a write it proves nothing.
// Doubtful phrases come first because Zimbra wraps the others in them.
var phrases = []struct {
	text  string
	class Class
	proof bool
}{
	{"system failure", Temporary, false},
	{"unable to create", Temporary, false},
	{"unable to get connection", Temporary, false},
	{"ldap error", Temporary, false},
	{"une erreur système", Temporary, false},
	{"temporarily unavailable", Temporary, false},
	{"error while proxying", Temporary, false},
	{"resource unreachable", Temporary, false},
	{"sent to wrong host", Temporary, false},
	{"invalid token", Auth, true},
	{"accès refusé", Temporary, true},
	{"in maintenance mode", Temporary, true},
	{"already exists", Conflict, true},
	{"ne fait pas partie des domaines", Refused, true},
	{"no such ", NotFound, true},
	{"pas été trouvé", NotFound, true},
	{"invalid request", Refused, true},
	{"invalid email address", Refused, true},
	{"unknown attribute", Refused, true},
	{"permission denied", Refused, true},
	{"non-existent members", Refused, true},
	{"number of accounts reached the limit", Refused, true},
	{"number of results exceeded the limit", Refused, true},
}

// classify reads a well-formed refusal. Only a refusal that is known, and that
// no gateway wrote (5xx), proves that a write did nothing.
func classify(write bool, http int, text string) Class {
	class, proof := Refused, false
	text = strings.ToLower(text)
	for _, p := range phrases {
		if strings.Contains(text, p.text) {
			class, proof = p.class, p.proof
			break
		}
	}
	if write && (!proof || http >= 500 || http < 200 || 300 <= http && http < 400) {
		return Unknown
	}
	return class
}

var noSuch = regexp.MustCompile(`(?i)no such (account|alias|distribution list|calendar resource|cos|definition|domain|grant)\b`)

// notThere is what DeleteAccount and DeleteGroup say of a missing one (likely).
var notThere = regexp.MustCompile(`(?i)^le (compte|groupe) .* pas été trouvé`)

// object finds what a NotFound is about.
func object(class Class, text string) string {
	if class != NotFound {
		return ""
	}
	if m := notThere.FindStringSubmatch(text); m != nil {
		return map[string]string{"compte": "account", "groupe": "distribution list"}[strings.ToLower(m[1])]
	}
	if m := noSuch.FindStringSubmatch(text); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// tokenLike catches what looks like a token or a key whoever printed it. A
// Zimbra identifier has dashes and stays.
var tokenLike = regexp.MustCompile(`[0-9A-Za-z]{32,}`)

// clean makes text fit to be shown: one line, short, without any secret.
func clean(text string, secrets ...Secret) string {
	slices.SortFunc(secrets, func(a, b Secret) int { return len(b.Reveal()) - len(a.Reveal()) }) // one may be in another
	for _, s := range secrets {
		if !s.Empty() {
			text = strings.ReplaceAll(text, s.Reveal(), masked)
		}
	}
	text = tokenLike.ReplaceAllString(text, masked)
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return text
}

// ended keeps of err the only part that is safe to hand on.
func ended(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, ErrIncomplete} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}
