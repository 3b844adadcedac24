//go:build servers

package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// durable are the settings without which a journal is refused.
var durable = []string{"fsync=on", "full_page_writes=on"}

var databases atomic.Int64

// freshDatabase is the address of an empty database.
func freshDatabase(t testing.TB, p *dev.PostgresServer) string {
	t.Helper()
	return p.Database(t, fmt.Sprintf("journal_%d", databases.Add(1)))
}

func openPostgres(t testing.TB, address string) *Log {
	t.Helper()
	l, err := OpenPostgres(t.Context(), address, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestPostgres(t *testing.T) {
	p := dev.Postgres(t, durable...)
	conform(t, func(t *testing.T) desk.Journal {
		l := openPostgres(t, freshDatabase(t, p))
		l.poll = time.Hour // so that a bell that does not ring is heard
		return l
	})
}

var _ = []any{errors.Is, filepath.Join, strings.Contains}
