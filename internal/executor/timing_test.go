package executor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/executor"
)

func TestTimingThatCannotBe(t *testing.T) {
	if err := executor.Standard().Check(false); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change    func(*executor.Timing)
		want      string
		simulated bool // allowed against a simulator
	}{
		"a token that dies early":   {func(t *executor.Timing) { t.TokenLife = 299 * time.Second }, "token_life", true},
		"a token that never dies":   {func(t *executor.Timing) { t.TokenLife = 3 * time.Hour }, "token_life", false},
		"no margin":                 {func(t *executor.Timing) { t.Margin = 0 }, "margin", false},
		"a short margin":            {func(t *executor.Timing) { t.Margin = 59 * time.Second }, "margin", true},
		"a send longer than margin": {func(t *executor.Timing) { t.Send = time.Minute }, "margin", false},
		"a send without end":        {func(t *executor.Timing) { t.Send = time.Hour }, "send", false},
		"no send":                   {func(t *executor.Timing) { t.Send = 0 }, "send", false},
		"a long pause":              {func(t *executor.Timing) { t.Pause = 2 * time.Second }, "pause", false},
		"no pause":                  {func(t *executor.Timing) { t.Pause = 0 }, "pause", false},
		"reads at once":             {func(t *executor.Timing) { t.Apart = time.Second }, "apart", true},
		"no rest":                   {func(t *executor.Timing) { t.Rest = 0 }, "rest", false},
		"no attempt":                {func(t *executor.Timing) { t.Attempts = 0 }, "attempts", false},
		"attempts without end":      {func(t *executor.Timing) { t.Attempts = 11 }, "attempts", false},
		"a negative life":           {func(t *executor.Timing) { t.TokenLife = -time.Second }, "token_life", false},
	} {
		timing := executor.Standard()
		tt.change(&timing)
		if err := timing.Check(false); err == nil || !strings.Contains(err.Error(), "executor."+tt.want+":") {
			t.Errorf("%s: %v", name, err)
		}
		if err := timing.Check(true); (err == nil) != tt.simulated {
			t.Errorf("%s, simulated: %v", name, err)
		}
	}
}
