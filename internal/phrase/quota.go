package phrase

// measure fills size or delta by rules R1 to R3: a number without a unit is no
// size, "à" makes it whole, "de" after a verb that raises or lowers makes it a
// difference.
func (f *filling) measure() {
	m := f.m
	if !f.accepts("size") {
		return
	}
	var said []*item
	for i := range m.items {
		if m.items[i].values[0].kind == aSize {
			said = append(said, &m.items[i])
		}
	}
	said, m.numbers = m.comparison(said)
	if f.frame.Intent == "account.create" {
		f.creationSize(said)
		return
	}
	numbers := len(m.numbers)
	m.numbers = nil
	switch {
	case len(said) > 1 || len(said) == 1 && len(said[0].values) > 1:
		f.clash = true
	case len(said) == 0 || m.vague:
	case numbers > 0:
		f.loose = true
	default:
		f.oneSize(said[0])
	}
}

func (f *filling) creationSize(said []*item) {
	switch {
	case len(said) > 1, len(said) == 1 && (len(said[0].values) > 1 || len(f.m.numbers) > 0):
		f.clash = true
	case f.m.vague:
		f.wrong["size"] = true
	case len(said) == 1:
		size := printSize(said[0].values[0].number)
		if size == "" || said[0].values[0].sign != 0 || f.m.more {
			f.wrong["size"] = true
		} else {
			f.frame.Slots["size"] = []string{size}
		}
	case len(f.m.numbers) > 0 || f.m.noun("quota", "storage") != nil:
		f.wrong["size"] = true
		f.m.numbers = nil
	}
}

// comparison leaves out what the size was before: "de 5 à 10 Go", "10 Go au lieu
// de 5".
func (m *mention) comparison(said []*item) (kept []*item, left []item) {
	to := false
	for _, it := range said {
		to = to || it.prep == "to"
	}
	for i, it := range said {
		next := i+1 < len(said) && said[i+1].prep == "to" && m.follows(it, said[i+1])
		if it.prep != "from" && !(it.prep == "of" && next) {
			kept = append(kept, it)
		}
	}
	for _, n := range m.numbers {
		if n.prep != "from" && !(n.prep == "of" && to) {
			left = append(left, n)
		}
	}
	return kept, left
}

// follows tells whether no other value stands between two.
func (m *mention) follows(first, second *item) bool {
	for i := range m.items {
		if &m.items[i] == first {
			return i+1 < len(m.items) && &m.items[i+1] == second
		}
	}
	return false
}

// oneSize decides between a size and a difference; it leaves both empty when
// that is not said.
func (f *filling) oneSize(it *item) {
	t, m := &it.values[0], f.m
	size := printSize(t.number)
	if size == "" {
		return
	}
	delta := byte(0)
	ok := true
	switch act := m.act(); {
	case t.sign != 0:
		delta = t.sign
	case m.more || act == "add" && (it.prep == "" || it.prep == "of" && it.thing == ""):
		delta, ok = '+', it.prep != "to"
	case m.less:
		delta = '-'
	case act == "raise" || act == "lower":
		if it.prep == "of" || it.prep == "by" {
			delta = map[string]byte{"raise": '+', "lower": '-'}[act]
		} else {
			ok = it.prep == "to" || it.prep == "on"
		}
	case act == "remove":
		delta, ok = '-', it.prep == ""
	case act == "add":
		ok = false
	case it.prep == "of":
		ok = it.thing == "quota" || act != "set"
	case it.prep == "by":
		ok = false
	}
	switch {
	case !ok:
	case delta != 0:
		f.frame.Slots["delta"] = []string{string(delta) + size}
	default:
		f.frame.Slots["size"] = []string{size}
	}
}
