package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

type (
	// UID is a person of the directory: its stable login. Never a chat name.
	UID string
	// ID is one request, "D-512". Numbers grow by one and are never used twice.
	ID string
	// Seq is a position in the journal; 0 is before the first event.
	Seq int64
	// Door is where somebody came in.
	Door string
)

// after says that the request was asked after another.
func (id ID) after(other ID) bool {
	return cmp.Or(cmp.Compare(len(id), len(other)), cmp.Compare(id, other)) > 0
}

// The doors.
const (
	Chat   Door = "chat"
	Portal Door = "portal"
	Shell  Door = "shell" // the command line, on the server itself
	API    Door = "api"   // a program, in the name of who holds its token
	Sync   Door = "sync"  // a plan of repair: the desk alone asks by it, see Desk.Conduct
	Clock  Door = "clock" // what has reached its last day: the program alone asks by it, see Desk.Keep
)

// System is who signs what the program does by itself.
const System UID = "melusine"

// A Person is somebody the directory knows. The zero Person is nobody.
type Person struct {
	UID         UID
	Name        string   // as displayed, "Jeanne Dupont"
	Mail        Address  // the address the directory gives
	EPPN        string   // eduPersonPrincipalName
	Affiliation string   // eduPersonPrimaryAffiliation: student, employee, faculty...
	Also        []string // eduPersonAffiliation: all that the person is, sorted
	Unit        string   // code of the main unit (supannEntiteAffectationPrincipale)
	UnitName    string   // its label, "UFR Physique"
	UnitDomain  string   // its mail domain, "physique.unistra.fr"
	Manager     UID      // head of service
	MailState   string   // state of the mail resource in supannRessourceEtat: A, I or S; "" unknown
	MailPhase   string   // its sub-state, "SupannSursis"; "" unknown
	Groups      []string // names of directory groups
	Unlisted    bool     // on the red list: not to be shown in the address book

	// Delegations are those to the person and those they are a deputy of, whatever
	// their dates: a fold of the journal.
	Delegations []Delegation
}

// Known says that the directory has this person.
func (p Person) Known() bool { return p.UID != "" }

// In says that the person belongs to the group. The empty group holds nobody.
func (p Person) In(group string) bool { return group != "" && slices.Contains(p.Groups, group) }

// An Account is a mailbox of Partage. The zero Account is none. Where an action
// acts on something else, a list, a resource or a tree of lists, that is an Account
// too: see Detail.
type Account struct {
	ID      string    // zimbraId: the identity; an address may be given to another mailbox
	Address Address   // primary
	Owner   UID       // whose it is, "" for a mailbox without a person
	Name    string    // display name on Partage
	Status  string    // zimbraAccountStatus: active, locked, closed...
	COS     string    // name of its class of service
	Quota   int64     // bytes in force, 0 = unlimited
	Used    int64     // bytes
	Aliases []Address // sorted
	Seen    time.Time // last logon, zero if never

	// Where a copy of each message goes, as the owner chose; "" nowhere. Partage
	// does not promise that it is one address.
	Forward     string
	ForwardOnly bool // nothing is kept here
	Hidden      bool // not shown in the address book of the university

	Detail *Detail `json:",omitempty"` // what only a look at Partage gives; not kept in memory
}

// The statuses that a client may set. Partage sets others by itself.
const (
	Active  = "active"
	Locked  = "locked"  // no sign-in, mail is delivered
	Closed  = "closed"  // no sign-in, mail is refused
	Lockout = "lockout" // locked by Partage itself, after too many wrong passwords
)

// A Detail is what of an account only its deletion and its return look at.
type Detail struct {
	EPPN  string       `json:",omitempty"` // as Partage has it, letter for letter
	Notes string       `json:",omitempty"` // of administrators
	Lists []Membership `json:",omitempty"` // of the lists that were looked at
	// Profile is by the names of ProfileFields, without the display name; nil if it
	// was not looked at.
	Profile map[string]string `json:",omitempty"`

	// What the action acts on, if it is no mailbox: then the Account has its ID and
	// its addresses, and this the rest.
	List     *List     `json:",omitempty"`
	Resource *Resource `json:",omitempty"`
	Tree     *Tree     `json:",omitempty"`
}

// A Membership is what a list has of one address of the account.
type Membership struct {
	List   Address
	ID     string  // of the list; "" if there is none at that address
	Member Address // the account's own, or an alias
	In     bool
}

