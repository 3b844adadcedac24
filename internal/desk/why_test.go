package desk_test

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// telling is a book that gives what it was told, and remembers what the reader
// may see.
type telling struct {
	book
	closest []desk.Change
	sight   *desk.Sight
}

func (b telling) Explain(f desk.Facts, s desk.Sight) desk.Explanation {
	*b.sight = s
	return desk.Explanation{Decision: b.Decide(f), Reasons: []desk.Reason{{Rule: "needs"}}, Closest: slices.Clone(b.closest)}
}

func explaining(d *desk.Desk, closest ...desk.Change) *desk.Sight {
	b := telling{d.Rules.(book), closest, new(desk.Sight)}
	d.Rules = b
	return b.sight
}

func logins(people []desk.Person) (uids []desk.UID) {
	for _, p := range people {
		uids = append(uids, p.UID)
	}
	return uids
}

func TestWhyNamesWhoCanApprove(t *testing.T) {
	d, h := newDesk(t)
	explaining(d)
	w, err := d.Why("ann", desk.Chat, action(t, "quota.set bob size=2G"))
	wants(t, err, "")
	if got := logins(w.Approve); !slices.Equal(got, []desk.UID{"cid", "dan", "eve"}) || w.Action.Target != "bob@u.fr" || w.By.UID != "ann" || w.Since {
		t.Errorf("%v of %+v", got, w)
	}
	join(h, "bob") // it is about an account of theirs
	join(h, "ann") // nobody approves their own
	r := ask(t, d, "k")
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	rules(both(2))(d, h)
	explaining(d)
	r = ask(t, d, "k2")
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	w, err = d.WhyRequest("ann", desk.Chat, r.ID)
	wants(t, err, "")
	if got := logins(w.Approve); !slices.Equal(got, []desk.UID{"fay", "dan", "eve"}) {
		t.Errorf("after a vote of cid: %v", got)
	}
	_, err = d.WhyRequest("who", desk.Chat, r.ID)
	wants(t, err, desk.UnknownRequest)
}

// Who may not see an account is told nothing of it, nor of whoever asked.
func TestWhyShowsWhatTheReaderMaySee(t *testing.T) {
	for name, c := range map[string]struct {
		reader        desk.UID
		sees          func(reader, owner desk.UID) bool
		actor, target bool
	}{
		"the asker":               {"ann", func(reader, owner desk.UID) bool { return false }, true, false},
		"the asker, who may see":  {"ann", func(reader, owner desk.UID) bool { return true }, true, true},
		"the owner":               {"bob", func(reader, owner desk.UID) bool { return false }, false, true},
		"an approver":             {"cid", func(reader, owner desk.UID) bool { return false }, false, false},
		"an approver who may see": {"cid", func(reader, owner desk.UID) bool { return true }, true, true},
		"who may see the account": {"cid", func(reader, owner desk.UID) bool { return owner == "bob" }, false, true},
		"who may see the asker":   {"cid", func(reader, owner desk.UID) bool { return owner == "ann" }, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := newDesk(t)
			d.Rules = book(func(f desk.Facts) desk.Decision {
				if f.Action.Verb == desk.AccountShow && !c.sees(f.Actor.UID, f.Target.Owner) {
					return desk.Decision{}
				}
				if f.Action.Verb == desk.AccountShow {
					return desk.Decision{Outcome: desk.Allowed}
				}
				return needs(1, "admins")
			})
			r := ask(t, d, "k")
			sight := explaining(d)
			_, err := d.WhyRequest(c.reader, desk.Chat, r.ID)
			wants(t, err, "")
			if sight.Actor != c.actor || sight.Target != c.target || (len(sight.Own) > 0) != (c.reader == "ann") {
				t.Errorf("sees %+v", *sight)
			}
		})
	}
}

// What else is told can be asked: it is possible and would be decided so; it is
// told to who asks, and not once all is settled.
func TestWhyTellsOnlyWhatStands(t *testing.T) {
	d, _ := newDesk(t)
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Size <= 3<<30 {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return needs(1, "admins")
	})
	change := func(text string) desk.Change {
		return desk.Change{Action: action(t, text), Decision: desk.Decision{Outcome: desk.Allowed}}
	}
	good := change("quota.set bob@u.fr size=3G")
	granted := desk.Change{Action: action(t, "quota.set bob@u.fr size=9G"), Needs: []desk.Need{{What: "group", Name: "admins"}}}
	explaining(d, good, change("quota.set bob@u.fr size=1G"), change("quota.set bob@u.fr size=4G"), granted)
	w, err := d.Why("ann", desk.Chat, action(t, "quota.set bob@u.fr size=9G"))
	wants(t, err, "")
	if len(w.Closest) != 2 || w.Closest[0].Action != good.Action || len(w.Closest[1].Needs) != 1 {
		t.Errorf("told %+v", w.Closest)
	}
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: action(t, "quota.set bob@u.fr size=9G"), Key: "k"})
	wants(t, err, "")
	for reader, told := range map[desk.UID]int{"ann": 2, "cid": 0} {
		if w, err = d.WhyRequest(reader, desk.Chat, r.ID); len(w.Closest) != told || err != nil {
			t.Errorf("%s is told %+v, %v", reader, w.Closest, err)
		}
	}
	_, err = d.Withdraw(t.Context(), "ann", desk.Chat, r.ID)
	wants(t, err, "")
	if w, err = d.WhyRequest("ann", desk.Chat, r.ID); len(w.Closest) != 0 || err != nil {
		t.Errorf("after the end: %+v, %v", w.Closest, err)
	}
}

// A request that came about cannot be asked again, and is explained all the same.
func TestWhyOfWhatIsDone(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	explaining(d)
	a := h.accounts["bob@u.fr"]
	a.Quota = 2 << 30
	h.accounts["bob@u.fr"] = a
	w, err := d.WhyRequest("ann", desk.Chat, r.ID)
	wants(t, err, "")
	if len(w.Reasons) != 1 || w.Since {
		t.Errorf("%+v", w)
	}
	rules(desk.Decision{Outcome: desk.Denied})(d, h)
	explaining(d)
	if w, err = d.WhyRequest("ann", desk.Chat, r.ID); !w.Since || err != nil || len(w.Contacts) != 0 {
		t.Errorf("%+v, %v", w, err)
	}
}
