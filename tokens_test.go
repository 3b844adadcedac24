package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// tokenedJournal makes a journal in which each of those named has been issued a token.
func tokenedJournal(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	events, err := journal.OpenSQLite(ctx, ts.MkAbs(args[0]), rand.Reader)
	ts.Check(err)
	d := recordingDesk(events)
	for _, who := range args[1:] {
		_, err := d.IssueToken(ctx, desk.UID(who), "nightly", []desk.Power{desk.MayRead, desk.MayAsk}, time.Time{}, rand.Reader)
		ts.Check(err)
	}
	ts.Check(events.Close())
}

// heldJournal has a journal in use, as a server has, until the script ends.
func heldJournal(ts *testscript.TestScript, _ bool, args []string) {
	events, err := journal.OpenSQLite(context.Background(), ts.MkAbs(args[0]), rand.Reader)
	ts.Check(err)
	ts.Defer(func() { ts.Check(events.Close()) })
}
