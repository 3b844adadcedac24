package journal

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

// A Schema is the versions of the tables of events and of persons.
type Schema struct {
	Events  int64 `json:"events"`
	Persons int64 `json:"persons"`
}

// KnownSchema is what this program writes.
func KnownSchema() (s Schema, err error) {
	if s.Events, err = newest("event"); err == nil {
		s.Persons, err = newest("person")
	}
	return s, err
}

// Schema is that of the database.
func (l *Log) Schema(ctx context.Context) (s Schema, err error) {
	ofPersons := "goose_db_version"
	if l.name == goose.DialectPostgres {
		ofPersons = personVersions
	}
	if s.Events, err = version(ctx, l.reader, "goose_db_version"); err == nil {
		s.Persons, err = version(ctx, l.persons.db, ofPersons)
	}
	return s, err
}

// understood refuses to read what a newer program wrote, as migrate does.
func (l *Log) understood(ctx context.Context) error {
	have, err := l.Schema(ctx)
	if err != nil {
		return err
	}
	know, err := KnownSchema()
	if err == nil && (have.Events > know.Events || have.Persons > know.Persons) {
		err = fmt.Errorf("schema %d of events, %d of persons was written by a newer program: this one knows %d and %d",
			have.Events, have.Persons, know.Events, know.Persons)
	}
	return err
}

func version(ctx context.Context, db *sql.DB, table string) (v int64, err error) {
	if err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM `+table+` WHERE is_applied`).Scan(&v); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return v, nil
}

// newest is the number of the last migration in a folder.
func newest(folder string) (last int64, err error) {
	files, err := migrations.ReadDir("migrations/" + folder)
	for _, f := range files {
		digits, _, _ := strings.Cut(f.Name(), "_")
		n, wrong := strconv.ParseInt(digits, 10, 64)
		if wrong != nil {
			return 0, fmt.Errorf("read migrations: %w", wrong)
		}
		last = max(last, n)
	}
	return last, err
}
