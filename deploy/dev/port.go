package dev

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Ports below those the kernel lends to outgoing connections, so that no client
// can be given the port of a server that is being restarted.
const (
	firstPort = 20000
	portCount = 10000
)

// port reserves a free loopback port until the test ends. The reservation is a
// lock on a file, which other test processes respect.
func port(tb testing.TB) int {
	tb.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("melusine-ports-%d", os.Getuid()))
	must(tb, os.MkdirAll(dir, 0o755))
	first := rand.IntN(portCount)
	for i := range portCount {
		n := firstPort + (first+i)%portCount
		lock, err := reserve(dir, n)
		if err != nil {
			continue
		}
		tb.Cleanup(func() { _ = lock.Close() })
		return n
	}
	tb.Fatal("dev: no free port")
	return 0
}

func reserve(dir string, n int) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, fmt.Sprint(n)), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := claim(lock, n); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return lock, nil
}

func claim(lock *os.File, n int) error {
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address(n))
	if err != nil {
		return err
	}
	return listener.Close()
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
