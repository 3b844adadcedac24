package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

func list(at string, kind desk.ListKind, members ...desk.Address) desk.List {
	slices.Sort(members)
	return desk.List{ID: "l-" + at, Address: desk.Address(at + "@u.fr"), Kind: kind, Members: members, Size: len(members)}
}

// lists is a desk with lists in lists, a loop that is there already, and mailboxes
// that pass on, are closed, or whose person has left.
func lists(t testing.TB) (*desk.Desk, *house) {
	d, h := newDesk(t)
	h.objects.lists, h.objects.resources, h.objects.trees = map[desk.Address]desk.List{}, map[desk.Address]desk.Resource{}, map[string]desk.Tree{}
	for _, l := range []desk.List{
		list("all", desk.Distribution, "staff@u.fr", "bob@u.fr", "x@example.org"),
		list("staff", desk.Distribution, "ann@u.fr", "bob@u.fr", "team@u.fr", "f@u.fr"),
		list("team", desk.Distribution, "cid@u.fr", "ghost@u.fr", "rights@u.fr", "room@u.fr"),
		list("rights", desk.Grouping, "dan@u.fr"),
		list("contact", desk.FanOut, "ann@u.fr", "left@u.fr", "shut@u.fr"),
		list("round", desk.Distribution, "trip@u.fr"),
		list("trip", desk.Distribution, "round@u.fr", "eve@u.fr"),
		list("empty", desk.Distribution),
	} {
		h.objects.lists[l.Address] = l
	}
	team := h.objects.lists["team@u.fr"]
	team.Aliases = []desk.Address{"crew@u.fr"}
	h.objects.lists["team@u.fr"] = team
	h.objects.resources["room@u.fr"] = desk.Resource{ID: "r-room", Address: "room@u.fr", Name: "Room", Status: desk.Active}
	h.objects.resources["old@u.fr"] = desk.Resource{ID: "r-old", Address: "old@u.fr", Name: "Old", Status: desk.Closed, Notes: "[melusine D-3 deleted]"}
	h.accounts["left@u.fr"] = desk.Account{ID: "left", Address: "left@u.fr", Owner: "gone", Status: desk.Active}
	h.accounts["shut@u.fr"] = desk.Account{ID: "shut", Address: "shut@u.fr", Owner: "fay", Status: desk.Closed, Forward: "ann@u.fr"}
	h.accounts["away@u.fr"] = desk.Account{ID: "away", Address: "away@u.fr", Status: desk.Active, Forward: "Home@Example.org", ForwardOnly: true}
	h.accounts["echo@u.fr"] = desk.Account{ID: "echo", Address: "echo@u.fr", Status: desk.Active, Forward: "all@u.fr, nonsense"}
	return d, h
}

// followed is a reach in one line.
func followed(r desk.Reach) string {
	var ends []string
	for _, e := range r.Ends {
		ends = append(ends, string(e.Fate)+":"+string(e.Address))
	}
	var loops []string
	for _, l := range r.Loops {
		loops = append(loops, fmt.Sprint(l))
	}
	return fmt.Sprintf("%s %d heads, %d deep, %d lists, %s%s", r.Kind, r.Heads(), r.Depth, len(r.Lists), strings.Join(ends, " "), strings.Join(loops, " "))
}

