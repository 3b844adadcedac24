package partage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

const (
	ada  = partage.Address("ada.lovelace@unistra.fr")
	king = partage.Address("ada.king@unistra.fr")
)

var hash = partage.NewSecret("{SSHA}BIDON")

// exists is a way to see whether an account exists.
func exists(name partage.Address, want bool) func(context.Context, *lab) (bool, error) {
	return func(ctx context.Context, l *lab) (bool, error) {
		c, err := l.domains.Client(domain)
		if err != nil {
			return false, err
		}
		_, err = c.GetAccount(ctx, name)
		if partage.ClassOf(err) == partage.NotFound {
			return !want, nil
		}
		return want, err
	}
}

func create(ctx context.Context, w *partage.Writer) error {
	return w.CreateAccount(ctx, ada, partage.NewAccount{PasswordHash: hash})
}

var lifeChanges = []change{
	{"CreateAccount", nil, create, exists(ada, true)},
	{"DeleteAccount", nil, func(ctx context.Context, w *partage.Writer) error { return w.DeleteAccount(ctx, jeanne) }, exists(jeanne, false)},
	{"RenameAccount", nil, func(ctx context.Context, w *partage.Writer) error { return w.RenameAccount(ctx, jeanne, king) }, exists(king, true)},
	{"SetPassword", nil, func(ctx context.Context, w *partage.Writer) error {
		return w.SetPassword(ctx, jeanne, partage.NewSecret("correct horse"))
	}, func(_ context.Context, l *lab) (bool, error) { return l.SessionsEnded(string(jeanne)) == 1, nil }},
}

// whole is a change of all that can be changed.
func whole() partage.Change {
	return partage.Change{
		Quota: new(int64(1 << 30)), Status: new(partage.Locked), HideInGal: new(true), Notes: new("note"), CarLicense: new("alovelac@unistra.fr"),
		GivenName: new("Ada"), SN: new("Lovelace"), DisplayName: new("Ada Lovelace"), Initials: new("A. L."), Title: new("Comtesse"),
		Description: new("première"), Company: new("Université"), BusinessCategory: new("calcul"), Country: new("France"), City: new("Strasbourg"),
		State: new("Alsace"), Street: new("4 rue Blaise Pascal"), PostalCode: new("67000"), TelephoneNumber: new("0368850000"), HomePhone: new("01"),
		Mobile: new("06 & <07>"), Pager: new("12"), Fax: new("+33"), FromDisplay: new("Ada"), Canonical: new(partage.Address("ada@unistra.fr")),
		AllowFrom: &[]partage.Address{"a@unistra.fr", "b@unistra.fr"}, Forward: new("ada@ailleurs.fr"), ForwardOnly: new(true),
		HiddenForwards: &[]partage.Address{"c@ailleurs.fr"}, MustChangePassword: new(true), Zimlets: &[]string{"com_a", "!com_b"},
		Features: map[string]partage.Switch{"Mail": partage.Off, "Calendar": partage.Off, "Contacts": partage.Off, "Briefcases": partage.Off, "Tasks": partage.On, "Options": partage.Off, "MailForwarding": partage.Off},
	}
}

