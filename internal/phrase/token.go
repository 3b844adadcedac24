package phrase

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
)

// A kind is what a token is.
type kind uint8

const (
	aWord    kind = iota // to be looked up in the lexicon
	aStop                // punctuation, in word
	aText                // quoted, or of a form that is no word: never repaired
	aMail                //
	aDomain              //
	aLogin               // that the directory knows
	aName                // of a person
	aRequest             // D-12
	aDrift               // E-4
	aNumber              //
	aSize                // in MiB
	aDate                //
	aSpan                // three months
	aClass               // of service; value "" if it is only half said
	aTopic               // the name of an intent
)

// A token is one word or value of the sentence.
type token struct {
	kind   kind
	raw    string // as it was typed
	word   string // without case nor accents
	value  string // of an entity, in its canonical form
	senses []sense
	sense  sense // the one that is meant
	glued  bool  // by a hyphen to the token before
	end    int   // where it ends in the text
	number float64
	sign   byte // of a number or a size: + or -
	date   date
}

func (t *token) has(c class) bool {
	for i := range t.senses {
		if t.senses[i].class == c {
			return true
		}
	}
	return false
}

// of returns the value that the token has in a class.
func (t *token) of(c class) string {
	for i := range t.senses {
		if t.senses[i].class == c {
			return t.senses[i].value
		}
	}
	return ""
}

// is tells whether the token was settled to be of a class, and of one of the
// values if there are any. No token is nothing.
func (t *token) is(c class, values ...string) bool {
	if t == nil || t.kind != aWord || t.sense.class != c {
		return false
	}
	for _, v := range values {
		if t.sense.value == v {
			return true
		}
	}
	return len(values) == 0
}

func (t *token) entity() bool { return t.kind > aText }

func (t *token) person() bool {
	return t != nil && (t.kind == aLogin || t.kind == aMail || t.kind == aName)
}

// A scanner cuts a text into tokens.
type scanner struct {
	reader *Reader
	text   string
	at     int
	tokens []token
}

const wordBreaks = " \u00a0\u202f\t\n,;!?()<>[]{}\"«»“”…"

func (s *scanner) scan() []token {
	s.tokens = make([]token, 0, 8+len(s.text)/4)
	for s.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		switch {
		case r == '\n':
			s.stop(".", n)
		case unicode.IsSpace(r) || r == '[' || r == ']' || r == '{' || r == '}' || r == '<' || r == '>' || r == '`' || r == '*':
			s.at += n
		case r == '"' || r == '«' || r == '“':
			s.quoted(r, n)
		case strings.ContainsRune(wordBreaks, r) || r == '»' || r == '”':
			s.stop(string(r), n)
		default:
			s.blob()
		}
	}
	return s.tokens
}

func (s *scanner) stop(mark string, n int) {
	s.at += n
	switch mark {
	case "…":
		mark = "."
	case "»", "”":
		return
	}
	if mark == "." && len(s.tokens) > 0 && isTitle(s.tokens[len(s.tokens)-1].raw) {
		return // "M. Dupont"
	}
	s.tokens = append(s.tokens, token{kind: aStop, raw: mark, word: mark, end: s.at})
}

func isTitle(word string) bool {
	return oneOf("M Mr Mrs Ms Mme Mlle Dr Pr Prof m mr mrs ms mme mlle dr pr prof", word)
}

// quoted keeps several quoted words together: what somebody wrote is no order.
// One word is read as if it stood without quotes.
func (s *scanner) quoted(open rune, n int) {
	closing := map[rune]string{'"': "\"", '«': "»", '“': "”"}[open]
	length := strings.Index(s.text[s.at+n:], closing)
	if length < 0 {
		s.at += n
		return
	}
	inner := strings.TrimSpace(s.text[s.at+n : s.at+n+length])
	end := s.at + n + length + len(closing)
	sub := scanner{reader: s.reader, text: inner}
	tokens := sub.scan()
	if len(tokens) == 1 && tokens[0].entity() {
		tokens[0].end = end
		s.tokens = append(s.tokens, tokens[0])
	} else if inner != "" {
		s.tokens = append(s.tokens, token{kind: aText, raw: inner, word: fold(inner), end: end})
	}
	s.at = end
}

