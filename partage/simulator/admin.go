package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A wireFault is a Fault as the admin interface has it: durations are texts, as
// "30s".
type wireFault struct {
	Method  string  `json:"method"`
	Name    string  `json:"name,omitempty"`
	Effect  Effect  `json:"effect,omitempty"`
	Delay   string  `json:"delay,omitempty"`
	Lag     string  `json:"lag,omitempty"`
	For     string  `json:"for,omitempty"`
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
		to := &faults[i]
		*to = Fault{Method: f.Method, Name: f.Name, Effect: f.Effect, Answer: f.Answer, Message: f.Message, Times: f.Times, Rate: f.Rate}
		for field, text := range map[*time.Duration]string{&to.Delay: f.Delay, &to.Lag: f.Lag, &to.For: f.For, &to.Wait: f.Wait} {
			var err error
			if *field, err = duration(text); err != nil {
				return err
			}
		}
	}
	return s.SetFaults(faults...)
}

// ParseFault reads a fault as a command line has it: its method, its answer, then
// what else it says, as "ModifyAccount:drop,effect=late,delay=30s,times=1". A
// message comes last, for it may hold commas. The answer may be empty.
func ParseFault(text string) (Fault, error) {
	text, message, _ := strings.Cut(text, ",message=")
	parts := strings.Split(text, ",")
	method, answer, _ := strings.Cut(parts[0], ":")
	f := Fault{Method: method, Answer: Answer(answer), Message: message}
	for _, p := range parts[1:] {
		name, value, _ := strings.Cut(p, "=")
		var err error
		switch name {
		case "name":
			f.Name = value
		case "effect":
			f.Effect = Effect(value)
		case "delay":
			f.Delay, err = time.ParseDuration(value)
		case "lag":
			f.Lag, err = time.ParseDuration(value)
		case "for":
			f.For, err = time.ParseDuration(value)
		case "wait":
			f.Wait, err = time.ParseDuration(value)
		case "times":
			f.Times, err = strconv.Atoi(value)
		case "rate":
			f.Rate, err = strconv.ParseFloat(value, 64)
		default:
			err = fmt.Errorf("unknown %q", name)
		}
		if err != nil {
			return Fault{}, fmt.Errorf("read fault %q: %w", text, err)
		}
	}
	return f, nil
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
