package desk

import (
	"context"
	"slices"
	"strings"
)

// A Proposal is a book that is to be in force, with what that would change.
type Proposal struct {
	Book       Book
	Difference Difference
}

// onRules says that the verb puts a rule book in force.
func (v Verb) onRules() bool { return v == RulesActivate || v == RulesRollback || v == RulesUndo }

// proposes says that the request is about that very book.
func (r Request) proposes(f BookActivated) bool {
	return r.Proposal != nil && f.Digest == r.Action.Arg("book") && f.Digest == f.Book.Digest() && f.Digest == r.Proposal.Book.Digest()
}

// book is what the request is to put in force.
func (r Request) book() Book {
	if r.Proposal == nil {
		return Book{}
	}
	return r.Proposal.Book
}

// InForce is the book in force; false if the journal has none.
func InForce(editions []Edition) (Edition, bool) {
	if len(editions) == 0 {
		return Edition{}, false
	}
	return editions[len(editions)-1], true
}

// Seed puts the first book of a journal in force, if it has none.
func (d *Desk) Seed(ctx context.Context, b Book) error {
	_, err := d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		if len(d.View.Editions()) > 0 {
			return nil, nil
		}
		return []Fact{BookActivated{b.Digest(), b}}, nil
	})
	return err
}

// bookable checks an action on the rules against the book in force, and names
// both books in full. That it was asked against another book is an error: what
// people were shown of it is not what it would change.
func (d *Desk) bookable(f *Facts) error {
	editions := d.View.Editions()
	now, known := InForce(editions)
	if !known {
		return Fail(Unavailable, NoBook)
	}
	if from := f.Action.Arg("from"); from != "" && from != now.Digest {
		return Fail(Conflict, OtherBook, "value", short(now.Digest))
	}
	book := f.Action.Arg("book")
	switch f.Action.Verb {
	case RulesUndo:
		if book == "" && len(editions) > 1 {
			book = editions[len(editions)-2].Digest
		}
		if !Undoes(editions, book, f.Now) {
			return Fail(Conflict, NotUndoable)
		}
	case RulesRollback:
		e, known := EditionOf(editions, book)
		if !known {
			return Fail(NotFound, NoBook, "value", book)
		}
		book = e.Digest
	}
	if book == now.Digest {
		return Fail(Conflict, AlreadySo, "value", short(book))
	}
	action, err := NewAction(f.Action.Verb, "", map[string]string{"book": book, "from": now.Digest})
	f.Action = action
	return err
}

// EditionOf finds the book whose digest begins so, the one in force if nothing is
// said of it; false if there is none, or several.
func EditionOf(editions []Edition, prefix string) (found Edition, ok bool) {
	if prefix == "" {
		return InForce(editions)
	}
	for _, e := range editions {
		if !strings.HasPrefix(e.Digest, prefix) {
			continue
		}
		if ok && found.Digest != e.Digest {
			return Edition{}, false
		}
		found, ok = e, true
	}
	return found, ok
}

// short is how people are told a digest.
func short(digest string) string { return digest[:min(len(digest), 12)] }

// propose reads the book that a request puts in force, and tells what that would
// change; nil for other requests. b is what the door was given.
func (d *Desk) propose(f Facts, b Book) (*Proposal, error) {
	if !f.Action.Verb.onRules() {
		return nil, nil
	}
	if f.Action.Verb != RulesActivate {
		e, _ := EditionOf(d.View.Editions(), f.Action.Arg("book"))
		b = e.Book
	}
	if b.Digest() != f.Action.Arg("book") {
		return nil, Fail(Invalid, NoBook, "value", short(f.Action.Arg("book")))
	}
	next, err := d.acceptable(f.Actor.UID, b)
	if err != nil {
		return nil, err
	}
	return &Proposal{Book: b, Difference: d.difference(next)}, nil
}

// acceptable reads a book, and refuses one with any fault, or one that nobody
// could ever replace: of those who could approve it now, and who asks, somebody
// must be able to ask for another book, and somebody else to approve that.
func (d *Desk) acceptable(by UID, b Book) (Rules, error) {
	if d.Read == nil {
		return nil, Fail(Unavailable, UnreadBook)
	}
	next, err := d.Read(b)
	if err != nil {
		return nil, badBook(err)
	}
	ask := Facts{Action: Action{Verb: RulesActivate}, Via: Portal, Now: d.Now(), Actor: d.View.Person(by)}
	able := append(d.CanApprove(ask, d.Rules.Decide(ask)), ask.Actor)
	replaceable := slices.ContainsFunc(able, func(p Person) bool {
		ask.Actor = p
		return len(d.CanApprove(ask, next.Decide(ask))) > 0
	})
	if !replaceable {
		return nil, Fail(Conflict, ClosedBook)
	}
	return next, nil
}

// stillActivable reads the book again, before the vote that may put it in force.
func (d *Desk) stillActivable(r Request) error {
	if !r.Action.Verb.onRules() {
		return nil
	}
	if r.Proposal == nil {
		return Fail(NotFound, NoBook, "value", r.Action.Arg("book"))
	}
	_, err := d.acceptable(r.By, r.Proposal.Book)
	return err
}
