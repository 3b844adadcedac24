package partage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

const (
	room    = partage.Address("amphi-1@unistra.fr")
	newRoom = partage.Address("salle-neuve@unistra.fr")
	marie   = partage.Address("marie.curie@unistra.fr")
)

var (
	notFound = verdict{class: partage.NotFound}
	conflict = verdict{class: partage.Conflict}
	notSent  = verdict{class: partage.NotSent}
	neuve    = partage.NewResource{DisplayName: "Salle neuve", Type: partage.Location, Password: partage.NewSecret("hunter2hunter2")}
	tree     = partage.Definition{Type: partage.Root, Description: "Listes", Children: []partage.Definition{
		{Type: partage.Topic, Description: "Étudiants & co", Children: []partage.Definition{
			{Type: partage.List, Email: "l1@listes.unistra.fr", Description: "Première année <L1>"},
		}},
		{Type: partage.Topic, Description: "vide"},
	}}
)

// onRoom is a way to see the effect of a write on a resource.
func onRoom(name partage.Address, holds func(partage.Resource, bool) bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		r, err := c.GetResource(ctx, name)
		if partage.ClassOf(err) == partage.NotFound {
			return holds(r, false), nil
		}
		return holds(r, true), err
	}
}

var resourceChanges = []change{
	{"CreateResource", nil, func(ctx context.Context, w *partage.Writer) error { return w.CreateResource(ctx, newRoom, neuve) },
		onRoom(newRoom, func(_ partage.Resource, found bool) bool { return found })},
	{"ModifyResource", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.ModifyResource(ctx, room, partage.ResourceChange{Floor: new("12")})
	}, onRoom(room, func(r partage.Resource, _ bool) bool { return r.Floor == "12" })},
	{"DeleteResource", nil, func(ctx context.Context, w *partage.Writer) error { return w.DeleteResource(ctx, room) },
		onRoom(room, func(_ partage.Resource, found bool) bool { return !found })},
}

func onTree(holds func(partage.Definition, bool) bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		d, err := c.GetDefinition(ctx)
		if partage.ClassOf(err) == partage.NotFound {
			return holds(d, false), nil
		}
		return holds(d, true), err
	}
}

func createTree(ctx context.Context, w *partage.Writer) error { return w.CreateDefinition(ctx, tree) }

var definitionChanges = []change{
	{"zimlet_dl/CreateDefinition", nil, createTree, onTree(func(d partage.Definition, found bool) bool { return found && cmp.Equal(d, tree, cmpopts.EquateEmpty()) })},
	{"zimlet_dl/DeleteDefinition", createTree, func(ctx context.Context, w *partage.Writer) error { return w.DeleteDefinition(ctx) },
		onTree(func(_ partage.Definition, found bool) bool { return !found })},
}

// onShare sees whom Jeanne's mailbox is shared with: the API itself has no way.
func onShare(want string) func(context.Context, *lab) (bool, error) {
	return func(_ context.Context, l *lab) (bool, error) {
		recipients, rights := l.RootShare(string(jeanne))
		return fmt.Sprint(recipients, rights) == want, nil
	}
}

func share(ctx context.Context, w *partage.Writer) error {
	return w.AddRootShare(ctx, jeanne, []partage.Address{marie})
}

var shareChanges = []change{
	{"account/AddRootShare", nil, share, onShare("[marie.curie@unistra.fr] [sendAs]")},
	{"account/RemoveRootShare", share, func(ctx context.Context, w *partage.Writer) error { return w.RemoveRootShare(ctx, jeanne, marie) }, onShare("[] []")},
	{"account/RemoveRecipientsFromRootShare", share, func(ctx context.Context, w *partage.Writer) error {
		return w.RemoveRecipientsFromRootShare(ctx, jeanne, marie)
	}, onShare("[] [sendAs]")},
	{"account/AddRootDelegate", share, func(ctx context.Context, w *partage.Writer) error {
		return w.AddRootDelegate(ctx, jeanne, partage.SendOnBehalfOf)
	}, onShare("[marie.curie@unistra.fr] [sendAs sendOnBehalfOf]")},
	{"account/RemoveRootDelegate", share, func(ctx context.Context, w *partage.Writer) error {
		return w.RemoveRootDelegate(ctx, jeanne, partage.SendAs)
	}, onShare("[marie.curie@unistra.fr] []")},
}

