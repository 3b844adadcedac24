package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage/simulator"
)

// A verdict compares what the journal says with what Partage received.
type verdict struct {
	*storm
	requests map[string]desk.Request // by key
	intents  []*intent
	actions  int // asked
	refused  int // of them, those that Partage was told to refuse
	sends    int
	kills    int
	took     time.Duration

	lost    int // acknowledged or said done, and not there
	doubled int // sent twice under one intent, or in effect twice
	orphans int // received without an intent
	unknown int // not final
	details []string
}

// An intent is one Started, and what Partage received of it.
type intent struct {
	at      time.Time
	step    step
	form    form
	sends   int
	applied int
}

// A step of a request, forth or back.
type step struct {
	id   desk.ID
	n    int
	undo bool
}

// A form is a write as Partage sees it; value "*" is any.
type form struct{ method, name, param, value string }

func (f form) fits(w simulator.Write) bool {
	return f.method == w.Method && f.name == w.Name && w.Params.Has(f.param) && (f.value == "*" || f.value == w.Params.Get(f.param))
}

// formOf is how an action must reach Partage, said here once more than in the
// product, which is what is judged.
func formOf(a desk.Action, before desk.Account) form {
	name, modify := string(before.Address), func(param, value string) form {
		return form{"ModifyAccount", string(before.Address), param, value}
	}
	switch a.Verb {
	case desk.AliasAdd, desk.AliasRenew:
		return form{"AddAccountAlias", name, "alias", a.Arg("alias")}
	case desk.AliasRemove:
		return form{"RemoveAccountAlias", name, "alias", a.Arg("alias")}
	case desk.QuotaSet:
		size, _ := desk.ParseSize(a.Arg("size"))
		return modify("zimbraMailQuota", strconv.FormatInt(int64(size), 10))
	case desk.AccountLock, desk.AccountActivate, desk.AccountClose:
		return modify("zimbraAccountStatus", desk.StatusAfter(a.Verb))
	case desk.AccountHide:
		return modify("zimbraHideInGal", "TRUE")
	case desk.AccountUnhide:
		return modify("zimbraHideInGal", "FALSE")
	case desk.AccountRename:
		return form{"RenameAccount", name, "newname", a.Arg("to")}
	case desk.AccountCOS:
		return modify("zimbraCOSId", "*")
	case desk.AccountForward:
		return modify("zimbraPrefMailForwardingAddress", strings.TrimSuffix(a.Arg("to"), desk.Nowhere))
	case desk.AccountProfile:
		return modify("title", strings.TrimSuffix(a.Arg("title"), desk.Nowhere))
	case desk.AccountEPPN:
		return modify("carLicense", a.Arg("eppn"))
	case desk.AccountMark, desk.AccountUnmark:
		return modify("zimbraNotes", "*")
	case desk.ListJoin:
		return form{"AddGroupMembers", a.Arg("list"), "members[]", a.Arg("member")}
	case desk.ListLeave:
		return form{"RemoveGroupMembers", a.Arg("list"), "members[]", a.Arg("member")}
	}
	return form{}
}

// readJournal takes the requests and the intents out of the journal.
func (v *verdict) readJournal(t *testing.T, events *journal.Log, view desk.View) {
	t.Helper()
	v.requests = map[string]desk.Request{}
	for r := range view.Requests(desk.Query{}) {
		v.requests[r.Key] = r
	}
	for e, err := range events.Read(t.Context(), 0) {
		if err != nil {
			t.Errorf("read journal: %v", err)
			return
		}
		f, started := e.Fact.(desk.Started)
		if !started || f.Issued.IsZero() {
			continue
		}
		r, _ := view.Request(e.ID)
		action := r.Steps()[f.Step].Do
		if f.Undo {
			action = r.Steps()[f.Step].Undo
		}
		v.intents = append(v.intents, &intent{at: e.At, step: step{e.ID, f.Step, f.Undo}, form: formOf(action, f.Before)})
	}
}

