package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestTextsAreComplete(t *testing.T) {
	for key, text := range texts {
		if text.FR == "" || text.EN == "" {
			t.Errorf("%s lacks a language", key)
		}
		fr, en := placeholder.FindAllString(text.FR, -1), placeholder.FindAllString(text.EN, -1)
		slices.Sort(fr)
		slices.Sort(en)
		if !slices.Equal(fr, en) {
			t.Errorf("%s: %v in French, %v in English", key, fr, en)
		}
		if strings.Contains(text.FR+text.EN, "!") {
			t.Errorf("%s shouts", key)
		}
		if regexp.MustCompile(` [;:?»]|« |['’]{2}| %`).MatchString(text.FR) {
			t.Errorf("%s lacks a narrow no-break space: %q", key, text.FR)
		}
	}
}

func TestEveryRefusalHasItsSentence(t *testing.T) {
	for _, r := range []refusal{malformed, badToken, forged, tooOld, beforeStart, replayed, unsigned, foreign, outdated, notYours, overdue, nobody, unreachable} {
		for _, lang := range []string{"fr", "en"} {
			if text(lang, "refused."+string(r)) == "" {
				t.Errorf("%s has no sentence in %s", r, lang)
			}
		}
	}
}
