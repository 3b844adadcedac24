package phrase

import "strings"

// A mood is what a part of a sentence does.
type mood uint8

const (
	empty       mood = iota // nothing but small talk
	fragment                // things and values, no verb
	order                   //
	query                   //
	statement               //
	muddle                  // an order, but of whom? "mcurie supprime le compte"
	context                 // a reason, a purpose, a "who" clause: it orders nothing
	negated                 // an order not to
	conditional             //
	musing                  // should I?
	withdrawn               // never mind
	closing                 // Best regards, and a name
)

// A part is a piece of the text that has one mood.
type part struct {
	from, to int
	mood     mood
	hard     bool // it begins after a full stop
	asked    bool // its sentence ends by a question mark
	polite   bool // it has a polite wrapper
}

func (s *sentence) of(p part) []token { return s.tokens[p.from:p.to] }

// split cuts the text into parts: at punctuation, where an order or a statement
// begins after "and", at reasons and purposes.
func (s *sentence) split() {
	from, hard := 0, true
	cut := func(to int, nextHard bool) {
		if to > from {
			s.parts = append(s.parts, part{from: from, to: to, hard: hard})
			hard = nextHard
		} else {
			hard = hard || nextHard
		}
	}
	whole := false // the part goes on to the end of its sentence
	for i := range s.tokens {
		t := &s.tokens[i]
		switch {
		case t.kind == aStop && t.word != "," && t.word != ":" && t.word != "(" && t.word != ")" && t.word != "/":
			asked := t.word == "?"
			cut(i, true)
			from, whole = i+1, false
			if asked {
				s.markAsked()
			}
		case t.kind == aStop && !whole:
			cut(i, false)
			from = i + 1
		case whole:
		case t.is("because"), t.is("purpose"):
			cut(i, false)
			from, whole = i, true
		case i > from && s.breaks(from, i):
			cut(i, false)
			from = i
		}
	}
	cut(len(s.tokens), false)
	for i := range s.parts {
		p := &s.parts[i]
		p.mood = s.moodOf(p)
	}
}

// markAsked marks the parts of the sentence that ends here.
func (s *sentence) markAsked() {
	for i := len(s.parts) - 1; i >= 0; i-- {
		s.parts[i].asked = true
		if s.parts[i].hard {
			return
		}
	}
}

// breaks tells whether a part begins at i without punctuation.
func (s *sentence) breaks(from, i int) bool {
	t := &s.tokens[i]
	switch {
	case t.is("et") || t.is("so") || t.is("or"):
		return s.orderStarts(i+1) || i+1 < len(s.tokens) && s.tokens[i+1].is("ask") && !s.tokens[i+1].is("ask", "is")
	case t.is("who"):
		return s.has(from, i, (*token).nameable)
	case t.is("subject") && i+1 < len(s.tokens):
		n := &s.tokens[i+1]
		begun := s.has(from, i, func(t *token) bool { return t.entity() }) && s.has(from, i, func(t *token) bool { return t.is("verb") || t.is("be") || t.is("want") })
		return begun && (n.is("be") || n.is("have") || n.is("not") || n.is("want") || n.is("verb") || n.is("strange"))
	case t.is("polite") || t.is("verb") && !t.sense.done && i+1 < len(s.tokens) && s.tokens[i+1].glued && s.tokens[i+1].is("it"):
		told := s.has(from, i, func(t *token) bool {
			return t.is("be") || t.is("have") || t.is("not") && oneOf("ne n no not don't doesn't isn't", t.word)
		}) && s.has(from, i, (*token).nameable)
		return told && !s.tokens[i-1].is("that") && !s.tokens[i-1].is("not") && !s.has(from, i, func(t *token) bool { return t.is("ask") })
	}
	return false
}

// nameable is what a statement may be about.
func (t *token) nameable() bool { return t.entity() || t.is("thing") }

func (s *sentence) has(from, to int, what func(*token) bool) bool {
	for i := from; i < to; i++ {
		if what(&s.tokens[i]) {
			return true
		}
	}
	return false
}