// otherReads are the reads beyond accounts; none of them fails by itself.
var otherReads = map[string]func(context.Context, *partage.Client) error{
	"GetCos": func(ctx context.Context, c *partage.Client) error {
		_, err := c.GetCos(ctx, "l_univ-strasbourg_personnel")
		return err
	},
	"GetDomain":       func(ctx context.Context, c *partage.Client) error { _, err := c.GetDomain(ctx); return err },
	"GetResource":     func(ctx context.Context, c *partage.Client) error { _, err := c.GetResource(ctx, room); return err },
	"GetAllResources": func(ctx context.Context, c *partage.Client) error { return allResources(ctx, c, nil) },
	"zimlet_dl/GetHistoryDefinition": func(ctx context.Context, c *partage.Client) error {
		_, err := c.GetHistoryDefinition(ctx)
		return err
	},
}

func allResources(ctx context.Context, c *partage.Client, see func(partage.Resource)) error {
	for r, err := range c.GetAllResources(ctx, partage.Query{PageSize: 2}) {
		if err != nil {
			return err
		}
		if see != nil {
			see(r)
		}
	}
	return nil
}

func TestClassesByNameAndTheDomain(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c := l.client(t, domain)
	all, err := gather(c.GetAllCos(ctx))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range all {
		if got, err := c.GetCos(ctx, want.Name); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v %s", want.Name, err, cmp.Diff(want, got))
		}
	}
	if k := all[0]; !k.IMAP || k.POP3 || k.PublicSharing || !k.ExternalSharing || len(k.Zimlets) != 2 || !k.Features["Mail"] || k.Features["MobileSync"] || !k.Features["ManageZimlets"] || len(k.Features) != 33 {
		t.Errorf("%+v", k)
	}
	_, err = c.GetCos(ctx, string(all[0].ID))
	notFound.check(t, err)
	if e, ok := errors.AsType[*partage.Error](err); !ok || e.Object != "cos" {
		t.Errorf("%v", err)
	}
	_, err = c.GetCos(ctx, "")
	notSent.check(t, err)
	d, err := c.GetDomain(ctx)
	if err != nil || d.Name != domain || d.PreAuthKey.Reveal() != l.Keys()[domain].Reveal() || d.DefaultCOS != all[0].ID || d.Status != "active" {
		t.Errorf("%v %v", d, err)
	}
	if text := fmt.Sprintf("%v %+v %#v", d, d, d); strings.Contains(text, l.Keys()[domain].Reveal()) {
		t.Error("the key is printed")
	}
}

func TestResourcesAreListedAndReadTheSame(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	for _, d := range l.University().Domains()[:6] {
		c, n := l.client(t, d.Name), 0
		err := allResources(ctx, c, func(r partage.Resource) {
			n++
			if alone, err := c.GetResource(ctx, r.Name); err != nil || !cmp.Equal(alone, r) {
				t.Errorf("%v %s", err, cmp.Diff(r, alone))
			}
		})
		if count, counted := c.CountObjects(ctx, partage.Resources); err != nil || counted != nil || n != count || n < 2 {
			t.Errorf("%s: %d listed, %d counted, %v %v", d.Name, n, count, err, counted)
		}
	}
	for r, err := range l.client(t, domain).GetAllResources(ctx, partage.Query{Filter: "(zimbraCalResType=Equipment)"}) {
		if err != nil || r.Type != partage.Equipment {
			t.Errorf("%+v %v", r, err)
		}
	}
}

