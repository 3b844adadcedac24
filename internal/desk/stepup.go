package desk

import "slices"

// stepUp: what is of high risk is approved in the portal, where a person has
// just signed in, and not by a click in a chat that may have been left open, nor by
// a program. The
// refusal carries the digest: what is opened there is what was looked at here.
func (d *Desk) stepUp(via Door, r Request) error {
	if via != Portal && d.Risky(r.Action.Verb) && r.State == Waiting {
		return Fail(Forbidden, StepUp, "id", string(r.ID), "digest", r.Digest())
	}
	return nil
}

// Risky says that the verb is approved in the portal only.
func (d *Desk) Risky(v Verb) bool { return slices.Contains(d.StepUp, v) }
