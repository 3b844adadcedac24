package partage_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

const (
	board    = partage.Address("direction@unistra.fr")
	newGroup = partage.Address("projet-neuf@unistra.fr")
	outsider = partage.Address("quelquun@ailleurs.example")
)

// onGroup is a way to see the effect of a write on a group.
func onGroup(name partage.Address, holds func(partage.Group, bool) bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		g, err := c.GetGroup(ctx, name)
		if partage.ClassOf(err) == partage.NotFound {
			return holds(g, false), nil
		}
		return holds(g, true), err
	}
}

func onSenders(holds func([]partage.Address) bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		senders, err := c.GetSendAsGroup(ctx, board)
		return holds(senders), err
	}
}

func addOutsider(ctx context.Context, w *partage.Writer) error {
	return w.AddGroupMembers(ctx, board, outsider, marie)
}

func addSender(ctx context.Context, w *partage.Writer) error {
	return w.AddSendAsGroup(ctx, board, marie)
}

func addBoardAlias(ctx context.Context, w *partage.Writer) error {
	return w.AddDistributionListAlias(ctx, board, "bureau@unistra.fr")
}

var groupChanges = []change{
	{"CreateGroup", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.CreateGroup(ctx, newGroup, partage.GroupChange{})
	},
		onGroup(newGroup, func(_ partage.Group, found bool) bool { return found })},
	{"ModifyGroup", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.ModifyGroup(ctx, board, partage.GroupChange{MailStatus: new(partage.MailDisabled)})
	}, onGroup(board, func(g partage.Group, _ bool) bool { return g.MailStatus == partage.MailDisabled })},
	{"DeleteGroup", nil, func(ctx context.Context, w *partage.Writer) error { return w.DeleteGroup(ctx, board) },
		onGroup(board, func(_ partage.Group, found bool) bool { return !found })},
	{"AddDistributionListAlias", nil, addBoardAlias,
		onGroup(board, func(g partage.Group, _ bool) bool { return slices.Contains(g.Aliases, "bureau@unistra.fr") })},
	{"RemoveDistributionListAlias", addBoardAlias, func(ctx context.Context, w *partage.Writer) error {
		return w.RemoveDistributionListAlias(ctx, board, "bureau@unistra.fr")
	}, onGroup(board, func(g partage.Group, _ bool) bool { return !slices.Contains(g.Aliases, "bureau@unistra.fr") })},
	{"AddGroupMembers", nil, addOutsider, onGroup(board, func(g partage.Group, _ bool) bool { return slices.Contains(g.Members, outsider) })},
	{"RemoveGroupMembers", addOutsider, func(ctx context.Context, w *partage.Writer) error { return w.RemoveGroupMembers(ctx, board, outsider) },
		onGroup(board, func(g partage.Group, _ bool) bool { return !slices.Contains(g.Members, outsider) })},
	{"AddSendAsGroup", nil, addSender, onSenders(func(a []partage.Address) bool { return slices.Contains(a, marie) })},
	{"DeleteSendAsGroup", addSender, func(ctx context.Context, w *partage.Writer) error { return w.DeleteSendAsGroup(ctx, board, marie) },
		onSenders(func(a []partage.Address) bool { return !slices.Contains(a, marie) })},
}

var groupReads = map[string]func(context.Context, *partage.Client) error{
	"GetGroup":       func(ctx context.Context, c *partage.Client) error { _, err := c.GetGroup(ctx, board); return err },
	"GetSendAsGroup": func(ctx context.Context, c *partage.Client) error { _, err := c.GetSendAsGroup(ctx, board); return err },
	"GetAllGroups":   func(ctx context.Context, c *partage.Client) error { return allGroups(ctx, c, nil) },
}

func allGroups(ctx context.Context, c *partage.Client, see func(partage.Group)) error {
	for g, err := range c.GetAllGroups(ctx, partage.Query{PageSize: 2}) {
		if err != nil {
			return err
		}
		if see != nil {
			see(g)
		}
	}
	return nil
}

