//go:build servers

package dev_test

import (
	"testing"

	"github.com/unistra/melusine/deploy/dev"
)

func TestPostgresKeepsWhatItWroteAcrossAPowerCut(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	p.SQL(t, "melusine", "create table t (n int); insert into t values (1), (2)")
	p.Kill(t)
	p.Start(t)
	if got := p.SQL(t, "melusine", "select sum(n), current_setting('fsync') from t"); got != "3|on\n" {
		t.Errorf("after a kill: %q", got)
	}
}

func TestPostgresDatabasesAreApart(t *testing.T) {
	p := dev.Postgres(t)
	p.SQL(t, "melusine", "create table t ()")
	other := p.Database(t, "other")
	if got := p.SQL(t, "other", "select count(*) from pg_tables where tablename = 't'"); got != "0\n" {
		t.Errorf("%s holds %q tables of another database", other, got)
	}
}
