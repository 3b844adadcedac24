package desk

import (
	"sync"
	"sync/atomic"
)

// A Library is the rules in force: those of the last book of the fold. It
// switches when the fold does, so that whatever is decided at a position of the
// journal is decided by the book of that position.
type Library struct {
	Fold interface{ Editions() []Edition }
	Read func(Book) (Rules, error)

	reading sync.Mutex
	last    atomic.Pointer[reading]
}

// A reading is a book as this program understands it.
type reading struct {
	digest string
	rules  Rules
	err    error
}

// InForce is the rules in force. If this program cannot read their book, they
// are those of the last that it can, to look by and to change nothing: see the
// error. Without any book everything is denied.
func (l *Library) InForce() (Rules, error) {
	editions := l.Fold.Editions()
	now, known := InForce(editions)
	if !known {
		return denial{}, Fail(Unavailable, NoBook)
	}
	if r := l.last.Load(); r != nil && r.digest == now.Digest {
		return r.rules, r.err
	}
	l.reading.Lock()
	defer l.reading.Unlock()
	if r := l.last.Load(); r != nil && r.digest == now.Digest {
		return r.rules, r.err
	}
	r := &reading{digest: now.Digest}
	if r.rules, r.err = l.Read(now.Book); r.err != nil {
		r.err = Fail(Unavailable, UnreadBook, "value", short(now.Digest)).Because(r.err)
		r.rules = l.former(editions[:len(editions)-1])
	}
	l.last.Store(r)
	return r.rules, r.err
}

// former is the rules of the last of the books that can be read.
func (l *Library) former(editions []Edition) Rules {
	for i := len(editions) - 1; i >= 0; i-- {
		if rules, err := l.Read(editions[i].Book); err == nil {
			return rules
		}
	}
	return denial{}
}

// Decide is Rules's.
func (l *Library) Decide(f Facts) Decision {
	rules, _ := l.InForce()
	return rules.Decide(f)
}

// Explain is Explains's.
func (l *Library) Explain(f Facts, sight Sight) Explanation {
	rules, _ := l.InForce()
	if e, ok := rules.(Explains); ok {
		return e.Explain(f, sight)
	}
	return Explanation{Decision: rules.Decide(f)}
}

// Names is Namer's.
func (l *Library) Names(a Address) Breach {
	rules, _ := l.InForce()
	if n, ok := rules.(Namer); ok {
		return n.Names(a)
	}
	return NoBreach
}

// Naming is Namer's.
func (l *Library) Naming() Naming {
	rules, _ := l.InForce()
	if n, ok := rules.(Namer); ok {
		return n.Naming()
	}
	return Naming{}
}

// ApproverGroups names the groups of the directory whose members some rule lets
// approve.
func (l *Library) ApproverGroups() []string {
	rules, _ := l.InForce()
	if b, ok := rules.(interface{ ApproverGroups() []string }); ok {
		return b.ApproverGroups()
	}
	return nil
}

// denial is the rules of no book.
type denial struct{}

// Decide denies.
func (denial) Decide(Facts) Decision { return Decision{Outcome: Denied} }

// ruled says why nothing may be changed by the rules: their book cannot be read.
func (d *Desk) ruled() error {
	l, ok := d.Rules.(*Library)
	if !ok {
		return nil
	}
	_, err := l.InForce()
	return err
}