// readPartage gives each write that Partage received to the latest intent before
// it that it can be of.
func (v *verdict) readPartage(log []simulator.Write) {
	v.sends = len(log)
	for _, w := range log {
		of := -1
		for i, x := range v.intents {
			if !x.at.After(w.At) && x.form.fits(w) {
				of = i
			}
		}
		if of < 0 {
			v.orphans++
			v.note("orphan: %s %s %v at %v", w.Method, w.Name, w.Params, w.At)
			continue
		}
		x := v.intents[of]
		if x.sends++; x.sends > 1 {
			v.doubled++
			v.note("sent twice by %v: %v", x.step, x.form)
		}
		if w.Applied {
			x.applied++
		}
	}
}

// compare holds the requests against what took effect.
func (v *verdict) compare() {
	effects := map[step]int{}
	for _, x := range v.intents {
		effects[x.step] += x.applied
	}
	for s, n := range effects {
		if n > 1 {
			v.doubled++
			v.note("in effect %d times: %v", n, s)
		}
	}
	for _, t := range v.Tales {
		for n := range t.Actions {
			v.compareOne(t, n, effects)
		}
	}
	for _, ack := range v.acks {
		if id, key, _ := strings.Cut(ack, " "); v.requests[key].ID != desk.ID(id) {
			v.lost++
			v.note("acknowledged, and not in the journal: %s", ack)
		}
	}
}

func (v *verdict) compareOne(t tale, n int, effects map[step]int) {
	r, asked := v.requests[t.key(n)]
	if asked {
		v.actions++
	}
	switch {
	case !asked || !r.State.Final():
		v.unknown++
		v.note("%s is %q: %s", t.key(n), r.State, r.Error)
	case t.Refused != "":
		if v.refused++; r.State != desk.Broken || r.Cause != desk.PartageRefused || r.Step != 0 {
			v.lost++
			v.note("%s was to be refused, and is %s by %s at step %d", t.key(n), r.State, r.Cause, r.Step)
		}
	case r.State != desk.Settled:
		v.lost++
		v.note("%s is %s: %s %s", t.key(n), r.State, r.Code, r.Error)
	default:
		for i := range r.Steps() {
			if effects[step{r.ID, i, false}] == 0 {
				v.lost++
				v.note("%s is said done, and its step %d has no effect", t.key(n), i)
			}
		}
	}
}

// compareAccounts reads each account a last time: it is as its tale leaves it.
func (v *verdict) compareAccounts(t *testing.T) {
	t.Helper()
	h, err := v.house(t.Context(), journal.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	defer h.office.Domains.Close()
	for _, tale := range v.Tales {
		want, got := tale.after(v.before[tale.Home]), h.mirror.Account(tale.Home)
		want.Detail, got.Detail = nil, nil
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" && v.unknown == 0 {
			v.lost++
			v.note("%s is not as it should be: %s", tale.Home, diff)
		}
	}
}

func (v *verdict) note(format string, args ...any) {
	v.details = append(v.details, fmt.Sprintf(format, args...))
}

func (v verdict) plus(o verdict) verdict {
	v.actions, v.refused, v.kills = v.actions+o.actions, v.refused+o.refused, v.kills+o.kills
	v.sends, v.intents, v.details = v.sends+o.sends, append(v.intents, o.intents...), append(v.details, o.details...)
	v.lost, v.doubled, v.orphans, v.unknown = v.lost+o.lost, v.doubled+o.doubled, v.orphans+o.orphans, v.unknown+o.unknown
	return v
}

func (v verdict) bad() bool { return v.lost+v.doubled+v.orphans+v.unknown > 0 }

func (v verdict) must(t *testing.T) {
	t.Helper()
	t.Log(v)
	if v.bad() {
		t.Error(v.told())
	}
}

// told is what is wrong, the first of it.
func (v verdict) told() string { return strings.Join(v.details[:min(len(v.details), 20)], "\n") }

// String ends with the line that is looked for.
func (v verdict) String() string {
	return fmt.Sprintf("%d actions, %d of them refused by Partage; %d kills; %d intents, %d sends; %.0f s\nlost %d, doubled %d, orphans %d, unknown %d",
		v.actions, v.refused, v.kills, len(v.intents), v.sends, v.took.Seconds(), v.lost, v.doubled, v.orphans, v.unknown)
}