func TestWhereMailEndsUp(t *testing.T) {
	d, _ := lists(t)
	for at, want := range map[desk.Address]string{
		"bob@u.fr":      "account 1 heads, 0 deep, 0 lists, received:bob@u.fr",
		"f@u.fr":        "account 1 heads, 0 deep, 0 lists, received:fay2@u.fr",
		"all@u.fr":      "list 5 heads, 3 deep, 3 lists, group:rights@u.fr missing:ghost@u.fr outside:x@example.org received:ann@u.fr received:bob@u.fr received:cid@u.fr received:fay2@u.fr resource:room@u.fr",
		"crew@u.fr":     "list 1 heads, 1 deep, 1 lists, group:rights@u.fr missing:ghost@u.fr received:cid@u.fr resource:room@u.fr",
		"contact@u.fr":  "fanout 2 heads, 1 deep, 1 lists, closed:shut@u.fr departed:left@u.fr received:ann@u.fr",
		"rights@u.fr":   "group 0 heads, 0 deep, 0 lists, group:rights@u.fr",
		"empty@u.fr":    "list 0 heads, 0 deep, 1 lists, ",
		"away@u.fr":     "account 1 heads, 1 deep, 0 lists, outside:home@example.org",
		"room@u.fr":     "resource 0 heads, 0 deep, 0 lists, resource:room@u.fr",
		"nobody@u.fr":   " 0 heads, 0 deep, 0 lists, missing:nobody@u.fr",
		"x@example.org": " 1 heads, 0 deep, 0 lists, outside:x@example.org",
		"round@u.fr":    "list 1 heads, 2 deep, 2 lists, received:eve@u.fr[round@u.fr trip@u.fr]",
		"echo@u.fr":     "account 6 heads, 4 deep, 3 lists, group:rights@u.fr missing:ghost@u.fr outside:x@example.org received:ann@u.fr received:bob@u.fr received:cid@u.fr received:echo@u.fr received:fay2@u.fr resource:room@u.fr",
	} {
		if got := followed(d.Reach(at)); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

// What would bring mail back to where it came from is refused, whatever closes the
// loop; a loop that is elsewhere is nobody's fault here.
func TestALoopIsRefused(t *testing.T) {
	for text, want := range map[string]desk.Code{
		"list.add team@u.fr members=all@u.fr":                desk.MailLoop,
		"list.add team@u.fr members=team@u.fr":               desk.MailLoop,
		"list.add team@u.fr members=crew@u.fr":               desk.MailLoop,
		"list.add staff@u.fr members=echo@u.fr":              desk.MailLoop, // by all, which has staff
		"list.add all@u.fr members=echo@u.fr":                desk.MailLoop,
		"list.add empty@u.fr members=round@u.fr":             desk.MailLoop, // members would get it again and again
		"list.add empty@u.fr members=all@u.fr":               "",
		"list.create new@u.fr members=all@u.fr,new@u.fr":     desk.MailLoop,
		"list.create new@u.fr members=all@u.fr":              "",
		"account.forward cid@u.fr to=team@u.fr":              desk.ForwardLoop,
		"account.forward cid@u.fr to=all@u.fr":               desk.ForwardLoop,
		"account.forward cid@u.fr to=contact@u.fr":           "",
		"alias.add echo@u.fr alias=ghost@u.fr":               desk.MailLoop, // a list below all has that member
		"alias.add bob@u.fr alias=ghost@u.fr":                "",
		"list.alias all@u.fr alias=ghost@u.fr":               desk.MailLoop,
		"list.alias empty@u.fr alias=ghost@u.fr":             "",
		"fanout.create new@u.fr members=all@u.fr":            desk.WrongKind,
		"list.add contact@u.fr members=team@u.fr":            desk.WrongKind,
		"fanout.create new@u.fr members=bob@u.fr,y@else.org": "",
		"account.rename echo@u.fr to=ghost@u.fr":             desk.MailLoop,
		"list.rename all@u.fr to=ghost@u.fr":                 desk.MailLoop,
		"list.rename empty@u.fr to=ghost@u.fr":               "",
	} {
		d, _ := lists(t)
		_, _, err := d.Preview("cid", desk.Chat, action(t, text))
		if desk.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// Who asks is told how many more would receive it, and who of them is not here.
func TestWhatAChangeWidens(t *testing.T) {
	for text, want := range map[string]string{
		"list.add team@u.fr members=x@example.org,away@u.fr,left@u.fr": "reach:1>4 fate.outside:0>2 fate.departed:0>1",
		"list.remove all@u.fr members=staff@u.fr":                      "reach:5>2",
		"list.create new@u.fr members=all@u.fr,shut@u.fr":              "reach:0>5 fate.outside:0>1 fate.closed:0>1 fate.group:0>1",
		"list.alias team@u.fr alias=t@u.fr":                            "reach:0>1 fate.group:0>1",
		"list.delete team@u.fr":                                        "reach:1>0",
		"account.forward bob@u.fr to=y@example.org":                    "reach:1>2 fate.outside:0>1",
		"alias.add bob@u.fr alias=b@u.fr":                              "reach:0>1",
	} {
		d, _ := lists(t)
		d.Rehearser = &told{}
		r, err := d.Rehearse(t.Context(), "cid", desk.Chat, action(t, text))
		var said []string
		for _, e := range r.Effects {
			if e.Field == "reach" || strings.HasPrefix(e.Field, "fate.") {
				said = append(said, fmt.Sprintf("%s:%s>%s", e.Field, e.Old, e.New))
			}
		}
		if got := strings.Join(said, " "); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

// FuzzReach: whatever lists hold, mail is followed to an end, and each place is
// told once.
func FuzzReach(f *testing.F) {
	f.Add("ab bc ca", "a")
	f.Add("aa ab bb", "a")
	f.Add("ab ac bd cd de", "a")
	f.Fuzz(func(t *testing.T, edges, from string) {
		d, h := newDesk(t)
		h.objects.lists = map[desk.Address]desk.List{}
		name := func(c byte) desk.Address { return desk.Address(fmt.Sprintf("n%d@u.fr", c%16)) }
		for edge := range strings.FieldsSeq(edges) {
			if len(edge) < 2 {
				continue
			}
			l := h.objects.lists[name(edge[0])]
			l.ID, l.Address, l.Kind = string(name(edge[0])), name(edge[0]), desk.Distribution
			l.Members = append(l.Members, name(edge[1]))
			h.objects.lists[l.Address] = l
		}
		if from == "" {
			return
		}
		r := d.Reach(name(from[0]))
		seen := map[desk.Address]bool{}
		for _, e := range r.Ends {
			if seen[e.Address] {
				t.Errorf("%s is told twice", e.Address)
			}
			seen[e.Address] = true
		}
		for _, loop := range r.Loops {
			for i, a := range loop {
				if l := h.objects.lists[a]; !slices.Contains(l.Members, loop[(i+1)%len(loop)]) {
					t.Errorf("no loop: %v", loop)
				}
			}
		}
		if r.Depth > 16 {
			t.Errorf("%d deep", r.Depth)
		}
	})
}

// Where mail goes is told to those whom the rules let know it.
func TestWhoMayKnowWhoReceives(t *testing.T) {
	d, h := lists(t)
	reach := action(t, "address.reach all@u.fr")
	if r, err := d.Receives("ann", desk.Chat, reach); err != nil || r.Heads() != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	var asked desk.Facts
	d.Rules = book(func(f desk.Facts) desk.Decision { asked = f; return desk.Decision{} })
	_, err := d.Receives("ann", desk.Chat, reach)
	wants(t, err, desk.NotAllowed)
	if asked.Domain != "u.fr" || asked.Actor.UID != "ann" {
		t.Errorf("the rules were asked about %+v", asked)
	}
	_, err = d.Object("ann", desk.Chat, action(t, "list.show all@u.fr"))
	wants(t, err, desk.UnknownList)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	got, err := d.Object("ann", desk.Chat, action(t, "list.show crew@u.fr"))
	if err != nil || !cmp.Equal(*got.Detail.List, h.objects.lists["team@u.fr"]) {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = d.Object("ann", desk.Chat, action(t, "list.show bob@u.fr"))
	wants(t, err, desk.UnknownList)
	h.unlisted = true
	_, err = d.Receives("ann", desk.Chat, reach)
	wants(t, err, desk.StaleData)
}
