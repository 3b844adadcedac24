package trial

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Write is a file of one case: what was asked on these facts, and that it gets
// this answer. Load reads it back.
func Write(name string, f desk.Facts, d desk.Decision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s --\n%s", people, personLine(f.Actor, held(f)...))
	if f.Owner.Known() && f.Owner.UID != f.Actor.UID {
		b.WriteString(personLine(f.Owner))
	}
	if f.Resembles != "" {
		b.WriteString("another:\n")
	}
	if f.Target.Known() {
		if f.Target.Owner != "" && !f.Owner.Known() { // the directory does not know whose it is
			fmt.Fprintf(&b, "%s:\n", f.Target.Owner)
		}
		fmt.Fprintf(&b, "-- %s --\n%s", accounts, accountLine(f.Target))
		if f.Resembles != "" {
			b.WriteString(line(string(f.Resembles), "owner", "another"))
		}
	}
	if spec, _ := desk.SpecOf(f.Action.Verb); spec.Target == desk.MandateForm {
		fmt.Fprintf(&b, "-- %s --\n%s", rights, line(f.Action.Target, "to", string(f.Holder), "domains", f.Domain))
	}
	fmt.Fprintf(&b, "-- %s --\nwho: %s\nasks: %s\n", name, f.Actor.UID, f.Action)
	if f.Via != "" && f.Via != desk.Chat {
		fmt.Fprintf(&b, "door: %s\n", f.Via)
	}
	fmt.Fprintf(&b, "gets: %s by %s\n", outcomeWord(outcomeOf(d)), ruleOf(d))
	for _, p := range d.Panels {
		fmt.Fprintf(&b, "from: %s\n", panelText(p))
	}
	if d.Deadline > 0 || d.Expiry > 0 {
		fmt.Fprintf(&b, "within: %d of %d days\n", d.Deadline, d.Expiry)
	}
	if d.Confidential {
		b.WriteString("confidential: yes\n")
	}
	if d.Because.FR != "" {
		fmt.Fprintf(&b, "says: %s\n", d.Because.FR)
	}
	return b.String()
}

// held are the scopes that who asks manages, for this action and now.
func held(f desk.Facts) (scopes []string) {
	for _, d := range f.Actor.Delegations {
		all := slices.Concat(d.Domains, d.Units)
		for _, list := range d.Lists {
			all = append(all, string(list))
		}
		for _, scope := range all {
			if !slices.Contains(scopes, scope) && f.Manages(scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	return scopes
}

func personLine(p desk.Person, manages ...string) string {
	return line(string(p.UID), "name", p.Name, "affiliation", p.Affiliation, "unit", p.Unit, "unitDomain", p.UnitDomain,
		"manager", string(p.Manager), "groups", strings.Join(p.Groups, ","), "manages", strings.Join(manages, ","))
}

func accountLine(a desk.Account) string {
	aliases := make([]string, len(a.Aliases))
	for i, alias := range a.Aliases {
		aliases[i] = string(alias)
	}
	quota := ""
	if a.Quota > 0 {
		quota = desk.Size(a.Quota).String()
	}
	return line(string(a.Address), "owner", string(a.Owner), "status", a.Status, "cos", a.COS, "quota", quota, "aliases", strings.Join(aliases, ","))
}

// line is `key: name=value name="other value"`, without what is empty.
func line(key string, fields ...string) string {
	text := key + ":"
	for i := 0; i+1 < len(fields); i += 2 {
		value := fields[i+1]
		if value == "" {
			continue
		}
		if strings.ContainsAny(value, ` "=`) || strconv.Quote(value) != `"`+value+`"` {
			value = strconv.Quote(value)
		}
		text += " " + fields[i] + "=" + value
	}
	return text + "\n"
}
