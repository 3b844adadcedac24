//go:build servers

package dev_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/unistra/melusine/deploy/dev"
)

const ada = `dn: uid=ada,ou=people,dc=univ-test,dc=fr
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: supannPerson
uid: ada
cn: Ada Test
sn: Test
mail: ada@univ-test.fr
userPassword: secret-of-ada
eduPersonAffiliation: employee
supannEntiteAffectationPrincipale: S1
`

func TestSlapdAnswersOverTLS(t *testing.T) {
	s := dev.Slapd(t, dev.SlapdOptions{LDIF: ada})
	trusting := &tls.Config{RootCAs: s.Roots, ServerName: "127.0.0.1"}

	t.Run("StartTLS", func(t *testing.T) {
		conn := dial(t, s.URL)
		if err := conn.StartTLS(trusting); err != nil {
			t.Fatal(err)
		}
		bind(t, conn, dev.ReaderDN, dev.ReaderPassword)
		found := search(t, conn, "(&(eduPersonAffiliation=employee)(supannEntiteAffectationPrincipale=S1))", 0)
		if len(found) != 1 || found[0].GetAttributeValue("mail") != "ada@univ-test.fr" {
			t.Errorf("found %v", found)
		}
		if found[0].GetAttributeValue("userPassword") != "" {
			t.Error("the reader reads passwords")
		}
	})
	t.Run("LDAPS", func(t *testing.T) {
		conn := dial(t, s.TLSURL, ldap.DialWithTLSConfig(trusting))
		bind(t, conn, "uid=ada,"+dev.PeopleDN, "secret-of-ada")
		if got := len(search(t, conn, "(uid=*)", 0)); got != 0 {
			t.Errorf("a person reads %d entries of others by search", got)
		}
	})
	t.Run("unknown authority", func(t *testing.T) {
		if _, err := ldap.DialURL(s.TLSURL, ldap.DialWithTLSConfig(&tls.Config{ServerName: "127.0.0.1"})); err == nil {
			t.Error("a stranger's certificate is trusted")
		}
	})
}

func TestSlapdChangesAndRestarts(t *testing.T) {
	s := dev.Slapd(t, dev.SlapdOptions{})
	s.Modify(t, ada)
	s.Modify(t, "dn: uid=ada,ou=people,dc=univ-test,dc=fr\nchangetype: modify\nreplace: sn\nsn: Changed\n")
	s.Restart(t)
	conn := dial(t, s.URL)
	bind(t, conn, dev.ReaderDN, dev.ReaderPassword)
	if got := search(t, conn, "(sn=changed)", 0); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	s.Stop(t)
	if _, err := ldap.DialURL(s.URL); err == nil {
		t.Error("a stopped server answers")
	}
}

func TestSlapdPauses(t *testing.T) {
	s := dev.Slapd(t, dev.SlapdOptions{})
	conn := dial(t, s.URL)
	conn.SetTimeout(100 * time.Millisecond)
	s.Pause(t)
	if err := conn.Bind(dev.ReaderDN, dev.ReaderPassword); err == nil {
		t.Error("a paused server answers")
	}
	s.Resume(t)
	bind(t, dial(t, s.URL), dev.ReaderDN, dev.ReaderPassword)
}

func TestSlapdHoldsAUniversity(t *testing.T) {
	const people = 100_000
	var ldif strings.Builder
	for i := range people {
		fmt.Fprintf(&ldif, "\n%s", strings.ReplaceAll(ada, "ada", fmt.Sprintf("p%d", i)))
	}
	s := dev.Slapd(t, dev.SlapdOptions{})
	start := time.Now()
	s.Load(t, ldif.String())
	t.Logf("loaded %d people in %v", people, time.Since(start).Round(time.Millisecond))

	conn := dial(t, s.URL)
	bind(t, conn, dev.ReaderDN, dev.ReaderPassword)
	start = time.Now()
	if got := len(search(t, conn, "(objectClass=supannPerson)", 1000)); got != people {
		t.Errorf("paged search found %d people", got)
	}
	t.Logf("read them in %v", time.Since(start).Round(time.Millisecond))
	_, err := conn.Search(request("(objectClass=supannPerson)"))
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		t.Errorf("a search without pages: %v", err)
	}
}

func dial(t *testing.T, url string, options ...ldap.DialOpt) *ldap.Conn {
	t.Helper()
	conn, err := ldap.DialURL(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func bind(t *testing.T, conn *ldap.Conn, dn, password string) {
	t.Helper()
	if err := conn.Bind(dn, password); err != nil {
		t.Fatal(err)
	}
}

// search reads by pages of the given size, or at once when it is 0.
func search(t *testing.T, conn *ldap.Conn, filter string, page uint32) []*ldap.Entry {
	t.Helper()
	find := func() (*ldap.SearchResult, error) { return conn.Search(request(filter)) }
	if page > 0 {
		find = func() (*ldap.SearchResult, error) { return conn.SearchWithPaging(request(filter), page) }
	}
	found, err := find()
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return found.Entries
}

func request(filter string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(dev.PeopleDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
		filter, nil, nil)
}
