package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
)

// bob and his mailbox differ in nothing.
func bob() (desk.Person, desk.Account) {
	return desk.Person{UID: "bob", Name: "Bob Morane", EPPN: "bob@u.fr", Mail: "bob@u.fr", Affiliation: "faculty", MailState: "A"},
		desk.Account{ID: "id-bob", Address: "bob@u.fr", Owner: "bob", Status: desk.Active, COS: "s_personnel", Quota: 8 << 30}
}

// made is what closes a gap by a verb that this program may not have yet.
func made(gap, repair string) string {
	if _, err := desk.ParseAction(repair); err != nil {
		return gap + "?"
	}
	return gap + repair
}

func TestEachCauseIsFoundWithItsRepair(t *testing.T) {
	type change struct {
		person  func(*desk.Person)
		account func(*desk.Account)
		others  []desk.Account
		also    []desk.Person
		config  func(*drift.Config)
		want    []string
	}
	for name, tt := range map[string]change{
		"nothing":                  {},
		"person gone":              {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, want: []string{"person.gone bob@u.fr -> account.delete bob@u.fr"}},
		"person gone, closed":      {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, config: func(c *drift.Config) { c.Leavers = "close" }, want: []string{"person.gone bob@u.fr -> account.close bob@u.fr"}},
		"person gone, is closed":   {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, account: func(a *desk.Account) { a.Status = desk.Closed }, config: func(c *drift.Config) { c.Leavers = "close" }},
		"person gone, locked":      {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, config: func(c *drift.Config) { c.Leavers = "lock" }, want: []string{"person.gone bob@u.fr -> account.lock bob@u.fr"}},
		"person gone, is locked":   {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, account: func(a *desk.Account) { a.Status = desk.Locked }, config: func(c *drift.Config) { c.Leavers = "lock" }},
		"person gone, reported":    {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, config: func(c *drift.Config) { c.Leavers = "report" }, want: []string{"person.gone bob@u.fr -> ?"}},
		"deleted by us":            {person: func(p *desk.Person) { p.UID, p.Mail, p.MailState = "other", "", "I" }, account: func(a *desk.Account) { a.Address = a.Trash() }},
		"of nobody":                {person: func(p *desk.Person) { p.MailState = "I" }, account: func(a *desk.Account) { a.Owner = "" }},
		"no account":               {account: func(a *desk.Account) { a.Owner, a.Address = "", "service@u.fr" }, want: []string{made("account.none bob@u.fr -> ", "account.create bob@u.fr cos=s_personnel person=bob")}},
		"no account, not said":     {person: func(p *desk.Person) { p.MailState = "" }, account: func(a *desk.Account) { a.Owner, a.Address = "", "service@u.fr" }, want: []string{made("account.none bob@u.fr -> ", "account.create bob@u.fr cos=s_personnel person=bob")}},
		"no account, no name":      {person: func(p *desk.Person) { p.Name = "" }, account: func(a *desk.Account) { a.Owner, a.Address = "", "service@u.fr" }, want: []string{"account.none bob@u.fr -> ?"}},
		"no account, taken":        {account: func(a *desk.Account) { a.Owner = "" }, want: []string{"account.none bob@u.fr -> ?"}},
		"no account, not served":   {person: func(p *desk.Person) { p.Mail = "bob@v.fr" }, account: func(a *desk.Account) { a.Owner = "" }, want: []string{"account.none bob@v.fr -> ?"}},
		"no account, not due":      {person: func(p *desk.Person) { p.MailState = "S" }, account: func(a *desk.Account) { a.Owner, a.Address = "", "service@u.fr" }},
		"mail elsewhere, not said": {person: func(p *desk.Person) { p.MailState, p.Mail = "", "bob@other.org" }, account: func(a *desk.Account) { a.Owner = "" }},
		"two accounts": {others: []desk.Account{{ID: "id-2", Address: "zbob@u.fr", Owner: "bob", Status: desk.Active, COS: "s_personnel"}},
			want: []string{"account.twice zbob@u.fr -> ?"}},
		"class of students":     {account: func(a *desk.Account) { a.COS = "s_etudiant" }, want: []string{"class.other bob@u.fr -> account.cos bob@u.fr cos=s_personnel"}},
		"another class of ours": {account: func(a *desk.Account) { a.COS = "l_personnel" }},
		"class, none to give":   {account: func(a *desk.Account) { a.COS = "x" }, config: func(c *drift.Config) { c.Populations[1].Class = "" }, want: []string{"class.other bob@u.fr -> ?"}},
		"of no population":      {person: func(p *desk.Person) { p.Affiliation = "" }, account: func(a *desk.Account) { a.COS = "x" }},
		"address lacking":       {person: func(p *desk.Person) { p.Mail = "robert@u.fr" }, want: []string{"mail.lacking bob@u.fr -> alias.add bob@u.fr alias=robert@u.fr"}},
		"address as alias":      {person: func(p *desk.Person) { p.Mail = "robert@u.fr" }, account: func(a *desk.Account) { a.Aliases = []desk.Address{"robert@u.fr"} }},
		"address of others":     {person: func(p *desk.Person) { p.Mail = "robert@other.org" }},
		"address in two places": {person: func(p *desk.Person) { p.Mail = "robert@u.fr" }, others: []desk.Account{{ID: "id-2", Address: "robert@u.fr", Status: desk.Active}},
			want: []string{"mail.elsewhere bob@u.fr -> ?"}},
		"address of two people": {person: func(p *desk.Person) { p.Mail = "robert@u.fr" },
			also:   []desk.Person{{UID: "carol", Mail: "robert@u.fr", Affiliation: "faculty", MailState: "A"}},
			others: []desk.Account{{ID: "id-2", Address: "carol@u.fr", Owner: "carol", Status: desk.Active, COS: "s_personnel", Quota: 8 << 30}},
			want:   []string{"mail.elsewhere bob@u.fr -> ?", "mail.elsewhere carol@u.fr -> ?"}},
		"address of somebody without account": {person: func(p *desk.Person) { p.Mail = "robert@u.fr" },
			also: []desk.Person{{UID: "carol", Mail: "robert@u.fr", MailState: "A"}},
			want: []string{"mail.elsewhere bob@u.fr -> ?", "account.none robert@u.fr -> ?"}},
		"red list":                    {person: func(p *desk.Person) { p.Unlisted = true }, want: []string{"book.shown bob@u.fr -> account.hide bob@u.fr"}},
		"red list, hidden":            {person: func(p *desk.Person) { p.Unlisted = true }, account: func(a *desk.Account) { a.Hidden = true }},
		"little space":                {account: func(a *desk.Account) { a.Quota = 1 << 30 }, want: []string{"quota.low bob@u.fr -> quota.set bob@u.fr size=4G"}},
		"no limit of space":           {account: func(a *desk.Account) { a.Quota = 0 }},
		"little space of other class": {account: func(a *desk.Account) { a.COS, a.Quota = "s_etudiant", 1<<30 }, want: []string{"class.other bob@u.fr -> account.cos bob@u.fr cos=s_personnel"}},
		"inactive and open":           {person: func(p *desk.Person) { p.MailState = "I" }, want: []string{"still.open bob@u.fr -> account.close bob@u.fr"}},
		"inactive and locked":         {person: func(p *desk.Person) { p.MailState = "I" }, account: func(a *desk.Account) { a.Status = desk.Locked }, want: []string{"still.open bob@u.fr -> account.close bob@u.fr"}},
		"suspended and open":          {person: func(p *desk.Person) { p.MailState = "S" }, want: []string{"still.open bob@u.fr -> account.lock bob@u.fr"}},
		"suspended and locked":        {person: func(p *desk.Person) { p.MailState = "S" }, account: func(a *desk.Account) { a.Status = desk.Locked }},
		"suspended and closed":        {person: func(p *desk.Person) { p.MailState = "S" }, account: func(a *desk.Account) { a.Status = desk.Closed }},
		"active and locked":           {account: func(a *desk.Account) { a.Status = desk.Locked }, want: []string{"still.shut bob@u.fr -> ?"}},
		"active and in maintenance":   {account: func(a *desk.Account) { a.Status = "maintenance" }},
		"state unknown":               {person: func(p *desk.Person) { p.MailState = "" }, account: func(a *desk.Account) { a.Status = desk.Closed }},
		"ignored":                     {person: func(p *desk.Person) { p.MailState = "I" }, config: func(c *drift.Config) { c.Ignore = []desk.GapCause{desk.StillOpen} }},
		"several": {person: func(p *desk.Person) { p.MailState, p.Unlisted = "S", true }, account: func(a *desk.Account) { a.COS = "s_etudiant" },
			want: []string{"still.open bob@u.fr -> account.lock bob@u.fr", "class.other bob@u.fr -> account.cos bob@u.fr cos=s_personnel", "book.shown bob@u.fr -> account.hide bob@u.fr"}},
		"an address that cannot be said": {account: func(a *desk.Account) { a.Address, a.Owner = "é@u.fr", "gone" }, person: func(p *desk.Person) { p.MailState = "I" }, want: []string{"person.gone é@u.fr -> ?"}},
	} {
		t.Run(name, func(t *testing.T) {
			person, account := bob()
			c := policy()
			if tt.person != nil {
				tt.person(&person)
			}
			if tt.account != nil {
				tt.account(&account)
			}
			if tt.config != nil {
				tt.config(&c)
			}
			h := newHouse(t, c, append(tt.also, person), append(tt.others, account))
			if diff := cmp.Diff(tt.want, h.gaps()); diff != "" {
				t.Error(diff)
			}
			h.sameOneByOne()
		})
	}
}

