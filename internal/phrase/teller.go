package phrase

// A teller reads tokens from left to right into a mention.
type teller struct {
	m       *mention
	prep    string
	label   string // the thing that names the next value
	conj    bool   // "," or "et" came just before
	comma   bool
	nounOf  string // the last thing, after which "de" came
	owned   bool   // "'s" came just before
	article string // the determiner that came just before
	lastEnd int    // the index of the token of the last item
	at      int
	tokens  []token
}

// tell takes the tokens of an order apart.
func tell(tokens []token) *mention {
	l := &teller{m: &mention{}, tokens: tokens, lastEnd: -9}
	for i := range tokens {
		l.at = i
		t := &tokens[i]
		switch {
		case t.kind == aStop:
			l.stop(t)
		case t.kind == aNumber:
			l.m.numbers = append(l.m.numbers, item{thing: l.label, prep: l.prep, values: tokens[i : i+1], late: len(l.m.acts) > 0})
			l.prep, l.conj = "", false
		case t.kind == aText:
			l.oddity(t)
		case t.entity():
			l.value(t)
		default:
			l.word(t)
		}
	}
	l.close()
	return l.m
}

func (l *teller) stop(t *token) {
	l.endUntil()
	dangling := l.prep
	l.prep = ""
	switch t.word {
	case ",", "/":
		l.m.odd = l.m.odd || dangling != "" && dangling != "until" && dangling != "of"
		l.conj, l.comma = true, true
		if l.label != "" && l.label != "owner" {
			l.label = ""
		}
	}
}

// endUntil sees a "jusqu'à" that no date follows.
func (l *teller) endUntil() {
	if l.prep == "until" {
		l.m.endless = true
	}
}

// close sees what the end of the order leaves open.
func (l *teller) close() {
	l.endUntil()
	l.m.odd = l.m.odd || l.prep != "" && l.prep != "until" || l.conj && !l.comma
}

// possessor sees that the last value was followed by "'s": the thing that comes
// stands where the value stood.
func (l *teller) possessor() {
	last := len(l.m.items) - 1
	if last < 0 || l.lastEnd != l.at-1 {
		l.m.odd = true
		return
	}
	it := &l.m.items[last]
	l.prep, l.owned = it.prep, true
	if it.prep == "" {
		it.prep = "of"
	}
}

// oddity is a word that means nothing, in the place where a value may be.
func (l *teller) oddity(t *token) {
	l.endUntil()
	l.m.strange = append(l.m.strange, item{thing: l.label, prep: l.prep, values: []token{*t}, late: len(l.m.acts) > 0})
	l.label, l.prep, l.conj = "", "", false
}

// value puts a value in the item that it goes on, or in a new one.
func (l *teller) value(t *token) {
	m := l.m
	if l.prep == "until" && t.kind != aDate && t.kind != aSpan {
		m.endless, l.prep = true, ""
	}
	label := l.label
	if label == "" && l.prep == "of" && l.nounOf == "account" && t.person() {
		label = "account"
	}
	if label == "" && l.prep == "of" && l.nounOf == "quota" && t.kind == aSize {
		label = "quota"
	}
	if last := len(m.items) - 1; last >= 0 && l.conj && listKind(t) == listKind(&m.items[last].values[0]) && l.continues(label, last) {
		m.items[last].values = append(m.items[last].values, *t)
	} else {
		m.odd = m.odd || l.conj && !l.comma && (t.person() || (t.kind == aSize || t.kind == aClass) && l.prep != "" && l.prep != "with")
		it := item{thing: label, prep: l.prep, values: []token{*t}, late: len(m.acts) > 0 || m.deed}
		if label != "" && label != "as" && len(m.nouns) > 0 {
			m.nouns[len(m.nouns)-1].filled = true
			if t.kind != aSize && (l.prep == "" || l.prep == "of") {
				it.prep = m.nouns[len(m.nouns)-1].prep
			}
		}
		m.items = append(m.items, it)
	}
	l.label, l.prep, l.conj, l.comma, l.nounOf = "", "", false, false, ""
	l.lastEnd = l.at
}

