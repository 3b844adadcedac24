package mirror

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// Who is in which list is known after every change, and a clone is left as it was.
func TestListsWith(t *testing.T) {
	address := rapid.SampledFrom([]desk.Address{"a@u.fr", "b@u.fr", "c@u.fr", "d@u.fr"})
	names := rapid.Map(rapid.SliceOfDistinct(address, rapid.ID), func(all []desk.Address) []desk.Address { slices.Sort(all); return all })
	rapid.Check(t, func(t *rapid.T) {
		own, past := newLists(), newLists()
		var then map[desk.Address][]desk.Address
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			if rapid.Bool().Draw(t, "clone") {
				past = own.clone()
				then = holders(past)
			}
			at := address.Draw(t, "list")
			if rapid.Bool().Draw(t, "drop") {
				own.drop(at)
				continue
			}
			own.put(&desk.List{Address: at, Members: names.Draw(t, "members"), Senders: names.Draw(t, "senders")})
		}
		for _, x := range []struct {
			lists
			want map[desk.Address][]desk.Address
		}{{own, holders(own)}, {past, then}} {
			for _, a := range []desk.Address{"a@u.fr", "b@u.fr", "c@u.fr", "d@u.fr"} {
				var got []desk.Address
				for _, l := range x.with(a) {
					got = append(got, l.Address)
				}
				if diff := cmp.Diff(x.want[a], got); diff != "" {
					t.Fatalf("lists with %s: %s", a, diff)
				}
			}
		}
		if n := len(own.of); n > 4 || len(own.at) == 0 && n > 0 {
			t.Fatalf("%d sums are kept of %d lists", n, len(own.at))
		}
	})
}

// holders are the lists of each member and sender, as each list says.
func holders(x lists) map[desk.Address][]desk.Address {
	of := map[desk.Address][]desk.Address{}
	for at, l := range x.at {
		for _, a := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(l.Members, l.Senders)))) {
			of[a] = append(of[a], at)
		}
	}
	for _, all := range of {
		slices.SortFunc(all, func(a, b desk.Address) int { return strings.Compare(string(a), string(b)) })
	}
	return of
}
