package simulator

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// The University of Strasbourg in May 2022, as its administrators published it.
// The classes of service were counted at another moment and add up to two more
// than the accounts: here two are taken off the students' class.
const (
	fullAccounts         = 97_484
	fullStudents         = 81_849
	fullDomains          = 175
	fullDepartedStudents = 39  // accounts of students the directory no longer knows
	fullDepartedStaff    = 499 // the same for staff
	fullRestored         = 13
	fullCorrespondents   = 84 // for fullDomains; and one more for the domain of the first unit
	smallest             = 1000
)

// Affiliations, as eduPersonPrimaryAffiliation has them.
const (
	student    = "student"
	employee   = "employee"
	faculty    = "faculty"
	researcher = "researcher"
	affiliate  = "affiliate"
)

// A University is a computed population: nothing of a person is stored, all of
// it follows from an index. It is the same at each start and safe for
// concurrent use.
type University struct {
	founding        Founding
	scope           string // its main domain
	students, staff int
	domains         []domain // the main one, that of the students, those of the units, then more
	units           int
	places          map[string]int // domain -> its place in domains
	teaching        int            // how many of the units have students: the first ones
	classes         []COS
	given, surnames []name
	known           map[string]int // well-known uid -> index
	ordinary        int            // staff that are computed
	restored        int
	heads           map[string]string   // unit code -> uid
	correspondents  map[string][]string // domain -> uids

	counting sync.Mutex
	aliased  map[string]int // domain -> aliases at the start, once they were counted
}

// A Domain is a mail domain and the unit it belongs to.
type Domain struct {
	Name     string
	Unit     Unit // zero for the two domains of the whole university
	Accounts int
}

type domain struct {
	Domain
	first, shift int       // index of its first account; what makes its names differ from another's
	rank         int       // how many ordinary accounts of staff come before
	special      []special // sorted by position
}

// A special is a well-known person's place among the accounts of a domain.
type special struct {
	at     int
	person *wellKnown
}

// A Founding is all that a university follows from.
type Founding struct {
	Domain   string   `json:"domain"`            // its main domain, as "univ-test.fr": the students are at etu.univ-test.fr, and so on
	Accounts int      `json:"accounts"`          // at least 1000
	Seed     int      `json:"seed,omitempty"`    // other people, other identifiers
	Domains  []string `json:"domains,omitempty"` // more domains, without accounts at the start
}

// Strasbourg is the main domain of the university, unless it is moved.
const Strasbourg = "unistra.fr"

// NewUniversity computes a university of that many accounts, at least 1000,
// with the proportions of Strasbourg; at 97,484, its exact figures.
func NewUniversity(accounts int) *University { return NewUniversityOf(Strasbourg, accounts) }

// NewUniversityOf is NewUniversity under another main domain.
func NewUniversityOf(domain string, accounts int) *University {
	return Founding{Domain: domain, Accounts: accounts}.University()
}

// Founding is what u follows from.
func (u *University) Founding() Founding { return u.founding }

// University computes the university: the same for the same founding, on any
// machine.
func (f Founding) University() *University {
	f.Accounts = max(f.Accounts, smallest)
	u := &University{
		founding: f, scope: f.Domain,
		given: names(givenNames, "."), surnames: names(surnames, "@"), places: map[string]int{},
		known: map[string]int{}, heads: map[string]string{}, correspondents: map[string][]string{}, aliased: map[string]int{},
	}
	u.students = scale(f.Accounts, fullStudents)
	u.staff = f.Accounts - u.students
	u.restored = max(1, scale(f.Accounts, fullRestored))
	u.found()
	u.settle()
	u.classes = u.classify()
	u.appoint()
	return u
}

// scale is figure, reduced or enlarged as accounts is.
func scale(accounts, figure int) int { return (accounts*figure + fullAccounts/2) / fullAccounts }

// found makes the domains and shares the staff among them.
func (u *University) found() {
	lines := strings.Split(strings.TrimSpace(teaching)+"\n"+strings.TrimSpace(supporting), "\n")
	count := min(fullDomains, max(12, u.staff/6)) - 2
	// The few units that documents name exist in the smallest university.
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "dnum=") })
	if at >= count {
		lines[count-1], lines[at] = lines[at], lines[count-1]
	}
	u.teaching = min(count-2, strings.Count(teaching, "=")) // the last unit may not teach
	u.domains = []domain{{Domain: Domain{Name: u.scope}}, {Domain: Domain{Name: "etu." + u.scope, Accounts: u.students}}}
	left, half, weights := u.staff, u.staff/2, count*(count+3)/2
	for i := range count {
		un, host := unit(lines[i], u.scope)
		size := max(3, half*(count+1-i)/weights)
		u.domains = append(u.domains, domain{Domain: Domain{Name: host, Unit: un, Accounts: size}})
		left -= size
	}
	u.domains[0].Accounts = left
	u.units = count
	for _, name := range u.founding.Domains {
		u.domains = append(u.domains, domain{Domain: Domain{Name: name}})
	}
	first := 0
	for i := range u.domains {
		d := &u.domains[i]
		u.places[d.Name] = i
		d.first, d.shift = first, int(u.mix(i, 0)%uint64(u.line()))
		first += d.Accounts
	}
}

