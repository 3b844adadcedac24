package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

var populations = desk.Populations{{Name: "students", Text: desk.Text{FR: "étudiants", EN: "students"}}, {Name: "staff", Text: desk.Text{FR: "personnels", EN: "staff"}}}

func someGaps() []desk.Gap {
	return []desk.Gap{
		{Cause: desk.PersonGone, Address: "parti@unistra.fr", Repair: desk.Action{Verb: desk.AccountDelete, Target: "parti@unistra.fr"}, Risk: desk.HighRisk},
		{Cause: desk.StillShut, Address: "<@evil>@unistra.fr"},
		{Cause: desk.PersonGone, Address: "partie@unistra.fr", Repair: desk.Action{Verb: desk.AccountDelete, Target: "partie@unistra.fr"}, Risk: desk.HighRisk},
	}
}

func aDashboard() desk.Dashboard {
	on := func(n int64, s desk.Source) desk.Figure { return desk.Figure{Value: n, Source: s, At: noon} }
	return desk.Dashboard{At: noon, Accounts: on(97_484, desk.FromPartage), People: on(96_946, desk.FromDirectory), Used: on(65<<40, desk.FromPartage), Bought: on(210<<40, desk.FromConfig),
		Populations: []desk.Headcount{{Name: "students", Partage: on(81_849, desk.FromPartage), Directory: on(81_810, desk.FromDirectory)}, {Name: "", Partage: on(2, desk.FromPartage), Directory: on(5, desk.FromDirectory)}},
		Classes:     []desk.ClassFigure{{Class: "s_univ-strasbourg_etudiant", ClassCount: desk.ClassCount{Accounts: 81_849}}},
		Bill:        desk.Bill{Total: 467_359_150}, Currency: "€", Restored: on(13, desk.FromPartage),
		Services: []desk.Service{{Name: "partage", Up: true, Latency: 182 * time.Millisecond, At: noon}, {Name: "webmail", At: noon}},
		Requests: []desk.Ageing{{State: desk.Waiting, Count: 4, P50: time.Hour, P90: 49 * time.Hour}}, Delegates: on(85, desk.FromJournal), Thin: make([]desk.Coverage, 3),
		Gaps: []desk.Point{{Gaps: 1204}, {Gaps: 538}}}
}

func aWhole() desk.Whole {
	return desk.Whole{Account: mailbox, Partage: noon, Requests: []desk.Request{alias(desk.Settled)},
		Sides: []desk.Side{{Name: "person", Directory: "bob", Partage: "bob", Equality: desk.Same},
			{Name: "affiliation", Directory: "faculty", Partage: "s_etudiant", Equality: desk.Differs, Cause: desk.ClassOther},
			{Name: "quota", Partage: "10G", Journal: "10G (D-3)", Equality: desk.Same}, {Name: "unit", Equality: desk.Alone}, {Name: "name", Partage: "@all", Equality: desk.Reserved}}}
}

func aPlan() desk.Request {
	r := alias(desk.Waiting)
	r.Owner = ""
	r.Action = desk.Action{Verb: desk.DriftApply, Args: "most=10 plan=" + strings.Repeat("ab", 32)}
	r.Repairs = &desk.Repairs{Parts: make([]string, 10), Canary: 4, Compared: noon, Cost: -194_750,
		Kinds: []desk.RepairKind{{Cause: desk.PersonGone, Verb: desk.AccountDelete, Population: "staff", Risk: desk.HighRisk, Parts: 10}}}
	return r
}

// What the chat says of plans is what two people agree to: the numbers are there.
func TestThePlanIsOnTheCard(t *testing.T) {
	e := desk.Estate{Populations: populations, Tariff: desk.Tariff{Currency: "€"}}
	would := testPen("fr").plan(aPlan(), e)
	for _, want := range []string{"10", "Compte sans personne, personnels", "10 × suppression d'un compte, risque élevé", "-0,19475"} {
		if !strings.Contains(would, want) {
			t.Errorf("%q does not say %q", would, want)
		}
	}
	if would = testPen("fr").plan(alias(desk.Waiting), e); would != "" {
		t.Errorf("no plan: %q", would)
	}
}
