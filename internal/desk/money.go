package desk

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Money is an amount in millionths of the house's currency: prices a month are
// fractions of a cent.
type Money int64

const unit Money = 1_000_000

var moneyForm = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]{1,6}))?$`)

// ParseMoney reads "0.019475", "12" exactly; nothing negative, no thousands apart.
func ParseMoney(s string) (Money, error) {
	m := moneyForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is no amount such as 0.019475", s)
	}
	whole, _ := strconv.ParseInt(m[1], 10, 64)
	parts, _ := strconv.ParseInt((m[2] + "000000")[:6], 10, 64)
	return Money(whole)*unit + Money(parts), nil
}

// String is the amount as ParseMoney reads it, with a sign if it is negative.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	text := fmt.Sprintf("%s%d.%06d", sign, m/unit, m%unit)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// A Tariff is what accounts and storage cost in a month. The zero Tariff costs
// nothing.
type Tariff struct {
	Currency string
	Prices   []Price // the first whose Class fits counts
	Bought   int64   // bytes of storage
	Storage  Money   // of each TiB bought
}

// A Price is of the classes of service that a pattern fits.
type Price struct {
	Class string // "s_*": see path.Match
	Each  Money  // an account
	Free  int    // that many accounts cost nothing
	// As many more for each account of the classes With fits.
	FreeFor int
	With    string
}

// A Bill is what a month costs.
type Bill struct {
	Total Money
	Lines []BillLine
	// Unpriced are accounts of classes that no price fits.
	Unpriced int
}

// A BillLine is one price with the accounts it is paid for; Class "" is storage.
type BillLine struct {
	Class          string
	Accounts, Free int
	Each, Total    Money
}

// Paid is how many are paid for.
func (l BillLine) Paid() int { return l.Accounts - l.Free }

// fits says that the class is one of the pattern. A pattern that cannot be read
// fits nothing.
func fits(pattern, class string) bool {
	ok, err := path.Match(pattern, class)
	return err == nil && ok
}

// price is the place of the price of a class; -1 if it has none.
func (t Tariff) price(class string) int {
	for i, p := range t.Prices {
		if fits(p.Class, class) {
			return i
		}
	}
	return -1
}

// Bill reckons a month for so many accounts of each class.
func (t Tariff) Bill(accounts map[string]int) (b Bill) {
	counts := make([]int, len(t.Prices))
	for class, n := range accounts {
		if i := t.price(class); i >= 0 {
			counts[i] += n
		} else {
			b.Unpriced += n
		}
	}
	for i, p := range t.Prices {
		free := p.Free
		for class, n := range accounts {
			if fits(p.With, class) {
				free += p.FreeFor * n
			}
		}
		l := BillLine{Class: p.Class, Accounts: counts[i], Free: min(free, counts[i]), Each: p.Each}
		l.Total = p.Each * Money(l.Paid())
		b.Lines, b.Total = append(b.Lines, l), b.Total+l.Total
	}
	if t.Storage > 0 {
		const tebi = int64(gibi) * 1024
		l := BillLine{Accounts: int((t.Bought + tebi - 1) / tebi), Each: t.Storage}
		l.Total = l.Each * Money(l.Accounts)
		b.Lines, b.Total = append(b.Lines, l), b.Total+l.Total
	}
	return b
}

// Moves is what a month costs more, less than 0 if it costs less, when one
// account goes from a class to another; "" is no account. Free accounts are not
// looked at: it is the most that it may come to.
func (t Tariff) Moves(from, to string) (m Money) {
	if i := t.price(to); to != "" && i >= 0 {
		m += t.Prices[i].Each
	}
	if i := t.price(from); from != "" && i >= 0 {
		m -= t.Prices[i].Each
	}
	return m
}
