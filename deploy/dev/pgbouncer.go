package dev

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// PgBouncerServer is a pooler in front of a PostgreSQL.
type PgBouncerServer struct {
	server
	port int
}

// PgBouncer starts a pooler in front of a PostgreSQL; mode is "session",
// "transaction" or "statement".
func PgBouncer(tb testing.TB, p *PostgresServer, mode string) *PgBouncerServer {
	tb.Helper()
	b := &PgBouncerServer{port: port(tb)}
	b.server = server{
		name: "pgbouncer", folder: folder(tb, "pgbouncer"), user: unprivileged(tb),
		polite: syscall.SIGINT, abrupt: syscall.SIGTERM, ready: listens(b.port),
	}
	users := write(tb, b.folder+"/users", []byte(`"melusine" ""`))
	settings := write(tb, b.folder+"/pgbouncer.ini", fmt.Appendf(nil, `[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = %s
`, p.port, b.port, users, mode))
	if b.user != nil {
		must(tb, os.Chown(b.folder, int(b.user.Uid), int(b.user.Gid)))
	}
	b.args = []string{program(tb, "pgbouncer"), settings}
	b.launch(tb)
	return b
}

// Before is the URL by which a database of the PostgreSQL is reached through
// the pooler.
func (b *PgBouncerServer) Before(p *PostgresServer, database string) string {
	return strings.Replace(database, address(p.port), address(b.port), 1)
}
