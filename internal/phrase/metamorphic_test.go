package phrase_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/unistra/melusine/internal/phrase"
)

// changes are the sentences of all files that ask for a change and get it. Those
// that begin by telling something, and refusals with a reason, which may be
// anything, are left out of what follows if plainly is true.
func changes(t testing.TB, r *phrase.Reader, plainly bool) (list []row) {
	for _, file := range []string{"dev.tsv", "ordinary.tsv", "work.tsv"} {
		for _, row := range rows(t, file) {
			a := r.Read(row.text)
			text := strings.TrimRight(row.text, " ?.!")
			told := strings.ContainsAny(text, ".?!,;") && !strings.Contains(text, "@") || strings.Contains(row.want, "reason=") ||
				strings.Contains(text, ", ") || strings.Contains(text, "? ") || strings.Contains(text, ". ") || strings.Contains(text, " qui ") || strings.Contains(text, "! ")
			if acts(a) && exact(a.String(), row.want) && !(plainly && told) {
				row.text = text
				list = append(list, row)
			}
		}
	}
	if len(list) < 200 {
		t.Fatalf("only %d sentences ask for a change", len(list))
	}
	return list
}

func acts(a phrase.Answer) bool { return a.Refused == "" && a.Ask == "" && a.Frame.Changes() }

// What is said on top of an order so that nothing may be done any more.
var forbids = map[string]func(string) string{
	"negated fr":     func(s string) string { return "ne " + afterFirst(s, " pas") },
	"negated en":     func(s string) string { return "don't " + s },
	"never":          func(s string) string { return "never " + s },
	"inutile de":     func(s string) string { return "inutile de " + s },
	"pas besoin":     func(s string) string { return "pas besoin de " + s },
	"no need to":     func(s string) string { return "no need to " + s },
	"faut-il":        func(s string) string { return "faut-il " + s + " ?" },
	"should I":       func(s string) string { return "should I " + s + "?" },
	"si":             func(s string) string { return "si tout va bien, " + s },
	"if":             func(s string) string { return "if all goes well, " + s },
	"laisse tomber":  func(s string) string { return s + ". Laisse tomber." },
	"comma non":      func(s string) string { return s + ", non laisse tomber" },
	"never mind":     func(s string) string { return s + ". Never mind" },
	"past fr":        func(s string) string { return "hier j'ai dit : «" + strings.Trim(s, "« »") + "»" },
	"told":           func(s string) string { return "il a été décidé que " + s },
	"no confirm":     func(s string) string { return s + " sans confirmation" },
	"no confirm en":  func(s string) string { return s + " without confirmation" },
	"strange before": func(s string) string { return "glorbule " + s },
	"strange after":  func(s string) string { return s + " glorbule" },
	"strange inside": func(s string) string { return afterFirst(s, " glorbule") },
	"more people":    func(s string) string { return s + " hkieffer@example.org x.y@example.org" },
	"another domain": func(s string) string { return s + " zz.unistra.fr" },
	"all":            func(s string) string { return s + " pour tout le monde" },
	"duplicated":     func(s string) string { return s + " et ajoute 7 Go à akhadra" },
	"two orders":     func(s string) string { return s + " et supprime l'alias dup@unistra.fr" },
	"two orders en":  func(s string) string { return s + " and delete the list dup@unistra.fr" },
	"or":             func(s string) string { return s + " ou zorglub@example.org" },
	"stop":           func(s string) string { return "stop, " + s },
}

func afterFirst(s, what string) string {
	first, rest, _ := strings.Cut(s, " ")
	return first + what + " " + rest
}

func TestNothingIsDoneWhen(t *testing.T) {
	r := fixture(t)
	for _, row := range changes(t, r, true) {
		for name, change := range forbids {
			if text := change(row.text); acts(r.Read(text)) {
				t.Errorf("%s: %q gives %s", name, text, r.Read(text))
			}
		}
	}
}

// Nothing else than the order may come of one that was spoilt.
func TestNothingElseIsDoneWhen(t *testing.T) {
	r := fixture(t)
	check := func(row row, name, text string) {
		if a := r.Read(text); acts(a) && !within(a.String(), row.want) {
			t.Errorf("%s: %q gives %s", name, text, a)
		}
	}
	for _, row := range changes(t, r, false) {
		words := strings.Fields(row.text)
		for i, w := range words {
			if strings.ContainsAny(w, "0123456789") || w == "universitaire" || w == "more" || w == "another" {
				continue // it was said with it, and is said otherwise without
			}
			check(row, "a word lost", strings.Join(slices.Concat(words[:i], words[i+1:]), " "))
		}
	}
}

