package phrase_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// spoken is how each verb and each question is asked for by a sentence.
var spoken = map[desk.Verb]struct{ fr, en string }{
	desk.AliasAdd:         {"ajoute l'alias contact@bio.unistra.fr à jdupont", "add the alias contact@bio.unistra.fr to jdupont"},
	desk.AliasRemove:      {"supprime l'alias contact@bio.unistra.fr", "delete the alias contact@bio.unistra.fr"},
	desk.AliasMove:        {"déplace l'alias contact@bio.unistra.fr de jdupont vers mcurie", "move the alias contact@bio.unistra.fr from jdupont to mcurie"},
	desk.AliasRenew:       {"prolonge l'alias contact@bio.unistra.fr jusqu'au 31 août", "renew the alias contact@bio.unistra.fr until August 31"},
	desk.QuotaSet:         {"passe jdupont à 8 Go", "set jdupont's quota to 8 GB"},
	desk.AccountCOS:       {"passe jdupont en formule hébergé L", "move jdupont to hosted L"},
	desk.AccountCreate:    {"crée la boîte accueil@bio.unistra.fr pour jdupont avec 3 Go", "open a mailbox desk@bio.unistra.fr for jdupont with 3 GB"},
	desk.AccountDelete:    {"supprime le compte jdupont", "delete the account jdupont"},
	desk.AccountRestore:   {"restaure le compte jdupont", "restore the account jdupont"},
	desk.AccountRenew:     {"prolonge le compte jdupont jusqu'au 31 août", "renew the account jdupont until August 31"},
	desk.AccountShare:     {"partage la boîte accueil@bio.unistra.fr avec jdupont", "share the mailbox desk@bio.unistra.fr with jdupont"},
	desk.AccountUnshare:   {"retire à jdupont l'accès à la boîte accueil@bio.unistra.fr", "remove jdupont's access to the mailbox desk@bio.unistra.fr"},
	desk.AccountShow:      {"montre la fiche de jdupont", "show me account jdupont"},
	desk.AccountWhole:     {"qui a accès à la boîte accueil@bio.unistra.fr ?", "who has access to the mailbox desk@bio.unistra.fr?"},
	desk.RequestList:      {"mes demandes", "list my requests"},
	desk.RequestShow:      {"où en est la demande D-12 ?", "show request D-12"},
	desk.RequestWhy:       {"pourquoi je ne peux pas supprimer l'alias contact@bio.unistra.fr ?", "why can't I delete an alias?"},
	desk.RequestApprove:   {"valide la demande D-12", "approve D-12"},
	desk.RequestReject:    {"refuse D-12, motif : trop court", "reject D-12 because it is too short"},
	desk.RequestCancel:    {"annule la demande D-12", "cancel request D-12"},
	desk.HistoryShow:      {"historique du compte jdupont", "history of the account jdupont"},
	desk.DelegationGrant:  {"nomme jdupont correspondant de bio.unistra.fr", "make jdupont correspondent of bio.unistra.fr"},
	desk.DelegationRevoke: {"retire les droits de jdupont sur bio.unistra.fr", "revoke jdupont on bio.unistra.fr"},
	desk.DelegationList:   {"qui gère le domaine bio.unistra.fr ?", "who is the correspondent of bio.unistra.fr?"},
	desk.DriftShow:        {"quels sont les écarts ?", "show the differences"},
	desk.FiguresShow:      {"combien de comptes sur bio.unistra.fr ?", "how many accounts on bio.unistra.fr?"},
	desk.ListCreate:       {"crée la liste info@bio.unistra.fr", "create the list news@bio.unistra.fr"},
	desk.GroupCreate:      {"crée le groupe bureau@bio.unistra.fr", "create the group board@bio.unistra.fr"},
	desk.ListAdd:          {"ajoute jdupont à la liste info@bio.unistra.fr", "add jdupont to the list news@bio.unistra.fr"},
	desk.ListRemove:       {"enlève jdupont de la liste info@bio.unistra.fr", "remove jdupont from the list news@bio.unistra.fr"},
	desk.ListDelete:       {"supprime la liste info@bio.unistra.fr", "delete the list news@bio.unistra.fr"},
	desk.ListShow:         {"qui est abonné à la liste info@bio.unistra.fr ?", "members of the list news@bio.unistra.fr"},
	desk.AddressShow:      {"à qui est contact@bio.unistra.fr ?", "is contact@bio.unistra.fr free?"},
	desk.AddressReach:     {"où arrivent les messages de contact@bio.unistra.fr ?", "who receives contact@bio.unistra.fr?"},
	desk.Help:             {"comment ajouter un alias ?", "how do I add an alias?"},
}

// answers are the questions that the house answers in its own way, see bot's looked.
var answers = map[string]desk.Verb{"address.who": desk.AddressReach, "rights.show": desk.DelegationList, "rights.explain": desk.RequestWhy}

// unspoken are those that are typed in full only, with the reason.
var unspoken = map[desk.Verb]string{}

func init() {
	for why, verbs := range map[string][]desk.Verb{
		"the schema says never by a sentence (R15)": {desk.AccountLock, desk.AccountActivate, desk.AccountClose, desk.AccountHide, desk.AccountUnhide,
			desk.AccountRename, desk.AccountForward, desk.ListRename, desk.ResourceRename},
		"nobody asks for it in the chat": {desk.AccountPurge, desk.DriftSync},
		"it governs the house: administrators type it, or use the portal": {desk.HouseFreeze, desk.HouseThaw, desk.BrakeRelease, desk.RulesActivate,
			desk.RulesRollback, desk.RulesUndo, desk.TokenEnd, desk.AddressRelease, desk.DriftApply, desk.DriftSpare, desk.TreePublish, desk.TreeRollback, desk.TreeWithdraw, desk.TreeShow},
		"what follows its number may be any text, an order too":           {desk.RequestAmend, desk.RequestQuestion, desk.RequestAnswer},
		"it is a button of its card":                                      {desk.RequestAgain, desk.RequestUndo},
		"a command for who waits: a sentence about waiting is no order":   {desk.RequestNudge},
		"it is named by a number that only its card tells":                {desk.DelegationDeputy, desk.DelegationShow},
		"it is made of several texts: the form or the command takes them": {desk.AccountProfile, desk.ListProfile, desk.ResourceProfile, desk.ResourceCreate},
		"nobody but administrators knows the thing, and the schema has none": {desk.FanOutCreate, desk.ListAlias, desk.ListUnalias, desk.ListSender,
			desk.ListUnsender, desk.ListRestore, desk.ResourceShow, desk.ResourceDelete, desk.ResourceRestore},
	} {
		for _, v := range verbs {
			unspoken[v] = why
		}
	}
}

// Whatever the house does can be asked for by a sentence, in both languages, or there
// is a reason why not.
func TestEveryVerbIsSpokenOrNotForAReason(t *testing.T) {
	r := fixture(t)
	for _, v := range desk.Verbs() {
		said, can := spoken[v]
		switch why := unspoken[v]; {
		case can == (why != ""):
			t.Errorf("%s: a sentence in both languages, or a reason why there is none", v)
			continue
		case !can:
			continue
		}
		for _, text := range []string{said.fr, said.en} {
			a := r.Read(text)
			if got := phrase.Verb(a.Frame.Intent); a.Ask+string(a.Refused) != "" || got != v && answers[a.Frame.Intent] != v {
				t.Errorf("%s: %q is read as %s, which does %q", v, text, a, got)
			}
		}
	}
}
