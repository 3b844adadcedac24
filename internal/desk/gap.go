package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"strconv"
)

// A Drift tells in what the directory, Partage and the register differ, and
// what would repair it. It is pure: same view, same gaps, in the same order.
type Drift interface {
	// Gaps are all of them.
	Gaps(View) iter.Seq[Gap]
	// GapsOf are those of one account and its person, or of a person without one.
	GapsOf(View, Account, Person) []Gap
	// Plan chooses which are to be repaired, the canary first. An *Error: too many
	// would be, or none.
	Plan(View, Selection) (Repairs, []Gap, error)
}

// A GapCause is why two sources differ.
type GapCause string

// The causes.
const (
	PersonGone    GapCause = "person.gone"    // the account is of somebody whom the directory does not know
	AccountNone   GapCause = "account.none"   // somebody has no account
	AccountTwice  GapCause = "account.twice"  // somebody has several
	ClassOther    GapCause = "class.other"    // not of the classes of their population
	MailLacking   GapCause = "mail.lacking"   // their address does not arrive in their account
	MailElsewhere GapCause = "mail.elsewhere" // it arrives in the account of somebody else
	AliasLost     GapCause = "alias.lost"     // what the journal says was given is not there
	BookShown     GapCause = "book.shown"     // of the red list, and shown in the address book
	QuotaLow      GapCause = "quota.low"      // less than their population is to have
	StillOpen     GapCause = "still.open"     // the directory has closed them, Partage has not
	StillShut     GapCause = "still.shut"     // Partage has closed them, the directory has not
	ListOrphan    GapCause = "list.orphan"    // all who may send for a list are gone
)

// Causes lists them, in the order in which they are shown.
func Causes() []GapCause {
	return []GapCause{PersonGone, AccountNone, AccountTwice, ClassOther, MailLacking, MailElsewhere, AliasLost, BookShown, QuotaLow, StillOpen, StillShut, ListOrphan}
}

// A Risk is what a repair may cost somebody.
type Risk string

// The risks.
const (
	LowRisk    Risk = "low"    // gives, and can be taken back
	MiddleRisk Risk = "middle" // takes something away, and can be taken back exactly
	HighRisk   Risk = "high"   // takes a mailbox out of use, or cannot be taken back whole
)

// A Gap is one thing in which they differ.
type Gap struct {
	Cause      GapCause
	Address    Address // of the account, the list, or the person who has none
	Mailbox    string  // Account.ID, "" if there is no account
	Owner      UID
	Population string
	Says, Has  string // by the directory or the journal; on Partage
	Repair     Action // zero: a human must decide, see say
	Risk       Risk
	Cost       Money // a month, if it is repaired; less than 0 if it then costs less
	Spare      Spare // zero: nobody has said that it is to stay as it is
}

// Repairable says that an action closes it, and nobody has said to leave it.
func (g Gap) Repairable() bool { return g.Repair.Verb != "" && !g.Spared() }

// Spared says that it is to stay as it is for now.
func (g Gap) Spared() bool { return g.Spare != Spare{} }

// Name is what people call the gap by, short enough to be typed: E-48213377. Two gaps
// may have one name: then it names neither.
func (g Gap) Name() string {
	n, _ := strconv.ParseUint(g.Digest()[:8], 16, 32)
	return "E-" + strconv.FormatUint(10_000_000+n%90_000_000, 10)
}

// GapName says that the text is what people call a gap by.
func GapName(text string) bool { return gapForm.MatchString(text) }

// asked says that the action, to leave a difference, means this one: by its name, or by
// its address and cause; of an alias, if it says which.
func (g Gap) asked(a Action) bool {
	cause, lost := GapCause(a.Arg("cause")), a.Arg("lost")
	if cause != "" && cause != g.Cause || lost != "" && (g.Cause != AliasLost || lost != g.Says) {
		return false
	}
	return a.Target == string(g.Address) && cause != "" || a.Target == g.Name()
}

// Digest names the gap with all that makes it one: when any of that changes, it
// is another.
func (g Gap) Digest() string {
	sum := sha256.New()
	for _, s := range []string{string(g.Cause), string(g.Address), g.Mailbox, string(g.Owner), g.Says, g.Has, g.Repair.String()} {
		_, _ = io.WriteString(sum, strconv.Itoa(len(s))+" "+s+"\n") // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
