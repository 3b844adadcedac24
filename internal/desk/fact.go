package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// A Fact is one thing that happened. The set is closed; facts are never edited.
type Fact interface{ fact() }

// Facts of a request: its Event carries the request's ID.
type (
	// Asked opens a request.
	Asked struct {
		Action  Action
		Mailbox string // Account.ID acted on: the address may be given to another later
		Owner   UID    // whose account it is, at that time
		Gains   string `json:",omitempty"` // whose mailbox gains by it, see Action.Gainers: an address may be given to another later
		Reason  string // the asker's words, one line
		Via     Door
		Key     string // of the message or form it came by; one key asks once
		Wording string `json:",omitempty"` // what a program asked for, before the desk completed it
		Batch   string `json:",omitempty"` // of those asked together; brakes count them as one
		// What is to be in force, of an action on the rules that they do not deny.
		Proposal *Proposal `json:",omitempty"`
		// What is to be repaired, of an action on the drift that they do not deny.
		Repairs *Repairs `json:",omitempty"`
		// What is to be shown, of an action on a tree of lists that they do not deny.
		Tree *Tree `json:",omitempty"`
	}
	// Decided is the rules' answer.
	Decided struct {
		Decision Decision
		Dates    Dates `json:",omitzero"`  // if it waits
		Seen     *Seen `json:",omitempty"` // what the rules looked at; nil where they were not asked
	}
	// Approved is one vote; Digest is what was on the card.
	Approved struct {
		Digest string
		Via    Door
		Panels []int     `json:",omitempty"` // that the voter belongs to, by their places in the decision; none: the only one
		Signed time.Time `json:",omitzero"`  // when they signed in again for it; zero if that was not asked
	}
	// Refused ends a waiting request by an approver's no.
	Refused struct {
		Reason string
		Via    Door
	}
	// Amended puts other arguments in the place of those of a waiting request; all
	// votes are void. A Decided follows in the same append.
	Amended struct {
		Action Action
		Digest string // of what was amended
		Gains  string `json:",omitempty"` // as Asked's
		Via    Door
	}
	// Questioned sends a waiting request back to its asker, with a question of
	// somebody who may approve it.
	Questioned struct {
		Text   string
		Digest string // of what was on the card
		Via    Door
	}
	// Answered is the asker's answer to the last question.
	Answered struct {
		Text string
		Via  Door
	}
	// Withdrawn ends it by the asker's own wish.
	Withdrawn struct{ Via Door }
	// Nudged says that the asker wants the approvers to be reminded.
	Nudged struct{ Via Door }
	// Reminded says that the approvers are to be told that its deadline has
	// passed; where they were is Announced.
	Reminded struct{}
	// Escalated says the same of those who look after the approvers.
	Escalated struct{}
	// Expired ends a waiting request that nobody answered in time.
	Expired struct{}
	// Planned says by which steps the action is carried out, if by others than
	// itself. It is written with the first Started, and holds from the first
	// step that is proved.
	Planned struct{ Plan Plan }
	// Started is the claim of one step, written before the send: nobody else may
	// act before Until, and what is found after a crash is not known to be undone.
	Started struct {
		Attempt int
		Step    int       // of the plan, from 0
		Undo    bool      // the step is taken back
		Issued  time.Time // when the token of the send was; zero if nothing is to be sent
		Until   time.Time
		Before  Account // as read from Partage just before
	}
	// Failed is a proof that the attempt had no effect, or, before any attempt,
	// the reason why none was made.
	Failed struct {
		Attempt int
		Code    Code
		Error   string // for the log and the operator; holds no secret
		Final   bool
		After   time.Time // not to be tried again before; zero if Final
	}
	// Unknown says that nobody knows whether the attempt had an effect. Looks
	// counts these facts: 1 is of the send itself, the next of a read that did
	// not find the effect.
	Unknown struct {
		Attempt int
		Looks   int
		Error   string
		Until   time.Time // not to be looked at before
	}
	// Stepped is a proof that the effect of one step is there, or is there no
	// more if the step was taken back; others follow.
	Stepped struct {
		Attempt int
		Proof   Account
	}
	// Done is a proof that the effect is there, of the last step if there were
	// several: the account as read afterwards.
	Done struct {
		Attempt int
		Proof   Account
	}
	// Undone is a proof that the last step to be taken back was: nothing is
	// changed in the end.
	Undone struct {
		Attempt int
		Proof   Account
	}
	// Held stops a ready request before anything is sent: one more effect would
	// have passed a limit.
	Held struct {
		Limit Limit
		Max   int  // effects that the limit allows
		First bool `json:",omitempty"` // nothing else was held: the approvers are told of it, and not of each that follows
	}
	// Released lets a held request go on: two administrators have looked.
	Released struct{}
	// Telling claims a post about the request, before it is made: nobody else makes
	// it before Until. Announced says that it stands.
	Telling struct {
		Role  Role
		Until time.Time
	}
	// Announced says that a post about the request stands somewhere, and in
	// which state it shows it. The last one for a Role counts.
	Announced struct {
		Role    Role
		Post    Post
		Shows   State
		Votes   int  // how many approvals it shows
		Code    Code // of the failure it shows
		Version int  `json:",omitempty"` // of the request that it shows
		Said    int  `json:",omitempty"` // how many questions and answers it shows
		Nudges  int  `json:",omitempty"` // how many of the asker's it passes on
	}
)

