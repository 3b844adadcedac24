//go:build servers

package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// A witness keeps what he is told.
type witness struct {
	mu     sync.Mutex
	people map[desk.UID]desk.Person
	at     time.Time
	told   int // changes
	refuse error
	moved  chan struct{}
}

func newWitness(c *Census) *witness {
	return &witness{people: everybody(c), moved: make(chan struct{}, 1)}
}

func (w *witness) hear(changes []Change, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != nil && len(changes) > 0 {
		return w.refuse
	}
	for _, c := range changes {
		if delete(w.people, c.UID); c.Person.Known() {
			w.people[c.UID] = c.Person
		}
	}
	w.at, w.told = at, w.told+len(changes)
	select {
	case w.moved <- struct{}{}:
	default:
	}
	return nil
}

// heard is how old what was told is, and how many changes it was.
func (w *witness) heard() (at time.Time, told int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at, w.told
}

// younger says that something was told of a later time.
func (w *witness) younger(than time.Time) bool {
	at, _ := w.heard()
	return at.After(than)
}

func (w *witness) now() map[desk.UID]desk.Person {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[desk.UID]desk.Person{}
	for uid, p := range w.people {
		all[uid] = p
	}
	return all
}

// until waits until what was told holds, and says how long it took.
func (w *witness) until(t testing.TB, what string, holds func(map[desk.UID]desk.Person) bool) time.Duration {
	t.Helper()
	begun := time.Now()
	deadline := time.After(30 * time.Second)
	for !holds(w.now()) {
		select {
		case <-w.moved:
		case <-deadline:
			t.Fatalf("not told in time: %s", what)
		}
	}
	return time.Since(begun)
}

// follows follows a census until the test ends, and gives the error of that.
func follows(t testing.TB, d *Directory, c *Census, w *witness) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Follow(ctx, c, time.Now, w.hear) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func reading(t testing.TB, d *Directory, want Way) *Census {
	t.Helper()
	c, err := d.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Way() != want {
		t.Fatalf("can be followed by %s, want %s", c.Way(), want)
	}
	return c
}

func change(uid, attribute, value string) string {
	return fmt.Sprintf("dn: uid=%s,%s\nchangetype: modify\nreplace: %s\n%s: %s\n", uid, dev.PeopleDN, attribute, attribute, value)
}

