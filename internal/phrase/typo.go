package phrase

import (
	"math/bits"
	"slices"
)

// A nearWord is a word of the lexicon that a slip may have spoilt.
type nearWord struct {
	word    string
	senses  []sense
	letters uint32 // one bit a letter
	danger  bool   // what destroys, forbids, denies or is not done: never guessed
}

var (
	repairable = []class{"verb", "thing", "deed"}
	dangerous  = []class{"trap", "unlisted", "secret", "skip", "drop", "all", "vain"}
)

// nearWords makes the line of one word, none if it is not to be guessed.
func nearWords(word string, senses []sense) []nearWord {
	n := nearWord{word: word, senses: senses, letters: lettersOf(word)}
	wanted := false
	for _, s := range senses {
		danger := slices.Contains(dangerous, s.class) || (s.class == "verb" || s.class == "deed" || s.class == "gerund") && (s.value == "remove" || s.value == "revoke")
		n.danger = n.danger || danger
		wanted = wanted || danger || slices.Contains(repairable, s.class)
	}
	if !wanted || len(word) < 4 {
		return nil
	}
	return []nearWord{n}
}

func lettersOf(word string) (set uint32) {
	for _, c := range word {
		set |= 1 << (uint32(c) % 32)
	}
	return set
}

// repair is what an unknown word was meant to be. A word as close to one that
// destroys is not repaired: misspelt tells so.
func (l *lexicon) repair(word string) (senses []sense, misspelt bool) {
	allowed := 0
	switch {
	case len(word) >= 8:
		allowed = 2
	case len(word) >= 5:
		allowed = 1
	}
	typed, set := []rune(word), lettersOf(word)
	best, worst := allowed+1, 3
	for i := range l.near {
		n := &l.near[i]
		reach := allowed
		if n.danger {
			reach = min(2, (len(word)+1)/3)
		}
		if gap := len(n.word) - len(word); gap > reach || gap < -reach || bits.OnesCount32(n.letters^set) > 2*reach {
			continue
		}
		slips := distance(typed, []rune(n.word))
		switch {
		case slips > reach:
		case n.danger:
			worst = min(worst, slips)
		case slips < best:
			best, senses = slips, n.senses
		}
	}
	if worst < 3 && worst <= best {
		return nil, true
	}
	return senses, false
}
