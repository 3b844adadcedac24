package bot

import (
	"strings"
	"unicode"
)

const longest = 300 // characters of what is not ours, in one place of a card; every address fits

// code puts text that is not ours into a code span: inside it nothing is a
// mention, a link, a button or Markdown. Empty text is a dash.
func code(s string) string {
	s = clean(s)
	if s == "" {
		return "—"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// clean keeps one readable line: no control, bidirectional or zero-width
// character, no pile of accents, and no more than longest characters.
func clean(s string) string {
	if plain(s) {
		return s
	}
	var kept []rune
	marks := 0
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || marks > 2 {
			continue
		}
		if len(kept) == longest {
			return string(kept) + "…"
		}
		kept = append(kept, r)
	}
	return strings.TrimSpace(string(kept))
}

// plain is what clean leaves as it is, of the letters that nearly all is made of.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && (i == 0 || s[i-1] == ' ' || i == len(s)-1) {
			return false
		}
	}
	return len(s) <= longest
}

func longestRun(s string) (longest int) {
	run := 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// inert is a sentence of the rule book: it reads as it is, but a word that
// Markdown could act on goes into a code span.
func inert(sentence string) string {
	words := strings.Fields(clean(sentence))
	for i, w := range words {
		if strings.ContainsFunc(w, risky) || strings.Contains(strings.ToLower(w), "www.") {
			words[i] = code(w)
		}
	}
	return strings.Join(words, " ")
}

func risky(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(`'’.,;?()«»“”%-–—…+=`, r)
}
