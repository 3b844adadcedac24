package executor_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	bss "github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// pipe is a network in memory, which the clock of the bubble rules.
type pipe struct {
	accept chan net.Conn
	done   chan struct{}
}

func (p pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.done:
		return nil, errors.New("closed")
	}
}

func (p pipe) Close() error   { return nil }
func (p pipe) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipe) dial(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	select {
	case p.accept <- a:
		return b, nil
	case <-p.done:
		return nil, errors.New("closed")
	}
}

var university = simulator.NewUniversity(1000)

// simulated is the real office on a simulated Partage, in the bubble.
func simulated(t *testing.T) (*effect.Office, *simulator.Server) {
	t.Helper()
	server, err := simulator.New(simulator.Config{Now: time.Now, University: university})
	if err != nil {
		t.Fatal(err)
	}
	p := pipe{make(chan net.Conn), make(chan struct{})}
	web := &http.Server{Handler: server}
	go func() { _ = web.Serve(p) }()
	domains, err := bss.NewDomains(bss.Config{BaseURL: "http://127.0.0.1/service/domain", Now: time.Now, PageSize: 500, Timeout: 20 * time.Second, Dial: p.dial}, server.Keys())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		domains.Close()
		close(p.done)
		if err := web.Close(); err != nil {
			t.Error(err)
		}
	})
	return &effect.Office{Domains: domains, Scope: "unistra.fr"}, server
}

const (
	zoe   = "zoe_x.le_gall@unistra.fr"
	staff = bss.Address("personnels@unistra.fr")
	other = bss.Address("personnels@physique.unistra.fr")
)

// arrive makes an account with an alias, an EPPN and two lists, and returns its identifier.
func arrive(t *testing.T, o *effect.Office) string {
	t.Helper()
	eppn, notes := "zlegall@unistra.fr", "à garder"
	for domain, write := range map[string]func(*bss.Writer) error{
		"unistra.fr": func(w *bss.Writer) error {
			return errors.Join(w.CreateAccount(t.Context(), zoe, bss.NewAccount{PasswordHash: bss.NewSecret("{SSHA}x"), Others: bss.Change{CarLicense: &eppn, Notes: &notes}}),
				w.AddAccountAlias(t.Context(), zoe, "zoe@unistra.fr"), w.AddGroupMembers(t.Context(), staff, zoe))
		},
		"physique.unistra.fr": func(w *bss.Writer) error { return w.AddGroupMembers(t.Context(), other, "zoe@unistra.fr") },
	} {
		client, err := o.Domains.Client(domain)
		if err != nil {
			t.Fatal(err)
		}
		w, err := client.Writer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := write(w); err != nil {
			t.Fatal(err)
		}
	}
	return seen(t, o, "").Account.ID
}

type sight struct {
	Account desk.Account
	Lists   map[bss.Address][]bss.Address
}

