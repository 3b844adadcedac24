package portal

import (
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What the page of pieces shows that needs more than a line to make. Its request has
// a number that no request has: its forms do nothing.

// sampleDossier is a request with all that its page can hold at once.
func sampleDossier(requests []desk.Request) dossier {
	r := requests[0]
	r.ID, r.State, r.Nudges, r.Nudged, r.Reason = "D-0", desk.Waiting, 1, r.Asked, "accueil du public"
	r.Dates = desk.Dates{Due: r.Asked.AddDate(0, 0, 2), Late: r.Asked.AddDate(0, 0, 4), End: r.Asked.AddDate(0, 0, 10)}
	r.Decision = desk.Decision{Outcome: desk.Pending, Because: desk.Text{FR: "Un responsable valide.", EN: "Somebody in charge approves."}, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}
	r.Proposal = &desk.Proposal{Book: sampleEdition(r.Asked).Book, Difference: desk.Difference{Requests: 300, Shifts: []desk.Shift{{Verb: desk.AliasAdd, Kind: "gains",
		Was: desk.Verdict{Outcome: desk.Denied}, Is: desk.Verdict{Outcome: desk.Allowed, Rule: "alias"}, Requests: 2, People: 1, Some: []desk.ID{"D-0"}}}}}
	r.Repairs = sampleRepairs(r.Asked)
	d := dossier{Request: r, judge: true, withdraw: true, again: true, amend: true, nudge: r.Asked, releases: requests[:2], changes: "- a\n+ b\n", about: []string{"M-0"},
		turns: []string{"a → b"}, why: &desk.Why{Action: r.Action, Explanation: desk.Explanation{Decision: r.Decision}}, progress: desk.Progress{Asked: 1, Done: 1, Parts: 2}}
	for _, f := range []desk.Fact{desk.Asked{Action: r.Action, Via: desk.Portal}, desk.Decided{Decision: r.Decision}, desk.Nudged{Via: desk.Portal}} {
		d.past = append(d.past, desk.Event{ID: r.ID, By: r.By, At: r.Asked, Fact: f})
	}
	return d
}

func sampleRepairs(now time.Time) *desk.Repairs {
	return &desk.Repairs{Parts: []string{"a", "b"}, Canary: 1, Wave: 1, Compared: now,
		Kinds: []desk.RepairKind{{Cause: desk.PersonGone, Verb: desk.AccountDelete, Population: "staff", Risk: desk.HighRisk, Parts: 2}}}
}

func sampleRehearsal() desk.Rehearsal {
	return desk.Rehearsal{Effects: []desk.Effect{{Field: "quota", Old: "5G", New: "8G"}}, Cost: 6400, Calls: []desk.Call{{}}, Blocked: desk.Fail(desk.Conflict, desk.AlreadySo, "value", "8G")}
}

func sampleGaps() []desk.Gap {
	return []desk.Gap{{Cause: desk.PersonGone, Address: "a@univ-test.fr", Mailbox: "a", Owner: "jdupont", Says: "—", Has: "active",
		Repair: desk.Action{Verb: desk.AccountClose, Target: "a@univ-test.fr"}, Risk: desk.HighRisk}}
}

func sampleSurvey(now time.Time) survey {
	return survey{gaps: sampleGaps(), causes: []causeRow{{cause: desk.PersonGone, n: 1, repairable: 1, example: sampleGaps()[0]}},
		plan: &desk.Plotted{Repairs: *sampleRepairs(now), Gaps: sampleGaps()}}
}

// sampleWhole is an account of which each source says something.
func sampleWhole(a desk.Account, now time.Time) desk.Whole {
	return desk.Whole{Account: a, Directory: now, Partage: now, Gaps: sampleGaps(), Requests: samples(now)[:2],
		Sides: []desk.Side{{Name: "state", Directory: "A", Partage: "closed", Equality: desk.Differs, Cause: desk.StillShut}, {Name: "quota", Partage: "5G", Journal: "5G (D-0)", Equality: desk.Same}},
		Lists: []desk.Belonging{{List: "equipe@univ-test.fr", Kind: desk.Distribution, As: []desk.Address{a.Address}, Sends: true}},
		Acts:  []desk.Delegation{{ID: "M-0", Grant: desk.Grant{To: "jdupont", Domains: []string{"univ-test.fr"}}}}}
}

// sampleLeaf is a list that was deleted and can be given back.
func sampleLeaf(requests []desk.Request) leaf {
	list := desk.List{ID: "l", Address: "equipe@univ-test.fr", Kind: desk.Grouping, Name: "Équipe", Notes: "[melusine D-0 deleted]", Size: 2,
		Members: []desk.Address{"a@univ-test.fr", "x@example.org"}, Aliases: []desk.Address{"team@univ-test.fr"}}
	t := desk.Thing{Target: list.Target(), Within: []desk.Address{"tous@univ-test.fr"}, Reach: &desk.Reach{Address: list.Address, Kind: string(list.Kind)}, Requests: requests[:2],
		Keepers: []desk.Delegation{{ID: "M-0", Grant: desk.Grant{To: "jdupont", Domains: []string{"univ-test.fr"}}}}, Events: sampleDossier(requests).past,
		Listing: desk.Listing{Entry: desk.Entry{Address: list.Address, Nature: desk.AsGroup, Held: true, Since: requests[0].Asked, Request: "D-0"}}}
	return leaf{Thing: t, members: []member{{address: "a@univ-test.fr", owner: "jdupont", href: pathAccounts + "/a@univ-test.fr"}, {address: "x@example.org"}}, offers: []desk.Verb{desk.ListRemove}}
}

// sampleDraft is a form in which something is wrong.
func sampleDraft(verb desk.Verb) draft {
	return draft{asking: asking{verb: verb, alias: "été@univ-test.fr", account: "jdupont", number: "8", unit: "Go", cos: "staff_s"}, known: sampleAccounts()[0],
		own: sampleAccounts()[:1], classes: []string{"staff_l", "staff_s"}, domains: []string{"univ-test.fr"}, problems: []problem{{fieldAlias, sampleProblem}, {"", sampleProblem}}}
}

const sampleProblem = "« é » n'est pas permis."

func sampleEdition(now time.Time) desk.Edition {
	return desk.Edition{Book: desk.Book{Name: "regles", Files: []desk.BookFile{{Name: "a.yaml", Text: "rules: []\n"}}}, Digest: "b00c", ID: "D-0", At: now, Back: true}
}

// sampleRegister says that each address has a last day.
type sampleRegister struct{ desk.Register }

// Entry is Register's.
func (sampleRegister) Entry(a desk.Address) (desk.Entry, bool) {
	return desk.Entry{Address: a, Held: true, Until: "2026-12-31"}, true
}

// Dated is Register's.
func (sampleRegister) Dated() []desk.Entry { return nil }
