package desk

import "slices"

// A Population is a sort of people, as the directory tells them and as classes
// of service do: one counts those of an account whose person is gone.
type Population struct {
	Name         string
	Text         Text
	Affiliations []string
	Classes      []string // patterns, see path.Match
	Class        string   // given to who has none of Classes; "" = a human decides
	Quota        int64    // the least that each is to have, in bytes; 0 = any
}

// Populations are all that are told apart, the first that fits counting.
type Populations []Population

// Of is the population of somebody, by affiliation; nil if of none.
func (all Populations) Of(affiliation string) *Population {
	i := slices.IndexFunc(all, func(p Population) bool { return slices.Contains(p.Affiliations, affiliation) })
	if i < 0 || affiliation == "" {
		return nil
	}
	return &all[i]
}

// OfClass is the population of an account, by its class; nil if of none.
func (all Populations) OfClass(class string) *Population {
	i := slices.IndexFunc(all, func(p Population) bool { return p.Has(class) })
	if i < 0 || class == "" {
		return nil
	}
	return &all[i]
}

// Has says that the class is one of the population's.
func (p *Population) Has(class string) bool {
	return slices.ContainsFunc(p.Classes, func(pattern string) bool { return fits(pattern, class) })
}

// A Census counts who and what there is, of the copies in memory.
type Census struct {
	People       int
	Affiliations map[string]int
	Accounts     int // but for the deleted
	Deleted      int // by us, to be given back for a while
	Classes      map[string]ClassCount
	Statuses     map[string]int // of the accounts that are not deleted
}

// A ClassCount is of one class of service, the deleted accounts left out.
type ClassCount struct {
	Accounts int
	Used     int64 // bytes
}

// Sizes are how many each population has on both sides.
func (c Census) Sizes(all Populations) (people, accounts map[string]int) {
	people, accounts = map[string]int{}, map[string]int{}
	for affiliation, n := range c.Affiliations {
		people[nameOf(all.Of(affiliation))] += n
	}
	for class, n := range c.Classes {
		accounts[nameOf(all.OfClass(class))] += n.Accounts
	}
	return people, accounts
}

// nameOf is "" for what is of no population.
func nameOf(p *Population) string {
	if p == nil {
		return ""
	}
	return p.Name
}
