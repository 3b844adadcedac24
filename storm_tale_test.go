package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// stormClass is the class of service that every tale gives.
const stormClass = "s_univ-strasbourg_heberge"

// A tale is what is asked about one account, one action after the other, each
// of which finds what it needs once those before it are done.
type tale struct {
	Home    desk.Address
	Actions []string
	Refused string // the method that Partage refuses on this account: the tale ends broken, without effect
}

// key is what the nth action is asked under: asked again, it is the same request.
func (t tale) key(n int) string { return fmt.Sprintf("%s %d", t.Home, n) }

// wholeLife uses each verb. AT is where the account is by then.
var wholeLife = strings.Split(`alias.add AT alias=ALIAS
quota.set AT size=20G
account.forward AT to=somebody@example.org
account.hide AT
account.profile AT title=Orage
account.rename AT to=OTHER
alias.remove AT alias=ALIAS
alias.renew AT alias=ALIAS until=DAY
alias.remove AT alias=ALIAS
account.lock AT
account.activate AT
account.unhide AT
account.profile AT title=none
account.cos AT cos=CLASS
account.delete AT
account.restore AT
account.forward AT to=none
account.close AT
account.activate AT
account.rename AT to=HOME`, "\n")

// refusals are lives that Partage cuts short: of several steps, the first are
// taken back.
var refusals = []tale{
	{Actions: []string{"quota.set AT size=20G"}, Refused: "ModifyAccount"},
	{Actions: []string{"account.delete AT"}, Refused: "RenameAccount"},
}

// tellTales makes lives for that many actions at least, on accounts that nothing
// has happened to, of all the domains in turn. One in ten is refused.
func tellTales(accounts []desk.Account, actions int) (tales []tale) {
	for n, a := range accounts {
		if actions <= 0 {
			break
		}
		t := tale{Home: a.Address, Actions: wholeLife}
		if n%10 == 9 {
			t = refusals[n/10%len(refusals)]
			t.Home = a.Address
		}
		other := fmt.Sprintf("orage-%d@%s", n, a.Address.Domain())
		names := strings.NewReplacer("ALIAS", fmt.Sprintf("alias-%d@%s", n, a.Address.Domain()), "OTHER", other, "HOME", string(t.Home), "CLASS", stormClass, "DAY", time.Now().AddDate(0, 6, 0).Format(time.DateOnly))
		at, told := string(t.Home), []string(nil)
		for _, action := range t.Actions {
			told = append(told, strings.ReplaceAll(names.Replace(action), "AT", at))
			if strings.HasSuffix(action, "OTHER") {
				at = other
			}
		}
		t.Actions = told
		actions -= len(told)
		tales = append(tales, t)
	}
	return tales
}

// inTurn orders the accounts so that the domains come in turn.
func inTurn(accounts []desk.Account) (ordered []desk.Account) {
	byDomain := map[string][]desk.Account{}
	for _, a := range accounts {
		byDomain[a.Address.Domain()] = append(byDomain[a.Address.Domain()], a)
	}
	for len(ordered) < len(accounts) {
		for _, domain := range slices.Sorted(maps.Keys(byDomain)) {
			if rest := byDomain[domain]; len(rest) > 0 {
				ordered, byDomain[domain] = append(ordered, rest[0]), rest[1:]
			}
		}
	}
	return ordered
}

// after is the account as the whole life leaves it.
func (t tale) after(a desk.Account) desk.Account {
	if t.Refused == "" {
		a.Quota, a.COS = 20<<30, stormClass
	}
	return a
}

// apart are the verbs that make or end a mailbox, are on two, cannot be read back, or
// change Partage only where time has: what is counted of a storm is mailboxes that
// stay. See verbs_coming_test.go, and TestAMailboxEndsAndComesBack.
var apart = []desk.Verb{desk.AccountRenew, desk.AccountCreate, desk.AccountPurge, desk.AliasMove, desk.AccountShare, desk.AccountUnshare}

// The lives use every other verb that changes Partage.
func TestTheStormUsesEveryVerb(t *testing.T) {
	told := strings.Join(wholeLife, "\n")
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); spec.Changes && !spec.Governs && !slices.Contains(apart, verb) && !strings.Contains(told, string(verb)+" ") {
			t.Errorf("%s is not in the storm", verb)
		}
	}
}
