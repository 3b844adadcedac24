package journal

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/unistra/melusine/internal/desk"
)

// A dialect is what SQLite and PostgreSQL do each in its own way. The tables
// and the statements are the same.
type dialect struct {
	name goose.Dialect
	// keep writes rows, by Log.write, and says what became of them.
	keep func(ctx context.Context, l *Log, after desk.Seq, rows []row) error
	// transact is Log.write's transaction.
	transact func(ctx context.Context, l *Log, after desk.Seq, rows []row) error
	// away says that the database cannot be asked for now, and nothing else is wrong.
	away     func(error) bool
	patience time.Duration                        // with a database that is away
	clean    func(context.Context, *sql.DB) error // leaves nothing of events that were redacted
	notify   string                               // wakes the other processes when the transaction is committed
}

//go:embed migrations
var migrations embed.FS

// migrate brings the schema in a folder up to this program's. A newer one is
// refused: this program would not know what it reads.
func (d dialect) migrate(ctx context.Context, db *sql.DB, folder string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	p, err := goose.NewProvider(d.name, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, know, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if have > know {
		return fmt.Errorf("schema %d was written by a newer program: this one knows %d", have, know)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
