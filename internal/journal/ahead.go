package journal

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

const (
	// pageSize bounds how many rows are read at once: nothing is held in the
	// database while somebody looks at an event.
	pageSize = 1000
	// pagesAhead bounds how many pages wait for whoever reads them.
	pagesAhead = 4
)

// A page is some entries and the error that came after them.
type page struct {
	entries []entry
	err     error
}

// ahead yields the pages after a position, in order. While somebody looks at
// one, the next are read and opened, on every processor: to open an event costs
// more than to read it. The first is opened before that is begun, since mostly
// it is the only one, and short.
func (l *Log) ahead(ctx context.Context, after desk.Seq) iter.Seq2[[]entry, error] {
	return func(yield func([]entry, error) bool) {
		var rows []row
		err := l.patiently(ctx, func() error { return reaches(ctx, l.reader, after) })
		if err == nil {
			rows, err = l.rowsAfter(ctx, after)
		}
		first := l.openPage(ctx, rows, err)
		if !yield(first.entries, first.err) || first.err != nil || len(rows) < pageSize {
			return
		}
		ctx, stop := context.WithCancel(ctx)
		var working sync.WaitGroup
		defer working.Wait()
		defer stop()
		pages := make(chan chan page, pagesAhead)
		working.Go(func() { l.readAhead(ctx, after+pageSize, pages, &working) })
		for next := range pages {
			if p := <-next; !yield(p.entries, p.err) || p.err != nil {
				return
			}
		}
	}
}

// readAhead reads pages one after the other, and has each opened.
func (l *Log) readAhead(ctx context.Context, after desk.Seq, pages chan<- chan page, working *sync.WaitGroup) {
	defer close(pages)
	for {
		rows, err := l.rowsAfter(ctx, after)
		opened := make(chan page, 1)
		select {
		case pages <- opened:
		case <-ctx.Done():
			return
		}
		working.Go(func() { opened <- l.openPage(ctx, rows, err) })
		if err != nil || len(rows) < pageSize {
			return
		}
		after = rows[len(rows)-1].seq
	}
}

// openPage opens rows up to the first that cannot be.
func (l *Log) openPage(ctx context.Context, rows []row, err error) page {
	p := page{make([]entry, 0, len(rows)), err}
	for _, r := range rows {
		e, err := l.entry(ctx, r)
		if err != nil {
			p.err = err
			break
		}
		p.entries = append(p.entries, e)
	}
	return p
}

// rowsAfter reads a page of rows.
func (l *Log) rowsAfter(ctx context.Context, after desk.Seq) (rows []row, err error) {
	err = l.patiently(ctx, func() error { rows, err = l.page(ctx, after); return err })
	return rows, err
}

func (l *Log) page(ctx context.Context, after desk.Seq) ([]row, error) {
	found, err := l.reader.QueryContext(ctx, `SELECT `+columns+` FROM event WHERE seq > $1 ORDER BY seq LIMIT $2`, after, pageSize)
	if err != nil {
		return nil, fmt.Errorf("read events after %d: %w", after, err)
	}
	defer found.Close()
	var page []row
	for found.Next() {
		var r row
		if err := r.scan(found); err != nil {
			return nil, fmt.Errorf("read event after %d: %w", after, err)
		}
		page = append(page, r)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read events after %d: %w", after, err)
	}
	return page, nil
}
