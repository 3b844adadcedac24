package partage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/partage"
	. "github.com/unistra/melusine/partage/simulator"
)

// attested are the methods that public clients call, but for RenameGroup, doubtful.
const attested = `Auth GetAccount GetAllAccounts CreateAccount ModifyAccount DeleteAccount RenameAccount SetPassword AddAccountAlias
RemoveAccountAlias GetCos GetAllCos GetDomain CountObjects GetAllGroups GetGroup CreateGroup ModifyGroup DeleteGroup AddDistributionListAlias
RemoveDistributionListAlias AddGroupMembers RemoveGroupMembers GetSendAsGroup AddSendAsGroup DeleteSendAsGroup GetAllResources GetResource
CreateResource ModifyResource DeleteResource zimlet_dl/GetDefinition zimlet_dl/GetHistoryDefinition zimlet_dl/CreateDefinition
zimlet_dl/DeleteDefinition account/AddRootShare account/RemoveRootShare account/RemoveRecipientsFromRootShare account/AddRootDelegate
account/RemoveRootDelegate`

// Every attested method is in the table, typed on the client or on its writer,
// served by the simulator, and a row of the fault tables.
func TestNoMethodIsForgotten(t *testing.T) {
	want := strings.Fields(attested)
	if len(want) != 40 {
		t.Fatalf("%d methods", len(want))
	}
	var got []string
	for _, m := range partage.Methods() {
		got = append(got, m.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	l := newLab(t, Config{}, partage.Config{})
	for _, m := range partage.Methods() {
		owner := reflect.TypeFor[*partage.Client]()
		if m.Write {
			owner = reflect.TypeFor[*partage.Writer]()
		}
		if _, typed := owner.MethodByName(m.Name[strings.LastIndex(m.Name, "/")+1:]); !typed {
			t.Errorf("%v has no %s", owner, m.Name)
		}
		if err := l.SetFaults(Fault{Method: m.Name}); err != nil {
			t.Error(err)
		}
		if m.Write && !slices.ContainsFunc(changes(), func(c change) bool { return c.method == m.Name }) {
			t.Errorf("%s is not in the table of faults", m.Name)
		}
		if _, read := reads()[m.Name]; !m.Write && !read && m.Name != "Auth" {
			t.Errorf("%s is not in the table of reads", m.Name)
		}
	}
}

func TestMethodsAreFoundByTheirShortNames(t *testing.T) {
	for name, want := range map[string]string{"getaccount": "GetAccount", "AddRootShare": "account/AddRootShare", "zimlet_dl/getDefinition": "zimlet_dl/GetDefinition"} {
		if m, ok := partage.MethodNamed(name); !ok || m.Name != want {
			t.Errorf("%s: %s", name, m.Name)
		}
	}
	for _, name := range []string{"", "GetEverything", "zimlet_dl/", "account/GetAccount", "RenameGroup"} {
		if m, ok := partage.MethodNamed(name); ok {
			t.Errorf("%q is %s", name, m.Name)
		}
	}
}

func TestFormsAreChecked(t *testing.T) {
	for _, c := range []struct {
		method, params, want string // no want: refused
	}{
		{"GetAccount", "name=a", "name=a"}, {"GetAccount", "", ""}, {"GetAccount", "name=", ""}, {"GetAccount", "name=a&name=b", ""}, {"GetAccount", "name=a&x=1", ""}, {"GetAccount", "name[]=a", "name[]=a"},
		{"AddGroupMembers", "name=a&members=b&members=c", "members[]=b&members[]=c&name=a"}, {"AddGroupMembers", "name=a&members[]=b", "members[]=b&name=a"}, {"AddGroupMembers", "name=a", ""},
		{"AddGroupMembers", "name=a&members=", ""}, {"AddGroupMembers", "name=a&members[0]=b", ""},
		{"ModifyAccount", "name=a&x=", "name=a&x="}, {"ModifyAccount", "name=a", ""}, {"ModifyAccount", "name=a&x=1&x=2", ""}, {"ModifyAccount", "name=a&x[]=1&x[]=2", "name=a&x[]=1&x[]=2"},
		{"ModifyAccount", "name=a&x[0]=1", ""}, {"ModifyAccount", "name=a&=1", ""}, {"ModifyAccount", "name=a&x y=1", ""}, {"ModifyAccount", "x=1", ""},
		{"account/AddRootShare", "account=a&recipients=b&rights=sendAs", "account=a&recipients[]=b&rights[]=sendAs"},
	} {
		params, err := url.ParseQuery(c.params)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := partage.MethodNamed(c.method)
		form, err := m.Form(params)
		if got, _ := url.QueryUnescape(form.Encode()); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %s: %s, %v", c.method, c.params, got, err)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("name", "jeanne@univ-test.fr", "zimbraNotes", "é&=+ %\x00")
	f.Add("x[]", "", "y[0]", "\n")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		for _, m := range partage.Methods() {
			form, err := m.Form(url.Values{n1: {v1}, n2: {v2}})
			if err != nil {
				continue
			}
			back, err := url.ParseQuery(form.Encode())
			if err != nil || !cmp.Equal(back, form) {
				t.Fatalf("%v is read as %v, %v", form, back, err)
			}
			for name := range form {
				if strings.Contains(strings.TrimSuffix(name, "[]"), "[") {
					t.Fatalf("%q is sent", name)
				}
			}
		}
	})
}

// What a tool reads is what the typed methods read.
func TestCallsByName(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	v, err := c.Call(ctx, "GetAccount", url.Values{"name": {string(jeanne)}})
	if err != nil || v.Get("displayName").Text != "Jeanne Dupont" || v.Get("nothing").Name != "" {
		t.Error(v, err)
	}
	text, err := json.Marshal(v)
	var read map[string]any
	if err != nil || json.Unmarshal(text, &read) != nil || read["displayName"] != "Jeanne Dupont" || len(read["zimbraZimletAvailableZimlets"].([]any)) != 2 {
		t.Errorf("%s, %v", text, err)
	}
	v, err = c.Call(ctx, "GetDomain", nil)
	if err != nil || strings.Contains(fmt.Sprintf("%+v", v), l.Keys()[domain].Reveal()) {
		t.Error("the key comes out", err)
	}
	if v, err := c.Call(ctx, "Auth", nil); err != nil || v.Name != "" {
		t.Error(v, err)
	}
	fine.check(t, w.Call(ctx, "AddAccountAlias", url.Values{"name": {string(jeanne)}, "alias": {"jd@unistra.fr"}}))
	conflict.check(t, w.Call(ctx, "AddAccountAlias", url.Values{"name": {string(jeanne)}, "alias": {"jd@unistra.fr"}}))
	if _, err := c.Call(ctx, "GetAccount", url.Values{"name": {"jd@unistra.fr"}}); err != nil {
		t.Error(err) // it has the alias
	}
	n := 0
	for v, err := range c.Objects(ctx, "GetAllAccounts", url.Values{"attrs": {"zimbraMailAlias"}}) {
		if n++; err != nil {
			t.Fatal(err)
		}
		if v.Get("name").Text == string(jeanne) && v.Get("zimbraMailAlias").Text != "jd@unistra.fr" {
			t.Errorf("%+v", v)
		}
	}
	if want, err := c.CountObjects(ctx, partage.UserAccounts); err != nil || n != want {
		t.Errorf("%d listed, %d counted, %v", n, want, err)
	}
}

func TestCallsThatMakeNoSenseAreNotSent(t *testing.T) {
	l, ctx := newLab(t, Config{}, partage.Config{}), context.Background()
	c, w := l.client(t, domain), l.writer(t, domain)
	if err := l.SetFaults(Fault{Method: "*", Answer: Drop}); err != nil {
		t.Fatal(err)
	}
	read := func(method, params string) error {
		form, _ := url.ParseQuery(params)
		_, err := c.Call(ctx, method, form)
		return err
	}
	for name, err := range map[string]error{
		"unknown":       read("GetEverything", ""),
		"a write":       read("DeleteAccount", "name=jeanne.dupont@unistra.fr"),
		"no name":       read("GetAccount", ""),
		"elsewhere":     read("GetAccount", "name=a@etu.unistra.fr"),
		"a read":        w.Call(ctx, "GetAccount", url.Values{"name": {string(jeanne)}}),
		"write nothing": w.Call(ctx, "ModifyAccount", url.Values{"name": {string(jeanne)}}),
		"write away":    w.Call(ctx, "DeleteAccount", url.Values{"name": {"a@etu.unistra.fr"}}),
	} {
		if notSent.check(t, err); t.Failed() {
			t.Fatal(name)
		}
	}
	for _, q := range []url.Values{{"limit": {"2"}}, {"attrs": {"x"}}} {
		for _, err := range c.Objects(ctx, "GetAllResources", q) {
			notSent.check(t, err)
		}
	}
	for _, err := range c.Objects(ctx, "GetAccount", nil) {
		notSent.check(t, err)
	}
}

func TestPayloadsThatACallRefuses(t *testing.T) {
	var payload atomic.Value // a listing asks beside its reader
	payload.Store("")
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<Response><status>0</status>%s</Response>", payload.Load())
	}, partage.Config{})
	if err := c.Auth(context.Background()); partage.ClassOf(err) != partage.Malformed {
		t.Fatal(err)
	}
	payload.Store("<token>" + canaryToken + "</token>")
	if err := c.Auth(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "<account/>", "<account><name>b@univ-test.fr</name></account>", "<account/><account/>"} {
		payload.Store(text)
		_, err := c.Call(context.Background(), "GetAccount", url.Values{"name": {"a@univ-test.fr"}})
		malformed.check(t, err)
	}
	for _, text := range []string{"<groups><group><id>1</id></group></groups>", "<groups><group><name>G</name></group></groups>", "<accounts/>"} {
		payload.Store(text)
		for _, err := range c.Objects(context.Background(), "GetAllGroups", nil) {
			malformed.check(t, err)
		}
	}
}

