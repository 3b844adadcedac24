package bot

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

var update = flag.Bool("update", false, "write the golden files anew")

var people = map[desk.UID]desk.Person{
	"marie": {UID: "marie", Name: "Marie Curie", UnitName: "UFR Physique"},
	"paul":  {UID: "paul", Name: "Paul Langevin"},
	"bob":   {UID: "bob", Name: "Bob Martin", UnitName: "UFR Physique"},
}

func testPen(lang string) pen {
	return pen{lang: lang, zone: time.FixedZone("CET", 3600), trigger: "melusine", person: func(who desk.UID) desk.Person { return people[who] }}
}

var noon = time.Date(2026, 3, 16, 11, 12, 0, 0, time.UTC)

var mailbox = desk.Account{ID: "z2", Address: "bob.martin@physique.unistra.fr", Owner: "bob", Status: "active", COS: "s_univ-strasbourg_personnel",
	Quota: 5 << 30, Used: 3 << 30, Aliases: []desk.Address{"b.martin@unistra.fr", "colloque26@unistra.fr"}, Seen: noon}

func request(state desk.State, verb desk.Verb, args map[string]string) desk.Request {
	a, err := desk.NewAction(verb, string(mailbox.Address), args)
	if err != nil {
		panic(err)
	}
	return desk.Request{ID: "D-512", By: "marie", Owner: "bob", Via: desk.Chat, State: state, Action: a, Reason: "accueil du public",
		Decision: desk.Decision{Outcome: desk.Pending, Rule: "R-12", Panels: []desk.Panel{{Approvers: []string{"domain:physique.unistra.fr", "group:admins"}, Needed: 1}},
			Because: desk.Text{FR: "Un alias de service demande un accord.", EN: "A service alias needs approval."}},
		Asked: noon, Changed: noon}
}

func alias(state desk.State) desk.Request {
	return request(state, desk.AliasAdd, map[string]string{"alias": "contact@physique.unistra.fr"})
}

