package say

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func nameOf(who desk.UID) string {
	return map[desk.UID]string{"jd": "Jeanne Dupont", "sg": "Sophie Germain"}[who]
}

func request(t *testing.T, change func(*desk.Request)) desk.Request {
	r := desk.Request{ID: "D-5", By: "jd", State: desk.Waiting, Action: action(t, "alias.add bob@u.fr alias=c@u.fr"),
		Decision: desk.Decision{Panels: []desk.Panel{{Approvers: []string{"domain:u.fr", "group:admins"}, Needed: 1}}}}
	if change != nil {
		change(&r)
	}
	return r
}

func TestOutcome(t *testing.T) {
	tests := []struct {
		change func(*desk.Request)
		want   string
	}{
		{nil, "La demande D-5 est envoyée : un correspondant de u.fr ou un administrateur peut la valider. La réponse suivra."},
		{func(r *desk.Request) { r.Decision.Panels[0].Needed = 2 }, "La demande D-5 est envoyée : il faut 2 validations, et un correspondant de u.fr ou un administrateur peut valider. La réponse suivra."},
		{func(r *desk.Request) { r.Decision.Panels[0].Needed, r.Votes = 2, []desk.Vote{{By: "sg"}} }, "Validations de la demande D-5 : 1 sur 2 (Sophie Germain) ; un correspondant de u.fr ou un administrateur peut encore valider. La réponse suivra."},
		{func(r *desk.Request) { r.State = desk.Open }, "La demande D-5 est enregistrée : les règles vont l'examiner."},
		{func(r *desk.Request) { r.State = desk.Ready }, "La demande D-5 est acceptée : elle va être appliquée sur Partage."},
		{func(r *desk.Request) { r.State, r.Votes = desk.Ready, []desk.Vote{{By: "sg"}, {By: "nn"}} }, "La demande D-5 est validée par Sophie Germain, nn : elle va être appliquée sur Partage."},
		{func(r *desk.Request) { r.State, r.Code = desk.Ready, desk.PartageDown }, "La demande D-5 est acceptée, mais pas encore appliquée : Partage ne répond pas. Un autre essai suivra de lui-même, vous n'avez rien à faire."},
		{func(r *desk.Request) { r.State = desk.Running }, "La demande D-5 est en cours d'application sur Partage. La suite vous sera annoncée."},
		{func(r *desk.Request) { r.State = desk.Doubtful }, "Partage n'a pas confirmé la demande D-5 : nous vérifions ce qui a été appliqué. Ne la refaites pas, la suite vous sera annoncée."},
		{func(r *desk.Request) { r.State = desk.Settled }, "C'est fait (D-5) : le courrier adressé à c@u.fr arrive aussi dans la boîte bob@u.fr."},
		{func(r *desk.Request) { r.State, r.Ended = desk.Rejected, "sg" }, "La demande D-5 est refusée par Sophie Germain, sans motif. Adressez-vous à cette personne pour en savoir plus."},
		{func(r *desk.Request) { r.State, r.Ended, r.Refusal = desk.Rejected, "sg", "pas ici" }, "La demande D-5 est refusée par Sophie Germain : « pas ici ». Une autre demande reste possible."},
		{func(r *desk.Request) { r.State = desk.Rejected }, "La demande D-5 est refusée par les règles. Aucune règle ne la permet. Un correspondant du domaine ou l'assistance peut vous aider."},
		{func(r *desk.Request) {
			r.State, r.Decision.Because = desk.Rejected, desk.Text{FR: "Adresse protégée"}
		}, "La demande D-5 est refusée par les règles. Adresse protégée. Un correspondant du domaine ou l'assistance peut vous aider."},
		{func(r *desk.Request) { r.State, r.Ended = desk.Cancelled, "jd" }, "La demande D-5 est annulée par Jeanne Dupont. Rien n'a été modifié."},
		{func(r *desk.Request) { r.State = desk.Lapsed }, "Personne n'a répondu à temps à la demande D-5 : elle a pris fin, et rien n'a été modifié. La personne qui l'a faite peut la redemander telle quelle."},
		{func(r *desk.Request) { r.State, r.Code = desk.Broken, desk.AliasTaken }, "La demande D-5 n'a pas abouti : l'adresse a été prise entre-temps. Rien n'a été modifié. Refaites la demande si besoin, ou donnez ce numéro à l'assistance."},
		{func(r *desk.Request) { r.State, r.Code, r.Attempt = desk.Broken, desk.OtherMailbox, 1 }, "La demande D-5 n'a pas abouti : l'adresse désigne maintenant une autre boîte. Regardez la fiche du compte avant de recommencer, ou donnez ce numéro à l'assistance."},
		{func(r *desk.Request) { r.State, r.Code, r.Attempt = desk.Broken, "brand.new", 3 }, "La demande D-5 n'a pas abouti : une erreur de notre côté. Regardez la fiche du compte avant de recommencer, ou donnez ce numéro à l'assistance."},
		{ofThree(desk.Ready, 2, false), "La demande D-5 est en cours d'application sur Partage : 2 sur 3 des étapes, pour l'instant. La suite vous sera annoncée."},
		{ofThree(desk.Ready, 2, true), "La demande D-5 n'a pas abouti : Partage a refusé le changement. Ce qui avait été fait est en train d'être défait (encore en place : 2 sur 3). La suite vous sera annoncée."},
		{ofThree(desk.Running, 1, true), "La demande D-5 n'a pas abouti : Partage a refusé le changement. Ce qui avait été fait est en train d'être défait (encore en place : 1 sur 3). La suite vous sera annoncée."},
		{ofThree(desk.Broken, 0, true), "La demande D-5 n'a pas abouti : Partage a refusé le changement. Ce qui avait été fait a été défait : rien n'est modifié en définitive. Refaites la demande si besoin, ou donnez ce numéro à l'assistance."},
		{ofThree(desk.Broken, 2, true), "La demande D-5 s'est arrêtée en chemin : Partage a refusé le changement. Une partie reste en place (2 sur 3 des étapes) et n'a pas pu être défaite. Ne la refaites pas : donnez ce numéro à l'assistance."},
		{func(r *desk.Request) { r.State = desk.None }, "La demande D-5 est inconnue. Vérifiez son numéro."},
	}
	for i, tt := range tests {
		if got := plain(Outcome("fr", request(t, tt.change), nameOf)); got != tt.want {
			t.Errorf("%d: %q\nwant %q", i, got, tt.want)
		}
	}
	got := Outcome("en", request(t, func(r *desk.Request) { r.State = desk.Settled }), nameOf, mark)
	if got != "Done (⟦D-5⟧): mail sent to ⟦c@u.fr⟧ also arrives in the mailbox ⟦bob@u.fr⟧." {
		t.Errorf("quoted, in English: %q", got)
	}
}