// blob reads up to the next space and makes one token of it or several.
func (s *scanner) blob() {
	length := strings.IndexAny(s.text[s.at:], wordBreaks)
	if length < 0 {
		length = len(s.text) - s.at
	}
	whole := s.text[s.at : s.at+length]
	if i := strings.Index(whole, ">"); i >= 0 {
		whole = whole[:i]
	}
	for _, arrow := range []string{"->", "=>", "→", "-->"} {
		if strings.HasPrefix(s.text[s.at:], arrow) {
			s.push(token{kind: aWord, raw: arrow, word: "→"}, len(arrow))
			return
		}
	}
	if whole == "-" || whole == "–" || whole == "—" {
		s.stop(",", length)
		return
	}
	if i := strings.Index(s.text[s.at:s.at+len(whole)]+">", "->"); i > 0 && i < len(whole) && strings.HasPrefix(s.text[s.at+i:], "->") {
		whole = whole[:i]
	}
	if i := strings.IndexAny(whole, "→="); i > 0 {
		whole = whole[:i]
	} else if i == 0 {
		_, n := utf8.DecodeRuneInString(whole)
		s.push(token{kind: aStop, raw: whole[:n], word: ":"}, n)
		return
	}
	trimmed := strings.TrimRight(whole, ".:'’`*")
	if trimmed == "" {
		s.stop(string(whole[0]), 1)
		return
	}
	s.piece(trimmed)
}

func (s *scanner) push(t token, n int) {
	s.at += n
	t.end = s.at
	s.tokens = append(s.tokens, t)
}

// piece makes tokens of a text without spaces, whose last sign is a letter or
// a digit; s.at is where it begins.
func (s *scanner) piece(p string) {
	if t, ok := s.address(p); ok {
		s.push(t, len(p))
		return
	}
	if s.elided(p) {
		return
	}
	if t, ok := s.value(p); ok {
		s.push(t, len(p))
		return
	}
	if c := p[0]; c >= '0' && c <= '9' || (c == '+' || c == '-') && len(p) > 1 {
		s.measure(p)
		return
	}
	if i := strings.IndexAny(p, ":/"); i > 0 {
		s.piece(p[:i])
		s.stop(string(p[i]), 1)
		return
	}
	s.word(p)
}

// address reads what has an @: a mail address, or "@u.fr" for a domain.
func (s *scanner) address(p string) (token, bool) {
	if !strings.Contains(p, "@") {
		return token{}, false
	}
	typed := strings.TrimPrefix(p, "mailto:")
	if i := strings.LastIndexAny(typed, ":'’"); i >= 0 {
		return token{}, false
	}
	if domain, ok := strings.CutPrefix(typed, "@"); ok {
		return s.domain(domain)
	}
	a, err := desk.ParseAddress(typed)
	if err != nil {
		return token{kind: aText, raw: p, word: "@"}, true
	}
	return token{kind: aMail, raw: p, word: "@", value: string(a)}, true
}

func (s *scanner) domain(p string) (token, bool) {
	lower := strings.ToLower(p)
	served := s.reader.Serves != nil && strings.Contains(lower, ".") && s.reader.Serves(lower)
	if d := s.reader.Domain; served || d != "" && (lower == d || strings.HasSuffix(lower, "."+d)) {
		return token{kind: aDomain, raw: p, value: lower}, true
	}
	return token{}, false
}

// elided cuts at an apostrophe: "l'alias", "jusqu'au", "jdupont's". English
// contractions stay one word. What comes after is read by another turn.
func (s *scanner) elided(p string) bool {
	i := strings.IndexAny(p, "'’")
	if i < 0 {
		return false
	}
	_, n := utf8.DecodeRuneInString(p[i:])
	left, right := p[:i], fold(p[i+n:])
	switch {
	case i == 0:
		s.at += n
	case right == "s" && s.reader.Knows(strings.ToLower(left)), right == "s" && unicode.IsUpper(firstRune(left)) && len(left) > 2:
		s.piece(left)
		s.push(token{kind: aWord, raw: "'s", word: "'s"}, n+1)
	case right == "t" || right == "s" || right == "d" || right == "m" || right == "re" || right == "ve" || right == "ll",
		fold(left) == "aujourd":
		s.contracted(p, fold(left), right)
	case len(left) == 1 && unicode.IsUpper(firstRune(left)) && unicode.IsUpper(firstRune(p[i+n:])) && !strings.ContainsAny(left, "LDJMTSNC"):
		s.push(token{kind: aWord, raw: p, word: fold(left) + "'" + right}, len(p))
	default:
		s.piece(left)
		s.at += n
	}
	return true
}

