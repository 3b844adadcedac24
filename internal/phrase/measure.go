package phrase

import (
	"math"
	"strconv"
	"strings"
)

// measure reads what begins by a digit or a sign: a date, a number and the unit
// that may be stuck to it.
func (s *scanner) measure(p string) {
	if d, ok := numericDate(p); ok {
		s.push(token{kind: aDate, raw: p, date: d}, len(p))
		return
	}
	n := 0
	if p[0] == '+' || p[0] == '-' {
		n = 1
	}
	for n < len(p) && (p[n] >= '0' && p[n] <= '9' || p[n] == '.' && n+1 < len(p) && p[n+1] >= '0' && p[n+1] <= '9') {
		n++
	}
	head := p[:n]
	// A decimal comma is a break of words: look over it.
	if n == len(p) && !strings.Contains(head, ".") {
		rest := s.text[s.at+n:]
		if len(rest) > 1 && rest[0] == ',' && rest[1] >= '0' && rest[1] <= '9' {
			k := 1
			for k < len(rest) && rest[k] >= '0' && rest[k] <= '9' {
				k++
			}
			head += "." + rest[1:k]
			n += k
			p = head // its unit, if any, is the next piece
		}
	}
	t := token{kind: aNumber, raw: s.text[s.at : s.at+n], word: strings.TrimLeft(head, "+-")}
	if head[0] == '+' || head[0] == '-' {
		t.sign = head[0]
	}
	value, err := strconv.ParseFloat(strings.TrimLeft(head, "+-"), 64)
	if err != nil {
		s.push(token{kind: aText, raw: p, word: fold(p)}, len(p))
		return
	}
	t.number = value
	s.push(t, n)
	if rest := p[min(n, len(p)):]; rest != "" {
		s.unitOrWord(rest)
	}
}

// unitOrWord reads what is stuck to a number: "10Go", "31st", "1er", "360°".
func (s *scanner) unitOrWord(rest string) {
	folded := fold(rest)
	switch folded {
	case "er", "st", "nd", "rd", "th", "°", "e", "eme":
		s.tokens[len(s.tokens)-1].value = "ordinal"
		s.at += len(rest)
		s.tokens[len(s.tokens)-1].end = s.at
	default:
		t := token{kind: aWord, raw: rest, word: folded, glued: true}
		if !letters(rest) {
			t.kind = aText
		}
		s.push(t, len(rest))
	}
}

var mebis = map[string]float64{"M": 1, "G": 1024, "T": 1024 * 1024}

// sizes joins numbers and their units, in digits or in words.
func sizes(tokens []token) []token {
	out := tokens[:0]
	for i := 0; i < len(tokens); {
		n, used := numberAt(tokens[i:])
		if used == 1 && tokens[i].word == "a" && !oneOfThem(tokens[i:]) {
			used = 0
		}
		if used > 0 && i+used < len(tokens) {
			unit := &tokens[i+used]
			if u := unit.of("unit"); unit.kind == aWord && u != "" && !isTowards(unit) {
				t := tokens[i]
				t.kind, t.number, t.end, t.word = aSize, n*mebis[u], unit.end, ""
				out = append(out, t)
				i += used + 1
				continue
			}
			if span := unit.of("span"); unit.kind == aWord && span != "" && n == math.Trunc(n) {
				t := tokens[i]
				t.kind, t.number, t.value, t.end = aSpan, n, span, unit.end
				out = append(out, t)
				i += used + 1
				continue
			}
		}
		out = append(out, tokens[i])
		i++
	}
	return out
}

// oneOfThem tells whether "a" is a number here: "a gig", "a month", but not "à Go".
func oneOfThem(tokens []token) bool {
	return tokens[0].raw == "a" && len(tokens) > 1 && (tokens[1].has("span") || tokens[1].has("unit") && len(tokens[1].word) > 2)
}

// isTowards tells whether "to" after a number is the English word, not "To".
func isTowards(t *token) bool { return t.raw == "to" && !t.glued }

// numberAt reads a number at the beginning: digits, thousands apart, or words.
func numberAt(tokens []token) (n float64, used int) {
	if tokens[0].kind == aNumber {
		n, used = tokens[0].number, 1
		for used < len(tokens) && tokens[used].kind == aNumber && len(tokens[used].raw) == 3 && n < 1e6 && n >= 1 && tokens[used].sign == 0 {
			n = n*1000 + tokens[used].number
			used++
		}
		return n, used
	}
	for used < len(tokens) && tokens[used].kind == aWord {
		t := &tokens[used]
		value := t.of("number")
		if value == "" {
			value = t.of("tens")
		}
		switch {
		case value != "":
			k, _ := strconv.Atoi(value)
			n += float64(k)
		case used > 0 && t.word == "et" && used+1 < len(tokens) && tokens[used+1].has("number"):
		default:
			return n, used
		}
		used++
		if t.word == "a" || t.word == "un" && used == 1 {
			return n, used
		}
	}
	return n, used
}

// printSize is "10G", "2560M", or "" for what is not a whole number of MiB or
// not a size at all.
func printSize(mebi float64) string {
	switch {
	case mebi < 1 || mebi != math.Trunc(mebi) || mebi > 1<<30:
		return ""
	case math.Mod(mebi, 1024) == 0:
		return strconv.FormatInt(int64(mebi)/1024, 10) + "G"
	}
	return strconv.FormatInt(int64(mebi), 10) + "M"
}
