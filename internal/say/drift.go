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
	if g.Spared() {
		return T(lang, "gap.spared", "until", Day(lang, g.Spare.Until), "id", string(g.Spare.By))
	}
	if !g.Repairable() {
		return T(lang, "human."+string(g.Cause))
	}
	return Summary(lang, g.Repair, quote...)
}

// Kind says what some parts of a plan are.
func Kind(lang string, k desk.RepairKind, all desk.Populations) string {
	return T(lang, "kind.line", "gap", Gap(lang, k.Cause), "population", Population(lang, k.Population, all), "n", Number(lang, int64(k.Parts)),
		"verb", Verb(lang, k.Verb), "risk", Risk(lang, k.Risk))
}

// Plan says what a plan would do, a line each.
func Plan(lang string, r desk.Repairs, e desk.Estate, zone *time.Location) (lines []string) {
	lines = append(lines, T(lang, "plan.line", "n", Number(lang, int64(len(r.Parts))), "canary", Number(lang, int64(r.Canary)), "when", Moment(lang, r.Compared, zone)))
	for _, k := range r.Kinds {
		lines = append(lines, Kind(lang, k, e.Populations))
	}
	if r.Cost != 0 {
		lines = append(lines, T(lang, "plan.cost", "cost", Monthly(lang, r.Cost, e.Tariff.Currency)))
	}
	return lines
}

// Progress says how far a plan has come.
func Progress(lang string, p desk.Progress) string {
	return T(lang, "plan.progress", "done", Number(lang, int64(p.Done)), "n", Number(lang, int64(p.Parts)), "open", Number(lang, int64(len(p.Open))))
}

// Side says one side of what is compared of an account, in the reader's units.
func Side(lang, name, value string, zone *time.Location, quote ...Quote) string {
	switch name {
	case "quota", "used":
		text, id, journal := strings.Cut(value, " ")
		if n, err := desk.ParseSize(text); err == nil {
			if text = Size(lang, int64(n)); journal {
				text += " " + id
			}
			return text
		}
	case "state", "book":
		for _, key := range []string{"status." + value, "book." + value, "said." + value} {
			if known(key) {
				return T(lang, key)
			}
		}
	case "seen":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return Date(lang, t.In(zone))
		}
	}
	return quoted(quote, value)
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

// Span is how long something took or has been, roughly: "40 s", "5 min", "3 h", "2 j".
func Span(lang string, d time.Duration) string {
	gap, day := narrow, "j"
	if lang == "en" {
		gap, day = wide, "d"
	}
	n, unit := int64(d/time.Second), "s"
	switch {
	case d >= 48*time.Hour:
		n, unit = int64(d/(24*time.Hour)), day
	case d >= 2*time.Hour:
		n, unit = int64(d/time.Hour), "h"
	case d >= 2*time.Minute:
		n, unit = int64(d/time.Minute), "min"
	}
	return Number(lang, n) + gap + unit
}
