package phrase

import "strings"

// A sentence is one text while it is read.
type sentence struct {
	reader   *Reader
	text     string
	tokens   []token
	thing    string // said by an answer: what kind of thing is meant
	shouted  bool   // all in capitals
	parts    []part
	repaired int    // words that were compared with the lexicon
	reason   string // of a refusal, as it was written
}

// answer looks at what every part does before anything is understood: one that
// forbids, doubts or asks for too much spoils the whole.
func (s *sentence) answer() Answer {
	s.shouted = shouted(s.text)
	s.settle()
	s.cutReason()
	s.split()
	if why := s.spoilt(); why != "" {
		return refuse(why)
	}
	orders, queries := s.count(order), s.count(query)
	switch {
	case orders > 1 || orders == 1 && (queries > 0 || s.count(muddle) > 0):
		return Answer{Ask: AskIntent}
	case orders == 1:
		return s.readOrder()
	case queries > 0:
		return s.readQuery()
	case s.count(statement) > 0 || s.count(conditional) > 0 || s.count(context) > 0 || s.count(muddle) > 0:
		return refuse(NoCommand)
	case s.count(fragment) > 0:
		return s.readFragments()
	case s.greeted():
		return Answer{Frame: Frame{Intent: "help"}}
	}
	return refuse(NotUnderstood)
}

func shouted(text string) bool {
	for i := range len(text) {
		if text[i] >= 'a' && text[i] <= 'z' {
			return false
		}
	}
	return true
}

func (s *sentence) count(m mood) (n int) {
	for _, p := range s.parts {
		if p.mood == m {
			n++
		}
	}
	return n
}

func (s *sentence) greeted() bool {
	for i := range s.tokens {
		if s.tokens[i].is("greet") {
			return true
		}
	}
	return false
}

// spoilt is the reason why nothing is done, whatever else was said.
func (s *sentence) spoilt() Reason {
	changes := s.count(order) > 0
	for i := range s.tokens {
		t := &s.tokens[i]
		switch {
		case t.is("secret"):
			return Secret
		case t.is("skip") && changes:
			return NoSkipping
		}
	}
	for _, p := range s.parts {
		switch p.mood {
		case withdrawn:
			return Withdrawn
		case negated:
			return Negated
		case musing:
			return NoCommand
		case conditional:
			if changes || s.count(query) == 0 {
				return Conditional
			}
		}
	}
	return ""
}

// cutReason takes the reason of a refusal off the sentence: it may say anything.
func (s *sentence) cutReason() {
	reject := false
	for i := range s.tokens {
		t := &s.tokens[i]
		reject = reject || t.is("verb", "reject") && !t.sense.done
		if !reject || t.kind != aRequest && t.kind != aNumber || i+1 == len(s.tokens) {
			continue
		}
		mark := i + 1
		if s.tokens[mark].kind == aStop && mark+1 < len(s.tokens) && s.tokens[mark+1].is("because") {
			mark++
		}
		if m := &s.tokens[mark]; !m.is("because") && (m.kind != aStop || m.word != ":") {
			return
		}
		if n := mark + 1; n < len(s.tokens) && s.tokens[n].kind == aStop && s.tokens[n].word == ":" {
			mark = n
		}
		s.reason = strings.TrimRight(strings.TrimSpace(s.text[s.tokens[mark].end:]), ". ")
		s.reason = strings.TrimLeft(s.reason, "'’ ")
		s.tokens = s.tokens[:i+1]
		return
	}
}