func TestTheLifeOfAnAccount(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	classes, err := gather(c.GetAllCos(ctx))
	if err != nil {
		t.Fatal(err)
	}
	ch := whole()
	ch.COS = &classes[1].ID
	fine.check(t, w.CreateAccount(ctx, ada, partage.NewAccount{PasswordHash: hash, Others: ch}))
	got, err := c.GetAccount(ctx, ada)
	if err != nil {
		t.Fatal(err)
	}
	want := partage.Account{
		Name: ada, ID: got.ID, Admin: "DOMAIN", Status: partage.Locked, COS: classes[1].ID, COSName: classes[1].Name, Quota: 1 << 30, MailQuota: new(int64(1 << 30)),
		CarLicense: "alovelac@unistra.fr", GivenName: "Ada", SN: "Lovelace", DisplayName: "Ada Lovelace", Title: "Comtesse", Description: "première",
		TelephoneNumber: "0368850000", Notes: "note", HideInGal: true, Forward: "ada@ailleurs.fr", ForwardOnly: true, HiddenForwards: []partage.Address{"c@ailleurs.fr"},
		Initials: "A. L.", Company: "Université", BusinessCategory: "calcul", Country: "France", City: "Strasbourg", State: "Alsace",
		Street: "4 rue Blaise Pascal", PostalCode: "67000", HomePhone: "01", Mobile: "06 & <07>", Pager: "12", Fax: "+33", FromDisplay: "Ada", Canonical: "ada@unistra.fr",
		AllowFrom: []partage.Address{"a@unistra.fr", "b@unistra.fr"}, MustChangePassword: true, Zimlets: []string{"com_a", "!com_b"},
		Features: map[string]bool{"Mail": false, "Calendar": false, "Contacts": false, "Briefcases": false, "Tasks": true, "Options": false, "MailForwarding": false},
	}
	if diff := cmp.Diff(want, got); diff != "" || got.ID == "" {
		t.Error(diff)
	}
	empty := partage.Change{Quota: new(partage.Inherit), AllowFrom: &[]partage.Address{}, HiddenForwards: &[]partage.Address{}, Zimlets: &[]string{},
		Forward: new(""), Canonical: new(partage.Address("")), Features: map[string]partage.Switch{"Mail": partage.FromClass}}
	fine.check(t, w.ModifyAccount(ctx, ada, empty))
	got, err = c.GetAccount(ctx, ada)
	if err != nil || got.Quota != classes[1].Quota || got.AllowFrom != nil || got.HiddenForwards != nil || got.Forward != "" || got.Canonical != "" ||
		!got.Features["Mail"] || got.Features["Options"] || !slices.Equal(got.Zimlets, classes[1].Zimlets) {
		t.Errorf("%v %+v", err, got)
	}
	fine.check(t, w.AddAccountAlias(ctx, ada, "lovelace@unistra.fr"))
	conflict.check(t, create(ctx, w))
	conflict.check(t, w.CreateAccount(ctx, "lovelace@unistra.fr", partage.NewAccount{PasswordHash: hash}))
	conflict.check(t, w.CreateAccount(ctx, room, partage.NewAccount{PasswordHash: hash}))
	fine.check(t, w.RenameAccount(ctx, ada, king))
	conflict.check(t, w.RenameAccount(ctx, king, "lovelace@unistra.fr"))
	conflict.check(t, w.RenameAccount(ctx, king, jeanne))
	missing(t, "account", w.RenameAccount(ctx, ada, "x@unistra.fr"))
	missing(t, "domain", w.RenameAccount(ctx, king, "ada@gmail.com"))
	fine.check(t, w.SetPassword(ctx, "lovelace@unistra.fr", partage.NewSecret("x")))
	renamed, err := c.GetAccount(ctx, king)
	if err != nil || renamed.ID != got.ID || !slices.Equal(renamed.Aliases, []partage.Address{"lovelace@unistra.fr"}) {
		t.Errorf("%v %+v", err, renamed)
	}
	fine.check(t, w.DeleteAccount(ctx, king))
	missing(t, "account", w.DeleteAccount(ctx, king))
	missing(t, "account", w.SetPassword(ctx, king, partage.NewSecret("x")))
	fine.check(t, w.AddAccountAlias(ctx, jeanne, "lovelace@unistra.fr"))
	fine.check(t, create(ctx, w))
	if again, err := c.GetAccount(ctx, ada); err != nil || again.ID == got.ID {
		t.Errorf("%v: identifier %s serves again", err, again.ID)
	}
}

func missing(t *testing.T, object string, err error) {
	t.Helper()
	notFound.check(t, err)
	if e, ok := errors.AsType[*partage.Error](err); !ok || e.Object != object {
		t.Errorf("%v, not about %q", err, object)
	}
}

