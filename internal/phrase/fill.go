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
	slots := []string{"account", "owner", "member"}
	if f.accepts("with") && !m.my { // "donne-moi accès"
		slots = []string{"with"}
	}
	for _, name := range slots {
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
