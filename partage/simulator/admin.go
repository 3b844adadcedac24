package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A wireFault is a Fault as the admin interface has it: durations are texts, as
// "30s".
type wireFault struct {
	Method  string  `json:"method"`
	Name    string  `json:"name,omitempty"`
	Effect  Effect  `json:"effect,omitempty"`
	Delay   string  `json:"delay,omitempty"`
	Answer  Answer  `json:"answer,omitempty"`
	Message string  `json:"message,omitempty"`
	Wait    string  `json:"wait,omitempty"`
	Times   int     `json:"times,omitempty"`
	Rate    float64 `json:"rate,omitempty"`
}

// admin serves /_simulator/faults (POST replaces them all by a JSON list, DELETE
// clears them) and /_simulator/log.
func (s *Server) admin(w http.ResponseWriter, r *http.Request, path []string) {
	if len(path) != 1 {
		notFound().send(w, r)
		return
	}
	switch r.Method + " " + path[0] {
	case "POST faults":
		if err := s.readFaults(http.MaxBytesReader(w, r.Body, maxForm)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case "DELETE faults":
		_ = s.SetFaults()
		w.WriteHeader(http.StatusNoContent)
	case "GET log":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Log())
	default:
		notFound().send(w, r)
	}
}

func (s *Server) readFaults(body io.Reader) error {
	var list []wireFault
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return fmt.Errorf("read faults: %w", err)
	}
	faults := make([]Fault, len(list))
	for i, f := range list {
		delay, err := duration(f.Delay)
		if err != nil {
			return err
		}
		wait, err := duration(f.Wait)
		if err != nil {
			return err
		}
		faults[i] = Fault{
			Method: f.Method, Name: f.Name, Effect: f.Effect, Delay: delay, Answer: f.Answer,
			Message: f.Message, Wait: wait, Times: f.Times, Rate: f.Rate,
		}
	}
	return s.SetFaults(faults...)
}

func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("read faults: %q is not a duration", text)
	}
	return d, nil
}
