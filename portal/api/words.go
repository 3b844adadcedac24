package api

import (
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The words of the API: what openapi.yaml describes.
type (
	person struct {
		Login  string       `json:"login"`
		Name   string       `json:"name"`
		Token  string       `json:"token"`
		Powers []desk.Power `json:"powers"`
		Until  time.Time    `json:"until"`
	}

	account struct {
		ID          string         `json:"id"`
		Address     desk.Address   `json:"address"`
		Aliases     []desk.Address `json:"aliases"`
		Owner       desk.UID       `json:"owner,omitempty"`
		Name        string         `json:"name,omitempty"`
		Status      string         `json:"status"`
		Class       string         `json:"class,omitempty"`
		Quota       int64          `json:"quota"`
		Used        int64          `json:"used"`
		Forward     string         `json:"forward,omitempty"`
		ForwardOnly bool           `json:"forward_only"`
		Hidden      bool           `json:"hidden"`
		Seen        *time.Time     `json:"seen,omitempty"`
	}

	action struct {
		Text   string            `json:"text"` // canonical, as history has it
		Verb   desk.Verb         `json:"verb"`
		Target string            `json:"target,omitempty"`
		Args   map[string]string `json:"args,omitempty"`
	}

	decision struct {
		Outcome desk.Outcome `json:"outcome"`
		Rule    string       `json:"rule,omitempty"`
		Because string       `json:"because,omitempty"`
		Panels  []panel      `json:"panels,omitempty"`
	}

	panel struct {
		Approvers []string `json:"approvers"`
		Needed    int      `json:"needed"`
	}

	request struct {
		ID       desk.ID    `json:"id"`
		State    desk.State `json:"state"`
		Says     string     `json:"says"`
		Digest   string     `json:"digest"`
		Version  int        `json:"version"`
		By       desk.UID   `json:"by"`
		Owner    desk.UID   `json:"owner,omitempty"`
		Via      desk.Door  `json:"via"`
		Action   action     `json:"action"`
		Reason   string     `json:"reason,omitempty"`
		Decision decision   `json:"decision"`
		Votes    []vote     `json:"votes,omitempty"`
		Refusal  string     `json:"refusal,omitempty"`
		Code     desk.Code  `json:"code,omitempty"`
		Asked    time.Time  `json:"asked"`
		Changed  time.Time  `json:"changed"`
		Nudged   *time.Time `json:"nudged,omitempty"` // the last time that the asker had the approvers reminded
		Due      *time.Time `json:"due,omitempty"`
		End      *time.Time `json:"end,omitempty"`
	}

	vote struct {
		By desk.UID  `json:"by"`
		At time.Time `json:"at"`
	}

	event struct {
		Seq  desk.Seq  `json:"seq"`
		At   time.Time `json:"at"`
		By   desk.UID  `json:"by"`
		ID   desk.ID   `json:"id,omitempty"`
		Says string    `json:"says"`
	}

	why struct {
		Decision decision `json:"decision"`
		Changes  []string `json:"changes"`
		Approve  []string `json:"approve"`
		Since    bool     `json:"since"`
	}

	list[T any] struct {
		Items []T    `json:"items"`
		Next  string `json:"next,omitempty"` // cursor of the page after
	}
)

func date(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func accountOf(a desk.Account) account {
	return account{ID: a.ID, Address: a.Address, Aliases: append([]desk.Address{}, a.Aliases...), Owner: a.Owner, Name: a.Name, Status: a.Status, Class: a.COS,
		Quota: a.Quota, Used: a.Used, Forward: a.Forward, ForwardOnly: a.ForwardOnly, Hidden: a.Hidden, Seen: date(a.Seen)}
}

func actionOf(a desk.Action) action {
	spec, _ := desk.SpecOf(a.Verb)
	args := map[string]string{}
	for name := range spec.Args {
		if value := a.Arg(name); value != "" {
			args[name] = value
		}
	}
	return action{Text: a.String(), Verb: a.Verb, Target: a.Target, Args: args}
}

func decisionOf(lang string, d desk.Decision) decision {
	said := decision{Outcome: d.Outcome, Rule: d.Rule, Because: d.Because.In(lang)}
	if said.Outcome == "" {
		said.Outcome = desk.Denied
	}
	for _, p := range d.Panels {
		said.Panels = append(said.Panels, panel{p.Approvers, p.Needed})
	}
	return said
}

func requestOf(lang string, r desk.Request) request {
	_, word := say.State(lang, r.State)
	said := request{ID: r.ID, State: r.State, Says: word, Digest: r.Digest(), Version: r.Version, By: r.By, Owner: r.Owner, Via: r.Via,
		Action: actionOf(r.Action), Reason: r.Reason, Decision: decisionOf(lang, r.Decision), Refusal: r.Refusal, Code: r.Code,
		Asked: r.Asked, Changed: r.Changed, Nudged: date(r.Nudged), Due: date(r.Dates.Due), End: date(r.Dates.End)}
	for _, v := range r.Votes {
		said.Votes = append(said.Votes, vote{v.By, v.At})
	}
	return said
}
