package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// ruledJournal writes a journal at a path: the default book, and three requests
// that it decided, of two people; or, by "newer", a book of another program.
func ruledJournal(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	events, err := journal.OpenSQLite(ctx, ts.MkAbs(args[0]), rand.Reader)
	ts.Check(err)
	d := recordingDesk(events)
	seed, err := config{}.seed()
	ts.Check(err)
	if len(args) > 1 {
		seed.Files[0].Text += "    within: moon\n"
	}
	ts.Check(d.Seed(ctx, seed))
	if len(args) > 1 {
		ts.Check(events.Close())
		return
	}
	for i, size := range []int{15, 30, 12} {
		ts.Check(recordQuota(ctx, d, desk.UID(fmt.Sprintf("user%d", i%2)), size, i))
	}
	ts.Check(events.Close())
}

// recordingDesk is a desk on which everybody has a mailbox of their own.
func recordingDesk(events desk.Journal) *desk.Desk {
	view := mirror.New(events)
	return &desk.Desk{Journal: events, View: town1{view}, Rules: &desk.Library{Fold: view, Read: readRules}, Read: readRules, Now: time.Now, Stale: time.Hour}
}

// town1 is a view where whoever is asked for exists.
type town1 struct{ *mirror.Mirror }

func (town1) Person(uid desk.UID) desk.Person {
	return desk.Person{UID: uid, Name: string(uid), Affiliation: "employee", UnitDomain: "u.fr"}
}

func (town1) Account(a desk.Address) desk.Account {
	return desk.Account{ID: string(a), Address: a, Owner: desk.UID(string(a[:len(a)-len("@u.fr")])), Status: desk.Active, Quota: 1 << 30}
}

func (town1) Ages() (directory, partage time.Time) { return time.Now(), time.Now() }

// recordQuota has somebody ask for so many gigabytes.
func recordQuota(ctx context.Context, d *desk.Desk, who desk.UID, size, n int) error {
	a, err := desk.ParseAction(fmt.Sprintf("quota.set %s@u.fr size=%dG", who, size))
	if err != nil {
		return err
	}
	_, err = d.Ask(ctx, desk.Asking{By: who, Via: desk.Chat, Action: a, Key: fmt.Sprint(n)})
	return err
}
