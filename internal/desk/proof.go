package desk

import (
	"strings"
	"time"
)

// A Proof says that somebody has just signed in again, to approve a request as
// it was on their page. The zero Proof proves nothing.
type Proof struct {
	At     time.Time // when they did, by who vouches for them
	Digest string    // of what was on the page; see Request.Digest
}

// Proofs says who must sign in again to approve what is grave.
type Proofs struct {
	Within time.Duration // before the approval; 0 = nobody
	Chat   bool          // also who would approve in the chat, where it cannot be done: they are sent to the portal
}

// Grave says that a mistake, or a stolen session, would cost dearly: a mailbox or
// a list would be gone, or somebody would get power over others.
func (v Verb) Grave() bool {
	switch v {
	case AccountClose, AccountDelete, DelegationGrant, DelegationDeputy:
		return true
	}
	_, what, _ := strings.Cut(string(v), ".")
	return v.takesTwo() || what == "delete" || what == "purge"
}

// proved says whether a vote by that door needs a proof, and has one: fresh, and
// of the very request that is approved.
func (d *Desk) proved(via Door, r Request, p Proof) error {
	if !d.Proves(via, r) {
		return nil
	}
	age := d.Now().Sub(p.At)
	if p.Digest == "" || p.Digest != r.Digest() || age < 0 || age > d.Proofs.Within {
		return Fail(Forbidden, SignAgain, "id", string(r.ID))
	}
	return nil
}

// Proves says whether who approves the request by that door must have signed in
// again.
func (d *Desk) Proves(via Door, r Request) bool {
	return d.Proofs.Within > 0 && r.Action.Verb.Grave() && (via != Chat || d.Proofs.Chat)
}
