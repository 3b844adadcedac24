//go:build servers

package directory

import (
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

const everyoneThere = 97_484 // people

// BenchmarkRead is a full reading, against ldapsearch that reads the same
// attributes over the same kind of line and throws them away. The goal is 2.5
// times; the library's own decoding takes 3.1.
func BenchmarkRead(b *testing.B) {
	s, c := serve(b, campus(everyoneThere).ldif.String(), "")
	d := open(b, c)
	var ours, theirs time.Duration
	for b.Loop() {
		begun := time.Now()
		for k := range kinds {
			ldapsearch(b, s, c.of(k, Syncrepl))
		}
		theirs += time.Since(begun)
		begun = time.Now()
		census, err := d.Read(b.Context())
		if err != nil || len(census.uids) < everyoneThere {
			b.Fatal(err)
		}
		ours += time.Since(begun)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/read")
	b.ReportMetric(float64(ours)/float64(theirs), "ratio-to-ldapsearch")
	b.ReportMetric(float64(ours)/float64(theirs)/2.5, "of-goal")
}

func ldapsearch(b *testing.B, s *dev.SlapdServer, q query) {
	b.Helper()
	args := append([]string{"-x", "-LLL", "-H", s.TLSURL, "-D", dev.ReaderDN, "-w", dev.ReaderPassword, "-b", q.base, "-E", "pr=500/noprompt", q.filter}, q.attributes...)
	search := exec.Command("ldapsearch", args...)
	search.Env = append(search.Environ(), "LDAPTLS_CACERT="+s.CAFile)
	if err := search.Run(); err != nil { // without a Stdout it writes to /dev/null
		b.Fatal(err)
	}
}

// BenchmarkSyncrepl is a change in the directory until it is told, of which the
// directory itself takes nearly all. The goals are 2 s, and 50 ms for our part.
func BenchmarkSyncrepl(b *testing.B) {
	s, c := serve(b, campus(everyoneThere).ldif.String(), "")
	d := open(b, c)
	census := reading(b, d, Syncrepl)
	w := &witness{people: map[desk.UID]desk.Person{}, moved: make(chan struct{}, 1)}
	stop := follows(b, d, census, w)
	w.until(b, "the refresh", func(map[desk.UID]desk.Person) bool { return w.younger(time.Time{}) })
	n := 0
	for b.Loop() {
		n++
		name := fmt.Sprint("Nom ", n)
		s.Modify(b, change("p00007", "displayName", name))
		w.until(b, "the change", func(p map[desk.UID]desk.Person) bool { return p["p00007"].Name == name })
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/2, "of-goal/visible")
	good(b, stop())
}
