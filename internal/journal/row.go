package journal

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// A row is an event as it is stored: see doc.go.
type row struct {
	seq         desk.Seq
	at          int64
	request     string
	by, subject int64 // persons
	kind        string
	payload     []byte // what it says, under its subject's key; nothing once it was redacted
	commitment  []byte
}

const columns = `seq, at, request, by, kind, subject, payload, commitment`

// values are the row's columns, in their order.
func (r row) values() []any {
	return []any{int64(r.seq), r.at, r.request, r.by, r.kind, r.subject, r.payload, r.commitment}
}

// scan reads a row of columns.
func (r *row) scan(found *sql.Rows) error {
	return found.Scan((*int64)(&r.seq), &r.at, &r.request, &r.by, &r.kind, &r.subject, &r.payload, &r.commitment)
}

// header is what the row says in the clear, and for ever.
func (r row) header() []byte {
	request := r.request
	if request == "" {
		request = "-"
	}
	b := strconv.AppendInt(make([]byte, 0, 160), int64(r.seq), 10)
	b = strconv.AppendInt(append(b, ' '), r.at, 10)
	b = append(append(b, ' '), request...)
	b = strconv.AppendInt(append(b, ' '), r.by, 10)
	b = append(append(b, ' '), r.kind...)
	b = strconv.AppendInt(append(b, ' '), r.subject, 10)
	return append(b, ' ')
}

// leaf is the row's line in the tree.
func (r row) leaf() []byte {
	return append(hex.AppendEncode(r.header(), r.commitment), '\n')
}

func (r row) hash() tlog.Hash { return tlog.RecordHash(r.leaf()) }

// atOnce bounds the rows of one statement: SQLite compares the name of each
// parameter with all the others.
const atOnce = 10

// insert adds the rows, already sealed.
func insert(ctx context.Context, tx *sql.Tx, rows []row) error {
	for some := range slices.Chunk(rows, atOnce) {
		if _, err := tx.ExecContext(ctx, insertion(len(some)), valuesOf(some)...); err != nil {
			return fmt.Errorf("insert events from %d: %w", some[0].seq, err)
		}
	}
	return nil
}

func valuesOf(rows []row) (values []any) {
	for _, r := range rows {
		values = append(values, r.values()...)
	}
	return values
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