// « Rien n'a été modifié » is said where it is proved: nothing was sent, or the
// only send was refused.
func TestOutcomeClaimsNothingUnproved(t *testing.T) {
	for state := range signs {
		for _, code := range []desk.Code{"", desk.PartageDown, desk.PartageRefused, desk.OtherMailbox, desk.NoEffect} {
			for attempt := range 3 {
				r := request(t, func(r *desk.Request) { r.State, r.Code, r.Attempt = state, code, attempt })
				proved := state == desk.Cancelled || state == desk.Broken && (attempt == 0 || attempt == 1 && code == desk.PartageRefused)
				for lang, claim := range map[string]string{"fr": "Rien n'a été modifié", "en": "Nothing was changed"} {
					if text := Outcome(lang, r, nameOf); strings.Contains(text, claim) != proved {
						t.Errorf("%s, %s, attempt %d: %q", state, code, attempt, text)
					}
				}
			}
		}
	}
}

func TestState(t *testing.T) {
	if sign, word := State("fr", desk.Waiting); sign != "◔" || word != "À valider" {
		t.Errorf("waiting = %s %s", sign, word)
	}
	if sign, word := State("en", "brand new"); sign != "?" || word != "Unknown" {
		t.Errorf("unknown state = %s %s", sign, word)
	}
	if got := plain(Line("fr", request(t, nil))); got != "◔ D-5, à valider : alias c@u.fr → bob@u.fr" {
		t.Errorf("Line = %q", got)
	}
}

// ofThree is a request of three steps, on its way or on its way back.
func ofThree(state desk.State, inForce int, undoing bool) func(*desk.Request) {
	return func(r *desk.Request) {
		r.State, r.Step, r.Undoing, r.Code, r.Cause, r.Attempt = state, inForce, undoing, desk.PartageDown, desk.PartageRefused, 5
		r.Plan.Steps = make([]desk.Step, 3)
	}
}

