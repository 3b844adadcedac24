// Package phrase understands what people type: a strict grammar whose French
// and English words are equal, in any case, with or without accents.
//
//	alias ajouter|add ALIAS ACCOUNT [motif : REASON]
//	alias retirer|remove ALIAS ACCOUNT [motif : REASON]
//	alias prolonger|renew ALIAS ACCOUNT [au|until DAY] [motif : REASON]      of an alias that is added too
//	compte prolonger|account renew ACCOUNT [au|until DAY] [motif : REASON]
//	adresse|address ADDRESS         adresse libérer|address release ADDRESS [motif : REASON]
//	quota ACCOUNT [10Go] [motif : REASON]        no size: shows the account
//	verrouiller ACCOUNT [motif : REASON]
//	compte verrouiller|activer|fermer|masquer|démasquer ACCOUNT [motif : REASON]
//	account lock|activate|close|hide|unhide ACCOUNT [reason: REASON]
//	compte supprimer|account delete ACCOUNT [motif : REASON]
//	compte restaurer|account restore ADDRESS [motif : REASON]
//	compte renommer|account rename ACCOUNT ADDRESS [motif : REASON]
//	formule|cos ACCOUNT NAME [motif : REASON]
//	redirection|forward ACCOUNT ADDRESS|aucune|none [motif : REASON]
//	compte créer|account create ADDRESS [pour|for PERSON] [formule|cos NAME] [nom|name TEXT] [taille|size SIZE] [au|until DAY] [motif : REASON]
//	compte décrire|account describe ACCOUNT [téléphone|phone TEXT]... [motif : REASON]
//	partage ajouter|share add ACCOUNT PERSON [sendAs|sendOnBehalfOf]    partage retirer|share remove ACCOUNT PERSON
//	compte purger|account purge ADDRESS    alias déplacer|alias move ALIAS ACCOUNT ACCOUNT
//	compte|fiche|account ACCOUNT
//	demandes|requests [mes|mine|attente|pending|toutes|all]
//	demande|request D-12    valider|approve D-12
//	essai|try               before an action that is not asked for, to know what it would do: see Try
//	pourquoi|why D-12       and before an action that is not asked for: see Why
//	refuser|reject D-12 [REASON]    annuler|cancel D-12
//	redemander|again D-12           relancer|nudge D-12
//	modifier|edit D-12 VALUE        the new value, or "alias=VALUE"
//	question|ask D-12 TEXT          répondre|answer D-12 TEXT
//	défaire|undo D-12
//	historique|history ACCOUNT      aide|help [TOPIC]
//	délégations|delegations [DOMAIN|LOGIN]    délégation|delegation M-18
//	déléguer DOMAIN,UNIT,LIST à LOGIN [actes V] [quota 10Go] [formules C] [parjour N] [du DAY] [au DAY] [motif : REASON]
//	delegate ... to LOGIN [verbs V] [quota 10GB] [classes C] [daily N] [from DAY] [until DAY] [reason: REASON]
//	suppléant M-18 LOGIN [du DAY] au DAY       deputy M-18 LOGIN [from DAY] until DAY
//	retirer M-18 [suppléant LOGIN]             revoke M-18 [deputy LOGIN]
//	global|whole ACCOUNT            tableau|dashboard [DOMAIN]
//	écarts|drift [causes C] [population P] [domaine|domain D]
//	écarts réparer|drift repair [causes C] [population P] [domaine|domain D] [nombre|most N] [canari|canary N] [motif : REASON]
//	jetons retirer|tokens end PERSON motif : REASON
//	écarts laisser|drift spare ADDRESS CAUSE [alias ALIAS] au|until DAY motif : REASON
//	geler|freeze [REASON]           degeler|thaw [REASON]
//	liberer|release [REASON]
//
// A reason may also follow "parce que", "because" or "reason:". The canonical
// text of an action ("alias.add bob@u.fr alias=b@u.fr") is understood too.
// Nothing is guessed: what is not in the grammar is an error.
//
// A Reader reads free sentences of both languages, by its own rules and a
// lexicon (lexicon/*.txt). What a text goes through, a file each: token.go cuts
// it into words and values, measure.go, date.go and name.go join them, settle.go
// gives each word its one meaning, part.go cuts the text into parts and tells
// their mood (order, question, statement, negated…), teller.go takes the one
// order apart into verbs, things, values and prepositions, choose.go finds its
// intent, role.go says which values may fill which slots, and order.go accepts
// the frame or asks: each word of the order is explained, each value is used,
// each slot that holds one value has one. question.go reads questions, more
// loosely: nothing comes of them but an answer. intent.go is the table of
// intents and of the verbs of the house.
package phrase

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// An Order is what somebody wants, and why. Only an action that changes
// Partage has a Reason; that of a refusal is the action's own argument.
type Order struct {
	Action desk.Action
	Reason string // one line, may be empty
}

