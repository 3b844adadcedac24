package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Keeping is how the house keeps addresses. The zero Keeping has no quarantine
// and lets nothing end.
type Keeping struct {
	Quarantine int // years in which an address that was freed is given to nobody else
	Notice     int // days before its last day that the holder of an address is told
	Grace      int // days between what is done first to what has ended, and what is done next
	Renewal    int // days that an address may be given or renewed for; for so many, if it is not said
}

// StandardKeeping suits a university.
func StandardKeeping() Keeping { return Keeping{Quarantine: 5, Notice: 30, Grace: 60, Renewal: 366} }

// Quarantined is until when an address may be given to nobody but who had it
// last; false if to anybody.
func (d *Desk) Quarantined(x Entry) (until time.Time, held bool) {
	if x.Held || x.Freed.IsZero() || x.Lifted != "" || d.Keeping.Quarantine == 0 {
		return time.Time{}, false
	}
	until = x.Freed.AddDate(d.Keeping.Quarantine, 0, 0)
	return until, d.Now().Before(until)
}

// vacant says why the register does not let an address be given to an account: it
// is in quarantine, or something that is not on Partage has it. The last holder
// gets it back, as a person or as a mailbox.
func (d *Desk) vacant(a Address, target Account) error {
	x, _ := d.View.Entry(a)
	if x.Held && !x.Of(target.ID) || d.ofSympa(a) {
		return Fail(Conflict, AliasTaken, "alias", string(a))
	}
	until, quarantined := d.Quarantined(x)
	if !quarantined || x.Of(target.ID) || x.Owner != "" && x.Owner == target.Owner {
		return nil
	}
	return Fail(Conflict, InQuarantine, "address", string(a), "until", until.UTC().Format(time.RFC3339))
}

// commands of a mailing list are addresses too, which nobody lists.
var listCommands = []string{"-request", "-owner", "-editor", "-subscribe", "-unsubscribe"}

// ofSympa says that the address is for the commands of a mailing list.
func (d *Desk) ofSympa(a Address) bool {
	for _, command := range listCommands {
		if list, ok := strings.CutSuffix(a.Local(), command); ok && list != "" {
			x, _ := d.View.Entry(Address(list + "@" + a.Domain()))
			if x.Held && x.Nature == AsSympa {
				return true
			}
		}
	}
	return false
}

// releasable checks the request that ends a quarantine, and says whose address it
// was: they are not among those who decide.
func (d *Desk) releasable(f *Facts) error {
	x, _ := d.View.Entry(Address(f.Action.Target))
	if f.Domain = Address(f.Action.Target).Domain(); x.Owner != "" {
		f.Holder, f.Owner = x.Owner, d.View.Person(x.Owner)
	}
	if _, quarantined := d.Quarantined(x); !quarantined {
		return Fail(NotFound, NotQuarantined, "value", f.Action.Target)
	}
	return nil
}

// A Listing is what the register tells of an address.
type Listing struct {
	Entry
	Quarantine time.Time // until when it is given to nobody else; zero: to anybody, or it is held
	Breach     Breach    // of the charter, if somebody who has nothing yet asked for it
	Like       Address   // because of which
	Past       []Entry   // who had it before, the last first
}

// Address tells what the register says of an address, if the rules let the person
// see it.
func (d *Desk) Address(by UID, via Door, a Address) (Listing, error) {
	action, err := NewAction(AddressShow, string(a), nil)
	if err != nil {
		return Listing{}, err
	}
	facts, err := d.check(by, via, action)
	if err != nil {
		return Listing{}, err
	}
	if d.Rules.Decide(facts).Outcome != Allowed {
		return Listing{}, Fail(NotFound, UnknownAddress, "value", action.Target)
	}
	return d.listing(Address(action.Target)), nil
}

func (d *Desk) listing(a Address) (l Listing) {
	l.Entry, _ = d.View.Entry(a)
	l.Address, l.Past = a, d.View.Past(a)
	if until, quarantined := d.Quarantined(l.Entry); quarantined {
		l.Quarantine = until
	}
	if !l.Held {
		l.Breach, l.Like = d.Breach(a, Account{})
	}
	return l
}

// showable says whose the address is, for the rules.
func (d *Desk) showable(f *Facts) error {
	a := Address(f.Action.Target)
	x, _ := d.View.Entry(a)
	if f.Domain = a.Domain(); x.Held {
		f.Target = d.View.Account(a)
	}
	f.Owner = d.View.Person(x.Owner)
	return nil
}

// Enroll records, without a request, who has addresses that the house did not
// give: the program signs. What the register says already is left out; one that
// somebody has by another right is an error, and nothing is written.
func (d *Desk) Enroll(ctx context.Context, reason string, entries ...Registration) (written int, err error) {
	_, err = d.Change(ctx, "", System, func(Request) (facts []Fact, err error) {
		var fresh []Registration
		for _, r := range entries {
			switch err := d.Enrollable(r); {
			case CodeOf(err) == AlreadySo:
			case err != nil:
				return nil, err
			default:
				fresh = append(fresh, r)
			}
		}
		written = len(fresh)
		return registered(fresh, clip(reason)), nil
	})
	return written, err
}

