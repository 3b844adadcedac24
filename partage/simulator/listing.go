package simulator

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// shown is what a listing gives of each account when attrs is not asked.
const shown = "name,id,used,quota,admin,cos_name"

func (s *Server) getAllAccounts(c call) (answer, effect) {
	limit, offset := number(c.form.plain("limit")), number(c.form.plain("offset"))
	if limit <= 0 {
		limit = 100 // likely: nobody saw a default
	}
	limit, offset = min(limit, s.config().MaxPage), min(max(0, offset), math.MaxInt32)
	indexes, refusal := s.choose(c, max(0, offset+c.shift), limit)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	wanted := strings.Split("name,id,"+strings.ReplaceAll(c.form.plain("attrs"), " ", ""), ",")
	if c.form.plain("attrs") == "" {
		wanted = strings.Split(shown, ",")
	}
	features := slices.DeleteFunc(slices.Clone(accountFeatures), func(f string) bool {
		return !slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, f) })
	})
	return s.succeed(func(x *document) {
		x.body = slices.Grow(x.body, 100*len(wanted)*len(indexes)/2)
		x.list(1, "accounts", len(indexes), func() {
			for _, i := range indexes {
				x.account(2, s.view(i, features), wanted)
			}
		})
	}), nil
}

// number reads the integer that a text begins with, as Ruby does: 0 if there is
// none. It is kept small enough to add two of them.
func number(text string) int {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || end == 0 && strings.IndexByte("+-", text[0]) >= 0) {
		end++
	}
	n, _ := strconv.Atoi(text[:end]) // out of range, it is the nearest
	return max(-1<<30, min(n, 1<<30))
}

// choose finds the accounts of one page: those that a query names, or else what
// its listing holds there.
func (s *Server) choose(c call, offset, limit int) (page []int, refusal string) {
	q, err := readQuery(c)
	if err != nil {
		return nil, "invalid request: " + err.Error()
	}
	if named, few := s.named(q); few {
		slices.SortFunc(named, func(a, b int) int { return cmp.Compare(s.entryOf(a).first("name"), s.entryOf(b).first("name")) })
		named = slices.Compact(named)
		return named[min(offset, len(named)):min(offset+limit, len(named))], ""
	}
	l := s.listings.of(s.u, q)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refresh(s)
	if !q.descending {
		return l.page(offset, limit), ""
	}
	end := max(0, l.total()-offset)
	page = l.page(max(0, end-limit), min(limit, end))
	slices.Reverse(page)
	return page, ""
}

// foresee does without holding anybody up what a long listing needs most: it
// looks at the accounts that nobody changed.
func (s *Server) foresee(c call) {
	q, err := readQuery(c)
	if err != nil || q.name != "" {
		return
	}
	l := s.listings.of(s.u, q)
	l.mu.Lock()
	defer l.mu.Unlock()
	last := min(max(0, number(c.form.plain("offset"))), math.MaxInt32) + s.config().MaxPage
	if q.descending {
		last = l.slots()
	}
	l.scan(last)
}

// A query is what a call asks of the accounts of its domain.
type query struct {
	domain       *domain
	filter, by   string
	descending   bool
	match        filter // nil is all
	name, wanted string // an attribute that few accounts share, and its value there; "" if the query asks for none
}

func readQuery(c call) (query, error) {
	q := query{
		domain: c.domain, filter: c.form.plain("ldap_query"), by: strings.ToLower(cmp.Or(c.form.plain("sortby"), "mail")),
		descending: c.form.plain("sortascending") == "0",
	}
	if q.by == "name" {
		q.by = "mail"
	}
	if q.filter == "" {
		return q, nil
	}
	var err error
	if q.match, err = parseFilter(q.filter); err == nil {
		q.name, q.wanted = pinned(q.filter)
	}
	return q, err
}

// exact is the only kind of filter that pinned reads: one comparison, without
// wildcard nor escape.
var exact = regexp.MustCompile(`^\(?(?i:(mail|zimbraMailDeliveryAddress|carLicense))=([^*\\()]+)\)?$`)

// pinned is what a sound filter asks for when it names an account.
func pinned(filter string) (name, value string) {
	if m := exact.FindStringSubmatch(filter); m != nil {
		return strings.ToLower(m[1]), strings.ToLower(m[2])
	}
	return "", ""
}

// named are the accounts that a query names, if it names any.
func (s *Server) named(q query) (list []int, few bool) {
	switch q.name {
	case "":
		return nil, false
	case "carlicense":
		list = slices.Clone(s.licences[q.wanted])
		uid, scope, _ := strings.Cut(q.wanted, "@")
		if index, found := s.u.indexOfUID(uid); found && scope == s.u.scope {
			list = append(list, index)
		}
	default:
		if index, found := s.find(q.wanted); found {
			list = []int{index}
		}
	}
	return slices.DeleteFunc(list, func(i int) bool { return s.home(i) != q.domain || !q.match(s.entryOf(i)) }), true
}