// within tells whether a frame says no more than another.
func within(got, want string) bool {
	wanted := normal(want)
	for _, w := range normal(got) {
		name, values, _ := strings.Cut(w, "=")
		ok := slices.ContainsFunc(wanted, func(s string) bool {
			n, v, _ := strings.Cut(s, "=")
			if n != name {
				return false
			}
			for one := range strings.SplitSeq(values, ",") {
				if name != "reason" && !slices.Contains(strings.Split(v, ","), one) {
					return false
				}
			}
			return true
		})
		if !ok {
			return false
		}
	}
	return true
}

// A destructive order with one letter wrong in its verb is asked about.
func TestMisspeltDestructionIsAsked(t *testing.T) {
	r := fixture(t)
	for _, row := range changes(t, r, false) {
		in := r.Read(row.text)
		if !in.Frame.Destroys() {
			continue
		}
		for i, w := range strings.Fields(row.text) {
			if !destructiveWord(w) {
				continue
			}
			for k := 1; k < len(w)-1; k++ {
				words := strings.Fields(row.text)
				words[i] = w[:k] + w[k+1:]
				if destructiveWord(words[i]) {
					continue
				}
				if a := r.Read(strings.Join(words, " ")); acts(a) {
					t.Errorf("%q gives %s", strings.Join(words, " "), a)
				}
				words[i] = w[:k] + w[k:k+1] + w[k:]
				if a := r.Read(strings.Join(words, " ")); !destructiveWord(words[i]) && acts(a) {
					t.Errorf("%q gives %s", strings.Join(words, " "), a)
				}
			}
		}
	}
}

var destroying = strings.Fields(`supprime supprimer supprimez retire retirer retirez enlève enlever enlevez efface effacer effacez ôte ôter
	vire virer détruis détruire suppression révoque révoquer déplace déplacer déplacement delete remove drop erase destroy revoke move unshare`)

func destructiveWord(w string) bool {
	w = strings.ToLower(strings.Trim(w, ",.;:!?"))
	if _, after, ok := strings.Cut(w, "'"); ok {
		w = after
	}
	return slices.Contains(destroying, w) || slices.Contains([]string{"enleve", "ote", "detruis", "detruire", "revoque", "revoquer", "deplace", "deplacer", "déplacé", "moved", "supprimé", "removes", "supprimes"}, w)
}

// However it is typed, the same is understood.
func TestTheSameIsUnderstood(t *testing.T) {
	r := fixture(t)
	same := map[string]func(string) string{
		"no accents":    plain,
		"capitals":      strings.ToUpper,
		"apostrophes":   func(s string) string { return strings.ReplaceAll(s, "'", "’") },
		"nbsp":          func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") },
		"decomposed":    norm.NFD.String,
		"hello":         func(s string) string { return "Bonjour, " + s },
		"hi":            func(s string) string { return "Hi, " + s },
		"stp":           func(s string) string { return strings.TrimRight(s, " ?.!") + " stp" },
		"please":        func(s string) string { return strings.TrimRight(s, " ?.!") + ", please" },
		"thanks":        func(s string) string { return strings.TrimRight(s, " ?.!") + ". Merci beaucoup !" },
		"exclaimed":     func(s string) string { return strings.TrimRight(s, " ?.!") + " !" },
		"signed":        func(s string) string { return strings.TrimRight(s, " ?.!") + ". Cordialement, Paul Durand" },
		"double spaces": func(s string) string { return strings.ReplaceAll(s, " ", "  ") },
		"zero width":    func(s string) string { return strings.ReplaceAll(s, " ", " \u200b") },
	}
	misses, all := map[string]int{}, 0
	for _, row := range changes(t, r, false) {
		all++
		for name, change := range same {
			if strings.Contains(row.want, "name:") && name == "capitals" || strings.Contains(row.want, "reason=") {
				continue
			}
			text := change(row.text)
			a := r.Read(text)
			if exact(a.String(), row.want) {
				continue
			}
			if misses[name]++; acts(a) {
				t.Errorf("%s: %q gives %s, not %s", name, text, a, row.want)
			} else {
				t.Logf("%s: %q gives %s", name, text, a)
			}
		}
	}
	for name, n := range misses {
		if n*50 > all {
			t.Errorf("%s: %d of %d are not understood any more", name, n, all)
		}
	}
}

func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0x300 && c < 0x370 {
			return -1
		}
		return c
	}, norm.NFD.String(s))
}
