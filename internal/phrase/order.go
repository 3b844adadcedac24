package phrase

import "strings"

// A filling is an order on its way to a frame.
type filling struct {
	s       *sentence
	m       *mention
	frame   Frame
	local   string          // of an address without its domain
	several map[string]bool // slots that were listed more values than they hold
	wrong   map[string]bool // slots said in an impossible way
	clash   bool            // two values that were not listed
	loose   bool            // a value or a word without a place
}

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
			if t.kind == aDate || t.kind == aSize || t.kind == aSpan || t.kind == aMail || t.kind == aDomain || t.kind == aClass || who && t.entity() {
				return true
			}
		}
	}
	return false
}

// resolve finds what "it", "lui" and "son compte" stand for in what was told
// before the order: the only candidate.
func (s *sentence) resolve(m *mention, at int) {
	if s.thing != "" {
		m.name(s.thing)
	}
	if !m.it && !m.them && !m.their {
		return
	}
	var before mention
	for _, p := range s.parts[:at] {
		if p.mood == statement || p.mood == context || p.mood == fragment && p.hard {
			told := tell(s.of(p))
			before.items = append(before.items, told.items...)
			before.nouns = append(before.nouns, told.nouns...)
		}
	}
	switch {
	case m.their && len(m.free()) > 0:
		m.their = false
	case m.it && m.labelledBefore():
		m.it = false
	case m.it:
		m.it = !m.takeIt(&before)
	case m.their || m.them:
		if people := before.free(); len(people) == 1 && len(people[0].values) == 1 {
			it := *people[0]
			it.prep = "of"
			if m.them {
				it.prep = "to"
			}
			it.late = true
			m.items = append(m.items, it)
			m.their, m.them = false, false
		}
	}
}

// name says what kind of thing a value without a label is: for a list or a group
// the address that somebody enters or leaves, else the first that fits.
func (m *mention) name(thing string) {
	chosen := -1
	for i := range m.items {
		it := &m.items[i]
		fits := it.values[0].person() && (thing == "account" || it.values[0].kind == aMail)
		if !fits || it.thing != "" && it.thing != "address" {
			continue
		}
		if chosen < 0 || (thing == "list" || thing == "group") && m.items[chosen].prep == "" {
			chosen = i
		}
	}
	n := noun{thing: thing, late: true}
	if chosen >= 0 {
		m.items[chosen].thing = thing
		n.filled = true
		if thing == "list" || thing == "group" {
			n.prep = m.items[chosen].prep
		}
	}
	m.nouns = append([]noun{n}, m.nouns...)
}

// labelledBefore tells whether the order itself named its object before the
// verb: "le compte jdupont, supprime-le".
func (m *mention) labelledBefore() bool {
	for _, it := range m.items {
		if !it.late && it.thing != "" {
			return true
		}
	}
	return false
}

