package dev

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failure stands in for a test that must fail, and keeps what it said.
type failure struct {
	testing.TB
	said     string
	failed   bool
	cleanups []func()
}

func (f *failure) Helper()           {}
func (f *failure) Failed() bool      { return f.failed }
func (f *failure) Cleanup(do func()) { f.cleanups = append(f.cleanups, do) }
func (f *failure) Errorf(format string, args ...any) {
	f.failed, f.said = true, f.said+fmt.Sprintf(format, args...)+"\n"
}
func (f *failure) Logf(format string, args ...any) { f.said += fmt.Sprintf(format, args...) + "\n" }
func (f *failure) Fatal(args ...any)               { f.Fatalf("%s", fmt.Sprint(args...)) }
func (f *failure) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// failing runs what must fail and returns what it said, cleanups included.
func failing(t *testing.T, run func(testing.TB)) string {
	t.Helper()
	f := &failure{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			for i := len(f.cleanups); i > 0; i-- {
				f.cleanups[i-1]()
			}
		}()
		run(f)
	}()
	<-ended
	if !f.failed {
		t.Fatal("the test that must fail passes")
	}
	return f.said
}

func idle(context.Context) error { return nil }

func TestAMissingProgramFailsTheTest(t *testing.T) {
	said := failing(t, func(tb testing.TB) { program(tb, "no-such-program") })
	if !strings.Contains(said, "no-such-program is missing: `make test` installs it") {
		t.Error(said)
	}
}

func TestAServerThatEndsFailsTheTestWithItsLog(t *testing.T) {
	said := failing(t, func(tb testing.TB) {
		s := server{
			name: "unlucky", folder: t.TempDir(), args: []string{"/bin/sh", "-c", "echo out of luck; exit 3"},
			abrupt: syscall.SIGKILL, ready: func(context.Context) error { return errors.New("not yet") },
		}
		s.launch(tb)
	})
	for _, want := range []string{"unlucky ended before it answered", "out of luck"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %q, want %q", said, want)
		}
	}
}

// A server has ended when its descendants have: the next start would find them
// on its port or its data.
func TestEndWaitsForDescendants(t *testing.T) {
	s := server{
		name: "family", folder: t.TempDir(), abrupt: syscall.SIGKILL,
		args: []string{"/bin/sh", "-c", "(echo born; sleep 0.3; echo last words) & wait"},
	}
	s.ready = func(context.Context) error {
		if string(s.tail()) != "born\n" {
			return errors.New("no child yet")
		}
		return nil
	}
	s.launch(t)
	s.Kill(t)
	if got := string(s.tail()); got != "born\nlast words\n" {
		t.Errorf("after Kill the log is %q", got)
	}
}

func TestAPortIsReservedForOne(t *testing.T) {
	dir := t.TempDir()
	n := port(t)
	lock, err := reserve(dir, n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(dir, n); err == nil {
		t.Error("reserved twice")
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(dir, n); err != nil {
		t.Errorf("not free after its release: %v", err)
	}
}

// TestServersDieWithTheTestProcess kills a test process, this same binary in
// the role below, and sees that its server is gone.
func TestServersDieWithTheTestProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRoleOfATestThatIsKilled$")
	cmd.Env = append(os.Environ(), "MELUSINE_DEV_ROLE=killed", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	look := time.NewTicker(glance)
	defer look.Stop()
	for late := time.After(patience); runs(pid); {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the server outlives the test process")
		}
	}
}

func TestRoleOfATestThatIsKilled(t *testing.T) {
	if os.Getenv("MELUSINE_DEV_ROLE") != "killed" {
		return
	}
	s := server{
		name: "orphan", folder: t.TempDir(), args: []string{"/bin/sleep", "600"},
		abrupt: syscall.SIGKILL, ready: idle,
	}
	s.launch(t)
	fmt.Println(s.process.Pid)
	<-t.Context().Done()
}

// runs tells whether a process runs: a zombie, which nobody may ever reap in a
// container, does not.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}
