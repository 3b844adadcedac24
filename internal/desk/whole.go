package desk

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"
)

// An Equality says how what several sources say of one thing compares.
type Equality string

// The equalities.
const (
	Same     Equality = "same"
	Differs  Equality = "differs"
	Alone    Equality = "alone"    // only one source says anything
	Reserved Equality = "withheld" // the rules do not let the reader see more than Partage's side
)

// A Side is one thing that is said of an account, by each source: texts in
// canonical form, "" where a source says nothing.
type Side struct {
	Name                        string // "person", "quota"...: say has the words
	Directory, Partage, Journal string
	Equality                    Equality
	Cause                       GapCause // why they differ, if a comparison tells
}

// A Whole is all that is known of an account, as far as one reader may see it.
type Whole struct {
	Account            Account
	Owner              Person // zero if the reader may not see it, or if there is none
	Sides              []Side
	Gaps               []Gap        // nil if the reader may not see them
	Requests           []Request    // about it, newest first
	Events             []Event      // of its history, newest first
	Holds              []Delegation // what is delegated to its owner
	Acts               []Delegation // by which others act on its domain
	Life               Life         // where it stands; zero if the reader may not see its owner
	Shares             []Share      // who may open it, by what we have done
	Lists              []Belonging  // nil if the reader may not see them
	Directory, Partage time.Time    // when each was read
}

// much is how many requests and events a Whole has at most.
const much = 20

// Whole tells all that is known of an account, if the rules let the person see
// it: what Partage has, as for Show; what the directory and the journal say, if
// account.whole is allowed; what happened, if history.show is; and rights that
// delegation.show lets them see.
func (d *Desk) Whole(ctx context.Context, by UID, via Door, ref string) (Whole, error) {
	a, err := d.Show(by, via, ref)
	if err != nil {
		return Whole{}, err
	}
	w := Whole{Account: a}
	w.Directory, w.Partage = d.View.Ages()
	all := d.lets(by, via, AccountWhole, a)
	if all {
		w.Owner = d.View.Person(a.Owner)
		w.Lists = d.Belongings(a, w.Owner)
		w.Owner.Groups, w.Owner.Delegations = nil, nil // of rights, see Holds
		if d.Drift != nil {
			w.Gaps = d.Drift.GapsOf(d.View, a, w.Owner)
		}
	}
	if all && a.Owner != "" {
		w.Life = LifeOf(w.Owner, a, time.Time{}, d.Now())
	}
	if all {
		w.Shares = d.Shares(a)
	}
	w.Sides = d.sides(w, all)
	if d.lets(by, via, HistoryShow, a) {
		w.Requests = d.lately(a)
		if w.Events, err = d.happened(ctx, by, via, a); err != nil {
			return Whole{}, err
		}
	}
	if a.Owner != "" && all {
		w.Holds = d.Delegations(by, via, string(a.Owner))
	}
	w.Acts = d.Delegations(by, via, a.Address.Domain())
	return w, nil
}

// lets says that the rules let somebody do a reading verb on the account.
func (d *Desk) lets(by UID, via Door, v Verb, a Account) bool {
	facts, err := d.may(by, via, v, string(a.Address))
	return err == nil && facts.Target.ID == a.ID
}

// lately are the last of about.
func (d *Desk) lately(a Account) (last []Request) {
	for r := range d.about(a) {
		if last = append(last, r); len(last) == much {
			break
		}
	}
	return last
}

// about are the requests about what has the address, and the one that made it,
// newest first.
func (d *Desk) about(a Account, states ...State) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		for r := range d.View.Requests(Query{Target: a.Address, States: states}) {
			if (r.Mailbox == a.ID || r.Made == a.ID) && !yield(r) {
				return
			}
		}
	}
}

func (d *Desk) happened(ctx context.Context, by UID, via Door, a Account) (events []Event, err error) {
	all, err := d.History(ctx, by, via, string(a.Address))
	if err != nil {
		return nil, err
	}
	for e, err := range all {
		if err != nil {
			return nil, err
		}
		if _, post := e.Fact.(Announced); post {
			continue
		}
		if events = append(events, e); len(events) == much {
			break
		}
	}
	return events, nil
}

// whose tells which side a cause is about.
var whose = map[GapCause]string{PersonGone: "person", AccountTwice: "person", MailLacking: "address", MailElsewhere: "address", AliasLost: "aliases",
	ClassOther: "affiliation", StillOpen: "state", StillShut: "state", BookShown: "book", QuotaLow: "quota"}

