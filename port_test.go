package main

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// freePort is a loopback address on which nobody listens. Its port is below
// those that the system lends to callers, thousands of them in other tests:
// one of them could take it before it is used.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := "127.0.0.1:" + strconv.Itoa(10_000+rand.IntN(20_000))
		if l, err := net.Listen("tcp", address); err == nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}
