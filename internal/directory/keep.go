package directory

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/unistra/melusine/internal/snapshot"
)

// form is raised whenever what is kept of an entry is kept otherwise.
const form = 1

// origin names a snapshot after all that makes a census what it is.
func (c Config) origin() string {
	what := fmt.Sprint(c.URL, c.Base, c.People, c.Groups, c.Units, c.Attributes, c.Follow)
	return fmt.Sprintf("melusine directory %d %x", form, sha256.Sum256([]byte(what)))
}

// Save keeps a census in a file, with the time of which it is, and how far it was
// followed.
func (d *Directory) Save(path string, c *Census, at time.Time) error {
	return snapshot.Write(path, d.config.origin(), func(w *snapshot.Writer) {
		w.Time(at)
		w.Text(string(c.way))
		for _, m := range c.marks {
			w.Text(m.cookie)
			w.Text(m.newest)
		}
		write(w, c.desks, func(o office) { w.Text(o.code); w.Text(o.name); w.Text(o.domain) })
		write(w, c.groups, func(g group) { w.Text(g.name); texts(w, g.places); texts(w, g.logins) })
		write(w, c.people, func(s seat) { w.Text(string(s)) })
		for _, left := range c.left {
			write(w, left, func(r Reason) { w.Text(string(r)) })
		}
	})
}

func write[T any](w *snapshot.Writer, entries map[key]T, one func(T)) {
	w.Number(int64(len(entries)))
	for k, e := range entries {
		w.Text(string(k[:]))
		one(e)
	}
}

func texts(w *snapshot.Writer, all []string) {
	w.Number(int64(len(all)))
	for _, s := range all {
		w.Text(s)
	}
}

// Restore is the census that was saved, and the time of which it is. Its error
// says why it is to be read from the server.
func (d *Directory) Restore(path string) (c *Census, at time.Time, err error) {
	c = newCensus(d.config.Attributes)
	err = snapshot.Read(path, d.config.origin(), func(r *snapshot.Reader) error {
		at, c.way = r.Time(), Way(r.Text())
		for k := range c.marks {
			c.marks[k] = mark{r.Text(), r.Text()}
		}
		desks, groups := map[key]office{}, map[key]group{}
		read(r, func(k key) { desks[k] = office{r.Text(), unit{r.Text(), r.Text()}} })
		read(r, func(k key) { groups[k] = group{r.Text(), list(r), list(r)} })
		read(r, func(k key) { c.enter(k, seat(r.Text()), nil) })
		for kind := range c.left {
			read(r, func(k key) { c.left[kind][k] = Reason(r.Text()) })
		}
		for k, o := range desks {
			c.desks[k] = o
			c.addUnit(o.code, o.unit)
		}
		for k, g := range groups {
			c.groups[k] = g
			c.list(g)
		}
		return r.Err()
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(c.uids) == 0 {
		return nil, time.Time{}, errNobody
	}
	stats := c.Stats()
	d.stats.Store(&stats)
	return c, at, nil
}

func read(r *snapshot.Reader, one func(key)) {
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		var k key
		copy(k[:], r.Text())
		one(k)
	}
}

func list(r *snapshot.Reader) (all []string) {
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		all = append(all, r.Text())
	}
	return all
}