// sides sets what the sources say side by side.
func (d *Desk) sides(w Whole, all bool) []Side {
	a, p, said := w.Account, w.Owner, granted(d.about(w.Account, Settled))
	least := ""
	if of := d.Estate.Populations.Of(p.Affiliation); of != nil && of.Quota > 0 {
		least = Size(of.Quota).String()
	}
	sides := []Side{
		{Name: "person", Directory: string(p.UID), Partage: string(a.Owner)},
		{Name: "name", Directory: p.Name, Partage: a.Name},
		{Name: "address", Directory: string(p.Mail), Partage: string(a.Address), Journal: said["address"]},
		{Name: "aliases", Partage: strings.ReplaceAll(joined(a.Aliases), many, many+" "), Journal: said["aliases"]},
		{Name: "affiliation", Directory: p.Affiliation, Partage: a.COS, Journal: said["affiliation"]},
		{Name: "unit", Directory: p.Unit},
		{Name: "manager", Directory: string(p.Manager)},
		{Name: "state", Directory: p.MailState, Partage: a.Status, Journal: said["state"]},
		{Name: "book", Directory: either(p.Unlisted, "hidden", ""), Partage: either(a.Hidden, "hidden", "shown"), Journal: said["book"]},
		{Name: "quota", Directory: least, Partage: sizeOf(a.Quota), Journal: said["quota"]},
		{Name: "used", Partage: sizeOf(a.Used)},
		{Name: "forward", Partage: a.Forward, Journal: said["forward"]},
		{Name: "seen", Partage: timeOf(a.Seen)},
		{Name: "until", Journal: d.lasts(a)},
	}
	for i := range sides {
		sides[i] = compared(sides[i], all, w)
	}
	return sides
}

// lasts tells the last days of an account and of its aliases, with the requests
// that say so.
func (d *Desk) lasts(a Account) string {
	var days []string
	for _, of := range append([]Address{a.Address}, a.Aliases...) {
		if x, _ := d.View.Entry(of); x.Until != "" {
			days = append(days, string(of)+" "+string(x.Until)+" ("+string(x.Dated)+")")
		}
	}
	return strings.Join(days, many+" ")
}

func sizeOf(bytes int64) string {
	if bytes <= 0 {
		return ""
	}
	return Size(max(bytes, int64(mebi))).String()
}

func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// compared judges one side, and leaves out what the reader may not see.
func compared(s Side, all bool, w Whole) Side {
	if !all {
		return Side{Name: s.Name, Partage: s.Partage, Equality: Reserved}
	}
	for _, g := range w.Gaps {
		if whose[g.Cause] == s.Name {
			s.Equality, s.Cause = Differs, g.Cause
			return s
		}
	}
	switch said := s.said(); {
	case said < 2:
		s.Equality = Alone
	case s.Name == "name" && s.Directory != s.Partage:
		s.Equality = Differs
	default:
		s.Equality = Same
	}
	return s
}

func (s Side) said() (n int) {
	for _, text := range []string{s.Directory, s.Partage, s.Journal} {
		if text != "" {
			n++
		}
	}
	return n
}

// granted is what the requests that were carried out last made of each side,
// with their numbers.
func granted(settled iter.Seq[Request]) map[string]string {
	said, seen := map[string]string{}, map[string]bool{}
	for r := range settled { // newest first
		name, text := r.Action.gives()
		key := name
		if name == "aliases" {
			key += " " + r.Action.Arg("alias")
		}
		if name == "" || seen[key] {
			continue
		}
		if seen[key] = true; text == "" {
			continue // an alias that was taken back
		}
		said[name] = strings.TrimPrefix(said[name]+many+" "+text+" ("+string(r.ID)+")", many+" ")
	}
	return said
}

// gives is which side the action settles, and how; an alias that it removes is "".
func (a Action) gives() (side, text string) {
	switch a.Verb {
	case AliasAdd, AliasRenew:
		return "aliases", a.Arg("alias")
	case AliasRemove:
		return "aliases", ""
	case QuotaSet:
		return "quota", a.Arg("size")
	case AccountCOS:
		return "affiliation", a.Arg("cos")
	case AccountRename:
		return "address", a.Arg("to")
	case AccountForward:
		return "forward", a.Arg("to")
	case AccountHide, AccountUnhide:
		return "book", either(a.Verb == AccountHide, "hidden", "shown")
	case AccountLock, AccountActivate, AccountClose:
		return "state", StatusAfter(a.Verb)
	}
	return "", ""
}

// Differences counts the sides that differ.
func (w Whole) Differences() int {
	return len(slices.DeleteFunc(slices.Clone(w.Sides), func(s Side) bool { return s.Equality != Differs }))
}
