package simulator

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// A roll tells who is in a domain, in the order of addresses, by how that
// differs from what is computed.
type roll struct {
	left []int      // positions of the computed accounts that are no longer there, sorted
	come []newcomer // accounts created or renamed, sorted by name
}

type newcomer struct {
	name   string
	index  int
	before int // how many computed positions come before
}

// remain is how many computed accounts remain before a position.
func (r *roll) remain(at int) int {
	gone, _ := slices.BinarySearch(r.left, at)
	return at - gone
}

// nth finds the k-th account of d, which must be less than its population.
func (r *roll) nth(d *domain, k int) int {
	come := sort.Search(len(r.come), func(j int) bool { return r.remain(r.come[j].before)+j >= k })
	if come < len(r.come) && r.remain(r.come[come].before)+come == k {
		return r.come[come].index
	}
	k -= come
	return d.first + k + sort.Search(len(r.left), func(i int) bool { return r.left[i]-i > k })
}

// population is how many accounts d has.
func (s *Server) population(d *domain) int {
	r := s.roll(d)
	return d.Accounts - len(r.left) + len(r.come)
}

// nth finds the k-th account of d in the order of addresses.
func (s *Server) nth(d *domain, k int) int { return s.roll(d).nth(d, k) }

// roll is that of d. It must not be changed.
func (s *Server) roll(d *domain) *roll {
	if r, changed := s.rolls[d]; changed {
		return r
	}
	return &roll{}
}

// rewrite gives the roll of d to change.
func (s *Server) rewrite(d *domain) *roll {
	r, changed := s.rolls[d]
	if !changed {
		r = &roll{}
		s.rolls[d] = r
	}
	return r
}

// computed tells whether an account has at a name the place computed for it.
func (s *Server) computed(index int, name string) (d *domain, at int, ok bool) {
	d, found := s.u.domain(hostOf(name))
	if !found {
		return nil, 0, false
	}
	at = sort.Search(d.Accounts, func(at int) bool { return s.u.mail(d, at) >= name })
	return d, at, at < d.Accounts && d.first+at == index && s.u.mail(d, at) == name
}

// strike takes an account off the roll where it is under that name.
func (s *Server) strike(index int, name string) {
	d, at, computed := s.computed(index, name)
	r := s.rewrite(d)
	if computed {
		i, _ := slices.BinarySearch(r.left, at)
		r.left = slices.Insert(r.left, i, at)
		return
	}
	r.come = slices.DeleteFunc(r.come, func(n newcomer) bool { return n.index == index })
}

// enrol puts an account on the roll of the domain of its name.
func (s *Server) enrol(index int, name string) {
	d, at, computed := s.computed(index, name)
	r := s.rewrite(d)
	if computed { // it comes back to its place
		r.left = slices.DeleteFunc(r.left, func(l int) bool { return l == at })
		return
	}
	i, _ := slices.BinarySearchFunc(r.come, name, func(n newcomer, name string) int { return cmp.Compare(n.name, name) })
	r.come = slices.Insert(r.come, i, newcomer{name, index, at})
}

// home is the domain of an account.
func (s *Server) home(index int) *domain {
	e, changed := s.changed[index]
	if !changed {
		return s.u.domainOf(index)
	}
	d, _ := s.u.domain(hostOf(e.first("name")))
	return d
}

// hostOf is what follows the "@".
func hostOf(address string) string {
	_, host, _ := strings.Cut(address, "@")
	return host
}
