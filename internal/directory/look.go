package directory

import (
	"context"

	"github.com/go-ldap/ldap/v3"

	"github.com/unistra/melusine/internal/desk"
)

// look reads one person and what surrounds them.
func (d *Directory) look(ctx context.Context, w *wire, uid desk.UID) (desk.Person, error) {
	f, err := d.config.alone(ctx, w, uid)
	if err != nil || !f.Known() {
		return desk.Person{}, err
	}
	j, bosses := newJoins(), map[string]desk.UID{}
	j.whoIsAt = func(place string) desk.UID { return bosses[place] }
	for _, read := range []func(context.Context, *wire, Config, found) error{j.readUnit, j.readGroups} {
		if err := read(ctx, w, d.config, f); err != nil {
			return desk.Person{}, err
		}
	}
	if bosses[place(f.manager)], err = d.config.readManager(ctx, w, f); err != nil {
		return desk.Person{}, err
	}
	return j.person(f), nil
}

// alone is the person of the uid, if there is one and no twin.
func (c Config) alone(ctx context.Context, w *wire, uid desk.UID) (found, error) {
	people, err := w.search(ctx, c.people().where(c.Attributes.UID, string(uid)))
	if err != nil {
		return found{}, err
	}
	var who []found
	for _, e := range people.entries {
		// The server's idea of equal is wider than ours: it takes a full-width p for p.
		if f, reason := c.Attributes.person(e); reason == "" && f.UID == uid {
			who = append(who, f)
		}
	}
	if len(who) != 1 {
		return found{}, nil
	}
	return who[0], nil
}

func (j joins) readUnit(ctx context.Context, w *wire, c Config, f found) error {
	units, err := w.search(ctx, c.units().where(c.Attributes.UnitCode, f.Unit))
	if err != nil {
		return err
	}
	for _, e := range units.entries {
		j.addUnit(c.Attributes.unit(e))
	}
	return nil
}

// readGroups asks twice: for the groups of the person, then for all that bear
// one of those names, to know the twins.
func (j joins) readGroups(ctx context.Context, w *wire, c Config, f found) error {
	a, groups := c.Attributes, c.groups()
	groups.attributes = []string{a.GroupName} // the members of a group may be many
	var named []string
	mine := groups.where(a.Member, f.dn, a.MemberUID, f.login)
	err := w.each(ctx, mine, c.PageSize, func(e *record) error {
		if name := e.one(a.GroupName); name != "" {
			j.byPlace.add(f.place, name)
			named = append(named, a.GroupName, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.each(ctx, groups.where(named...), c.PageSize, func(e *record) error {
		j.names[e.one(a.GroupName)]++
		return nil
	})
}

// readManager finds who stands at the DN of the manager, if it is among people.
func (c Config) readManager(ctx context.Context, w *wire, f found) (uid desk.UID, err error) {
	people := c.people()
	branch, _ := ldap.ParseDN(people.base)
	at, err := ldap.ParseDN(f.manager)
	if err != nil || !branch.AncestorOfFold(at) {
		return "", nil // a uid, or nobody
	}
	people.base, people.scope = f.manager, ldap.ScopeBaseObject
	there, err := w.search(ctx, people)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, e := range there.entries {
		boss, _ := c.Attributes.person(e)
		if boss, err = c.alone(ctx, w, boss.UID); err != nil {
			return "", err
		}
		uid = boss.UID
	}
	return uid, nil
}
