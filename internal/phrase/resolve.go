package phrase

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
