package desk_test

import (
	"iter"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Entry folds all events anew for one address.
func (h *house) Entry(a desk.Address) (x desk.Entry, seen bool) {
	requests, ends := map[desk.ID]desk.Request{}, map[string]desk.Expiry{}
	holder := h.Account(a)
	if l := h.List(a); l.Known() {
		holder = l.Target()
	}
	for _, e := range h.events {
		r, _ := requests[e.ID].With(e)
		requests[e.ID] = r
		for _, d := range desk.DeedsOf(e, r) {
			if d.Address == a {
				x = x.With(d, e, r)
			}
		}
		if t, ok := desk.ExpiryOf(e, r); ok {
			ends[t.Mailbox+" "+string(t.Alias)] = t
		}
	}
	x = x.Now(a, holder, !h.unread)
	alias := ""
	if x.Nature == desk.AsAlias {
		alias = string(a)
	}
	if t := ends[x.Mailbox+" "+alias]; t.Until != "" && (holder.Kind() == "account" || holder.Address == a) {
		x.Until, x.Dated = t.Until, t.By
	}
	return x, x.Known()
}

func (h *house) EachAccount() iter.Seq[*desk.Account] { return inOrder(h.accounts) }

func (h *house) Past(desk.Address) []desk.Entry { return nil }

func (h *house) Alike(a desk.Address) (alike []desk.Address) {
	for _, other := range h.addresses() {
		if other.Skeleton() == a.Skeleton() {
			alike = append(alike, other)
		}
	}
	return alike
}

func (h *house) Entries(prefix string, n int) (all []desk.Entry) {
	for _, a := range h.addresses() {
		if x, _ := h.Entry(a); strings.HasPrefix(string(a), prefix) && len(all) < n {
			all = append(all, x)
		}
	}
	return all
}

func (h *house) Dated() (dated []desk.Entry) {
	for _, a := range h.addresses() {
		if x, _ := h.Entry(a); x.Until != "" {
			dated = append(dated, x)
		}
	}
	return dated
}

func (h *house) Gone() []desk.Registration { return h.gone }

// addresses are all that accounts have or events are about.
func (h *house) addresses() (all []desk.Address) {
	for _, account := range h.accounts {
		all = append(append(all, account.Address), account.Aliases...)
	}
	for at := range h.lists {
		all = append(all, at)
	}
	for _, e := range h.events {
		r, _ := h.Request(e.ID)
		for _, d := range desk.DeedsOf(e, r) {
			all = append(all, d.Address)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