// continues tells whether a value belongs to the list that the last item began.
func (l *teller) continues(label string, last int) bool {
	it := &l.m.items[last]
	switch {
	case label == it.thing && label != "" && label != "owner":
		return l.prep == "" || l.prep == it.prep || label == "account"
	case label == "":
		return l.prep == "" || l.prep == it.prep && it.thing == ""
	}
	return false
}

// listKind tells which values may stand in one list.
func listKind(t *token) kind {
	if t.person() {
		return aMail
	}
	return t.kind
}

// word reads one word by its class.
func (l *teller) word(t *token) {
	m := l.m
	switch t.sense.class {
	case "filler", "greet", "so", "subject", "that":
	case "adj":
	case "det":
		l.article = t.word
		return
	case "new":
		m.fresh = true
	case "close":
	case "et":
		l.conj = true
		l.endUntil()
	case "prep":
		if t.word == "'s" {
			l.possessor()
			return
		}
		l.preposition(t)
	case "thing":
		l.thing(t)
	case "verb":
		l.verb(t)
	case "deed":
		m.deed = true
		l.act(t.sense.value)
	case "gerund":
		if len(m.acts) > 0 {
			m.odd = true
			return
		}
		l.act(t.sense.value)
	case "polite", "need", "want":
		l.wrapper(t)
	case "me":
		if l.prep == "until" {
			l.endUntil()
		}
		m.me, l.prep = true, ""
	case "my":
		m.my = true
	case "it":
		m.it = true
	case "them":
		m.them = true
	case "their":
		m.their = true
	default:
		l.wordMore(t)
	}
	l.article = ""
}

func (l *teller) wordMore(t *token) {
	m := l.m
	switch t.sense.class {
	case "more":
		m.more = true
	case "particle":
		m.particle = t.sense.value
		if m.particle == "off" {
			l.prep = "of"
		}
	case "if":
		m.provided = true
	case "drop":
		m.drop = true
	case "less":
		m.less = true
	case "vague":
		m.vague = true
		l.prep = ""
	case "brief":
		m.brief = true
	case "all":
		m.all = true
	case "not":
		m.not = true
	case "or":
		m.or = true
	case "trap":
		m.trap = true
	case "unlisted":
		m.unlisted = true
	case "misspelt":
		m.misspelt = true
	case "be":
		if len(m.acts) > 0 {
			m.odd = true
		}
	case "strange":
		l.oddity(t)
	default:
		m.odd = true
	}
}

func (l *teller) wrapper(t *token) {
	m := l.m
	m.polite = true
	m.wish = m.wish || t.is("polite", "wish")
	l.prep, l.conj = "", false
	switch {
	case t.is("need"):
		l.act("need")
	case t.is("want"):
		m.polite = true
		if len(m.acts) > 0 {
			m.odd = true
		} else {
			m.acts = append(m.acts, "want")
		}
	case len(t.word) > 0 && (t.word == "je" || t.word == "j" || t.word == "i" || t.word == "i'd"):
		m.self, m.english = true, t.word == "i" || t.word == "i'd"
	}
}

func (l *teller) preposition(t *token) {
	l.endUntil()
	next := l.peek(1)
	switch {
	case t.is("prep", "of") && l.label != "":
		l.nounOf, l.prep = l.label, "of"
	case t.is("prep", "of") && l.prep != "" && l.prep != "as":
		// "au profit de", "à de": the first holds
	case t.is("prep", "of") && next != nil && next.kind == aSpan && l.prep == "for":
	default:
		l.m.odd = l.m.odd || l.prep != "" && l.prep != "as" && l.prep != "until"
		l.prep = t.sense.value
		if t.word == "up" && next != nil && next.kind == aSize {
			l.prep = "to"
		}
	}
	l.label = ""
}

func (l *teller) peek(n int) *token {
	for i := l.at + 1; i < len(l.tokens); i++ {
		if l.tokens[i].is("det") || l.tokens[i].is("filler") || l.tokens[i].is("adj") || l.tokens[i].is("new") {
			continue
		}
		if n--; n == 0 {
			return &l.tokens[i]
		}
	}
	return nil
}