// Parse reads what was typed, or pasted from a card: with or without a leading
// /trigger, back-ticks, quotes, mail links. Errors are *desk.Error: UnknownVerb
// with "nearest" if a harmless command is close; the others name the command in
// "verb". An empty text is UnknownVerb with an empty value. Text of more than
// 500 characters or with invisible ones is InvalidArgument of "text".
func Parse(text string) (Order, error) {
	text, err := clean(text)
	if err != nil {
		return Order{}, err
	}
	verb := desk.Verb(before(text, " "))
	if spec, ok := desk.SpecOf(verb); ok && !spec.Step && verb != desk.Help { // "help" is in the grammar
		return canonical(verb, text)
	}
	if c, rest, ok := match(text); ok {
		return c.read(rest)
	}
	return Order{}, unknown(text)
}

// canonical reads the canonical text, with or without a reason after it.
func canonical(verb desk.Verb, text string) (Order, error) {
	a, err := desk.ParseAction(text)
	if err == nil {
		return Order{Action: a}, nil
	}
	head, why, marked := cutReason(text)
	if a, bad := desk.ParseAction(head); marked && bad == nil && changes(verb) {
		return Order{a, why}, nil
	}
	return Order{}, explain(verb, err)
}

// read fills the slots of the command from what follows it.
func (c command) read(rest string) (Order, error) {
	if len(terms[c.verb]) > 0 {
		return c.rights(rest)
	}
	head, why, said, marked := rest, "", "", false
	switch {
	case c.verb == desk.RequestReject:
		head, why, _ = strings.Cut(rest, " ")
		why = afterMark(why)
	case slices.Contains(c.slots, text):
		head, said, _ = strings.Cut(rest, " ")
	case changes(c.verb) && len(c.slots) == 0:
		head, why = "", afterMark(rest)
	case c.verb == desk.RulesUndo: // what comes first there is nobody's login
		head, why, marked = cutReason(" " + rest)
	case changes(c.verb):
		head, why, marked = cutReason(rest)
	}
	filled, left := c.fill(tokens(head))
	if said != "" {
		filled[text] = said
	}
	switch {
	case left != "":
		return Order{}, c.fail(desk.InvalidArgument, "rest", left)
	case marked && why == "":
		return Order{}, c.fail(desk.MissingArgument, reason, "")
	case c.verb == desk.QuotaSet && filled[size] == "" && !marked:
		c, _ = commandOf(desk.AccountShow)
	case c.verb == desk.RequestReject:
		filled[reason] = why
		why = ""
	}
	filled[scope], filled[topic] = scopeOf(filled[scope]), topicOf(filled[topic])
	filled[to], filled[args] = toOf(filled[to]), toOf(filled[args])
	a, err := c.action(filled)
	if err != nil {
		return Order{}, err
	}
	return Order{a, why}, nil
}

// fill gives each slot its token; what is left belongs to none.
func (c command) fill(words []string) (filled map[string]string, left string) {
	filled = map[string]string{}
	for _, slot := range c.slots {
		n := min(1, len(words))
		switch {
		case slot == reason, slot == text:
			n = 0
		case slot == size && len(words) > 1 && bareNumber.MatchString(words[0]):
			n = 2
		case slot == topic, slot == args:
			n = len(words)
		}
		filled[slot] = strings.Join(words[:n], " ")
		words = words[n:]
	}
	return filled, strings.Join(words, " ")
}

// scopeOf is the scope that the word names, or the word.
func scopeOf(word string) string {
	for scope, words := range scopes {
		if slices.Contains(words[:], fold(word)) {
			return scope
		}
	}
	return word
}

// toOf is desk.Nowhere if the word says so, or the word.
func toOf(word string) string {
	if slices.Contains(nowhere, fold(word)) {
		return desk.Nowhere
	}
	return word
}

// topicOf is one word, or the verb that several words name.
func topicOf(words string) string {
	if c, rest, ok := match(words); ok && rest == "" && strings.Contains(words, " ") {
		return string(c.verb)
	}
	return fold(words)
}

// action makes the action from its filled slots.
func (c command) action(filled map[string]string) (desk.Action, error) {
	target, args := "", map[string]string{}
	for _, slot := range c.slots {
		value := filled[slot]
		switch {
		case value == "" && !slices.Contains(optional, slot):
			return desk.Action{}, c.fail(desk.MissingArgument, slot, "")
		case slices.Contains(targets, slot):
			target = value
		case value != "":
			args[slot] = value
		}
	}
	a, err := desk.NewAction(c.verb, target, args)
	return a, explain(c.verb, err)
}

func changes(v desk.Verb) bool { spec, _ := desk.SpecOf(v); return spec.Changes }
