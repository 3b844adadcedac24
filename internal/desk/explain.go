package desk

// An Explanation is a decision with all that led to it.
type Explanation struct {
	Decision Decision
	Reasons  []Reason // the rules looked at, in order: the last settles it, if one does
	Closest  []Change // the smallest changes that would give more, the smallest first
}

// A Reason is what one rule said.
type Reason struct {
	Rule    string
	Text    Text
	Outcome Outcome // what the rule gives where it holds
	Clause
}

// An Answer is what a clause comes to.
type Answer string

// The answers.
const (
	Yes      Answer = "yes"
	No       Answer = "no"
	Withheld Answer = "withheld" // the reader may not see what it depends on
)

// A Clause is one part of a condition, with the values it was seen to have.
type Clause struct {
	*Written
	Answer  Answer
	Missing bool     // something it looks at is not known: it holds as little as it can
	Seen    []string // the value of each attribute it looks at, "" if not known; nil if withheld
	Parts   []Clause
}

// Written is a clause as the book has it.
type Written struct {
	Text  string   // as written
	Word  string   // "and", "or", "not", the name of a function, or an operator; "true" and "false"
	Looks []string // the attributes it looks at, such as "actor.unit"
	Wants []string // the values it compares with
}

// A Change is something else to ask, or something else to be, and what the
// rules would then say.
type Change struct {
	Action   Action // to ask instead
	Needs    []Need // what the person lacks
	Decision Decision
}

// A Need is what a person would have to be given.
type Need struct {
	What string // "domain": it would be delegated to them; "group": they would be a member
	Name string
}

// A Sight is what the reader of an explanation may see.
type Sight struct {
	Actor  bool      // who asks: their unit, affiliation, groups
	Target bool      // the account and its owner
	Own    []Account // of the actor, if the reader is the actor: what could be asked for instead
}

// Explains is what a rule book tells beside its decision.
type Explains interface {
	// Explain gives the decision of Decide with its reasons. Nothing in it depends
	// on what the reader may not see, except the decision itself.
	Explain(Facts, Sight) Explanation
}
