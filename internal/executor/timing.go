package executor

import (
	"errors"
	"fmt"
	"time"
)

// Timing is how long things may take. Tests scale it.
type Timing struct {
	Send      time.Duration `yaml:"send"`       // one write, answer included
	TokenLife time.Duration `yaml:"token_life"` // after which Partage takes no write with it any more
	Margin    time.Duration `yaml:"margin"`     // for a write that was taken in time to have its effect
	Pause     time.Duration `yaml:"pause"`      // between the intent and the send: after a longer one nothing is sent
	Apart     time.Duration `yaml:"apart"`      // between the two reads that prove an absence
	Rest      time.Duration `yaml:"rest"`       // before trying again what was proved without effect; twice as long each time
	Attempts  int           `yaml:"attempts"`   // sends of unknown outcome at most at one step, before it has failed
}

// Standard is the timing for Partage.
func Standard() Timing {
	return Timing{Send: 20 * time.Second, TokenLife: 300 * time.Second, Margin: 60 * time.Second, Pause: time.Second,
		Apart: 30 * time.Second, Rest: 30 * time.Second, Attempts: 3}
}

// Check says, error by error, what cannot be. A token that Partage forgets
// earlier than we think only makes us wait; one that it keeps longer lets a late
// write double: hence no life shorter than the real one, but for a simulator.
func (t Timing) Check(simulated bool) error {
	standard, errs := Standard(), []error(nil)
	within := func(name string, d, least, most time.Duration) {
		if simulated {
			least = time.Millisecond
		}
		if d < least || d > most {
			errs = append(errs, fmt.Errorf("executor.%s: not within %s to %s", name, least, most))
		}
	}
	within("send", t.Send, time.Second, time.Minute)
	within("token_life", t.TokenLife, standard.TokenLife, 2*time.Hour)
	within("margin", t.Margin, standard.Margin, time.Hour)
	within("pause", t.Pause, 100*time.Millisecond, time.Second)
	within("apart", t.Apart, 5*time.Second, 10*time.Minute)
	within("rest", t.Rest, time.Second, 10*time.Minute)
	if t.Attempts < 1 || t.Attempts > 10 {
		errs = append(errs, errors.New("executor.attempts: not within 1 to 10"))
	}
	if t.Margin < t.Send+t.Pause { // a token may be used until it dies
		errs = append(errs, errors.New("executor.margin: shorter than send and pause together"))
	}
	return errors.Join(errs...)
}

// fence is when a write by a token issued then can take effect no more.
func (t Timing) fence(issued time.Time) time.Time { return issued.Add(t.TokenLife + t.Margin) }