func TestGroupsAreListedAndReadTheSame(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	for _, d := range l.University().Domains()[:6] {
		c, names := l.client(t, d.Name), []partage.Address{}
		err := allGroups(ctx, c, func(g partage.Group) {
			names = append(names, g.Name)
			alone, err := c.GetGroup(ctx, g.Name)
			if err != nil || len(alone.Members) == 0 || slices.Contains(alone.Aliases, g.Name) {
				t.Error(alone, err)
			}
			alone.Members, alone.Aliases = nil, nil
			if !cmp.Equal(alone, g) {
				t.Error(cmp.Diff(g, alone))
			}
		})
		count, counted := c.CountObjects(ctx, partage.Lists)
		if err != nil || counted != nil || len(names) != count || count < 3 || !slices.IsSorted(names) {
			t.Errorf("%s: %v listed, %d counted, %v %v", d.Name, names, count, err, counted)
		}
	}
	for g, err := range l.client(t, domain).GetAllGroups(ctx, partage.Query{Filter: "(zimbraMailStatus=disabled)"}) {
		if err != nil || g.MailStatus != partage.MailDisabled {
			t.Error(g, err)
		}
	}
	byAlias, err := l.client(t, domain).GetGroup(ctx, "directeurs@unistra.fr")
	if err != nil || byAlias.Name != board {
		t.Error(byAlias, err)
	}
}

func TestTheLifeOfAGroup(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	see := func(want partage.Group) {
		t.Helper()
		got, err := c.GetGroup(ctx, newGroup)
		want.Name, want.ID = newGroup, got.ID
		if err != nil || got.ID == "" || !cmp.Equal(got, want) {
			t.Error(err, cmp.Diff(want, got))
		}
	}
	fine.check(t, w.CreateGroup(ctx, newGroup, partage.GroupChange{DisplayName: new("Projet"), Quiet: new(true), Notes: new("12")}))
	want := partage.Group{MailStatus: partage.MailEnabled, DisplayName: "Projet", Quiet: true, Notes: "12"}
	see(want)
	fine.check(t, w.ModifyGroup(ctx, newGroup, partage.GroupChange{MailStatus: new(partage.MailDisabled), HideInGal: new(true), Quiet: new(false),
		Description: new("é <&>"), DisplayName: new("")}))
	want.MailStatus, want.HideInGal, want.Quiet, want.Description = partage.MailDisabled, true, false, "é <&>" // the empty name was passed over
	see(want)
	fine.check(t, w.AddGroupMembers(ctx, newGroup, jeanne, outsider, board))
	fine.check(t, w.AddGroupMembers(ctx, newGroup, jeanne, marie))
	refused.check(t, w.AddGroupMembers(ctx, newGroup, newGroup))
	want.Members = []partage.Address{board, jeanne, marie, outsider}
	see(want)
	refused.check(t, w.RemoveGroupMembers(ctx, newGroup, jeanne, "personne@unistra.fr"))
	see(want)
	fine.check(t, w.RemoveGroupMembers(ctx, newGroup, jeanne, board, outsider))
	want.Members = []partage.Address{marie}
	see(want)
	fine.check(t, w.AddDistributionListAlias(ctx, newGroup, "neuf@math.unistra.fr"))
	want.Aliases = []partage.Address{"neuf@math.unistra.fr"}
	see(want)
	for _, taken := range []partage.Address{newGroup, "neuf@math.unistra.fr", jeanne, "contact@math.unistra.fr", room, board, "directeurs@unistra.fr"} {
		conflict.check(t, w.AddDistributionListAlias(ctx, newGroup, taken))
		conflict.check(t, w.AddAccountAlias(ctx, jeanne, taken))
		if taken.Domain() == domain {
			conflict.check(t, w.CreateGroup(ctx, taken, partage.GroupChange{}))
			conflict.check(t, w.CreateResource(ctx, taken, neuve))
		}
	}
	refused.check(t, w.AddDistributionListAlias(ctx, newGroup, "neuf@gmail.com"))
	missing(t, "alias", w.RemoveDistributionListAlias(ctx, newGroup, "absent@unistra.fr"))
	missing(t, "alias", w.RemoveDistributionListAlias(ctx, newGroup, newGroup))
	fine.check(t, w.DeleteGroup(ctx, newGroup))
	missing(t, "distribution list", w.DeleteGroup(ctx, newGroup))
	_, err := c.GetGroup(ctx, newGroup)
	missing(t, "distribution list", err)
	for _, freed := range []partage.Address{newGroup, "neuf@math.unistra.fr"} {
		fine.check(t, w.AddAccountAlias(ctx, jeanne, freed))
	}
}

