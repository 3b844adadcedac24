package phrase

import (
	"slices"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// A command is one thing that can be typed. Its words are folded; the first of
// each language is the one that Canonical prints.
type command struct {
	verb   desk.Verb
	fr, en []string
	slots  []string // what follows, in order
}

// The slots.
const (
	alias   = "alias"
	account = "account"
	size    = "size"
	to      = "to"
	cos     = "cos"
	request = "request"
	reason  = "reason" // all the rest of the line
	args    = "args"   // all the rest too, as other arguments
	text    = "text"   // all the rest too, as it is
	scope   = "scope"
	topic   = "topic"
	scoped  = "domains" // domains, units and lists
	person  = "person"
	mandate = "delegation"
	holder  = "holder"
	about   = "about"
	book    = "book"
	from    = "from"
	with    = "with"
	sending = "right"

	listed   = "list"
	resource = "resource"
	domain   = "domain"
	address  = "address"
	cause    = "cause"
	members  = "members"
	sender   = "sender"
	tree     = "tree"
)

var (
	optional = []string{reason, scope, topic, about, book, from, sending, tree, domain}                     // or else desk misses it
	targets  = []string{account, request, topic, mandate, holder, about, listed, resource, domain, address} // the others are arguments
)

// Of two commands that begin alike the longer stands first.
var grammar = []command{
	{desk.AliasAdd, []string{"alias ajouter"}, []string{"alias add"}, []string{alias, account}},
	{desk.AliasRemove, []string{"alias retirer"}, []string{"alias remove"}, []string{alias, account}},
	{desk.AliasRenew, []string{"alias prolonger"}, []string{"alias renew"}, []string{alias, account}},
	{desk.QuotaSet, []string{"quota"}, []string{"quota"}, []string{account, size}},
	{desk.AccountLock, []string{"compte verrouiller", "verrouiller"}, []string{"account lock", "lock"}, []string{account}},
	{desk.AccountActivate, []string{"compte activer"}, []string{"account activate"}, []string{account}},
	{desk.AccountClose, []string{"compte fermer"}, []string{"account close"}, []string{account}},
	{desk.AccountHide, []string{"compte masquer"}, []string{"account hide"}, []string{account}},
	{desk.AccountUnhide, []string{"compte démasquer"}, []string{"account unhide"}, []string{account}},
	{desk.AccountRename, []string{"compte renommer"}, []string{"account rename"}, []string{account, to}},
	{desk.AccountCOS, []string{"formule"}, []string{"cos"}, []string{account, cos}},
	{desk.AccountForward, []string{"redirection"}, []string{"forward"}, []string{account, to}},
	{desk.AccountDelete, []string{"compte supprimer"}, []string{"account delete"}, []string{account}},
	{desk.AccountRenew, []string{"compte prolonger"}, []string{"account renew"}, []string{account}},
	{desk.AccountRestore, []string{"compte restaurer"}, []string{"account restore"}, []string{account}},
	{desk.AccountCreate, []string{"compte créer"}, []string{"account create"}, []string{account}},
	{desk.AccountProfile, []string{"compte décrire"}, []string{"account describe"}, []string{account}},
	{desk.AccountShare, []string{"partage ajouter"}, []string{"share add"}, []string{account, with, sending}},
	{desk.AccountUnshare, []string{"partage retirer"}, []string{"share remove"}, []string{account, with, sending}},
	{desk.AccountPurge, []string{"compte purger"}, []string{"account purge"}, []string{account}},
	{desk.AliasMove, []string{"alias déplacer"}, []string{"alias move"}, []string{alias, account, to}},
	{desk.AccountShow, []string{"compte", "fiche"}, []string{"account"}, []string{account}},
	{desk.RequestList, []string{"demandes"}, []string{"requests"}, []string{scope}},
	{desk.RequestShow, []string{"demande"}, []string{"request"}, []string{request}},
	{desk.RequestWhy, []string{"pourquoi"}, []string{"why"}, []string{request}},
	{desk.RequestApprove, []string{"valider"}, []string{"approve"}, []string{request}},
	{desk.RequestReject, []string{"refuser"}, []string{"reject"}, []string{request, reason}},
	{desk.RequestCancel, []string{"annuler"}, []string{"cancel"}, []string{request}},
	{desk.RequestAmend, []string{"modifier"}, []string{"edit"}, []string{request, args}},
	{desk.RequestAgain, []string{"redemander"}, []string{"again"}, []string{request}},
	{desk.RequestNudge, []string{"relancer"}, []string{"nudge"}, []string{request}},
	{desk.RequestQuestion, []string{"question"}, []string{"ask"}, []string{request, text}},
	{desk.RequestAnswer, []string{"répondre"}, []string{"answer"}, []string{request, text}},
	{desk.RequestUndo, []string{"défaire"}, []string{"undo"}, []string{request}},
	{desk.HistoryShow, []string{"historique"}, []string{"history"}, []string{account}},
	{desk.DelegationGrant, []string{"déléguer"}, []string{"delegate"}, []string{scoped, person}},
	{desk.DelegationDeputy, []string{"suppléant"}, []string{"deputy"}, []string{mandate, person}},
	{desk.DelegationRevoke, []string{"retirer"}, []string{"revoke"}, []string{mandate}},
	{desk.DelegationList, []string{"délégations"}, []string{"delegations"}, []string{about}},
	{desk.DelegationShow, []string{"délégation"}, []string{"delegation"}, []string{mandate}},
	{desk.HouseFreeze, []string{"geler"}, []string{"freeze"}, nil},
	{desk.HouseThaw, []string{"degeler"}, []string{"thaw"}, nil},
	{desk.BrakeRelease, []string{"liberer"}, []string{"release"}, nil},
	{desk.TokenEnd, []string{"jetons retirer"}, []string{"tokens end"}, []string{holder}},
	{desk.RulesActivate, []string{"règlement activer"}, []string{"rules activate"}, []string{book, from}},
	{desk.RulesRollback, []string{"règlement revenir"}, []string{"rules rollback"}, []string{book, from}},
	{desk.RulesUndo, []string{"règlement défaire"}, []string{"rules undo"}, []string{book, from}},
	{desk.AddressRelease, []string{"adresse libérer"}, []string{"address release"}, []string{address}},
	{desk.AddressShow, []string{"adresse"}, []string{"address"}, []string{address}},
	{desk.AccountWhole, []string{"global"}, []string{"whole"}, []string{account}},
	{desk.DriftApply, []string{"écarts réparer"}, []string{"drift repair"}, nil},
	{desk.DriftSpare, []string{"écarts laisser"}, []string{"drift spare"}, []string{address, cause}},
	{desk.DriftShow, []string{"écarts"}, []string{"drift"}, nil},
	{desk.FiguresShow, []string{"tableau"}, []string{"dashboard", "figures"}, []string{domain}},
	{desk.ListCreate, []string{"liste créer"}, []string{"list create"}, []string{listed}},
	{desk.GroupCreate, []string{"groupe créer"}, []string{"group create"}, []string{listed}},
	{desk.FanOutCreate, []string{"alias1n créer"}, []string{"fanout create"}, []string{listed, members}},
	{desk.ListAdd, []string{"liste ajouter", "groupe ajouter", "alias1n ajouter"}, []string{"list add", "group add", "fanout add"}, []string{listed, members}},
	{desk.ListRemove, []string{"liste retirer", "groupe retirer", "alias1n retirer"}, []string{"list remove", "group remove", "fanout remove"}, []string{listed, members}},
	{desk.ListAlias, []string{"liste alias"}, []string{"list alias"}, []string{listed, alias}},
	{desk.ListUnalias, []string{"liste désalias"}, []string{"list unalias"}, []string{listed, alias}},
	{desk.ListSender, []string{"liste expéditeur"}, []string{"list sender"}, []string{listed, sender}},
	{desk.ListUnsender, []string{"liste nonexpéditeur"}, []string{"list unsender"}, []string{listed, sender}},
	{desk.ListProfile, []string{"liste décrire", "groupe décrire"}, []string{"list describe", "group describe"}, []string{listed}},
	{desk.ListRename, []string{"liste renommer", "groupe renommer", "alias1n renommer"}, []string{"list rename", "group rename", "fanout rename"}, []string{listed, to}},
	{desk.ListDelete, []string{"liste supprimer", "groupe supprimer", "alias1n supprimer"}, []string{"list delete", "group delete", "fanout delete"}, []string{listed}},
	{desk.ListRestore, []string{"liste restaurer", "groupe restaurer", "alias1n restaurer"}, []string{"list restore", "group restore", "fanout restore"}, []string{listed}},
	{desk.ListShow, []string{"liste", "groupe", "alias1n"}, []string{"list", "group", "fanout"}, []string{listed}},
	{desk.ResourceCreate, []string{"ressource créer"}, []string{"resource create"}, []string{resource}},
	{desk.ResourceProfile, []string{"ressource décrire"}, []string{"resource describe"}, []string{resource}},
	{desk.ResourceRename, []string{"ressource renommer"}, []string{"resource rename"}, []string{resource, to}},
	{desk.ResourceDelete, []string{"ressource supprimer"}, []string{"resource delete"}, []string{resource}},
	{desk.ResourceRestore, []string{"ressource restaurer"}, []string{"resource restore"}, []string{resource}},
	{desk.ResourceShow, []string{"ressource"}, []string{"resource"}, []string{resource}},
	{desk.TreePublish, []string{"arbre publier"}, []string{"tree publish"}, []string{domain, tree, from}},
	{desk.TreeRollback, []string{"arbre revenir"}, []string{"tree rollback"}, []string{domain, tree, from}},
	{desk.TreeWithdraw, []string{"arbre retirer"}, []string{"tree withdraw"}, []string{domain, from}},
	{desk.TreeShow, []string{"arbre"}, []string{"tree"}, []string{domain}},
	{desk.AddressReach, []string{"destinataires", "qui reçoit"}, []string{"recipients", "who receives"}, []string{address}},
	{desk.Help, []string{"aide"}, []string{"help"}, []string{topic}},
}

// destructive verbs are never suggested to somebody who mistyped.
var destructive = []desk.Verb{desk.AliasRemove, desk.AccountLock, desk.AccountClose, desk.AccountRename, desk.AccountForward, desk.AccountDelete,
	desk.RequestReject, desk.RequestCancel, desk.RequestAmend, desk.RequestUndo, desk.HouseFreeze, desk.HouseThaw, desk.BrakeRelease, desk.TokenEnd,
	desk.DelegationGrant, desk.DelegationDeputy, desk.DelegationRevoke,
	desk.RulesActivate, desk.RulesRollback, desk.RulesUndo, desk.DriftApply, desk.AddressRelease,
	desk.AccountCreate, desk.AccountShare, desk.AccountUnshare, desk.AccountPurge, desk.AliasMove,
	desk.ListCreate, desk.GroupCreate, desk.FanOutCreate, desk.ListRemove, desk.ListUnalias, desk.ListSender, desk.ListUnsender, desk.ListRename, desk.ListDelete,
	desk.ResourceCreate, desk.ResourceRename, desk.ResourceDelete, desk.TreePublish, desk.TreeRollback, desk.TreeWithdraw}

// nowhere are the words that end a forwarding; the first is printed in French.
var nowhere = []string{"aucune", "aucun", desk.Nowhere}

// scopes are the words for each scope, French then English.
var scopes = map[string][2]string{"mine": {"mes", "mine"}, "pending": {"attente", "pending"}, "all": {"toutes", "all"}}

func (c command) phrases() []string { return slices.Concat(c.fr, c.en) }

// A spelling is one of the phrases of a command, folded.
type spelling struct {
	phrase  string // as it is printed
	words   []string
	letters *pattern
	command command
}

// spellings are those of all commands, in their order, made once: each text is
// compared with all of them.
var spellings = sync.OnceValue(func() (all []spelling) {
	for _, c := range grammar {
		for _, p := range c.phrases() {
			all = append(all, spelling{p, strings.Split(fold(p), " "), patternOf(fold(p)), c})
		}
	}
	return all
})

// mostWords is how many words the longest spelling has, or more.
const mostWords = 3

// match finds the command that the text begins with, and what follows it.
func match(text string) (c command, rest string, ok bool) {
	words := strings.Split(text, " ")
	folded := make([]string, min(len(words), mostWords))
	for i := range folded {
		folded[i] = fold(words[i])
	}
	for _, s := range spellings() {
		if n := len(s.words); n <= len(folded) && slices.Equal(folded[:n], s.words) {
			return s.command, strings.Join(words[n:], " "), true
		}
	}
	return command{}, "", false
}

func commandOf(v desk.Verb) (c command, ok bool) {
	i := slices.IndexFunc(grammar, func(c command) bool { return c.verb == v })
	if i < 0 {
		return command{}, false
	}
	return grammar[i], true
}

// Topic is the verbs that a help topic is about: the verb itself ("quota.set"),
// or the family of a word that a command begins with: "alias", "valider". It is
// nil if the topic is about nothing.
func Topic(topic string) (verbs []desk.Verb) {
	if topic == "" {
		return nil
	}
	if c, ok := commandOf(desk.Verb(topic)); ok {
		return []desk.Verb{c.verb}
	}
	families, word := map[string]bool{}, fold(topic)
	for _, s := range spellings() {
		families[family(s.command.verb)] = families[family(s.command.verb)] || s.words[0] == word
	}
	for _, c := range grammar {
		if families[family(c.verb)] {
			verbs = append(verbs, c.verb)
		}
	}
	return verbs
}

func family(v desk.Verb) string { return before(string(v), ".") }

func before(s, sep string) string { first, _, _ := strings.Cut(s, sep); return first }
