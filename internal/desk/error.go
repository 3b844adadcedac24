package desk

import (
	"errors"
	"fmt"
	"strings"
)

// A Kind says what sort of trouble it is: a door chooses its status by it.
type Kind string

// The kinds. Internal is what any error that is not an *Error counts as.
const (
	Invalid     Kind = "invalid"     // what was typed makes no sense
	NotFound    Kind = "notfound"    // there is none, or none that you may see
	Forbidden   Kind = "forbidden"   // you may not
	Conflict    Kind = "conflict"    // it clashes with what is there, or came too late
	Unavailable Kind = "unavailable" // something we need does not answer
	Internal    Kind = "internal"
)

// A Code names one sentence for people; package say has its words.
type Code string

// The codes, with the details each carries.
const (
	UnknownVerb       Code = "verb.unknown"      // value
	InvalidAddress    Code = "address.invalid"   // value
	InvalidSize       Code = "size.invalid"      // value
	InvalidArgument   Code = "argument.invalid"  // name, value
	MissingArgument   Code = "argument.missing"  // name
	UnknownAccount    Code = "account.unknown"   // value
	UnknownDomain     Code = "domain.unknown"    // domain
	UnknownRequest    Code = "request.unknown"   // value
	UnknownPerson     Code = "person.unknown"    // value
	UnknownGap        Code = "gap.unknown"       // value
	NoRepair          Code = "gap.human"         // value
	UnknownUnit       Code = "unit.unknown"      // value
	OwnRight          Code = "right.own"         // value
	AliasTaken        Code = "alias.taken"       // alias
	AliasAbsent       Code = "alias.absent"      // alias, account
	QuotaBelowUse     Code = "quota.below"       // used
	AlreadySo         Code = "already.so"        // value, state
	WrongStatus       Code = "account.status"    // account, state
	OtherDomain       Code = "rename.domain"     // to, domain
	UnknownClass      Code = "cos.unknown"       // value
	ForwardLoop       Code = "forward.loop"      // to, account
	NotAllowed        Code = "denied"            // verb, target, rule
	NotApprover       Code = "approver.not"      // id
	OwnRequest        Code = "approver.self"     // id
	OwnBenefit        Code = "approver.benefits" // id
	OwnAmendment      Code = "approver.amended"  // id
	NotAmendable      Code = "amend.not"         // id
	TooLate           Code = "too.late"          // id, state, by
	NotExpired        Code = "expired.not"       // id
	NudgedLately      Code = "nudge.lately"      // id
	AnswerFirst       Code = "nudge.question"    // id
	OtherPanel        Code = "approver.others"   // id
	Changed           Code = "changed"           // id
	NotYours          Code = "yours.not"         // id
	StaleData         Code = "data.stale"        // source, since
	BadBinding        Code = "binding.bad"
	NotBound          Code = "binding.none"
	OldBinding        Code = "binding.old"
	QuestionOpen      Code = "question.open"    // id, by
	NoQuestion        Code = "question.none"    // id
	NoWayBack         Code = "undo.none"        // id
	WindowOver        Code = "undo.over"        // id
	NoStepUp          Code = "stepup"           // id, digest
	StillConcerned    Code = "person.concerned" // value, id
	PartageDown       Code = "partage.down"
	OtherMailbox      Code = "mailbox.other" // target
	PartageRefused    Code = "partage.refused"
	NoEffect          Code = "effect.none"
	HouseFrozen       Code = "house.frozen" // from
	ClockBack         Code = "clock.back"
	NotFrozen         Code = "house.unfrozen"
	OtherFreeze       Code = "house.refrozen" // id
	NothingHeld       Code = "held.none"
	Braked            Code = "braked" // limit, max
	Paused            Code = "paused"
	BadToken          Code = "token.bad"
	UnknownToken      Code = "token.unknown"      // value
	NoTokens          Code = "token.none"         // value
	TokensMany        Code = "token.many"         // n
	TokenPower        Code = "token.power"        // power
	KeyReused         Code = "key.reused"         // id
	TooOften          Code = "asked.often"        // n, wait: seconds
	UnknownDelegation Code = "delegation.unknown" // value
	NotDeleted        Code = "deletion.none"      // value
	TermOver          Code = "term.over"          // until
	AddressTaken      Code = "address.taken"      // address
	PersonTaken       Code = "person.taken"       // person, account
	NotReversible     Code = "reversible.not"     // what
	UnknownList       Code = "list.unknown"       // value
	UnknownResource   Code = "resource.unknown"   // value
	UnknownTree       Code = "tree.unknown"       // value
	BadTree           Code = "tree.bad"           // value
	OtherTree         Code = "tree.other"         // value
	MailLoop          Code = "mail.loop"          // path
	NotMember         Code = "member.not"         // value, list
	NotSender         Code = "sender.not"         // value, list
	WrongKind         Code = "list.kind"          // list, kind
	AliasListed       Code = "alias.listed"       // alias, list
	JournalDamaged    Code = "journal.damaged"
	BadBook           Code = "book.bad"     // faults
	NoBook            Code = "book.none"    // value
	OtherBook         Code = "book.other"   // value
	ClosedBook        Code = "book.closed"  //
	UnreadBook        Code = "book.unread"  // value
	NotUndoable       Code = "book.undo"    //
	NoDrift           Code = "drift.none"   //
	NothingToRepair   Code = "drift.empty"  //
	NoSuchGap         Code = "drift.absent" // value, cause
	SparedLong        Code = "drift.long"   // value, max
	TooMany           Code = "drift.many"   // value, population, max
	OtherPlan         Code = "plan.other"   // value
	PlanMoved         Code = "plan.moved"   // id
	PlanHalted        Code = "plan.halted"  // id

	DirectoryOwns  Code = "directory.owns"  // name, account
	NoEPPN         Code = "eppn.none"       // person
	OtherEPPN      Code = "eppn.other"      // person
	AddressDeleted Code = "address.deleted" // address, id
	TermRuns       Code = "term.runs"       // until
	Personal       Code = "share.personal"  // account
	NotShared      Code = "share.none"      // account, with
	ShellOnly      Code = "shell.only"      // verb
	Unproved       Code = "effect.unseen"
	Twice          Code = "batch.twice" // value
	NotWhole       Code = "batch.whole" // n, of

	InQuarantine   Code = "address.quarantined" // address, until
	NotQuarantined Code = "quarantine.none"     // value
	UnknownAddress Code = "address.unknown"     // value
	NoEnd          Code = "end.none"            // address
	NotDue         Code = "due.not"             // address
)