// story is all that may happen to a directory, step by step, and what it makes of people.
var story = []struct {
	name, ldif string
	holds      func(map[desk.UID]desk.Person) bool
}{
	{"somebody changes", change("p00007", "displayName", "Autre Nom"), func(p map[desk.UID]desk.Person) bool { return p["p00007"].Name == "Autre Nom" }},
	{"somebody goes", "dn: uid=p00008," + dev.PeopleDN + "\nchangetype: delete\n", func(p map[desk.UID]desk.Person) bool { return !p["p00008"].Known() }},
	{"somebody comes", "dn: uid=new," + dev.PeopleDN + "\nobjectClass: inetOrgPerson\nobjectClass: supannPerson\ncn: x\nsn: x\nuid: new\nsupannEntiteAffectationPrincipale: U01\n",
		func(p map[desk.UID]desk.Person) bool { return p["new"].UnitDomain == "u1.univ-test.fr" }},
	{"a unit is renamed", "dn: supannCodeEntite=U01," + dev.StructuresDN + "\nchangetype: modify\nreplace: description\ndescription: Autre Unité\n",
		func(p map[desk.UID]desk.Person) bool {
			return p["new"].UnitName == "Autre Unité" && p["p00021"].UnitName == "Autre Unité"
		}},
	{"somebody joins a group", "dn: cn=staff," + dev.GroupsDN + "\nchangetype: modify\nadd: member\nmember: uid=new," + dev.PeopleDN + "\n",
		func(p map[desk.UID]desk.Person) bool { return p["new"].In("staff") }},
	{"another leaves it", "dn: cn=staff," + dev.GroupsDN + "\nchangetype: modify\ndelete: member\nmember: uid=p00005," + dev.PeopleDN + "\n",
		func(p map[desk.UID]desk.Person) bool { return !p["p00005"].In("staff") && p["p00010"].In("staff") }},
	{"a twin of a group", "dn: cn=paper,ou=chess," + dev.GroupsDN + "\nobjectClass: posixGroup\ncn: paper\n",
		func(p map[desk.UID]desk.Person) bool { return !p["p00014"].In("paper") }},
	{"the twin goes", "dn: cn=paper,ou=chess," + dev.GroupsDN + "\nchangetype: delete\n", func(p map[desk.UID]desk.Person) bool { return p["p00014"].In("paper") }},
	{"a twin of somebody", "dn: cn=double," + dev.PeopleDN + "\nobjectClass: inetOrgPerson\nobjectClass: supannPerson\ncn: double\nsn: x\nuid: p00003\n",
		func(p map[desk.UID]desk.Person) bool { return !p["p00003"].Known() && p["p00023"].Manager == "" }},
	{"that twin is another", "dn: cn=double," + dev.PeopleDN + "\nchangetype: modify\nreplace: uid\nuid: double\n",
		func(p map[desk.UID]desk.Person) bool {
			return p["p00003"].Known() && p["p00023"].Manager == "p00003" && p["double"].Known()
		}},
	{"a boss moves", "dn: uid=p00004," + dev.PeopleDN + "\nchangetype: modrdn\nnewrdn: cn=the boss\ndeleteoldrdn: 0\n",
		func(p map[desk.UID]desk.Person) bool { return p["p00004"].Known() && p["p00024"].Manager == "" }},
	{"two values where one is meant", "dn: uid=p00009," + dev.PeopleDN + "\nchangetype: modify\nadd: manager\nmanager: uid=p00001," + dev.PeopleDN + "\n",
		func(p map[desk.UID]desk.Person) bool { return p["p00009"].Known() && p["p00009"].Manager == "" }},
}