// Facts that settle a request of governance.
type (
	// Frozen stops every send, on every node, until Thawed.
	Frozen struct {
		Cause  Cause
		Reason string // what the asker said, or what was found
		Anchor string `json:",omitempty"` // ByAnchor: the root that was published, and is not the journal's
	}
	// Thawed ends a freeze, and accepts the journal as it is: what was published of
	// another and froze the house does so no more. Only a request that somebody
	// approved does.
	Thawed struct{}
	// BrakesReset lets the brakes count from zero: the effects before it count no
	// more. What they held when it was asked for is Released in the same append.
	BrakesReset struct{}
	// BookActivated puts a rule book in force, on every node as soon as it reads
	// this. It also stands without a request: the first book of a journal.
	BookActivated struct {
		Digest string
		Book
	}
)

// Facts of a plan of repair. Its parts are requests of their own.
type (
	// Launched says that the plan lacks nothing: its parts are asked from now on.
	Launched struct{}
	// Repaired says that all of its parts are proved.
	Repaired struct{ Parts int }
	// Halted stops it for good: a part came to nothing, or a gap is not what it was.
	Halted struct {
		Part ID `json:",omitempty"` // that came to nothing; "" if none was asked
		Code Code
	}
)

// Facts about rights. They settle a request; a Granted may also be without one,
// signed by the program.
type (
	// Granted delegates: see Delegation, which is named after this event.
	Granted struct {
		Grant
		Reason string `json:",omitempty"` // if there is no request
	}
	// Deputised gives a delegation a deputy, or other dates to one it has.
	Deputised struct {
		Of          Mandate
		Who         UID
		From, Until time.Time
	}
	// Revoked ends a delegation, or takes one deputy from it.
	Revoked struct {
		Of     Mandate
		Deputy UID      `json:",omitempty"`
		Thin   []string `json:",omitempty"` // domains that it leaves with too few correspondents
	}
)

// Facts about addresses.
type (
	// Lifted settles a request: the address may be given to anybody before the end
	// of its quarantine.
	Lifted struct{ Address Address }
	// Spared settles a request: a gap stays as it is until the day that it names.
	Spared struct{}
	// Noticed says of the request that set the last day of an address, a share or a
	// delegation that its holder is to be told that the day is near. Of a delegation
	// that no request asked for it is no fact of a request, and says that they were.
	Noticed struct {
		Of Mandate `json:",omitempty"`
	}
	// Registered says, without a request, who has addresses that the house did not
	// give: the program signs. Sorted by address.
	Registered struct {
		Entries []Registration
		Reason  string `json:",omitempty"`
	}
	// Vanished says, without a request, that addresses were on Partage and are
	// there no more. Sorted by address, all of one owner.
	Vanished struct{ Entries []Registration }
)

// Facts without a request.
type (
	// BindingOffered is a one-time code given to the person who signs the
	// event; Digest is SHA-256 of the code, in hex.
	BindingOffered struct {
		Digest string
		Until  time.Time
	}
	// Bound ties a chat account to the person who signs the event, by a code
	// that was offered, or because the chat server signs them in by the directory.
	Bound struct {
		Account string // the chat's own immutable id
		Digest  string // of the code used up
		Service string `json:",omitempty"` // by which the server signs them in, instead of a code
	}
	// Unbound says that a chat account is no longer a person's.
	Unbound struct {
		Who     UID
		Account string
		Why     Parting
	}
	// Heard claims a message of the chat: nobody else answers it before Until.
	Heard struct {
		Post  string // the chat's own id of it
		Until time.Time
	}
	// TokenIssued gives the person who signs the event a key to the API; Digest
	// is SHA-256 of its secret, in hex. The token is named after this event.
	TokenIssued struct {
		Digest string
		Name   string
		Powers []Power
		Until  time.Time
	}
	// TokenEnded takes one back; Of is who held it.
	TokenEnded struct {
		Token string
		Of    UID
	}
	// TokensEnded settles a request: each token that somebody held is ended, by a
	// fact of its own.
	TokensEnded struct{}
	// Digested says that everybody was told, on a day, what awaits them.
	Digested struct{ Day string }
	// Compared is what one comparison has found, on a day of the house. It is
	// written once a day, and is the trend.
	Compared struct{ Point Point }
	// Forgotten destroys the personal data of somebody: his login, and the words
	// of every event whose Subject he is, this one's too.
	Forgotten struct{ Who UID }
	// Redacted destroys the words of some events at their legal term.
	Redacted struct{ Events []Seq }
)

