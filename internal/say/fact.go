package say

import (
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Fact is one line of a timeline: what happened and by whom, with its full
// stop and without its date. name gives a person's name, printed as it is; for
// "" the login stands instead.
func Fact(lang string, e desk.Event, name func(desk.UID) string, quote ...Quote) string {
	key, pairs := happened(lang, e.Fact, name, quote)
	if !known(key) {
		key = "fact"
	}
	return T(lang, key, append(pairs, "who", called(lang, name, e.By, quote))...)
}

func happened(lang string, fact desk.Fact, name func(desk.UID) string, quote []Quote) (key string, pairs []string) {
	switch f := fact.(type) {
	case desk.Asked:
		return withReason("fact.asked", f.Reason), []string{"door", door(lang, f.Via), "summary", Summary(lang, f.Action, quote...), "reason", quoted(quote, f.Reason)}
	case desk.Decided:
		return decided(lang, f.Decision, quote)
	case desk.Approved:
		if !f.Signed.IsZero() {
			return "fact.approved.signed", []string{"door", door(lang, f.Via)}
		}
		return "fact.approved", []string{"door", door(lang, f.Via)}
	case desk.Refused:
		return withReason("fact.refused", f.Reason), []string{"door", door(lang, f.Via), "reason", quoted(quote, f.Reason)}
	case desk.Amended:
		return "fact.amended", []string{"door", door(lang, f.Via), "summary", Summary(lang, f.Action, quote...)}
	case desk.Questioned:
		return "fact.questioned", []string{"door", door(lang, f.Via), "text", quoted(quote, f.Text)}
	case desk.Answered:
		return "fact.answered", []string{"door", door(lang, f.Via), "text", quoted(quote, f.Text)}
	case desk.Withdrawn:
		return "fact.withdrawn", []string{"door", door(lang, f.Via)}
	case desk.Nudged:
		return "fact.nudged", []string{"door", door(lang, f.Via)}
	case desk.Reminded:
		return "fact.reminded", nil
	case desk.Escalated:
		return "fact.escalated", nil
	case desk.Expired:
		return "fact.expired", nil
	case desk.Digested:
		return "fact.digested", nil
	case desk.Announced:
		return announced(f), []string{"word", stateWord(lang, f.Shows)}
	case desk.Held:
		return "fact.held", []string{"limit", brake(lang, f)}
	case desk.Released:
		return "fact.released", nil
	case desk.Spared:
		return "fact.spared", nil
	case desk.BrakesReset:
		return "fact.reset", nil
	case desk.Frozen:
		return withReason("fact.frozen."+string(f.Cause), f.Reason), []string{"reason", quoted(quote, f.Reason)}
	case desk.Thawed:
		return "fact.thawed", nil
	case desk.BookActivated:
		return "fact.book", []string{"book", quoted(quote, Digest(f.Digest)), "name", quoted(quote, f.Name)}
	case desk.Lifted, desk.Noticed, desk.Registered, desk.Vanished:
		return registering(f, quote)
	case desk.Launched, desk.Repaired, desk.Halted, desk.Compared:
		return repairing(lang, f, quote)
	case desk.Granted, desk.Deputised, desk.Revoked:
		return right(lang, f, name, quote)
	case desk.BindingOffered:
		return "fact.offered", nil
	case desk.Bound:
		if f.Service != "" {
			return "fact.bound.service", []string{"service", quoted(quote, f.Service)}
		}
		return "fact.bound", nil
	case desk.Unbound:
		return "fact.unbound." + string(f.Why), []string{"to", called(lang, name, f.Who, quote)}
	case desk.Heard:
		return "fact.heard", nil
	case desk.Telling:
		return "fact.telling", nil
	case desk.TokenIssued:
		return "fact.token.issued", []string{"name", quoted(quote, f.Name)}
	case desk.TokenEnded:
		return "fact.token.ended", []string{"id", quoted(quote, f.Token)}
	case desk.TokensEnded:
		return "fact.tokens.ended", nil
	case desk.Forgotten:
		return "fact.forgotten", []string{"to", called(lang, name, f.Who, quote)}
	case desk.Redacted:
		return "fact.redacted", nil
	case desk.Erased:
		return erased(f), []string{"to", T(lang, "someone")}
	}
	return executed(lang, fact, quote)
}

func erased(f desk.Erased) string {
	if _, ok := f.Was.(desk.Forgotten); ok {
		return "fact.forgotten"
	}
	return "fact.erased"
}

func executed(lang string, fact desk.Fact, quote []Quote) (key string, pairs []string) {
	switch f := fact.(type) {
	case desk.Planned:
		return planned(f.Plan), []string{"steps", strconv.Itoa(len(f.Plan.Steps)), "lost", list(texted(f.Plan.Lost), quote)}
	case desk.Started:
		if f.Undo {
			return "fact.started.undo", []string{"attempt", strconv.Itoa(f.Attempt)}
		}
		return "fact.started", []string{"attempt", strconv.Itoa(f.Attempt)}
	case desk.Stepped:
		return "fact.stepped", []string{"attempt", strconv.Itoa(f.Attempt)}
	case desk.Undone:
		return "fact.undone", nil
	case desk.Failed:
		return failed(f), []string{"attempt", strconv.Itoa(f.Attempt), "cause", cause(lang, f.Code)}
	case desk.Unknown:
		return "fact.unknown", []string{"attempt", strconv.Itoa(f.Attempt)}
	case desk.Done:
		return "fact.done", []string{"attempt", strconv.Itoa(f.Attempt)}
	}
	return "fact", nil
}

func decided(lang string, d desk.Decision, quote []Quote) (key string, pairs []string) {
	pairs = []string{"approvers", Panels(lang, d.Panels, quote...), "because", because(lang, d)}
	switch {
	case d.Reviewed():
		return "fact.decided.review", pairs
	}
	switch d.Outcome {
	case desk.Allowed, desk.Pending:
		return "fact.decided." + string(d.Outcome), pairs
	}
	return "fact.decided.denied", pairs
}

func planned(p desk.Plan) string {
	if len(p.Lost) > 0 {
		return "fact.planned.lost"
	}
	return "fact.planned"
}

func texted(addresses []desk.Address) (texts []string) {
	for _, a := range addresses {
		texts = append(texts, string(a))
	}
	return texts
}

func failed(f desk.Failed) string {
	switch {
	case f.Attempt == 0 && f.Final:
		return "fact.failed.never"
	case f.Attempt == 0:
		return "fact.failed.later"
	case f.Final:
		return "fact.failed.final"
	}
	return "fact.failed"
}

func announced(f desk.Announced) string {
	if f.Post == (desk.Post{}) {
		return "fact.announced.nowhere"
	}
	if f.Role.InPerson() {
		return "fact.announced.approver"
	}
	return "fact.announced." + string(f.Role)
}

func withReason(key, reason string) string {
	if reason == "" {
		return key
	}
	return key + ".reason"
}

// brake names a limit with its value: "5 retraits par heure pour une personne".
func brake(lang string, h desk.Held) string {
	return T(lang, "brake."+string(h.Limit), "max", strconv.Itoa(h.Max))
}

func door(lang string, d desk.Door) string {
	if key := "door." + string(d); known(key) {
		return T(lang, key)
	}
	return T(lang, "door")
}

func stateWord(lang string, s desk.State) string {
	_, word := State(lang, s)
	return word
}

func list(values []string, quote []Quote) string {
	said := make([]string, len(values))
	for i, v := range values {
		said[i] = quoted(quote, v)
	}
	return strings.Join(said, ", ")
}