func TestAMoveToAnotherDomain(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, bio := l.writer(t, domain), l.client(t, "bio.unistra.fr")
	for alias, of := range map[partage.Address]partage.Address{"jd@unistra.fr": jeanne, "jd@math.unistra.fr": jeanne, "mc@unistra.fr": marie, "sk@unistra.fr": marie} {
		fine.check(t, w.AddAccountAlias(ctx, of, alias))
	}
	conflict.check(t, w.RenameAccount(ctx, marie, "mc@bio.unistra.fr")) // its alias would be its name
	fine.check(t, w.AddAccountAlias(ctx, jeanne, "sk@bio.unistra.fr"))
	conflict.check(t, w.RenameAccount(ctx, marie, "marie@bio.unistra.fr")) // its alias is another's
	fine.check(t, w.AddGroupMembers(ctx, "direction@unistra.fr", jeanne, "jd@unistra.fr"))
	fine.check(t, w.RenameAccount(ctx, jeanne, "jeanne@bio.unistra.fr"))
	a, err := bio.GetAccount(ctx, "jeanne@bio.unistra.fr")
	slices.Sort(a.Aliases)
	if want := []partage.Address{"jd@bio.unistra.fr", "jd@math.unistra.fr", "sk@bio.unistra.fr"}; err != nil || !slices.Equal(a.Aliases, want) || a.CarLicense != "jdupont@unistra.fr" {
		t.Errorf("%v %+v", err, a)
	}
	missing(t, "account", w.AddAccountAlias(ctx, jeanne, "x@unistra.fr"))
	fine.check(t, w.AddAccountAlias(ctx, marie, "jd@unistra.fr")) // free again
	g, err := l.client(t, domain).GetGroup(ctx, "direction@unistra.fr")
	if err != nil || !slices.Contains(g.Members, "jeanne@bio.unistra.fr") || !slices.Contains(g.Members, "jd@bio.unistra.fr") || slices.Contains(g.Members, jeanne) {
		t.Errorf("%v %v", err, g.Members)
	}
}

func TestClosingLeavesTheListsForGood(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w, c := l.writer(t, domain), l.client(t, domain)
	members := func() []partage.Address {
		g, err := c.GetGroup(ctx, "direction@unistra.fr")
		if err != nil {
			t.Fatal(err)
		}
		return g.Members
	}
	before := members()
	fine.check(t, w.AddAccountAlias(ctx, jeanne, "jd@unistra.fr"))
	fine.check(t, w.AddGroupMembers(ctx, "direction@unistra.fr", jeanne, "jd@unistra.fr", marie))
	fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Status: new(partage.Locked)}))
	if got := members(); len(got) != len(before)+3 {
		t.Errorf("locking changes lists: %v", got)
	}
	fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Status: new(partage.Closed)}))
	fine.check(t, w.ModifyAccount(ctx, jeanne, partage.Change{Status: new(partage.Active)}))
	fine.check(t, w.DeleteAccount(ctx, marie))
	if got := members(); !slices.Equal(got, before) {
		t.Errorf("%v, want %v", got, before)
	}
}

// Absent and present are told by the listing, by the count, and one by one.
func TestAListingFollowsEveryChange(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{PageSize: 7}), context.Background()
	w, physics := l.writer(t, domain), l.client(t, "physique.unistra.fr")
	for i, name := range []partage.Address{"aaa@unistra.fr", "zzz@unistra.fr", "m.m@unistra.fr", "m.n@unistra.fr", jeanne} {
		if name == jeanne {
			fine.check(t, w.DeleteAccount(ctx, jeanne))
		}
		fine.check(t, w.CreateAccount(ctx, name, partage.NewAccount{Password: partage.NewSecret("x"), Others: partage.Change{SN: new(fmt.Sprint(i))}}))
	}
	fine.check(t, w.DeleteAccount(ctx, "m.m@unistra.fr"))
	fine.check(t, w.RenameAccount(ctx, "m.n@unistra.fr", "n.n@physique.unistra.fr"))
	fine.check(t, w.RenameAccount(ctx, marie, "zz@unistra.fr"))
	fine.check(t, w.RenameAccount(ctx, "zz@unistra.fr", marie))
	fine.check(t, w.RenameAccount(ctx, marie, "b@physique.unistra.fr"))
	for d, want := range map[*partage.Client][]partage.Address{l.client(t, domain): {"aaa@unistra.fr", "zzz@unistra.fr", jeanne}, physics: {"b@physique.unistra.fr", "n.n@physique.unistra.fr"}} {
		var names []partage.Address
		for a, err := range d.GetAllAccounts(ctx, partage.Query{}) { // checked against CountObjects, page by page
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, a.Name)
			if alone, err := d.GetAccount(ctx, a.Name); err != nil || alone.ID != a.ID || alone.SN != a.SN {
				t.Errorf("%v %+v", err, alone)
			}
		}
		if !slices.IsSorted(names) {
			t.Error("not in order")
		}
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s is not listed", name)
			}
		}
		if slices.Contains(names, "m.m@unistra.fr") || slices.Contains(names, marie) {
			t.Error("listed though gone")
		}
	}
}

