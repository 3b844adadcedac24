package mirror

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// Whatever is written, in whatever order, every index finds what a plain list
// would. Few letters, so that keys begin with each other and are shared.
func TestIndexesAgreeWithAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab]{1,4}`)
		account := rapid.Custom(func(t *rapid.T) desk.Account {
			a := desk.Account{Address: desk.Address(text.Draw(t, "address")), Owner: desk.UID(rapid.StringMatching(`[ab]{0,2}`).Draw(t, "owner")),
				Used: rapid.Int64Range(0, 2).Draw(t, "used")}
			a.ID = "id of " + string(a.Address)
			for _, alias := range rapid.SliceOfNDistinct(text, 0, 3, rapid.ID).Draw(t, "aliases") {
				a.Aliases = append(a.Aliases, desk.Address(alias))
			}
			slices.Sort(a.Aliases)
			return a
		})
		m, want := New(nil), map[desk.Address]desk.Account{}
		good(t, m.LoadAccounts(t.Context(), all[desk.Account](), noon))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "put") {
				var rows []*desk.Account
				some := rapid.SliceOfNDistinct(account, 0, 20, func(a desk.Account) desk.Address { return a.Address }).Draw(t, "rows")
				for _, a := range some {
					rows, want[a.Address] = append(rows, newPacker().account(a)), a
				}
				good(t, m.accounts.put(rows...))
			} else {
				var rows []*desk.Account
				for _, address := range rapid.SliceOfNDistinct(text, 0, 9, rapid.ID).Draw(t, "gone") {
					delete(want, desk.Address(address))
					if row := m.accounts.first("id", address); row != nil {
						rows = append(rows, row)
					}
				}
				good(t, m.accounts.remove(rows...))
			}
			agrees(t, m, want)
		}
	})
}

func good(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func agrees(t *rapid.T, m *Mirror, want map[desk.Address]desk.Account) {
	for _, x := range m.accounts.indexes {
		byKey := map[string][]string{}
		for _, a := range want {
			for _, key := range x.of(&a) {
				byKey[key] = append(byKey[key], string(a.Address))
			}
		}
		for _, key := range append(slices.Collect(maps.Keys(byKey)), "a", "ab", "b", "") {
			if diff := cmp.Diff(sortedTexts(byKey[key]), named(m.accounts.find(x.name, key))); key != "" && diff != "" {
				t.Fatalf("%s %q: %s", x.name, key, diff)
			}
			var below []string
			for other, rows := range byKey {
				if key != "" && strings.HasPrefix(other, key) {
					below = append(below, rows...)
				}
			}
			if diff := cmp.Diff(sortedTexts(below), named(m.accounts.find(x.name+"_prefix", key))); diff != "" {
				t.Fatalf("%s, beginning with %q: %s", x.name, key, diff)
			}
		}
	}
	if m.Population() != len(want) {
		t.Fatalf("%d accounts, want %d", m.Population(), len(want))
	}
	if diff := cmp.Diff(want, held(m)); diff != "" {
		t.Fatal(diff)
	}
}

func named(rows func(func(*desk.Account) bool)) (names []string) {
	for row := range rows {
		names = append(names, string(row.Address))
	}
	return sortedTexts(names)
}

// sameText says that two texts are the same bytes of memory.
func sameText(a, b string) bool { return unsafe.StringData(a) == unsafe.StringData(b) }

func sortedTexts(s []string) []string { slices.Sort(s); return s }

// A reader who has begun sees the rows of the moment he began, and none twice.
func TestAReaderKeepsHisSnapshot(t *testing.T) {
	const n = 1000
	m := world(t, boxes(n)...)
	seen := 0
	for row := range m.accounts.rows("id") {
		if seen == 0 {
			must(t, m.LoadAccounts(t.Context(), all(boxes(n)[40:]...), noon.Add(time.Hour)))
			must(t, m.Learn(box("new", "", "zzz@u.fr"), noon.Add(time.Hour)))
		}
		if seen++; row.Address == "zzz@u.fr" {
			t.Error("a row that came after he began")
		}
	}
	if seen != n || m.Population() != n-40+1 {
		t.Errorf("saw %d, there are %d", seen, m.Population())
	}
}

// What is not changed in a row is kept once, however often the rest changes.
func TestTextsAreKeptOnce(t *testing.T) {
	m := world(t, boxes(10)...)
	before := m.accounts.first("id", "box00001@u.fr")
	for i := range int64(3) {
		after := boxes(10)
		for j := range after { // as when it comes out of a parser
			after[j].Used, after[j].Address, after[j].ID = i+7, desk.Address(fmt.Sprint(after[j].Address)), strings.Clone(after[j].ID)
		}
		must(t, m.LoadAccounts(t.Context(), all(after...), noon.Add(time.Duration(i))))
	}
	row := m.accounts.first("id", "box00001@u.fr")
	if row.Used != 9 || !sameText(row.ID, before.ID) || !sameText(string(row.Address), string(before.Address)) || &row.Aliases[0] != &before.Aliases[0] {
		t.Errorf("%+v holds other texts than %+v", row, before)
	}
}
