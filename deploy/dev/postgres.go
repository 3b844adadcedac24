package dev

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// PostgresServer is a PostgreSQL of its own, with one empty database.
type PostgresServer struct {
	server
	DSN string // URL of the database "melusine", whose owner needs no password

	port int
	bin  string // folder of the programs
}

// Postgres starts an empty PostgreSQL. It does not wait for the disk, so a test
// of durability must ask for it: settings are words such as "fsync=on", as in
// postgresql.conf.
func Postgres(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()
	p := initPostgres(tb, settings)
	p.launch(tb)
	p.DSN = p.Database(tb, "melusine")
	return p
}

// PostgresStandby starts a PostgreSQL that waits for another to send it what to
// write: it can only be read. Its database is "postgres".
func PostgresStandby(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()
	p := initPostgres(tb, settings)
	p.DSN = p.url("postgres")
	p.launch(tb) // once, to be consistent
	p.Stop(tb)
	write(tb, filepath.Join(p.folder, "data", "standby.signal"), nil)
	p.Start(tb)
	return p
}

func initPostgres(tb testing.TB, settings []string) *PostgresServer {
	tb.Helper()
	p := &PostgresServer{port: port(tb), bin: filepath.Dir(realPath(tb, program(tb, "initdb")))}
	p.server = server{
		name: "postgres", folder: folder(tb, "pg"), user: unprivileged(tb),
		polite: syscall.SIGINT, abrupt: syscall.SIGQUIT, ready: p.answers,
	}
	if p.user != nil {
		must(tb, os.Chown(p.folder, int(p.user.Uid), int(p.user.Gid)))
	}
	p.run(tb, "", p.program("initdb"), "--pgdata=data", "--username=melusine", "--auth=trust",
		"--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
	p.args = []string{
		p.program("postgres"), "-D", "data", "-k", p.folder, "-h", "127.0.0.1",
		"-p", strconv.Itoa(p.port), "-c", "fsync=off", "-c", "full_page_writes=off",
	}
	for _, setting := range settings {
		p.args = append(p.args, "-c", setting)
	}
	return p
}

// Database creates an empty database and returns its URL.
func (p *PostgresServer) Database(tb testing.TB, name string) string {
	tb.Helper()
	p.SQL(tb, "postgres", fmt.Sprintf("create database %q", name))
	return p.url(name)
}

// SQL runs statements in a database, by psql, and returns the rows of the last,
// one a line, columns separated by a bar.
func (p *PostgresServer) SQL(tb testing.TB, database, statements string) string {
	tb.Helper()
	return p.run(tb, "", p.program("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
		"--set=ON_ERROR_STOP=1", "--command="+statements, p.url(database))
}

func (p *PostgresServer) url(database string) string {
	return fmt.Sprintf("postgres://melusine@%s/%s?sslmode=disable", address(p.port), database)
}

func (p *PostgresServer) program(name string) string { return filepath.Join(p.bin, name) }

func (p *PostgresServer) answers(ctx context.Context) error {
	return exec.CommandContext(ctx, p.program("pg_isready"), "--quiet", "--dbname="+p.url("postgres")).Run()
}

// unprivileged is who runs PostgreSQL when the tests run as root, which it
// refuses to be; nil otherwise.
func unprivileged(tb testing.TB) *syscall.Credential {
	tb.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	must(tb, err)
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	must(tb, err)
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	must(tb, err)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func realPath(tb testing.TB, path string) string {
	tb.Helper()
	path, err := filepath.EvalSymlinks(path)
	must(tb, err)
	return path
}
