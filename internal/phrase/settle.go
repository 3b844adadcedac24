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
	if t.word == "partage" {
		return s.choosePartage(i)
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
		if p.is("verb") && t.of("thing") == "member" || t.word == "share" && !p.is("det") {
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
