//go:build servers

package directory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

func TestPeopleAndPerson(t *testing.T) {
	u := campus(5000)
	_, c := serve(t, u.ldif.String(), "referral ldap://127.0.0.1:1/")
	d := open(t, c)
	if diff := cmp.Diff(Stats{}, d.Stats()); diff != "" {
		t.Error(diff)
	}
	people, err := everyone(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got := map[desk.UID]desk.Person{}
	for _, p := range people {
		got[p.UID] = p
	}
	if len(got) != len(people) {
		t.Errorf("%d uids for %d people", len(got), len(people))
	}
	if diff := cmp.Diff(u.people, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(u.stats, d.Stats()); diff != "" {
		t.Error(diff)
	}

	t.Run("one by one", func(t *testing.T) {
		some := []desk.UID{"star", "cheffe", "lost", "held", "p00000", "p00035"}
		for range 200 {
			some = append(some, people[rand.IntN(len(people))].UID)
		}
		for _, uid := range some {
			p, err := d.Person(t.Context(), uid)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(u.people[uid], p); diff != "" {
				t.Errorf("%s: %s", uid, diff)
			}
		}
	})
	t.Run("nobody", func(t *testing.T) {
		for _, uid := range []desk.UID{"", "unknown", "*", "p0000*", "*)(uid=*", "*))(|(uid=*", "p00000)(cn=*", "p00000\x00",
			`\2a`, `p00000\29`, "twin", "Twin", "many", "several", "melusine", "P00000", "\uff5000000", "p00000 ", "held)(|(uid=held",
			desk.UID("uid=p00000," + dev.PeopleDN), desk.UID(strings.Repeat("(", 10_000))} {
			p, err := d.Person(t.Context(), uid)
			if err != nil || p.Known() {
				t.Errorf("%.40q: got %v, %v", uid, p, err)
			}
		}
	})
	t.Run("a reader who stops", func(t *testing.T) {
		for range d.People(t.Context()) {
			break
		}
	})
}

func TestTrust(t *testing.T) {
	s, c := serve(t, campus(1).ldif.String(), "")
	stranger, _ := serve(t, "", "")
	starttls := func(c *Config) { c.URL, c.StartTLS = s.URL, true }
	wrong := func(c *Config) { c.CAFile = stranger.CAFile }
	tests := map[string]struct {
		change []func(*Config)
		want   string // in the error; "" = none
	}{
		"ldaps":                            {nil, ""},
		"StartTLS":                         {[]func(*Config){starttls}, ""},
		"ldaps, wrong authority":           {[]func(*Config){wrong}, "certificate"},
		"StartTLS, wrong authority":        {[]func(*Config){starttls, wrong}, "certificate"},
		"ldaps, authorities of the system": {[]func(*Config){func(c *Config) { c.CAFile = "" }}, "certificate"},
		"no file of authorities":           {[]func(*Config){func(c *Config) { c.CAFile = "missing.pem" }}, "read authorities"},
		"no authority in the file":         {[]func(*Config){func(c *Config) { c.CAFile = c.PasswordFile }}, "read authorities"},
		"other name": {[]func(*Config){func(c *Config) {
			c.URL = strings.Replace(s.TLSURL, "127.0.0.1", "ip6-localhost.localdomain", 1)
		}}, "dial"},
		"wrong password":       {[]func(*Config){func(c *Config) { c.PasswordFile = secret(t, "hunter2") }}, "Invalid Credentials"},
		"empty password":       {[]func(*Config){func(c *Config) { c.PasswordFile = secret(t, "\n") }}, "the file is empty"},
		"no password file":     {[]func(*Config){func(c *Config) { c.PasswordFile = "missing" }}, "read password"},
		"unknown account":      {[]func(*Config){func(c *Config) { c.BindDN = "cn=ghost," + dev.BaseDN }}, "Invalid Credentials"},
		"nobody in particular": {[]func(*Config){func(c *Config) { c.BindDN, c.PasswordFile = "", "" }}, "No Such Object"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := c
			for _, change := range test.change {
				change(&c)
			}
			d := open(t, c)
			err := d.Ping(t.Context())
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			people, err := everyone(t.Context(), d)
			if (err == nil) != (test.want == "") || (len(people) > 0) != (test.want == "") {
				t.Errorf("read %d people, %v", len(people), err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

// What a server gives only in part is refused whole.
func TestPartsAreRefused(t *testing.T) {
	ldif := campus(1500).ldif.String()
	t.Run("search without pages", func(t *testing.T) {
		_, c := serve(t, ldif, "")
		w, err := c.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer w.hangUp()
		found, err := w.search(t.Context(), c.people())
		if !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) || len(found.entries) > 0 {
			t.Errorf("got %v, %v", found, err)
		}
	})
	t.Run("limit on all pages", func(t *testing.T) {
		refusesPeople(t, ldif, `limits dn.exact="`+dev.ReaderDN+`" size.soft=500 size.hard=500 size.prtotal=1000`,
			func(err error) bool { return ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) })
	})
	t.Run("referral", func(t *testing.T) {
		other := "dn: ou=elsewhere," + dev.PeopleDN + "\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n" +
			"ref: ldap://127.0.0.1:1/" + dev.PeopleDN + "\n"
		refusesPeople(t, ldif+other, "", func(err error) bool { return errors.Is(err, errReferral) })
	})
	t.Run("nobody", func(t *testing.T) {
		refusesPeople(t, "", "", func(err error) bool { return errors.Is(err, errNobody) })
	})
}

func refusesPeople(t *testing.T, ldif, config string, want func(error) bool) {
	t.Helper()
	_, c := serve(t, ldif, config)
	d := open(t, c)
	people, err := everyone(t.Context(), d)
	if !want(err) || len(people) > 0 {
		t.Errorf("read %d people, %v", len(people), err)
	}
	if diff := cmp.Diff(Stats{}, d.Stats()); diff != "" {
		t.Errorf("counted what it refused: %s", diff)
	}
}

// Wherever the line is cut, nobody is read, and no lookup finds that there is nobody.
func TestLineCutAnywhere(t *testing.T) {
	s, c := serve(t, campus(1200).ldif.String(), "")
	const whole = 420_000 // bytes of answers to a full read, at least
	for range 60 {
		cut := rand.Int64N(whole)
		d := open(t, through(t, s, c, cut, func() bool { return false }))
		if people, err := everyone(t.Context(), d); err == nil || len(people) > 0 {
			t.Errorf("cut at %d: read %d people, %v", cut, len(people), err)
		}
	}
	for cut := range int64(900) {
		d := open(t, through(t, s, c, cut, func() bool { return false }))
		if p, err := d.Person(t.Context(), "p00000"); err == nil && !p.Known() {
			t.Fatalf("cut at %d: found that there is nobody", cut)
		}
	}
}

func TestServerDiesDuringARead(t *testing.T) {
	s, c := serve(t, campus(3000).ldif.String(), "")
	direct := open(t, c)
	killed := make(chan struct{})
	d := open(t, through(t, s, c, 500_000, func() bool { s.Kill(t); close(killed); return true }))
	if people, err := everyone(t.Context(), d); err == nil || len(people) > 0 {
		t.Errorf("read %d people, %v", len(people), err)
	}
	<-killed
	answers(t, direct, false)
	s.Start(t)
	if people, err := everyone(t.Context(), direct); err != nil || len(people) != 3004 {
		t.Errorf("after the restart: read %d people, %v", len(people), err)
	}
}

func TestLookupsSurviveARestart(t *testing.T) {
	s, c := serve(t, campus(10).ldif.String(), "")
	d := open(t, c)
	for range 5 {
		if p, err := d.Person(t.Context(), "p00001"); err != nil || !p.Known() {
			t.Errorf("got %v, %v", p, err)
		}
		s.Restart(t)
	}
}

// A firewall forgets an idle connection, and nobody knows before the next word.
func TestLineThatDiedUnnoticed(t *testing.T) {
	s, c := serve(t, campus(10).ldif.String(), "")
	var forgotten atomic.Bool
	c.URL, c.AllowPlain = "ldap://"+listener(t, func(client net.Conn) {
		server, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "ldap://"))
		if err != nil {
			t.Error(err)
			return
		}
		go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
		go func() {
			defer func() { _ = client.Close(); _ = server.Close() }()
			said := make([]byte, 4096)
			for {
				n, err := client.Read(said)
				if err != nil || forgotten.Swap(false) {
					return
				}
				_, _ = server.Write(said[:n])
			}
		}()
	}), true
	d := open(t, c)
	for range 3 {
		if p, err := d.Person(t.Context(), "p00001"); err != nil || !p.Known() {
			t.Errorf("got %v, %v", p, err)
		}
		forgotten.Store(true)
	}
}

func TestFrozenServer(t *testing.T) {
	s, c := serve(t, campus(10).ldif.String(), "")
	d := open(t, c)
	if err := d.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Pause(t)
	d.config.Timeout = 200 * time.Millisecond
	for d.Ping(t.Context()) == nil { // the signal may take a moment to stop every thread
	}
	answers(t, d, false)
	s.Resume(t)
	d.config.Timeout = c.Timeout
	if p, err := d.Person(t.Context(), "p00001"); err != nil || !p.Known() {
		t.Errorf("after the pause: got %v, %v", p, err)
	}
}

func TestCallerLeavesTheOthersTheLine(t *testing.T) {
	_, c := serve(t, campus(10).ldif.String(), "")
	d := open(t, c)
	if err := d.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := <-d.shared
	d.shared <- before
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := d.Person(left, "p00001"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if p, err := d.Person(t.Context(), "p00001"); err != nil || !p.Known() {
		t.Errorf("got %v, %v", p, err)
	}
	after := <-d.shared
	d.shared <- after
	if after != before {
		t.Error("the shared connection was given up")
	}
}

// Many ask while the server restarts: an answer may be an error, never wrong.
func TestManyAskAtOnce(t *testing.T) {
	u := campus(300)
	s, c := serve(t, u.ldif.String(), "")
	c.PageSize = 50
	d := open(t, c)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for n := range 60 {
				uid := desk.UID(fmt.Sprintf("p%05d", (i*60+n)%300))
				p, err := d.Person(t.Context(), uid)
				if diff := cmp.Diff(u.people[uid], p); err == nil && diff != "" {
					t.Errorf("%s: %s", uid, diff)
				}
			}
		})
	}
	group.Go(func() {
		for range 5 {
			people, err := everyone(t.Context(), d)
			if err == nil && len(people) != len(u.people) {
				t.Errorf("read %d people, no error", len(people))
			}
		}
	})
	for range 3 {
		s.Restart(t)
	}
	group.Wait()
	if people, err := everyone(t.Context(), d); err != nil || len(people) != len(u.people) {
		t.Errorf("at rest: read %d people, %v", len(people), err)
	}
}

func BenchmarkPerson(b *testing.B) {
	_, c := serve(b, campus(5000).ldif.String(), "")
	d := open(b, c)
	for b.Loop() {
		if p, err := d.Person(b.Context(), "p00035"); err != nil || !p.Known() {
			b.Fatal(p, err)
		}
	}
}
