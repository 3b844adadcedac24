package desk

import (
	"slices"
	"strings"
	"time"
)

// StepUp says what is of high risk: approved in the portal only, by who has just
// signed in again for it. An open session, or a chat left open, does not suffice.
// The zero StepUp asks for nothing.
type StepUp struct {
	Verbs  []Verb        `yaml:"verbs"`
	Within time.Duration `yaml:"within"` // between signing in and approving
}

// StandardStepUp is what a house begins with: what is grave, five minutes.
func StandardStepUp() StepUp {
	return StepUp{slices.DeleteFunc(Verbs(), func(v Verb) bool { return !v.grave() }), 5 * time.Minute}
}

// grave says that a mistake, or a stolen session, would cost dearly: a mailbox or
// a list would be gone, or somebody would get power over others.
func (v Verb) grave() bool {
	switch v {
	case AccountClose, AccountDelete, DelegationGrant, DelegationDeputy:
		return true
	}
	_, what, _ := strings.Cut(string(v), ".")
	return v.takesTwo() || what == "delete" || what == "purge"
}

// A Proof says that somebody has just signed in again, to approve a request as
// it was on their page. The zero Proof proves nothing.
type Proof struct {
	At     time.Time // when they did, by who vouches for them
	Digest string    // of what was on the page; see Request.Digest
}

// Risky says that the verb is of high risk.
func (d *Desk) Risky(v Verb) bool { return slices.Contains(d.StepUp.Verbs, v) }

// stepUp holds a vote of high risk to its proof: fresh, of the very request that
// is approved. The refusal carries the digest: what is opened in the portal is
// what was looked at here.
func (d *Desk) stepUp(via Door, r Request, p Proof) error {
	if !d.Risky(r.Action.Verb) {
		return nil
	}
	age := d.Now().Sub(p.At)
	if via != Portal || p.Digest == "" || p.Digest != r.Digest() || age < 0 || age > d.StepUp.Within {
		return Fail(Forbidden, NoStepUp, "id", string(r.ID), "digest", r.Digest())
	}
	return nil
}
