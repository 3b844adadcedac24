package desk

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// A Call is one write that would be sent to Partage. What is secret in it is
// masked before it gets here.
type Call struct {
	Method string
	Domain string // whose token it needs
	Params []Param
}

// A Param is one parameter of a Call, as it is sent.
type Param struct{ Name, Value string }

// String is the call in one line.
func (c Call) String() string {
	words := []string{c.Method}
	for _, p := range c.Params {
		words = append(words, p.Name+"="+strconv.Quote(p.Value))
	}
	return strings.Join(words, " ")
}

// An Effect is one thing of an account before and after an action, in Partage's
// terms: Field is a key of words for people.
type Effect struct {
	Field, Old, New string
	Of              string // the alias that it is about; "" is the account itself
	Unread          bool   // Old is not known: what has it was not read
}

// A Rehearsal is all that is known of an action without doing it.
type Rehearsal struct {
	Action   Action // its target resolved
	Decision Decision
	Before   Account // as just read from Partage
	Plan     Plan
	Calls    []Call // each that would be sent, in order
	Effects  []Effect
	Cost     Money // a month, more or less than now
	Blocked  error // why it could not be carried out now, as Partage is; nil if it could
}

// A Rehearser reads Partage, and sends nothing.
type Rehearser interface {
	// Rehearse reads the mailbox of the request and gives the plan with each call
	// that would be sent; taken is the request that it takes back, if any. An
	// *Error says why it could not be carried out as things are.
	Rehearse(ctx context.Context, r Request, taken Request) (before Account, plan Plan, calls []Call, err error)
}

// Rehearse tells somebody who may ask for the action what it would do, and sends
// nothing; nothing is written either. Whom the rules deny is told that, and is
// shown nothing.
func (d *Desk) Rehearse(ctx context.Context, by UID, via Door, a Action) (Rehearsal, error) {
	facts, err := d.check(by, via, a)
	if err != nil {
		return Rehearsal{}, err
	}
	r := Rehearsal{Decision: d.decide(facts, Request{})}
	r.Action = d.told(a, facts, r.Decision)
	if spec, _ := SpecOf(a.Verb); !r.Decision.concedes() || spec.Governs || !spec.Changes || d.Rehearser == nil {
		return r, nil
	}
	id, _ := d.View.Next()
	tree, _ := d.plant(facts, nil)
	as := Request{ID: id, Tree: tree, By: by, Owner: facts.Whose(), Mailbox: facts.Target.ID, Via: via, Action: facts.Action, State: Ready}
	r.Before, r.Plan, r.Calls, r.Blocked = d.Rehearser.Rehearse(ctx, as, d.Deletion(as))
	if KindOf(r.Blocked) == Internal && r.Blocked != nil {
		r.Blocked = Fail(Unavailable, PartageDown).Because(r.Blocked)
	}
	r.Effects, r.Cost = Effects(r.Action, r.Before), d.Estate.Tariff.Cost(r.Action, r.Before)
	r.Effects = append(append(r.Effects, d.audience(facts)...), d.treeMoves(facts)...)
	return r, nil
}

// Effects lists what the action changes of the account as it is before. Its last
// day is not the account's to tell.
func Effects(a Action, before Account) []Effect {
	all := effects(a, before)
	if a.Dates() {
		all = append(all, Effect{Field: "until", New: a.Arg("until"), Unread: true})
	}
	return all
}

