package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/unistra/melusine/internal/desk"
)

// transactInPostgres adds the rows after the event they follow, in two round
// trips: all statements together, then COMMIT. Appends follow one another, so
// the way to the server and back is what bounds them.
func transactInPostgres(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
	conn, err := l.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }() // one that was lost has nothing to say
	return conn.Raw(func(driver any) error {
		return pipeline(ctx, driver.(*stdlib.Conn).Conn(), l.notify, after, rows)
	})
}

func pipeline(ctx context.Context, conn *pgx.Conn, notify string, after desk.Seq, rows []row) error {
	var b pgx.Batch
	there := false
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	b.Queue(`SELECT $1::bigint = 0 OR EXISTS (SELECT FROM event WHERE seq = $1)`, int64(after)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&there) })
	for some := range slices.Chunk(rows, atOnce) {
		b.Queue(insertion(len(some)), valuesOf(some)...)
	}
	if notify != "" {
		b.Queue(notify)
	}
	sent := conn.SendBatch(ctx, &b)
	tx, err := sent.Tx(), sent.Close()
	if err == nil && !there {
		err = ErrLost
	}
	if err != nil {
		if tx != nil {
			_ = tx.Rollback(ctx) // or the server does, when the connection is given up
		}
		if takenInPostgres(err) {
			return desk.ErrBehind
		}
		return fmt.Errorf("insert events from %d: %w", after+1, err)
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("%w: commit: %w", errDoubt, err)
	}
	return nil
}

// A serialisation failure is another way to say that somebody was first.
func takenInPostgres(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "23505" || e.Code == "40001" || e.Code == "40P01")
}
