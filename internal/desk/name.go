package desk

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// latin says how letters that an address cannot have are written in one.
var latin = func() map[rune]string {
	table := map[rune]string{}
	for plain, letters := range map[string]string{"a": "àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "ae": "æǽ", "b": "ḃ", "c": "çćĉċč", "d": "ďđðḋ",
		"e": "èéêëēĕėęěẹẻẽếềểễệ", "f": "ḟ", "g": "ĝğġģǧ", "h": "ĥħ", "i": "ìíîïĩīĭįıǐịỉ", "ij": "ĳ", "j": "ĵ", "k": "ķǩ", "l": "ĺļľŀł",
		"m": "ṁ", "n": "ñńņňŉŋ", "o": "òóôõöøōŏőǒơọỏốồổỗộớờởỡợǿ", "oe": "œ", "p": "ṗ", "r": "ŕŗř", "s": "śŝşšșṡſ", "ss": "ß", "t": "ţťŧțṫ",
		"th": "þ", "u": "ùúûüũūŭůűųǔưụủứừửữự", "w": "ŵẁẃẅ", "y": "ýÿŷỳỵỷỹ", "z": "źżž"} {
		for _, letter := range letters {
			table[letter] = plain
		}
	}
	return table
}()

// plainWords are the words of a name in the letters of an address: "Jean-Noël
// D’Été" is jean-noel, dete. A letter that has no such form takes its word away.
func plainWords(name string) (words []string) {
	for word := range strings.FieldsSeq(name) {
		var b strings.Builder
		whole := true
		for _, r := range strings.ToLower(word) {
			plain, accented := latin[r]
			switch {
			case accented:
				b.WriteString(plain)
			case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-':
				b.WriteRune(r)
			case unicode.Is(unicode.Mn, r) || strings.ContainsRune("'’.,`´", r):
			default:
				whole = false
			}
		}
		if plain := strings.Trim(b.String(), "-"); whole && plain != "" {
			words = append(words, plain)
		}
	}
	return words
}

// Candidates are the names that a person's mailbox may have, the usual first;
// none if the name cannot be written in an address.
func Candidates(name string) (all []string) {
	words := plainWords(name)
	if len(words) < 2 {
		return words
	}
	given, family := words[0], strings.Join(words[1:], "-")
	last := words[len(words)-1]
	all = append(all, given+"."+family, given+"."+last, given[:1]+"."+family, given[:1]+family, family+"."+given, given+"-"+family)
	for n := 2; n <= 9; n++ {
		all = append(all, given+"."+family+strconv.Itoa(n))
	}
	return all
}

// mostProposed is how many names are proposed.
const mostProposed = 3

// Propose gives names for a person's mailbox in a domain that are free, follow
// the charter, and are taken for nobody else's.
func (d *Desk) Propose(who Person, domain string, target Account) (free []Address) {
	for _, local := range Candidates(who.Name) {
		a, err := ParseAddress(local + "@" + domain)
		if err != nil || target.Holds(a) || len(free) == mostProposed || d.free(a, target) != nil {
			continue
		}
		if clause, _ := d.Breach(a, target); clause == NoBreach {
			free = append(free, a)
		}
	}
	return free
}

// Available says what the charter has against an address, for the mailbox of a
// person or for one that they do not have yet; an error, why it cannot be given at all.
func (d *Desk) Available(who UID, a Address) (clause Breach, of Address, err error) {
	f := Facts{Actor: d.View.Person(who), Owner: d.View.Person(who), Target: Account{Owner: who}}
	if owned := d.View.Owned(who); len(owned) > 0 {
		f.Target = owned[0]
	}
	if err := d.free(a, f.Target); err != nil {
		return NoBreach, "", d.otherwise(err, f, a)
	}
	clause, of = d.Breach(a, f.Target)
	return clause, of, nil
}

// otherwise adds to an error about an address that is not free what could be asked
// for instead, if who asks may see whose account it is.
func (d *Desk) otherwise(err error, f Facts, asked Address) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != AliasTaken && e.Code != InQuarantine || f.Owner.UID != f.Actor.UID && !d.shows(f.Actor.UID, f.Via, f.Target) {
		return err
	}
	var said []string
	for _, a := range d.Propose(f.Owner, asked.Domain(), f.Target) {
		said = append(said, string(a))
	}
	if len(said) > 0 {
		e.Details["free"] = strings.Join(said, many)
	}
	return e
}
