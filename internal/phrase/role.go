package phrase

import "strings"

// A role says which values may fill a slot: of which kinds, labelled by which
// things, after which prepositions. "-" is none; what is labelled may come after
// any of them.
type role struct {
	slot   string
	kinds  string // p person, m mail, d domain, c class, r request, e drift
	labels string
	preps  string // without a label; "" if a label is required
	strict string // with a label; "" if any will do
}

const (
	whose = "- to for of on"
	anyOf = "- to for of on by with as"
)

var roles = map[string][]role{
	"alias.add":       {{"alias", "m", "alias", "-", ""}, {"account", "p", "account address owner person", whose + " with", ""}},
	"alias.remove":    {{"alias", "m", "alias", "-", ""}, {"account", "p", "account address owner person", "to for of on -", ""}},
	"alias.move":      {{"alias", "m", "alias", "-", ""}, {"account", "p", "account owner person", "of", "of"}, {"to", "p", "account owner person", "to for on", "to for on"}},
	"alias.renew":     {{"alias", "m", "alias", "-", ""}, {"account", "p", "account owner person", whose, ""}},
	"quota.set":       {{"account", "p", "account quota address storage person", whose, ""}},
	"cos.set":         {{"account", "p", "account cos address person", whose, ""}, {"cos", "c", "cos", anyOf, ""}},
	"account.create":  {{"address", "m", "account address", "-", ""}, {"owner", "p", "owner person", "for by to -", ""}, {"cos", "c", "cos account", anyOf, ""}},
	"account.delete":  {{"account", "p", "account", "- of", ""}},
	"account.restore": {{"account", "p", "account", "- of", ""}},
	"account.renew":   {{"account", "p", "account", "- of", ""}},
	"account.share":   {{"account", "p", "account", "", "- of on to"}, {"with", "p", "account owner person", "- with to for of", "with"}},
	"account.unshare": {{"account", "p", "account", "", "- of on to"}, {"with", "p", "account owner person", "- with to for of", "with"}},
	"list.create":     {{"list", "m", "list address", "-", ""}, {"owner", "p", "owner person", "for by", ""}},
	"group.create":    {{"group", "m", "group address", "-", ""}, {"member", "p", "member person", "with", ""}},
	"list.delete":     {{"list", "m", "list", "-", ""}},
	"group.delete":    {{"group", "m", "group", "-", ""}},
	"list.add":        {{"list", "m", "list", "to on", ""}, {"member", "p", "account address member person", "- for of to", ""}},
	"list.remove":     {{"list", "m", "list", "of on to", ""}, {"member", "p", "account address member person", "- for", ""}},
	"group.add":       {{"group", "m", "group", "", ""}, {"member", "p", "account address member person", "- for of to", ""}},
	"group.remove":    {{"group", "m", "group", "", ""}, {"member", "p", "account address member person", "- for", ""}},
	"request.approve": {{"request", "r", "request", "- of for to", ""}},
	"request.reject":  {{"request", "r", "request", "- of for to", ""}},
	"request.cancel":  {{"request", "r", "request", "- of for to", ""}},
	"rights.grant":    {{"account", "p", "account person role", whose + " as", ""}, {"domain", "d", "domain role rights", whose, ""}},
	"rights.revoke":   {{"account", "p", "account person role", whose, ""}, {"domain", "d", "domain role rights", whose, ""}},
	"drift.fix":       {{"drift", "e", "drift", whose, ""}},
}

// allowed are the nouns that may stand in the order of an intent beside those
// that label its values: any other is not explained.
var allowed = map[string]string{
	"alias.add":       "alias account address owner person",
	"alias.remove":    "alias account address owner person",
	"alias.move":      "alias account owner person",
	"alias.renew":     "alias account owner person",
	"quota.set":       "quota account storage address person",
	"cos.set":         "cos account person",
	"account.create":  "account owner quota cos person address storage",
	"account.delete":  "account person",
	"account.restore": "account person",
	"account.renew":   "account person",
	"account.share":   "share account owner person",
	"account.unshare": "share account owner person",
	"list.create":     "list owner",
	"list.delete":     "list",
	"list.add":        "list member account address person",
	"list.remove":     "list member account address person",
	"group.create":    "group member account owner",
	"group.delete":    "group",
	"group.add":       "group member account address person",
	"group.remove":    "group member account address person",
	"request.approve": "request",
	"request.reject":  "request",
	"request.cancel":  "request",
	"rights.grant":    "rights role domain account person",
	"rights.revoke":   "rights role domain account person",
	"drift.fix":       "drift",
}

func (r role) takes(t *token) bool {
	switch t.kind {
	case aMail:
		return strings.ContainsAny(r.kinds, "pm")
	case aLogin, aName:
		return strings.Contains(r.kinds, "p")
	case aDomain:
		return strings.Contains(r.kinds, "d")
	case aClass:
		return strings.Contains(r.kinds, "c")
	case aRequest:
		return strings.Contains(r.kinds, "r")
	case aDrift:
		return strings.Contains(r.kinds, "e")
	}
	return false
}

func oneOf(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

// fits tells whether the item may fill the slot, and whether its label says so.
func (r role) fits(it *item) (fits, labelled bool) {
	for i := range it.values {
		if !r.takes(&it.values[i]) {
			return false, false
		}
	}
	prep := it.prep
	if prep == "" {
		prep = "-"
	}
	if it.thing != "" && r.strict != "" && !oneOf(r.strict, prep) {
		return false, false
	}
	if it.thing != "" {
		odd := it.thing == "alias" && (it.prep == "to" || it.prep == "for" || it.prep == "on")
		return oneOf(r.labels, it.thing) && !odd, true
	}
	return oneOf(r.preps, prep), false
}
