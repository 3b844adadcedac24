package say

import (
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

var signs = map[desk.State]string{
	desk.Open: "◔", desk.Waiting: "◔", desk.Ready: "◔", desk.Running: "◔", desk.Doubtful: "⚠",
	desk.Settled: "✓", desk.Rejected: "✕", desk.Cancelled: "✕", desk.Lapsed: "✕", desk.Broken: "⚠", desk.Stopped: "⚠", desk.Review: "⚠", desk.Applying: "◔",
}

// State is the sign and the word of a badge: "◔", "À valider". The word says
// all that the sign does. A state that does not exist is "?", "Inconnue".
func State(lang string, s desk.State) (sign, word string) {
	sign, ok := signs[s]
	if !ok {
		return "?", T(lang, "state")
	}
	return sign, T(lang, "state."+string(s))
}

// Line is the request in one line, for a list or a notification: "◔ D-512, à
// valider : alias contact@u.fr → bob@u.fr".
func Line(lang string, r desk.Request, quote ...Quote) string {
	sign, word := State(lang, r.State)
	return T(lang, "line", "sign", sign, "id", string(r.ID), "state", strings.ToLower(word), "summary", Summary(lang, r.Action, quote...))
}

// Panels says who must approve: "un administrateur"; of several panels, each
// with how many of it: "2 de : un administrateur ; et un correspondant de u.fr".
func Panels(lang string, panels []desk.Panel, quote ...Quote) string {
	if len(panels) == 0 {
		return T(lang, "approver")
	}
	said := make([]string, len(panels))
	for i, s := range panels {
		said[i] = Approvers(lang, s.Approvers, quote...)
		if len(panels) > 1 && s.Needed > 1 {
			said[i] = T(lang, "panel.many", "n", strconv.Itoa(s.Needed), "approvers", said[i])
		}
	}
	return strings.Join(said, T(lang, "panel.and"))
}

// Approvers says who may approve: "un correspondant de physique.unistra.fr ou
// un administrateur"; "personne" if refs names nobody.
func Approvers(lang string, refs []string, quote ...Quote) string {
	var who []string
	for _, ref := range refs {
		kind, name, _ := strings.Cut(ref, ":")
		key := "approver." + kind
		if known(key + "." + name) {
			key += "." + name
		}
		if name != "" && known(key) {
			who = append(who, T(lang, key, "name", quoted(quote, name)))
		}
	}
	switch last := len(who) - 1; last {
	case -1:
		return T(lang, "approver")
	case 0:
		return who[0]
	default:
		return strings.Join(who[:last], ", ") + " " + T(lang, "or") + " " + who[last]
	}
}

// Outcome is one line that tells what became of the request and what comes
// next. It says that nothing was changed only where that is proved.
func Outcome(lang string, r desk.Request, name func(desk.UID) string, quote ...Quote) string {
	id := quoted(quote, string(r.ID))
	deed, pairs := values(lang, r.Action, quote), []string{"id", id, "who", called(lang, name, r.Ended, quote),
		"approvers", Panels(lang, r.Decision.Panels, quote...), "reason", quoted(quote, r.Refusal),
		"because", because(lang, r.Decision), "cause", cause(lang, causeOf(r)), "voters", voters(lang, r, name, quote),
		"limit", brake(lang, r.Limit), "votes", strconv.Itoa(len(r.Votes)), "needed", strconv.Itoa(r.Decision.Needed()),
		"steps", strconv.Itoa(r.Step), "of", strconv.Itoa(len(r.Steps()))}
	pairs = append(pairs, "done", tell(lang, "done."+manner(r.Action), deed, pairs...))
	said := tell(lang, outcomeKey(r), deed, pairs...)
	if len(r.Thin) > 0 {
		said += " " + Few(lang, r.Thin, quote...)
	}
	return said
}

func outcomeKey(r desk.Request) string {
	key := "outcome." + string(r.State)
	switch {
	case r.State == desk.Rejected && r.Undoing:
		return withReason(key+".undone", r.Refusal)
	case r.Undoing && r.Ended != "" && r.State != desk.Doubtful && r.State != desk.Broken:
		return "outcome.undoing.refused"
	case r.State == desk.Review && len(r.Votes) > 0:
		return key + ".votes"
	case r.Kept() && len(r.Votes) > 0:
		return key + ".kept"
	case r.Kept():
		return key + ".stays"
	case r.Repairs != nil && known(key+".plan"):
		return key + ".plan"
	case r.State == desk.Broken && r.Step > 0:
		return key + ".partly"
	case r.State == desk.Broken && r.Undoing:
		return key + ".undone"
	case r.Undoing && r.State != desk.Doubtful:
		return "outcome.undoing"
	case r.State == desk.Ready && r.Step > 0:
		return key + ".begun"
	case r.State == desk.Waiting && len(r.Votes) > 0:
		return key + ".votes"
	case r.State == desk.Waiting && r.Decision.Needed() > 1:
		return key + ".many"
	case r.State == desk.Ready && r.Code != "":
		return key + ".again"
	case r.State == desk.Ready && len(r.Votes) > 0:
		return key + ".approved"
	case r.State == desk.Rejected && r.Ended != "" && r.Refusal != "":
		return key + ".reason"
	case r.State == desk.Rejected && r.Ended == "":
		return key + ".rules"
	case r.State == desk.Broken && untouched(r):
		return key + ".untouched"
	case !known(key):
		return "outcome"
	}
	return key
}

// untouched: nothing was ever sent, or the only send was refused, which is a
// proof. After anything else an earlier attempt may have left its mark.
func untouched(r desk.Request) bool {
	return r.Attempt == 0 || r.Attempt == 1 && r.Code == desk.PartageRefused
}

// causeOf is why the request failed: of one that is taken back, why it is.
func causeOf(r desk.Request) desk.Code {
	if r.Undoing {
		return r.Cause
	}
	return r.Code
}

func because(lang string, d desk.Decision) string {
	if d.Because.In(lang) == "" {
		return T(lang, "because.none")
	}
	return sentence(d.Because.In(lang))
}

// cause is why an attempt failed, as the end of a sentence.
func cause(lang string, code desk.Code) string {
	if key := "cause." + string(code); known(key) {
		return T(lang, key)
	}
	return T(lang, "cause")
}

func voters(lang string, r desk.Request, name func(desk.UID) string, quote []Quote) string {
	var who []string
	for _, v := range r.Votes {
		who = append(who, called(lang, name, v.By, quote))
	}
	return strings.Join(who, ", ")
}
