package portal

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestTextsAreInBothLanguages(t *testing.T) {
	for key, both := range texts {
		for i, said := range both {
			if strings.TrimSpace(said) == "" || strings.Contains(said, "!") || strings.Contains(said, "  ") {
				t.Errorf("%s: %q", key, said)
			}
			if bad := strings.ContainsAny(said, "\u00a0\u202f"); bad && i == 0 {
				t.Errorf("%s: write ordinary spaces in %q", key, said)
			}
		}
		fr, en := placeholder.FindAllString(both[0], -1), placeholder.FindAllString(both[1], -1)
		slices.Sort(fr)
		slices.Sort(en)
		if !slices.Equal(fr, en) {
			t.Errorf("%s: %v and %v", key, fr, en)
		}
	}
}

// A number that may be one is put so that the sentence holds for one too.
func TestSentencesHoldForOne(t *testing.T) {
	several := []string{"wrong.many", "decision.many", "inbox.bundle", "link.once", "only.first"} // never one
	for key, both := range texts {
		if counted := regexp.MustCompile(`\{(?:n|thin)\} \p{Ll}`); !slices.Contains(several, key) && (counted.MatchString(both[0]) || counted.MatchString(both[1])) {
			t.Errorf("%s does not hold for one: %q", key, both)
		}
	}
}

// What say has words for, the portal has no words of its own for: see label.
func TestNoTextIsSaysToo(t *testing.T) {
	for key := range texts {
		if text("fr", key) == say.T("fr", key) && text("en", key) == say.T("en", key) {
			t.Errorf("%q is in say too", key)
		}
	}
}

// Each key that a page names is in the table, and each of the table is named.
func TestEveryTextIsUsed(t *testing.T) {
	var sources strings.Builder
	names, err := filepath.Glob("*")
	must(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") || name == "texts.go" || !strings.Contains(name, ".") {
			continue
		}
		source, err := os.ReadFile(name)
		must(t, err)
		sources.Write(source)
	}
	all := sources.String()
	for _, m := range regexp.MustCompile(`(?:pg\.t|text\(lang, |p\.page\(v, |p\.open\((?:c|v\.Ctx), |text\(pg\.lang, )\(?"([a-z.0-9]+)"[,)]`).FindAllStringSubmatch(all, -1) {
		if _, ok := texts[m[1]]; !ok {
			t.Errorf("no text for %q", m[1])
		}
	}
	families := []string{"ask.", "about.", "field.", "missing.", "unit.", "help.", "why.", "hint.account.", "hint.right.", "hint.until.", "limit.", "power.", "keys.", "privacy.", "prefer.", "access.", "things.by.", "pieces."} // whose keys are put together
	for key := range texts {
		family := func(f string) bool { return strings.HasPrefix(key, f) }
		if !strings.Contains(all, `"`+key+`"`) && !slices.ContainsFunc(families, family) {
			t.Errorf("%q is never said", key)
		}
	}
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); !spec.Changes || spec.Inner || spec.Shell {
			continue
		}
		for _, key := range []string{"ask.", "about."} {
			if _, ok := texts[key+string(verb)]; !ok {
				t.Errorf("no text for %s%s", key, verb)
			}
		}
	}
}

func TestTypography(t *testing.T) {
	if got := text("fr", "error.reference", "reference", "a : b"); got != "Référence à donner à l'assistance\u202f: a : b" {
		t.Errorf("%q", got)
	}
	if got := text("en", "why"); got != "Why?" {
		t.Errorf("%q", got)
	}
	if got := text("fr", "link.once", "n", "{n} {code}"); !strings.Contains(got, "{n} {code} minutes") {
		t.Errorf("what fills a text is read again: %q", got)
	}
	if got := text("fr", "nothing.such"); got != "nothing.such" {
		t.Errorf("%q", got)
	}
}

func TestLanguage(t *testing.T) {
	h := newHouse(t, demo)
	for header, want := range map[string]string{"": "fr", "fr-FR,en;q=0.5": "fr", "en": "en", "en-US,fr": "en", "en;q=0.9": "en", "de": "fr", "*": "fr", ";;": "fr"} {
		b := h.browser()
		b.lang = header
		if a := b.get("/connexion"); !strings.Contains(a.body, `<html lang="`+want+`"`) {
			t.Errorf("%q: not %s", header, want)
		}
	}
	b := h.browser()
	b.get("/connexion?lang=en").wants(t, 200, "Who would you like to be?")
	b.get("/connexion").wants(t, 200, "Who would you like to be?", "Français")
	b.get("/connexion?lang=xx").wants(t, 200, "Who would you like to be?")
}
