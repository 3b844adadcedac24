package desk

// An Article is one rule of a book, for people to read.
type Article struct {
	ID      string
	Text    Text
	Verbs   []Verb
	Outcome Outcome
	When    string // the condition, as written
}

// Articles lists the rules of a book in the order they are tried; nil if this
// program cannot read it.
func (d *Desk) Articles(b Book) []Article {
	if d.Read == nil {
		return nil
	}
	read, err := d.Read(b)
	if told, ok := read.(interface{ Articles() []Article }); ok && err == nil {
		return told.Articles()
	}
	return nil
}

// Consider tells what a book would change if the person asked for it, as Ask
// would record it; or an *Error that says why it cannot be.
func (d *Desk) Consider(by UID, via Door, b Book) (Difference, error) {
	action, err := NewAction(RulesActivate, "", map[string]string{"book": b.Digest()})
	if err != nil {
		return Difference{}, err
	}
	facts, err := d.check(by, via, action)
	if err != nil {
		return Difference{}, err
	}
	if !d.Rules.Decide(facts).concedes() {
		return Difference{}, Fail(Forbidden, NotAllowed, "verb", string(RulesActivate))
	}
	p, err := d.propose(facts, b)
	if err != nil {
		return Difference{}, err
	}
	return p.Difference, nil
}
