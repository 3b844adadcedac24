//go:build servers

package main

import "testing"

// A disk that fails to write, or to say that it has.
func TestADiskThatFails(t *testing.T) {
	for _, call := range []string{"pwrite64", "fdatasync,fsync"} {
		t.Run(call, func(t *testing.T) {
			s := newStorm(t, 150, *stormSeed)
			s.under = []string{"strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + call + ":error=EIO:when=100+"}
			s.givesUp(t, "disk I/O error", func() { s.under = nil }).must(t)
		})
	}
}
