package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

// wholeHouse has one account that differs in several ways, and a past.
func wholeHouse(t *testing.T) *house {
	person, account := bob()
	person.Name, person.Unit, person.Manager, person.Unlisted, person.Mail = "Bob Morane", "PHY", "eve", true, "robert@u.fr"
	account.Name, account.COS, account.Used, account.Aliases = "Bob M.", "s_etudiant", 3<<30, []desk.Address{"b@u.fr"}
	h := newHouse(t, policy(), []desk.Person{person, {UID: "carol", Affiliation: "faculty"}}, []desk.Account{account})
	give := func(verb desk.Verb, args map[string]string) {
		t.Helper()
		rules := h.desk.Rules
		h.desk.Rules = answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
		a, err := desk.NewAction(verb, "bob@u.fr", args)
		h.must(err)
		h.loads++
		_, err = h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: fmt.Sprint("give", h.loads)})
		h.must(err)
		h.must(h.executor.Sweep(t.Context()))
		h.desk.Rules = rules
	}
	give(desk.QuotaSet, map[string]string{"size": "9G"})
	give(desk.AliasAdd, map[string]string{"alias": "c@u.fr"})
	give(desk.AliasAdd, map[string]string{"alias": "d@u.fr"})
	give(desk.AliasRemove, map[string]string{"alias": "d@u.fr"})
	h.must(h.desk.Import(t.Context(), "seed", desk.Grant{To: "carol", Domains: []string{"u.fr"}}, desk.Grant{To: "bob", Domains: []string{"u.fr"}}))
	return h
}

func lines(w desk.Whole) (said []string) {
	for _, s := range w.Sides {
		said = append(said, strings.Join([]string{s.Name, s.Directory, s.Partage, s.Journal, string(s.Equality), string(s.Cause)}, "|"))
	}
	return said
}

func TestAllThatIsSaidOfAnAccount(t *testing.T) {
	h := wholeHouse(t)
	w, err := h.desk.Whole(t.Context(), "odile", desk.Chat, "bob")
	h.must(err)
	want := []string{
		"person|bob|bob||same|", "name|Bob Morane|Bob M.||differs|", "address|robert@u.fr|bob@u.fr||differs|mail.lacking",
		"aliases||b@u.fr, c@u.fr|c@u.fr (D-2)|same|", "affiliation|faculty|s_etudiant||differs|class.other", "unit|PHY|||alone|", "manager|eve|||alone|",
		"state|A|active||same|", "book|hidden|shown||differs|book.shown", "quota|4G|9G|9G (D-1)|same|", "used||3G||alone|", "forward||||alone|", "seen||||alone|", "until||||alone|",
	}
	if diff := cmp.Diff(want, lines(w)); diff != "" {
		t.Error(diff)
	}
	if len(w.Requests) != 4 || w.Requests[0].ID != "D-4" || len(w.Events) == 0 || len(w.Gaps) != 3 || w.Owner.UID != "bob" || w.Differences() != 4 {
		t.Errorf("%d requests, %d events, %d gaps of %q, %d differences", len(w.Requests), len(w.Events), len(w.Gaps), w.Owner.UID, w.Differences())
	}
	if w.Directory.IsZero() || w.Partage.IsZero() {
		t.Error("no time")
	}
}

// Each verb of reading that the rules take away takes its part away.
func TestWhatTheReaderMayNotSeeIsNotSaid(t *testing.T) {
	h := wholeHouse(t)
	see := func(verbs ...desk.Verb) (desk.Whole, error) {
		h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
			for _, v := range verbs {
				if f.Action.Verb == v {
					return desk.Decision{Outcome: desk.Allowed}
				}
			}
			return desk.Decision{Outcome: desk.Denied}
		})
		return h.desk.Whole(t.Context(), "carol", desk.Chat, "bob@u.fr")
	}
	if _, err := see(); desk.KindOf(err) != desk.NotFound {
		t.Errorf("an account that may not be seen: %v", err)
	}
	if _, err := see(desk.AccountWhole, desk.HistoryShow); desk.KindOf(err) != desk.NotFound {
		t.Errorf("an account that may not be shown: %v", err)
	}
	w, err := see(desk.AccountShow)
	h.must(err)
	for _, s := range w.Sides {
		if s.Directory+s.Journal != "" || s.Equality != desk.Reserved || s.Cause != "" {
			t.Errorf("said %+v", s)
		}
	}
	if w.Owner.Known() || w.Gaps != nil || w.Requests != nil || w.Events != nil || w.Holds != nil || len(w.Acts) != 1 {
		t.Errorf("whole %+v", w)
	}
	w, err = see(desk.AccountShow, desk.HistoryShow)
	if h.must(err); len(w.Requests) != 4 || w.Gaps != nil || w.Sides[0].Directory != "" {
		t.Errorf("with the history: %+v", w)
	}
	w, err = see(desk.AccountShow, desk.AccountWhole)
	if h.must(err); w.Requests != nil || w.Events != nil || len(w.Gaps) != 3 || len(w.Holds) != 0 || w.Owner.Delegations != nil || w.Gaps[2].Has != "" {
		t.Errorf("without the history: %+v", w)
	}
	w, err = see(desk.AccountShow, desk.AccountWhole, desk.DelegationShow)
	if h.must(err); len(w.Holds) != 1 || len(w.Acts) != 2 {
		t.Errorf("with rights: %v %v", w.Holds, w.Acts)
	}
}

// What was about another mailbox at the same address is of no concern.
func TestTheWholeIsOfTheMailbox(t *testing.T) {
	h := wholeHouse(t)
	delete(h.office.accounts, "id-bob")
	_, account := bob()
	account.ID = "id-new"
	h.office.accounts["id-new"] = account
	h.load()
	w, err := h.desk.Whole(t.Context(), "odile", desk.Chat, "bob@u.fr")
	if h.must(err); len(w.Requests)+len(w.Events) != 0 || w.Sides[9].Journal != "" {
		t.Errorf("%v %v %+v", w.Requests, w.Events, w.Sides[9])
	}
}
