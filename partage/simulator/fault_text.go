package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A field is one thing that a fault says, by the name it has on the command
// line and over HTTP.
type field struct {
	name, says string
	of         func(*Fault) any // pointer to it
}

var fields = []field{
	{"method", "the calls: ModifyAccount, zimlet_dl/GetDefinition, Auth... or * for any", func(f *Fault) any { return &f.Method }},
	{"name", "only calls about this object", func(f *Fault) any { return &f.Name }},
	{"answer", "what is answered: see the answers", func(f *Fault) any { return &f.Answer }},
	{"effect", "what becomes of a write: see the effects", func(f *Fault) any { return &f.Effect }},
	{"delay", "of the effects late and overtaken", func(f *Fault) any { return &f.Delay }},
	{"lag", "of a read: it shows what was that long ago", func(f *Fault) any { return &f.Lag }},
	{"shift", "of a listing: how many places too far it begins, or too early if negative", func(f *Fault) any { return &f.Shift }},
	{"wait", "before the answer leaves", func(f *Fault) any { return &f.Wait }},
	{"times", "how many calls are spoilt; each one, by default", func(f *Fault) any { return &f.Times }},
	{"for", "how long calls are spoilt; for ever, by default", func(f *Fault) any { return &f.For }},
	{"rate", "share of the calls that are spoilt, as 0.1; all by default", func(f *Fault) any { return &f.Rate }},
	{"message", "of the answers message and errors; last on a command line", func(f *Fault) any { return &f.Message }},
}

// set reads a text into what at points to.
func set(at any, text string) (err error) {
	switch at := at.(type) {
	case *string:
		*at = text
	case *Answer:
		*at = Answer(text)
	case *Effect:
		*at = Effect(text)
	case *int:
		*at, err = strconv.Atoi(text)
	case *bool:
		*at, err = strconv.ParseBool(text)
	case *float64:
		*at, err = strconv.ParseFloat(text, 64)
	case *time.Duration:
		*at, err = time.ParseDuration(text)
	default:
		panic(fmt.Sprintf("simulator: no text for %T", at))
	}
	return err
}

func (f *Fault) set(name, text string) error {
	for _, known := range fields {
		if known.name == name {
			return set(known.of(f), text)
		}
	}
	return fmt.Errorf("unknown %q", name)
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
		if err := f.set(name, value); err != nil {
			return Fault{}, fmt.Errorf("read fault %q: %w", text, err)
		}
	}
	return f, nil
}

// ReadFaults reads faults as a JSON list of objects. Durations are texts.
func ReadFaults(from io.Reader) ([]Fault, error) {
	var list []map[string]any
	if err := readJSON(from, &list); err != nil {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	faults := make([]Fault, len(list))
	for i, said := range list {
		for name, value := range said {
			if err := faults[i].set(name, scalar(value)); err != nil {
				return nil, fmt.Errorf("read fault %d: %w", i+1, err)
			}
		}
	}
	return faults, nil
}

// scalar is the text of a value of JSON.
func scalar(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// readJSON reads one value, and nothing after it.
func readJSON(from io.Reader, to any) error {
	d := json.NewDecoder(from)
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows")
	}
	return nil
}