// takeIt adds what "it" stands for; false if there is none, or a choice.
func (m *mention) takeIt(before *mention) bool {
	var labelled []item
	for _, it := range before.items {
		if it.thing != "" && it.values[0].person() && it.thing != "owner" && it.thing != "address" {
			labelled = append(labelled, it)
		}
	}
	switch {
	case len(labelled) > 0:
		for _, it := range labelled {
			apart := it.prep != "" && it.prep != "of" && len(before.free()) > 0 // "vroth est dans la liste X, retire-le": which?
			if it.thing != labelled[0].thing || apart {
				return false
			}
		}
		all := labelled[0]
		for _, it := range labelled[1:] {
			all.values = append(append([]token{}, all.values...), it.values...)
		}
		all.prep, all.late = "", true
		m.nouns = append(m.nouns, noun{thing: all.thing, filled: true})
		m.items = append([]item{all}, m.items...)
		return true
	case len(before.free()) == 1:
		it := *before.free()[0]
		it.prep, it.late = "", true
		if n := before.noun("account"); n != nil {
			it.thing = "account"
			if m.any(aSize) == nil && m.any(aClass) == nil {
				m.nouns = append(m.nouns, noun{thing: "account", filled: true})
			}
		}
		m.items = append([]item{it}, m.items...)
		return true
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
	name, askFor := m.intent()
	if askFor != "" {
		return Answer{Ask: askFor}
	}
	f := &filling{s: s, m: m, frame: Frame{Intent: name, Slots: map[string][]string{}}, several: map[string]bool{}, wrong: map[string]bool{}}
	f.fill()
	return f.answer(hasty)
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

// fill gives each value its slot, labelled ones first.
func (f *filling) fill() {
	m := f.m
	used := make([]bool, len(m.items))
	for i := range m.items {
		used[i] = i+1 < len(m.items) && m.items[i].values[0].kind == aClass && m.items[i].prep == "of" &&
			m.items[i+1].values[0].kind == aClass && m.items[i+1].prep == "to" // from one class to another
	}
	for _, want := range []bool{true, false} {
		for i := range m.items {
			if !used[i] && f.special(&m.items[i]) {
				used[i] = true
				continue
			}
			if !used[i] && (m.items[i].thing != "") == want {
				used[i] = f.place(&m.items[i])
			}
		}
	}
	for i := range used {
		f.loose = f.loose || !used[i]
	}
	f.measure()
	f.oneself()
	f.leftovers()
}

// place puts the values of an item in the slot whose role they play.
func (f *filling) place(it *item) bool {
	if it.thing == "" && it.values[0].kind == aDomain && it.prep == "from" {
		return false
	}
	for _, r := range roles[f.frame.Intent] {
		fits, labelled := r.fits(it)
		taken := len(f.frame.Slots[r.slot]) > 0
		switch {
		case !fits:
		case taken && !labelled && f.otherRole(r, it):
		case taken:
			f.clash = true
			return true
		case !labelled && r.slot == "account" && it.prep == "" && it.late && it.values[0].kind == aMail && strings.HasPrefix(f.frame.Intent, "alias."):
			// a second address without a word between is nobody's account
		default:
			f.put(r.slot, it)
			return true
		}
	}
	return false
}

// otherRole tells whether a later role may take what this one cannot.
func (f *filling) otherRole(r role, it *item) bool {
	after := false
	for _, other := range roles[f.frame.Intent] {
		if fits, _ := other.fits(it); after && fits && len(f.frame.Slots[other.slot]) == 0 {
			return true
		}
		after = after || other.slot == r.slot
	}
	return false
}

func (f *filling) put(name string, it *item) {
	for i := range it.values {
		v := it.values[i].value
		if v == "" {
			f.wrong[name] = true
			f.frame.Slots[name] = nil
			return
		}
		if !oneOf(strings.Join(f.frame.Slots[name], " "), v) {
			f.frame.Slots[name] = append(f.frame.Slots[name], v)
		}
	}
	for _, sl := range slotsOf(f.frame.Intent) {
		if sl.name == name && !sl.many && len(f.frame.Slots[name]) > 1 {
			f.several[name] = true
		}
	}
}

func (f *filling) accepts(name string) bool {
	for _, sl := range slotsOf(f.frame.Intent) {
		if sl.name == name {
			return true
		}
	}
	return false
}

// special takes dates, which are the end of something or nothing.
func (f *filling) special(it *item) bool {
	t := &it.values[0]
	if t.kind == aSize {
		return f.accepts("size")
	}
	if t.kind != aDate && t.kind != aSpan || !f.accepts("until") {
		return false
	}
	switch {
	case len(it.values) > 1 || len(f.frame.Slots["until"]) > 0:
		f.clash = true
	case it.prep == "until" && t.kind == aDate, it.prep == "for" && t.kind == aSpan:
		if day := f.s.reader.until(t); day != "" {
			f.frame.Slots["until"] = []string{day}
		} else {
			f.wrong["until"] = true
		}
	case it.prep == "until":
		f.wrong["until"] = true
	default:
		return false
	}
	return true
}

// oneself is who writes, as the target when nobody else is given.
func (f *filling) oneself() {
	m := f.m
	if !m.me && !m.my && !(m.self && oneOf("subscribe unsubscribe add", m.act())) {
		return
	}
	for _, name := range []string{"account", "owner", "member"} {
		if !f.accepts(name) || len(f.frame.Slots[name]) > 0 || f.several[name] {
			continue
		}
		if f.frame.Intent == "group.create" {
			return
		}
		if len(m.strangers()) == 0 {
			f.frame.Slots[name] = []string{"me"}
		}
		return
	}
}

// strangers are the words that may be somebody whom the directory does not know.
func (m *mention) strangers() (list []item) {
	for _, it := range m.strange {
		if it.thing != "alias" && it.thing != "list" && it.thing != "group" {
			list = append(list, it)
		}
	}
	return list
}

// leftovers are the words and marks that the frame does not explain.
func (f *filling) leftovers() {
	m := f.m
	for _, it := range m.strange {
		if f.isLocal(&it) && f.local == "" && len(f.frame.Slots[f.named()]) == 0 {
			f.local = it.values[0].raw
			continue
		}
		f.loose = true
	}
	for _, n := range m.nouns {
		open := n.prep != "" && n.prep != "as" && !n.filled && !n.their && !m.my && !m.me && oneOf("account list group domain owner", n.thing)
		open = open || n.thing == "owner" && !n.filled && !m.me
		f.loose = f.loose || open || !oneOf(allowed[f.frame.Intent], n.thing)
	}
	f.loose = f.loose || m.odd || m.it || m.them || m.their || m.skill != "" && m.nested == ""
	if m.brief && f.accepts("until") && len(f.frame.Slots["until"]) == 0 {
		f.wrong["until"] = true
	}
	if m.endless {
		if f.accepts("until") {
			f.wrong["until"] = true
		} else {
			f.loose = true
		}
	}
	if m.nested != "" {
		if f.frame.Intent == "rights.grant" {
			f.frame.Slots["action"] = []string{m.nested}
		} else {
			f.loose = true
		}
	}
	if f.frame.Intent == "request.reject" && f.s.reason != "" {
		f.frame.Slots["reason"] = []string{f.s.reason}
	}
	if strings.HasPrefix(f.frame.Intent, "request.") && len(f.frame.Slots["request"]) == 0 && len(m.numbers) == 1 {
		f.frame.Slots["request"] = []string{"D-" + strings.TrimLeft(m.numbers[0].values[0].word, "0")}
		m.numbers = nil
	}
	f.loose = f.loose || len(m.numbers) > 0 && !f.accepts("size")
	if !f.accepts("size") && (m.more || m.less || m.vague) {
		f.loose = true
	}
}

// named is the slot of the address that the intent is about.
func (f *filling) named() string {
	if f.frame.Intent == "account.create" {
		return "address"
	}
	return before(f.frame.Intent, ".")
}

// isLocal tells whether a word stands where an address is named.
func (f *filling) isLocal(it *item) bool {
	family := before(f.frame.Intent, ".")
	switch it.thing {
	case "alias", "list", "group":
		return it.thing == family
	case "account":
		return f.frame.Intent == "account.create"
	}
	return false
}
