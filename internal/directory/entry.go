package directory

import (
	"regexp"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A Reason says why an entry was left out of a full read.
type Reason string

// The reasons.
const (
	NoUID     Reason = "person without uid"
	ManyUIDs  Reason = "person with several uids"
	BadUID    Reason = "person whose uid is not a login"
	TwinUID   Reason = "person whose uid another has"
	BadGroup  Reason = "group without one name"
	TwinGroup Reason = "group whose name another has"
	BadUnit   Reason = "unit without one code"
	TwinUnit  Reason = "unit whose code another has"
)

var loginForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$`)

// found is a person as their own entry tells, and what to join them by.
type found struct {
	desk.Person
	dn      string // as the server writes it
	place   string // the same, to compare
	login   string // the uid as the server writes it
	manager string // DN or uid
}

// person reads an entry; a reason other than "" says why it is nobody.
func (a Attributes) person(e *record) (found, Reason) {
	uids := e.many(a.UID)
	switch {
	case len(uids) == 0:
		return found{}, NoUID
	case len(uids) > 1:
		return found{}, ManyUIDs
	}
	uid := desk.UID(lower(uids[0]))
	// What the house signs with its own name must not be signed by somebody.
	if !loginForm.MatchString(string(uid)) || uid == desk.System {
		return found{}, BadUID
	}
	mail, _ := desk.ParseAddress(e.one(a.Mail)) // not an address: as if absent
	state, phase := a.mailState(e.many(a.State))
	return found{
		Person: desk.Person{
			UID:         uid,
			Name:        e.one(a.Name),
			Mail:        mail,
			EPPN:        e.one(a.EPPN),
			Affiliation: lower(e.one(a.Affiliation)),
			Unit:        e.one(a.Unit),
			Also:        a.also(e),
			MailState:   state,
			MailPhase:   phase,
			Unlisted:    slices.Contains(e.many(a.Unlisted), "TRUE"),
		},
		dn:      e.dn,
		place:   place(e.dn),
		login:   uids[0],
		manager: e.one(a.Manager),
	}, ""
}

// also is every affiliation that is a word, lowered, each once.
func (a Attributes) also(e *record) (all []string) {
	for _, v := range e.many(a.Also) {
		if v = lower(readable(v)); v != "" {
			all = append(all, v)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// group reads an entry; name is "" if it has none, or several.
func (a Attributes) group(e *record) (g group) {
	g.name = strings.Clone(e.one(a.GroupName))
	for _, dn := range e.many(a.Member) {
		if at := place(dn); at != "" {
			g.places = append(g.places, strings.Clone(at))
		}
	}
	for _, login := range e.many(a.MemberUID) {
		g.logins = append(g.logins, strings.Clone(login))
	}
	return g
}

type unit struct {
	name   string
	domain string
}

// unit reads an entry; code is "" if it has none, or several.
func (a Attributes) unit(e *record) (code string, u unit) {
	for _, attribute := range a.UnitName {
		if u.name = e.one(attribute); u.name != "" {
			break
		}
	}
	// The grammar of a domain is the one of the addresses in it.
	address, _ := desk.ParseAddress("x@" + e.one(a.UnitDomain))
	u.domain = address.Domain()
	return lower(e.one(a.UnitCode)), u
}
