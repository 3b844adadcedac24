package directory

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// every so many polls it is looked what has gone: no search finds it.
const reconcile = 60

// poll follows by asking for what was modified. A server dates by the second,
// and what it writes may be seen late: each poll looks back some seconds more.
func (f *following) poll(ctx context.Context) error {
	w, err := f.config.dialAlone(ctx)
	if err != nil {
		return err
	}
	defer w.hangUp()
	probe := time.NewTicker(f.config.Probe)
	defer probe.Stop()
	for n := 1; ; n++ {
		asked := f.now()
		all, marks, err := f.modified(ctx, w)
		if err == nil && n%reconcile == 1 { // the first time too: some may have gone while nobody followed
			all, err = f.reconcile(ctx, w, all)
		}
		if err == nil {
			err = f.tell(all, asked)
		}
		if err != nil {
			return err
		}
		f.census.marks = marks
		select {
		case <-ctx.Done():
			return nil
		case <-probe.C:
		}
	}
}

const lookBack = 5 * time.Second

// modified is what was, of every kind, since the marks.
func (f *following) modified(ctx context.Context, w *wire) (all []news, marks [kinds]mark, err error) {
	marks = f.census.marks
	for k := range kinds {
		q := f.config.of(k, Polling)
		since, err := time.Parse("20060102150405Z", marks[k].newest)
		if q.filter == "" {
			continue
		}
		if err == nil {
			q.filter = "(&" + q.filter + "(" + f.config.Attributes.Changed + ">=" + since.Add(-lookBack).Format("20060102150405Z") + "))"
		}
		err = w.each(ctx, q, f.config.PageSize, func(r *record) error {
			marks[k].see(f.config.Attributes, r)
			all = append(all, news{k, f.census.keyOf(r), r})
			return nil
		})
		if err != nil {
			return nil, marks, err
		}
	}
	return all, marks, nil
}

// reconcile adds what has gone, by asking which entries there are and nothing of
// them. What is there and was not known is asked for.
func (f *following) reconcile(ctx context.Context, w *wire, all []news) ([]news, error) {
	fresh := map[key]bool{}
	for _, n := range all {
		fresh[n.key] = true
	}
	for k := range kinds {
		q := f.config.of(k, Syncrepl)
		if q.filter == "" {
			continue
		}
		q.attributes = []string{f.config.Attributes.Entry}
		there, missed := map[key]bool{}, []string(nil)
		known := f.census.keys(k)
		err := w.each(ctx, q, f.config.PageSize, func(r *record) error {
			id := f.census.keyOf(r)
			if there[id] {
				return errLoop
			}
			if there[id] = true; !known[id] && !fresh[id] {
				missed = append(missed, f.config.Attributes.Entry, r.one(f.config.Attributes.Entry))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for id := range known {
			if !there[id] {
				all = append(all, news{kind: k, key: id})
			}
		}
		for len(missed) > 0 {
			n := min(len(missed), 200)
			err := w.each(ctx, f.config.of(k, Polling).where(missed[:n]...), f.config.PageSize, func(r *record) error {
				all = append(all, news{k, f.census.keyOf(r), r})
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("read what was missed (%s): %w", strings.Join(missed[:2], " "), err)
			}
			missed = missed[n:]
		}
	}
	return all, nil
}
