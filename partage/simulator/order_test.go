package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCountsFollow(t *testing.T) { // §3.4
	b := newBench(t, Config{})
	count := func(domain, kind string) (n int) {
		t.Helper()
		_, rest, _ := strings.Cut(b.call(domain, "CountObjects", "type="+kind), `<count type="integer">`)
		if _, err := fmt.Sscan(rest, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	want := map[string]int{}
	for _, d := range []string{"unistra.fr", "bio.unistra.fr"} {
		for _, kind := range []string{"userAccount", "alias", "dl", "calresource"} {
			want[d+kind] = count(d, kind)
		}
	}
	for _, step := range []struct{ domain, method, form, changes string }{
		{"unistra.fr", "CreateAccount", "name=a@unistra.fr&password=x", "unistra.fr userAccount 1"},
		{"unistra.fr", "AddAccountAlias", "name=a@unistra.fr&alias=b@unistra.fr", "unistra.fr alias 1"},
		{"unistra.fr", "AddAccountAlias", "name=a@unistra.fr&alias=b@bio.unistra.fr", "bio.unistra.fr alias 1"},
		{"unistra.fr", "RemoveAccountAlias", "name=a@unistra.fr&alias=b@bio.unistra.fr", "bio.unistra.fr alias -1"},
		{"unistra.fr", "RenameAccount", "name=a@unistra.fr&newname=c@bio.unistra.fr", "unistra.fr userAccount -1, unistra.fr alias -1, bio.unistra.fr userAccount 1, bio.unistra.fr alias 1"},
		{"bio.unistra.fr", "DeleteAccount", "name=c@bio.unistra.fr", "bio.unistra.fr userAccount -1, bio.unistra.fr alias -1"},
		{"unistra.fr", "CreateGroup", "name=g@unistra.fr", "unistra.fr dl 1"},
		{"unistra.fr", "AddDistributionListAlias", "name=g@unistra.fr&alias=h@unistra.fr", "unistra.fr alias 1"},
		{"unistra.fr", "DeleteGroup", "name=g@unistra.fr", "unistra.fr dl -1, unistra.fr alias -1"},
		{"bio.unistra.fr", "RemoveAccountAlias", "name=contact@bio.unistra.fr&alias=contact@bio.unistra.fr", "bio.unistra.fr alias -1"},
		{"unistra.fr", "DeleteResource", "name=amphi-1@unistra.fr", "unistra.fr calresource -1"},
		{"unistra.fr", "CreateResource", "name=r@unistra.fr&displayName=R&zimbraCalResType=Location&password=x", "unistra.fr calresource 1"},
	} {
		has(t, b.call(step.domain, step.method, step.form), done)
		for _, change := range strings.Split(step.changes, ", ") {
			var d, kind string
			var by int
			if _, err := fmt.Sscan(change, &d, &kind, &by); err != nil {
				t.Fatal(err)
			}
			want[d+kind] += by
		}
		for _, d := range []string{"unistra.fr", "bio.unistra.fr"} {
			for _, kind := range []string{"userAccount", "alias", "dl", "calresource"} {
				if got := count(d, kind); got != want[d+kind] {
					t.Errorf("%s %s: %d %s of %s, want %d", step.method, step.form, got, kind, d, want[d+kind])
				}
			}
		}
	}
}

// Whatever is created, renamed and deleted, the order, the counts and the
// lookups are those of the plain list of names.
func TestTheRollIsThePlainList(t *testing.T) {
	u := NewUniversity(1000)
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Config{University: u})
		names := map[*domain][]string{}
		domains := []*domain{&u.domains[5], &u.domains[6]}
		for _, d := range domains {
			for at := range d.Accounts {
				names[d] = append(names[d], u.mail(d, at))
			}
		}
		token := map[*domain]string{domains[0]: b.token(domains[0].Name), domains[1]: b.token(domains[1].Name)}
		ask := func(d *domain, method, form string) string {
			_, _, body := b.do("POST", "/service/domain/"+method+"/"+token[d], form)
			return body
		}
		for _, d := range domains { // an alias that cannot follow would refuse a rename
			for at := range d.Accounts {
				for _, alias := range u.aliases(d.first + at) {
					ask(d, "RemoveAccountAlias", "name="+names[d][at]+"&alias="+alias)
				}
			}
		}
		original := slices.Clone(names[domains[0]])
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			d := rapid.SampledFrom(domains).Draw(rt, "domain")
			to := rapid.SampledFrom(domains).Draw(rt, "to")
			fresh := rapid.StringMatching(`[a-z]{1,2}`).Draw(rt, "new") + "@" + to.Name
			if rapid.Bool().Draw(rt, "former") {
				fresh, to = rapid.SampledFrom(original).Draw(rt, "former name"), domains[0]
			}
			free := !slices.Contains(names[to], fresh)
			old := ""
			if len(names[d]) > 0 {
				old = rapid.SampledFrom(names[d]).Draw(rt, "old")
			}
			body := ""
			switch act := rapid.IntRange(0, 2).Draw(rt, "act"); {
			case act == 0:
				if body = ask(to, "CreateAccount", "password=x&name="+fresh); free {
					names[to] = append(names[to], fresh)
				}
			case old == "":
				continue
			case act == 1:
				body, free = ask(d, "DeleteAccount", "name="+old), true
				names[d] = slices.DeleteFunc(names[d], func(n string) bool { return n == old })
			default:
				if body = ask(d, "RenameAccount", "name="+old+"&newname="+fresh); free {
					names[d] = slices.DeleteFunc(names[d], func(n string) bool { return n == old })
					names[to] = append(names[to], fresh)
				}
			}
			if strings.Contains(body, done) != free {
				rt.Fatal(body)
			}
			for _, d := range domains {
				slices.Sort(names[d])
				checkRoll(rt, b.Server, d, names[d])
			}
		}
	})
}

