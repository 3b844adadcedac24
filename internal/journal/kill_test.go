package journal

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"go.uber.org/goleak"
)

const (
	childPath = "MELUSINE_TEST_JOURNAL"
	childRace = "MELUSINE_TEST_RACE"
)

// runRace is what a child process does in the trials of PostgreSQL.
var runRace = func(string) int { return 1 }

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		appendForEver(path)
	}
	if race := os.Getenv(childRace); race != "" {
		os.Exit(runRace(race))
	}
	goleak.VerifyTestMain(m)
}

// appendForEver is the child process: it prints each position once Append has
// returned it.
func appendForEver(path string) {
	l, err := OpenSQLite(context.Background(), path, rand.Reader)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	at, err := l.head(context.Background())
	for err == nil {
		at, err = l.Append(context.Background(), at, notes(at, 3)...)
		fmt.Println(at)
	}
	os.Exit(1)
}

// What was acknowledged is there after a kill at any moment, and three events
// appended together are all there or not at all.
func TestKilledWhileAppending(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	for round := range 5 {
		acknowledged := runAndKill(t, path, 20+7*round)
		l := open(t, path)
		at, err := l.Verify(t.Context())
		if err != nil || at < acknowledged || at%3 != 0 {
			t.Errorf("round %d: verified to %d of %d: %v", round, at, acknowledged, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill lets a child append, kills it after some acknowledgements and
// returns the last one.
func runAndKill(t *testing.T, path string, acks int) (last desk.Seq) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childPath+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); acks-- {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("child: %s", lines.Text())
			break
		}
		last = desk.Seq(n)
		if acks == 10 {
			if _, err := OpenSQLite(t.Context(), path, rand.Reader); !errors.Is(err, ErrInUse) {
				t.Errorf("opened while another process has it: %v", err)
			}
		}
		if acks == 0 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) {
		t.Errorf("child: %v", err)
	}
	return last
}
