package phrase

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/unistra/melusine/internal/desk"
)

const longest = 500 // characters

// clean refuses what people cannot read, makes every space one plain space,
// and takes off what a paste from a card brings: quotes around it all, a
// leading /trigger.
func clean(text string) (string, error) {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > longest || strings.ContainsFunc(text, invisible) {
		return "", desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "text")
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, pair := range [][2]string{{"`", "`"}, {"« ", " »"}, {"«", "»"}} {
		if inner, ok := strings.CutPrefix(text, pair[0]); ok && strings.HasSuffix(inner, pair[1]) {
			text = strings.TrimSuffix(inner, pair[1])
		}
	}
	if strings.HasPrefix(text, "/") {
		_, text, _ = strings.Cut(text, " ")
	}
	return text, nil
}

// invisible is what desk would not show either, apart from the spaces of typography.
func invisible(r rune) bool { return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) }

// fold makes words equal that differ by case and accents only.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

var (
	mark       = regexp.MustCompile(`(?i) (?:parce que |parce qu['’]|because |(?:motif|reason)(?: ?[:=] ?| ))`)
	bareNumber = regexp.MustCompile(`^[0-9]+(?:[.,][0-9]+)?$`)
	// A display name before a <mail>: quoted, or words that begin by a capital
	// letter and their particles. One with an @ could pass for another address.
	display = regexp.MustCompile(`(^| )(?:"[^"@<>]*"|“[^”@<>]*”|«[^»@<>]*»|\p{Lu}[\p{L}\p{M}'’.-]*,?(?: (?:\p{Lu}[\p{L}\p{M}'’.-]*|de|du|des|la|le|van|von|der))*) ?<`)
	link    = regexp.MustCompile(`^\[([^][]+)\]\((.+)\)$`)
)

// cutReason cuts at the first words that announce a reason. They never come
// first: there, they are somebody's login.
func cutReason(text string) (head, why string, marked bool) {
	at := mark.FindStringIndex(text)
	if at == nil {
		return text, "", false
	}
	return text[:at[0]], text[at[1]:], true
}

// afterMark is the text without words that announce a reason at its beginning.
func afterMark(text string) string {
	if head, why, marked := cutReason(" " + text); marked && head == "" {
		return why
	}
	return text
}

// tokens cuts at spaces and takes off what surrounds each word.
func tokens(text string) (words []string) {
	for _, w := range strings.Fields(display.ReplaceAllString(text, "$1<")) {
		if w = unwrap(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// unwrap takes off quotes and back-ticks, and the forms a mail address is pasted
// in: <a>, mailto:a, <mailto:a|a>, [a](mailto:a). A link that shows something
// else than where it leads stays as it is, to be refused.
func unwrap(word string) string {
	word = strings.Trim(word, "`\"'“”„«»‹›‘’")
	shown, target := "", word
	if m := link.FindStringSubmatch(word); m != nil {
		shown, target = m[1], m[2]
	} else if inner, ok := strings.CutPrefix(word, "<"); ok && strings.HasSuffix(inner, ">") {
		target, shown, _ = strings.Cut(strings.TrimSuffix(inner, ">"), "|")
	}
	target = strings.TrimPrefix(target, "mailto:")
	if shown != "" && !strings.EqualFold(shown, target) {
		return word
	}
	return target
}
