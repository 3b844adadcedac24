// Package say speaks: every sentence that two doors share, in French and in
// English, from one table. Texts are written there with ordinary spaces; French
// typography (narrow no-break spaces) is set when they are read.
//
// Nothing here holds markup. What comes from outside (addresses, typed words,
// reasons) is passed through the caller's Quote before it enters a sentence, so
// that a chat can put it in a code span and a page can leave it to its templates.
package say

import (
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// A Quote makes a value that came from outside safe to stand in a sentence.
type Quote func(string) string

// Lang is the language to speak to somebody with this locale ("fr-FR",
// "en_US", "de"): "en" for English, else "fr".
func Lang(locale string) string {
	tag, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	if tag == "en" {
		return "en"
	}
	return "fr"
}

// T is the text of a key, its {name} placeholders filled from pairs: name,
// value, name, value. Without a value {name} becomes "…" and {name?} nothing; a
// key that does not exist is its own text, so that the gap shows.
func T(lang, key string, pairs ...string) string { return tell(lang, key, nil, pairs...) }

// A naming gives the value of a placeholder; false if it has none.
type naming func(name string) (value string, known bool)

// tell is T with what more names, looked up when the text asks for it.
func tell(lang, key string, more naming, pairs ...string) string {
	text, ok := texts[key]
	if !ok {
		return key
	}
	said := text.en
	if lang != "en" {
		said = inFrench()[key]
	}
	if !strings.Contains(said, "{") {
		return said
	}
	return fill(said, more, pairs)
}

// Fill is a text of another table with its placeholders filled as by T.
func Fill(text string, pairs ...string) string { return fill(text, nil, pairs) }

// fill replaces each placeholder once: values are never read for placeholders.
func fill(text string, more naming, pairs []string) string {
	var b strings.Builder
	for {
		before, rest, _ := strings.Cut(text, "{")
		name, after, found := strings.Cut(rest, "}")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(value(name, more, pairs))
		text = after
	}
}

func value(name string, more naming, pairs []string) string {
	name, optional := strings.CutSuffix(name, "?")
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	if more != nil {
		if said, known := more(name); known {
			return said
		}
	}
	if optional {
		return ""
	}
	return "…"
}

// narrow is the no-break space of French: before ; : ! ? », after «, in numbers.
const narrow = "\u202f"

var french = strings.NewReplacer(" ;", narrow+";", " :", narrow+":", " !", narrow+"!", " ?", narrow+"?",
	"« ", "«"+narrow, " »", narrow+"»", " %", narrow+"%")

func typeset(lang, text string) string {
	if lang == "en" {
		return text
	}
	return french.Replace(text)
}

// inFrench is the French of each key, as it is shown.
var inFrench = sync.OnceValue(func() map[string]string {
	all := make(map[string]string, len(texts))
	for key, t := range texts {
		all[key] = typeset("fr", t.fr)
	}
	return all
})

func known(key string) bool { _, ok := texts[key]; return ok }

// sentence ends s with a full stop if it does not end by itself.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

func quoted(quote []Quote, s string) string {
	if len(quote) == 0 || s == "" {
		return s
	}
	return quote[0](s)
}

// called is how a person is named in a sentence.
func called(lang string, name func(desk.UID) string, who desk.UID, quote []Quote) string {
	if who == desk.System {
		return "Mélusine"
	}
	if strings.HasPrefix(string(who), "#") {
		return T(lang, "someone") // a person who was forgotten
	}
	if name != nil {
		if n := name(who); n != "" {
			return n
		}
	}
	return quoted(quote, string(who))
}
