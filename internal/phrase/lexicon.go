package phrase

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The words of sentences, one file a language, to be read and mended by people
// who know the language rather than this program.
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// A class says what a word does in a sentence; the files name them.
type class string

// A sense is one meaning of a word. Words with several are settled by their
// neighbours.
type sense struct {
	class class
	value string
	done  bool // of a verb: a participle, not an order
}

// An entry is the senses of one phrase.
type entry struct {
	words  []string
	senses []sense
}

// A lexicon has its entries by their first word, longest first.
type lexicon struct {
	entries map[string][]*entry
	near    []nearWord // what a typo may have been meant to be, the shortest first
	lengths []int      // where in near the words of each length, or longer, begin
}

// words is the lexicon of both languages: people mix them.
var words = sync.OnceValue(func() *lexicon {
	l := &lexicon{entries: map[string][]*entry{}}
	for _, name := range []string{"fr", "en"} {
		text, err := lexiconFiles.ReadFile("lexicon/" + name + ".txt")
		if err == nil {
			err = l.read(string(text))
		}
		if err != nil {
			panic(fmt.Sprintf("lexicon of %s: %v", name, err)) // it is inside the program
		}
	}
	l.finish()
	return l
})

// read adds the lines of one file.
func (l *lexicon) read(text string) error {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, list, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("line %d: no =", n+1)
		}
		fields := strings.Fields(head)
		name, value := fields[0], strings.Join(fields[1:], " ")
		orders, participles, _ := strings.Cut(list, "/")
		for i, phrase := range phrasesOf(orders) {
			l.readPhrase(name, value, phrase, i)
		}
		for _, phrase := range phrasesOf(participles) {
			l.add(phrase, verbSense(value, true))
		}
	}
	return nil
}

func phrasesOf(list string) (phrases []string) {
	for phrase := range strings.SplitSeq(list, ",") {
		if phrase = strings.TrimSpace(phrase); phrase != "" {
			phrases = append(phrases, phrase)
		}
	}
	return phrases
}

// readPhrase adds one phrase of a line, with the forms of a verb.
func (l *lexicon) readPhrase(name, value, phrase string, i int) {
	switch name {
	case "er":
		for _, ending := range []string{"e", "er", "es", "ez", "ons"} {
			l.add(phrase+ending, verbSense(value, false))
		}
		for _, ending := range []string{"é", "ée", "és", "ées", "ee", "ees"} {
			l.add(phrase+ending, verbSense(value, true))
		}
	case "verb":
		l.add(phrase, verbSense(value, false))
		for _, form := range englishForms(phrase) {
			l.add(form, verbSense(value, true))
		}
		l.add(gerund(phrase), sense{class: "gerund", value: value})
	case "forms":
		l.add(phrase, verbSense(value, false))
	case "noun":
		act, _, _ := strings.Cut(value, " ")
		l.add(phrase, sense{class: "deed", value: act})
	case "month", "weekday", "number", "tens":
		n := i + 1
		switch name {
		case "number":
			n = i
		case "tens":
			n = (i + 1) * 10
		}
		l.add(phrase, sense{class: class(name), value: fmt.Sprint(n)})
	default:
		l.add(phrase, sense{class: class(name), value: value})
	}
}

// verbSense puts what is forbidden or unlisted in a class of its own, so that no
// table of acts can reach it.
func verbSense(act string, done bool) sense {
	if act == "trap" || act == "unlisted" {
		return sense{class: class(act), done: done}
	}
	return sense{class: "verb", value: act, done: done}
}

// englishForms are the past and the third person of a regular verb.
func englishForms(base string) []string {
	switch {
	case strings.HasSuffix(base, "e"):
		return []string{base + "d", base + "s"}
	case strings.HasSuffix(base, "y") && !strings.HasSuffix(base, "ay") && !strings.HasSuffix(base, "oy"):
		return []string{base[:len(base)-1] + "ied", base[:len(base)-1] + "ies"}
	}
	return []string{base + "ed", base + "s"}
}

func gerund(base string) string {
	if stem, ok := strings.CutSuffix(base, "e"); ok {
		return stem + "ing"
	}
	return base + "ing"
}

// add gives a phrase one more sense. A participle of "er" keeps its accents,
// for "supprimé" is done and "supprime" is an order; it is known without too
// when nothing else is written alike.
func (l *lexicon) add(phrase string, s sense) {
	parts := strings.Fields(phrase)
	list := l.entries[parts[0]]
	i := slices.IndexFunc(list, func(e *entry) bool { return slices.Equal(e.words, parts) })
	if i < 0 {
		list = append(list, &entry{words: parts})
		i = len(list) - 1
	}
	if !slices.Contains(list[i].senses, s) {
		list[i].senses = append(list[i].senses, s)
	}
	l.entries[parts[0]] = list
}

// finish sorts the entries and lists what typos are compared with.
func (l *lexicon) finish() {
	for first, list := range l.entries {
		slices.SortStableFunc(list, func(a, b *entry) int { return len(b.words) - len(a.words) })
		for _, e := range list {
			if len(e.words) == 1 {
				l.near = append(l.near, nearWords(first, e.senses)...)
			}
		}
	}
	slices.SortFunc(l.near, func(a, b nearWord) int { return cmp.Or(len(a.word)-len(b.word), strings.Compare(a.word, b.word)) })
	for i, n := range l.near {
		for len(l.lengths) <= len(n.word) {
			l.lengths = append(l.lengths, i)
		}
	}
	l.lengths = append(l.lengths, len(l.near))
}

// senses of one word alone, nil if it is unknown.
func (l *lexicon) lookup(word string) []sense {
	list := l.entries[word]
	if len(list) == 0 || len(list[len(list)-1].words) > 1 {
		return nil
	}
	return list[len(list)-1].senses
}