func TestEachMethodOfAMissingGroupIsNotFound(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	_, readErr := c.GetGroup(ctx, newGroup)
	_, sendersErr := c.GetSendAsGroup(ctx, newGroup)
	for _, err := range []error{
		readErr, sendersErr, w.ModifyGroup(ctx, newGroup, partage.GroupChange{Notes: new("x")}),
		w.AddDistributionListAlias(ctx, newGroup, "x@unistra.fr"), w.RemoveDistributionListAlias(ctx, newGroup, "x@unistra.fr"),
		w.AddGroupMembers(ctx, newGroup, jeanne), w.RemoveGroupMembers(ctx, newGroup, jeanne),
		w.AddSendAsGroup(ctx, newGroup, jeanne), w.DeleteSendAsGroup(ctx, newGroup, jeanne),
	} {
		missing(t, "distribution list", err)
	}
}

func TestSendersOfAGroup(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	fine.check(t, w.CreateGroup(ctx, newGroup, partage.GroupChange{}))
	for _, a := range []partage.Address{marie, jeanne, marie} {
		fine.check(t, w.AddSendAsGroup(ctx, newGroup, a))
	}
	senders, err := c.GetSendAsGroup(ctx, newGroup)
	if slices.Sort(senders); err != nil || !slices.Equal(senders, []partage.Address{jeanne, marie}) {
		t.Error(senders, err)
	}
	missing(t, "account", w.AddSendAsGroup(ctx, newGroup, "personne@unistra.fr"))
	fine.check(t, w.DeleteSendAsGroup(ctx, newGroup, marie))
	missing(t, "grant", w.DeleteSendAsGroup(ctx, newGroup, marie))
	if senders, err := c.GetSendAsGroup(ctx, newGroup); err != nil || len(senders) != 1 {
		t.Error(senders, err)
	}
	fine.check(t, w.DeleteSendAsGroup(ctx, newGroup, jeanne))
	if senders, err := c.GetSendAsGroup(ctx, newGroup); err != nil || len(senders) != 0 {
		t.Error(senders, err)
	}
}

func TestALargeGroupIsReadWhole(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w := l.writer(t, domain)
	many := make([]partage.Address, 48_000)
	for i := range many {
		many[i] = partage.Address(fmt.Sprintf("une.personne.au.nom.plutot.long%05d@un.domaine.assez.long.example", i))
	}
	for some := range slices.Chunk(many, 4000) {
		fine.check(t, w.AddGroupMembers(ctx, board, some...))
	}
	g, err := l.client(t, domain).GetGroup(ctx, board)
	if err != nil || len(g.Members) < len(many) {
		t.Error(len(g.Members), err)
	}
	notSent.check(t, w.RemoveGroupMembers(ctx, board, many[:4001]...))
	fine.check(t, w.RemoveGroupMembers(ctx, board, many[:4000]...))
}

func TestGroupWritesThatMakeNoSenseAreNotSent(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	modify := func(ch partage.GroupChange) func() error {
		return func() error { return w.ModifyGroup(ctx, board, ch) }
	}
	for name, call := range map[string]func() error{
		"create elsewhere":    func() error { return w.CreateGroup(ctx, "x@etu.unistra.fr", partage.GroupChange{}) },
		"create in capitals":  func() error { return w.CreateGroup(ctx, "X@unistra.fr", partage.GroupChange{}) },
		"create without name": func() error { return w.CreateGroup(ctx, "", partage.GroupChange{}) },
		"bad status made": func() error {
			return w.CreateGroup(ctx, newGroup, partage.GroupChange{MailStatus: new(partage.MailStatus("on"))})
		},
		"delete elsewhere":  func() error { return w.DeleteGroup(ctx, "direction@physique.unistra.fr") },
		"read elsewhere":    func() error { _, err := c.GetGroup(ctx, "direction@physique.unistra.fr"); return err },
		"senders elsewhere": func() error { _, err := c.GetSendAsGroup(ctx, "direction@physique.unistra.fr"); return err },
		"no change":         modify(partage.GroupChange{}),
		"bad status":        modify(partage.GroupChange{MailStatus: new(partage.MailStatus(""))}),
		"alias is a word":   func() error { return w.AddDistributionListAlias(ctx, board, "x") },
		"no alias":          func() error { return w.RemoveDistributionListAlias(ctx, board, "") },
		"no member":         func() error { return w.AddGroupMembers(ctx, board) },
		"remove no member":  func() error { return w.RemoveGroupMembers(ctx, board) },
		"empty member":      func() error { return w.RemoveGroupMembers(ctx, board, jeanne, "") },
		"member is a word":  func() error { return w.AddGroupMembers(ctx, board, jeanne, "x") },
		"no sender":         func() error { return w.AddSendAsGroup(ctx, board, "") },
		"remove no sender":  func() error { return w.DeleteSendAsGroup(ctx, board, "") },
		"page of one":       func() error { return last(c.GetAllGroups(ctx, partage.Query{PageSize: 1})) },
	} {
		t.Run(name, func(t *testing.T) { notSent.check(t, call()) })
	}
	if log := l.Log(); len(log) > 0 {
		t.Errorf("sent: %+v", log)
	}
}

