package trial

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Mask is the same question without the names of people: logins become what
// they are to it, and addresses keep their shape and their domain. What is kept
// as it is, is in keep: addresses that a book names.
func Mask(f desk.Facts, d desk.Decision, keep []desk.Address) (desk.Facts, desk.Decision) {
	m := mask{logins: map[desk.UID]desk.UID{}, addresses: map[desk.Address]desk.Address{}}
	for _, a := range keep {
		m.addresses[a] = a
	}
	m.login(f.Actor.UID, "asker")
	m.login(f.Target.Owner, "holder")
	m.login(f.Owner.Manager, "head")
	m.login(f.Actor.Manager, "chief")
	m.login(f.Whose(), "holder")
	f.Holder = m.login(f.Holder, "holder")
	f.Actor, f.Owner = m.person(f.Actor), m.person(f.Owner)
	f.Target = m.account(f.Target)
	f.Action = m.action(f)
	f.Resembles = alike(f, desk.Address(cmp.Or(f.Action.Arg("alias"), f.Action.Arg("to"))))
	d.Panels = slices.Clone(d.Panels)
	for i, p := range d.Panels {
		d.Panels[i].Approvers = slices.Clone(p.Approvers)
		for j, ref := range p.Approvers {
			if uid, isPerson := strings.CutPrefix(ref, "person:"); isPerson {
				d.Panels[i].Approvers[j] = "person:" + string(m.login(desk.UID(uid), "approver"))
			}
		}
	}
	return f, d
}

// alike is an address that the masked one would be taken for, as it was before.
func alike(f desk.Facts, masked desk.Address) desk.Address {
	if f.Resembles == "" || masked == "" {
		return ""
	}
	if other := desk.Address(masked.Local() + "@" + f.Resembles.Domain()); other != masked {
		return other
	}
	return desk.Address(strings.Replace(masked.Local(), ".", "-", 1) + "@" + f.Resembles.Domain())
}

// A mask gives everything the same name each time.
type mask struct {
	logins    map[desk.UID]desk.UID
	addresses map[desk.Address]desk.Address
}

func (m mask) login(uid desk.UID, as desk.UID) desk.UID {
	if uid == "" {
		return ""
	}
	if m.logins[uid] == "" {
		m.logins[uid] = as
	}
	return m.logins[uid]
}

func (m mask) person(p desk.Person) desk.Person {
	p.UID, p.Manager = m.login(p.UID, "somebody"), m.login(p.Manager, "head")
	p.Name, p.Mail, p.EPPN = "", "", ""
	p.Delegations = slices.Clone(p.Delegations)
	for i, d := range p.Delegations {
		p.Delegations[i].To = m.login(d.To, "somebody")
		p.Delegations[i].Deputies = slices.Clone(d.Deputies)
		for j, s := range d.Deputies {
			p.Delegations[i].Deputies[j].Who = m.login(s.Who, "somebody")
		}
	}
	return p
}

func (m mask) account(a desk.Account) desk.Account {
	a.Owner, a.Address, a.Name = m.login(a.Owner, "holder"), m.address(a.Address), ""
	a.Aliases = slices.Clone(a.Aliases)
	for i, alias := range a.Aliases {
		a.Aliases[i] = m.address(alias)
	}
	return a
}

// action masks the people and the addresses that the action names. Mail that leaves for a
// domain which is neither the account's nor one of who asks, leaves for nowhere
// that is known.
func (m mask) action(f desk.Facts) desk.Action {
	a, args := f.Action, map[string]string{}
	spec, _ := desk.SpecOf(a.Verb)
	for name, form := range spec.Args {
		args[name] = m.value(form, a.Arg(name))
	}
	if to := desk.Address(args["to"]); a.Verb == desk.AccountForward && !slices.Contains([]string{"", f.Target.Address.Domain(), f.Actor.UnitDomain}, to.Domain()) {
		args["to"] = to.Local() + "@elsewhere.example"
	}
	target := m.value(spec.Target, a.Target)
	if f.Target.Known() {
		target = string(f.Target.Address)
	}
	masked, err := desk.NewAction(a.Verb, target, args)
	if err != nil { // its form was right, and is kept
		return a
	}
	return masked
}

// value masks the addresses and the logins of one argument.
func (m mask) value(form desk.Form, value string) string {
	items := strings.Split(value, ",")
	for i, item := range items {
		if address, err := desk.ParseAddress(item); err == nil {
			items[i] = string(m.address(address))
		} else if strings.HasPrefix(string(form), string(desk.PersonForm)) {
			items[i] = string(m.login(desk.UID(item), "somebody"))
		}
	}
	return strings.Join(items, ",")
}

// address puts one letter for every letter and one digit for every digit; the
// letter is another one where two addresses of a domain would become the same.
func (m mask) address(a desk.Address) desk.Address {
	if a == "" || m.addresses[a] != "" {
		return m.addresses[a]
	}
	taken := func(x desk.Address) bool {
		for _, other := range m.addresses {
			if other == x {
				return true
			}
		}
		return false
	}
	shape := a
	for letter := 'x'; ; letter = (letter-'a'+1)%26 + 'a' {
		shape = desk.Address(strings.Map(func(r rune) rune {
			switch {
			case 'a' <= r && r <= 'z':
				return letter
			case '0' <= r && r <= '9':
				return '0'
			}
			return r
		}, a.Local()) + "@" + a.Domain())
		if !taken(shape) || letter == 'w' {
			break
		}
	}
	m.addresses[a] = shape
	return shape
}
