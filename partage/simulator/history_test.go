package simulator

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAFileThatCannotServe(t *testing.T) {
	u, dir := NewUniversity(1000), t.TempDir()
	path := filepath.Join(dir, "state")
	b := newBench(t, Config{University: u, File: path})
	has(t, b.call("unistra.fr", "CreateAccount", "name=a@unistra.fr&password=hunter2&zimbraPasswordMustChange=TRUE"), done)
	has(t, b.call("unistra.fr", "CreateAccount", "name=a@unistra.fr&password=hunter2"), "-"+done) // not kept
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	code, _, _ := b.do("POST", "/service/domain/DeleteAccount/"+b.token("unistra.fr"), "name=a@unistra.fr")
	if code != http.StatusInternalServerError {
		t.Error(code)
	}
	good, err := os.ReadFile(path)
	if err != nil || strings.Count(string(good), "\n") != 2 || strings.Contains(string(good), "hunter2") {
		t.Fatalf("%v\n%s", err, good)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	start := func(content string) (*Server, error) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return New(Config{Now: time.Now, University: u, File: path})
	}
	for name, content := range map[string]string{
		"empty": "", "another university": strings.Replace(string(good), "1000", "2000", 1), "no heading": string(good[strings.Index(string(good), "\n")+1:]),
		"not JSON": string(good) + "x\n", "an empty line": string(good) + "\n", "null": string(good) + "null\n", "twice": string(good) + strings.SplitAfter(string(good), "\n")[1],
		"a read": string(good) + `{"method":"GetAccount","domain":"unistra.fr","form":{"name":["a@unistra.fr"]}}` + "\n",
		"Auth":   string(good) + `{"method":"Auth","domain":"unistra.fr"}` + "\n", "no domain": string(good) + `{"method":"DeleteAccount","domain":"x.fr"}` + "\n",
	} {
		if s, err := start(content); err == nil {
			_ = s.Close()
			t.Errorf("%s: started", name)
		}
	}
	s, err := start(string(good) + `{"at":"2026-`) // a crash
	if err != nil {
		t.Fatal(err)
	}
	if _, found := s.find("a@unistra.fr"); !found {
		t.Error("an account is lost")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if mended, err := os.ReadFile(path); err != nil || string(mended) != string(good) {
		t.Errorf("%v %s", err, mended)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Error(left, err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "absent", "state")} {
		if _, err := New(Config{Now: time.Now, University: u, File: path}); err == nil {
			t.Errorf("started with %s", path)
		}
	}
}

// Once a write could not be kept, no other is done: a restart must not undo
// more than that one.
func TestAFileThatFails(t *testing.T) {
	b := newBench(t, Config{File: filepath.Join(t.TempDir(), "state")})
	if err := b.ledger.file.Close(); err != nil { // as a full disk would
		t.Fatal(err)
	}
	for _, name := range []string{"name=a@unistra.fr", "name=b@unistra.fr"} {
		has(t, b.call("unistra.fr", "CreateAccount", name+"&password=x"), "We're sorry", "-Response")
	}
	has(t, b.call("unistra.fr", "GetAccount", "name=b@unistra.fr"), "no such account")
	if err := b.Close(); err == nil || !strings.Contains(err.Error(), "keep write") {
		t.Error(err)
	}
}

func TestFaultsOfTimeOverHTTPAndByFlag(t *testing.T) {
	b := newBench(t, Config{Admin: true})
	code, _, body := b.do("POST", "/_simulator/faults", `[{"method":"GetAccount","lag":"20s","for":"1m"},{"method":"ModifyAccount","effect":"overtaken","times":1},{"method":"ModifyAccount","effect":"half"}]`)
	if code != http.StatusNoContent {
		t.Fatal(body)
	}
	f := b.faults[0]
	if f.Lag != 20*time.Second || f.For != time.Minute || b.faults[1].Effect != Overtaken || b.faults[2].Effect != Half {
		t.Errorf("%+v", *f)
	}
	if got, err := ParseFault("GetAccount:,lag=20s,for=1m"); err != nil || got.Lag != f.Lag || got.For != f.For || got.Method != f.Method {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{`[{"method":"GetAccount","lag":"20"}]`, `[{"method":"GetAccount","for":"x"}]`, `[{"method":"GetAccount","effect":"quarter"}]`} {
		if code, _, _ := b.do("POST", "/_simulator/faults", bad); code != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

// writes are forms for every write, some of them good at any time.
var writes = map[string][]string{
	"CreateAccount":               {"name=a@unistra.fr&password=x&userPassword=x&sn=A&zimbraAllowFromAddress[]=x@y.fr&zimbraAllowFromAddress[]=z@y.fr", "name=jeanne.dupont@unistra.fr&password=x"},
	"ModifyAccount":               {"name=a@unistra.fr&zimbraAccountStatus=closed", jeanne + "&sn=B&zimbraMailQuota=", "name=marie.curie@unistra.fr&zimbraAccountStatus=closed"},
	"DeleteAccount":               {"name=a@unistra.fr", jeanne},
	"RenameAccount":               {jeanne + "&newname=a@unistra.fr", "name=a@unistra.fr&newname=jeanne.dupont@unistra.fr", "name=marie.curie@unistra.fr&newname=m@bio.unistra.fr"},
	"SetPassword":                 {jeanne + "&password=x"},
	"AddAccountAlias":             {jeanne + "&alias=b@unistra.fr", "name=marie.curie@unistra.fr&alias=mc@unistra.fr"},
	"RemoveAccountAlias":          {jeanne + "&alias=b@unistra.fr"},
	"CreateGroup":                 {"name=g@unistra.fr&displayName=G", "name=b@unistra.fr"},
	"ModifyGroup":                 {"name=direction@unistra.fr&displayName=D", "name=g@unistra.fr&zimbraHideInGal=TRUE"},
	"DeleteGroup":                 {"name=direction@unistra.fr", "name=g@unistra.fr"},
	"AddDistributionListAlias":    {"name=g@unistra.fr&alias=h@unistra.fr"},
	"RemoveDistributionListAlias": {"name=g@unistra.fr&alias=h@unistra.fr", "name=direction@unistra.fr&alias=directeurs@unistra.fr"},
	"AddGroupMembers":             {"name=direction@unistra.fr&members[]=jeanne.dupont@unistra.fr&members[]=marie.curie@unistra.fr", "name=g@unistra.fr&members[]=a@unistra.fr&members[]=mc@unistra.fr"},
	"RemoveGroupMembers":          {"name=direction@unistra.fr&members[]=jeanne.dupont@unistra.fr"},
	"AddSendAsGroup":              {"name=direction@unistra.fr&account=jeanne.dupont@unistra.fr", "name=g@unistra.fr&account=a@unistra.fr"},
	"DeleteSendAsGroup":           {"name=direction@unistra.fr&account=jeanne.dupont@unistra.fr"},
	"CreateResource":              {"name=r@unistra.fr&displayName=R&zimbraCalResType=Location&userPassword=x"},
	"ModifyResource":              {"name=amphi-1@unistra.fr&zimbraCalResCapacity=-1", "name=r@unistra.fr&zimbraNotes=x"},
	"DeleteResource":              {"name=amphi-1@unistra.fr", "name=r@unistra.fr"},
	"zimlet_dl/CreateDefinition":  {`definition={"type":"root"}`},
	"zimlet_dl/DeleteDefinition":  {""},

	"account/AddRootShare":                  {"account=jeanne.dupont@unistra.fr&recipients[]=marie.curie@unistra.fr&rights[]=sendAs", "account=a@unistra.fr&recipients[]=jeanne.dupont@unistra.fr"},
	"account/RemoveRootShare":               {"account=jeanne.dupont@unistra.fr&recipients[]=marie.curie@unistra.fr"},
	"account/RemoveRecipientsFromRootShare": {"account=jeanne.dupont@unistra.fr&recipients[]=marie.curie@unistra.fr"},
	"account/AddRootDelegate":               {"account=jeanne.dupont@unistra.fr&right=sendOnBehalfOf"},
	"account/RemoveRootDelegate":            {"account=jeanne.dupont@unistra.fr&right=sendAs"},
}

// Whatever is written, with whatever faults, the writes done again give the
// same state: to a server that starts again, and to a late copy.
func TestDoneAgainTheWritesGiveTheState(t *testing.T) {
	for name, m := range methods() {
		if m.write && writes[name] == nil {
			t.Errorf("%s is not written", name)
		}
	}
	u, dir := NewUniversity(1000), t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, rapid.StringMatching(`[a-z]{20}`).Draw(rt, "file"))
		b := newBench(t, Config{University: u, File: path})
		if err := b.SetFaults(Fault{Method: "*", Rate: 0.2, Effect: Late, Delay: 3 * time.Second}, Fault{Method: "*", Rate: 0.1, Effect: Half}, Fault{Method: "*", Rate: 0.1, Effect: Overtaken}); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 40).Draw(rt, "writes") {
			method := rapid.SampledFrom(slices.Sorted(maps.Keys(writes))).Draw(rt, "method")
			b.call("unistra.fr", method, strings.ReplaceAll(rapid.SampledFrom(writes[method]).Draw(rt, "form"), "assword=x", "assword=•••"))
			b.at = b.at.Add(time.Second)
		}
		now := b.at
		b.mature(now)
		if err := b.Close(); err != nil {
			rt.Fatal(err)
		}
		again, err := New(Config{Now: time.Now, University: u, File: path})
		if err != nil {
			rt.Fatal(err)
		}
		b.lagging(b.methods["GetDomain"], call{domain: &u.domains[0], at: now.Add(time.Second)}, time.Second)
		for name, other := range map[string]*Server{"restarted": again, "late": b.replica.server} {
			for i, pair := range [][2]any{
				{b.changed, other.changed}, {b.moved, other.moved}, {b.growth, other.growth}, {b.aliasGrowth, other.aliasGrowth}, {b.licences, other.licences}, {b.resources, other.resources}, {b.definitions, other.definitions},
				{b.shares, other.shares}, {b.groups, other.groups}, {b.listAliases, other.listAliases}, {b.created, other.created},
			} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					rt.Errorf("%s, %d: %+v\nwant\n%+v", name, i, pair[1], pair[0])
				}
			}
		}
		if err := again.Close(); err != nil {
			rt.Error(err)
		}
	})
}
