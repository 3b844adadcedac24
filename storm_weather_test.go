package main

import (
	"math/rand/v2"
	"time"

	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/partage/simulator"
)

// stormTiming is the real one some 5,000 times faster: Partage forgets a token
// after tokenLife, and what it took in time has its effect before the margin is over.
const (
	tokenLife = slowness * 60 * time.Millisecond
	margin    = slowness * 50 * time.Millisecond
	latest    = margin - 10*time.Millisecond // what is taken at the last moment is a little late already
)

func stormTiming() executor.Timing {
	return executor.Timing{Send: 5 * time.Second, TokenLife: tokenLife, Margin: margin, Pause: time.Second,
		Apart: 5 * time.Millisecond, Rest: 10 * time.Millisecond, Attempts: 10}
}

// What becomes of one write, and how often.
var fates = []struct {
	share float64
	fault func(late func() time.Duration) simulator.Fault
}{
	{0.10, func(late func() time.Duration) simulator.Fault { // taken, the answer is lost, and the effect comes late
		return simulator.Fault{Answer: simulator.Drop, Effect: simulator.Late, Delay: late()}
	}},
	{0.05, func(late func() time.Duration) simulator.Fault { // said to be done before it is
		return simulator.Fault{Effect: simulator.Late, Delay: late()}
	}},
	{0.03, func(late func() time.Duration) simulator.Fault {
		return simulator.Fault{Answer: simulator.GatewayLate, Effect: simulator.Late, Delay: late()}
	}},
	{0.05, func(late func() time.Duration) simulator.Fault { return simulator.Fault{Wait: late()} }},
	{0.04, always(simulator.Fault{Answer: simulator.Drop, Effect: simulator.Applied})},
	{0.04, always(simulator.Fault{Answer: simulator.Drop, Effect: simulator.Skipped})},
	{0.04, always(simulator.Fault{Answer: simulator.BadGateway, Effect: simulator.Applied})},
	{0.02, always(simulator.Fault{Answer: simulator.Truncated, Effect: simulator.Applied})},
	{0.02, always(simulator.Fault{Answer: simulator.Cut, Effect: simulator.Applied})},
	{0.03, always(simulator.Fault{Effect: simulator.Skipped})},
	{0.03, always(simulator.Fault{Answer: simulator.Forbidden})},
	{0.02, always(simulator.Fault{Answer: simulator.Closed, Effect: simulator.Skipped})},
}

func always(f simulator.Fault) func(func() time.Duration) simulator.Fault {
	return func(func() time.Duration) simulator.Fault { return f }
}

// writes are the methods that the verbs use.
var writes = []string{"AddAccountAlias", "RemoveAccountAlias", "ModifyAccount", "RenameAccount", "AddGroupMembers", "RemoveGroupMembers"}

// weather is what becomes of the calls to come: of each of the next writes, by
// chance, and of some reads. Where the tale says so, all are refused.
func (s *storm) weather(r *rand.Rand) (faults []simulator.Fault) {
	for _, t := range s.Tales {
		if t.Refused != "" {
			faults = append(faults, simulator.Fault{Method: t.Refused, Name: string(t.Home), Answer: simulator.Message, Message: "permission denied"})
		}
	}
	if s.calm {
		return append(faults, s.faults...)
	}
	for _, method := range writes {
		for range 50 {
			f := fate(r, s.latest)
			f.Method, f.Times = method, 1
			faults = append(faults, f)
		}
	}
	return append(faults,
		simulator.Fault{Method: "GetAccount", Answer: simulator.BadGateway, Rate: 0.02},
		simulator.Fault{Method: "Auth", Answer: simulator.Drop, Rate: 0.01})
}

func fate(r *rand.Rand, latest time.Duration) simulator.Fault {
	late, dice := func() time.Duration { return 1 + time.Duration(r.Int64N(int64(latest))) }, r.Float64()
	for _, f := range fates {
		if dice -= f.share; dice < 0 {
			return f.fault(late)
		}
	}
	return simulator.Fault{}
}