// sameOneByOne: what can be repaired is found again by looking at the one account.
func (h *house) sameOneByOne() {
	h.Helper()
	for g := range h.desk.Drift.Gaps(h.mirror) {
		var one []string
		for _, o := range h.desk.Drift.GapsOf(h.mirror, h.office.accounts[g.Mailbox], h.mirror.Person(g.Owner)) {
			one = append(one, o.Digest())
		}
		if g.Repairable() && !strings.Contains(strings.Join(one, " "), g.Digest()) {
			h.Errorf("%s is not found by looking at one account", line(g))
		}
		if !g.Repairable() && (g.Risk != "" || g.Cost != 0) {
			h.Errorf("%s has a risk and a cost, and no repair", line(g))
		}
		if g.Repairable() && g.Risk == "" {
			h.Errorf("%s has no risk", line(g))
		}
	}
}

func TestWhatWasGivenAndIsNotThere(t *testing.T) {
	person, account := bob()
	h := newHouse(t, policy(), []desk.Person{person}, []desk.Account{account})
	give := func(verb desk.Verb, alias string) {
		a, err := desk.NewAction(verb, "bob@u.fr", map[string]string{"alias": alias})
		h.must(err)
		h.desk.Rules = answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
		_, err = h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: fmt.Sprint(verb, alias)})
		h.must(err)
		h.must(h.executor.Sweep(t.Context()))
	}
	give(desk.AliasAdd, "b@u.fr")
	give(desk.AliasAdd, "c@u.fr")
	give(desk.AliasRemove, "c@u.fr")
	if gaps := h.gaps(); gaps != nil {
		t.Errorf("what was given is there, and is missed: %q", gaps)
	}
	lost := h.office.accounts["id-bob"]
	lost.Aliases = nil
	h.office.accounts["id-bob"] = lost
	h.load()
	if diff := cmp.Diff([]string{"alias.lost bob@u.fr -> alias.add bob@u.fr alias=b@u.fr"}, h.gaps()); diff != "" {
		t.Error(diff)
	}
	h.sameOneByOne()
	h.office.accounts["id-2"] = desk.Account{ID: "id-2", Address: "b@u.fr", Status: desk.Active}
	h.load()
	if diff := cmp.Diff([]string{"alias.lost bob@u.fr -> ?"}, h.gaps()); diff != "" {
		t.Error(diff)
	}
}