// everyFact has each kind of fact at least once; TestEveryWordOfDeskIsSaid
// compares it with desk.
var everyFact = []desk.Fact{
	desk.BookActivated{Book: desk.Book{Name: "EVIL"}}, desk.BookActivated{Digest: "EVIL", Book: desk.Book{Name: "EVIL"}},
	desk.Lifted{Address: "EVIL"}, desk.Spared{}, desk.Noticed{}, desk.Noticed{Of: "EVIL"}, desk.Registered{Entries: []desk.Registration{{Address: "EVIL"}}}, desk.Vanished{Entries: []desk.Registration{{Address: "EVIL"}}},
	desk.Registered{Entries: make([]desk.Registration, 2)}, desk.Vanished{Entries: make([]desk.Registration, 2)},
	desk.Launched{}, desk.Repaired{Parts: 3}, desk.Halted{Code: desk.PlanMoved}, desk.Halted{Part: "EVIL", Code: "brand.new"}, desk.Compared{Point: desk.Point{Day: "2026-12-03", Gaps: 5}},
	desk.Nudged{Via: desk.Portal}, desk.Reminded{}, desk.Escalated{}, desk.Expired{}, desk.Digested{Day: "2026-12-03"},
	desk.Asked{Via: desk.Chat}, desk.Asked{Via: desk.Portal, Reason: "EVIL"}, desk.Asked{},
	desk.Decided{}, desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed, Because: desk.Text{FR: "Oui", EN: "Yes"}}},
	desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"domain:EVIL"}}}}},
	desk.Approved{Via: desk.Shell}, desk.Refused{Via: desk.Chat}, desk.Refused{Reason: "EVIL"}, desk.Withdrawn{},
	desk.Amended{Action: desk.Action{Verb: desk.AliasAdd, Target: "EVIL", Args: "alias=EVIL"}, Via: desk.Chat},
	desk.Questioned{Text: "EVIL", Via: desk.Chat}, desk.Answered{Text: "EVIL", Via: desk.Portal},
	desk.Started{Attempt: 1}, desk.Failed{Attempt: 1, Code: desk.PartageDown}, desk.Failed{Attempt: 2, Code: "brand.new", Final: true},
	desk.Failed{Final: true, Code: desk.NotAllowed}, desk.Failed{Code: desk.PartageDown},
	desk.Unknown{Attempt: 1, Looks: 1}, desk.Done{Attempt: 1}, desk.Started{Attempt: 3, Undo: true}, desk.Stepped{Attempt: 1}, desk.Undone{Attempt: 4},
	desk.Planned{Plan: desk.Plan{Steps: make([]desk.Step, 3)}}, desk.Planned{Plan: desk.Plan{Lost: []desk.Address{"EVIL"}}},
	desk.Announced{Role: desk.ToApprovers, Post: desk.Post{ID: "x"}, Shows: desk.Waiting}, desk.Announced{Role: desk.ToOwner},
	desk.Announced{Role: desk.ToApprover("D-1", "EVIL"), Post: desk.Post{ID: "x"}, Shows: desk.Waiting},
	desk.Announced{Role: "brand new", Post: desk.Post{ID: "x"}},
	desk.Granted{Grant: desk.Grant{To: "EVIL", Domains: []string{"EVIL", "EVIL"}}}, desk.Revoked{Of: "EVIL", Thin: []string{"EVIL"}}, desk.Revoked{Of: "EVIL"}, desk.Revoked{Of: "EVIL", Deputy: "EVIL"}, desk.Deputised{Of: "EVIL", Who: "EVIL"},
	desk.Granted{Grant: desk.Grant{To: "EVIL", Units: []string{"EVIL"}, Lists: []desk.Address{"EVIL"}, Classes: []string{"EVIL"}, Quota: 1 << 30, Daily: 2}, Reason: "EVIL"},
	desk.Held{Limit: desk.PersonLimit, Max: 5}, desk.Released{}, desk.BrakesReset{}, desk.Thawed{},
	desk.Frozen{Cause: desk.ByRequest}, desk.Frozen{Cause: desk.ByFile, Reason: "EVIL"},
	desk.BindingOffered{Until: time.Unix(0, 0)}, desk.Bound{}, desk.Bound{Service: "EVIL"}, desk.Heard{}, desk.Telling{}, desk.TokenIssued{Name: "EVIL"}, desk.TokenEnded{Token: "EVIL", Of: "EVIL"}, desk.TokensEnded{},
	desk.Unbound{Who: "EVIL", Why: desk.Left}, desk.Unbound{Who: "EVIL", Why: desk.Deactivated}, desk.Unbound{Who: "EVIL", Why: desk.OtherSignIn},
	desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed, Panels: []desk.Panel{{Approvers: []string{"domain:EVIL"}, Needed: 1}}}},
	desk.Forgotten{Who: "EVIL"}, desk.Redacted{Events: []desk.Seq{1}}, desk.Erased{Was: desk.Asked{}}, desk.Erased{Was: desk.Forgotten{}},
}

