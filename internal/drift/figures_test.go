package drift_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

func TestDashboard(t *testing.T) {
	h := townHouse(t, 3, 9, 100) // 103 of staff's class, 9 of students'
	h.alter("p0050", func(a *desk.Account) { a.Used = 5 << 30 })
	h.alter("p0051", func(a *desk.Account) { a.COS = "x" })
	h.alter("p0052", func(a *desk.Account) { a.Address = a.Trash() })
	h.load()
	seen := h.now.Add(-time.Minute)
	h.desk.Estate.Services = func() []desk.Service {
		return []desk.Service{{Name: "partage", Up: true, Latency: 182 * time.Millisecond, At: seen}}
	}
	h.must(h.desk.Import(t.Context(), "seed", desk.Grant{To: "p0050", Domains: []string{"u.fr"}}))
	r := h.ask(desk.Selection{Most: 4, Causes: []desk.GapCause{desk.PersonGone, desk.ClassOther}})
	h.now = h.now.Add(10 * time.Minute)
	b, err := h.desk.Dashboard("odile", desk.Chat)
	h.must(err)
	directory, partage := h.mirror.Ages()
	figure := func(n int64, s desk.Source) desk.Figure {
		return desk.Figure{Value: n, Source: s, At: map[desk.Source]time.Time{desk.FromDirectory: directory, desk.FromPartage: partage, desk.FromConfig: h.now, desk.FromJournal: h.now}[s]}
	}
	want := desk.Dashboard{At: h.now, Accounts: figure(111, desk.FromPartage), People: figure(111, desk.FromDirectory), Deleted: figure(1, desk.FromPartage),
		Populations: []desk.Headcount{
			{Name: "students", Text: desk.Text{FR: "étudiants", EN: "students"}, Partage: figure(9, desk.FromPartage), Directory: figure(0, desk.FromDirectory)},
			{Name: "staff", Text: desk.Text{FR: "personnels", EN: "staff"}, Partage: figure(101, desk.FromPartage), Directory: figure(109, desk.FromDirectory)},
			{Partage: figure(1, desk.FromPartage), Directory: figure(2, desk.FromDirectory)},
		},
		Classes: []desk.ClassFigure{{Class: "s_personnel", ClassCount: desk.ClassCount{Accounts: 101, Used: 5 << 30}}, {Class: "s_etudiant", ClassCount: desk.ClassCount{Accounts: 9}}, {Class: "x", ClassCount: desk.ClassCount{Accounts: 1}}},
		Used:    figure(5<<30, desk.FromPartage), Bought: figure(0, desk.FromConfig),
		Bill:     desk.Bill{Total: 1100, Unpriced: 1, Lines: []desk.BillLine{{Class: "s_*", Accounts: 110, Each: 10, Total: 1100}, {Class: "l_*", Each: 30}}},
		Restored: figure(0, desk.FromJournal), Services: h.desk.Estate.Services(),
		Requests: []desk.Ageing{{State: desk.Waiting, Count: 1, P50: 10 * time.Minute, P90: 10 * time.Minute}}, Answered: desk.Ageing{State: desk.Settled},
		Journal: figure(1, desk.FromJournal), Delegates: figure(1, desk.FromJournal), Thin: []desk.Coverage{{Domain: "u.fr", By: []desk.UID{"p0050"}}},
	}
	if diff := cmp.Diff(want, b); diff != "" {
		t.Error(diff)
	}
	if _, err := h.desk.Dashboard("p0050", desk.Chat); desk.KindOf(err) != desk.Forbidden {
		t.Errorf("seen by anybody: %v", err)
	}
	r, err = h.desk.Approve(t.Context(), "oscar", desk.Chat, r.ID, "")
	h.must(err)
	h.settle(r.ID)
	b, err = h.desk.Dashboard("odile", desk.Chat)
	if h.must(err); b.Answered.Count != 5 || b.Answered.P90 != 10*time.Minute || b.Requests != nil || b.Deleted.Value != 3 {
		t.Errorf("answered %+v, open %+v, deleted %d", b.Answered, b.Requests, b.Deleted.Value)
	}
	for n, want := range map[int64]desk.Figure{13: {Value: 13, Source: desk.FromPartage, At: seen}, 0: {Source: desk.FromJournal, At: h.now}} {
		h.desk.Estate.Restored = func() desk.Figure {
			if n == 0 {
				return desk.Figure{} // never looked
			}
			return want
		}
		if b, err = h.desk.Dashboard("odile", desk.Chat); err != nil || b.Restored != want {
			t.Errorf("restored %+v, %v", b.Restored, err)
		}
	}
}

func TestQuantiles(t *testing.T) {
	h := townHouse(t, 0, 0, 30)
	h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"person:nobody"}, Needed: 1}}}
	})
	start := h.now
	for i := range 10 { // asked 10, 9... 1 minutes ago
		h.now = start.Add(time.Duration(i) * time.Minute)
		a, err := desk.NewAction(desk.AliasAdd, "p0001@u.fr", map[string]string{"alias": fmt.Sprintf("a%d@u.fr", i)})
		h.must(err)
		_, err = h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: fmt.Sprint(i)})
		h.must(err)
	}
	h.now = start.Add(10 * time.Minute)
	h.desk.Rules = twoAdmins(false)
	b, err := h.desk.Dashboard("odile", desk.Chat)
	if h.must(err); len(b.Requests) != 1 || b.Requests[0] != (desk.Ageing{State: desk.Waiting, Count: 10, P50: 5 * time.Minute, P90: 9 * time.Minute}) {
		t.Errorf("%+v", b.Requests)
	}
}