func effects(a Action, before Account) (all []Effect) {
	add := func(field, old, new string) { all = append(all, Effect{Field: field, Old: old, New: new}) }
	if specs[a.Verb].Object {
		return objectEffects(a, before)
	}
	switch a.Verb {
	case AliasAdd, AliasRemove, AliasMove:
		held, to := string(before.Address), map[Verb]string{AliasAdd: a.Target, AliasMove: a.Arg("to")}[a.Verb]
		all = append(all, aliasEffect(a.Arg("alias"), either(a.Verb == AliasAdd, "", held), to))
	case QuotaSet:
		add("quota", strconv.FormatInt(before.Quota, 10), strconv.FormatInt(a.Size(), 10))
	case AccountLock, AccountActivate, AccountClose:
		add("status", before.Status, StatusAfter(a.Verb))
	case AccountHide, AccountUnhide:
		add("hidden", strconv.FormatBool(before.Hidden), strconv.FormatBool(a.Verb == AccountHide))
	case AccountRename:
		add("address", string(before.Address), a.Arg("to"))
	case AccountCOS:
		add("cos", before.COS, a.Arg("cos"))
	case AccountForward:
		add("forward", before.Forward, either(a.Arg("to") == Nowhere, "", a.Arg("to")))
	case AccountProfile:
		for _, field := range ProfileFields() {
			if value, set := a.ProfileArg(field); set {
				old, read := before.profileOf(field)
				all = append(all, Effect{Field: field, Old: old, New: value, Unread: !read})
			}
		}
	case AccountShare, AccountUnshare:
		say := a.Arg("with") + " " + a.Arg("right")
		add("share", either(a.Verb == AccountUnshare, say, ""), either(a.Verb == AccountShare, say, ""))
	default:
		return lifeEffects(a, before)
	}
	return all
}

// aliasEffect is where mail to an alias arrives, before and after; "" is nowhere.
func aliasEffect(alias, old, next string) Effect {
	return Effect{Field: "alias", Of: alias, Old: old, New: next}
}

// lifeEffects are those of the verbs by which an account comes and goes.
func lifeEffects(a Action, before Account) (all []Effect) {
	add := func(field, old, new string) { all = append(all, Effect{Field: field, Old: old, New: new}) }
	switch a.Verb {
	case AccountCreate:
		add("address", "", a.Target)
		add("name", "", a.Arg("name"))
		add("cos", "", a.Arg("cos"))
		add("status", "", Active)
		add("owner", "", a.Arg("person"))
		add("hidden", "", strconv.FormatBool(a.Arg("hidden") != ""))
		if size := a.Size(); size > 0 {
			add("quota", "", strconv.FormatInt(size, 10))
		}
	case AccountDelete:
		add("status", before.Status, Closed)
		add("hidden", strconv.FormatBool(before.Hidden), "true")
		add("address", string(before.Address), string(before.Trash()))
		add("owner", string(before.Owner), "")
	case AccountRestore:
		add("address", string(before.Address), a.Target)
	case AliasRenew:
		if alias := a.Arg("alias"); !before.Holds(Address(alias)) { // its end had taken it
			all = append(all, aliasEffect(alias, "", a.Target))
		}
	case AccountRenew:
		if before.Status != Active {
			add("status", before.Status, Active)
		}
	case AccountPurge: // the exact loss
		add("address", string(before.Address), "")
		for _, alias := range before.Aliases {
			all = append(all, aliasEffect(string(alias), string(before.Address), ""))
		}
		add("mail", strconv.FormatInt(before.Used, 10), "0")
		if !before.Seen.IsZero() {
			add("seen", before.Seen.UTC().Format(time.DateOnly), "")
		}
	}
	return all
}

// Cost is what a month costs more, less than 0 if less, once the action is done
// to an account as it is before. Free accounts are not looked at: it is the most
// that it may come to. Space counts as bought for the purpose.
func (t Tariff) Cost(a Action, before Account) Money {
	switch a.Verb {
	case AccountCreate:
		return t.Moves("", a.Arg("cos")) + t.space(a.Size())
	case AccountCOS:
		return t.Moves(before.COS, a.Arg("cos"))
	case AccountPurge:
		return t.Moves(before.COS, "")
	case QuotaSet:
		return t.space(a.Size() - before.Quota)
	}
	return 0
}

// space is the price of so many bytes; of none where no limit is known.
func (t Tariff) space(bytes int64) Money {
	const mebibytes = 1024 * 1024 // in a TiB
	return t.Storage * Money(bytes/int64(mebi)) / mebibytes
}