// orderStarts tells whether an order begins at i, after small talk.
func (s *sentence) orderStarts(i int) bool {
	for ; i < len(s.tokens); i++ {
		t := &s.tokens[i]
		switch {
		case t.is("filler") || t.is("so") || t.is("et"):
			continue
		case t.is("verb") || t.is("trap") || t.is("unlisted"):
			return !t.sense.done
		case t.is("polite"), t.is("deed"), t.is("vain"), t.is("need"), t.is("misspelt"), t.is("muse"), t.is("drop"):
			return true
		case t.is("not") || t.is("it"), t.is("me"):
			return i+1 < len(s.tokens) && s.tokens[i+1].is("verb")
		}
		return false
	}
	return false
}

// small talk may stand anywhere.
func (t *token) smallTalk() bool {
	return t.is("filler") || t.is("greet") || t.is("so") || t.is("et") || t.kind == aStop
}

// moodOf looks at how a part begins, then at its first verb.
func (s *sentence) moodOf(p *part) mood {
	i := p.from
	for i < p.to && s.tokens[i].smallTalk() {
		i++
	}
	if i == p.to {
		return empty
	}
	t := &s.tokens[i]
	switch t.sense.class {
	case "because", "purpose", "who":
		return context
	case "close":
		return closing
	case "if":
		return conditional
	case "muse":
		return musing
	case "vain":
		return negated
	case "drop":
		return withdrawn
	case "ask":
		return query
	case "polite", "need":
		p.polite = true
		return s.wrapped(i+1, p)
	case "not":
		return s.denied(i, p)
	case "verb", "trap", "unlisted", "misspelt":
		if !t.sense.done && t.kind == aWord {
			return s.verbMood(i, p)
		}
	case "thing":
		if t.is("thing", "help") {
			return query
		}
	case "deed":
		if s.has(i, p.to, func(t *token) bool { return t.is("be") || t.is("have") }) {
			return statement
		}
		return order
	}
	return s.predicate(i, p)
}

// verbMood tells a question, "montre …", from an order.
func (s *sentence) verbMood(i int, p *part) mood {
	if s.tokens[i].is("verb", "show") {
		return query
	}
	if s.tokens[i].is("verb", "give") && s.informs(i, p.to) {
		return query
	}
	return order
}

// informs tells whether what is to be given is only to be shown.
func (s *sentence) informs(i, to int) bool {
	told, given := false, false
	for ; i < to; i++ {
		t := &s.tokens[i]
		told = told || t.is("thing", "card", "member", "history", "state", "service", "storage", "cost", "help", "pending", "request", "drift")
		plain := t.is("thing", "quota", "alias", "account", "address", "list", "cos")
		if plain && i+1 < len(s.tokens) && s.tokens[i+1].is("prep", "of") && !s.tokens[i].is("thing", "account") {
			told = true
		}
		given = given || t.kind == aSize || t.kind == aNumber || t.is("vague") || t.is("thing", "rights", "role")
	}
	return told && !given
}

// wrapped is the mood of what a polite formula introduces.
func (s *sentence) wrapped(i int, p *part) mood {
	for ; i < p.to; i++ {
		t := &s.tokens[i]
		switch {
		case t.is("verb") || t.is("trap") || t.is("unlisted") || t.is("deed"):
			return s.verbMood(i, p)
		case t.is("ask", "how", "why", "who", "what", "where", "many", "may"):
			return query
		case t.is("thing", "help"):
			return query
		case t.is("muse"):
			return musing
		}
	}
	if s.has(p.from, p.to, func(t *token) bool { return t.is("not") || t.is("vain") || t.is("drop") }) {
		return negated
	}
	if !s.has(p.from, p.to, func(t *token) bool { return !t.smallTalk() && !t.is("polite") && !t.is("need") && !t.is("det") }) {
		return empty
	}
	return order
}

// denied tells "ne crée pas" from "n'est plus utile".
func (s *sentence) denied(i int, p *part) mood {
	for ; i < p.to; i++ {
		t := &s.tokens[i]
		switch {
		case t.is("be") || t.is("have") || t.is("subject"):
			return statement
		case t.is("verb") || t.is("trap") || t.is("unlisted") || t.is("deed") || t.is("gerund") || t.is("want"):
			return negated
		}
	}
	return negated
}

