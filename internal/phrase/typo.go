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

// destroying are the acts that take something away from somebody.
const destroying = "remove revoke unshare move shift"

// nearWords makes the line of one word, none if it is not to be guessed.
func nearWords(word string, senses []sense) []nearWord {
	n := nearWord{word: word, senses: senses, letters: lettersOf(word)}
	wanted := false
	for _, s := range senses {
		danger := slices.Contains(dangerous, s.class) || (s.class == "verb" || s.class == "deed" || s.class == "gerund") && oneOf(destroying, s.value)
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
	if len(word) > maxPattern {
		return nil, false // longer by far than any word of ours
	}
	danger := min(2, (len(word)+1)/3)
	typed, set := patternOf(word), lettersOf(word)
	best, worst := allowed+1, 3
	for i := l.shorter(len(word) - max(allowed, danger)); i < len(l.near); i++ {
		n := &l.near[i]
		reach := allowed
		if n.danger {
			reach = danger
		}
		gap := len(n.word) - len(word)
		if gap > 2 {
			break
		}
		if gap > reach || gap < -reach || bits.OnesCount32(n.letters^set) > 2*reach {
			continue
		}
		slips := typed.distance(n.word)
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

// shorter is where the words of a length begin.
func (l *lexicon) shorter(length int) int {
	if length <= 0 {
		return 0
	}
	return l.lengths[min(length, len(l.lengths)-1)]
}

const maxPattern = 64

// A pattern is a word that others are compared with, a bit for each of its bytes:
// where each letter stands.
type pattern struct {
	length int
	at     [128]uint64
}

// patternOf takes a folded word; what is not ASCII is like nothing.
func patternOf(word string) *pattern {
	p := &pattern{length: len(word)}
	for i := range len(word) {
		if word[i] < 128 {
			p.at[word[i]] |= 1 << i
		}
	}
	return p
}

// distance counts the slips between the pattern and a word: letters added, left
// out, replaced, or two neighbours exchanged. It goes through all rows of the
// table of distances at once, one column a letter.
func (p *pattern) distance(word string) int {
	var up, down, same, last uint64 = ^uint64(0), 0, 0, 0
	slips, end := p.length, uint64(1)<<(p.length-1)
	for i := range len(word) {
		var here uint64
		if word[i] < 128 {
			here = p.at[word[i]]
		}
		exchanged := (^same & here) << 1 & last
		same = ((here & up) + up) ^ up | here | down | exchanged
		right, left := down|^(same|up), same&up
		switch {
		case right&end != 0:
			slips++
		case left&end != 0:
			slips--
		}
		right, left = right<<1|1, left<<1
		up, down, last = left|^(same|right), right&same, here
	}
	return slips
}
