package desk

import (
	"slices"
	"strings"
	"time"
)

// A Stage is where an account stands in its life.
type Stage string

// The stages.
const (
	Absent      Stage = ""            // there is none, and none is meant
	Expected    Stage = "expected"    // there is none, and there should be
	Anticipated Stage = "anticipated" // there before its person comes: it receives, nobody signs in
	InUse       Stage = "active"
	Grace       Stage = "grace"     // its person has left, and may still use it
	Suspended   Stage = "suspended" // it receives, nobody signs in
	Ended       Stage = "closed"
	Discarded   Stage = "deleted" // and can be restored
	Forfeit     Stage = "forfeit" // deleted, and can no longer be restored
	Purged      Stage = "purged"
	Unclear     Stage = "unclear" // the directory does not say what is meant
)

// A Life is where an account stands, and what should come next: "" nothing.
type Life struct {
	Stage Stage
	Next  Verb
	Until time.Time // from when, if what comes next is not for now
}

// Sub-states of supannRessourceEtat, as MailPhase has them, without "Supann".
var (
	foreseen = []string{"Anticipe", "Precree", "Cree"}
	reprieve = []string{"Sursis"}
	erasing  = []string{"SupprDonnees", "SupprCompte"}
)

// LifeOf tells it from what the directory says of the person's mail, what
// Partage says of the account, and when it was deleted, zero if it was not.
// Where the directory says nothing, nothing comes next: silence closes no
// account, and opens none.
func LifeOf(p Person, a Account, deleted, now time.Time) Life {
	meant := p.meant()
	switch {
	case !deleted.IsZero() && !a.Known():
		return Life{Stage: Purged}
	case !deleted.IsZero():
		return discarded(meant, deleted.Add(Term), now)
	case !a.Known() && (meant == Anticipated || meant == InUse || meant == Grace):
		return Life{Stage: Expected, Next: AccountCreate}
	case !a.Known():
		return Life{Stage: Absent}
	}
	return Life{Stage: either(meant == Discarded, Ended, meant), Next: towards(meant, a.Status)}
}

// meant is the stage that the directory wants.
func (p Person) meant() Stage {
	in := func(phases []string) bool { return slices.Contains(phases, strings.TrimPrefix(p.MailPhase, "Supann")) }
	switch {
	case p.MailState == "A" && in(foreseen):
		return Anticipated
	case p.MailState == "A" && in(reprieve):
		return Grace
	case p.MailState == "A":
		return InUse
	case p.MailState == "S":
		return Suspended
	case p.MailState == "I" && in(erasing):
		return Discarded
	case p.MailState == "I":
		return Ended
	}
	return Unclear
}

func discarded(meant Stage, until, now time.Time) Life {
	switch {
	case now.After(until):
		return Life{Stage: Forfeit, Next: AccountPurge}
	case meant == InUse || meant == Grace || meant == Anticipated:
		return Life{Stage: Discarded, Next: AccountRestore}
	}
	return Life{Stage: Discarded, Next: AccountPurge, Until: until}
}

// towards is what brings an account of a status to a stage. A status that only
// Partage sets is left alone: something is under way there.
func towards(meant Stage, status string) Verb {
	next := map[Stage]Verb{Anticipated: AccountLock, InUse: AccountActivate, Grace: AccountActivate, Suspended: AccountLock, Ended: AccountClose, Discarded: AccountDelete}[meant]
	s, settles := settlings[next]
	switch {
	case status == Closed && meant == Anticipated:
		next, s = AccountActivate, settlings[AccountActivate] // and then locked: closed, it receives nothing
	case status == Lockout && next == AccountActivate:
		return "" // it ends by itself
	}
	if settles && !slices.Contains(s.from, status) || !settles && !slices.Contains([]string{Active, Locked, Closed}, status) {
		return ""
	}
	return next
}