// Enrollable says why Enroll would not write the registration; nil if it would.
func (d *Desk) Enrollable(r Registration) error {
	if _, err := ParseAddress(string(r.Address)); err != nil {
		return err
	}
	x, _ := d.View.Entry(r.Address)
	switch {
	case !slices.Contains(Natures(), r.Nature):
		return Fail(Invalid, InvalidArgument, "name", "kind", "value", string(r.Nature))
	case r.Freed.IsZero() && !r.Nature.Elsewhere():
		return Fail(Invalid, InvalidArgument, "name", "kind", "value", string(r.Nature)) // Partage says who has what
	case r.Freed.After(d.Now()):
		return Fail(Invalid, InvalidArgument, "name", "until", "value", r.Freed.Format(time.DateOnly))
	case r.Since.After(d.Now()) || !r.Freed.IsZero() && r.Since.After(r.Freed):
		return Fail(Invalid, InvalidArgument, "name", "from", "value", r.Since.Format(time.DateOnly))
	case x.same(r):
		return Fail(Conflict, AlreadySo, "value", string(r.Address))
	case x.Held && !x.Nature.Elsewhere():
		return Fail(Conflict, AliasTaken, "alias", string(r.Address))
	}
	return nil
}

// same says that the register has it as the registration says.
func (x Entry) same(r Registration) bool {
	return x.Nature == r.Nature && x.Owner == r.Owner && x.Held == r.Freed.IsZero() && (r.Since.IsZero() || x.Since.Equal(r.Since)) && (r.Freed.IsZero() || x.Freed.Equal(r.Freed))
}

// mostEntries are in one fact.
const mostEntries = 500

// registered makes the facts, each about one person, or nobody.
func registered(entries []Registration, reason string) (facts []Fact) {
	for _, group := range byOwner(entries) {
		facts = append(facts, Registered{Entries: group, Reason: reason})
	}
	return facts
}

// byOwner cuts registrations into groups of one owner, each sorted by address.
func byOwner(entries []Registration) (groups [][]Registration) {
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Address, b.Address))
	})
	for len(sorted) > 0 {
		n := 1
		for n < min(len(sorted), mostEntries) && sorted[n].Owner == sorted[0].Owner {
			n++
		}
		groups, sorted = append(groups, sorted[:n]), sorted[n:]
	}
	return groups
}

// orderly says that the entries of one fact are as a fact has them.
func orderly(entries []Registration) bool {
	for i, r := range entries {
		if r.Address == "" || r.Owner != entries[0].Owner || i > 0 && entries[i-1].Address >= r.Address {
			return false
		}
	}
	return len(entries) > 0 && len(entries) <= mostEntries
}

// Orderly says that the entries are sorted, of one owner, and not too many.
func (f Registered) Orderly() bool { return orderly(f.Entries) }

// Orderly says that the entries are sorted, of one owner, and not too many.
func (f Vanished) Orderly() bool { return orderly(f.Entries) }

// Keeps says that the register needs what a request did: an address is held by it,
// or until a day that it set, or is in quarantine, or would be if it had not ended
// that; or a mailbox is shared by it, which Partage cannot be asked.
func (d *Desk) Keeps(r Request) bool {
	if r.State != Settled {
		return false
	}
	if r.Action.Verb == AccountShare {
		return d.shared(time.Time{})[lending{r.Mailbox, Address(r.Action.Arg("with"))}].ID == r.ID
	}
	if r.Action.Dates() && slices.ContainsFunc(d.View.Dated(), func(x Entry) bool { return x.Dated == r.ID && x.Held }) {
		return true // a list may have another address by now
	}
	for _, a := range append([]Address{Address(r.Action.Target), Address(r.Action.Arg("alias")), Address(r.Action.Arg("to")), r.Proof.Address}, r.Origin.Aliases...) {
		x, known := d.View.Entry(a)
		if !known || r.ID != x.Request && r.ID != x.Dated && r.ID != x.FreedBy && r.ID != x.Lifted {
			continue
		}
		lifted := x
		lifted.Lifted = ""
		if _, quarantined := d.Quarantined(lifted); x.Held && r.ID != x.FreedBy || quarantined {
			return true
		}
	}
	return false
}

// Miss records which addresses were on Partage and are found there no more, so
// that their quarantine begins. Where time proves nothing it is left for later.
func (d *Desk) Miss(ctx context.Context) error {
	if d.Timeless() {
		return nil
	}
	var errs []error
	for gone := range slices.Chunk(d.View.Gone(), mostEntries) {
		_, err := d.Change(ctx, "", System, func(Request) (facts []Fact, err error) {
			still := slices.DeleteFunc(slices.Clone(gone), func(r Registration) bool { return !d.missed(r) })
			for _, group := range byOwner(still) {
				facts = append(facts, Vanished{Entries: group})
			}
			return facts, nil
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// missed: nobody has it, and nothing says since when.
func (d *Desk) missed(r Registration) bool {
	x, _ := d.View.Entry(r.Address)
	return !x.Held && (x.Freed.IsZero() || !x.Of(r.Mailbox))
}
