//go:build servers

package bot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkSlash compares our command, through a real Mattermost, with one that
// answers a constant: "ratio" is of the medians, measured in turns. "ratio-same" is
// to a constant that is our own answer: what is above 1 there is our work, and the
// rest is what Mattermost makes of a longer answer.
func BenchmarkSlash(b *testing.B) {
	c := newCampus(b)
	c.bind(b, "marie")
	constant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"response_type":"ephemeral","text":"constant"}`)) //nolint:errcheck // a benchmark
	}))
	b.Cleanup(constant.Close)
	c.server.Command(b, "constant", constant.URL)
	var same []byte
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(same) //nolint:errcheck // a benchmark
	}))
	b.Cleanup(echo.Close)
	c.server.Command(b, "same", echo.URL)
	square := c.square(b)
	run := func(command string) time.Duration {
		began := time.Now()
		_, _, err := c.people["marie"].Client.ExecuteCommand(b.Context(), square, command)
		must(b, err)
		return time.Since(began)
	}
	for _, bench := range []struct{ name, command string }{
		{"show", "/melusine compte marie"}, {"list", "/melusine demandes"}, {"ask", "/melusine quota bob 2Go"},
		{"sentence", "/melusine peux-tu passer le quota de bob à 2 Go stp"}, {"help", "/melusine aide"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var ours, theirs, alike []time.Duration
			answer, _, err := c.people["marie"].Client.ExecuteCommand(b.Context(), square, bench.command)
			must(b, err)
			same = got(json.Marshal(answer))
			for b.Loop() {
				ours, theirs, alike = append(ours, run(bench.command)), append(theirs, run("/constant")), append(alike, run("/same"))
			}
			b.ReportMetric(float64(median(ours))/float64(median(alike)), "ratio-same")
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "ratio")
			b.ReportMetric(float64(median(ours).Microseconds()), "µs-ours")
			b.ReportMetric(float64(median(theirs).Microseconds()), "µs-constant")
		})
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkSlashAtFifty types fifty commands and sentences a second, whatever the answers do,
// and reports how long they take: the goal is 50 ms for 99 of a hundred. What a
// constant answer takes at the same pace is the server's own part, and the
// machine's.
func BenchmarkSlashAtFifty(b *testing.B) {
	c := newCampus(b)
	c.bind(b, "marie")
	constant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"response_type":"ephemeral","text":"constant"}`)) //nolint:errcheck // a benchmark
	}))
	b.Cleanup(constant.Close)
	c.server.Command(b, "constant", constant.URL)
	c.types(b, "marie", "quota bob 2Go")
	const goal = 50 * time.Millisecond
	var ours, theirs []time.Duration
	for b.Loop() {
		theirs = append(theirs, c.paced(b, "/constant")...)
		ours = append(ours, c.paced(b, "/melusine compte marie", "/melusine demandes", "/melusine demande D-1", "/melusine passe le quota de bob à 2 Go")...)
	}
	p99 := func(all []time.Duration) time.Duration { slices.Sort(all); return all[len(all)*99/100] }
	b.ReportMetric(float64(p99(theirs).Microseconds())/1000, "ms-constant/p99")
	b.ReportMetric(float64(median(ours).Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(p99(ours).Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(p99(ours))/float64(goal), "of-goal/p99")
}

// paced types fifty commands a second for twenty seconds.
func (c *campus) paced(b *testing.B, commands ...string) (took []time.Duration) {
	b.Helper()
	const rate, seconds = 50, 20
	square := c.square(b)
	var mu sync.Mutex
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range rate * seconds {
		<-tick.C
		all.Go(func() {
			began := time.Now()
			_, _, err := c.people["marie"].Client.ExecuteCommand(b.Context(), square, commands[i%len(commands)])
			mu.Lock()
			defer mu.Unlock()
			if took = append(took, time.Since(began)); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	return took
}