// Trash is the address of the account while it is deleted. It says nothing of
// the one before, which is in the journal: nothing is ever read out of it.
func (a Account) Trash() Address { return Address(trash + a.ID + "@" + a.Address.Domain()) }

const trash = "deleted-"

// Deleted says that the account was deleted by us, and can be given back.
func (a Account) Deleted() bool {
	return strings.HasPrefix(string(a.Address), trash) && a.Address == a.Trash()
}

// Known says that the account exists.
func (a Account) Known() bool { return a.Address != "" }

// Holds says that mail to the address arrives in this account.
func (a Account) Holds(x Address) bool {
	return x != "" && (a.Address == x || slices.Contains(a.Aliases, x))
}

// Facts is everything a rule may look at.
type Facts struct {
	Actor  Person  // who asks
	Via    Door    // and from where
	Action Action  // what
	Target Account // the account acted on, or that is to be; zero when the action has none
	Owner  Person  // whose account it is, or whose right is given or taken; zero when nobody's
	Holder UID     // whose delegation the action names, or who held the address that it releases; "" when it names none
	Domain string  // the domain the action touches: of the alias for alias.*, the one that is delegated if it is all that is, else of the target
	Size   int64   // bytes asked for by quota.set; 0 = none asked
	Now    time.Time

	Resembles Address // what somebody else has and the address asked for would be taken for; "" nothing
	Ended     bool    // asked by the program: the last day of the address acted on is over
}

// About is f with whose right the action gives or takes, and the domain if that
// is all that it is about. The right is the one that the action names, or what
// it grants.
func (f Facts) About(right Delegation, person func(UID) Person) Facts {
	if f.Owner = person(f.Action.favours(right.To)); right.Known() {
		f.Holder = right.To
	}
	if len(right.Domains) == 1 && len(right.Units)+len(right.Lists) == 0 {
		f.Domain = right.Domains[0]
	}
	return f
}

// Manages says that a domain, a unit or a list is delegated to who asks, for
// this action and now.
func (f *Facts) Manages(scope string) bool { return f.Actor.Manages(scope, f.Use()) }

// Managed lists the domains that are.
func (f *Facts) Managed() []string { return f.Actor.Managed(f.Use()) }

// Use is what who asks would do by a delegation: rules ask hundreds of times.
func (f *Facts) Use() Use {
	u := f.Action.giving(f.Size, f.Now)
	u.reach = u.Verb.reach()
	return u
}

// Whose is who gains or loses by the action: whose the account is, or the right.
func (f *Facts) Whose() UID {
	if slices.Contains([]Verb{AddressRelease, DriftSpare, TokenEnd}, f.Action.Verb) {
		return f.Holder // even if the directory does not know them any more
	}
	if f.Action.Verb.delegates() { // even if the directory does not know them any more
		return f.Action.favours(f.Holder)
	}
	return f.Target.Owner
}

// An Outcome is what the rules say. The zero Outcome is no: read it as Denied.
type Outcome string

// The outcomes.
const (
	Denied  Outcome = "denied"
	Allowed Outcome = "allowed"
	Pending Outcome = "pending" // allowed once enough of the named people approve
)

// A Text is one sentence in both languages.
type Text struct {
	FR, EN string
}

// In returns the sentence in the language "fr" or "en"; French if in doubt.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.FR
}

// A Decision is the answer of the rules with its reasons.
type Decision struct {
	Outcome  Outcome
	Rule     string  // id of the rule that settled it; "" = none did, hence denied
	Because  Text    // that rule's sentence
	Panels   []Panel // who must approve: each of them, if the outcome is Pending
	Deadline int     `json:",omitempty"` // working days after which approvers are reminded; 0 = the house's
	Expiry   int     `json:",omitempty"` // working days after which the request ends unanswered; 0 = the house's
	// Confidential says that who approves is told in person, and no channel.
	Confidential bool      `json:",omitempty"`
	Why          []Finding // every rule looked at, in order
	Book         string    // digest of the rule book that answered
}

// A Finding is what one rule said.
type Finding struct {
	Rule   string
	Result string // "yes", "no", or "error: ..."
}

// concedes says that the action is not simply denied.
func (d Decision) concedes() bool { return d.Outcome == Allowed || d.Outcome == Pending }
