package mirror

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/snapshot"
)

// formObjects is raised whenever a list, a resource or a tree is kept otherwise.
const formObjects = "melusine lists 1 "

// SaveObjects keeps lists, resources and trees in a file, with the age of each
// domain. origin says of which Partage they are.
func (m *Mirror) SaveObjects(path, origin string) error {
	o := &objects{}
	o.share(&m.objects)
	return snapshot.Write(path, formObjects+origin, func(w *snapshot.Writer) {
		w.Number(int64(len(o.read)))
		for _, domain := range slices.Sorted(maps.Keys(o.read)) {
			w.Text(domain)
			w.Time(o.read[domain])
			w.Text(written(o.trees[domain]))
		}
		save(w, o.lists.at)
		save(w, o.resources)
	})
}

func save[R any](w *snapshot.Writer, rows map[desk.Address]*R) {
	w.Number(int64(len(rows)))
	for _, a := range slices.Sorted(maps.Keys(rows)) {
		w.Text(written(*rows[a]))
	}
}

func written[T any](x T) string {
	text, _ := json.Marshal(x) // of texts, booleans and numbers
	return string(text)
}

func restored[T any](r *snapshot.Reader) (x T, err error) {
	text := r.Text()
	if r.Err() != nil {
		return x, r.Err()
	}
	if json.Unmarshal([]byte(text), &x) != nil {
		return x, snapshot.ErrDamaged
	}
	return x, nil
}

// RestoreObjects takes in what was saved, if nothing was read yet; of domains that
// Partage serves no more, nothing. Its error says why Partage is to be read instead.
func (m *Mirror) RestoreObjects(path, origin string) error {
	kept := &objects{}
	if err := snapshot.Read(path, formObjects+origin, kept.restore); err != nil {
		return fmt.Errorf("restore lists: %w", err)
	}
	o, served := &m.objects, *m.served.Load()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.read) > 0 {
		return errors.New("restore lists: some are there already")
	}
	for domain, at := range kept.read {
		if served[domain] {
			o.replace(domain, of(domain, kept.lists.at), of(domain, kept.resources), kept.trees[domain], at)
		}
	}
	o.forget(m.oldest(o.read))
	return nil
}

func (o *objects) restore(r *snapshot.Reader) error {
	o.make()
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		domain, at := r.Text(), r.Time()
		tree, err := restored[desk.Tree](r)
		if err != nil {
			return err
		}
		o.read[domain], o.trees[domain] = at, tree
	}
	if err := rows(r, o.lists.at, func(l desk.List) (desk.Address, *desk.List) { return l.Address, packList(l) }); err != nil {
		return err
	}
	return rows(r, o.resources, func(x desk.Resource) (desk.Address, *desk.Resource) { return x.Address, &x })
}

func rows[T, R any](from *snapshot.Reader, into map[desk.Address]*R, row func(T) (desk.Address, *R)) error {
	for n := from.Count(); n > 0; n-- {
		x, err := restored[T](from)
		if err != nil {
			return err
		}
		a, kept := row(x)
		into[a] = kept
	}
	return from.Err()
}

func of[R any](domain string, rows map[desk.Address]*R) map[desk.Address]*R {
	rows = maps.Clone(rows)
	maps.DeleteFunc(rows, func(a desk.Address, _ *R) bool { return a.Domain() != domain })
	return rows
}
