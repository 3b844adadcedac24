package journal

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// A dialect is what SQLite and PostgreSQL do each in its own way. The tables
// and the statements are the same.
type dialect struct {
	name goose.Dialect
	// taken says that an insert met a row with the same number.
	taken func(error) bool
	// busy says that a transaction could not begin because another program holds
	// the database for a moment: nothing was written.
	busy func(error) bool
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
