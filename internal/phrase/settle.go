package phrase

import "unicode"

// settle chooses for each word the one sense that it has here.
func (s *sentence) settle() {
	for i := range s.tokens {
		t := &s.tokens[i]
		switch {
		case t.kind != aWord:
		case len(t.senses) == 0:
			s.settleStrange(i)
		default:
			t.sense = s.choose(i)
			s.settleForm(i)
		}
	}
}

// mostRepairs bounds the time that nonsense takes.
const mostRepairs = 6

// settleStrange repairs a typo, except where people write names of their own:
// after "alias" or "liste" and in a capitalised word.
func (s *sentence) settleStrange(i int) {
	t := &s.tokens[i]
	t.sense = sense{class: "strange"}
	if p := s.prev(i); p != nil && p.is("thing", "alias", "list", "group") || i > 0 && unicode.IsUpper(firstRune(t.raw)) && !s.shouted {
		return
	}
	if len(t.word) < 5 {
		return
	}
	if s.repaired++; s.repaired > mostRepairs {
		return
	}
	senses, misspelt := words().repair(t.word)
	if misspelt {
		t.sense = sense{class: "misspelt"}
		return
	}
	if senses != nil {
		t.senses = senses
		t.sense = s.choose(i)
		s.settleForm(i)
	}
}

// settleForm sees participles that lost their accent, "a ete supprime", and
// orders that have one too many, "tu peux ajouté".
func (s *sentence) settleForm(i int) {
	t, p := &s.tokens[i], s.prevWord(i)
	if p == nil || t.sense.class != "verb" && t.sense.class != "trap" && t.sense.class != "unlisted" {
		return
	}
	switch {
	case p.is("be") || p.is("have") || p.is("verb", "become") || p.is("ask", "is"):
		t.sense.done = true
	case (p.is("polite") || p.is("it") || p.is("me")) && !asciiOnly(t.raw) && t.sense.done && s.afterPolite(i):
		t.sense.done = false
	}
}

func (s *sentence) afterPolite(i int) bool {
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		if s.tokens[j].is("polite") {
			return true
		}
	}
	return false
}