func TestFactSaysEveryFact(t *testing.T) {
	for _, fact := range everyFact {
		if asked, ok := fact.(desk.Asked); ok {
			asked.Action = desk.Action{Verb: desk.AliasAdd, Target: "EVIL", Args: "alias=EVIL"}
			fact = asked
		}
		for _, lang := range []string{"fr", "en"} {
			text := Fact(lang, desk.Event{By: "EVIL", Fact: fact}, nil, mark)
			if strings.ContainsAny(text, "{}…") || !strings.HasSuffix(text, ".") || text == "" {
				t.Errorf("%T (%s): %q", fact, lang, text)
			}
			if announced, ok := fact.(desk.Announced); text == Fact(lang, desk.Event{By: "EVIL"}, nil, mark) && (!ok || announced.Role != "brand new") {
				t.Errorf("%T (%s) has no words of its own", fact, lang)
			}
			onlyMarked(t, text)
		}
	}
}

func TestFact(t *testing.T) {
	tests := []struct {
		fact desk.Fact
		want string
	}{
		{desk.Asked{Action: action(t, "quota.set bob@u.fr size=10G"), Via: desk.Portal, Reason: "jury"}, "Jeanne Dupont a demandé, depuis le portail : quota de bob@u.fr : 10 Go. Motif : « jury »."},
		{desk.Decided{}, "Les règles la refusent. Aucune règle ne la permet."},
		{desk.Decided{Decision: desk.Decision{Outcome: "brand new"}}, "Les règles la refusent. Aucune règle ne la permet."},
		{desk.Approved{Via: desk.Chat}, "Jeanne Dupont a validé, dans la messagerie instantanée."},
		{desk.Failed{Attempt: 1, Code: desk.PartageDown}, "L'essai 1 n'a pas abouti : Partage ne répond pas. Un autre suivra."},
		{desk.Announced{Role: desk.ToOwner, Shows: desk.Settled}, "Non annoncée : la personne n'a pas lié de compte de messagerie instantanée (Appliquée)."},
		{desk.Granted{Grant: desk.Grant{To: "sg", Domains: []string{"a.fr", "b.fr"}}}, "Jeanne Dupont a délégué a.fr, b.fr à Sophie Germain : tout ce que les règles permettent à un correspondant."},
	}
	for _, tt := range tests {
		if got := plain(Fact("fr", desk.Event{By: "jd", Fact: tt.fact}, nameOf)); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
	if got := Fact("en", desk.Event{By: desk.System, Fact: desk.Bound{}}, nameOf); got != "Mélusine linked a chat account." {
		t.Errorf("by the program: %q", got)
	}
}

// Whoever writes the texts, no value from outside escapes the quote.
func TestOutcomeQuotesWhatCameFromOutside(t *testing.T) {
	for state := range signs {
		r := desk.Request{ID: "EVIL", State: state, Action: desk.Action{Verb: desk.AliasAdd, Target: "EVIL", Args: "alias=EVIL"}, Refusal: "EVIL", Ended: "EVIL",
			Votes: []desk.Vote{{By: "EVIL"}}, Decision: desk.Decision{Panels: []desk.Panel{{Approvers: []string{"domain:EVIL", "group:EVIL", "person:EVIL"}}}}}
		for _, lang := range []string{"fr", "en"} {
			onlyMarked(t, Outcome(lang, r, nil, mark))
			onlyMarked(t, Summary(lang, r.Action, mark)+Effect(lang, r.Action, mark))
		}
	}
}
