package partage

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A Method is one of those that public clients are seen to call.
type Method struct {
	Name   string // as in its URL, "zimlet_dl/GetDefinition"
	Does   string // in one line
	Write  bool
	Get    bool // sent by GET, without parameters
	Pages  bool // a listing: Client.Objects reads it whole
	Free   bool // takes any attribute of the object besides Params
	Params []Param
}

// A Param is a parameter of a Method. IsSecret tells whether it may be shown.
type Param struct {
	Name     string
	Required bool
	List     bool // sent as "name[]", once for each value
}

// Methods lists the 40 attested methods, by family.
func Methods() []Method {
	name, alias, account := need("name"), need("alias"), need("account")
	password := []Param{{Name: "password"}, {Name: "userPassword"}}
	paging := []Param{{Name: "limit"}, {Name: "offset"}, {Name: "ldap_query"}}
	recipients := Param{Name: "recipients", Required: true, List: true}
	members := []Param{name, {Name: "members", Required: true, List: true}}
	return []Method{
		{Name: "Auth", Does: "prove that the key is accepted"},
		{Name: "GetAccount", Does: "read an account", Params: []Param{name}},
		{Name: "GetAllAccounts", Does: "list the accounts", Pages: true, Params: slices.Concat(paging, []Param{{Name: "attrs"}, {Name: "sortby"}, {Name: "sortascending"}})},
		{Name: "CreateAccount", Does: "create an account", Write: true, Free: true, Params: slices.Concat([]Param{name}, password)},
		{Name: "ModifyAccount", Does: "change attributes of an account", Write: true, Free: true, Params: []Param{name, password[1]}},
		{Name: "DeleteAccount", Does: "delete an account for good", Write: true, Params: []Param{name}},
		{Name: "RenameAccount", Does: "give an account another name", Write: true, Params: []Param{name, need("newname")}},
		{Name: "SetPassword", Does: "set a clear password and end the sessions", Write: true, Params: []Param{name, need("password")}},
		{Name: "AddAccountAlias", Does: "give an account one more address", Write: true, Params: []Param{name, alias}},
		{Name: "RemoveAccountAlias", Does: "take an address from an account", Write: true, Params: []Param{name, alias}},
		{Name: "GetCos", Does: "read a class of service by its name", Params: []Param{name}},
		{Name: "GetAllCos", Does: "list the classes of service"},
		{Name: "GetDomain", Does: "read the domain"},
		{Name: "CountObjects", Does: "count userAccount, alias, dl or calresource", Params: []Param{need("type")}},
		{Name: "GetAllGroups", Does: "list the groups", Pages: true, Params: paging},
		{Name: "GetGroup", Does: "read a group and its members", Params: []Param{name}},
		{Name: "CreateGroup", Does: "create a group", Write: true, Free: true, Params: []Param{name}},
		{Name: "ModifyGroup", Does: "change attributes of a group", Write: true, Free: true, Params: []Param{name}},
		{Name: "DeleteGroup", Does: "delete a group", Write: true, Params: []Param{name}},
		{Name: "AddDistributionListAlias", Does: "give a group one more address", Write: true, Params: []Param{name, alias}},
		{Name: "RemoveDistributionListAlias", Does: "take an address from a group", Write: true, Params: []Param{name, alias}},
		{Name: "AddGroupMembers", Does: "add members to a group", Write: true, Params: members},
		{Name: "RemoveGroupMembers", Does: "take members out of a group", Write: true, Params: members},
		{Name: "GetSendAsGroup", Does: "list who may send as a group", Params: []Param{name}},
		{Name: "AddSendAsGroup", Does: "let an account send as a group", Write: true, Params: []Param{name, account}},
		{Name: "DeleteSendAsGroup", Does: "no longer let an account send as a group", Write: true, Params: []Param{name, account}},
		{Name: "GetAllResources", Does: "list the calendar resources", Pages: true, Params: slices.Concat(paging, []Param{{Name: "sortby"}})},
		{Name: "GetResource", Does: "read a calendar resource", Params: []Param{name}},
		{Name: "CreateResource", Does: "create a calendar resource", Write: true, Free: true, Params: slices.Concat([]Param{name, need("displayName"), need("zimbraCalResType")}, password)},
		{Name: "ModifyResource", Does: "change attributes of a calendar resource", Write: true, Free: true, Params: []Param{name}},
		{Name: "DeleteResource", Does: "delete a calendar resource", Write: true, Params: []Param{name}},
		{Name: "zimlet_dl/GetDefinition", Does: "read the tree of mailing lists", Get: true},
		{Name: "zimlet_dl/GetHistoryDefinition", Does: "list the trees there were", Get: true},
		{Name: "zimlet_dl/CreateDefinition", Does: "replace the tree of mailing lists", Write: true, Params: []Param{need("definition")}},
		{Name: "zimlet_dl/DeleteDefinition", Does: "delete the tree of mailing lists", Write: true},
		{Name: "account/AddRootShare", Does: "share a whole mailbox", Write: true, Params: []Param{account, recipients, {Name: "rights", List: true}}},
		{Name: "account/RemoveRootShare", Does: "withdraw a share", Write: true, Params: []Param{account, recipients}},
		{Name: "account/RemoveRecipientsFromRootShare", Does: "take recipients out of a share", Write: true, Params: []Param{account, recipients}},
		{Name: "account/AddRootDelegate", Does: "give the recipients of a share a right to send", Write: true, Params: []Param{account, need("right")}},
		{Name: "account/RemoveRootDelegate", Does: "withdraw a right to send", Write: true, Params: []Param{account, need("right")}},
	}
}

