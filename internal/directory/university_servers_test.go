//go:build servers

package directory

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// posix is what a directory with POSIX groups has in its schema.
const posix = `attributetype ( 1.3.6.1.1.1.1.12 NAME 'memberUid' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
objectclass ( 1.3.6.1.1.1.2.2 NAME 'posixGroup' SUP top STRUCTURAL MUST cn MAY ( memberUid $ description ) )`

// university is a directory in LDIF and what is to be read in it.
type university struct {
	ldif   strings.Builder
	people map[desk.UID]desk.Person
	stats  Stats
}

var (
	given = []string{"Jérôme", "Zoé", "François", "Maëlle", "Noël", "Anaïs", "Loïc", "Élodie"}
	names = []string{"Lefèvre", "Müller", "N'Diaye", "d'Hérouville", "Œuvrard", "Nuñez-Gérard", "Châtelet"}
)

func (u *university) add(dn string, lines ...string) {
	fmt.Fprintf(&u.ldif, "dn: %s\n%s\n\n", dn, strings.Join(lines, "\n"))
}

// person adds somebody with a unit, a state and a head.
func (u *university) person(i int) desk.Person {
	uid := fmt.Sprintf("p%05d", i)
	p := desk.Person{
		UID:  desk.UID(uid),
		Name: given[i%len(given)] + " " + names[i%len(names)],
		Mail: desk.Address(uid + "@univ-test.fr"), EPPN: uid + "@univ-test.fr",
		Affiliation: []string{"student", "employee", "faculty"}[i%3],
		Unit:        fmt.Sprintf("U%02d", i%20),
		Also:        []string{"member", []string{"student", "employee", "teacher"}[i%3]},
		MailState:   []string{"A", "I", "S"}[i%3],
		MailPhase:   "SupprLog",
		Unlisted:    i%11 == 0,
		Manager:     desk.UID(fmt.Sprintf("p%05d", i%20)),
	}
	u.add("uid="+uid+","+dev.PeopleDN, "objectClass: inetOrgPerson", "objectClass: eduPerson", "objectClass: supannPerson",
		"uid: "+uid, "cn: "+p.Name, "sn: "+p.Name, "displayName: "+p.Name, "mail: "+uid+"@Univ-Test.fr",
		"eduPersonPrincipalName: "+p.EPPN, "eduPersonPrimaryAffiliation: "+p.Affiliation,
		"eduPersonAffiliation: "+p.Also[0], "eduPersonAffiliation: "+p.Also[1],
		"supannListeRouge: "+strings.ToUpper(fmt.Sprint(p.Unlisted)),
		"supannEntiteAffectationPrincipale: "+strings.ToLower(p.Unit),
		"supannRessourceEtat: {COMPTE}A:SupannActif", "supannRessourceEtat: {MAIL}"+p.MailState+" SupprLog 20260901",
		fmt.Sprintf("manager: UID = P%05d, ou=PEOPLE,dc=univ-test,dc=fr", i%20))
	p.Unit = strings.ToLower(p.Unit)
	slices.Sort(p.Also)
	p.UnitName, p.UnitDomain = fmt.Sprintf("Unité d'Études n°%d", i%20), fmt.Sprintf("u%d.univ-test.fr", i%20)
	u.people[p.UID] = p
	return p
}

// campus has n ordinary people and all that a directory may hold of odd things.
func campus(n int) *university {
	u := &university{people: map[desk.UID]desk.Person{}}
	for i := range 20 {
		u.add(fmt.Sprintf("supannCodeEntite=U%02d,%s", i, dev.StructuresDN),
			"objectClass: organizationalUnit", "objectClass: supannEntite", "objectClass: domainRelatedObject",
			fmt.Sprintf("supannCodeEntite: U%02d", i), fmt.Sprintf("ou: u%d", i),
			fmt.Sprintf("description: Unité d'Études n°%d", i), fmt.Sprintf("associatedDomain: U%d.univ-test.fr", i))
	}
	staff := []string{"objectClass: groupOfNames", "cn: staff"}
	paper := []string{"objectClass: posixGroup", "cn: paper"}
	for i := range n {
		p := u.person(i)
		if i%5 == 0 {
			staff = append(staff, fmt.Sprintf("member: UID = %s ,ou=People, dc=univ-test,dc=FR", p.UID))
			p.Groups = append(p.Groups, "staff")
		}
		if i%7 == 0 {
			paper = append(paper, "memberUid: "+string(p.UID))
			p.Groups = append(p.Groups, "paper")
		}
		slices.Sort(p.Groups)
		u.people[p.UID] = p
	}
	u.add("cn=staff,"+dev.GroupsDN, staff...)
	u.add("cn=paper,"+dev.GroupsDN, paper...)
	u.stats = Stats{Units: 20, Groups: 2, Rejected: map[Reason]int{}}
	u.oddPeople()
	u.oddGroups()
	u.stats.People = len(u.people)
	return u
}