func TestWhatCannotBeAskedOfAnAccountIsNotSent(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	w := l.writer(t, domain)
	made := func(ch partage.Change) error {
		return w.CreateAccount(ctx, ada, partage.NewAccount{Password: hash, Others: ch})
	}
	for name, err := range map[string]error{
		"no password":             w.CreateAccount(ctx, ada, partage.NewAccount{}),
		"two passwords":           w.CreateAccount(ctx, ada, partage.NewAccount{Password: hash, PasswordHash: hash}),
		"three":                   made(partage.Change{PasswordHash: &hash}),
		"a clear password hashed": w.CreateAccount(ctx, ada, partage.NewAccount{PasswordHash: partage.NewSecret("hunter2")}),
		"no scheme":               w.CreateAccount(ctx, ada, partage.NewAccount{PasswordHash: partage.NewSecret("{}x")}),
		"no hash":                 w.ModifyAccount(ctx, jeanne, partage.Change{PasswordHash: new(partage.NewSecret("{SSHA}"))}),
		"an empty hash":           w.ModifyAccount(ctx, jeanne, partage.Change{PasswordHash: new(partage.Secret)}),
		"another domain":          w.CreateAccount(ctx, "a@etu.unistra.fr", partage.NewAccount{Password: hash}),
		"not an address":          w.CreateAccount(ctx, "Ada@unistra.fr", partage.NewAccount{Password: hash}),
		"status":                  made(partage.Change{Status: new(partage.Pending)}),
		"quota":                   made(partage.Change{Quota: new(int64(-2))}),
		"long notes":              made(partage.Change{Notes: new(strings.Repeat("é", 1025))}),
		"long name":               made(partage.Change{FromDisplay: new(strings.Repeat("é", 257))}),
		"canonical":               made(partage.Change{Canonical: new(partage.Address("x"))}),
		"from":                    made(partage.Change{AllowFrom: &[]partage.Address{"x"}}),
		"forwards":                made(partage.Change{HiddenForwards: &[]partage.Address{""}}),
		"zimlets":                 made(partage.Change{Zimlets: &[]string{""}}),
		"feature":                 made(partage.Change{Features: map[string]partage.Switch{"MobileSync": partage.On}}),
		"switch":                  made(partage.Change{Features: map[string]partage.Switch{"Mail": "true"}}),
		"the same name":           w.RenameAccount(ctx, jeanne, jeanne),
		"a new name in capitals":  w.RenameAccount(ctx, jeanne, "A@unistra.fr"),
		"an empty new name":       w.RenameAccount(ctx, jeanne, ""),
		"rename abroad":           w.RenameAccount(ctx, "a@etu.unistra.fr", jeanne),
		"an empty password":       w.SetPassword(ctx, jeanne, partage.Secret{}),
		"delete abroad":           w.DeleteAccount(ctx, "a@etu.unistra.fr"),
		"delete nothing":          w.DeleteAccount(ctx, ""),
	} {
		t.Run(name, func(t *testing.T) { notSent.check(t, err) })
	}
	if log := l.Log(); len(log) > 0 {
		t.Errorf("sent: %+v", log)
	}
}