// thing reads a noun. It labels the value that follows, or the one just before:
// "X comme alias", "the X list".
func (l *teller) thing(t *token) {
	m := l.m
	name := t.sense.value
	switch name {
	case "message":
		name = "address"
	case "free", "works", "past", "own", "run", "belong", "pending", "help":
		m.odd = true
		return
	}
	if m.skill != "" && m.nested == "" {
		m.nested = nested(m.skill, name)
		if m.nested != "" {
			l.label, l.prep = "", ""
			return
		}
	}
	next := l.peek(1)
	follows := next != nil && (next.entity() && next.kind != aDate && next.kind != aSize && next.kind != aSpan || next.kind == aText)
	if name == "alias" && (l.prep == "as" || l.prep == "on" && !follows) || !follows && l.prep == "" && l.lastEnd == l.justBefore() && labels(name) {
		if last := len(m.items) - 1; last >= 0 && (m.items[last].thing == "" || m.items[last].thing == "address") && (l.prep != "" || m.items[last].prep != "of") {
			m.items[last].thing = name
			prep := l.prep
			switch prep {
			case "":
				prep = m.items[last].prep
			case "on":
				prep = "as"
			}
			m.nouns = append(m.nouns, noun{thing: name, prep: prep, filled: true})
			l.label, l.prep, l.nounOf = "", "", name
			if name == "alias" {
				l.nounOf = ""
			}
			return
		}
	}
	if l.conj && !l.comma && l.prep == "" && len(m.nouns) > 0 && m.nouns[len(m.nouns)-1].thing != name {
		m.two = true
	}
	m.nouns = append(m.nouns, noun{thing: name, prep: l.prep, their: m.their, late: len(m.acts) > 0, filled: l.owned})
	l.owned = false
	if len(m.nouns) == 1 {
		m.definite = oneOf("le la l les the this that ce cet cette", l.article)
		m.indefinite = oneOf("un une a an another", l.article)
	}
	l.label, l.prep = name, ""
	l.nounOf = name
}

// labels tells which things may come after their value.
func labels(thing string) bool {
	return thing == "list" || thing == "group" || thing == "account" || thing == "domain" || thing == "alias" || thing == "address"
}

// justBefore is the index of the last token that is not a small word.
func (l *teller) justBefore() int {
	for i := l.at - 1; i >= 0; i-- {
		if !l.tokens[i].is("det") && !l.tokens[i].is("adj") {
			return i
		}
	}
	return -1
}

// verb reads the act. A second one is an action inside a right, or says what
// "doit être" must become; else it is another action.
func (l *teller) verb(t *token) {
	m := l.m
	act := t.sense.value
	last := ""
	if len(m.acts) > 0 {
		last = m.acts[len(m.acts)-1]
	}
	switch {
	case last == "" || last == "want" || last == "need" && !t.sense.done:
		if t.sense.done && last == "" {
			m.odd = true
		}
		m.self = m.self && (m.english || act == "become" || act == "have") // "je veux abonner" whom? "I want to subscribe" myself
		l.act(act)
	case (last == "become" || last == "have") && t.sense.done:
		m.acts[len(m.acts)-1] = act
		m.self = m.self && last == "become"
	case t.sense.done && act == "remove" && last == "restore":
	case t.sense.done && act == "create":
	case rights(m) && !t.sense.done && m.skill == "":
		m.skill, l.prep, l.label = act, "", ""
	default:
		m.acts = append(m.acts, act)
	}
	l.label, l.conj = "", false
	if l.prep != "until" {
		l.prep = ""
	}
}

func (l *teller) act(act string) {
	l.m.acts = append(l.m.acts, act)
	l.prep, l.label = "", ""
	if len(l.m.acts) == 2 && (l.m.acts[0] == "want" || l.m.acts[0] == "need") {
		l.m.acts = l.m.acts[1:]
	}
}

// rights tells whether the action gives or takes a right.
func rights(m *mention) bool {
	if len(m.acts) > 0 && (m.acts[0] == "grant" || m.acts[0] == "accord") {
		return true
	}
	for _, n := range m.nouns {
		if n.thing == "rights" {
			return true
		}
	}
	return false
}
