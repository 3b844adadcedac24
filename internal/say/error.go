package say

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Error tells a person about trouble: what happened, why if it is known, and
// what to do. Of an error that nobody prepared for people it tells nothing but
// that it is ours. The text of nil is "".
func Error(lang string, err error, quote ...Quote) string {
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*desk.Error](err)
	if !ok {
		return T(lang, "error")
	}
	text := T(lang, errorKey(e), details(lang, e, quote)...)
	if e.Details["free"] != "" {
		text += " " + T(lang, "hint.free", "free", detail(lang, e, "free", e.Details["free"], quote))
	}
	if nearest := e.Details["nearest"]; nearest != "" {
		text += " " + T(lang, "hint.nearest", "nearest", quoted(quote, nearest))
	}
	if usage, _ := Help(lang, desk.Verb(e.Details["verb"])); usage != "" && e.Kind == desk.Invalid {
		text += " " + T(lang, "hint.usage", "usage", quoted(quote, usage))
	}
	return text
}

// errorKey finds the most precise words: for this argument, this state or an
// empty value, else for the code alone, else those of an unprepared error.
func errorKey(e *desk.Error) string {
	key := "error." + string(e.Code)
	precise := []string{key + "." + e.Details["name"], key + "." + e.Details["state"], key}
	if e.Details["value"] == "" {
		precise = append([]string{key + ".empty"}, precise...)
	}
	for _, k := range precise {
		if _, ok := texts[k]; ok {
			return k
		}
	}
	return "error"
}

// details are the placeholders of an error: what was typed is quoted, what has
// words of ours is said.
func details(lang string, e *desk.Error, quote []Quote) (pairs []string) {
	for name, value := range e.Details {
		pairs = append(pairs, name, detail(lang, e, name, value, quote))
	}
	return pairs
}

func detail(lang string, e *desk.Error, name, value string, quote []Quote) string {
	switch {
	case name == "used":
		n, _ := strconv.ParseInt(value, 10, 64)
		return Size(lang, n)
	case name == "state" && known("status."+value):
		return T(lang, "status."+value)
	case name == "until" && e.Code == desk.InQuarantine:
		at, _ := time.Parse(time.RFC3339, value)
		return Date(lang, at)
	case name == "cause" && known("gap."+value):
		return Gap(lang, desk.GapCause(value))
	case name == "free":
		return list(strings.Split(value, ","), quote)
	case name == "since" || name == "until" || name == "from":
		return moment(lang, name, value)
	case name == "limit":
		return T(lang, "limit."+value)
	case name == "verb":
		return Verb(lang, desk.Verb(value))
	case name == "name" && known("name."+value):
		return T(lang, "name."+value)
	case name == "value" && e.Code == desk.AlreadySo:
		return canonicalSize(lang, value, quote)
	case name == "by" && value != "":
		return T(lang, "by", "who", person(lang, e, value, quote))
	case name == "person", name == "value" && slices.Contains(ofPeople, e.Code):
		return person(lang, e, value, quote)
	case name == "target" && e.Code == desk.NotAllowed && value != "": // what a question shows is of no account
		return ", " + quoted(quote, value)
	case name == "rule" && value != "":
		return T(lang, "rule", "rule", quoted(quote, value))
	}
	return quoted(quote, value)
}

// ofPeople are the codes whose value is the login of somebody whom the directory knows.
var ofPeople = []desk.Code{desk.OwnRight, desk.StillConcerned, desk.NoTokens}

// person is how the one person is called whom an error names.
func person(lang string, e *desk.Error, login string, quote []Quote) string {
	return called(lang, func(desk.UID) string { return quoted(quote, e.Called) }, desk.UID(login), quote)
}

func moment(lang, name, value string) string {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil || at.IsZero() {
		return ""
	}
	return T(lang, name, "moment", Moment(lang, at, time.UTC))
}
