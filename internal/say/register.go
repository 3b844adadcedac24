package say

import (
	"strconv"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Day says a day: "31 décembre 2026"; "" for none.
func Day(lang string, d desk.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return Date(lang, t)
}

// Nature names what an address is: "liste de diffusion".
func Nature(lang string, n desk.Nature) string { return T(lang, "nature."+string(n)) }

// Breach says which clause of the charter an address breaks, and because of
// which other address; "" for none.
func Breach(lang string, b desk.Breach, of desk.Address, quote ...Quote) string {
	if b == desk.NoBreach {
		return ""
	}
	said := T(lang, "breach."+string(b))
	if of != "" {
		said = T(lang, "entry.like", "breach", said, "of", quoted(quote, string(of)))
	}
	return said
}

// Listing says what the register tells of an address, a line each. name gives a
// person's name; account is where mail for the address arrives.
func Listing(lang string, l desk.Listing, account desk.Account, name func(desk.UID) string, zone *time.Location, quote ...Quote) (lines []string) {
	add := func(key string, pairs ...string) { lines = append(lines, T(lang, key, pairs...)) }
	day := func(t time.Time) string { return Date(lang, t.In(zone)) }
	switch {
	case l.Nature == "":
		add("entry.never")
	case l.Held:
		add("entry.held", held(lang, l.Entry, account, name, quote)...)
	default:
		add("entry.was", held(lang, l.Entry, account, name, quote)...)
	}
	if l.Nature != "" && !l.Since.IsZero() {
		add("entry.since", "day", day(l.Since), "request", byRequest(lang, l.Request))
	} else if l.Nature != "" {
		add("entry.before")
	}
	if l.Reason != "" {
		add("entry.why", "reason", quoted(quote, l.Reason))
	}
	if l.Until != "" {
		add("entry.until", "day", Day(lang, l.Until), "request", byRequest(lang, l.Dated))
	}
	if !l.Freed.IsZero() {
		add("entry.freed", "day", day(l.Freed), "request", byRequest(lang, l.FreedBy))
	}
	if !l.Quarantine.IsZero() {
		add("entry.quarantine", "day", day(l.Quarantine))
	}
	if l.Lifted != "" {
		add("entry.lifted", "id", string(l.Lifted))
	}
	if !l.Held && l.Quarantine.IsZero() {
		add("entry.free")
	}
	if l.Breach != desk.NoBreach {
		add("entry.breach", "breach", Breach(lang, l.Breach, l.Like, quote...))
	}
	for _, x := range l.Past {
		add("entry.past", append(held(lang, x, desk.Account{}, name, quote), "day", day(x.Freed))...)
	}
	return lines
}

// held are the words for who has an address, or had it.
func held(lang string, x desk.Entry, account desk.Account, name func(desk.UID) string, quote []Quote) []string {
	who, place := "", ""
	if x.Owner != "" {
		who = T(lang, "entry.who", "who", called(lang, name, x.Owner, quote))
	}
	if account.Known() && account.Address != x.Address {
		place = T(lang, "entry.place", "account", quoted(quote, string(account.Address)))
	}
	return []string{"nature", Nature(lang, x.Nature), "who", who, "place", place}
}

func byRequest(lang string, id desk.ID) string {
	if id == "" {
		return ""
	}
	return T(lang, "entry.request", "id", string(id))
}

// registering are the words for facts about addresses.
func registering(fact desk.Fact, quote []Quote) (key string, pairs []string) {
	switch f := fact.(type) {
	case desk.Lifted:
		return "fact.lifted", []string{"address", quoted(quote, string(f.Address))}
	case desk.Registered:
		return several("fact.registered", f.Entries, quote)
	case desk.Vanished:
		return several("fact.vanished", f.Entries, quote)
	case desk.Noticed:
		if f.Of != "" {
			return "fact.noticed.right", []string{"of", quoted(quote, string(f.Of))}
		}
	}
	return "fact.noticed", nil
}

func several(key string, entries []desk.Registration, quote []Quote) (string, []string) {
	first := ""
	if len(entries) > 0 {
		first = quoted(quote, string(entries[0].Address))
	}
	if len(entries) == 1 {
		key += ".one"
	}
	return key, []string{"n", strconv.Itoa(len(entries)), "address", first}
}
