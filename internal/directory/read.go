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
	c := newCensus(d.config.Attributes)
	if c.way, c.marks, err = d.config.survey(ctx, w); err != nil {
		return nil, err
	}
	for _, k := range []kind{personKind, groupKind, unitKind} { // the texts that groups share with people are kept once
		err := w.each(ctx, d.config.of(k, c.way), d.config.PageSize, func(r *record) {
			c.marks[k].see(c.layout, r)
			if _, named := c.named(r); !named || c.way == Polling && r.one(c.layout.Changed) == "" {
				c.way = Rereading // nobody could tell which entry has changed, or when
			}
			c.take(news{k, c.keyOf(r), r}, nil)
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
