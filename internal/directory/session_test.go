package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

// The words of RFC 4533, as the library decodes them.
func state(s ldap.ControlSyncStateState, id byte, uids ...string) said {
	r := &record{dn: fmt.Sprintf("uid=p%d,dc=fr", id), attributes: []attribute{{"uid", uids}}}
	return said{kind: personKind, entry: r, controls: []ldap.Control{&ldap.ControlSyncState{State: s, EntryUUID: uuid.UUID{id}}}}
}

func info(i *ldap.ControlSyncInfo) said {
	return said{kind: personKind, controls: []ldap.Control{i}}
}

func present(done bool, cookie string) said {
	return info(&ldap.ControlSyncInfo{RefreshPresent: &ldap.ControlSyncInfoRefreshPresent{RefreshDone: done, Cookie: []byte(cookie)}})
}

func deletes(done bool, cookie string) said {
	return info(&ldap.ControlSyncInfo{RefreshDelete: &ldap.ControlSyncInfoRefreshDelete{RefreshDone: done, Cookie: []byte(cookie)}})
}

func set(gone bool, ids ...byte) said {
	s := &ldap.ControlSyncInfoSyncIdSet{RefreshDeletes: gone, Cookie: []byte("set")}
	for _, id := range ids {
		s.SyncUUIDs = append(s.SyncUUIDs, uuid.UUID{id})
	}
	return info(&ldap.ControlSyncInfo{SyncIdSet: s})
}

// From 1, 2 and 3 that are known, what each conversation makes certain: "+" what
// comes or changes, "-" what goes.
func TestSession(t *testing.T) {
	add, modify, gone, there := ldap.SyncStateAdd, ldap.SyncStateModify, ldap.SyncStateDelete, ldap.SyncStatePresent
	for name, c := range map[string]struct {
		says   []said
		want   string
		cookie string // "" = that of before
		err    error
	}{
		"nothing new":            {[]said{deletes(true, "new")}, "", "new", nil},
		"refreshDeletes":         {[]said{state(modify, 1, "a"), set(true, 2), deletes(true, "new")}, "+1 -2", "new", nil},
		"refreshDeletes, by one": {[]said{state(gone, 2), state(add, 4, "d"), deletes(true, "new")}, "-2 +4", "new", nil},
		"refreshPresent":         {[]said{state(add, 4, "d"), set(false, 1), state(there, 3), present(true, "new")}, "+4 -2", "new", nil},
		"present, then deletes":  {[]said{set(false, 1, 2), present(false, ""), state(gone, 1), deletes(true, "new")}, "-3 -1", "new", nil},
		"present, of nobody":     {[]said{present(true, "new")}, "-1 -2 -3", "new", nil},
		"not at its end":         {[]said{state(modify, 1, "a"), set(true, 2), set(false, 3)}, "", "", nil},
		"present, not done":      {[]said{set(false, 1), present(false, "")}, "", "", nil},
		"then one by one":        {[]said{deletes(true, "new"), state(add, 4, "d"), state(gone, 1), set(true, 2), info(&ldap.ControlSyncInfo{NewCookie: &ldap.ControlSyncInfoNewCookie{Cookie: []byte("newer")}})}, "+4 -1 -2", "newer", nil},

		"second refresh":       {[]said{deletes(true, "new"), deletes(true, "x")}, "", "new", errSync},
		"second present":       {[]said{present(false, ""), set(false, 1), deletes(true, "new"), present(true, "x")}, "-1 -2 -3", "new", errSync},
		"present when all is":  {[]said{deletes(true, "new"), state(there, 1)}, "", "new", errSync},
		"set when all is":      {[]said{deletes(true, "new"), set(false, 1)}, "", "new", errSync},
		"unknown state":        {[]said{deletes(true, "new"), state(9, 1)}, "", "new", errSync},
		"an entry of no state": {[]said{{kind: personKind, entry: &record{}}}, "", "", errSync},
		"nothing":              {[]said{{kind: personKind}}, "", "", errSync},
		"information of none":  {[]said{info(&ldap.ControlSyncInfo{})}, "", "", errSync},
		"some of the values": {[]said{deletes(true, "new"), {kind: personKind, entry: &record{attributes: []attribute{{"member;range=0-9", nil}}},
			controls: []ldap.Control{&ldap.ControlSyncState{State: add}}}}, "", "new", errRange},
	} {
		t.Run(name, func(t *testing.T) {
			census := newCensus(Default().Attributes)
			for id := range byte(3) {
				m := state(add, id+1, fmt.Sprint("p", id))
				census.take(news{personKind, key{id + 1}, m.entry}, nil)
			}
			s := &session{kind: personKind, mark: mark{cookie: "old"}}
			var got []string
			var err error
			for _, m := range c.says {
				var certain []news
				if certain, err = s.take(m, census); err != nil {
					break
				}
				for _, n := range certain {
					sign := map[bool]string{true: "-", false: "+"}[n.record == nil]
					got = append(got, fmt.Sprint(sign, n.key[0]))
				}
			}
			if !errors.Is(err, c.err) {
				t.Errorf("got %v, want %v", err, c.err)
			}
			want := strings.Fields(c.want)
			if name == "present, of nobody" || name == "second present" {
				slices.Sort(got) // what is absent is in no order
			}
			if !slices.Equal(got, want) {
				t.Errorf("certain: %v, want %v", got, want)
			}
			if c.cookie != "" && s.mark.cookie != c.cookie {
				t.Errorf("cookie %s, want %s", s.mark.cookie, c.cookie)
			}
			if s.refreshed != (c.cookie != "") {
				t.Errorf("refreshed: %t", s.refreshed)
			}
		})
	}
}

// Whatever is said, in whatever order, nobody is certain to have gone before the
// refresh is done.
func FuzzSession(f *testing.F) {
	f.Add([]byte{0, 1, 5, 9})
	f.Add([]byte{2, 2, 6, 3, 0, 7, 1})
	f.Fuzz(func(t *testing.T, moves []byte) {
		census := newCensus(Default().Attributes)
		census.take(news{personKind, key{1}, &record{"uid=a", []attribute{{"uid", []string{"a"}}}}}, nil)
		s := &session{kind: personKind}
		for _, move := range moves {
			id := move / 16
			words := []said{state(ldap.SyncStateAdd, id, "x"), state(ldap.SyncStateModify, id, "y"), state(ldap.SyncStateDelete, id), state(ldap.SyncStatePresent, id),
				set(true, id), set(false, id, 1), present(false, "c"), present(true, "c"), deletes(false, "c"), deletes(true, "c"), {kind: personKind}}
			certain, err := s.take(words[int(move)%len(words)], census)
			if len(certain) > 0 && !s.refreshed {
				t.Fatal("certain before the refresh is done")
			}
			if err != nil {
				return
			}
			for _, n := range certain {
				census.take(n, nil)
			}
		}
	})
}
