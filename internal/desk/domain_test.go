package desk_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// The figures of a domain are those of its own accounts, for who sees those of the
// house or looks after the domain, and for nobody else.
func TestDomainBoard(t *testing.T) {
	d, h := newDesk(t)
	h.domains = append(h.domains, "v.fr")
	h.accounts["gil@v.fr"] = desk.Account{ID: "gil", Address: "gil@v.fr", COS: "staff_l", Used: 5, Aliases: []desk.Address{"g@v.fr", "g@u.fr"}}
	h.accounts["hal@v.fr"] = desk.Account{ID: "hal", Address: "hal@v.fr", COS: "staff_s", Used: 7}
	h.accounts["ida@v.fr"] = desk.Account{ID: "ida", Address: "ida@v.fr", COS: "staff_s"}
	gone := desk.Account{ID: "jil", Address: "jil@v.fr", COS: "staff_s", Used: 11}
	gone.Address = gone.Trash()
	h.accounts[gone.Address] = gone
	h.lists = map[desk.Address]desk.List{"l@v.fr": {Address: "l@v.fr", Kind: desk.Distribution}, "g@v.fr": {Address: "g@v.fr", Kind: desk.Grouping}, "l@u.fr": {Address: "l@u.fr"}}
	d.Estate.Tariff = desk.Tariff{Currency: "€", Prices: []desk.Price{{Class: "staff_*", Each: 100}}}
	b, err := d.DomainBoard("ann", desk.Chat, "v.fr")
	if err != nil || b.Accounts != 3 || b.Used != 12 || b.Aliases != 1 || b.Lists != 1 || b.Groups != 1 || b.Cost != 300 || b.Currency != "€" || !b.At.Equal(now) ||
		!slices.Equal(b.Classes, []desk.ClassFigure{{Class: "staff_s", ClassCount: desk.ClassCount{Accounts: 2, Used: 7}}, {Class: "staff_l", ClassCount: desk.ClassCount{Accounts: 1, Used: 5}}}) {
		t.Errorf("%+v, %v", b, err)
	}
	_, err = d.DomainBoard("ann", desk.Chat, "w.fr")
	wants(t, err, desk.UnknownDomain)

	d.Rules = book(blind)
	h.people["bob"] = desk.Person{UID: "bob", Delegations: []desk.Delegation{{ID: "M-1", Grant: desk.Grant{To: "bob", Domains: []string{"v.fr"}}}}}
	_, err = d.DomainBoard("bob", desk.Chat, "v.fr")
	wants(t, err, "")
	_, err = d.DomainBoard("bob", desk.Chat, "u.fr")
	wants(t, err, desk.NotAllowed)
	_, err = d.DomainBoard("ann", desk.Chat, "v.fr")
	wants(t, err, desk.NotAllowed)
	_, err = d.DomainBoard("who", desk.Chat, "v.fr")
	wants(t, err, desk.UnknownPerson)
}

// named is a Drift of these gaps.
type named struct {
	desk.Drift
	gaps []desk.Gap
}

func (n named) Gaps(desk.View) iter.Seq[desk.Gap] { return slices.Values(n.gaps) }

// A name names one gap as it is now; of two that are called alike, none.
func TestGapNamed(t *testing.T) {
	d, _ := newDesk(t)
	one, other := desk.Gap{Cause: desk.QuotaLow, Address: "bob@u.fr", Says: "5G", Has: "1G"}, desk.Gap{Cause: desk.StillShut, Address: "ann@u.fr"}
	d.Drift = named{gaps: []desk.Gap{one, other}}
	if g, err := d.GapNamed("ann", desk.Chat, one.Name()); err != nil || g != one {
		t.Errorf("%+v, %v", g, err)
	}
	moved := one
	moved.Has = "2G"
	_, err := d.GapNamed("ann", desk.Chat, moved.Name())
	wants(t, err, desk.UnknownGap)
	d.Drift = named{gaps: []desk.Gap{one, other, one}}
	_, err = d.GapNamed("ann", desk.Chat, one.Name())
	wants(t, err, desk.UnknownGap)
	d.Rules = book(blind)
	_, err = d.GapNamed("ann", desk.Chat, other.Name())
	wants(t, err, desk.NotAllowed)
}
