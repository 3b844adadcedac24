package directory

import (
	"context"
	"errors"
)

var errNobody = errors.New("the directory holds no person")

// Read reads the whole directory, on a connection of its own, or nothing: a
// directory without people is an error.
func (d *Directory) Read(ctx context.Context) (*Census, error) {
	w, err := d.config.dialAlone(ctx)
	if err != nil {
		return nil, err
	}
	defer w.hangUp()
	return d.readOn(ctx, w)
}

// readOn reads units, groups and people on a line of its own.
func (d *Directory) readOn(ctx context.Context, w *wire) (c *Census, err error) {
	c = newCensus(d.config.Attributes)
	if c.way, c.marks, err = d.config.survey(ctx, w); err != nil {
		return nil, err
	}
	for _, k := range []kind{personKind, groupKind, unitKind} { // the texts that groups share with people are kept once
		err := w.each(ctx, d.config.of(k, c.way), d.config.PageSize, func(r *record) error {
			c.marks[k].see(c.layout, r)
			if _, named := c.named(r); !named || c.way == Polling && r.one(c.layout.Changed) == "" {
				c.way = Rereading // nobody could tell which entry has changed, or when
			}
			id := c.keyOf(r)
			if c.has(k, id) {
				return errLoop // or two entries of one name: no more to be believed
			}
			c.take(news{k, id, r}, nil)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(c.uids) == 0 {
		return nil, errNobody
	}
	stats := c.Stats()
	d.stats.Store(&stats)
	return c, nil
}