// The forms are those that public clients send.
func TestTheFormsOfAccounts(t *testing.T) {
	var sent url.Values
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if !strings.Contains(r.URL.Path, "/Auth") {
			_ = r.ParseForm()
			sent = r.PostForm
		}
		fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
	}, partage.Config{})
	ctx := context.Background()
	w, err := c.Writer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const name = partage.Address("a@univ-test.fr")
	for want, call := range map[string]func() error{
		"name=a@univ-test.fr&password=&userPassword={SSHA}BIDON&zimbraHideInGal=FALSE": func() error {
			return w.CreateAccount(ctx, name, partage.NewAccount{PasswordHash: hash, Others: partage.Change{HideInGal: new(false), Notes: new("")}})
		},
		"name=a@univ-test.fr&password=x&sn=S": func() error {
			return w.CreateAccount(ctx, name, partage.NewAccount{Password: partage.NewSecret("x"), Others: partage.Change{SN: new("S"), Zimlets: &[]string{}, Quota: new(partage.Inherit)}})
		},
		"name=a@univ-test.fr&newname=b@univ-test.fr": func() error { return w.RenameAccount(ctx, name, "b@univ-test.fr") },
		"name=a@univ-test.fr&password=x":             func() error { return w.SetPassword(ctx, name, partage.NewSecret("x")) },
		"name=a@univ-test.fr":                        func() error { return w.DeleteAccount(ctx, name) },
		"name=a@univ-test.fr&zimbraMailQuota=&zimbraZimletAvailableZimlets[]=": func() error {
			return w.ModifyAccount(ctx, name, partage.Change{Zimlets: &[]string{}, Quota: new(partage.Inherit)})
		},
		"name=a@univ-test.fr&zimbraAllowFromAddress[]=x@y.fr&zimbraAllowFromAddress[]=z@y.fr&zimbraFeatureMailEnabled=TRUE&zimbraPasswordMustChange=FALSE": func() error {
			return w.ModifyAccount(ctx, name, partage.Change{AllowFrom: &[]partage.Address{"x@y.fr", "z@y.fr"}, MustChangePassword: new(false), Features: map[string]partage.Switch{"Mail": partage.On}})
		},
	} {
		fine.check(t, call())
		if got, _ := url.QueryUnescape(sent.Encode()); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
}

func TestTooManyAccountsIsRefused(t *testing.T) {
	l := newLab(t, Config{MaxAccounts: 1}, partage.Config{})
	err := create(context.Background(), l.writer(t, domain))
	refused.check(t, err)
	if !strings.Contains(err.Error(), "number of accounts reached the limit") {
		t.Error(err)
	}
}

// A server that says back what it was sent does not make a password printed.
func TestPasswordsThatComeBackAreMasked(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if strings.Contains(r.URL.Path, "/Auth") {
			fmt.Fprintf(w, "<Response><status>0</status><token>%s</token></Response>", canaryToken)
			return
		}
		_ = r.ParseForm()
		fmt.Fprintf(w, "<Response><status>1</status><message>invalid request: %s %s</message></Response>", r.PostForm.Get("password"), r.PostForm.Get("userPassword"))
	}, partage.Config{})
	ctx := context.Background()
	w, err := c.Writer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const name = partage.Address("a@univ-test.fr")
	clear, hashed := partage.NewSecret("canari-jaune"), partage.NewSecret("{SSHA}canari-jaune")
	for _, err := range []error{
		w.SetPassword(ctx, name, clear), w.CreateAccount(ctx, name, partage.NewAccount{Password: clear}),
		w.CreateAccount(ctx, name, partage.NewAccount{PasswordHash: hashed}), w.ModifyAccount(ctx, name, partage.Change{PasswordHash: &hashed}),
	} {
		refused.check(t, err)
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "canari") {
			t.Error(text)
		}
	}
	if text := fmt.Sprintf("%v %+v", partage.NewAccount{Password: clear}, partage.Change{PasswordHash: &hashed}); strings.Contains(text, "canari") {
		t.Error(text)
	}
}
