package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// operationsConfig is the listener for those who operate the house.
type operationsConfig struct {
	Listen string `yaml:"listen"` // "" = none
}

// operate listens for the operators, if they want it.
func (c config) operate(h *house, events *journal.Log) (func(context.Context) error, error) {
	if c.Operations.Listen == "" {
		return func(context.Context) error { return nil }, nil
	}
	on, err := net.Listen("tcp", c.Operations.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for operators: %w", err)
	}
	var kept func() (seals, error)
	if c.History.KeyFile != "" {
		kept = c.History.kept
	}
	h.vitals.expose(gauges{h, kept})
	answers := operations(h.vitals, readiness{h, h.checks(events.Fit, c.Mattermost.URL, kept)})
	return func(ctx context.Context) error { return serveHTTP(ctx, on, answers) }, nil
}

// operations answers GET /metrics, /healthz and /readyz.
func operations(v *vitals, r readiness) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(v.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "alive\n") })
	mux.Handle("GET /readyz", r)
	return mux
}

// readiness tells which dependency is ill.
type readiness struct {
	house  *house
	checks []check
}

// A check looks at one dependency; its error, nil if it is well, is shown to the operator.
type check struct {
	name string
	look func(context.Context) error
	ill  desk.Text // what that means for people, and what to do
}

// A finding is what a check found.
type finding struct {
	Name string `json:"name"`
	Ill  bool   `json:"ill"`
	Says string `json:"says,omitempty"`
	Why  string `json:"why,omitempty"`
}

// report is the answer. Frozen is told, and is not ill: somebody wants it so.
type report struct {
	Ready        bool      `json:"ready"`
	Frozen       string    `json:"frozen,omitempty"`
	Dependencies []finding `json:"dependencies"`

	Sources []sourceReport `json:"sources"`
}

const checkTime = 3 * time.Second

func (r readiness) ServeHTTP(w http.ResponseWriter, asked *http.Request) {
	ctx, cancel := context.WithTimeout(asked.Context(), checkTime)
	defer cancel()
	lang := asked.URL.Query().Get("lang")
	said := report{Ready: true, Frozen: r.house.frozen(lang), Sources: r.house.sources()}
	found := make(chan finding, len(r.checks))
	for _, c := range r.checks { // side by side: one that does not answer must not hide another
		go func() { found <- c.find(ctx, lang) }()
	}
	byName := map[string]finding{}
	for range r.checks {
		f := <-found
		byName[f.Name] = f
	}
	for _, c := range r.checks {
		said.Dependencies = append(said.Dependencies, byName[c.name])
		said.Ready = said.Ready && !byName[c.name].Ill
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if !said.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	answer := json.NewEncoder(w)
	answer.SetIndent("", "  ")
	_ = answer.Encode(said) // who asked has gone
}

func (c check) find(ctx context.Context, lang string) finding {
	err := c.look(ctx)
	if err == nil {
		return finding{Name: c.name}
	}
	return finding{Name: c.name, Ill: true, Says: c.ill.In(lang), Why: err.Error()}
}

// frozen says since when nothing is sent, "" if it is.
func (h *house) frozen(lang string) string {
	e, frozen := h.desk.View.Freeze()
	switch {
	case frozen:
		return desk.Text{FR: "gelé depuis le ", EN: "frozen since "}.In(lang) + e.At.Format(time.RFC3339)
	case h.freezeFile != "" && frozenByFile(h.freezeFile):
		return desk.Text{FR: "gelé : le fichier de gel est là", EN: "frozen: the freeze file is there"}.In(lang)
	}
	return ""
}
