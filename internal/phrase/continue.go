package phrase

import "github.com/unistra/melusine/internal/desk"

// Continue reads the reply to the question that an answer asks: the slot that
// is missing and nothing else. A reply that is a sentence of its own replaces what
// was asked. It is pure: who keeps the previous answer decides for how long.
func (r *Reader) Continue(previous Answer, reply string) Answer {
	if previous.Ask == "" || previous.Refused != "" {
		return r.Read(reply)
	}
	if fresh := r.Read(reply); replaces(fresh) {
		return fresh
	}
	text, ok := readable(reply)
	if !ok {
		return refuse(Unreadable)
	}
	s := &sentence{reader: r, text: text, tokens: r.tokens(text)}
	s.settle()
	if s.withdraws() {
		return refuse(Withdrawn)
	}
	switch previous.Ask {
	case AskObject:
		return r.named(previous, s)
	case AskIntent:
		return r.picked(previous, s)
	}
	if previous.Ask == "size" && previous.text != "" {
		if a, said := r.sized(previous, s); said {
			return a
		}
	}
	return r.filled(previous, s)
}

// sized reads the size that a reply gives as the end of what was said before it:
// "augmente le quota de bob", "de 1 Go" is a difference. To raise or lower
// without a preposition or a sign is both, and is asked again.
func (r *Reader) sized(previous Answer, s *sentence) (Answer, bool) {
	whole := r.Read(previous.text + " " + s.text)
	if whole.Ask == "" && whole.Refused == "" && whole.Frame.Without("size").Without("delta").Equal(previous.Frame) {
		whole.text = previous.text
		return whole, true
	}
	before := &sentence{reader: r, text: previous.text, tokens: r.tokens(previous.text)}
	before.settle()
	moves := before.has(0, len(before.tokens), func(t *token) bool { return t.is("verb", "raise", "lower", "add") })
	said := s.has(0, len(s.tokens), func(t *token) bool {
		return t.is("prep", "to") || t.is("more") || t.is("less") || t.kind == aSize && t.sign != 0
	})
	return previous, moves && !said
}

// replaces tells whether a reply is a new order, or says to stop.
func replaces(a Answer) bool {
	switch {
	case a.Refused == Withdrawn || a.Refused == Negated || a.Refused == TooWide || a.Refused == NoSkipping || a.Refused == Secret || a.Refused == NotHere:
		return true
	case a.Refused != "" || a.Ask == AskIntent || a.Ask == AskObject:
		return false
	}
	return a.Frame.Changes() || a.Frame.Intent == "help"
}

// withdraws sees "non", "annule", "cancel" when they are all that is said.
func (s *sentence) withdraws() bool {
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.is("drop") || t.is("not") || t.is("verb", "cancel") {
			return true
		}
	}
	return false
}

// named reads again what was asked about, now that its kind is known.
func (r *Reader) named(previous Answer, s *sentence) Answer {
	for i := range s.tokens {
		if t := &s.tokens[i]; t.is("thing", "alias", "account", "list", "group") {
			return r.read(previous.text, t.sense.value)
		}
	}
	return previous
}

// picked takes what was suggested, if it was one thing and the reply is yes.
func (r *Reader) picked(previous Answer, s *sentence) Answer {
	if len(previous.Meant) == 1 && len(s.tokens) > 0 && oneOf("oui yes ok o y", s.tokens[0].word) && len(s.tokens) <= 2 {
		return Answer{Frame: previous.Meant[0], text: previous.text}
	}
	return previous
}

// filled adds the value that was asked for to the frame.
func (r *Reader) filled(previous Answer, s *sentence) Answer {
	f := previous.Frame
	values, ok := r.valuesFor(previous, s)
	if !ok || len(values) == 0 {
		return previous
	}
	name := previous.Ask
	switch {
	case name == AskDomain && previous.local != "":
		name = (&filling{frame: f}).named()
	case name == "size" && (values[0][0] == '+' || values[0][0] == '-'):
		name = "delta"
	}
	for _, sl := range slotsOf(f.Intent) {
		if sl.name == name && !sl.many && len(values) > 1 {
			return previous
		}
	}
	f = f.with(name, values...)
	for _, sl := range slotsOf(f.Intent) {
		missing := len(f.Slots[sl.name]) == 0 && !sl.optional && (sl.name != "size" || len(f.Slots["delta"]) == 0)
		if missing {
			next := ask(sl.name, f)
			next.text = previous.text
			return next
		}
	}
	return Answer{Frame: f, text: previous.text}
}

// valuesFor are the values of a reply that fit the slot; ok is false if it says
// anything else.
func (r *Reader) valuesFor(previous Answer, s *sentence) (values []string, ok bool) {
	if previous.Ask == "name" { // it may be anything
		return []string{s.text}, s.text != ""
	}
	delta := byte(0)
	for i := range s.tokens {
		t := &s.tokens[i]
		switch {
		case t.is("more"):
			delta = '+'
		case t.is("less"):
			delta = '-'
		case t.is("me") || t.is("my"):
			if !oneOf("account owner member with to", previous.Ask) {
				return nil, false
			}
			values = append(values, "me")
		case t.entity() || t.kind == aNumber:
			v := r.valueFor(previous, t)
			if v == "" {
				return nil, false
			}
			values = append(values, v)
		case t.smallTalk(), t.is("det"), t.is("prep"), t.is("thing"), t.is("adj"), t.is("polite"):
		default:
			return nil, false
		}
	}
	if delta != 0 && previous.Ask == "size" && len(values) == 1 && values[0][0] != '+' && values[0][0] != '-' {
		values[0] = string(delta) + values[0]
	}
	return values, true
}

// completed is the address that a local part makes with a domain, "" if it is none.
func completed(local, domain string) string {
	a, err := desk.ParseAddress(local + "@" + domain)
	if err != nil {
		return ""
	}
	return string(a)
}

// valueFor is the value of a token for the slot that was asked for, "" if it does not fit.
func (r *Reader) valueFor(previous Answer, t *token) string {
	switch previous.Ask {
	case "account", "owner", "member", "with", "to":
		if t.person() {
			return t.value
		}
	case "alias", "address", "list", "group":
		if t.kind == aMail {
			return t.value
		}
	case AskDomain:
		if t.kind == aDomain && previous.local == "" {
			return t.value
		}
		if t.kind == aDomain {
			return completed(previous.local, t.value)
		}
	case "size":
		if t.kind == aSize && t.sign != 0 {
			return string(t.sign) + printSize(t.number)
		}
		if t.kind == aSize {
			return printSize(t.number)
		}
	case "until":
		if t.kind == aDate || t.kind == aSpan {
			return r.until(t)
		}
	case "cos":
		if t.kind == aClass {
			return t.value
		}
	case "request":
		if t.kind == aRequest {
			return t.value
		}
		if t.kind == aNumber {
			return "D-" + t.word
		}
	case "drift":
		if t.kind == aDrift {
			return t.value
		}
	}
	return ""
}
