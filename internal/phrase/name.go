package phrase

import (
	"strings"
	"unicode"
)

// names joins two capitalised words or more that mean nothing else: the name of
// a person. A title, a polite word or the beginning of a sentence is none.
func names(tokens []token) []token {
	out := tokens[:0]
	for i := 0; i < len(tokens); {
		n := nameAt(tokens[i:])
		if n < 2 {
			out = append(out, tokens[i])
			i++
			continue
		}
		parts := make([]string, n)
		for k := range n {
			parts[k] = tokens[i+k].word
		}
		t := tokens[i]
		t.kind, t.value, t.end = aName, "name:"+strings.Join(parts, "_"), tokens[i+n-1].end
		out = append(out, t)
		i += n
	}
	return out
}

var particles = []string{"de", "du", "des", "la", "le", "van", "von", "der", "den", "el", "ben", "da", "dos", "di"}

// bodies are what begins like the name of somebody and is none.
var bodies = map[string]bool{"ufr": true, "faculte": true, "institut": true, "departement": true, "laboratoire": true, "ecole": true,
	"universite": true, "direction": true, "dnum": true, "unistra": true, "universite de": true, "centre": true, "pole": true,
	"bibliotheque": true, "presidence": true, "secretariat": true, "scolarite": true, "faculty": true, "institute": true,
	"university": true, "school": true, "library": true, "office": true, "equipe": true, "master": true, "licence": true,
	"college": true, "bureau": true, "association": true, "strasbourg": true, "france": true}

// nameAt counts the words of the name that the tokens begin with.
func nameAt(tokens []token) int {
	if !nameWord(&tokens[0]) || len(tokens[0].senses) > 0 {
		return 0
	}
	capital, n := 1, 1
	for n < len(tokens) {
		t := &tokens[n]
		switch {
		case nameWord(t) && (len(t.senses) == 0 || isParticle(t.word)):
			capital++
		case t.kind == aWord && isParticle(t.word) && n+1 < len(tokens) && nextName(tokens[n+1:]):
		default:
			if capital < 2 {
				return 0
			}
			return n
		}
		n++
	}
	if capital < 2 {
		return 0
	}
	return n
}

// nextName tells whether a name goes on after a particle.
func nextName(tokens []token) bool {
	t := &tokens[0]
	if nameWord(t) && len(t.senses) == 0 {
		return true
	}
	return t.kind == aWord && isParticle(t.word) && len(tokens) > 1 && nameWord(&tokens[1]) && len(tokens[1].senses) == 0
}

func isParticle(word string) bool {
	for _, p := range particles {
		if p == word {
			return true
		}
	}
	return false
}

func nameWord(t *token) bool {
	return t.kind == aWord && len(t.raw) > 1 && unicode.IsUpper(firstRune(t.raw)) && !bodies[t.word]
}
