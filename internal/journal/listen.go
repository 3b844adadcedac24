package journal

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const channel = "melusine_journal"

// listen rings the bell when a process appends, until the Log is closed. It is
// a hint: Wait looks by itself too, so what goes wrong here costs a second.
func (l *Log) listen(config *pgx.ConnConfig) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	l.also = append(l.also, func() error { cancel(); <-ended; return nil })
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_ = l.hear(ctx, config)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
}

func (l *Log) hear(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		l.bell.ring() // also for what was missed before
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}
