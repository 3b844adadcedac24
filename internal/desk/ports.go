package desk

import (
	"context"
	"iter"
	"time"
)

// A Journal is the only truth about what was asked, decided and done.
type Journal interface {
	// Append adds events right after position after, all or none, durably, and
	// returns the new last position. ErrBehind: somebody else was first.
	Append(ctx context.Context, after Seq, events ...Event) (Seq, error)
	// Read yields the events after a position, oldest first.
	Read(ctx context.Context, after Seq) iter.Seq2[Event, error]
	// Wait returns when there may be events after the position, or with ctx's error.
	Wait(ctx context.Context, after Seq) error
}

// A Fold answers from the journal. What it returns must not be changed.
type Fold interface {
	// Request is the request as of a position; State None if there is none.
	Request(ID) (Request, Seq)
	// Next is the first request id not yet used, as of a position.
	Next() (ID, Seq)
	// Keyed is the request asked under the key, or "".
	Keyed(key string) ID
	// Requests yields requests, newest first.
	Requests(Query) iter.Seq[Request]
	// Count is how many requests match, whatever the limit.
	Count(Query) int
	// Delays are how long requests took until they were done, of those that were after a
	// time, the last first.
	Delays(after time.Time) iter.Seq[time.Duration]
	// History yields the events that touch an address or a request, newest first.
	History(ctx context.Context, of string) iter.Seq2[Event, error]
	// Delegation is the one of that name, even if it has ended; or the zero Delegation.
	Delegation(Mandate) Delegation
	// Delegations lists all of them, as they were granted.
	Delegations() []Delegation
	// Correspondents gives those that were not revoked, whatever their dates, to
	// each who holds them or is a deputy.
	Correspondents() map[UID][]Delegation
	// Binding is the person a chat account is bound to, or "".
	Binding(account string) UID
	// Chat is the chat account bound to a person, or "".
	Chat(UID) string
	// Bond is how a chat account is bound; the zero Bond if it is not.
	Bond(account string) Bond
	// Heard is the claim on a message of the chat, if it is of the last hour or so.
	Heard(post string) Claim
	// Bound lists the people who have one, sorted.
	Bound() []UID
	// Digested is the last day on which everybody was told what awaits them.
	Digested() string
	// Offer is the person who was offered the code with this digest and until
	// when, or "" once it is used.
	Offer(digest string) (UID, time.Time)
	// Token is the token of that name, even if it has ended; or the zero Token.
	Token(id string) Token
	// TokenOf is the one whose secret has the digest.
	TokenOf(digest string) Token
	// Tokens lists those of a person, oldest first.
	Tokens(of UID) []Token
	// Bearers lists the people to whom tokens were ever issued, sorted.
	Bearers() []UID
	// Freeze is the event that stopped every send; false if they go on.
	Freeze() (Event, bool)
	// Anchor is what came of a root that was published and is not the journal's.
	Anchor(root string) Anchoring
	// Intents are the effects that brakes count: of verbs that take something
	// away, started in the last day and not proved without effect.
	Intents() Tally
	// Editions are the rule books that were in force, oldest first; the last is.
	Editions() []Edition
	// Stopped is how many requests a brake holds.
	Stopped() int
	// Trend is what comparisons have found, oldest first. Not to be changed.
	Trend() []Point
	// Latest is the latest date of an event since the last Thawed, zero if there
	// is none.
	Latest() time.Time
	// CatchUp returns when everything in the journal now has been folded in.
	CatchUp(context.Context) error
}

// A Query selects requests; each field that is set must hold.
type Query struct {
	By     UID     // asked by
	Target Address // acting on the account or alias
	Batch  string  // asked together
	States []State // in one of
	Verbs  []Verb  // for one of
	Before ID      // asked before that one
	Limit  int     // at most; 0 = no limit
}