// An Error is trouble that a person can be told: Code and Details are for
// them, Err is the cause for the log. Details name a person by login; Called is
// the name that the directory has for that login, "" if it has none.
type Error struct {
	Kind    Kind
	Code    Code
	Details map[string]string
	Called  string
	Err     error
}

// Fail makes an Error; details come in pairs, name then value.
func Fail(kind Kind, code Code, details ...string) *Error {
	e := &Error{Kind: kind, Code: code, Details: map[string]string{}}
	for i := 0; i+1 < len(details); i += 2 {
		e.Details[details[i]] = details[i+1]
	}
	return e
}

// Because adds the cause.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// about tells how whom the details name is called.
func (e *Error) about(p Person) *Error { e.Called = p.Name; return e }

// Error is for the log: the code, the details, the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, k := range sortedKeys(e.Details) {
		fmt.Fprintf(&b, " %s=%q", k, e.Details[k])
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of err; Internal for an error that nobody prepared for people.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf is the code of err, or "".
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// What an Office says of a write that did not succeed. Any other error means
// that the outcome is unknown.
var (
	// ErrRefused: proved without effect, and trying again would not help.
	ErrRefused = errors.New("refused")
	// ErrNotSent: proved without effect, and may be tried again later.
	ErrNotSent = errors.New("not sent")
)

// ErrBehind is returned by Append when the journal has grown past the position given.
var ErrBehind = errors.New("journal has moved on")

// ErrIllegal is returned by With for a fact that cannot happen in the present state.
var ErrIllegal = errors.New("not possible in this state")
