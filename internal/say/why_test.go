package say

import (
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// quotaReason is what a rule said of 12 GB asked by somebody without a unit.
var quotaReason = desk.Reason{Rule: "r", Text: desk.Text{FR: "Une règle", EN: "A rule"}, Outcome: desk.Allowed, Clause: desk.Clause{
	Written: &desk.Written{Word: "and", Text: "…"}, Answer: desk.No, Parts: []desk.Clause{
		{Written: &desk.Written{Word: "quotaWithin", Looks: []string{"size"}, Wants: []string{"10G"}}, Answer: desk.No, Seen: []string{"12884901888"}},
		{Written: &desk.Written{Word: "manages", Looks: []string{"domain"}}, Answer: desk.Yes, Seen: []string{"u.fr"}},
		{Written: &desk.Written{Word: "not"}, Answer: desk.Yes, Parts: []desk.Clause{
			{Written: &desk.Written{Word: "in", Looks: []string{"actor.unit"}, Wants: []string{"A", "B"}}, Answer: desk.No, Missing: true, Seen: []string{""}}}},
		{Written: &desk.Written{Word: "==", Looks: []string{"target.quota"}, Wants: []string{"1073741824"}}, Answer: desk.Withheld},
		{Written: &desk.Written{Word: "inCharter", Looks: []string{"alias", "to"}}, Answer: desk.Yes, Seen: []string{"x@u.fr", ""}},
	}}}

func TestReason(t *testing.T) {
	want := map[string][]string{
		"fr": {"0 no Une règle.", "1 no tout ce qui suit", "2 no le quota demandé ne dépasse pas 10 Go (12 Go)",
			"2 yes le domaine u.fr est délégué à la personne qui demande (u.fr)", "2 yes le contraire de ce qui suit",
			"3 no l'unité de qui demande : l'un de A, B (inconnu)", "2 withheld le quota du compte : 1 Go (non montré)",
			"2 yes l'adresse demandée suit la charte des adresses (x@u.fr)"},
		"en": {"0 no A rule.", "1 no all of what follows", "2 no the quota asked for is no more than 10 GB (12 GB)",
			"2 yes the domain u.fr is delegated to the person who asks (u.fr)", "2 yes the opposite of what follows",
			"3 no the unit of who asks: one of A, B (not known)", "2 withheld the quota of the account: 1 GB (not shown)",
			"2 yes the address asked for follows the charter of addresses (x@u.fr)"},
	}
	for lang, lines := range want {
		var got []string
		for _, p := range Reason(lang, quotaReason) {
			plain := strings.NewReplacer(narrow, " ", wide, " ").Replace(p.Text)
			got = append(got, string('0'+rune(p.Depth))+" "+string(p.Answer)+" "+plain)
		}
		if !slices.Equal(got, lines) {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestWhySays(t *testing.T) {
	asked := action(t, "quota.set bob@u.fr size=12G")
	admins := []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}
	w := desk.Why{Action: asked, Since: true, Approve: []desk.Person{{UID: "sg"}}, Explanation: desk.Explanation{
		Decision: desk.Decision{Outcome: desk.Pending, Because: desk.Text{FR: "C'est beaucoup", EN: "That is much"}, Panels: admins},
		Closest: []desk.Change{{Action: action(t, "quota.set bob@u.fr size=10G"), Decision: desk.Decision{Outcome: desk.Allowed}},
			{Action: asked, Needs: []desk.Need{{What: "domain", Name: "u.fr"}, {What: "group", Name: "admins"}}, Decision: desk.Decision{Outcome: desk.Pending, Panels: admins}}}}}
	want := []string{"Doit être validé par un administrateur. C'est beaucoup.",
		"Ce n'est pas ce qui avait été répondu : depuis, les règles ou les personnes ont changé.", "Peuvent valider maintenant : Sophie Germain.",
		"Accepté tout de suite avec « quota de bob@u.fr : 10 Go ».",
		"Possible si le domaine u.fr vous était délégué et si vous étiez membre du groupe admins, à valider par un administrateur."}
	for i, said := range Why("fr", w, nameOf) {
		if plain := strings.ReplaceAll(said, narrow, " "); i >= len(want) || plain != want[i] {
			t.Errorf("%d: %q", i, plain)
		}
	}
	for d, want := range map[string]desk.Decision{
		"Refusé par les règles. Aucune règle ne la permet.": {},
		"Refusé par prudence : la personne qui demande n'est pas dans l'annuaire ou dans la demande. Aucune règle ne la permet.": {
			Why: []desk.Finding{{Rule: "facts", Result: "error: actor.uid is not known"}}},
		"Accepté tout de suite. Oui.": {Outcome: desk.Allowed, Because: desk.Text{FR: "Oui"}},
	} {
		if got := strings.ReplaceAll(Verdict("fr", want), narrow, " "); got != d {
			t.Errorf("%q", got)
		}
	}
	nobody := desk.Why{Explanation: desk.Explanation{Decision: desk.Decision{Outcome: desk.Pending}}, Contacts: make([]desk.Person, 10)}
	if said := strings.Join(Why("en", nobody, nameOf), " "); !strings.Contains(said, "Nobody can approve") || !strings.Contains(said, "and 2 more") {
		t.Error(said)
	}
}

// What comes from outside is quoted wherever it stands.
func TestWhyQuotes(t *testing.T) {
	evil := func(c desk.Clause) desk.Clause {
		w := *c.Written
		w.Wants, c.Seen = slices.Repeat([]string{"EVIL"}, len(w.Wants)), slices.Repeat([]string{"EVIL"}, len(c.Seen))
		w.Text = "EVIL"
		c.Written = &w
		return c
	}
	clauses := append([]desk.Clause{{Written: &desk.Written{Word: "brand new", Text: "EVIL"}}}, quotaReason.Parts...)
	for _, c := range clauses {
		said := Clause("fr", evil(c), func(s string) string { return strings.ReplaceAll(s, "EVIL", "") })
		if strings.Contains(said, "EVIL") {
			t.Errorf("%s: %q", c.Word, said)
		}
	}
	c := desk.Change{Action: desk.Action{Verb: desk.AliasAdd, Target: "EVIL", Args: "alias=EVIL"}, Needs: []desk.Need{{What: "domain", Name: "EVIL"}},
		Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"domain:EVIL"}}}}}
	if said := Change("fr", desk.Action{}, c, func(string) string { return "" }); strings.Contains(said, "EVIL") {
		t.Error(said)
	}
}