func (u *university) oddPeople() {
	odd := func(rdn string, lines ...string) {
		u.add(rdn+","+dev.PeopleDN, append([]string{"objectClass: inetOrgPerson", "objectClass: supannPerson", "sn: Odd"}, lines...)...)
	}
	odd("cn=nobody", "cn: nobody")
	odd("uid=many", "cn: x", "uid: many", "uid: several")
	odd("uid=melusine", "cn: x", "uid: melusine")
	odd(`cn=wild`, "cn: wild", "uid: *")
	odd("cn=twin 1", "cn: twin 1", "uid: twin")
	odd("cn=twin 2", "cn: twin 2", "uid: Twin")
	u.stats.Rejected = map[Reason]int{NoUID: 1, ManyUIDs: 1, BadUID: 2, TwinUID: 2}

	// A DN that would be another filter if it were not escaped, and one that is no login.
	odd(`cn=Star* \28\5C\29`, `cn: Star* (\)`, "uid: Star", "manager: cn=Élodie\\, la cheffe,"+dev.PeopleDN, "mail: a@u.fr", "mail: b@u.fr")
	odd(`cn=Élodie\, la cheffe`, "cn: Élodie, la cheffe", "uid: cheffe", "manager: cn=gone,"+dev.PeopleDN,
		"supannEntiteAffectationPrincipale: twin")
	odd("uid=lost", "cn: x", "uid: lost", "manager: cn=twin 1,"+dev.PeopleDN, "supannEntiteAffectationPrincipale: U*")
	odd("uid=held", "cn: x", "uid: held", "manager: uid=boss,dc=elsewhere,dc=org")
	u.people["star"] = desk.Person{UID: "star", Manager: "cheffe", Groups: []string{"odd"}}
	u.people["cheffe"] = desk.Person{UID: "cheffe", Unit: "twin", Groups: []string{"odd", "posix"}}
	u.people["lost"] = desk.Person{UID: "lost", Unit: "U*"}
	u.people["held"] = desk.Person{UID: "held"}
	for i, name := range []string{"One", "Other"} {
		u.add(fmt.Sprintf("ou=twin%d,%s", i, dev.StructuresDN), "objectClass: organizationalUnit", "objectClass: supannEntite",
			fmt.Sprintf("ou: twin%d", i), "supannCodeEntite: twin", "description: "+name)
	}
	u.add("ou=nameless,"+dev.StructuresDN, "objectClass: organizationalUnit", "objectClass: supannEntite",
		"ou: nameless", "supannCodeEntite: "+strings.Repeat("x", longest+1))
	u.stats.Rejected[TwinUnit], u.stats.Rejected[BadUnit] = 2, 1
}

func (u *university) oddGroups() {
	group := func(dn string, lines ...string) {
		u.add(dn+","+dev.GroupsDN, append([]string{"objectClass: groupOfNames"}, lines...)...)
	}
	star := `member: cn=star\2A \28\5C\29,` + dev.PeopleDN
	group("cn=odd", "cn: odd", star, "member: cn=ÉLODIE\\2C La Cheffe,"+dev.PeopleDN)
	u.add("cn=posix,"+dev.GroupsDN, "objectClass: posixGroup", "cn: posix", "memberUid: cheffe", "memberUid: star")
	// Somebody who may write in a corner of the tree makes themselves an administrator.
	u.add("ou=chess,"+dev.GroupsDN, "objectClass: organizationalUnit", "ou: chess")
	group("cn=admins", "cn: admins", "member: uid=p00000,"+dev.PeopleDN)
	group("cn=admins,ou=chess", "cn: admins", star)
	group("cn=both", "cn: both", "cn: staff", star)
	u.stats.Groups += 2
	u.stats.Rejected[TwinGroup], u.stats.Rejected[BadGroup] = 2, 1
}

// serve starts a directory and says how to read it.
func serve(tb testing.TB, ldif, config string) (*dev.SlapdServer, Config) {
	tb.Helper()
	s := dev.Slapd(tb, dev.SlapdOptions{LDIF: ldif, Config: posix + "\n" + config})
	c := Default()
	c.URL, c.CAFile = s.TLSURL, s.CAFile
	c.BindDN, c.PasswordFile = dev.ReaderDN, secret(tb, dev.ReaderPassword+"\n")
	c.Base, c.People.Base, c.Groups.Base, c.Units.Base = dev.BaseDN, dev.PeopleDN, dev.GroupsDN, dev.StructuresDN
	c.Timeout = 20 * time.Second
	return s, c
}

// through puts a proxy before the server of a configuration without TLS. It
// lets so many bytes of answers pass, then calls at once and goes on if it
// returns true.
func through(tb testing.TB, s *dev.SlapdServer, c Config, bytes int64, at func() bool) Config {
	tb.Helper()
	c.URL, c.AllowPlain = "ldap://"+listener(tb, func(client net.Conn) {
		server, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "ldap://"))
		if err != nil {
			_ = client.Close()
			return
		}
		go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
		go func() {
			defer func() { _ = client.Close(); _ = server.Close() }()
			if _, err := io.CopyN(client, server, bytes); err == nil && at() {
				_, _ = io.Copy(client, server)
			}
		}()
	}), true
	return c
}
