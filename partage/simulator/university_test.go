package simulator

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestUniversityHasThePublishedFigures(t *testing.T) {
	u := NewUniversity(97_484)
	if u.Size() != 97_484 || len(u.Domains()) != 175 {
		t.Fatalf("%d accounts in %d domains", u.Size(), len(u.Domains()))
	}
	perClass, perDomain, restored, aliased := map[string]int{}, map[string]int{}, 0, 0
	staff, students, quota, used := 0, 0, int64(0), int64(0)
	uids, mails, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range u.Size() {
		p, e := u.Person(i), u.entry(i)
		perClass[e.first("zimbraCOSId")]++
		perDomain[p.Mail[strings.IndexByte(p.Mail, '@')+1:]]++
		uids[p.UID], mails[p.Mail], ids[e.first("id")] = true, true, true
		if e.first("zimbraNotes") != "" {
			restored++
		}
		for _, a := range e.get("zimbraMailAlias") {
			mails[a] = true
			aliased++
		}
		if !p.Departed && p.Affiliation == student {
			students++
		} else if !p.Departed {
			staff++
		}
		q, s := quotas(u, e)
		quota, used = quota+q, used+s
	}
	if students != 81_810 || staff != 15_136 {
		t.Errorf("directory: %d students and %d staff", students, staff)
	}
	if restored != 13 {
		t.Errorf("%d restored accounts", restored)
	}
	if len(uids) != u.Size() || len(ids) != u.Size() || len(mails) != u.Size()+aliased {
		t.Errorf("not unique: %d uids, %d ids, %d addresses", len(uids), len(ids), len(mails))
	}
	if aliased < 1700 || aliased > 2000 {
		t.Errorf("%d aliases", aliased)
	}
	if quota>>40 < 190 || quota>>40 > 220 || used>>40 < 55 || used>>40 > 75 {
		t.Errorf("%d TiB used of %d", used>>40, quota>>40)
	}
	want := map[string]int{
		"s_univ-strasbourg_etudiant": 81_849, "l_univ-strasbourg_personnel": 7_139, "s_univ-strasbourg_personnel": 4_457,
		"s_univ-strasbourg_heberge": 2_568, "l_univ-strasbourg_heberge": 1_471,
	}
	for _, c := range u.COS() {
		if perClass[c.ID] != want[c.Name] || c.Accounts != want[c.Name] {
			t.Errorf("%s: %d accounts, announced %d, want %d", c.Name, perClass[c.ID], c.Accounts, want[c.Name])
		}
	}
	for _, d := range u.Domains() {
		if perDomain[d.Name] != d.Accounts || d.Accounts < 3 {
			t.Errorf("%s: %d accounts, announced %d", d.Name, perDomain[d.Name], d.Accounts)
		}
	}
}

func TestPeopleAreInTheOrderOfAddresses(t *testing.T) {
	for _, size := range []int{1, 1000, 20_000, 1_000_000} {
		u := NewUniversity(size)
		for i := range u.domains {
			d := &u.domains[i]
			for at := 1; at < d.Accounts; at++ {
				if a, b := u.mail(d, at-1), u.mail(d, at); a >= b {
					t.Fatalf("size %d: %s before %s", size, a, b)
				}
			}
		}
	}
}

func TestEveryAddressAndUidFindsItsAccount(t *testing.T) {
	u := NewUniversity(97_484)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, u.Size()-1).Draw(t, "index")
		p := u.Person(i)
		for _, a := range append(u.aliases(i), p.Mail) {
			if got, ok := u.ByAddress(a); !ok || got != i {
				t.Fatalf("%s: %d, %v, want %d", a, got, ok, i)
			}
		}
		if got, ok := u.ByUID(p.UID); ok == p.Departed || ok && got != p {
			t.Fatalf("%s: %+v, %v", p.UID, got, ok)
		}
	})
	for _, absent := range []string{"", "@", "x", "contact@unistra.fr", "contact@etu.unistra.fr", "contact@nowhere.fr", "dupont.jeanne@unistra.fr"} {
		if i, ok := u.ByAddress(absent); ok {
			t.Errorf("%q is account %d", absent, i)
		}
	}
	for _, absent := range []string{"", "x", "-1", "mmartin99999999", "mmartin99999999999999999999", "0"} {
		if p, ok := u.ByUID(absent); ok {
			t.Errorf("%q is %+v", absent, p)
		}
	}
}