func TestTheLifeOfAResource(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	made := neuve
	made.Others = partage.ResourceChange{Capacity: new(int64(40)), Room: new("12"), PostalCode: new("67000"), ContactEmail: new("accueil@unistra.fr"), AutoAcceptDecline: new(false)}
	fine.check(t, w.CreateResource(ctx, newRoom, made))
	conflict.check(t, w.CreateResource(ctx, newRoom, neuve))
	conflict.check(t, w.CreateResource(ctx, jeanne, neuve))
	conflict.check(t, w.AddAccountAlias(ctx, jeanne, newRoom))
	want := partage.Resource{Name: newRoom, Type: partage.Location, Status: partage.Active, DisplayName: "Salle neuve", Capacity: new(int64(40)), Room: "12",
		PostalCode: "67000", ContactEmail: "accueil@unistra.fr", AutoDeclineIfBusy: true}
	see := func() {
		t.Helper()
		got, err := c.GetResource(ctx, newRoom)
		if want.ID == "" {
			want.ID = got.ID
		}
		if err != nil || got.ID == "" || !cmp.Equal(got, want) {
			t.Error(err, cmp.Diff(want, got))
		}
	}
	see()
	fine.check(t, w.ModifyResource(ctx, newRoom, partage.ResourceChange{Capacity: new(partage.NoCapacity), Room: new(""), Status: new(partage.Closed),
		ForwardInvitesTo: &[]partage.Address{"a@unistra.fr", "b@ailleurs.fr"}}))
	want.Capacity, want.Room, want.Status, want.ForwardInvitesTo = nil, "", partage.Closed, []partage.Address{"a@unistra.fr", "b@ailleurs.fr"}
	see()
	fine.check(t, w.ModifyResource(ctx, newRoom, partage.ResourceChange{ForwardInvitesTo: &[]partage.Address{}}))
	want.ForwardInvitesTo = nil
	see()
	fine.check(t, w.DeleteResource(ctx, newRoom))
	for _, err := range []error{w.DeleteResource(ctx, newRoom), w.ModifyResource(ctx, newRoom, partage.ResourceChange{Notes: new("x")})} {
		notFound.check(t, err)
		if e, ok := errors.AsType[*partage.Error](err); !ok || e.Object != "calendar resource" {
			t.Error(err)
		}
	}
	fine.check(t, w.AddAccountAlias(ctx, jeanne, newRoom)) // the address is free again
	refused.check(t, w.ModifyResource(ctx, room, partage.ResourceChange{Site: new(strings.Repeat("x", 33))}))
}

func TestDefinitionsAndTheirHistory(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	_, err := c.GetDefinition(ctx)
	notFound.check(t, err)
	notFound.check(t, w.DeleteDefinition(ctx))
	before, err := c.GetHistoryDefinition(ctx)
	if err != nil || len(before) == 0 {
		t.Error(before, err)
	}
	large := partage.Definition{Type: partage.Root, Children: slices.Repeat([]partage.Definition{{Type: partage.List, Email: "une.liste@listes.unistra.fr", Description: "é"}}, 5000)}
	for i, d := range []partage.Definition{tree, large, {Type: partage.Root}} {
		fine.check(t, w.CreateDefinition(ctx, d))
		if got, err := c.GetDefinition(ctx); err != nil || len(got.Children) != len(d.Children) {
			t.Error(len(got.Children), err)
		}
		if past, err := c.GetHistoryDefinition(ctx); err != nil || len(past) != len(before)+i+1 || past[0] != before[0] || past[0].ID != "1" || past[len(before)].Date == "" || !strings.Contains(past[len(before)].Text, `"Première année \u003cL1\u003e"`) {
			t.Error(past, err)
		}
	}
	fine.check(t, w.DeleteDefinition(ctx))
	_, err = c.GetDefinition(ctx)
	notFound.check(t, err)
	_, err = l.client(t, "etu.unistra.fr").GetDefinition(ctx)
	notFound.check(t, err)
}

func TestRootShares(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w := l.writer(t, domain)
	notFound.check(t, w.AddRootDelegate(ctx, jeanne, partage.SendAs))
	notFound.check(t, w.AddRootShare(ctx, "personne@unistra.fr", []partage.Address{marie}))
	notFound.check(t, w.AddRootShare(ctx, jeanne, []partage.Address{"personne@unistra.fr"}))
	fine.check(t, w.AddRootShare(ctx, jeanne, []partage.Address{marie}, partage.SendAs, partage.SendOnBehalfOf))
	fine.check(t, w.RemoveRootDelegate(ctx, jeanne, partage.SendAs))
	if recipients, rights := l.RootShare(string(jeanne)); len(recipients) != 1 || fmt.Sprint(rights) != "[sendOnBehalfOf]" {
		t.Error(recipients, rights)
	}
	notFound.check(t, w.RemoveRootShare(ctx, jeanne, "paul.langevin@physique.unistra.fr"))
	fine.check(t, w.RemoveRootShare(ctx, jeanne, marie))
}

