package phrase

// A noun is a thing that an order names: "l'alias", "du compte".
type noun struct {
	thing, prep string
	filled      bool // a value follows it
	late        bool // after the verb
	their       bool // his, her
}

// An item is a value of an order, or several that are listed together, with the
// thing that labels it and the preposition before it.
type item struct {
	thing, prep string
	values      []token
	late        bool // after the verb
}

// A mention is what an order says, taken apart.
type mention struct {
	acts     []string // the verbs
	deed     bool     // by a noun, "création de"
	nouns    []noun
	items    []item
	numbers  []item // without a unit
	strange  []item // words that mean nothing here, and texts
	particle string // "take … off", "bring … back"
	nested   string // the intent of an action inside the action
	polite   bool
	me, my   bool
	it, them, their,
	wish, // "je voudrais"
	english, // and said so in English
	self, // who orders is the subject: "je souhaite être inscrit"
	fresh, // new
	more, less, vague, brief,
	all, not, or, trap, unlisted, misspelt,
	endless, // "until" that no date follows
	definite, indefinite, // "le", "un" before the first thing
	provided, // if
	drop, // "rien", "never mind"
	two, // "un compte et un alias"
	odd bool // a word that has no place in an order
	skill string // the verb inside a right, until its thing is found
}

func (m *mention) act() string {
	switch {
	case len(m.acts) == 0 && m.wish:
		return "need"
	case len(m.acts) == 0:
		return ""
	case m.acts[0] == "take" && m.particle == "off":
		return "remove"
	case m.acts[0] == "bring" && m.particle == "back":
		return "restore"
	case (m.acts[0] == "give" || m.acts[0] == "have") && m.particle == "back": // "get … back"
		return "restore"
	case m.acts[0] == "sign" && m.particle == "up":
		return "subscribe"
	case m.acts[0] == "bring":
		return "set"
	}
	return m.acts[0]
}

// first returns the noun of one of the things.
func (m *mention) noun(things ...string) *noun {
	for i := range m.nouns {
		for _, t := range things {
			if m.nouns[i].thing == t {
				return &m.nouns[i]
			}
		}
	}
	return nil
}

// direct is the first noun that the verb governs without a preposition. After a
// deed, "création de", the first noun is governed.
func (m *mention) direct() string {
	for i, n := range m.nouns {
		if n.thing == "member" || n.thing == "owner" || n.thing == "address" && len(m.nouns) > 1 || n.thing == "person" {
			continue
		}
		if n.prep == "" || i == 0 && m.deed && n.prep == "of" {
			return n.thing
		}
	}
	return ""
}

func (m *mention) size() bool {
	for _, it := range m.items {
		if it.values[0].kind == aSize {
			return true
		}
	}
	return false
}

func (m *mention) any(k kind) *item {
	for i := range m.items {
		if m.items[i].values[0].kind == k {
			return &m.items[i]
		}
	}
	return nil
}

// people counts the items that name somebody without a label or a list.
func (m *mention) free() (list []*item) {
	for i := range m.items {
		if m.items[i].thing == "" && m.items[i].values[0].person() {
			list = append(list, &m.items[i])
		}
	}
	return list
}
