package phrase

import "slices"

// nested is the intent of an action that is only spoken of: "créer des listes".
func nested(act, thing string) string {
	verb := ""
	switch act {
	case "create", "add", "give", "have", "make", "put", "include", "subscribe", "accord", "need", "point":
		verb = "add"
	case "remove", "unsubscribe", "revoke":
		verb = "remove"
	case "set", "raise", "lower", "move", "shift":
		verb = "set"
	case "show":
		verb = "show"
	case "grant":
		verb = "grant"
	default:
		verb = act
	}
	if name := deedsOn[act+" "+thing]; name != "" {
		return name
	}
	return deedsOn[verb+" "+thing]
}

// deedsOn names the action that a kind of act does on a thing.
var deedsOn = map[string]string{
	"add alias": "alias.add", "remove alias": "alias.remove", "set alias": "alias.add", "show alias": "alias.list",
	"add quota": "quota.set", "set quota": "quota.set", "show quota": "quota.show", "add storage": "quota.set", "set storage": "quota.set",
	"set cos": "cos.set", "add cos": "cos.set",
	"add account": "account.create", "remove account": "account.delete", "restore account": "account.restore", "show account": "account.show",
	"show card": "account.show", "set account": "quota.set",
	"add list": "list.create", "remove list": "list.delete", "show list": "list.members",
	"add group": "group.create", "remove group": "group.delete", "show group": "group.members",
	"add member": "list.add", "remove member": "list.remove", "add person": "list.add", "remove person": "list.remove", "show member": "list.members",
	"approve request": "request.approve", "reject request": "request.reject", "cancel request": "request.cancel", "show request": "request.show",
	"add rights": "rights.grant", "grant rights": "rights.grant", "remove rights": "rights.revoke", "show rights": "rights.show",
	"add role": "rights.grant", "grant role": "rights.grant", "remove role": "rights.revoke", "grant domain": "rights.grant",
	"move alias": "alias.move", "shift alias": "alias.move", "renew alias": "alias.renew", "renew account": "account.renew",
	"share account": "account.share", "unshare account": "account.unshare", "add share": "account.share", "grant share": "account.share", "remove share": "account.unshare",
	"fix drift": "drift.fix", "show drift": "drift.show", "show history": "history.show", "show address": "address.who",
}

// makes are the acts that bring something new into being, or give it.
var (
	makes  = []string{"create", "add", "need", "have", "want", "put", "give", "make"}
	gives  = []string{"add", "create", "give", "set", "put", "have", "need", "want", "point", "make", "become", "include", "accord", "subscribe"}
	grants = []string{"add", "give", "set", "put", "have", "need", "want", "make", "become", "accord"}
	sizing = []string{"set", "raise", "lower", "add", "give", "put", "have", "need", "want", "make", "accord", "become", "remove"}
)

// intent is what the order is about, "" with what to ask if that is not said.
func (m *mention) intent() (name, askFor string) {
	act := m.act()
	if len(m.acts) > 1 {
		return "", AskIntent
	}
	switch act {
	case "approve", "reject", "cancel":
		return m.aboutRequest(act)
	case "renew":
		return m.aboutEnd()
	case "fix":
		if m.any(aDrift) != nil || m.noun("drift") != nil {
			return "drift.fix", ""
		}
		return "", AskIntent
	}
	if act == "share" || act == "unshare" || m.noun("share") != nil {
		return m.aboutShare(act)
	}
	if name, askFor, ok := m.aboutRights(act); ok {
		return name, askFor
	}
	if name, ok := m.aboutMembers(act); ok {
		return name, ""
	}
	if m.aboutAlias() {
		switch {
		case act == "remove":
			return "alias.remove", ""
		case act == "move" || act == "shift" || act == "set" && m.between():
			return "alias.move", ""
		case slices.Contains(gives, act):
			return "alias.add", ""
		}
		return "", AskIntent
	}
	return m.aboutThing(act)
}

func (m *mention) aboutRequest(act string) (string, string) {
	if act == "cancel" && m.noun("request") == nil && m.any(aRequest) == nil {
		return "", AskIntent
	}
	return "request." + act, ""
}

// aboutEnd reads what is to last longer.
func (m *mention) aboutEnd() (name, askFor string) {
	switch {
	case m.aboutAlias():
		return "alias.renew", ""
	case m.direct() == "account":
		return "account.renew", ""
	case m.direct() == "" || m.direct() == "address":
		return "", AskObject
	}
	return "", AskIntent
}

// aboutShare reads who may open the mailbox of nobody, or no more.
func (m *mention) aboutShare(act string) (name, askFor string) {
	switch {
	case m.noun("list", "group", "domain", "alias", "rights", "role") != nil:
		return "", AskIntent
	case m.noun("account") == nil:
		return "", AskObject
	case act == "unshare", (act == "remove" || act == "revoke") && m.direct() == "share":
		return "account.unshare", ""
	case act == "share", (slices.Contains(grants, act) || act == "grant" || act == "create") && m.direct() == "share":
		return "account.share", ""
	}
	return "", AskIntent
}

