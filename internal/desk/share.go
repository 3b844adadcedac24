package desk

import (
	"cmp"
	"slices"
	"time"
)

// The rights to send that a share gives.
const (
	SendAs  = "sendAs"         // in the name of the mailbox
	SendFor = "sendOnBehalfOf" // in one's own name, on its behalf
)

// A Share says who may open a whole mailbox of nobody, and send from it. Partage
// cannot be asked: this is what we have done, and nothing of what others did.
type Share struct {
	With  Address
	Right string
	Since time.Time
	By    ID
}

// Shares lists those of a mailbox, by address.
func (d *Desk) Shares(of Account) (shares []Share) {
	settled := map[Address]Request{}
	for r := range d.View.Requests(Query{States: []State{Settled}, Verbs: []Verb{AccountShare, AccountUnshare}}) { // whatever its address was then
		with := Address(r.Action.Arg("with"))
		if r.Mailbox == of.ID && r.Changed.After(settled[with].Changed) {
			settled[with] = r
		}
	}
	for with, r := range settled {
		if r.Action.Verb == AccountShare {
			shares = append(shares, Share{with, r.Action.Arg("right"), r.Changed, r.ID})
		}
	}
	slices.SortFunc(shares, func(a, b Share) int { return cmp.Compare(a.With, b.With) })
	return shares
}

// share is what somebody has of the mailbox, the zero Share if nothing.
func (d *Desk) share(of Account, with Address) Share {
	shares := d.Shares(of)
	if i := slices.IndexFunc(shares, func(s Share) bool { return s.With == with }); i >= 0 {
		return shares[i]
	}
	return Share{}
}

// perhaps is a share that was sent and never answered: it may be there.
func (d *Desk) perhaps(of Account, with Address) Share {
	for r := range d.View.Requests(Query{States: []State{Broken, Settled}, Verbs: []Verb{AccountShare, AccountUnshare}}) { // newest first
		if r.Mailbox != of.ID || Address(r.Action.Arg("with")) != with || r.State == Broken && r.Code != Unproved {
			continue
		}
		if r.Action.Verb == AccountShare {
			return Share{with, r.Action.Arg("right"), r.Changed, r.ID}
		}
		if r.State == Settled {
			break
		}
	}
	return Share{}
}

// sharable names who is to open the mailbox by the address of their own, which is
// what Partage takes, and checks that it can be. What somebody receives is for
// them alone: a mailbox of a person is not shared here.
func (d *Desk) sharable(f *Facts) error {
	target := f.Target
	with := d.Resolve(f.Action.Arg("with"))
	switch {
	case target.Owner != "":
		return Fail(Conflict, Personal, "account", string(target.Address))
	case !with.Known():
		return Fail(NotFound, UnknownAccount, "value", f.Action.Arg("with"))
	case with.ID == target.ID:
		return Fail(Invalid, InvalidArgument, "name", "with", "value", string(with.Address))
	}
	now := d.share(target, with.Address)
	if f.Action.Verb == AccountUnshare && now.With == "" {
		now = d.perhaps(target, with.Address)
	}
	right := cmp.Or(f.Action.Arg("right"), SendAs)
	if f.Action.Verb == AccountUnshare {
		right = now.Right // what it takes away
	}
	var err error
	switch f.Action, err = NewAction(f.Action.Verb, f.Action.Target, map[string]string{"with": string(with.Address), "right": right}); {
	case err != nil:
		return err
	case f.Action.Verb == AccountShare && now.With != "": // another right would be added to it, not put in its place: take it away first
		return Fail(Conflict, AlreadySo, "value", string(with.Address))
	case f.Action.Verb == AccountUnshare && now.With == "":
		return Fail(NotFound, NotShared, "account", string(target.Address), "with", string(with.Address))
	}
	return nil
}
