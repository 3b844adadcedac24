package desk

import (
	"slices"
	"time"
)

// A DomainBoard is the figures of one domain, of one moment.
type DomainBoard struct {
	At       time.Time // when Partage was last read in full
	Domain   string
	Accounts int // but for the deleted
	Used     int64
	Classes  []ClassFigure // most accounts first
	Aliases  int           // in the domain, of accounts of any
	Lists    int
	Groups   int
	Cost     Money // a month at most: what the house has for nothing is of no domain
	Currency string
	By       []UID // its correspondents
}

// DomainBoard tells the figures of a domain to who sees those of the house, or
// looks after the domain.
func (d *Desk) DomainBoard(by UID, via Door, domain string) (DomainBoard, error) {
	if err, who := d.sees(by, via, FiguresShow), d.View.Person(by); err != nil && !who.Manages(domain, Use{Verb: AccountShow, At: d.Now()}) {
		return DomainBoard{}, err
	}
	if !d.View.HasDomain(domain) {
		return DomainBoard{}, Fail(NotFound, UnknownDomain, "domain", domain)
	}
	b, classes := DomainBoard{Domain: domain, Currency: d.Estate.Tariff.Currency}, map[string]ClassCount{}
	_, b.At = d.View.Ages()
	for a := range d.View.EachAccount() {
		for _, alias := range a.Aliases {
			b.Aliases += either(alias.Domain() == domain, 1, 0)
		}
		if a.Address.Domain() != domain || a.Deleted() {
			continue
		}
		n := classes[a.COS]
		classes[a.COS] = ClassCount{n.Accounts + 1, n.Used + a.Used}
		b.Accounts, b.Used, b.Cost = b.Accounts+1, b.Used+a.Used, b.Cost+d.Estate.Tariff.Moves("", a.COS)
	}
	b.Classes = ranked(classes)
	for l := range d.View.Lists() {
		if l.Address.Domain() == domain {
			b.Lists, b.Groups = b.Lists+either(l.Kind == Grouping, 0, 1), b.Groups+either(l.Kind == Grouping, 1, 0)
		}
	}
	for _, c := range d.Coverage() {
		if c.Domain == domain {
			b.By = slices.Clone(c.By)
		}
	}
	return b, nil
}

// ranked are classes of service, most accounts first.
func ranked(classes map[string]ClassCount) (all []ClassFigure) {
	for class, n := range classes {
		all = append(all, ClassFigure{class, n})
	}
	slices.SortFunc(all, func(x, y ClassFigure) int {
		if x.Accounts != y.Accounts {
			return y.Accounts - x.Accounts
		}
		return either(x.Class < y.Class, -1, 1)
	})
	return all
}