func (s *scanner) contracted(p, left, right string) {
	switch {
	case right == "s" && words().lookup(left+"'s") == nil:
		i := strings.IndexAny(p, "'’")
		s.piece(p[:i])
		s.push(token{kind: aWord, raw: "'s", word: "'s"}, len(p)-i)
	case left == "aujourd":
		s.push(token{kind: aWord, raw: p, word: "aujourd"}, strings.IndexAny(p, "'’"))
	default:
		s.push(token{kind: aWord, raw: p, word: left + "'" + right}, len(p))
	}
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// value reads the entities that are one word: domain, request, drift, class of
// service, login, and the name of an intent.
func (s *scanner) value(p string) (token, bool) {
	lower := strings.ToLower(p)
	if t, ok := s.domain(lower); ok {
		t.raw = p
		return t, true
	}
	if len(lower) > 2 && lower[1] == '-' && digits(lower[2:]) && (lower[0] == 'd' || lower[0] == 'e') {
		k := aRequest
		if lower[0] == 'e' {
			k = aDrift
		}
		return token{kind: k, raw: p, value: strings.ToUpper(lower[:2]) + strings.TrimLeft(lower[2:], "0")}, true
	}
	if strings.Contains(lower, "_") {
		if name, ok := s.reader.Classes[lower]; ok && name != "" {
			return token{kind: aClass, raw: p, value: name}, true
		}
	}
	if _, ok := intentOf(lower); ok && strings.Contains(lower, ".") {
		return token{kind: aTopic, raw: p, value: lower}, true
	}
	if s.reader.Knows(lower) && !known(fold(lower)) { // somebody may be called like a word: a word it is
		return token{kind: aLogin, raw: p, value: lower}, true
	}
	return token{}, false
}

func digits(s string) bool {
	return s != "" && len(s) < 11 && strings.Trim(s, "0123456789") == ""
}

// word reads letters, cut at hyphens unless it is a compound name.
func (s *scanner) word(p string) {
	if n := strings.IndexByte(p, '#'); n == 0 && len(p) > 1 {
		s.at++
		s.piece(p[1:])
		return
	}
	if strings.HasPrefix(p, "n°") || strings.HasPrefix(p, "N°") {
		rest := strings.TrimPrefix(p[1:], "°")
		s.push(token{kind: aWord, raw: p[:len(p)-len(rest)], word: "no"}, len(p)-len(rest))
		if rest != "" {
			s.piece(rest)
		}
		return
	}
	if (p == "L" || p == "S") && !strings.HasPrefix(s.text[s.at+1:], "'") && !strings.HasPrefix(s.text[s.at+1:], "’") {
		s.push(token{kind: aWord, raw: p, word: fold(p), value: "letter"}, 1) // of a class of service, or nothing
		return
	}
	folded := fold(p)
	if strings.ContainsAny(p, "._@0123456789%&|\\~+^$§") && !strings.Contains(p, "&") || !letters(p) && p != "&" {
		if i := strings.IndexByte(p, '.'); i > 0 && known(folded[:min(i, len(folded))]) && letters(p[:i]) {
			s.word(p[:i]) // a sentence that ends without a space after it
			return
		}
		s.push(token{kind: aText, raw: p, word: folded}, len(p))
		return
	}
	if !strings.Contains(p, "-") || capitals(p) && !known(before(folded, "-")) {
		s.push(token{kind: aWord, raw: p, word: folded}, len(p))
		return
	}
	for i, part := range strings.Split(p, "-") {
		if i > 0 {
			s.at++
		}
		if part == "" {
			continue
		}
		s.push(token{kind: aWord, raw: part, word: fold(part), glued: i > 0}, len(part))
		if last := &s.tokens[len(s.tokens)-1]; s.reader.Knows(strings.ToLower(part)) && i > 0 {
			last.kind, last.value = aLogin, strings.ToLower(part)
		}
	}
}

func known(word string) bool { return len(words().entries[word]) > 0 }

// letters tells whether it is all letters, hyphens and apostrophes.
func letters(p string) bool {
	for _, r := range p {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '-' && r != '\'' && r != '’' {
			return false
		}
	}
	return true
}

// capitals tells whether each part of a compound begins by a capital letter.
func capitals(p string) bool {
	for part := range strings.SplitSeq(p, "-") {
		if !unicode.IsUpper(firstRune(part)) {
			return false
		}
	}
	return true
}
