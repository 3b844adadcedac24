package phrase

import (
	"slices"
	"strings"
)

// A Reason says why a sentence is refused; the doors have words for each.
type Reason string

// The reasons.
const (
	NotUnderstood Reason = "unknown"      // no sense was found
	NoCommand     Reason = "statement"    // it tells something, or thinks aloud, and orders nothing
	Negated       Reason = "negated"      // it says not to
	Conditional   Reason = "conditional"  // if, when, unless
	TooWide       Reason = "all"          // everybody, everything
	NoSkipping    Reason = "confirmation" // it asks to skip the confirmation
	NotHere       Reason = "elsewhere"    // locking, forwarding, renaming: not by a sentence
	Secret        Reason = "secret"       // about passwords
	Withdrawn     Reason = "withdrawn"    // never mind
	Unreadable    Reason = "unreadable"   // too long, or not text
)

// What is asked beside the name of a slot.
const (
	AskObject = "object" // what kind of thing it is
	AskIntent = "intent" // what is meant
	AskDomain = "domain" // of an address
)

// A Frame is what was understood: an intent and its slots.
type Frame struct {
	Intent string
	Slots  map[string][]string
}

// An Answer is a frame, a question that completes one, or a refusal.
type Answer struct {
	Frame   Frame   // complete, or partial if Ask says what is missing
	Ask     string  // a slot, AskObject, AskIntent or AskDomain
	Refused Reason  //
	Meant   []Frame // with AskIntent: what it may be, at most three
	local   string  // with AskDomain: what stands before the @
	text    string  // what was read
}

func refuse(why Reason) Answer { return Answer{Refused: why} }

func ask(slot string, f Frame) Answer { return Answer{Ask: slot, Frame: f} }

// String is the canonical line: "alias.add alias=a@u.fr account=bob",
// "ASK:account alias.add alias=a@u.fr" or "REFUSE".
func (a Answer) String() string {
	switch {
	case a.Refused != "":
		return "REFUSE"
	case a.Ask != "" && a.Frame.Intent != "":
		return "ASK:" + a.Ask + " " + a.Frame.String()
	case a.Ask != "":
		return "ASK:" + a.Ask
	}
	return a.Frame.String()
}

// String is the intent and its slots, in the order of its table.
func (f Frame) String() string {
	var b strings.Builder
	b.WriteString(f.Intent)
	for _, s := range slotsOf(f.Intent) {
		if values := f.Slots[s.name]; len(values) > 0 {
			b.WriteString(" " + s.name + "=" + strings.ReplaceAll(strings.Join(values, ","), " ", "_"))
		}
	}
	return b.String()
}

// Equal tells whether two frames say the same; the order of values is nothing.
func (f Frame) Equal(other Frame) bool {
	if f.Intent != other.Intent || len(f.Slots) != len(other.Slots) {
		return false
	}
	for name, values := range f.Slots {
		a, b := slices.Clone(values), slices.Clone(other.Slots[name])
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			return false
		}
	}
	return true
}

// With is the frame with other values of a slot.
func (f Frame) With(slot string, values ...string) Frame { return f.with(slot, values...) }

// Without is the frame without a slot.
func (f Frame) Without(slot string) Frame { return f.without(slot) }

func (f Frame) with(slot string, values ...string) Frame {
	slots := make(map[string][]string, len(f.Slots)+1)
	for k, v := range f.Slots {
		slots[k] = v
	}
	slots[slot] = values
	return Frame{Intent: f.Intent, Slots: slots}
}
