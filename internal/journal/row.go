package journal

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

const columns = `seq, at, request, by, kind, data, nonce, commitment, seal`

// values are the row's columns, in their order.
func (r row) values() []any {
	return []any{int64(r.seq), r.at, r.request, r.by, r.kind, r.data, r.nonce, r.commitment, r.seal}
}

// scan reads a row of columns.
func (r *row) scan(found *sql.Rows) error {
	return found.Scan((*int64)(&r.seq), &r.at, &r.request, &r.by, &r.kind, &r.data, &r.nonce, &r.commitment, &r.seal)
}

// atOnce bounds the rows of one statement: SQLite compares the name of each
// parameter with all the others.
const atOnce = 10

// insert adds the rows, already sealed.
func insert(ctx context.Context, tx *sql.Tx, rows []row) error {
	for some := range slices.Chunk(rows, atOnce) {
		var values []any
		for _, r := range some {
			values = append(values, r.values()...)
		}
		if _, err := tx.ExecContext(ctx, insertion(len(some)), values...); err != nil {
			return fmt.Errorf("insert events from %d: %w", some[0].seq, err)
		}
	}
	return nil
}

// insertion is the statement that adds n rows.
func insertion(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO event (" + columns + ") VALUES ")
	width := len(row{}.values())
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteString(")")
	return b.String()
}
