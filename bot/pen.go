package bot

import (
	"errors"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// A pen writes for one reader. All that is not our own words goes through code.
type pen struct {
	lang    string
	zone    *time.Location
	trigger string
	person  func(desk.UID) desk.Person
	tariff  desk.Tariff
}

func (p pen) text(key string, pairs ...string) string { return text(p.lang, key, pairs...) }

// name is a person's name as the directory has it.
func (p pen) name(who desk.UID) string {
	if name := p.person(who).Name; name != "" {
		return code(name)
	}
	return code(string(who))
}

// outcome is what became of a request. The rule book's sentence is made inert:
// say lets it through as it is.
func (p pen) outcome(r desk.Request) string {
	r.Decision = harmless(r.Decision)
	return say.Outcome(p.lang, r, p.name, code)
}

func harmless(d desk.Decision) desk.Decision {
	d.Because = desk.Text{FR: inert(d.Because.FR), EN: inert(d.Because.EN)}
	return d
}

// asked tells what became of a request at once.
func (p pen) asked(r desk.Request) Message {
	return Message{Line: p.line(r) + "\n" + p.outcome(r)}
}

// trouble is the sentence for an error.
func (p pen) trouble(err error) string { return say.Error(p.lang, err, code) }

// command is what to type for an action; more is added as it is.
func (p pen) command(verb desk.Verb, target, more string) string {
	typed := "/" + p.trigger + " " + phrase.Canonical(p.lang, desk.Action{Verb: verb, Target: target})
	if more != "" {
		typed += " " + more
	}
	return code(typed)
}

func (p pen) moment(t time.Time) string { return say.Moment(p.lang, t, p.zone) }

// quota is a quota in force, in bytes; 0 is none.
func (p pen) quota(bytes int64) string {
	if bytes == 0 {
		return say.T(p.lang, "quota.unlimited")
	}
	return say.Size(p.lang, bytes)
}

func detail(err error, name string) string {
	e, _ := errors.AsType[*desk.Error](err)
	if e == nil {
		return ""
	}
	return e.Details[name]
}
