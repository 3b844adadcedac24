package phrase

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Reader understands sentences. It is deterministic and asks nobody: what it
// needs to know of the house is in it.
type Reader struct {
	Now     time.Time
	Domain  string                   // of the house, and what its domains end with: "unistra.fr"
	Serves  func(domain string) bool // other domains of the house; nil: none
	YearEnd time.Time                // only its day and month count: when the academic year ends
	Knows   func(login string) bool  // the directory
	Classes map[string]string        // what people call each class of service, folded: its name, "" if they must say more; see Call
	Lang    string                   // "fr" or "en" settles the words that both languages have; "" is fine
}

// Call gives a class of service the words that people use for it; the empty name
// is for words that are not enough. Its own name is understood too.
func (r *Reader) Call(name string, said ...string) {
	classes := map[string]string{}
	for k, v := range r.Classes {
		classes[k] = v
	}
	for _, words := range append(said, name) {
		if words = strings.Join(strings.Fields(fold(words)), " "); words != "" {
			classes[words] = name
		}
	}
	r.Classes = classes
}

// Read understands one sentence, or several. Nothing is guessed: a change is
// understood only if each word of its order is explained and each value used.
func (r *Reader) Read(text string) Answer {
	return r.read(text, "")
}

// read understands a text to which one thing may have been added by an answer.
func (r *Reader) read(text, thing string) Answer {
	text, ok := readable(text)
	if !ok {
		return refuse(Unreadable)
	}
	if strings.HasPrefix(text, ">") {
		return refuse(NoCommand) // somebody else's words
	}
	tokens := r.tokens(text)
	if len(tokens) == 0 {
		return refuse(NotUnderstood)
	}
	a := (&sentence{reader: r, text: text, tokens: tokens, thing: thing}).answer()
	a.text = text
	return a
}

// readable makes one form of what looks alike: composed letters, plain spaces;
// invisible marks go. Too long a text is refused, not cut: its end may say no.
func readable(text string) (string, bool) {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > longest {
		return "", false
	}
	text = strings.TrimSpace(norm.NFC.String(text))
	for _, pair := range [][2]string{{"`", "`"}, {"« ", " »"}} {
		if inner, ok := strings.CutPrefix(text, pair[0]); ok && strings.HasSuffix(inner, pair[1]) && strings.Count(text, pair[1]) <= 2 {
			text = strings.TrimSuffix(inner, pair[1])
		}
	}
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Cf, c):
			return -1
		case unicode.Is(unicode.Zs, c):
			return ' '
		}
		return c
	}, text)
	if strings.Contains(text, "<") {
		text = display.ReplaceAllString(text, "$1<")
	}
	if strings.ContainsAny(text, "[|") {
		fields := strings.Fields(text)
		for i, f := range fields {
			fields[i] = unwrap(f)
		}
		text = strings.Join(fields, " ")
	}
	return text, true
}

// tokens are the words and values of a text, each with the senses it may have.
func (r *Reader) tokens(text string) []token {
	s := scanner{reader: r, text: text}
	list := s.scan()
	list = r.phrases(list)
	list = sizes(list)
	list = dates(list)
	list = names(list)
	return list
}

// phrases joins the words of each phrase of the lexicon, the longest first, and
// of what the house calls its classes of service.
func (r *Reader) phrases(tokens []token) []token {
	l, out := words(), tokens[:0]
	for i := 0; i < len(tokens); {
		t := tokens[i]
		if t.kind != aWord && !(t.kind == aNumber && t.word == "360") {
			out = append(out, t)
			i++
			continue
		}
		if n, name := r.classAt(tokens[i:]); n > 0 {
			t.kind, t.value, t.end = aClass, name, tokens[i+n-1].end
			t.senses = l.lookup(t.word)
			out = append(out, t)
			i += n
			continue
		}
		if t.value == "letter" {
			out = append(out, t)
			i++
			continue
		}
		e := longestEntry(l.entries[t.word], tokens[i:])
		n := 1
		switch {
		case e == nil:
			t.senses = elision(l, t.word)
		case len(e.words) == 1:
			t.senses = e.senses
			if done := l.lookup(accented(t.raw)); done != nil {
				t.senses = done
			}
		default:
			n = len(e.words)
			t.senses, t.end = e.senses, tokens[i+n-1].end
		}
		if t.kind == aNumber && e != nil {
			t.kind = aWord
		}
		out = append(out, t)
		i += n
	}
	return out
}

// longestEntry is the longest phrase that the tokens begin with.
func longestEntry(entries []*entry, tokens []token) *entry {
next:
	for _, e := range entries {
		if len(e.words) > len(tokens) {
			continue
		}
		for k, w := range e.words {
			if tokens[k].word != w || tokens[k].kind != aWord && tokens[k].kind != aNumber || k > 0 && tokens[k].kind == aNumber {
				continue next
			}
		}
		return e
	}
	return nil
}

// classAt reads a class of service as people call it: up to three words.
func (r *Reader) classAt(tokens []token) (n int, name string) {
	var said strings.Builder
	for i := 0; i < min(3, len(tokens)) && tokens[i].kind == aWord; i++ {
		if i > 0 {
			said.WriteByte(' ')
		}
		said.WriteString(tokens[i].word)
		if found, ok := r.Classes[said.String()]; ok {
			n, name = i+1, found
		}
	}
	return n, name
}

// accented is the key of a French participle, "supprimé", whose last letters
// alone keep their accent; "" for any other word.
func accented(raw string) string {
	for _, ending := range []string{"é", "ée", "és", "ées", "É", "ÉE", "ÉS", "ÉES"} {
		if stem, ok := strings.CutSuffix(raw, ending); ok {
			return fold(stem) + strings.ToLower(ending)
		}
	}
	return ""
}

// elision reads a word whose apostrophe was left out: "lalias".
func elision(l *lexicon, word string) []sense {
	if len(word) < 5 || word[0] != 'l' && word[0] != 'd' || !strings.ContainsRune("aeiouh", rune(word[1])) {
		return nil
	}
	for _, s := range l.lookup(word[1:]) {
		if s.class == "thing" {
			return []sense{s}
		}
	}
	return nil
}
