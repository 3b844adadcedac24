package main

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary can also be run as these programs.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"melusine": main, "storm-node": stormNode})
}

// The scripts run the program as people do. Each has an address of its own in
// $ADDRESS, the books that are shipped are in $BOOKS, and "listening" waits until somebody answers there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			books, err := filepath.Abs("deploy/rules")
			e.Setenv("ADDRESS", freePort(t))
			e.Setenv("BOOKS", books)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"listening": listening, "ruled": ruledJournal, "tokened": tokenedJournal, "held": heldJournal},
	})
}

func listening(ts *testscript.TestScript, _ bool, _ []string) {
	address, every := ts.Getenv("ADDRESS"), time.NewTicker(20*time.Millisecond)
	defer every.Stop()
	for range 500 {
		if c, err := net.Dial("tcp", address); err == nil {
			ts.Check(c.Close())
			return
		}
		<-every.C
	}
	ts.Fatalf("nobody listens on %s", address)
}