// settle gives each well-known person the place of their address in the order
// of the addresses of their domain.
func (u *University) settle() {
	for i := range u.domains {
		d := &u.domains[i]
		for k := range wellKnowns {
			w := wellKnowns[k]
			w.mail = strings.TrimSuffix(w.mail, Strasbourg) + u.scope
			if _, host, _ := strings.Cut(w.mail, "@"); host == d.Name {
				d.special = append(d.special, special{person: &w})
			}
		}
		slices.SortFunc(d.special, func(a, b special) int { return cmp.Compare(a.person.mail, b.person.mail) })
		for k, s := range d.special {
			before := sort.Search(d.ordinary(), func(b int) bool { return u.identity(d, b).address(d) > s.person.mail })
			d.special[k].at = before + k
			u.known[s.person.uid] = d.first + before + k
		}
		d.rank = u.ordinary
		if i != 1 {
			u.ordinary += d.ordinary()
		}
	}
}

// ordinary is how many accounts of d are computed.
func (d *domain) ordinary() int { return d.Accounts - len(d.special) }

// line is the length of the line on which names lie: each pair of names covers
// a stretch of it as long as it is frequent, in the order of addresses.
func (u *University) line() int { return u.given[len(u.given)-1].to * u.surnames[len(u.surnames)-1].to }

// An identity is who an account was opened for. Persons of the same names in
// the same domain are told apart by a number: 0 for the one without.
type identity struct {
	given, surname *name
	number, width  int
}

// identity places account b of the ordinary ones of d on the line, evenly, and
// reads the names there. All those that fall on the same pair of names share
// it: their numbers are given in the order of addresses, "x2@" before "x@".
func (u *University) identity(d *domain, b int) identity {
	line, total := u.line(), d.ordinary()
	width := u.surnames[len(u.surnames)-1].to
	x := (b*line + d.shift) / total
	g := find(u.given, x/width)
	weight := g.to - g.from
	s := find(u.surnames, (x-g.from*width)/weight)
	from := g.from*width + s.from*weight
	to := from + (s.to-s.from)*weight
	first := max(0, ceil(from*total-d.shift, line))
	same := min(total, ceil(to*total-d.shift, line)) - first
	id := identity{given: g, surname: s, width: len(strconv.Itoa(same))}
	if b != first+same-1 {
		id.number = b - first + 2
	}
	return id
}

func ceil(a, b int) int {
	if a <= 0 {
		return 0
	}
	return (a + b - 1) / b
}

// digits is the number as addresses show it, "" for none.
func (id identity) digits() string {
	if id.number == 0 {
		return ""
	}
	text := strconv.Itoa(id.number)
	return strings.Repeat("0", id.width-len(text)) + text
}

func (id identity) address(d *domain) string {
	return id.given.slug + "." + id.surname.slug + id.digits() + "@" + d.Name
}

// Size is the number of accounts.
func (u *University) Size() int { return u.students + u.staff }

// Domains lists the domains: that of the university, that of its students, then
// one for each unit, and more that were asked for.
func (u *University) Domains() []Domain {
	list := make([]Domain, len(u.domains))
	for i, d := range u.domains {
		list[i] = d.Domain
	}
	return list
}

// domainOf finds the domain of an account.
func (u *University) domainOf(index int) *domain {
	if index < u.domains[1].first {
		return &u.domains[0]
	}
	if index < u.domains[2].first {
		return &u.domains[1]
	}
	i := sort.Search(len(u.domains), func(i int) bool { return u.domains[i].first > index })
	return &u.domains[i-1]
}

// domain finds a domain by its name.
func (u *University) domain(name string) (*domain, bool) {
	i, found := u.places[name]
	if !found {
		return nil, false
	}
	return &u.domains[i], true
}

// further reports whether domain i is one of those without accounts at the start.
func (u *University) further(i int) bool { return i >= 2+u.units }

// place tells the well-known person at a position of d, or else which of the
// ordinary accounts is there.
func (d *domain) place(at int) (*wellKnown, int) {
	before := 0
	for _, s := range d.special {
		if s.at == at {
			return s.person, 0
		}
		if s.at < at {
			before++
		}
	}
	return nil, at - before
}

// People lists the persons of the directory: the accounts of Partage but for
// those of the departed.
func (u *University) People() iter.Seq[Person] {
	return func(yield func(Person) bool) {
		for i := range u.Size() {
			if p := u.Person(i); !p.Departed && !yield(p) {
				return
			}
		}
	}
}

// mix gives 64 bits that look random and follow from i, salt and the seed.
// This is splitmix64.
func (u *University) mix(i, salt int) uint64 {
	z := uint64(i)*0x9e3779b97f4a7c15 + uint64(salt+1000*u.founding.Seed)*0xd1b54a32d192ed03 + 0x632be59bd9b4e019
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// picked spreads count marks evenly over total places and tells whether the
// place at has one.
func picked(at, count, total int) bool { return at*count/total != (at+1)*count/total }