// Whatever happens is told, and what was told is what a full reading finds, by
// either way, and after a restart of the server or of the line.
func TestFollow(t *testing.T) {
	for _, way := range []Way{Syncrepl, Polling} {
		t.Run(string(way), func(t *testing.T) {
			s, config := serve(t, campus(300).ldif.String(), "")
			config.Follow, config.Probe = way, 50*time.Millisecond
			d := open(t, config)
			c := reading(t, d, way)
			w := newWitness(c)
			stop := follows(t, d, c, w)
			for i, step := range story {
				if way == Polling && i == 0 {
					w.until(t, "a first poll", func(map[desk.UID]desk.Person) bool { return w.younger(time.Time{}) })
				}
				s.Modify(t, step.ldif)
				took := w.until(t, step.name, step.holds)
				t.Logf("%s: %v", step.name, took)
				if i == len(story)/2 { // the line is lost, and taken up again where it was
					s.Restart(t)
					if err := stop(); err == nil && way == Syncrepl {
						t.Log("the end of the line was not noticed yet")
					}
					stop = follows(t, d, c, w)
				}
			}
			fresh := reading(t, d, way)
			if diff := cmp.Diff(everybody(fresh), w.now()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(fresh.Stats(), d.Stats()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A session that begins again is told what went by, and nothing else: what was
// deleted too, whether the server remembers it (refreshDeletes) or, started
// again, does not (refreshPresent).
func TestFollowAfterARest(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart=", restart), func(t *testing.T) {
			s, c := serve(t, campus(300).ldif.String(), "")
			c.Probe = 20 * time.Millisecond
			d := open(t, c)
			census := reading(t, d, Syncrepl)
			w := newWitness(census)
			stop := follows(t, d, census, w)
			w.until(t, "the refresh", func(map[desk.UID]desk.Person) bool { return w.younger(time.Time{}) })
			good(t, stop())
			if _, told := w.heard(); told > 0 {
				t.Errorf("told of %d changes: there was none", told)
			}
			for _, step := range story {
				s.Modify(t, step.ldif)
			}
			if restart {
				s.Restart(t)
			}
			begun := time.Now()
			stop = follows(t, d, census, w)
			w.until(t, "what went by", func(map[desk.UID]desk.Person) bool { _, told := w.heard(); return told > 0 && w.younger(begun) })
			good(t, stop())
			if diff := cmp.Diff(everybody(reading(t, d, Syncrepl)), w.now()); diff != "" {
				t.Error(diff)
			}
			if _, told := w.heard(); told > 100 { // U01 has 15 people, paper 43
				t.Errorf("told of %d people", told)
			}
		})
	}
}

func good(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What the mirror refuses ends the following; the census has then to be read again.
func TestRefusedChangesEndTheFollowing(t *testing.T) {
	s, c := serve(t, campus(50).ldif.String(), "")
	d := open(t, c)
	census := reading(t, d, Syncrepl)
	w := newWitness(census)
	w.refuse = errors.New("too many would vanish")
	done := make(chan error, 1)
	go func() { done <- d.Follow(t.Context(), census, time.Now, w.hear) }()
	s.Modify(t, story[1].ldif)
	if err := <-done; !errors.Is(err, w.refuse) {
		t.Errorf("got %v", err)
	}
	if !w.now()["p00008"].Known() {
		t.Error("what was refused was told all the same")
	}
}

// A cookie that the server cannot use is answered by all there is, or by an error,
// never by a false certainty.
func TestCookiesThatAreNone(t *testing.T) {
	s, c := serve(t, campus(300).ldif.String(), "")
	c.Probe, c.Timeout = 20*time.Millisecond, 3*time.Second
	d := open(t, c)
	for _, cookie := range []string{"", "rid=000,csn=", "rid=000", "x", "rid=000,csn=20010101000000.000000Z#000000#000#000000", "rid=000,csn=29990101000000.000000Z#000000#000#000000", strings.Repeat("x", 4000)} {
		census := reading(t, d, Syncrepl)
		for k := range census.marks {
			census.marks[k].cookie = cookie
		}
		w := newWitness(census)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		done := make(chan error, 1)
		go func() { done <- d.Follow(ctx, census, time.Now, w.hear) }()
		s.Modify(t, change("p00007", "displayName", "Nom "+fmt.Sprint(len(cookie))))
		var err error
		for waiting := true; waiting; {
			select {
			case err = <-done:
				waiting = false
			case <-w.moved:
				waiting = w.now()["p00007"].Name != "Nom "+fmt.Sprint(len(cookie))
			}
		}
		cancel()
		if err != nil {
			t.Logf("%.40q: %v", cookie, err)
			continue
		}
		if diff := cmp.Diff(everybody(reading(t, d, Syncrepl)), w.now()); diff != "" {
			t.Errorf("%.40q: %s", cookie, diff)
		}
	}
}

// A server that falls silent is noticed within the timeout.
func TestFollowNoticesSilence(t *testing.T) {
	s, c := serve(t, campus(50).ldif.String(), "")
	c.Probe = 50 * time.Millisecond
	d := open(t, c)
	census := reading(t, d, Syncrepl)
	d.config.Timeout = 500 * time.Millisecond
	w := newWitness(census)
	done := make(chan error, 1)
	go func() { done <- d.Follow(t.Context(), census, time.Now, w.hear) }()
	w.until(t, "the refresh", func(map[desk.UID]desk.Person) bool { return w.younger(time.Time{}) })
	s.Pause(t)
	if err := <-done; err == nil {
		t.Error("the silence was not noticed")
	}
	s.Resume(t)
	stop := follows(t, d, census, w)
	s.Modify(t, story[0].ldif)
	w.until(t, story[0].name, story[0].holds)
	good(t, stop())
}
