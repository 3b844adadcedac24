package say

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Scope says what a grant is about: "physique.unistra.fr, unité UFR27".
func Scope(lang string, g desk.Grant, quote ...Quote) string {
	all := slices.Clone(g.Domains)
	for i := range all {
		all[i] = quoted(quote, all[i])
	}
	for _, unit := range g.Units {
		all = append(all, T(lang, "right.unit", "unit", quoted(quote, unit)))
	}
	for _, l := range g.Lists {
		all = append(all, quoted(quote, string(l)))
	}
	return strings.Join(all, ", ")
}

// Terms says what a grant lets do, within which limits, from when to when:
// "ajout d'alias, modification de quota ; quota jusqu'à 10 Go ; jusqu'au 30 juin 2027".
func Terms(lang string, g desk.Grant, zone *time.Location, quote ...Quote) string {
	said := []string{T(lang, "right.verbs.all")}
	if len(g.Verbs) > 0 {
		said[0] = Verbs(lang, g.Verbs)
	}
	if g.Quota > 0 {
		said = append(said, T(lang, "right.quota", "size", Size(lang, g.Quota)))
	}
	if len(g.Classes) > 0 {
		said = append(said, T(lang, "right.classes", "classes", list(g.Classes, quote)))
	}
	if g.Daily > 0 {
		said = append(said, T(lang, "right.daily", "n", strconv.Itoa(g.Daily)))
	}
	if dates := Dates(lang, g.From, g.Until, zone); dates != "" {
		said = append(said, dates)
	}
	return strings.Join(said, T(lang, "right.and"))
}

// Verbs names verbs, one after the other.
func Verbs(lang string, verbs []desk.Verb) string {
	said := make([]string, len(verbs))
	for i, v := range verbs {
		said[i] = Verb(lang, v)
	}
	return strings.Join(said, ", ")
}

// Dates says from which day to which, both included; "" if always. What ends in
// the middle of a day is said to the minute.
func Dates(lang string, from, until time.Time, zone *time.Location) string {
	first, last := Date(lang, from.In(zone)), T(lang, "right.included", "day", Date(lang, until.In(zone).AddDate(0, 0, -1)))
	if until.In(zone).Format(time.TimeOnly) != "00:00:00" {
		last = Moment(lang, until, zone)
	}
	switch {
	case from.IsZero() && until.IsZero():
		return ""
	case until.IsZero():
		return T(lang, "right.from", "from", first)
	case from.IsZero():
		return T(lang, "right.until", "until", last)
	}
	return T(lang, "right.dates", "from", first, "until", last)
}

// Few says that domains have too few correspondents.
func Few(lang string, domains []string, quote ...Quote) string {
	return T(lang, "right.thin", "domains", list(domains, quote))
}

// rightValue is what the sentences about an action on rights may name beside what
// those about any action do. The action says days, which are days everywhere.
func rightValue(lang, name string, a desk.Action, quote []Quote) (string, bool) {
	g := desk.Grant{Domains: words[string](a.Arg("domains")), Units: words[string](a.Arg("units")), Lists: words[desk.Address](a.Arg("lists")),
		Verbs: words[desk.Verb](a.Arg("verbs")), Classes: words[string](a.Arg("classes"))}
	if n, err := desk.ParseSize(a.Arg("quota")); err == nil {
		g.Quota = int64(n)
	}
	g.Daily, _ = strconv.Atoi(a.Arg("daily")) // absent: 0
	g.From, _ = time.Parse(time.DateOnly, a.Arg("from"))
	if until, err := time.Parse(time.DateOnly, a.Arg("until")); err == nil {
		g.Until = until.AddDate(0, 0, 1)
	}
	switch name {
	case "scope":
		return Scope(lang, g, quote...), true
	case "terms":
		return Terms(lang, g, time.UTC, quote...), true
	case "dates":
		return Dates(lang, g.From, g.Until, time.UTC), true
	case "person":
		return quoted(quote, a.Arg("person")+a.Arg("deputy")), true
	}
	return clause(lang, name, a, quote)
}

func words[W ~string](text string) (all []W) {
	for w := range strings.SplitSeq(text, ",") {
		if w != "" {
			all = append(all, W(w))
		}
	}
	return all
}

// right are the words for facts about rights.
func right(lang string, fact desk.Fact, name func(desk.UID) string, quote []Quote) (key string, pairs []string) {
	switch f := fact.(type) {
	case desk.Granted:
		g := f.Grant
		g.From, g.Until = time.Time{}, time.Time{} // the request says the days
		return withReason("fact.granted", f.Reason), []string{"to", called(lang, name, f.To, quote), "scope", Scope(lang, g, quote...),
			"terms", Terms(lang, g, time.UTC, quote...), "reason", quoted(quote, f.Reason)}
	case desk.Deputised:
		return "fact.deputised", []string{"to", called(lang, name, f.Who, quote), "of", quoted(quote, string(f.Of))}
	case desk.Revoked:
		pairs = []string{"to", called(lang, name, f.Deputy, quote), "of", quoted(quote, string(f.Of)), "thin", list(f.Thin, quote)}
		switch {
		case f.Deputy != "":
			return "fact.revoked.deputy", pairs
		case len(f.Thin) > 0:
			return "fact.revoked.thin", pairs
		}
		return "fact.revoked", pairs
	}
	return "fact", nil
}