func TestGroupPayloads(t *testing.T) {
	var payload atomic.Value // a call that was given up may still be answered
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token>%s</Response>", canaryToken, payload.Load())
	}, partage.Config{})
	ctx := context.Background()
	read := func() error { _, err := c.GetGroup(ctx, "g@univ-test.fr"); return err }
	senders := func() error { _, err := c.GetSendAsGroup(ctx, "g@univ-test.fr"); return err }
	all := func() error { return allGroups(ctx, c, nil) }
	const head = "<name>g@univ-test.fr</name><id>1</id>"
	for _, r := range []struct {
		name     string
		read     func() error
		good     string
		payloads []string
	}{
		{"GetGroup", read, "<group>" + head + "<new>x</new></group>", []string{"", "<group/>", "<group><id>1</id></group>", "<group><name>g@univ-test.fr</name></group>",
			"<group><name>h@univ-test.fr</name><id>1</id></group>", "<group><name>G@univ-test.fr</name><id>1</id></group>", "<group>" + head + "<id>2</id></group>",
			"<group>" + head + "<zimbraHideInGal>1</zimbraHideInGal></group>", "<group>" + head + "<zimbraDistributionListSendShareMessageToNewMembers>no</zimbraDistributionListSendShareMessageToNewMembers></group>",
			"<group>" + head + "</group><group>" + head + "</group>", "<group>" + head + "<zimbraMailStatus>enabled</zimbraMailStatus><zimbraMailStatus>disabled</zimbraMailStatus></group>"}},
		{"GetSendAsGroup", senders, `<accounts type="array"/>`, []string{"", "<account>a@b.fr</account>", "<accounts><account>x</account></accounts>", "<accounts><account/></accounts>",
			"<accounts><account><name>a@b.fr</name></account></accounts>", "<accounts/><accounts/>"}},
		{"GetAllGroups", all, `<count>0</count><groups type="array"/>`, []string{"", "<accounts/>", "<groups><account/></groups>", "<groups/><groups/>", "<groups><group/></groups>",
			"<groups><group><name>g@ailleurs.fr</name><id>1</id></group></groups>",
			"<count>1</count><groups><group><name>G@univ-test.fr</name><id>1</id></group></groups>"}},
	} {
		payload.Store(r.good)
		fine.check(t, r.read())
		for _, p := range r.payloads {
			payload.Store(p)
			t.Run(r.name+p, func(t *testing.T) { malformed.check(t, r.read()) })
		}
	}
	// Several shapes of the same lists, and the name that Zimbra keeps among the aliases.
	for _, lists := range []string{
		"<members>a@x.fr</members><zimbraMailAlias>g@univ-test.fr</zimbraMailAlias>",
		`<members type="array"><member>a@x.fr</member></members><zimbraMailAlias type="array"/>`,
		"<members/><members>a@x.fr</members><zimbraDistributionListSendShareMessageToNewMembers/>",
	} {
		payload.Store("<group>" + head + lists + "</group>")
		if g, err := c.GetGroup(ctx, "g@univ-test.fr"); err != nil || len(g.Members) != 1 || g.Members[0] != "a@x.fr" || len(g.Aliases) != 0 || g.Quiet {
			t.Errorf("%s: %+v %v", lists, g, err)
		}
	}
	payload.Store("<accounts><account> a@univ-test.fr</account></accounts>")
	malformed.check(t, senders())
	payload.Store("<accounts><account>A@univ-test.fr</account></accounts>")
	if got, err := c.GetSendAsGroup(ctx, "g@univ-test.fr"); err != nil || !slices.Equal(got, []partage.Address{"a@univ-test.fr"}) {
		t.Error(got, err)
	}
}
