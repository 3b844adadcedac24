package phrase

import (
	"slices"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// An intent is one line of the schema. Its slots are in the order in which they
// are asked for: "*" may hold several values, "?" may be left out.
type intent struct {
	name  string
	class byte // Q asks, C changes, D destroys
	slots string
	verb  desk.Verb // what the house does, "" as long as it cannot
	on    string    // the slot that is the target
}

// intents is the schema. A verb that the house learns is one word here.
var intents = []intent{
	{"alias.add", 'C', "alias* account until?", desk.AliasAdd, "account"},
	{"alias.remove", 'D', "alias* account?", desk.AliasRemove, "account"},
	{"alias.list", 'Q', "account", desk.AccountShow, "account"},
	{"alias.move", 'D', "alias account to", desk.AliasMove, "account"},
	{"alias.renew", 'C', "alias* account? until?", desk.AliasRenew, "account"},
	{"quota.set", 'C', "account* size delta? until?", desk.QuotaSet, "account"},
	{"quota.show", 'Q', "account", desk.AccountShow, "account"},
	{"cos.set", 'C', "account* cos until?", desk.AccountCOS, "account"},
	{"account.create", 'C', "address owner? cos? size? until? name?", desk.AccountCreate, "address"},
	{"account.delete", 'D', "account", desk.AccountDelete, "account"},
	{"account.restore", 'C', "account", desk.AccountRestore, "account"},
	{"account.renew", 'C', "account until?", desk.AccountRenew, "account"},
	{"account.share", 'C', "account with*", desk.AccountShare, "account"},
	{"account.unshare", 'D', "account with", desk.AccountUnshare, "account"},
	{"account.whole", 'Q', "account", desk.AccountWhole, "account"},
	{"account.show", 'Q', "account", desk.AccountShow, "account"},
	{"address.who", 'Q', "address", desk.AddressShow, "address"},
	{"address.check", 'Q', "address", desk.AddressShow, "address"},
	{"list.create", 'C', "list owner?", desk.ListCreate, "list"},
	{"list.delete", 'D', "list", desk.ListDelete, "list"},
	{"list.add", 'C', "list member*", desk.ListAdd, "list"},
	{"list.remove", 'C', "list member*", desk.ListRemove, "list"},
	{"list.members", 'Q', "list", desk.ListShow, "list"},
	{"group.create", 'C', "group member*?", desk.GroupCreate, "group"},
	{"group.delete", 'D', "group", desk.ListDelete, "group"},
	{"group.add", 'C', "group member*", desk.ListAdd, "group"},
	{"group.remove", 'C', "group member*", desk.ListRemove, "group"},
	{"group.members", 'Q', "group", desk.ListShow, "group"},
	{"request.list", 'Q', "scope", desk.RequestList, ""},
	{"request.show", 'Q', "request", desk.RequestShow, "request"},
	{"request.approve", 'C', "request", desk.RequestApprove, "request"},
	{"request.reject", 'C', "request reason?", desk.RequestReject, "request"},
	{"request.cancel", 'C', "request", desk.RequestCancel, "request"},
	{"history.show", 'Q', "target since?", desk.HistoryShow, "target"},
	{"rights.grant", 'C', "account domain action? until?", desk.DelegationGrant, "account"},
	{"rights.revoke", 'D', "account domain", desk.DelegationRevoke, "account"},
	{"rights.show", 'Q', "account? domain?", "", ""},
	{"rights.explain", 'Q', "account action domain? target?", "", ""},
	{"drift.show", 'Q', "domain?", desk.DriftShow, ""},
	{"drift.fix", 'C', "drift", "", ""},
	{"stats.show", 'Q', "metric domain?", desk.FiguresShow, "domain"},
	{"status.show", 'Q', "", "", ""},
	{"domain.list", 'Q', "account?", "", ""},
	{"help", 'Q', "topic?", desk.Help, "topic"},
}

// A slot of an intent.
type slot struct {
	name           string
	many, optional bool
}

// schema is the same table by name, its slots cut apart.
var schema = sync.OnceValue(func() map[string][]slot {
	table := map[string][]slot{}
	for _, in := range intents {
		slots := []slot{}
		for name := range strings.FieldsSeq(in.slots) {
			slots = append(slots, slot{strings.TrimRight(name, "*?"), strings.Contains(name, "*"), strings.HasSuffix(name, "?")})
		}
		table[in.name] = slots
	}
	return table
})

func slotsOf(name string) []slot { return schema()[name] }

func intentOf(name string) (intent, bool) {
	for _, in := range intents {
		if in.name == name {
			return in, true
		}
	}
	return intent{}, false
}

// Verb is what the house does for an intent, "" as long as it cannot.
func Verb(intent string) desk.Verb { in, _ := intentOf(intent); return in.verb }

// Takes says that an intent has a slot of that name.
func Takes(intent, name string) bool {
	return slices.ContainsFunc(slotsOf(intent), func(s slot) bool { return s.name == name })
}

// First is the first value of a slot, "" if it has none.
func (f Frame) First(slot string) string {
	if values := f.Slots[slot]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Changes tells whether the frame asks for a change, Destroys whether that
// change takes something away for good.
func (f Frame) Changes() bool { in, _ := intentOf(f.Intent); return in.class == 'C' || in.class == 'D' }

// Destroys tells whether the address must be typed to confirm.
func (f Frame) Destroys() bool { in, _ := intentOf(f.Intent); return in.class == 'D' }