// between tells whether something goes from somebody to somebody.
func (m *mention) between() bool {
	from, to := false, false
	for _, it := range m.items {
		person := it.thing != "alias" && it.values[0].person()
		from, to = from || person && it.prep == "of", to || person && it.prep == "to"
	}
	return from && to
}

// aboutRights reads what gives or takes rights over a domain.
func (m *mention) aboutRights(act string) (name, askFor string, ok bool) {
	spoken := m.noun("rights", "role") != nil
	switch {
	case act == "revoke":
		return "rights.revoke", "", true
	case act == "remove" && spoken:
		return "rights.revoke", "", true
	case act == "grant":
		return "rights.grant", "", true
	case spoken && slices.Contains(grants, act):
		return "rights.grant", "", true
	case spoken:
		return "", AskIntent, true
	}
	return "", "", false
}

// aboutMembers reads who enters a list or a group, or leaves it.
func (m *mention) aboutMembers(act string) (string, bool) {
	thing := "list"
	n := m.noun("list", "group")
	if n != nil {
		thing = n.thing
	}
	switch act {
	case "subscribe":
		return thing + ".add", true
	case "unsubscribe":
		return thing + ".remove", true
	case "add", "put", "set", "include", "have", "give":
		if n != nil && n.prep == "" && n.filled && !n.late && len(m.free()) == 1 && m.free()[0].prep == "" && m.free()[0].late {
			return thing + ".add", true
		}
		if n != nil && (n.prep == "to" || n.prep == "on" || n.prep == "of" && m.noun("member") != nil) {
			return thing + ".add", true
		}
	case "remove":
		if n != nil && (n.prep == "of" || n.prep == "on" || n.prep == "to") && !m.deedOf(n) {
			return thing + ".remove", true
		}
	}
	return "", false
}

// deedOf tells whether the noun is what the deed is done to: "suppression de la liste".
func (m *mention) deedOf(n *noun) bool {
	return m.deed && n == &m.nouns[0] && n.prep == "of"
}

// aboutAlias tells whether an alias is what the verb governs.
func (m *mention) aboutAlias() bool {
	n := m.noun("alias")
	return n != nil && (m.direct() == "alias" || n.prep == "as" || m.direct() == "" && (n.prep == "of" || n.prep == "to" || n.prep == "with"))
}

func (m *mention) aboutThing(act string) (string, string) {
	direct := m.direct()
	new := slices.Contains(makes, act)
	switch {
	case direct == "account" && act == "remove" && !m.size():
		return "account.delete", ""
	case direct == "account" && act == "restore":
		return "account.restore", ""
	case direct == "account" && (act == "need" || act == "want" || act == "have") && m.definite:
		return "", AskIntent
	case direct == "account" && new && !(m.size() && m.noun("account").filled && act != "create" && act != "need" && !m.fresh && m.any(aMail) == nil):
		return m.creation(act)
	case (direct == "list" || direct == "group") && act == "remove" && !m.me:
		return direct + ".delete", ""
	case (direct == "list" || direct == "group") && m.creates(act):
		return direct + ".create", ""
	case direct == "list" || direct == "group" || direct == "domain" || direct == "request" || direct == "drift":
		return "", AskIntent
	case m.size() || m.noun("quota", "storage") != nil || m.vague || len(m.numbers) > 0 && m.noun("account", "cos") == nil:
		if n := m.noun("quota"); n != nil && n.prep == "with" && direct == "" {
			return "", AskObject
		}
		if slices.Contains(sizing, act) && (act != "remove" || m.size()) {
			return "quota.set", ""
		}
		return "", AskIntent
	case m.any(aClass) != nil || m.noun("cos") != nil:
		if slices.Contains(sizing, act) && act != "raise" && act != "lower" && act != "remove" && act != "add" {
			return "cos.set", ""
		}
		return "", AskIntent
	case (act == "raise" || act == "lower") && direct == "account":
		return "quota.set", ""
	case direct == "" || direct == "address":
		return "", AskObject
	}
	return "", AskIntent
}

// creates tells whether a list or a group is to be made: "ajoute" may also mean
// that somebody enters it.
func (m *mention) creates(act string) bool {
	switch act {
	case "create":
		return true
	case "need", "want", "have":
		return !m.definite
	case "add":
		for _, it := range m.free() {
			if it.prep == "" && it.late {
				return false
			}
		}
		return m.noun("list", "group").late && !m.me
	}
	return false
}

// creation is a new account, unless "donne un compte" or "put" say it too loosely.
func (m *mention) creation(act string) (string, string) {
	if act == "give" || act == "put" || act == "make" || act == "have" && !m.fresh && m.any(aMail) == nil {
		return "", AskIntent
	}
	return "account.create", ""
}