// A password that the server repeats does not come out.
func TestAnEchoedPasswordIsMasked(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		status, text := 1, "invalid request: "+r.FormValue("password")+" "+r.FormValue("userPassword")+" "+url.QueryEscape(r.FormValue("userPassword"))
		if strings.HasSuffix(r.URL.Path, "/Auth") {
			status = 0
		}
		fmt.Fprintf(w, "<Response><status>%d</status><message>%s</message><token>%s</token></Response>", status, text, canaryToken)
	}, partage.Config{})
	w, err := c.Writer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	hashed := neuve
	hashed.Password, hashed.PasswordHash = partage.Secret{}, partage.NewSecret("{SSHA}hunter3")
	for _, n := range []partage.NewResource{neuve, hashed} {
		err := w.CreateResource(context.Background(), "r@univ-test.fr", n)
		if e, ok := errors.AsType[*partage.Error](err); !ok || e.Class != partage.Refused || strings.Contains(err.Error(), "hunter") {
			t.Error(err)
		}
	}
	err = w.Call(context.Background(), "CreateAccount", url.Values{"name": {"r@univ-test.fr"}, "password": {"hunt"}, "userPassword": {"hunter 4"}})
	if refused.check(t, err); strings.Contains(err.Error(), "hunt") || strings.Contains(err.Error(), "er+4") {
		t.Error(err)
	}
}
