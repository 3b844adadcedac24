package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

type rulesExplainCommand struct {
	townOptions
	Login  string `arg:"" help:"Login of who would ask."`
	Action string `arg:"" help:"What would be asked, such as 'quota.set bob@u.fr size=5G'."`
	At     string `help:"As of the end of a day, such as 2026-03-01: delegations of then, people of now."`
}

// Run explains what the rules answer, with every value they look at: it is for
// those who operate the house, and withholds nothing.
func (c rulesExplainCommand) Run(ctx context.Context) error {
	a, err := desk.ParseAction(c.Action)
	if err != nil {
		return fmt.Errorf("read action: %w", err)
	}
	return c.visit(ctx, true, func(t town) error {
		if t, err = t.at(ctx, c.At); err != nil {
			return err
		}
		return t.explain(os.Stdout, desk.UID(c.Login), a)
	})
}

func (t town) explain(out io.Writer, by desk.UID, a desk.Action) error {
	f := t.facts(a)
	if f.Actor = t.view.Person(by); !f.Actor.Known() {
		return fmt.Errorf("%q is no login of the directory", by)
	}
	w := desk.Why{Action: a, By: f.Actor, Explanation: t.book.Explain(f, desk.Sight{Actor: true, Target: true, Own: t.view.Owned(by)})}
	w.Approve = (&desk.Desk{View: t.view}).CanApprove(f, w.Decision)
	var text strings.Builder
	for _, sentence := range say.Why(t.lang, w, func(uid desk.UID) string { return t.view.Person(uid).Name }) {
		text.WriteString(sentence + "\n")
	}
	for _, r := range w.Reasons {
		for i, p := range say.Reason(t.lang, r) {
			line := strings.Repeat("  ", p.Depth) + say.T(t.lang, "answer."+string(p.Answer)) + " · " + p.Text
			if i == 0 {
				line = "\n" + r.Rule + ": " + line
			}
			text.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(out, text.String())
	return err
}
