package phrase

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
		if t.raw == "m" && next != nil && (next.has("verb") || next.has("have")) {
			return "me" // "m'abonner"
		}
		return "filler" // M. Dupont
	case "dont":
		if s.starts(i) || next != nil && next.has("verb") {
			return "not"
		}
		return "who"
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
		if next != nil && next.kind == aSize {
			return "more"
		}
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

// choosePartage tells "partage la boîte", "partage de la boîte" and "le partage de la
// boîte" from the name of the service and from "boîte partage".
func (s *sentence) choosePartage(i int) sense {
	t, p, next := &s.tokens[i], s.prevWord(i), s.next(i)
	named := t.raw == "Partage" && i > 0
	switch {
	case named:
	case p.is("thing", "account", "group", "list", "address") && t.raw == "partage":
		return sense{class: "adj"}
	case s.ordered(i) && next.nominal():
		return sense{class: "verb", value: "share"}
	case s.starts(i) && next != nil && next.has("prep"):
		return sense{class: "deed", value: "share"}
	case p.is("det") && i > 1 && s.tokens[i-2].is("verb"):
		return sense{class: "thing", value: "share"}
	}
	return sense{class: "thing", value: "service"}
}