func TestWellKnownPeopleAreInEveryUniversity(t *testing.T) {
	for _, size := range []int{1000, 3000, 97_484} {
		u := NewUniversity(size)
		for _, k := range wellKnowns {
			p, ok := u.ByUID(k.uid)
			if !ok || p.Mail != k.mail || p.Unit.Code != k.unit || p.Departed || p.Unit.Label == "" {
				t.Errorf("size %d: %+v", size, p)
			}
			if i, ok := u.ByAddress(k.mail); !ok || i != p.Index {
				t.Errorf("size %d: %s is %d", size, k.mail, i)
			}
		}
		for _, uid := range u.Admins() {
			if _, ok := u.ByUID(uid); !ok {
				t.Errorf("size %d: no admin %s", size, uid)
			}
		}
	}
}

func TestEachDomainHasCorrespondentsAndEachUnitAHead(t *testing.T) {
	u := NewUniversity(97_484)
	all := u.Correspondents()
	distinct := map[string]bool{}
	for _, d := range u.Domains() {
		if len(all[d.Name]) == 0 {
			t.Errorf("%s has no correspondent", d.Name)
		}
		for _, uid := range all[d.Name] {
			distinct[uid] = true
			if p, ok := u.ByUID(uid); !ok || p.Affiliation == student {
				t.Errorf("%s: correspondent %s is %+v", d.Name, uid, p)
			}
		}
	}
	if len(distinct) != 85 {
		t.Errorf("%d correspondents: %v", len(distinct), slices.Sorted(maps.Keys(distinct)))
	}
	if got := all["physique.unistra.fr"]; len(got) != 1 || got[0] != "plangevin" {
		t.Errorf("physique: %v", got)
	}
	without := 0
	for p := range u.People() {
		if p.Affiliation == student {
			continue
		}
		if p.Manager == "" {
			without++
			continue
		}
		if m, ok := u.ByUID(p.Manager); !ok || m.Unit != p.Unit && p.UID != "ecartan" {
			t.Fatalf("%+v is managed by %+v", p, m)
		}
	}
	if without != len(u.domains)-2 {
		t.Errorf("%d people without manager for %d units", without, len(u.domains)-2)
	}
}

func TestNamesAreTableEntriesOfOneKind(t *testing.T) {
	u := NewUniversity(1000)
	given := map[string]bool{}
	for _, n := range u.given {
		given[n.slug] = true
	}
	seen := map[string]bool{}
	for _, n := range u.surnames {
		if given[n.slug] || seen[n.slug] {
			t.Errorf("surname %s is also a given name, or there twice", n.text)
		}
		seen[n.slug] = true
	}
	for _, n := range append(slices.Clone(u.given), u.surnames...) {
		if n.slug == "" || strings.Trim(n.slug, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("%q gives %q", n.text, n.slug)
		}
	}
}

func TestUniversityIsQuick(t *testing.T) {
	start := time.Now()
	NewUniversity(97_484)
	if d := time.Since(start); d > 500*time.Millisecond { // 100 ms on a quiet machine
		t.Errorf("founded in %v", d)
	}
}

func BenchmarkPerson(b *testing.B) {
	u := NewUniversity(97_484)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		u.Person(i * 7919 % u.Size())
	}
}

func BenchmarkNewUniversity(b *testing.B) {
	for b.Loop() {
		NewUniversity(97_484)
	}
}
func quotas(u *University, e entry) (quota, used int64) {
	used, _ = strconv.ParseInt(e.first("used"), 10, 64)
	if own := e.first("zimbraMailQuota"); own != "" {
		quota, _ = strconv.ParseInt(own, 10, 64)
		return quota, used
	}
	for _, c := range u.classes {
		if c.ID == e.first("zimbraCOSId") {
			return c.Quota, used
		}
	}
	return 0, used
}
