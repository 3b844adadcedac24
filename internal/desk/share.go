package desk

import (
	"cmp"
	"context"
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
	Until Day // its last day
	By    ID
}

// shareOf is what a request that gave a share has given.
func shareOf(r Request) Share {
	return Share{Address(r.Action.Arg("with")), r.Action.Arg("right"), r.Changed, Day(r.Action.Arg("until")), r.ID}
}

// Shares lists those of a mailbox, by address.
func (d *Desk) Shares(of Account) (shares []Share) {
	for to, r := range d.shared(time.Time{}) {
		if to.mailbox == of.ID && r.Action.Verb == AccountShare {
			shares = append(shares, shareOf(r))
		}
	}
	slices.SortFunc(shares, func(a, b Share) int { return cmp.Compare(a.With, b.With) })
	return shares
}

// A lending is a mailbox, whatever its address was then, and who may open it.
type lending struct {
	mailbox string
	with    Address
}

// shared are the last requests that gave each share or took it away, if that was
// before a time; zero: of all.
func (d *Desk) shared(before time.Time) map[lending]Request {
	last := map[lending]Request{}
	for r := range d.View.Requests(Query{States: []State{Settled}, Verbs: []Verb{AccountShare, AccountUnshare}}) {
		to := lending{r.Mailbox, Address(r.Action.Arg("with"))}
		if r.Changed.After(last[to].Changed) && (before.IsZero() || r.Changed.Before(before)) {
			last[to] = r
		}
	}
	return last
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
			return shareOf(r)
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
	args, longer := map[string]string{"with": string(with.Address), "right": right}, f.Action.Dates() && right == now.Right
	if f.Action.Dates() {
		args["until"] = f.Action.Arg("until")
	}
	var err error
	switch f.Action, err = NewAction(f.Action.Verb, f.Action.Target, args); {
	case err != nil:
		return err
	case f.Action.Verb == AccountShare && now.With != "" && !longer: // another right would be added to it, not put in its place: take it away first
		return Fail(Conflict, AlreadySo, "value", string(with.Address))
	case f.Action.Dates():
		return d.later(f.Action, now.Until)
	case f.Action.Verb == AccountUnshare && now.With == "":
		return Fail(NotFound, NotShared, "account", string(target.Address), "with", string(with.Address))
	}
	return nil
}

// lengthened says that the request gave a later day to a share that was there.
func (d *Desk) lengthened(r Request) bool {
	if r.Action.Verb != AccountShare {
		return false
	}
	return d.shared(r.Changed)[lending{r.Mailbox, Address(r.Action.Arg("with"))}].Action.Verb == AccountShare
}

// shareAgain is what gives a share for as long as the house does, if the request is
// the last that gave it: also once its end has taken it.
func (d *Desk) shareAgain(r Request) (Action, bool) {
	last := d.shared(time.Time{})[lending{r.Mailbox, Address(r.Action.Arg("with"))}]
	if last.ID != r.ID && !(last.Action.Verb == AccountUnshare && last.Via == Clock) {
		return Action{}, false
	}
	a, err := NewAction(AccountShare, string(d.boxOf(r)), map[string]string{
		"with": r.Action.Arg("with"), "right": r.Action.Arg("right"), "until": string(d.dayAfter(d.Keeping.Renewal))})
	return a, err == nil
}

// keepShares does for shares what Keep does for addresses.
func (d *Desk) keepShares(ctx context.Context, working, frozen bool) (errs []error) {
	for to, r := range d.shared(time.Time{}) {
		share := shareOf(r)
		if r.Action.Verb != AccountShare || share.Until == "" {
			continue
		}
		over := share.Until.Past(d.today())
		if working && !over && share.Until <= d.dayAfter(d.Keeping.Notice) {
			errs = append(errs, d.notice(ctx, r.ID, func() bool { return true }))
		}
		if frozen || !over {
			continue
		}
		a, err := NewAction(AccountUnshare, string(d.boxOf(r)), map[string]string{"with": string(to.with)})
		if err == nil {
			err = d.end(ctx, "end:share:"+string(r.ID), a)
		}
		errs = append(errs, err)
	}
	return errs
}

// boxOf is where the mailbox of a request is by now.
func (d *Desk) boxOf(r Request) Address {
	at := Address(r.Action.Target)
	if d.View.Account(at).ID == r.Mailbox {
		return d.View.Account(at).Address
	}
	for a := range d.View.EachAccount() {
		if a.ID == r.Mailbox {
			return a.Address
		}
	}
	return at
}

// shareOver: the action takes away a share whose last day is over.
func (d *Desk) shareOver(a Action) bool {
	of := d.View.Account(Address(a.Target))
	return a.Verb == AccountUnshare && of.Known() && d.share(of, Address(a.Arg("with"))).Until.Past(d.today())
}