func checkRoll(t *rapid.T, s *Server, d *domain, want []string) {
	var got []string
	page, refusal := s.choose(call{domain: d}, 0, len(want)+1)
	if refusal != "" || s.population(d) != len(want) {
		t.Fatalf("%s: %d accounts, want %d", refusal, s.population(d), len(want))
	}
	for _, index := range page {
		name := s.entryOf(index).first("name")
		if found, ok := s.find(name); !ok || found != index || s.home(index) != d {
			t.Errorf("%s is account %d, found as %d", name, index, found)
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v\nwant\n%v", got, want)
	}
}

// Whatever was asked and written before, a page is what a naive search finds.
func TestAPageIsWhatANaiveSearchFinds(t *testing.T) {
	u := NewUniversity(1200)
	filters := []string{"", "(sn=*)", "(zimbraMailAlias=*)", "(!(zimbraHideInGAL=TRUE))", "(zimbraHideInGAL=TRUE)", "(givenName=Marie)", "mail=m*", "(sn=nobody)", "(used>=100000000)"}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Config{University: u})
		d := &u.domains[1]
		token := b.token(d.Name)
		for range rapid.IntRange(1, 8).Draw(rt, "pages") {
			at := rapid.IntRange(0, d.Accounts-1).Draw(rt, "who")
			name := "name=" + u.mail(d, at)
			write := rapid.SampledFrom([][2]string{
				{"ModifyAccount", name + "&zimbraHideInGal=TRUE&sn=Aaa"}, {"ModifyAccount", name + "&givenName=Marie"}, {"ModifyAccount", name + "&sn="},
				{"DeleteAccount", name}, {"RenameAccount", name + "&newname=m" + strconv.Itoa(at) + "@" + d.Name}, {"RenameAccount", name + "&newname=m@unistra.fr"},
				{"CreateAccount", fmt.Sprintf("name=n%d@%s&password=x&sn=Zzz", at, d.Name)}, {"GetAllAccounts", ""}, {"GetAllAccounts", ""}, {"GetAllAccounts", ""},
			}).Draw(rt, "write")
			b.do("POST", "/service/domain/"+write[0]+"/"+token, write[1])
			values := form{
				"ldap_query": {rapid.SampledFrom(filters).Draw(rt, "filter")}, "sortby": {rapid.SampledFrom([]string{"", "mail", "sn", "givenName", "zimbraNotes"}).Draw(rt, "by")},
				"sortascending": {rapid.SampledFrom([]string{"0", "1"}).Draw(rt, "ascending")},
			}
			offset, limit := rapid.IntRange(0, 1500).Draw(rt, "offset"), rapid.IntRange(1, 300).Draw(rt, "limit")
			c := call{domain: d, form: values}
			b.foresee(c)
			got, refusal := b.choose(c, offset, limit)
			all := naive(b.Server, c)
			if want := all[min(offset, len(all)):min(offset+limit, len(all))]; refusal != "" || !slices.Equal(got, want) {
				rt.Fatalf("%v %d %d: %s %v\nwant\n%v", values, offset, limit, refusal, got, want)
			}
		}
	})
}