// What makes no sense is refused before anything is sent.
func TestOtherWritesThatMakeNoSenseAreNotSent(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	with := func(change func(*partage.NewResource)) partage.NewResource { n := neuve; change(&n); return n }
	resource := func(ch partage.ResourceChange) func() error {
		return func() error { return w.ModifyResource(ctx, room, ch) }
	}
	create := func(n partage.NewResource) func() error {
		return func() error { return w.CreateResource(ctx, newRoom, n) }
	}
	define := func(d partage.Definition) func() error { return func() error { return w.CreateDefinition(ctx, d) } }
	deep := partage.Definition{Type: partage.Topic}
	for range 70 {
		deep = partage.Definition{Type: partage.Topic, Children: []partage.Definition{deep}}
	}
	for name, call := range map[string]func() error{
		"resource elsewhere":    func() error { return w.DeleteResource(ctx, "amphi-1@etu.unistra.fr") },
		"resource in capitals":  func() error { return w.DeleteResource(ctx, "Amphi-1@unistra.fr") },
		"read elsewhere":        func() error { _, err := c.GetResource(ctx, "amphi-1@etu.unistra.fr"); return err },
		"no change":             resource(partage.ResourceChange{}),
		"bad type":              resource(partage.ResourceChange{Type: new(partage.ResourceType("location"))}),
		"bad status":            resource(partage.ResourceChange{Status: new(partage.Locked)}),
		"empty display name":    resource(partage.ResourceChange{DisplayName: new("")}),
		"capacity of -2":        resource(partage.ResourceChange{Capacity: new(int64(-2))}),
		"bad forward":           resource(partage.ResourceChange{ForwardInvitesTo: &[]partage.Address{"x"}}),
		"no display name":       create(with(func(n *partage.NewResource) { n.DisplayName = "" })),
		"no type":               create(with(func(n *partage.NewResource) { n.Type = "" })),
		"no password":           create(with(func(n *partage.NewResource) { n.Password = partage.Secret{} })),
		"password and hash":     create(with(func(n *partage.NewResource) { n.PasswordHash = n.Password })),
		"two display names":     create(with(func(n *partage.NewResource) { n.Others.DisplayName = new("x") })),
		"forward at creation":   create(with(func(n *partage.NewResource) { n.Others.ForwardInvitesTo = &[]partage.Address{jeanne} })),
		"tree without root":     define(partage.Definition{Type: partage.Topic}),
		"root inside":           define(partage.Definition{Type: partage.Root, Children: []partage.Definition{{Type: partage.Root}}}),
		"list without address":  define(partage.Definition{Type: partage.Root, Children: []partage.Definition{{Type: partage.List}}}),
		"list with children":    define(partage.Definition{Type: partage.Root, Children: []partage.Definition{{Type: partage.List, Email: jeanne, Children: tree.Children}}}),
		"topic with an address": define(partage.Definition{Type: partage.Root, Children: []partage.Definition{{Type: partage.Topic, Email: jeanne}}}),
		"unknown node":          define(partage.Definition{Type: partage.Root, Children: []partage.Definition{{Type: "x"}}}),
		"bottomless":            define(partage.Definition{Type: partage.Root, Children: []partage.Definition{deep}}),
		"share with nobody":     func() error { return w.AddRootShare(ctx, jeanne, nil) },
		"share with a word":     func() error { return w.AddRootShare(ctx, jeanne, []partage.Address{"x"}) },
		"bad right":             func() error { return w.AddRootShare(ctx, jeanne, []partage.Address{marie}, "all") },
		"share elsewhere":       func() error { return w.AddRootShare(ctx, "a@etu.unistra.fr", []partage.Address{marie}) },
		"remove from nobody":    func() error { return w.RemoveRootShare(ctx, jeanne) },
		"remove nobody":         func() error { return w.RemoveRecipientsFromRootShare(ctx, jeanne) },
		"no right":              func() error { return w.AddRootDelegate(ctx, jeanne, "") },
		"take no right":         func() error { return w.RemoveRootDelegate(ctx, jeanne, "") },
	} {
		t.Run(name, func(t *testing.T) { notSent.check(t, call()) })
	}
	if log := l.Log(); len(log) > 0 {
		t.Errorf("sent: %+v", log)
	}
}

