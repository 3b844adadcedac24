package phrase

// readOrder understands the one order of the sentence.
func (s *sentence) readOrder() Answer {
	at := 0
	for s.parts[at].mood != order {
		at++
	}
	m := tell(s.gathered(at))
	if at > 0 && s.parts[at-1].mood == statement && s.tokens[s.parts[at].from].is("et") && !s.parts[at].polite {
		return Answer{Ask: AskIntent} // "mcurie crée la liste et ajoute jdupont": who adds?
	}
	if at > 0 && s.parts[at-1].mood == fragment && !s.parts[at].hard {
		if _, ok := tell(s.of(s.parts[at-1])).implied(); ok {
			return Answer{Ask: AskIntent} // two orders, the first without its verb
		}
	}
	m.polite = m.polite || s.parts[at].polite
	s.resolve(m, at)
	a := s.understand(m, s.parts[at].asked && !m.polite)
	if a.Refused == "" && a.Ask == "" && s.doubtful(at) {
		return Answer{Ask: AskIntent, Meant: meant(a.Frame)}
	}
	return a
}

// readFragments understands "alias X vers Y", an order without its verb, or a
// question without one.
func (s *sentence) readFragments() Answer {
	m := tell(s.gathered(s.firstFragment()))
	if m.all || m.not {
		if m.noun("request") != nil || s.parts[len(s.parts)-1].asked && !m.not {
			return s.readQuery()
		}
		return refuse(NotUnderstood)
	}
	act, ok := m.implied()
	if len(m.acts) > 0 {
		return Answer{Ask: AskIntent}
	}
	if !ok {
		return s.readQuery()
	}
	m.acts = []string{act}
	return s.understand(m, s.parts[len(s.parts)-1].asked)
}

// towards tells whether a size is said to go to somebody, without the verb that
// says whether it is added or set.
func (m *mention) towards(free []*item) bool {
	for _, it := range free {
		if it.prep == "to" {
			return true
		}
	}
	n := m.noun("quota", "storage", "account")
	return n != nil && n.prep == "to"
}

func (s *sentence) firstFragment() int {
	for i, p := range s.parts {
		if p.mood == fragment {
			return i
		}
	}
	return 0
}

// implied is the act that a sentence without a verb asks for.
func (m *mention) implied() (act string, ok bool) {
	free := m.free()
	switch {
	case m.trap || m.unlisted || m.misspelt:
		return "", true
	case m.fresh:
		return "create", true
	case m.size() && m.towards(free):
		return "", true
	case m.indefinite && m.noun("account") != nil:
		return "", false
	case m.noun("quota", "storage") != nil && (m.size() || len(m.numbers) > 0 || m.vague):
		return "set", true
	case m.noun("cos") != nil && m.any(aClass) != nil:
		return "set", true
	case len(m.nouns) == 0 && (m.size() || m.any(aClass) != nil) && len(free) > 0:
		return "set", true
	case m.noun("alias") != nil && m.any(aMail) != nil && !m.definite && m.items[0].thing == "alias":
		for _, it := range m.items {
			if it.thing != "alias" && it.values[0].person() && (it.prep == "to" || it.prep == "for" || it.prep == "on") {
				return "add", true
			}
		}
		for _, it := range m.items {
			if it.thing == "account" {
				return "", true // "alias: X, compte: Y" does not say what to do
			}
		}
	case m.size():
		return "", true
	}
	return "", false
}

// gathered are the tokens of a part and of the fragments that go with it.
func (s *sentence) gathered(at int) []token {
	first := at
	for first > 0 && !s.parts[first].hard && (s.parts[first-1].mood == fragment || s.parts[first-1].mood == empty) {
		first--
	}
	var list []token
	for i := first; i < len(s.parts); i++ {
		p := s.parts[i]
		if p.mood == closing {
			break
		}
		apart := i > at && p.hard
		if i != at && (p.mood != fragment || apart && s.onlyPeople(p)) {
			continue
		}
		if len(list) > 0 {
			mark := token{kind: aStop, word: ","}
			if p.from > 0 && s.tokens[p.from-1].kind == aStop {
				mark = s.tokens[p.from-1]
			} else if p.from > 0 {
				mark.word = ""
			}
			list = append(list, mark)
		}
		list = append(list, s.of(p)...)
	}
	return list
}

