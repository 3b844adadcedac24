package partage

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// A ResourceID is the Zimbra identifier of a calendar resource.
type ResourceID string

// A ResourceType says what a calendar resource is.
type ResourceType string

// The types of resources.
const (
	Location  ResourceType = "Location"
	Equipment ResourceType = "Equipment"
)

// A Resource is a room or a thing that has a calendar (seen). A field
// the answer did not hold is zero; several values where one is expected are
// joined by a line feed.
type Resource struct {
	Name                                    Address
	ID                                      ResourceID
	Type                                    ResourceType
	Status                                  Status
	DisplayName, Description, Notes         string
	LocationName, Site, Building            string // zimbraCalResLocationDisplayName, zimbraCalResSite...
	Floor, Room                             string
	Capacity                                *int64 // people; nil = not told
	ContactName, ContactEmail, ContactPhone string
	Country, City, State                    string // co, l, st
	Street, PostalCode                      string
	AutoAcceptDecline                       bool // it answers invitations by itself
	AutoDeclineIfBusy                       bool
	AutoDeclineRecurring                    bool
	ForwardInvitesTo                        []Address // who receives a copy of each invitation
}

func (r *Resource) set(name string, value string) error {
	var err error
	switch name {
	case "name":
		err = once((*string)(&r.Name), value)
		if err == nil && !r.Name.valid() {
			err = errors.New("not a lower-case address")
		}
	case "id":
		err = once((*string)(&r.ID), value)
	case "zimbraCalResType":
		err = once((*string)(&r.Type), value)
	case "zimbraAccountStatus":
		err = once((*string)(&r.Status), value)
	case "zimbraCalResCapacity":
		if value != "-1" { // how a capacity is taken away
			err = optional(&r.Capacity, value)
		}
	case "zimbraCalResAutoAcceptDecline":
		err = boolean(&r.AutoAcceptDecline, value)
	case "zimbraCalResAutoDeclineIfBusy":
		err = boolean(&r.AutoDeclineIfBusy, value)
	case "zimbraCalResAutoDeclineRecurring":
		err = boolean(&r.AutoDeclineRecurring, value)
	case "zimbraPrefCalendarForwardInvitesTo":
		r.ForwardInvitesTo = gather(r.ForwardInvitesTo, value)
	default:
		if field := r.text(name); field != nil {
			if *field != "" {
				*field += "\n"
			}
			*field += value
		}
	}
	if err != nil {
		return fmt.Errorf("read %s of resource %.80q: %w", name, r.Name, err)
	}
	return nil
}

// text finds the field of an attribute that is only text; nil for any other.
func (r *Resource) text(name string) *string {
	return map[string]*string{
		"displayName": &r.DisplayName, "description": &r.Description, "zimbraNotes": &r.Notes,
		"zimbraCalResLocationDisplayName": &r.LocationName, "zimbraCalResSite": &r.Site, "zimbraCalResBuilding": &r.Building,
		"zimbraCalResFloor": &r.Floor, "zimbraCalResRoom": &r.Room, "zimbraCalResContactName": &r.ContactName,
		"zimbraCalResContactEmail": &r.ContactEmail, "zimbraCalResContactPhone": &r.ContactPhone,
		"co": &r.Country, "l": &r.City, "st": &r.State, "street": &r.Street, "postalCode": &r.PostalCode,
	}[name]
}

func (r *Resource) complete() error {
	if r.Name == "" || r.ID == "" {
		return errors.New("a resource without name or id")
	}
	return nil
}

func (r *Resource) address() Address { return r.Name }

// NoCapacity takes the capacity of a resource away.
const NoCapacity int64 = -1

// A ResourceChange says what to write. A nil field is left as it is; an empty
// text or list clears its attribute. Zimbra's limits: 256 characters for the
// names of the place and of the contact, 32 for site, building, floor, room
// and telephone.
type ResourceChange struct {
	Type                                    *ResourceType
	Status                                  *Status // Active or Closed
	DisplayName, Description, Notes         *string
	LocationName, Site, Building            *string
	Floor, Room                             *string
	Capacity                                *int64 // people, or NoCapacity
	ContactName, ContactEmail, ContactPhone *string
	Country, City, State                    *string
	Street, PostalCode                      *string
	AutoAcceptDecline                       *bool
	AutoDeclineIfBusy                       *bool
	AutoDeclineRecurring                    *bool
	ForwardInvitesTo                        *[]Address // not at creation: the API passes over it then
}

// form writes ch in the API's terms.
func (ch ResourceChange) form() (url.Values, error) {
	form := url.Values{}
	for name, text := range map[string]*string{
		"zimbraCalResType": (*string)(ch.Type), "zimbraAccountStatus": (*string)(ch.Status),
		"displayName": ch.DisplayName, "description": ch.Description, "zimbraNotes": ch.Notes,
		"zimbraCalResLocationDisplayName": ch.LocationName, "zimbraCalResSite": ch.Site, "zimbraCalResBuilding": ch.Building,
		"zimbraCalResFloor": ch.Floor, "zimbraCalResRoom": ch.Room, "zimbraCalResContactName": ch.ContactName,
		"zimbraCalResContactEmail": ch.ContactEmail, "zimbraCalResContactPhone": ch.ContactPhone,
		"co": ch.Country, "l": ch.City, "st": ch.State, "street": ch.Street, "postalCode": ch.PostalCode,
	} {
		if text != nil {
			form.Set(name, *text)
		}
	}
	for name, truth := range map[string]*bool{
		"zimbraCalResAutoAcceptDecline": ch.AutoAcceptDecline, "zimbraCalResAutoDeclineIfBusy": ch.AutoDeclineIfBusy,
		"zimbraCalResAutoDeclineRecurring": ch.AutoDeclineRecurring,
	} {
		if truth != nil {
			form.Set(name, map[bool]string{true: "TRUE", false: "FALSE"}[*truth])
		}
	}
	if ch.Capacity != nil {
		form.Set("zimbraCalResCapacity", strconv.FormatInt(*ch.Capacity, 10))
	}
	if ch.ForwardInvitesTo != nil {
		form["zimbraPrefCalendarForwardInvitesTo[]"] = elements(*ch.ForwardInvitesTo)
	}
	return form, ch.check()
}

func (ch ResourceChange) check() error {
	switch {
	case ch.Type != nil && *ch.Type != Location && *ch.Type != Equipment:
		return fmt.Errorf("%.20q is not a type of resource", *ch.Type)
	case ch.Status != nil && *ch.Status != Active && *ch.Status != Closed:
		return fmt.Errorf("status %.20q is not for a resource", *ch.Status)
	case ch.DisplayName != nil && *ch.DisplayName == "":
		return errors.New("an empty display name")
	case ch.Capacity != nil && *ch.Capacity < NoCapacity:
		return errors.New("a negative capacity")
	case ch.ForwardInvitesTo != nil:
		return addresses(*ch.ForwardInvitesTo)
	}
	return nil
}

// elements are the values of "x[]=": one empty element clears the list.
func elements[T ~string](list []T) []string {
	if len(list) == 0 {
		return []string{""}
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = string(v)
	}
	return texts
}

// addresses checks a list to send.
func addresses(list []Address) error {
	for _, a := range list {
		if !a.valid() {
			return fmt.Errorf("%.80q is not an address", string(a))
		}
	}
	return nil
}