// A World answers what exists, from the copies of the directory and of
// Partage held in memory. "Not there" is the zero value.
type World interface {
	Person(UID) Person
	// Members are the people of a group of the directory, sorted. Not to be changed.
	Members(group string) []UID
	// Account finds the mailbox that receives mail for an address: its own or an alias.
	Account(Address) Account
	// Named are the people with that name, sorted: the same words in the same
	// order, without case nor accents.
	Named(name string) []UID
	// Owned yields the accounts of a person.
	Owned(UID) []Account
	// Search yields up to n accounts whose address begins with prefix, in order.
	Search(prefix string, n int) []Account
	// Population is how many accounts there are.
	Population() int
	// EachPerson and EachAccount yield all of them, in an order that does not change
	// while they do not. What they point to must not be changed.
	EachPerson() iter.Seq[*Person]
	EachAccount() iter.Seq[*Account]
	// Census counts them.
	Census() Census
	// List finds the distribution list, the group or the alias 1→N of an address:
	// its own or an alias.
	List(Address) List
	// Lists yields all of them, and Resources the calendar resources, in order of
	// address. What they point to must not be changed.
	Lists() iter.Seq[*List]
	Resources() iter.Seq[*Resource]
	// ListsWith are those that the address is a member of or may send for, in order of
	// address. What they point to must not be changed.
	ListsWith(Address) []*List
	// Resource finds a calendar resource by its address.
	Resource(Address) Resource
	// Tree is the tree of lists that the users of a domain are shown.
	Tree(domain string) Tree
	// Listed is when lists, resources and trees were last read in full; zero = never.
	Listed() time.Time
	// HasDomain says that Partage serves the domain.
	HasDomain(string) bool
	// Domains are those that Partage serves, sorted. Not to be changed.
	Domains() []string
	// HasUnit says that somebody belongs to the unit with that code.
	HasUnit(code string) bool
	// Classes names the classes of service of Partage, sorted.
	Classes() []string
	// Ages tells when the directory and Partage were last read in full; zero = never.
	Ages() (directory, partage time.Time)
}

// A View is the memory of the house.
type View interface {
	Fold
	World
	Register
}

// A Register answers who has which address: what the journal says, and what
// Partage shows. "Never seen" is the zero value.
type Register interface {
	// Entry is what is known of an address; false if it was never seen.
	Entry(Address) (Entry, bool)
	// Past are those who had the address before, the last first.
	Past(Address) []Entry
	// Entries yields up to n addresses that begin with prefix, in order.
	Entries(prefix string, n int) []Entry
	// Alike yields the addresses that look like one, in any domain, itself included.
	Alike(Address) []Address
	// Dated yields the addresses that have a last day, in order: aliases, and the
	// own addresses of mailboxes that end.
	Dated() []Entry
	// Gone are addresses that Partage had at one reading and not at the next. They
	// may have come back.
	Gone() []Registration
}

// Rules decide. They are pure: same facts, same book, same decision.
type Rules interface {
	Decide(Facts) Decision
}

// An Office is where actions take effect: Partage.
type Office interface {
	// Look reads, from Partage itself, the mailbox with that identifier: where
	// the action finds it or leaves it, or wherever else in those domains it
	// was moved. If it is nowhere, Look gives the mailbox that has its address,
	// whose ID is another, or the zero Account. What the action touches beside
	// the account is in Detail.
	Look(ctx context.Context, a Action, id string) (Account, error)
	// Plan gives the steps of the request on the account as just read; taken is
	// the request that it takes back, if any. An *Error says why it cannot be.
	Plan(ctx context.Context, r Request, before Account, taken Request) (Plan, error)
	// Pen takes a token for the one write that the action is, on the account as
	// just read. ErrRefused: it can never be; any other error: not now.
	Pen(ctx context.Context, a Action, before Account) (Pen, error)
	// Shows says whether the account, as read for the action, shows its effect.
	Shows(Action, Account) bool
}

// A Pen holds one token for one write.
type Pen interface {
	// Issued is when the token was: it dies a token's life later.
	Issued() time.Time
	// Write sends the write, at most once, if Leave lets it. Its error is
	// ErrRefused, ErrNotSent, or means: outcome unknown.
	Write(context.Context) error
}
