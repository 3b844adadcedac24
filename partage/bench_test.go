package partage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

const goalRatio, goalCalls, goalMemory = 1.3, 5000, 64 << 20

// wide are 25 attributes of accounts.
var wide = strings.Split("name,id,admin,used,quota,cos_name,carLicense,givenName,sn,displayName,title,description,telephoneNumber,zimbraAccountStatus,"+
	"zimbraCOSId,zimbraMailQuota,zimbraMailAlias,zimbraHideInGal,zimbraNotes,zimbraLastLogonTimestamp,zimbraPrefMailForwardingAddress,"+
	"zimbraPrefMailLocalDeliveryDisabled,zimbraMailForwardingAddress,zimbraFeatureMailEnabled,zimbraZimletAvailableZimlets", ",")

// A tap is the plainest client there is: it reads answers and throws them away.
type tap struct {
	b    *testing.B
	lab  *lab
	http *http.Client
}

func (t tap) post(path string, form url.Values) []byte {
	t.b.Helper()
	r, err := t.http.PostForm(t.lab.base+"/"+path, form)
	if err != nil {
		t.b.Fatal(err)
	}
	defer r.Body.Close()
	if strings.HasPrefix(path, "Auth") {
		text, _ := io.ReadAll(r.Body)
		return text
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		t.b.Fatal(err)
	}
	return nil
}

// token takes one, with a stamp that never served.
func (t tap) token(domain string, n int) string {
	stamp := fmt.Sprintf("%d.%06d", t.lab.clock.now().Unix(), n)
	key := t.lab.Keys()[domain]
	answer := string(t.post("Auth", url.Values{"domain": {domain}, "timestamp": {stamp}, "preauth": {partage.Preauth(key, domain, stamp)}}))
	_, rest, _ := strings.Cut(answer, "<token>")
	token, _, _ := strings.Cut(rest, "<")
	return token
}

// drain reads the pages that a listing of the whole university reads.
func (t tap) drain(n, page int) {
	for i, d := range t.lab.University().Domains() {
		token := t.token(d.Name, n+i)
		for offset := 0; ; offset += page - 1 {
			t.post("GetAllAccounts/"+token, url.Values{"limit": {fmt.Sprint(page)}, "offset": {fmt.Sprint(offset)}, "sortby": {"mail"},
				"sortascending": {"1"}, "attrs": {strings.Join(wide, ",")}})
			if offset+page > d.Accounts {
				break
			}
		}
	}
}

// BenchmarkListingAgainstDiscard lists and decodes 97,484 accounts of 25
// attributes, against reading the same bytes and throwing them away. The
// simulator that writes them is in both times, and in the memory.
func BenchmarkListingAgainstDiscard(b *testing.B) {
	const page = 1000
	u := simulator.NewUniversity(97_484)
	l := newLab(b, simulator.Config{University: u}, partage.Config{PageSize: page})
	t := tap{b, l, &http.Client{Transport: &http.Transport{}}}
	defer t.http.CloseIdleConnections()
	var listing, discard time.Duration
	var peak uint64
	for n := 0; b.Loop(); n++ {
		begun := time.Now()
		t.drain(1000*n, page)
		discard += time.Since(begun)
		begun = time.Now()
		stream(b, l, func() {})
		listing += time.Since(begun)
		before, seen := heap(true), 0
		stream(b, l, func() { // again, for its memory: a look at it stops the world
			if seen++; seen%500 == 0 {
				peak = max(peak, heap(false)-min(before, heap(false)))
			}
		})
	}
	ratio := listing.Seconds() / discard.Seconds()
	b.ReportMetric(float64(u.Size()*b.N)/listing.Seconds(), "accounts/s")
	b.ReportMetric(ratio, "times-discard")
	b.ReportMetric(ratio/goalRatio, "of-goal")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-streamed")
	b.ReportMetric(float64(peak)/goalMemory, "of-goal-memory")
}

// stream reads the listing of the whole university and keeps nothing.
func stream(b *testing.B, l *lab, each func()) {
	b.Helper()
	count := 0
	for _, err := range l.domains.GetAllAccounts(context.Background(), partage.Query{Attrs: wide}) {
		if err != nil {
			b.Fatal(err)
		}
		count++
		each()
	}
	if count != l.University().Size() {
		b.Fatal(count)
	}
}

// heap is the memory in use; swept says to count no garbage.
func heap(swept bool) uint64 {
	if swept {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// BenchmarkListingOfAMillion is what an account of a million costs, against one
// of a hundred thousand: 1 is linear.
func BenchmarkListingOfAMillion(b *testing.B) {
	each := map[int]time.Duration{}
	for b.Loop() {
		for _, size := range []int{97_484, 1_000_000} {
			l := newLab(b, simulator.Config{University: simulator.NewUniversity(size)}, partage.Config{PageSize: 1000})
			begun := time.Now()
			stream(b, l, func() {})
			each[size] += time.Since(begun) / time.Duration(size)
		}
	}
	b.ReportMetric(float64(each[1_000_000])/float64(b.N), "ns/account")
	b.ReportMetric(float64(each[1_000_000])/float64(each[97_484]), "times-linear")
}

// BenchmarkSimpleCalls is what the simulator answers in a second, to plain
// callers on two connections.
func BenchmarkSimpleCalls(b *testing.B) {
	l := newLab(b, simulator.Config{University: simulator.NewUniversity(97_484)}, partage.Config{})
	t := tap{b, l, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	defer t.http.CloseIdleConnections()
	path, form := "GetAccount/"+t.token(domain, 0), url.Values{"name": {string(jeanne)}}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			t.post(path, form)
		}
	})
	calls := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(calls, "calls/s")
	b.ReportMetric(goalCalls/calls, "of-goal")
}

// BenchmarkHundredCallers is a hundred callers who all find the token dead.
func BenchmarkHundredCallers(b *testing.B) {
	a, clock := &authority{}, newClock()
	c := serve(b, a.ServeHTTP, partage.Config{Now: clock.now})
	for b.Loop() {
		clock.advance(time.Hour)
		errs := make([]error, 100)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = c.CountObjects(context.Background(), partage.Lists) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(a.auths.Load())/float64(b.N), "Auths/op")
}
