package directory

import (
	"context"
	"errors"
	"slices"
)

var errNobody = errors.New("the directory holds no person")

// census is a full read.
type census struct {
	joins
	people []found
	stats  Stats
}

// everybody reads units, then groups, then people, on a connection of its own.
func (d *Directory) everybody(ctx context.Context) (*census, error) {
	w, err := d.config.dialAlone(ctx)
	if err != nil {
		return nil, err
	}
	defer w.hangUp()
	all := &census{joins: newJoins(), stats: Stats{Rejected: map[Reason]int{}}}
	for _, read := range []func(context.Context, *wire, Config) error{all.readUnits, all.readGroups, all.readPeople} {
		if err := read(ctx, w, d.config); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (all *census) readUnits(ctx context.Context, w *wire, c Config) error {
	err := w.each(ctx, c.units(), c.PageSize, func(e *record) {
		code, u := c.Attributes.unit(e)
		if code == "" {
			all.stats.Rejected[BadUnit]++
			return
		}
		all.addUnit(code, u)
	})
	all.stats.Units = all.count(all.codes, TwinUnit)
	return err
}

func (all *census) readGroups(ctx context.Context, w *wire, c Config) error {
	err := w.each(ctx, c.groups(), c.PageSize, func(e *record) {
		name := e.one(c.Attributes.GroupName)
		if name == "" {
			all.stats.Rejected[BadGroup]++
			return
		}
		all.names[name]++
		for _, dn := range e.many(c.Attributes.Member) {
			if at := place(dn); at != "" {
				all.byPlace[at] = append(all.byPlace[at], name)
			}
		}
		for _, login := range e.many(c.Attributes.MemberUID) {
			all.byLogin[login] = append(all.byLogin[login], name)
		}
	})
	all.stats.Groups = all.count(all.names, TwinGroup)
	return err
}

func (all *census) readPeople(ctx context.Context, w *wire, c Config) error {
	uids := map[string]int{}
	err := w.each(ctx, c.people(), c.PageSize, func(e *record) {
		f, reason := c.Attributes.person(e)
		if reason != "" {
			all.stats.Rejected[reason]++
			return
		}
		all.people = append(all.people, f)
		uids[string(f.UID)]++
	})
	all.stats.People = all.count(uids, TwinUID)
	all.people = slices.DeleteFunc(all.people, func(f found) bool { return uids[string(f.UID)] > 1 })
	for _, f := range all.people {
		all.uids[f.place] = f.UID
	}
	if err == nil && len(all.people) == 0 {
		return errNobody
	}
	return err
}

// count counts what only one entry claims, and rejects the rest.
func (all *census) count(claims map[string]int, twin Reason) (n int) {
	for _, entries := range claims {
		if entries == 1 {
			n++
			continue
		}
		all.stats.Rejected[twin] += entries
	}
	return n
}
