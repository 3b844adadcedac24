package partage

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
)

// A GroupID is the Zimbra identifier of a group.
type GroupID string

// A MailStatus says whether a group receives mail.
type MailStatus string

// The mail statuses of a group. Zimbra gives MailEnabled to a new one.
const (
	MailEnabled  MailStatus = "enabled"  // a distribution list: mail goes to its members
	MailDisabled MailStatus = "disabled" // a group in the narrow sense: it serves for shares and rights
)

// A Group is a group or a distribution list, which are one thing to Zimbra
// (seen, and so in Zimbra). A field the answer did not hold is zero; several
// values where one is expected are joined by a line feed.
type Group struct {
	Name        Address
	ID          GroupID
	MailStatus  MailStatus
	DisplayName string
	Description string
	Notes       string // zimbraNotes, for administrators
	HideInGal   bool
	Quiet       bool      // new members are not told of what is shared with the group; by default they are
	Members     []Address // of any domain, lists too; GetGroup only
	Aliases     []Address // without Name; GetGroup only
}

func (g *Group) set(name string, value string) error {
	var err error
	switch name {
	case "name":
		err = once((*string)(&g.Name), value)
		if err == nil && !g.Name.valid() {
			err = errors.New("not a lower-case address")
		}
	case "id":
		err = once((*string)(&g.ID), value)
	case "zimbraMailStatus":
		err = once((*string)(&g.MailStatus), value)
	case "zimbraHideInGal", "zimbraHideInGAL":
		err = boolean(&g.HideInGal, value)
	case "zimbraDistributionListSendShareMessageToNewMembers":
		told := true
		err = boolean(&told, value)
		g.Quiet = !told && value != ""
	case "members":
		g.Members = gather(g.Members, value)
	case "zimbraMailAlias":
		g.Aliases = gather(g.Aliases, value)
	default:
		g.describe(name, value)
	}
	if err != nil {
		return fmt.Errorf("read %s of group %.80q: %w", name, g.Name, err)
	}
	return nil
}

// describe stores what is only text.
func (g *Group) describe(name, value string) {
	field := map[string]*string{"displayName": &g.DisplayName, "description": &g.Description, "zimbraNotes": &g.Notes}[name]
	if field == nil {
		return
	}
	if *field != "" {
		*field += "\n"
	}
	*field += value
}

// complete refuses a group that cannot be told from another. Zimbra keeps the
// name of a group among its aliases, and the API is known to hide it there.
func (g *Group) complete() error {
	if g.Name == "" || g.ID == "" {
		return errors.New("a group without name or id")
	}
	g.Aliases = slices.DeleteFunc(g.Aliases, func(a Address) bool { return a == g.Name })
	return nil
}

func (g *Group) address() Address { return g.Name }

// A GroupChange says what to write. A nil field is left as it is.
//
// An empty DisplayName, Description or Notes should clear its attribute, but the
// API has been seen to pass over it and to answer success: read back, or write
// "-". Notes hold at most 1024 characters.
type GroupChange struct {
	MailStatus  *MailStatus
	DisplayName *string
	Description *string
	Notes       *string
	HideInGal   *bool
	Quiet       *bool
}

// form writes ch in the API's terms.
func (ch GroupChange) form() (url.Values, error) {
	form := url.Values{}
	for name, text := range map[string]*string{
		"zimbraMailStatus": (*string)(ch.MailStatus), "displayName": ch.DisplayName, "description": ch.Description, "zimbraNotes": ch.Notes,
	} {
		if text != nil {
			form.Set(name, *text)
		}
	}
	word := map[bool]string{true: "TRUE", false: "FALSE"}
	if ch.HideInGal != nil {
		form.Set("zimbraHideInGal", word[*ch.HideInGal])
	}
	if ch.Quiet != nil {
		form.Set("zimbraDistributionListSendShareMessageToNewMembers", word[!*ch.Quiet])
	}
	if s := ch.MailStatus; s != nil && *s != MailEnabled && *s != MailDisabled {
		return nil, fmt.Errorf("%.20q is not a mail status", *s)
	}
	return form, nil
}