// The digest of a gap is of all that makes it one.
func TestADigestIsOfAllThatMakesTheGap(t *testing.T) {
	base := desk.Gap{Cause: desk.ClassOther, Address: "bob@u.fr", Mailbox: "id", Owner: "bob", Says: "a", Has: "b", Repair: desk.Action{Verb: desk.AccountCOS, Target: "bob@u.fr", Args: "cos=a"}}
	seen := map[string]bool{base.Digest(): true}
	for _, change := range []func(*desk.Gap){
		func(g *desk.Gap) { g.Cause = desk.QuotaLow }, func(g *desk.Gap) { g.Address = "c@u.fr" }, func(g *desk.Gap) { g.Mailbox = "id2" }, func(g *desk.Gap) { g.Owner = "carol" },
		func(g *desk.Gap) { g.Says = "ab" }, func(g *desk.Gap) { g.Has = "" }, func(g *desk.Gap) { g.Repair.Args = "cos=c" }, func(g *desk.Gap) { g.Says, g.Has = "ab", "" },
	} {
		g := base
		if change(&g); seen[g.Digest()] {
			t.Errorf("%+v has the digest of another", g)
		}
		seen[g.Digest()] = true
	}
	g := base
	if g.Cost, g.Risk, g.Population = 5, desk.HighRisk, "staff"; g.Digest() != base.Digest() {
		t.Error("a tariff makes it another gap")
	}
}
