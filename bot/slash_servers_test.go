//go:build servers

package bot_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// BenchmarkSlash compares our command, through a real Mattermost, with one that
// answers a constant: "ratio" is of the medians, measured in turns.
func BenchmarkSlash(b *testing.B) {
	c := newCampus(b)
	c.bind(b, "marie")
	constant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"response_type":"ephemeral","text":"constant"}`)) //nolint:errcheck // a benchmark
	}))
	b.Cleanup(constant.Close)
	c.server.Command(b, "constant", constant.URL)
	square := c.square(b)
	run := func(command string) time.Duration {
		began := time.Now()
		_, _, err := c.people["marie"].Client.ExecuteCommand(b.Context(), square, command)
		must(b, err)
		return time.Since(began)
	}
	for _, bench := range []struct{ name, command string }{
		{"show", "/melusine compte marie"}, {"list", "/melusine demandes"}, {"ask", "/melusine quota bob 2Go"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var ours, theirs []time.Duration
			for b.Loop() {
				ours, theirs = append(ours, run(bench.command)), append(theirs, run("/constant"))
			}
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
