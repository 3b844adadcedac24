package partage_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

// A reader of a late copy sees what was; a write is done all the same.
func TestStaleReads(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	if err := l.SetFaults(Fault{Method: "*", Lag: 20 * time.Second, For: time.Minute}); err != nil {
		t.Fatal(err)
	}
	see := func(name partage.Address, sees verdict) {
		t.Helper()
		_, err := c.GetAccount(ctx, name)
		sees.check(t, err)
	}
	before, err := c.CountObjects(ctx, partage.UserAccounts)
	if err != nil {
		t.Fatal(err)
	}
	fine.check(t, create(ctx, w))
	see(ada, notFound)
	l.clock.advance(10 * time.Second)
	fine.check(t, w.RenameAccount(ctx, ada, king)) // writes see what is
	l.clock.advance(10 * time.Second)
	see(ada, fine)
	see(king, notFound)
	l.clock.advance(10 * time.Second)
	see(ada, notFound)
	see(king, fine)
	fine.check(t, w.DeleteAccount(ctx, king))
	see(king, fine)
	if n, err := c.CountObjects(ctx, partage.UserAccounts); err != nil || n != before+1 {
		t.Errorf("%d accounts, %v", n, err)
	}
	if err := l.SetFaults(Fault{Method: "GetAccount", Lag: 25 * time.Second, Times: 1}); err != nil { // further back
		t.Fatal(err)
	}
	see(ada, fine)
	see(king, notFound)
	if err := l.SetFaults(Fault{Method: "*", Lag: 20 * time.Second, For: time.Minute}); err != nil {
		t.Fatal(err)
	}
	l.clock.advance(time.Minute)
	see(king, notFound)
	fine.check(t, create(ctx, w))
	see(ada, fine)
}

func TestHalfAChange(t *testing.T) { // catalogue: 51
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	if err := l.SetFaults(Fault{Method: "ModifyAccount", Effect: Half, Answer: Message}); err != nil {
		t.Fatal(err)
	}
	w := l.writer(t, domain)
	unknown.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{GivenName: new("Ada"), SN: new("Lovelace")}))
	unknown.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("rien")}))
	if a, err := l.client(t, domain).GetAccount(ctx, jeanne); err != nil || a.GivenName != "Ada" || a.SN != "Dupont" || a.Notes != "" {
		t.Errorf("%v %+v", err, a)
	}
}

func TestTwoWritesOutOfOrder(t *testing.T) { // catalogue: 57
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	see := func(want string) {
		t.Helper()
		if a, err := c.GetAccount(ctx, jeanne); err != nil || a.Notes != want {
			t.Errorf("%v %q, want %q", err, a.Notes, want)
		}
	}
	first := Fault{Method: "ModifyAccount", Effect: Overtaken, Times: 1}
	for _, f := range []Fault{first, {Method: "ModifyAccount", Effect: Overtaken, Times: 1, Delay: time.Second}} {
		if err := l.SetFaults(f); err != nil {
			t.Fatal(err)
		}
		fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("first")}))
		fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("second")}))
		see("first")
	}
	if err := l.SetFaults(first, Fault{Method: "ModifyAccount", Effect: Late, Delay: time.Minute, Times: 1}); err != nil {
		t.Fatal(err)
	}
	fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("alone")}))
	fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Notes: new("late")})) // not done yet: it overtakes nothing
	see("first")
	l.clock.advance(time.Minute)
	see("late")
	l.clock.advance(time.Hour)
	see("alone")
	log := l.Log()
	if last := log[len(log)-2]; !last.Applied || !last.AppliedAt.Equal(last.At.Add(time.Hour)) {
		t.Errorf("%+v", last)
	}
}

func TestWhatWasJustWrittenIsRefusedForATime(t *testing.T) {
	l, ctx := newLab(t, Config{Settle: 10 * time.Second}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	fine.check(t, create(ctx, w))
	temporary.check(t, w.AddAccountAlias(ctx, ada, "al@unistra.fr"))
	_, err := c.GetAccount(ctx, ada)
	temporary.check(t, err)
	_, err = c.GetAccount(ctx, jeanne)
	fine.check(t, err)
	l.clock.advance(10 * time.Second)
	fine.check(t, w.RenameAccount(ctx, ada, king))
	_, err = c.GetAccount(ctx, king)
	temporary.check(t, err)
	l.clock.advance(10 * time.Second)
	fine.check(t, w.DeleteAccount(ctx, king))
	for i, want := range []bool{true, false, true, true} {
		if log := l.Log(); log[i].Applied != want {
			t.Errorf("%+v", log[i])
		}
	}
}

// A server that starts again with its file is as it was.
func TestTheFileOfAServer(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "state.jsonl"), context.Background()
	one := newLab(t, Config{File: path}, partage.Config{})
	w := one.writer(t, domain)
	for _, m := range changes() {
		if m.method == "CreateAccount" || m.method == "account/AddRootShare" || m.method == "CreateGroup" || m.method == "zimlet_dl/CreateDefinition" || m.method == "ModifyAccount" {
			fine.check(t, m.write(ctx, w))
		}
	}
	fine.check(t, w.RenameAccount(ctx, jeanne, king))
	fine.check(t, w.DeleteAccount(ctx, ada))
	fine.check(t, w.CreateAccount(ctx, ada, partage.NewAccount{Password: partage.NewSecret("hunter2hunter2")}))
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	unknown.check(t, w.DeleteAccount(ctx, ada))
	two := newLab(t, Config{File: path}, partage.Config{})
	for _, name := range []partage.Address{ada, king} {
		a, errA := one.client(t, domain).GetAccount(ctx, name)
		b, errB := two.client(t, domain).GetAccount(ctx, name)
		if errA != nil || errB != nil || !cmp.Equal(a, b) {
			t.Errorf("%v %v %s", errA, errB, cmp.Diff(a, b))
		}
	}
	if recipients, _ := two.RootShare(string(king)); len(recipients) != 1 {
		t.Error("the share is lost")
	}
	fine.check(t, two.writer(t, domain).DeleteAccount(ctx, ada))
}

// Many readers of late copies, at different lags, while writers write.
func TestStaleReadsAtOnce(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	faults := []Fault{{Method: "GetAccount", Lag: time.Second, Rate: 0.5}, {Method: "GetAccount", Lag: time.Minute, Rate: 0.5}, {Method: "GetAllAccounts", Lag: time.Second}}
	if err := l.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
	c, w := l.client(t, domain), l.writer(t, domain)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 5 {
				name := partage.Address(fmt.Sprintf("a%d.%d@unistra.fr", i, k))
				fine.check(t, w.CreateAccount(ctx, name, partage.NewAccount{PasswordHash: hash}))
				_, err := c.GetAccount(ctx, jeanne)
				fine.check(t, err)
				l.clock.advance(time.Second)
				for _, err := range c.GetAllAccounts(ctx, partage.Query{Filter: "(sn=Dupont)"}) {
					fine.check(t, err)
				}
			}
		})
	}
	wg.Wait()
	l.clock.advance(time.Hour)
	_, err := c.GetAccount(ctx, "a7.4@unistra.fr")
	fine.check(t, err)
}
