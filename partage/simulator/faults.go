package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Fault spoils calls: what is done, what is answered, or both. The first one
// that fits a call is used.
type Fault struct {
	Method  string        // "ModifyAccount", "Auth"...; "*" is any
	Name    string        // only calls about this object; "" is any
	Effect  Effect        // of a write
	Delay   time.Duration // of a Late effect, or the longest that an Overtaken one waits, an hour by default
	Lag     time.Duration // of a read: it shows the state of that long ago
	Shift   int           // of a listing of accounts: it begins that many places too far, or too early
	Answer  Answer
	Message string        // for Message and Errors: the text; a French refusal by default
	Wait    time.Duration // before the answer leaves, after the effect
	Times   int           // how many calls are spoilt; 0 = each of them until the faults are cleared
	For     time.Duration // how long calls are spoilt, from SetFaults; 0 = until the faults are cleared
	Rate    float64       // share of the fitting calls that are spoilt, evenly spread; 0 = all

	due float64   // grows by Rate with each fitting call
	end time.Time // when For has passed
}

// An Effect says what becomes of a write that would have been carried out.
type Effect string

// Effects.
const (
	Natural Effect = ""        // Skipped if Answer refuses (as Forbidden or Message), else Applied
	Applied Effect = "applied" // done, whatever is answered
	Skipped Effect = "none"    // not done, whatever is answered
	Late    Effect = "late"    // done once Delay has passed
	Half    Effect = "half"    // of a change of several attributes, the first half by name is done
	// Overtaken is done right after the next write that is: out of order.
	Overtaken Effect = "overtaken"
)

// effects are all of them, and what each means.
var effects = []struct {
	Effect
	says string
}{
	{Natural, "not done if the answer is a refusal, else done"},
	{Applied, "done, whatever is answered"},
	{Skipped, "not done, whatever is answered"},
	{Late, "done once \"delay\" has passed"},
	{Half, "of several attributes, the first half by name is changed"},
	{Overtaken, "done right after the next write that is, or once \"delay\" has passed (an hour by default)"},
}

func (e Effect) known() bool {
	for _, known := range effects {
		if known.Effect == e {
			return true
		}
	}
	return false
}

// effect is what a fault makes of a write.
func (f *Fault) effect() Effect {
	if f.Effect != Natural {
		return f.Effect
	}
	if slices.Contains(refusing, f.Answer) {
		return Skipped
	}
	return Applied
}

// SetFaults replaces the faults. An unknown effect or answer is an error.
func (s *Server) SetFaults(faults ...Fault) error {
	list, now := make([]*Fault, 0, len(faults)), s.now()
	for _, f := range faults {
		if _, known := f.Answer.spoiler(); !known {
			return fmt.Errorf("set faults: unknown answer %q", f.Answer)
		}
		if !f.Effect.known() {
			return fmt.Errorf("set faults: unknown effect %q", f.Effect)
		}
		if _, ok := s.methods[f.Method]; !ok && f.Method != "*" && f.Method != "Auth" {
			return fmt.Errorf("set faults: unknown method %q", f.Method)
		}
		if f.For > 0 {
			f.end = now.Add(f.For)
		}
		list = append(list, &f)
	}
	s.guard.Lock()
	defer s.guard.Unlock()
	s.faults = list
	return nil
}

// take finds the fault for a call and counts it. It never returns nil.
func (s *Server) take(method, name string) *Fault {
	s.guard.Lock()
	defer s.guard.Unlock()
	now := s.now()
	for i, f := range s.faults {
		if f.Method != "*" && f.Method != method || f.Name != "" && f.Name != strings.ToLower(name) || f.For > 0 && !now.Before(f.end) {
			continue
		}
		if f.due += f.Rate; f.Rate > 0 && f.due < 1 {
			continue
		}
		f.due -= min(f.due, 1)
		if f.Times == 1 {
			s.faults = slices.Delete(slices.Clone(s.faults), i, i+1)
		}
		f.Times--
		taken := *f
		return &taken
	}
	return &Fault{}
}
