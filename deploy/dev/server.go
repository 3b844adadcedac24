package dev

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

const (
	patience = 2 * time.Minute       // for a server to start or stop on a busy machine
	glance   = 20 * time.Millisecond // between two looks at a server that starts
	logTail  = 8 << 10               // bytes of log printed when a test fails
)

// server is a program that runs for one test. Its methods belong to the API of
// every server of this package.
type server struct {
	name   string
	folder string // where it runs and where its log is
	args   []string
	env    []string // added to the environment of the test
	user   *syscall.Credential
	polite syscall.Signal              // asks it to stop, all work written
	abrupt syscall.Signal              // ends it at once, leaving nothing behind
	ready  func(context.Context) error // nil when it answers

	process *os.Process
	done    chan struct{} // closed when the process and its descendants have ended
}

// launch starts the server for the duration of the test.
func (s *server) launch(tb testing.TB) {
	tb.Helper()
	tb.Cleanup(func() {
		s.end(tb, s.abrupt)
		if tb.Failed() {
			tb.Logf("end of the log of %s:\n%s", s.name, s.tail())
		}
	})
	s.Start(tb)
}

// Start starts the server again after Stop or Kill, on the same port and data,
// and returns when it answers.
func (s *server) Start(tb testing.TB) {
	tb.Helper()
	out, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(tb, err)
	defer func() { _ = out.Close() }()
	cmd := exec.Command(s.args[0], s.args[1:]...)
	cmd.Dir, cmd.Env = s.folder, append(os.Environ(), s.env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: s.abrupt, Credential: s.user}

	s.process, s.done = spawn(tb, cmd)
	s.await(tb)
}

// spawn starts a program; done is closed when it and its descendants have ended.
func spawn(tb testing.TB, cmd *exec.Cmd) (process *os.Process, done chan struct{}) {
	tb.Helper()
	family, member, err := os.Pipe()
	must(tb, err)
	cmd.ExtraFiles = []*os.File{member}
	started, done := make(chan error), make(chan struct{})
	go func() {
		// The kernel sends Pdeathsig when the thread that started the child ends,
		// not the process: this thread stays for as long as the server runs.
		runtime.LockOSThread()
		defer close(done)
		defer func() { _ = family.Close() }()
		err := cmd.Start()
		_ = member.Close()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			// Every descendant holds the pipe open: its end is the end of them all.
			_, _ = io.Copy(io.Discard, family)
		}
	}()
	must(tb, <-started)
	return cmd.Process, done
}

// Stop asks the server to stop and returns when it has ended.
func (s *server) Stop(tb testing.TB) {
	tb.Helper()
	s.end(tb, s.polite)
}

// Kill ends the server as a power cut would and returns when it has ended.
func (s *server) Kill(tb testing.TB) {
	tb.Helper()
	s.end(tb, syscall.SIGKILL)
}

// Restart is Stop, then Start.
func (s *server) Restart(tb testing.TB) {
	tb.Helper()
	s.Stop(tb)
	s.Start(tb)
}

// Pause freezes the server, and returns when it stands still: connections open and
// nobody answers. PostgreSQL freezes for new connections only.
func (s *server) Pause(tb testing.TB) {
	tb.Helper()
	must(tb, s.process.Signal(syscall.SIGSTOP))
	for end := time.Now().Add(patience); !s.still(); time.Sleep(glance) {
		if time.Now().After(end) {
			tb.Fatalf("%s does not stop", s.name)
		}
	}
}

// still says that each thread is stopped: on a busy machine a signal takes its time.
func (s *server) still() bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", s.process.Pid))
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if _, state, _ := bytes.Cut(stat, []byte(") ")); err != nil || len(state) == 0 || state[0] != 'T' {
			return false
		}
	}
	return len(threads) > 0
}

// Resume ends a Pause.
func (s *server) Resume(tb testing.TB) {
	tb.Helper()
	must(tb, s.process.Signal(syscall.SIGCONT))
}

func (s *server) end(tb testing.TB, signal syscall.Signal) {
	tb.Helper()
	if s.process == nil {
		return
	}
	// Both fail when the server has ended by itself, which is what is wanted.
	_ = s.process.Signal(signal)
	_ = s.process.Signal(syscall.SIGCONT)
	select {
	case <-s.done:
	case <-time.After(patience):
		_ = syscall.Kill(-s.process.Pid, syscall.SIGKILL)
		tb.Errorf("dev: %s did not stop in %v", s.name, patience)
	}
}

func (s *server) await(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	look := time.NewTicker(glance)
	defer look.Stop()
	for {
		err := s.ready(ctx)
		if err == nil {
			return
		}
		select {
		case <-s.done:
			tb.Fatalf("dev: %s ended before it answered", s.name)
		case <-ctx.Done():
			tb.Fatalf("dev: %s does not answer after %v: %v", s.name, patience, err)
		case <-look.C:
		}
	}
}

func (s *server) log() string { return filepath.Join(s.folder, s.name+".log") }

func (s *server) tail() []byte {
	text, err := os.ReadFile(s.log())
	if err != nil {
		return []byte(err.Error())
	}
	return text[max(0, len(text)-logTail):]
}

// run runs a program to its end, gives it the input and returns what it prints.
func (s *server) run(tb testing.TB, input string, args ...string) string {
	tb.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdin = s.folder, bytes.NewBufferString(input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.user}
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("dev: run %s: %v\n%s", filepath.Base(args[0]), err, out)
	}
	return string(out)
}

// listens is ready for a server that answers as soon as it accepts.
func listens(port int) func(context.Context) error {
	return func(ctx context.Context) error {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address(port))
		if err != nil {
			return fmt.Errorf("dial: %w", err)
		}
		return conn.Close()
	}
}