func need(name string) Param { return Param{Name: name, Required: true} }

// MethodNamed finds a method. The folder before its name may be left out, and
// case does not matter.
func MethodNamed(name string) (Method, bool) {
	for _, m := range Methods() {
		if strings.EqualFold(m.Name, name) || strings.EqualFold(m.Name[strings.LastIndex(m.Name, "/")+1:], name) {
			return m, true
		}
	}
	return Method{}, false
}

// Subject is the parameter that holds the address of the object, whose domain
// is that of the token; "" when the method is about the domain.
func (m Method) Subject() string {
	for _, p := range m.Params {
		if (p.Name == "name" || p.Name == "account") && m.Name != "GetCos" {
			return p.Name
		}
	}
	return ""
}

// Form checks parameters and writes them as the API has them: lists as "x[]".
// An attribute beyond Params, where Free allows it, is sent as it is named.
func (m Method) Form(params url.Values) (url.Values, error) {
	form := url.Values{}
	for name, values := range params {
		at := slices.IndexFunc(m.Params, func(p Param) bool { return p.Name == strings.TrimSuffix(name, "[]") })
		switch {
		case at < 0 && !m.Free:
			return nil, fmt.Errorf("%s has no parameter %.40q: it takes %s", m.Name, name, m.takes())
		case name == "" || strings.ContainsAny(strings.TrimSuffix(name, "[]"), "[]&= "):
			return nil, fmt.Errorf("%.40q is not the name of a parameter", name)
		case at >= 0 && m.Params[at].List:
			name = strings.TrimSuffix(name, "[]") + "[]"
		case len(values) != 1 && !strings.HasSuffix(name, "[]"):
			return nil, fmt.Errorf("%s is given %d times: the server would keep the last", name, len(values))
		}
		form[name] = append(form[name], values...)
	}
	for _, p := range m.Params {
		if p.Required && len(strings.Join(append(form[p.Name], form[p.Name+"[]"]...), "")) == 0 {
			return nil, fmt.Errorf("%s needs %s", m.Name, p.Name)
		}
	}
	if m.Free && len(form) == 1 && strings.HasPrefix(m.Name, "Modify") {
		return nil, errors.New("nothing to change")
	}
	return form, nil
}

// takes says which parameters there are.
func (m Method) takes() string {
	names := []string{"none"}
	for i, p := range m.Params {
		names = append(names[:i], p.Name)
	}
	return strings.Join(names, ", ")
}