// onlyPeople tells whether a sentence without a verb names people and nothing
// else: they are not what the order is about.
func (s *sentence) onlyPeople(p part) bool {
	for _, t := range s.of(p) {
		if t.entity() && t.kind != aLogin && t.kind != aName || t.is("prep") || t.is("not") {
			return false
		}
	}
	return true
}

// predicate tells whether a clause may have this for its verb.
func (t *token) predicate() bool {
	return t.is("be") || t.is("have") || t.is("not") || t.is("want") || t.is("verb") || t.is("strange")
}

// doubtful tells whether what was said beside the order may change it: a date or
// a size in a sentence after it, an address in its "who" clause.
func (s *sentence) doubtful(at int) bool {
	for i := at + 1; i < len(s.parts); i++ {
		p := s.parts[i]
		who := p.mood == context && s.tokens[p.from].is("who")
		if p.mood != statement && !who {
			continue
		}
		if i == at+1 && s.tokens[p.from-1].kind != aStop && oneOf("c ce ca cela", s.tokens[p.from].word) {
			return true // "supprimer le compte c'est dangereux"
		}
		if who && !s.has(p.from, p.to, (*token).predicate) {
			return true
		}
		for _, t := range s.of(p) {
			if t.kind == aDate || t.kind == aSize || t.kind == aSpan || t.kind == aMail || t.kind == aDomain || t.kind == aClass || who && (t.entity() || t.is("all")) {
				return true
			}
		}
	}
	return false
}

// understand makes the answer to an order; hasty if it is a question without
// any polite formula.
func (s *sentence) understand(m *mention, hasty bool) Answer {
	switch {
	case m.trap:
		return refuse(NotHere)
	case m.drop:
		return refuse(Withdrawn)
	case m.not:
		return refuse(Negated)
	case m.provided:
		return refuse(Conditional)
	case m.all:
		return refuse(TooWide)
	case m.unlisted || m.misspelt || m.or || m.two:
		return Answer{Ask: AskIntent}
	case m.act() == "show":
		return s.readQuery()
	case m.act() == "":
		return Answer{Ask: AskIntent}
	}
	if m.relocates() {
		return refuse(NotHere)
	}
	name, askFor := m.intent()
	if askFor != "" {
		return Answer{Ask: askFor}
	}
	f := &filling{s: s, m: m, frame: Frame{Intent: name, Slots: map[string][]string{}}, several: map[string]bool{}, wrong: map[string]bool{}}
	f.fill()
	return f.answer(hasty)
}

// relocates tells whether something else than an alias is to be somewhere else. "move
// bob to 5 GB" only sets, "déplace" does not.
func (m *mention) relocates() bool {
	act, direct := m.act(), m.direct()
	if act != "move" && act != "shift" || m.aboutAlias() {
		return false
	}
	m.acts[0] = "set"
	if m.noun("rights", "role") != nil {
		return true
	}
	return act == "shift" && (direct != "" && direct != "address" || m.size() || m.any(aClass) != nil || m.noun("list", "group") != nil)
}

// answer accepts the frame, or asks: first what is missing or too many, in the
// order of the schema, then what was said in a way that is impossible.
func (f *filling) answer(hasty bool) Answer {
	if f.clash {
		return Answer{Ask: AskIntent}
	}
	for _, sl := range slotsOf(f.frame.Intent) {
		missing := len(f.frame.Slots[sl.name]) == 0 && !sl.optional && (sl.name != "size" || len(f.frame.Slots["delta"]) == 0)
		switch {
		case f.several[sl.name]:
			return ask(sl.name, f.frame.without(sl.name))
		case missing && f.local != "" && oneOf("alias address list group", sl.name):
			a := ask(AskDomain, f.frame)
			a.local = f.local
			return a
		case missing:
			return ask(sl.name, f.frame)
		}
	}
	for _, sl := range slotsOf(f.frame.Intent) {
		if f.wrong[sl.name] {
			return ask(sl.name, f.frame.without(sl.name))
		}
	}
	if f.loose || hasty {
		return Answer{Ask: AskIntent, Meant: meant(f.frame)}
	}
	return Answer{Frame: f.frame}
}

// meant is what may have been meant. What destroys is not suggested.
func meant(f Frame) []Frame {
	if f.Destroys() {
		return nil
	}
	return []Frame{f}
}

func (f Frame) without(name string) Frame {
	slots := map[string][]string{}
	for k, v := range f.Slots {
		if k != name {
			slots[k] = v
		}
	}
	return Frame{Intent: f.Intent, Slots: slots}
}