// An answer that is proper XML and no proper payload is Malformed.
func TestOtherPayloadsThatCannotBeRead(t *testing.T) {
	var payload atomic.Value // a call that was given up may still be answered
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token>%s</Response>", canaryToken, payload.Load())
	}, partage.Config{})
	ctx := context.Background()
	const head = "<name>r@univ-test.fr</name><id>1</id>"
	reads := map[string]struct {
		read     func() error
		good     string
		payloads []string
	}{
		"GetCos": {func() error { _, err := c.GetCos(ctx, "x"); return err }, "<cos><name>x</name><id>1</id></cos>", []string{"", "<cos/>", "<cos><name>x</name></cos>", "<cos><id>1</id></cos>",
			"<cos><name>y</name><id>1</id></cos>", "<cos><name>x</name><id>1</id><id>2</id></cos>", "<cos><name>x</name><id>1</id><zimbraMailQuota>-5</zimbraMailQuota></cos>",
			"<cos><name>x</name><id>1</id><zimbraImapEnabled>yes</zimbraImapEnabled></cos>", "<cos><name>x</name><id>1</id><zimbraFeatureMailEnabled>2</zimbraFeatureMailEnabled></cos>"}},
		"GetDomain": {func() error { _, err := c.GetDomain(ctx); return err }, "<domain><name>univ-test.fr</name></domain>", []string{"", "<domain/>", "<domain><name>x.fr</name></domain>",
			"<domain><name>univ-test.fr</name></domain><domain><name>univ-test.fr</name></domain>"}},
		"GetResource": {func() error { _, err := c.GetResource(ctx, "r@univ-test.fr"); return err }, "<resource>" + head + "</resource>", []string{"", "<resource/>", "<resource><id>1</id></resource>",
			"<resource><name>r@univ-test.fr</name></resource>", "<resource><name>s@univ-test.fr</name><id>1</id></resource>", "<resource><name>R@univ-test.fr</name><id>1</id></resource>",
			"<resource>" + head + "<zimbraCalResCapacity>beaucoup</zimbraCalResCapacity></resource>", "<resource>" + head + "<zimbraCalResAutoAcceptDecline>1</zimbraCalResAutoAcceptDecline></resource>",
			"<resource>" + head + "<zimbraCalResType>Location</zimbraCalResType><zimbraCalResType>Equipment</zimbraCalResType></resource>"}},
		"GetAllResources": {func() error { return allResources(ctx, c, nil) }, "<count>0</count><resources type=\"array\"/>", []string{"", "<accounts/>", "<resources><account/></resources>",
			"<resources/><resources/>", "<resources><resource/></resources>", "<resources><resource><name>r@ailleurs.fr</name><id>1</id></resource></resources>"}},
		"GetDefinition": {func() error { _, err := c.GetDefinition(ctx); return err }, `<definition>{"type":"root","new":1}</definition>`, []string{"", "<definition/>", "<definition>x</definition>",
			"<definition>{}</definition>", `<definition>{"type":"root","children":[{"type":"x"}]}</definition>`, `<definition>{"type":"root","children":3}</definition>`,
			`<definition>{"type":"root"} {"type":"root"}</definition>`}},
		"GetHistoryDefinition": {func() error { _, err := c.GetHistoryDefinition(ctx); return err }, "<definitions><definition>{}</definition></definitions>", []string{"", "<definitions/><definitions/>"}},
	}
	for name, r := range reads {
		payload.Store(r.good)
		fine.check(t, r.read())
		for _, p := range r.payloads {
			payload.Store(p)
			t.Run(name+p, func(t *testing.T) { malformed.check(t, r.read()) })
		}
	}
}