func asciiOnly(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// prev and next are the neighbours in the same piece of the text.
func (s *sentence) prev(i int) *token {
	if i == 0 || s.tokens[i-1].kind == aStop {
		return nil
	}
	return &s.tokens[i-1]
}

func (s *sentence) next(i int) *token {
	if i+1 >= len(s.tokens) || s.tokens[i+1].kind == aStop {
		return nil
	}
	return &s.tokens[i+1]
}

// prevWord looks over fillers.
func (s *sentence) prevWord(i int) *token {
	for i--; i >= 0 && s.tokens[i].kind != aStop; i-- {
		if !s.tokens[i].is("filler") {
			return &s.tokens[i]
		}
	}
	return nil
}

// starts tells whether nothing but small talk stands before in the same piece.
func (s *sentence) starts(i int) bool {
	p := s.prevWord(i)
	return p == nil || p.is("greet") || p.is("et") || p.is("so") || p.is("because")
}

// ordered tells whether a verb may stand here: at the start or after a wrapper.
func (s *sentence) ordered(i int) bool {
	p := s.prevWord(i)
	return s.starts(i) || p.is("polite") || p.is("want") || p.is("it") || p.is("them") || p.is("me") || p.is("not") || p.is("vain") ||
		p.is("subject") || p.is("prep", "to") || p.is("ask", "how", "may", "cannot") || p.is("need")
}

func (t *token) nominal() bool {
	return t != nil && (t.entity() || t.kind == aText || t.has("thing") || t.has("adj") || t.has("new") || t.has("det") || t.has("my"))
}

// choose settles a word by its neighbours. The small words each have their
// rule; for the others the sense that comes first here is meant.
func (s *sentence) choose(i int) sense {
	t := &s.tokens[i]
	if (t.word == "demande" || t.word == "request") && !t.has("thing") && !s.asksFor(i) {
		return sense{class: "strange"} // "la demande de jdupont" is no way to ask
	}
	if len(t.senses) == 1 {
		return t.senses[0]
	}
	switch c := s.chooseSmall(i); {
	case c == "filler":
		return sense{class: c}
	case c != "" && t.has(c):
		return t.senseOf(c)
	}
	next := s.next(i)
	if t.has("verb") && (t.has("thing") || t.has("deed")) {
		p := s.prevWord(i)
		if p.is("verb") && t.of("thing") == "member" {
			return t.verbSense(p)
		}
		verb := s.ordered(i) && (next != nil || t.of("thing") != "list") && (next == nil || next.kind != aMail && next.kind != aText && !(t.word == "place" && next.has("prep")))
		if verb || t.has("thing") && t.of("thing") == "past" {
			return t.verbSense(s.prevWord(i))
		}
		if t.has("thing") {
			return t.senseOf("thing")
		}
		return t.senseOf("deed")
	}
	if t.has("verb") {
		return t.verbSense(s.prevWord(i))
	}
	for _, c := range []class{"secret", "skip", "vain", "drop", "not", "all", "trap", "unlisted", "misspelt", "ask", "polite", "need", "want", "if", "muse", "thing", "vague", "it"} {
		if t.has(c) {
			return t.senseOf(c)
		}
	}
	return t.firstWordSense()
}

// asksFor tells whether "demande" begins a way to ask: "demande de création",
// "lmartin demande à".
func (s *sentence) asksFor(i int) bool {
	p := s.prevWord(i)
	return s.starts(i) || s.tokens[i].word == "demande" && (p.person() || p.is("subject"))
}

func (t *token) senseOf(c class) sense {
	for _, s := range t.senses {
		if s.class == c {
			return s
		}
	}
	return sense{}
}

// verbSense is the order, or the participle after be and have.
func (t *token) verbSense(p *token) sense {
	done := p != nil && (p.is("be") || p.is("have") || p.is("verb", "become"))
	for _, s := range t.senses {
		if s.class == "verb" && s.done == done {
			return s
		}
	}
	return t.senseOf("verb")
}

// firstWordSense is the first sense that is no piece of a number or a date.
func (t *token) firstWordSense() sense {
	for _, s := range t.senses {
		switch s.class {
		case "number", "tens", "unit", "span", "month", "weekday", "day", "ends", "first", "next", "last", "early":
		default:
			return s
		}
	}
	return t.senses[0]
}

// chooseSmall is the class of a small word that has several, "" if no rule holds.
func (s *sentence) chooseSmall(i int) class {
	t, p, next := &s.tokens[i], s.prevWord(i), s.next(i)
	switch t.word {
	case "le", "la", "les", "l", "celui", "celle", "ce", "ca", "cela", "this":
		return s.chooseArticle(i)
	case "des", "du":
		if t.word == "des" && (p == nil || p.is("verb") || p.is("polite") || p.is("unlisted") || p.is("trap") || p.is("need")) {
			return "det"
		}
		return "prep"
	case "a":
		if s.reader.Lang == "en" && t.raw != "à" {
			return "det"
		}
		return s.chooseA(i)
	case "on":
		if s.reader.Lang != "en" && next != nil && (next.has("verb") && !next.has("thing") || next.has("have") || next.has("want")) && s.starts(i) {
			return "subject"
		}
		return "prep"
	case "plus":
		if s.reader.Lang == "en" {
			return "et"
		}
		return s.choosePlus(i)
	case "que", "qu":
		if s.starts(i) {
			return "ask"
		}
		return "that"
	case "qui", "who", "which", "whose":
		if s.starts(i) || p.is("verb", "show") || p.is("prep") || p.is("polite") {
			return "ask"
		}
		return "who"
	case "that":
		if p != nil && p.is("polite") {
			return "that"
		}
		return "det"
	case "leur", "leurs", "her":
		if next != nil && (next.has("thing") || next.has("adj") || next.has("new")) {
			return "their"
		}
		return "them"
	case "m":
		if t.raw == "M" {
			return "filler"
		}
		return "me"
	case "i":
		if next != nil {
			return "subject"
		}
		return "me"
	}
	return s.chooseSmallMore(i)
}

func (s *sentence) chooseSmallMore(i int) class {
	t, p, next := &s.tokens[i], s.prevWord(i), s.next(i)
	switch t.word {
	case "ou":
		if t.raw != "ou" && t.raw != "OU" && t.raw != "Ou" {
			return "ask"
		}
		return "or"
	case "quand", "when":
		if next != nil && !next.has("subject") && !next.has("if") || s.asked(i) {
			return "ask"
		}
		return "if"
	case "no":
		if next != nil && next.kind == aNumber {
			return "filler"
		}
		if p == nil && next == nil {
			return "drop"
		}
		return "not"
	case "please", "pls", "plz":
		if next != nil && (next.has("verb") || next.has("polite") || next.has("trap") || next.has("not") || next.has("vain") || len(next.senses) == 0) {
			return "polite"
		}
		return "filler"
	case "'s":
		if p != nil && p.is("ask") {
			return "be"
		}
		return "prep"
	case "stop", "arrete", "arretez":
		if next != nil && (next.has("verb") || next.has("gerund") || next.word == "de") {
			return "vain"
		}
		return "drop"
	case "is", "are", "was", "were", "has", "have", "do", "does", "did":
		return s.chooseAuxiliary(i)
	case "demande", "demandes":
		if p != nil && (p.person() || p.is("subject")) {
			return "want"
		}
		return "thing"
	case "partage":
		if p != nil && p.is("thing") && t.raw == "partage" {
			return "adj"
		}
		return "thing"
	case "abonnes", "inscrits", "subscribers":
		if !s.starts(i) {
			return "thing"
		}
		return "verb"
	case "pointe", "point", "arrive", "own", "utilise", "consulte", "recoit", "gets", "receive", "reads":
		if s.queried(i) {
			return "thing"
		}
		return "verb"
	case "service":
		if next != nil && next.has("thing") {
			return "adj"
		}
		return "thing"
	case "ces":
		if next != nil && (next.kind == aSpan || next.has("last") || next.kind == aNumber) {
			return "prep"
		}
		return "det"
	case "another":
		return "det"
	case "email", "mail", "e":
		if p != nil && p.is("thing") {
			return "adj"
		}
		return "thing"
	case "double", "halve":
		return "vague"
	case "start", "starting", "since", "as":
		if t.has("prep") {
			return "prep"
		}
	case "ok", "deja", "dispos", "disponible", "reste":
		if t.has("thing") && s.queried(i) {
			return "thing"
		}
		return "filler"
	}
	return ""
}

// chooseArticle tells "supprime-le" and "le supprimer" from "le compte".
func (s *sentence) chooseArticle(i int) class {
	t, p, next := &s.tokens[i], s.prevWord(i), s.next(i)
	after := p != nil && (p.is("verb") || p.is("trap") || p.is("unlisted"))
	switch {
	case t.glued && after && !next.nominal():
		return "it"
	case t.glued && after && t.has("it") && next != nil && !next.has("thing") && !next.entity():
		return "it"
	case next != nil && next.has("verb") && !next.has("thing") && !next.has("deed") && t.has("it") && !s.starts(i):
		return "it"
	case after && (next == nil || next.has("filler") && !next.has("det") || next.has("prep") && !next.has("det")) && t.has("it"):
		return "it"
	case t.has("subject") && (s.starts(i) || p.is("if")):
		if next != nil && (next.has("be") || next.has("have") || next.has("not")) {
			return "subject"
		}
	}
	return "det"
}

// chooseA tells "a" that should be "à" from "a" that has and from the English article.
func (s *sentence) chooseA(i int) class {
	t, p, next := &s.tokens[i], s.prevWord(i), s.next(i)
	switch {
	case t.raw == "à" || t.raw == "À":
		return "prep"
	case next == nil:
		return "det"
	case p != nil && (p.entity() || p.is("thing") || p.is("subject") || p.is("ask")) && (s.participle(next) || next.kind == aWord && len(next.senses) == 0 || next.word == "ete" || next.has("have")):
		return "have"
	case next.entity() && next.kind != aClass || next.has("me") || next.has("my") || next.has("their") || next.word == "la" || next.word == "l" || next.kind == aNumber:
		return "prep"
	case next.has("verb") && !next.has("thing") && !next.has("deed") && p != nil && !p.is("ask"):
		return "prep"
	}
	return "det"
}

// participle tells whether a word is one, or may be one without its accent
// while it is no infinitive.
func (s *sentence) participle(t *token) bool {
	for _, v := range t.senses {
		if (v.class == "verb" || v.class == "trap" || v.class == "unlisted") && (v.done || len(t.word) > 1 && t.word[len(t.word)-1] == 'e') {
			return true
		}
	}
	return false
}

// choosePlus tells "ne … plus" from "5 Go de plus" and from "a plus b".
func (s *sentence) choosePlus(i int) class {
	for j := i - 1; j >= 0 && s.tokens[j].kind != aStop; j-- {
		if s.tokens[j].is("not") {
			return "filler"
		}
	}
	if next := s.next(i); next != nil && next.entity() && next.kind != aSize {
		return "et"
	}
	return "more"
}

// chooseAuxiliary tells "is X free?" from "X is free" and "I have" from "to have".
func (s *sentence) chooseAuxiliary(i int) class {
	t, p := &s.tokens[i], s.prevWord(i)
	switch {
	case s.starts(i) && t.has("ask"):
		return "ask"
	case p != nil && p.is("ask") && t.has("be"):
		return "be"
	case p != nil && p.is("ask") && t.has("filler"):
		return "filler"
	case t.has("be"):
		return "be"
	case t.has("verb") && p != nil && (p.is("polite") || p.is("want") || p.is("prep", "to")):
		return "verb"
	case t.word == "have" && s.queried(i):
		return "filler"
	case t.has("have"):
		return "have"
	}
	return "filler"
}

// queried tells whether a question word stands before in the same piece.
func (s *sentence) queried(i int) bool {
	for j := i - 1; j >= 0 && s.tokens[j].kind != aStop; j-- {
		if s.tokens[j].is("ask") {
			return true
		}
	}
	return false
}

// asked tells whether the sentence that the token is in ends by "?".
func (s *sentence) asked(i int) bool {
	for ; i < len(s.tokens); i++ {
		if s.tokens[i].kind == aStop {
			switch s.tokens[i].word {
			case "?":
				return true
			case ".", "!", ";":
				return false
			}
		}
	}
	return false
}
