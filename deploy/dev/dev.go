// Package dev starts the real servers that tests talk to: PostgreSQL and
// PgBouncer, OpenLDAP, LemonLDAP::NG, Mattermost and Chromium, each on loopback, each with a folder of its own.
//
// A function that starts a server returns when it answers. The server ends with
// the test that asked for it, or with the test process if that dies first, and
// the end of its log is printed when the test fails. A program that is not
// installed fails the test: nothing is ever skipped.
//
// A goroutine waits for each server, so look for leaked goroutines in TestMain
// (goleak.VerifyTestMain), after the servers are gone, not inside a test.
package dev

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// folder makes a folder that other users may enter (PostgreSQL refuses to run
// as root), with a path short enough for a Unix socket.
func folder(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "melusine-"+name+"-")
	must(tb, err)
	must(tb, os.Chmod(dir, 0o755))
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("dev: remove folder: %v", err)
		}
	})
	return dir
}

// program finds the first of the named programs that is installed, also where
// Debian puts those that are not in everyone's PATH.
func program(tb testing.TB, names ...string) string {
	tb.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		for _, pattern := range []string{"/usr/sbin/", "/usr/lib/postgresql/*/bin/"} {
			if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
				return found[len(found)-1]
			}
		}
	}
	tb.Fatalf("dev: %s is missing: `make test` installs it (deploy/dev/prepare.sh)", names[0])
	return ""
}

func write(tb testing.TB, path string, content []byte) string {
	tb.Helper()
	must(tb, os.WriteFile(path, content, 0o644))
	return path
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("dev: %v", err)
	}
}