// predicate finds the verb of a part that begins by something else.
func (s *sentence) predicate(i int, p *part) mood {
	bare := false // a subject may have been said
	first := &s.tokens[i]
	pronoun := first.is("subject")
	for ; i < p.to; i++ {
		t := &s.tokens[i]
		switch {
		case t.is("ask"):
			return query
		case t.is("want"):
			if pronoun {
				return statement
			}
			return s.wanted(i+1, p)
		case t.is("polite") || t.is("need"):
			p.polite = true
			return s.wrapped(i+1, p)
		case t.is("be"):
			return s.being(i+1, p)
		case t.is("muse"):
			return musing
		case t.is("deed") && i > p.from && !s.tokens[i-1].is("prep") && !s.tokens[i-1].is("det"):
			return order // "compte jdupont : suppression"
		case t.is("deed") && pronoun && !s.has(i, p.to, (*token).predicate):
			return muddle // "on suppression du compte"
		case t.is("deed"):
			return statement
		case t.is("not") && bare && !s.has(i, p.to, (*token).verbal):
			return negated
		case t.is("have") || t.is("not") && bare:
			return statement
		case t.is("vain"):
			return negated
		case t.is("verb") || t.is("trap") || t.is("unlisted") || t.is("misspelt"):
			return s.lateVerb(i, bare, pronoun, p)
		case t.entity() || t.is("thing") || t.is("subject"):
			if i == p.from || !s.tokens[i-1].is("prep") && !(s.tokens[i-1].is("det") && i > p.from+1 && s.tokens[i-2].is("prep")) {
				bare = bare || !t.is("thing") && t.kind != aDate
				bare = bare || t.is("thing")
			}
		}
	}
	if pronoun && !first.is("me") {
		return statement
	}
	return fragment
}

// lateVerb is the mood of a part whose verb comes after other words: an order
// if they only say for whom, "pour vroth ajoute …", or after "à".
func (s *sentence) lateVerb(i int, bare, pronoun bool, p *part) mood {
	if i == p.from {
		return statement // "supprimé le compte": who did?
	}
	t, prev := &s.tokens[i], &s.tokens[i-1]
	switch {
	case prev.is("it") || prev.is("them") || prev.is("me"):
		if i-2 >= p.from {
			prev = &s.tokens[i-2]
		}
	}
	switch {
	case pronoun && s.tokens[p.from].word == "on" && !t.sense.done && i <= p.from+2:
		p.polite = true
		return s.verbMood(i, p)
	case pronoun && !t.sense.done && t.is("verb", "approve", "reject") && i <= p.from+2:
		return order // who says "j'approuve" does
	case t.sense.done:
		return statement
	case prev.is("prep", "to") && !pronoun:
		return order
	case !bare && !pronoun:
		return s.verbMood(i, p)
	case t.is("trap") && !s.has(p.from, p.to, (*token).object):
		return muddle // "mcurie ferme, retire l'alias …"
	case !t.is("verb"), t.is("verb", "set", "show", "have", "point", "become") && finite(t.word) && !s.has(p.from, p.to, (*token).object):
		return statement
	}
	return muddle
}

// object is what an order may be about, other than a person.
func (t *token) object() bool {
	return t.kind == aMail || t.kind == aDomain || t.kind == aSize || t.kind == aClass || t.is("thing")
}

// finite tells whether a French verb is not in the infinitive.
func finite(word string) bool {
	return !strings.HasSuffix(word, "er") && !strings.HasSuffix(word, "re") && !strings.HasSuffix(word, "ir")
}

// verbal tells whether a denial has a verb of its own.
func (t *token) verbal() bool {
	return !t.is("not") && t.predicate() || t.is("misspelt") || t.is("trap") || t.is("unlisted")
}

// being is the mood after "is": "est à supprimer" orders, "est libre ?" asks.
func (s *sentence) being(i int, p *part) mood {
	if i+1 < p.to && s.tokens[i].is("prep", "to") && s.tokens[i+1].is("verb") {
		return order
	}
	if s.asked(i-1) && s.has(i, p.to, func(t *token) bool { return t.is("thing", "free", "works", "state") || t.is("ask") }) {
		return query
	}
	return statement
}

// wanted is the mood after "doit", "needs": an order, but for a question.
func (s *sentence) wanted(i int, p *part) mood {
	p.polite = true
	if s.has(i, p.to, func(t *token) bool { return t.is("that") }) {
		p.polite = false
	}
	return order
}