// seen is what Partage has of the account, wherever it is.
func seen(t *testing.T, o *effect.Office, id string) (s sight) {
	t.Helper()
	var err error
	if s.Account, err = o.Look(t.Context(), desk.Action{Target: zoe}, id); err != nil {
		t.Fatal(err)
	}
	s.Lists = map[bss.Address][]bss.Address{}
	for _, l := range []bss.Address{staff, other} {
		client, err := o.Domains.For(l)
		if err != nil {
			t.Fatal(err)
		}
		g, err := client.GetGroup(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		s.Lists[l] = slices.Sorted(slices.Values(g.Members))
	}
	return s
}

// opened is a house at work on the simulated Partage.
func opened(t *testing.T, o desk.Office, account desk.Account) house {
	t.Helper()
	h := newHouse(t, memory(), o, rulesFunc(approval))
	if err := h.mirror.Learn(account, time.Now()); err != nil {
		t.Fatal(err)
	}
	return h
}

// once checks the log of the writes: nothing is deleted for good, and no write
// took effect twice on the way in one direction.
func once(t *testing.T, writes []simulator.Write) {
	t.Helper()
	applied := map[string]int{}
	for _, w := range writes {
		if strings.HasPrefix(w.Method, "Delete") {
			t.Errorf("%s was sent", w.Method)
		}
		if w.Applied {
			applied[w.Method+" "+w.Name+" "+w.Params.Encode()]++
		}
	}
	for write, n := range applied {
		if n > 1 {
			t.Errorf("%s took effect %d times", write, n)
		}
	}
}

// The whole protocol on the real client and the simulated Partage, over HTTP:
// with each fault of each sort of step a deletion is done or nothing is changed,
// and what was deleted comes back as it was.
func TestDeletionOnPartage(t *testing.T) {
	type fault = simulator.Fault
	faults := map[string]struct {
		fault fault
		back  bool
	}{
		"clean":                    {fault{}, false},
		"applied, dropped":         {fault{Answer: simulator.Drop, Effect: simulator.Applied, Times: 1}, false},
		"dropped":                  {fault{Answer: simulator.Drop, Effect: simulator.Skipped, Times: 1}, false},
		"late, dropped":            {fault{Answer: simulator.Drop, Effect: simulator.Late, Delay: 4 * time.Minute, Times: 1}, false},
		"late, accepted":           {fault{Effect: simulator.Late, Delay: time.Minute, Times: 1}, false},
		"system failure, applied":  {fault{Answer: simulator.Message, Message: "system failure: x", Effect: simulator.Applied, Times: 1}, false},
		"system failure":           {fault{Answer: simulator.Message, Message: "system failure: x", Effect: simulator.Skipped, Times: 1}, false},
		"bad gateway, applied":     {fault{Answer: simulator.BadGateway, Effect: simulator.Applied, Times: 1}, false},
		"token refused":            {fault{Answer: simulator.BadToken, Times: 1}, false},
		"refused":                  {fault{Answer: simulator.Message, Message: "permission denied", Effect: simulator.Skipped, Times: 1}, true},
		"refused, and yet applied": {fault{Answer: simulator.Message, Message: "permission denied", Effect: simulator.Applied, Times: 1}, false},
		"never applied":            {fault{Answer: simulator.Drop, Effect: simulator.Skipped, Times: 3}, true},
	}
	for _, step := range []struct{ method, name string }{{"RemoveGroupMembers", string(other)}, {"RemoveGroupMembers", string(staff)}, {"ModifyAccount", zoe}, {"RenameAccount", zoe}, {"ModifyAccount", "trash"}} {
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			f := faults[name]
			if f.fault == (fault{}) && step.method != "RenameAccount" {
				continue
			}
			t.Run(step.method+" "+step.name+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o, server := simulated(t)
					id := arrive(t, o)
					was, begun := seen(t, o, id), len(server.Log())
					if f.fault.Method, f.fault.Name = step.method, step.name; step.name == "trash" {
						f.fault.Name = string(was.Account.Trash())
					}
					if f.fault.Answer+simulator.Answer(f.fault.Effect) != "" {
						if err := server.SetFaults(f.fault); err != nil {
							t.Fatal(err)
						}
					}
					h := opened(t, o, was.Account)
					deleted := h.approved(t, "account.delete "+zoe)
					h.run(t, 2*time.Hour)
					r, now := h.request(deleted), seen(t, o, id)
					once(t, server.Log()[begun:])
					if f.back {
						if diff := cmp.Diff(was, now); diff != "" || r.State != desk.Broken || r.Step != 0 {
							t.Errorf("%s at step %d: %s", r.State, r.Step, diff)
						}
						return
					}
					if r.State != desk.Settled || !now.Account.Deleted() || now.Account.Owner != "" || now.Account.ID != id {
						t.Fatalf("%s at step %d, %q: %+v", r.State, r.Step, r.Error, now.Account)
					}
					begun = len(server.Log())
					back := h.approved(t, "account.restore "+zoe)
					h.run(t, time.Hour)
					if diff := cmp.Diff(was, seen(t, o, id)); diff != "" || h.request(back).State != desk.Settled {
						t.Errorf("given back, %s %q: %s", h.request(back).State, h.request(back).Error, diff)
					}
					once(t, server.Log()[begun:])
				})
			})
		}
	}
}
