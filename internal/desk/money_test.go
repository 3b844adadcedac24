package desk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

func TestMoney(t *testing.T) {
	for text, want := range map[string]desk.Money{"0": 0, "12": 12_000_000, "0.019475": 19_475, "0.0064": 6_400, "999999999.999999": 999_999_999_999_999} {
		got, err := desk.ParseMoney(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q is read as %d, printed %q: %v", text, got, got, err)
		}
	}
	for _, text := range []string{"", "-1", "1,5", "1.", ".5", "1 000", "0.0000001", "1e3", "NaN", "+1", "9999999999"} {
		if m, err := desk.ParseMoney(text); err == nil {
			t.Errorf("%q is read as %s", text, m)
		}
	}
	if s := desk.Money(-1_500_000).String(); s != "-1.5" {
		t.Errorf("less than nothing is %q", s)
	}
}

func FuzzMoney(f *testing.F) {
	for _, s := range []string{"0.019475", "12", "-1", "1,5", "00.10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := desk.ParseMoney(s)
		if err != nil {
			return
		}
		if again, err := desk.ParseMoney(m.String()); err != nil || again != m {
			t.Errorf("%q is %s, then %s: %v", s, m, again, err)
		}
	})
}

// seedTariff is what the university of the seed was read to pay.
var seedTariff = desk.Tariff{Prices: []desk.Price{
	{Class: "s_*", Each: 6_400, Free: 42_050}, {Class: "l_*", Each: 19_475},
}, Bought: 210 << 40, Storage: 2_000_000}

func TestBill(t *testing.T) {
	seed := map[string]int{"s_etudiant": 81_851, "s_personnel": 4_457, "s_heberge": 2_568, "l_personnel": 7_139, "l_heberge": 1_471}
	want := desk.Bill{Lines: []desk.BillLine{
		{Class: "s_*", Accounts: 88_876, Free: 42_050, Each: 6_400, Total: 46_826 * 6_400},
		{Class: "l_*", Accounts: 8_610, Each: 19_475, Total: 8_610 * 19_475},
		{Accounts: 210, Each: 2_000_000, Total: 420_000_000},
	}}
	for _, l := range want.Lines {
		want.Total += l.Total
	}
	if diff := cmp.Diff(want, seedTariff.Bill(seed)); diff != "" {
		t.Error(diff)
	}
	if paid := seedTariff.Bill(seed).Lines[0].Paid(); paid != 46_826 {
		t.Errorf("%d are paid for, the seed says 46,826", paid)
	}
	for name, tt := range map[string]struct {
		tariff   desk.Tariff
		accounts map[string]int
		want     desk.Bill
	}{
		"no price":            {desk.Tariff{}, seed, desk.Bill{Unpriced: 97_486}},
		"more free than are":  {desk.Tariff{Prices: []desk.Price{{Class: "*", Each: 1, Free: 100}}}, map[string]int{"a": 7}, desk.Bill{Lines: []desk.BillLine{{Class: "*", Accounts: 7, Free: 7, Each: 1}}}},
		"free for each other": {desk.Tariff{Prices: []desk.Price{{Class: "s", Each: 2, FreeFor: 5, With: "l"}}}, map[string]int{"s": 12, "l": 2}, desk.Bill{Total: 4, Unpriced: 2, Lines: []desk.BillLine{{Class: "s", Accounts: 12, Free: 10, Each: 2, Total: 4}}}},
		"first that fits":     {desk.Tariff{Prices: []desk.Price{{Class: "s_x", Each: 1}, {Class: "s_*", Each: 9}}}, map[string]int{"s_x": 3}, desk.Bill{Total: 3, Lines: []desk.BillLine{{Class: "s_x", Accounts: 3, Each: 1, Total: 3}, {Class: "s_*", Each: 9}}}},
		"unreadable pattern":  {desk.Tariff{Prices: []desk.Price{{Class: "[", Each: 1}}}, map[string]int{"[": 3}, desk.Bill{Unpriced: 3, Lines: []desk.BillLine{{Class: "[", Each: 1}}}},
	} {
		if diff := cmp.Diff(tt.want, tt.tariff.Bill(tt.accounts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatAChangeOfClassCosts(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     desk.Money
	}{{"s_a", "l_a", 13_075}, {"l_a", "s_a", -13_075}, {"", "l_a", 19_475}, {"s_a", "", -6_400}, {"x", "y", 0}, {"", "", 0}} {
		if got := seedTariff.Moves(tt.from, tt.to); got != tt.want {
			t.Errorf("from %q to %q: %s", tt.from, tt.to, got)
		}
	}
}
