package say

import (
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Gap names the cause of a difference: "Compte sans personne".
func Gap(lang string, c desk.GapCause) string { return T(lang, "gap."+string(c)) }

// Repair says what would close a gap, or why a human must.
func Repair(lang string, g desk.Gap, quote ...Quote) string {
	if !g.Repairable() {
		return T(lang, "human."+string(g.Cause))
	}
	return Summary(lang, g.Repair, quote...)
}

// Risk says how much a repair may cost somebody.
func Risk(lang string, r desk.Risk) string { return T(lang, "risk."+string(r)) }

// Money is an amount: "1 204,50 €"; less than a cent is shown in full.
func Money(lang string, m desk.Money, currency string) string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	whole, parts := int64(m)/1e6, int64(m)%1e6
	cents := strconv.FormatInt(1e6+parts, 10)[1:]
	if parts%10000 == 0 || whole > 0 {
		rounded := (int64(m) + 5000) / 10000
		whole, cents = rounded/100, strconv.FormatInt(100+rounded%100, 10)[1:]
	}
	point, gap := ",", narrow
	if lang == "en" {
		point, gap = ".", wide
	}
	text := sign + Number(lang, whole) + point + strings.TrimRight(cents, "0")
	if n := len(cents) - len(strings.TrimRight(cents, "0")); len(cents) == 2 && n > 0 {
		text += strings.Repeat("0", n)
	}
	if currency == "" {
		return text
	}
	return text + gap + currency
}

// Monthly is what a month costs more, or less.
func Monthly(lang string, m desk.Money, currency string) string {
	said := Money(lang, m, currency)
	if m > 0 {
		said = "+" + said
	}
	return T(lang, "cost.month", "amount", said)
}

// Population names one: its own words, or "autres".
func Population(lang, name string, all desk.Populations) string {
	for _, p := range all {
		if p.Name == name && p.Text.In(lang) != "" {
			return p.Text.In(lang)
		}
	}
	if name == "" {
		return T(lang, "population.none")
	}
	return name
}

// Source says where a figure comes from and as of when: "Partage, 6 h 00".
func Source(lang string, f desk.Figure, zone *time.Location) string {
	name := T(lang, "source."+string(f.Source))
	if f.At.IsZero() {
		return name
	}
	return name + ", " + Moment(lang, f.At, zone)
}

// Latency is a short time: "182 ms", "1,2 s".
func Latency(lang string, d time.Duration) string {
	gap := narrow
	if lang == "en" {
		gap = wide
	}
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + gap + "ms"
	}
	text := strconv.FormatFloat(d.Seconds(), 'f', 1, 64)
	if lang != "en" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text + gap + "s"
}

// Answers says whether a service does.
func Answers(lang string, s desk.Service) string {
	switch {
	case s.At.IsZero():
		return T(lang, "service.never")
	case !s.Up:
		return T(lang, "service.down")
	}
	return T(lang, "service.up", "latency", Latency(lang, s.Latency))
}

// repairing are the words for facts of plans of repair.
func repairing(lang string, fact desk.Fact, quote []Quote) (key string, pairs []string) {
	switch f := fact.(type) {
	case desk.Launched:
		return "fact.launched", nil
	case desk.Repaired:
		return "fact.repaired", []string{"n", Number(lang, int64(f.Parts))}
	case desk.Halted:
		pairs = []string{"part", quoted(quote, string(f.Part)), "cause", cause(lang, f.Code)}
		if f.Part != "" {
			return "fact.halted.part", pairs
		}
		return "fact.halted", pairs
	case desk.Compared:
		day, _ := time.Parse(time.DateOnly, f.Point.Day)
		return "fact.compared", []string{"day", Date(lang, day), "n", Number(lang, int64(f.Point.Gaps))}
	}
	return "fact", nil
}