// scenes are all the cards, by the name of their golden file.
func scenes(p pen) map[string]Message {
	voted, refused, withdrawn, broken, doubtful := alias(desk.Settled), alias(desk.Rejected), alias(desk.Cancelled), alias(desk.Broken), alias(desk.Doubtful)
	voted.Votes, voted.Attempt, voted.Before, voted.Proof = []desk.Vote{{By: "paul", At: noon}}, 1, mailbox, mailbox
	refused.Ended, refused.Refusal = "paul", "utiliser FileSender"
	withdrawn.Ended = "marie"
	broken.Code, broken.Attempt, broken.Error = desk.AliasTaken, 1, "internal detail"
	doubtful.Attempt, doubtful.Looks, doubtful.Error = 1, 2, "internal detail"
	amended := alias(desk.Waiting)
	amended.Version, amended.Amender = 1, "paul"
	denied := alias(desk.Rejected)
	denied.Decision.Outcome = desk.Denied
	size := map[string]string{"size": "10G"}
	odd := mailbox
	odd.Status, odd.Hidden, odd.Forward, odd.ForwardOnly = "closed", true, "bob@example.org", true
	dated := alias(desk.Waiting)
	dated.Dates = desk.Dates{Due: noon.AddDate(0, 0, 1), Late: noon.AddDate(0, 0, 2), End: noon.AddDate(0, 0, 14)}
	closed := request(desk.Settled, desk.AccountClose, nil)
	closed.Votes, closed.Attempt, closed.Before, closed.Proof = []desk.Vote{{By: "paul", At: noon}}, 1, mailbox, odd
	return map[string]Message{
		"approval-lock":         p.approval(request(desk.Waiting, desk.AccountLock, nil), mailbox),
		"approval-activate":     p.approval(request(desk.Waiting, desk.AccountActivate, nil), odd),
		"approval-close":        p.approval(request(desk.Waiting, desk.AccountClose, nil), mailbox),
		"approval-hide":         p.approval(request(desk.Waiting, desk.AccountHide, nil), mailbox),
		"approval-unhide":       p.approval(request(desk.Waiting, desk.AccountUnhide, nil), odd),
		"approval-rename":       p.approval(request(desk.Waiting, desk.AccountRename, map[string]string{"to": "robert.martin@physique.unistra.fr"}), mailbox),
		"approval-cos":          p.approval(request(desk.Waiting, desk.AccountCOS, map[string]string{"cos": "l_univ-strasbourg_personnel"}), mailbox),
		"approval-forward":      p.approval(request(desk.Waiting, desk.AccountForward, map[string]string{"to": "bob.m@example.com"}), odd),
		"approval-forward-none": p.approval(request(desk.Waiting, desk.AccountForward, map[string]string{"to": "none"}), odd),
		"owner-close":           p.owner(closed),
		"account-odd":           p.account(odd, noon),
		"approval":              p.approval(alias(desk.Waiting), mailbox),
		"approval-quota":        p.approval(request(desk.Waiting, desk.QuotaSet, size), mailbox),
		"approval-remove":       p.approval(request(desk.Waiting, desk.AliasRemove, map[string]string{"alias": "b.martin@unistra.fr"}), mailbox),
		"approval-amended":      p.approval(amended, mailbox),
		"asker-amended":         p.asker(amended, mailbox),
		"approval-rules":        p.approval(rulebook(), desk.Account{}),
		"approval-ready":        p.approval(alias(desk.Ready), mailbox),
		"approval-done":         p.approval(voted, mailbox),
		"approval-refused":      p.approval(refused, mailbox),
		"asker":                 p.asker(alias(desk.Waiting), mailbox),
		"asker-running":         p.asker(alias(desk.Running), mailbox),
		"asker-done":            p.asker(voted, mailbox),
		"asker-refused":         p.asker(refused, mailbox),
		"asker-withdrawn":       p.asker(withdrawn, mailbox),
		"asker-broken":          p.asker(broken, mailbox),
		"asker-doubtful":        p.asker(doubtful, mailbox),
		"asker-end":             p.ended(voted),
		"approval-dated":        p.approval(dated, mailbox),
		"approval-expired":      p.approval(alias(desk.Lapsed), mailbox),
		"asker-dated":           p.asker(dated, mailbox),
		"asker-expired":         p.asker(alias(desk.Lapsed), mailbox),
		"digest":                p.digest([]desk.Request{dated, alias(desk.Waiting), dated}, noon),
		"digest-late":           p.digest([]desk.Request{dated}, dated.Dates.Due),
		"asked-denied":          p.asked(denied),
		"owner":                 p.owner(voted),
		"account":               p.account(mailbox, noon),
		"list":                  p.list("mine", []desk.Request{alias(desk.Waiting), voted}),
		"drift":                 p.drift(someGaps(), aDashboard().Gaps, false),
		"drift-each":            p.drift(someGaps(), nil, true),
		"drift-none":            p.drift(nil, nil, false),
		"figures":               p.figures(aDashboard(), populations),
		"whole":                 p.whole(aWhole()),
		"approval-drift":        p.approval(aPlan(), desk.Account{}),
		"list-pending":          p.list("pending", []desk.Request{alias(desk.Waiting), request(desk.Waiting, desk.QuotaSet, size), dated}),
		"list-empty":            p.list("pending", nil),
		"help":                  p.help(slices.DeleteFunc(desk.Verbs(), ofObject)),
		"register.held": p.listing(desk.Listing{Entry: desk.Entry{Address: "contact@u.fr", Nature: desk.AsAlias, Mailbox: "z", Owner: "bob", Held: true, Since: noon, Request: "D-7",
			Reason: "accueil <!channel>", Until: "2027-06-30", Dated: "D-9"}, Past: []desk.Entry{{Nature: desk.AsSympa, Freed: noon}}}, mailbox),
		"register.freed": p.listing(desk.Listing{Entry: desk.Entry{Address: "rnarie@u.fr", Nature: desk.AsAccount, Mailbox: "z", Owner: "bob", Freed: noon, FreedBy: "D-8"},
			Quarantine: noon.AddDate(5, 0, 0), Breach: desk.LookAlike, Like: "marie@u.fr"}, desk.Account{}),
		"register.never": p.listing(desk.Listing{Entry: desk.Entry{Address: "abuse@u.fr"}, Breach: desk.KeptBack}, desk.Account{}),
		"ends.alias":     p.ends(ending("alias.add bob@u.fr alias=contact@u.fr until=2027-06-30"), anAction("alias.renew bob@u.fr alias=contact@u.fr")),
		"ends.list":      p.ends(ending("list.create colloque@u.fr until=2027-06-30"), anAction("list.profile colloque@u.fr hidden=no until=2028-06-30")),
		"ends.right":     p.ends(ending("delegation.grant bob domains=u.fr until=2027-06-30"), anAction("delegation.grant bob domains=u.fr until=2028-06-30")),
		"ends.lapses":    p.lapses(ending("delegation.grant bob domains=u.fr until=2027-06-30")),
		"ends.share":     p.ends(ending("account.share contact@u.fr with=bob@u.fr right=sendAs until=2027-06-30"), anAction("account.share contact@u.fr with=bob@u.fr right=sendAs until=2028-06-30")),
		"ends.account":   p.ends(ending("account.renew bob@u.fr until=2027-06-30"), anAction("account.renew bob@u.fr")),
		"history": p.history(string(mailbox.Address), []desk.Event{
			{Seq: 3, At: noon, ID: "D-512", By: "paul", Fact: desk.Refused{Reason: "utiliser FileSender", Via: desk.Chat}},
			{Seq: 2, At: noon, ID: "D-512", By: "marie", Fact: desk.Decided{Decision: refused.Decision}},
			{Seq: 1, At: noon, ID: "D-512", By: "marie", Fact: desk.Asked{Action: refused.Action, Reason: "accueil", Via: desk.Chat}},
		}),
		"history-empty": p.history("bob", nil),

		"approval-review":  p.approval(locked(desk.Review), mailbox),
		"approval-kept":    p.approval(locked(desk.Settled), mailbox),
		"approval-lifting": p.approval(locked(desk.Running), mailbox),
		"approval-lifted":  p.approval(locked(desk.Rejected), mailbox),
		"asker-review":     p.asker(locked(desk.Review), mailbox),
		"asker-lifted":     p.asker(locked(desk.Rejected), mailbox),
		"suspects":         {Line: p.text("field.suspect"), Card: &Card{Text: p.suspects(taken)}},
		"suspects-none":    {Line: p.text("field.suspect"), Card: &Card{Text: p.suspects(desk.Suspicion{})}},

		"approval-questioned": p.approval(questioned(false), mailbox),
		"approval-answered":   p.approval(questioned(true), mailbox),
		"asker-questioned":    p.asker(questioned(false), mailbox),
		"rung-question":       {Line: p.rung(desk.ToQuestion, questioned(false))},
		"rung-answer":         {Line: p.rung(desk.ToAnswer, questioned(true))},
		"rung-amended":        {Line: p.rung(desk.ToAmend, amended)},
		"wish":                p.wished([]proposal{proposed(desk.QuotaSet, size, desk.Allowed, p)}, noon),
		"wish-review":         p.wished([]proposal{{action: locked(desk.Waiting).Action, decision: locked(desk.Waiting).Decision}}, noon),
		"wish-approval":       p.wished([]proposal{proposed(desk.AliasAdd, map[string]string{"alias": "contact@physique.unistra.fr"}, desk.Pending, p)}, noon),
		"wish-removal":        p.wished([]proposal{proposed(desk.AliasRemove, map[string]string{"alias": "b.martin@unistra.fr"}, desk.Allowed, p)}, noon),
		"wish-delete":         p.wished([]proposal{proposed(desk.AccountDelete, nil, desk.Pending, p)}, noon),
		"wish-batch":          p.wished([]proposal{proposed(desk.QuotaSet, size, desk.Allowed, p), proposed(desk.AccountCOS, map[string]string{"cos": "l_univ-strasbourg_personnel"}, desk.Pending, p)}, noon),
		"wish-bulk":           p.wished([]proposal{approving("D-512", p), approving("D-513", p)}, noon),
	}
}

