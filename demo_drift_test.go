package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// figures are those that the seed's slides show, as the dashboard tells them.
func figures(b desk.Dashboard) map[string]int64 {
	f := map[string]int64{"accounts": b.Accounts.Value, "people": b.People.Value, "restored": b.Restored.Value, "bought": b.Bought.Value >> 40,
		"used": b.Used.Value >> 40, "paid small": int64(b.Bill.Lines[0].Paid()), "large": int64(b.Bill.Lines[1].Accounts), "deleted": b.Deleted.Value}
	for _, p := range b.Populations {
		f[p.Name+" on Partage"], f[p.Name+" in the directory"], f[p.Name+" gap"] = p.Partage.Value, p.Directory.Value, p.Gap()
	}
	for _, c := range b.Classes {
		f[c.Class] = int64(c.Accounts)
	}
	return f
}

// TestTheDemoShowsTheSeedsFigures and repairs a canary of ten of its 538
// differences, once another administrator has approved.
func TestTheDemoShowsTheSeedsFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole university")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d, err := newDemo(ctx, demoCommand{Listen: freePort(t), Accounts: 97_484}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	h := d.house
	h.prober.look(ctx)
	before, err := h.desk.Dashboard("sgermain", desk.Portal)
	if err != nil {
		t.Fatal(err)
	}
	// The classes of the seed add up to two more than its accounts: here two
	// students are fewer, in their class and among those that are paid for.
	want := map[string]int64{"accounts": 97_484, "people": 96_946, "restored": 13, "bought": 210, "used": 65, "paid small": 46_824, "large": 8_610, "deleted": 0,
		"students on Partage": 81_849, "students in the directory": 81_810, "students gap": 39, "staff on Partage": 15_635, "staff in the directory": 15_136, "staff gap": 499,
		"s_univ-strasbourg_etudiant": 81_849, "s_univ-strasbourg_personnel": 4_457, "s_univ-strasbourg_heberge": 2_568, "l_univ-strasbourg_personnel": 7_139, "l_univ-strasbourg_heberge": 1_471}
	if diff := cmp.Diff(want, figures(before)); diff != "" {
		t.Error(diff)
	}
	for _, s := range before.Services {
		if !s.Up || s.At.IsZero() {
			t.Errorf("%s: %s", s.Name, s.Error)
		}
	}
	gaps, err := h.desk.Gaps("sgermain", desk.Portal, desk.Selection{})
	if err != nil || len(gaps) != 538 {
		t.Fatalf("%d differences, %v", len(gaps), err)
	}
	done := make(chan error, 1)
	go func() { done <- d.run(ctx, func() {}) }()
	plotted, err := h.desk.Plot("sgermain", desk.Portal, desk.Selection{Most: 10, Canary: 10})
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.desk.Ask(ctx, desk.Asking{By: "sgermain", Via: desk.Portal, Action: plotted.Action, Key: "canary"})
	if err != nil || r.State != desk.Waiting || len(d.partage.Log()) != 0 {
		t.Fatalf("%s, %v; %d writes before anybody approved", r.State, err, len(d.partage.Log()))
	}
	if _, err := h.desk.ApproveProved(ctx, "hpoincare", desk.Portal, r.ID, r.Digest(), desk.Proof{At: h.desk.Now(), Digest: r.Digest()}); err != nil {
		t.Fatal(err)
	}
	if r = (stage{d, t}).request(r.ID, desk.Settled); len(r.Repairs.Parts) != 10 {
		t.Errorf("%d parts", len(r.Repairs.Parts))
	}
	was := len(gaps)
	if gaps, err = h.desk.Gaps("sgermain", desk.Portal, desk.Selection{}); err != nil {
		t.Fatal(err)
	}
	orphans := slices.DeleteFunc(slices.Clone(gaps), func(g desk.Gap) bool { return g.Cause != desk.ListOrphan })
	if len(gaps) != was-10+len(orphans) || len(orphans) < 2 { // the last of some lists have left with their mailboxes
		t.Errorf("%d differences are left of %d, lists without an owner: %+v", len(gaps), was, orphans)
	}
	after, err := h.desk.Dashboard("sgermain", desk.Portal)
	if err != nil || after.Accounts.Value != 97_474 || after.Deleted.Value != 10 || after.Answered.Count != 11 {
		t.Errorf("%d accounts, %d deleted, %d answered, %v", after.Accounts.Value, after.Deleted.Value, after.Answered.Count, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// On a small university the whole plan goes through: a canary, then the rest,
// where a brake stops it until two administrators have looked.
func TestTheDemoRepairsWhatItCan(t *testing.T) {
	s := newStage(t, func(d *demo) { d.house.desk.Brakes.PerMille = 3 })
	d := s.house.desk
	gaps, err := d.Gaps("sgermain", desk.Portal, desk.Selection{})
	if err != nil || len(gaps) < 4 {
		t.Fatalf("%d differences, %v", len(gaps), err)
	}
	plotted, err := d.Plot("sgermain", desk.Portal, desk.Selection{Canary: 2})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Portal, Action: plotted.Action, Key: "all"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ApproveProved(t.Context(), "hpoincare", desk.Portal, r.ID, r.Digest(), desk.Proof{At: d.Now(), Digest: r.Digest()}); err != nil {
		t.Fatal(err)
	}
	for s.held(t) == 0 && !s.over(r.ID) {
		s.follow()
	}
	if !s.over(r.ID) {
		release, err := desk.NewAction(desk.BrakeRelease, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Portal, Action: release, Key: "release"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ApproveProved(t.Context(), "hpoincare", desk.Portal, again.ID, again.Digest(), desk.Proof{At: d.Now(), Digest: again.Digest()}); err != nil {
			t.Fatal(err)
		}
	}
	s.request(r.ID, desk.Settled)
	if gaps, err = d.Gaps("sgermain", desk.Portal, desk.Selection{}); err != nil || len(gaps) != 0 {
		t.Errorf("%d differences are left, %v", len(gaps), err)
	}
	if said := s.be("sgermain").says("global jdupont"); !strings.Contains(said, "jdupont") {
		t.Errorf("answered %q", said)
	}
}

func (s stage) held(t *testing.T) int { t.Helper(); return len(s.house.desk.Held()) }

func (s stage) over(id desk.ID) bool {
	r, _ := s.house.mirror.Request(id)
	return r.State.Final()
}

// follow waits until the journal has grown, or a moment.
func (s stage) follow() {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 100*time.Millisecond)
	defer cancel()
	_, at := s.house.mirror.Request("")
	_ = s.house.desk.Journal.Wait(ctx, at)
	if err := s.house.mirror.CatchUp(s.Context()); err != nil {
		s.Fatal(err)
	}
}