// Erased is what is read in place of a fact whose words were destroyed. It is
// never written: Was is the empty fact of the same sort.
type Erased struct{ Was Fact }

func (Asked) fact()          {}
func (Decided) fact()        {}
func (Approved) fact()       {}
func (Refused) fact()        {}
func (Amended) fact()        {}
func (Questioned) fact()     {}
func (Answered) fact()       {}
func (Withdrawn) fact()      {}
func (Nudged) fact()         {}
func (Reminded) fact()       {}
func (Escalated) fact()      {}
func (Expired) fact()        {}
func (Planned) fact()        {}
func (Started) fact()        {}
func (Failed) fact()         {}
func (Unknown) fact()        {}
func (Stepped) fact()        {}
func (Done) fact()           {}
func (Undone) fact()         {}
func (Held) fact()           {}
func (Released) fact()       {}
func (BrakesReset) fact()    {}
func (Frozen) fact()         {}
func (Thawed) fact()         {}
func (BookActivated) fact()  {}
func (Announced) fact()      {}
func (Lifted) fact()         {}
func (Spared) fact()         {}
func (Noticed) fact()        {}
func (Registered) fact()     {}
func (Vanished) fact()       {}
func (Launched) fact()       {}
func (Repaired) fact()       {}
func (Halted) fact()         {}
func (Compared) fact()       {}
func (Granted) fact()        {}
func (Deputised) fact()      {}
func (Revoked) fact()        {}
func (BindingOffered) fact() {}
func (Bound) fact()          {}
func (Unbound) fact()        {}
func (Heard) fact()          {}
func (Telling) fact()        {}
func (TokenIssued) fact()    {}
func (TokenEnded) fact()     {}
func (TokensEnded) fact()    {}
func (Digested) fact()       {}
func (Forgotten) fact()      {}
func (Redacted) fact()       {}
func (Erased) fact()         {}

// An Event is a fact, dated, signed and numbered.
type Event struct {
	Seq Seq
	At  time.Time // UTC, to the microsecond
	ID  ID        // the request, "" for a fact without one
	By  UID
	// Subject is whose personal data the fact is: to forget him erases it. ""
	// counts as By. Of somebody forgotten, By and Subject are "#" and a number.
	Subject UID
	Fact    Fact
}

// A Role is to whom and why a post was made.
type Role string

// The roles.
const (
	ToApprovers Role = "approvers" // the card with the buttons
	ToAsker     Role = "asker"     // the asker's own card
	ToAskerEnd  Role = "outcome"   // tells the asker that the card has changed for good
	ToOwner     Role = "owner"     // tells the owner of the account, if somebody else asked
	ToRemind    Role = "reminder"  // tells the approvers that the deadline has passed
	ToNudge     Role = "nudge"     // tells the approvers that the asker waits
	ToEscalate  Role = "escalated" // tells others that the approvers have not answered
	ToQuestion  Role = "question"  // rings the asker: an approver asks something
	ToAnswer    Role = "answer"    // rings the approvers: the asker has answered
	ToAmend     Role = "amended"   // rings the approvers: the request was changed
	ToHolder    Role = "holder"    // tells who holds an address that its last day is near
	ToLender    Role = "lender"    // tells who asked for somebody's right that its last day is near
)

// ToApprover is the card of a confidential request for one approver, in person.
// It does not name them: a login in the words of somebody else's request would
// outlive its erasure.
func ToApprover(id ID, who UID) Role {
	sum := sha256.Sum256(fmt.Appendf(nil, "approver %s %s", id, who))
	return Role(inPerson + hex.EncodeToString(sum[:8]))
}

const inPerson = "approver:"

// InPerson says that it is one of those.
func (r Role) InPerson() bool { return strings.HasPrefix(string(r), inPerson) }

// A Post is where something was said. The zero Post is nowhere: the person
// could not be reached.
type Post struct {
	Channel string
	ID      string
}
