package simulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// shown is what a listing gives of each account when attrs is not asked.
const shown = "name,id,used,quota,admin,cos_name"

// A selection is the accounts of one query in their order, kept from one page
// to the next.
type selection struct {
	domain         *domain
	filter, sortby string
	descending     bool
	revision       int
	indexes        []int
}

func (s *Server) getAllAccounts(c call) (answer, effect) {
	limit, offset := number(c.form.plain("limit")), number(c.form.plain("offset"))
	if limit <= 0 {
		limit = 100 // likely: nobody saw a default
	}
	limit, offset = min(limit, s.cfg.MaxPage), max(0, offset)
	indexes, refusal := s.choose(c, offset, limit)
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

// choose finds the accounts of one page. Those of a whole domain in the order
// of addresses are computed; any other query is searched and sorted once.
func (s *Server) choose(c call, offset, limit int) (page []int, refusal string) {
	want := selection{
		domain: c.domain, filter: c.form.plain("ldap_query"), sortby: strings.ToLower(cmp.Or(c.form.plain("sortby"), "mail")),
		descending: c.form.plain("sortascending") == "0", revision: s.revision,
	}
	if want.filter == "" && want.sortby == "mail" {
		n := s.population(c.domain)
		for at := offset; at < min(offset+limit, n); at++ {
			if want.descending {
				page = append(page, s.nth(c.domain, n-1-at))
			} else {
				page = append(page, s.nth(c.domain, at))
			}
		}
		return page, ""
	}
	all, refusal := s.search(want)
	return all[min(offset, len(all)):min(offset+limit, len(all))], refusal
}

func (s *Server) search(want selection) (all []int, refusal string) {
	s.sorting.Lock()
	defer s.sorting.Unlock()
	kept := s.selection
	kept.indexes = nil
	if kept.equal(want) {
		return s.selection.indexes, ""
	}
	match, err := parseFilter(want.filter)
	if err != nil {
		return nil, "invalid request: " + err.Error()
	}
	keys := map[int]string{}
	for at := range s.population(want.domain) {
		index := s.nth(want.domain, at)
		if e := s.entryOf(index); match(e) {
			want.indexes = append(want.indexes, index)
			if want.sortby != "mail" {
				keys[index] = strings.ToLower(e.first(want.sortby))
			}
		}
	}
	slices.SortStableFunc(want.indexes, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	if want.descending {
		slices.Reverse(want.indexes)
	}
	s.selection = want
	return want.indexes, ""
}

func (a selection) equal(b selection) bool {
	return a.domain == b.domain && a.filter == b.filter && a.sortby == b.sortby && a.descending == b.descending && a.revision == b.revision
}