func TestCards(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		all := scenes(testPen(lang))
		maps.Copy(all, clickable(cardBot(t), lang))
		for name, m := range all {
			t.Run(name+"."+lang, func(t *testing.T) {
				var got bytes.Buffer
				e := json.NewEncoder(&got)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				if err := e.Encode(render(m)); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join("testdata", "cards", name+"."+lang+".json")
				if *update {
					if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestCardsKeepMattermostsLimits(t *testing.T) {
	for name, m := range scenes(testPen("fr")) {
		for _, a := range attachments(m) {
			if err := a.IsValid(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if len([]rune(a.Text)) > 4000 || len([]rune(a.Footer)) > 300 || a.Fallback == "" {
				t.Errorf("%s: %d characters of text, %d of footer", name, len(a.Text), len(a.Footer))
			}
		}
		if m.Line == "" {
			t.Errorf("%s has no line", name)
		}
	}
}

func anAction(text string) desk.Action {
	a, _ := desk.ParseAction(text)
	return a
}

// ending is a request that was carried out and gave a last day, which is near.
func ending(text string) desk.Request {
	r := alias(desk.Settled)
	r.Action, _ = desk.ParseAction(text)
	r.Noticed = true
	return r
}

// rulebook is a request for another rule book.
func rulebook() desk.Request {
	b := desk.Book{Name: "plus large", Files: []desk.BookFile{{Name: "a.yaml", Text: "rules: []"}}}
	r := alias(desk.Waiting)
	r.Owner, r.Action = "", desk.Action{Verb: desk.RulesActivate, Args: "book=" + b.Digest() + " from=0123abcd"}
	r.Proposal = &desk.Proposal{Book: b, Difference: desk.Difference{Requests: 1200, Today: 3, Lost: 2, Shifts: []desk.Shift{
		{Verb: desk.QuotaSet, Kind: desk.Gains, Was: desk.Verdict{Outcome: desk.Denied}, Is: desk.Verdict{Outcome: desk.Pending, Rule: "own-quota"}, Requests: 12, People: 9, Open: 1, Some: []desk.ID{"D-9"}},
		{Verb: desk.AliasAdd, Kind: desk.Others, Was: desk.Verdict{Outcome: desk.Pending, Rule: "own-alias-add"}, Is: desk.Verdict{Outcome: desk.Pending, Rule: "own-alias-add"}, Requests: 4, People: 4, Some: []desk.ID{"D-8"}},
	}}}
	return r
}