func naive(s *Server, c call) (all []int) {
	match, _ := parseFilter(c.form.plain("ldap_query"))
	by := cmp.Or(c.form.plain("sortby"), "name")
	if by == "mail" {
		by = "name"
	}
	keys := map[int][2]string{}
	for index := range s.u.Size() + s.created + 1 {
		if s.home(index) != c.domain {
			continue
		}
		if e := s.entryOf(index); match(e) {
			all, keys[index] = append(all, index), [2]string{strings.ToLower(e.first(by)), e.first("name")}
		}
	}
	slices.SortFunc(all, func(a, b int) int {
		return cmp.Or(cmp.Compare(keys[a][0], keys[b][0]), cmp.Compare(keys[a][1], keys[b][1]))
	})
	if c.form.plain("sortascending") == "0" {
		slices.Reverse(all)
	}
	return all
}

// What a query names is found without a search, and is what a search finds.
func TestAQueryThatNamesAnAccount(t *testing.T) {
	b := newBench(t, Config{})
	has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&carLicense=DISABLED_jdupont@unistra.fr"), done)
	has(t, b.call("unistra.fr", "CreateAccount", "name=a@unistra.fr&password=x&carLicense=MCurie@unistra.fr"), done)
	has(t, b.call("unistra.fr", "CreateAccount", "name=b@unistra.fr&password=x&carLicense=x@y.fr"), done)
	has(t, b.call("unistra.fr", "DeleteAccount", "name=b@unistra.fr"), done)
	for text, want := range map[string]string{
		"(carLicense=jdupont@unistra.fr)": "", "carlicense=disabled_JDupont@unistra.fr": "jeanne.dupont@", "(carLicense=mcurie@unistra.fr)": "a@ marie.curie@",
		"(carLicense=mcurie@elsewhere.fr)": "", "(carLicense=x@y.fr)": "", "(mail=A@unistra.fr)": "a@", "(mail=b@unistra.fr)": "",
		"zimbraMailDeliveryAddress=a@unistra.fr": "a@", "(mail=lea.martin@physique.unistra.fr)": "", "(mail=direction@unistra.fr)": "",
	} {
		q, err := readQuery(call{domain: &b.u.domains[0], form: form{"ldap_query": {text}}})
		if err != nil || q.name == "" {
			t.Errorf("%s is searched for: %v", text, err)
		}
		var got []string
		page, _ := b.choose(call{domain: q.domain, form: form{"ldap_query": {text}}}, 0, 10)
		for _, i := range page {
			got = append(got, strings.TrimSuffix(b.entryOf(i).first("name"), "unistra.fr"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range []string{"(mail=a*)", "(!(mail=a@x))", "(&(mail=a@x))", `(mail=\2a@x)`, "(sn=x)", "(mail=)"} {
		if name, _ := pinned(text); name != "" {
			t.Errorf("%s names %s", text, name)
		}
	}
}
