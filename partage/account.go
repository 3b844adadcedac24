package partage

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Status is Zimbra's state of an account.
type Status string

// The statuses of Zimbra. A client writes the first three.
const (
	Active      Status = "active"
	Locked      Status = "locked" // no login, mail is delivered
	Closed      Status = "closed" // no login, mail is refused; the address leaves every list for good
	Maintenance Status = "maintenance"
	Lockout     Status = "lockout"
	Pending     Status = "pending"
)

// An Account is a mailbox as the API tells it. A field the answer did not hold
// is zero. Where an attribute has several values and the field one, they are
// joined by a line feed, so that the field equals none of them.
type Account struct {
	Name            Address
	ID              AccountID
	Admin           string
	Status          Status
	COS             CosID
	COSName         string    // listings only
	Quota           int64     // in force, in bytes; 0 = unlimited
	MailQuota       *int64    // zimbraMailQuota, in bytes; the API gives that of the class when the account has none of its own
	Used            int64     // bytes
	Aliases         []Address // in the server's order
	CarLicense      string    // eduPersonPrincipalName, which ties the mailbox to a person
	GivenName       string
	SN              string
	DisplayName     string
	Title           string
	Description     string
	TelephoneNumber string
	Notes           string // zimbraNotes, for administrators
	HideInGal       bool
	LastLogon       time.Time // UTC; zero = never
	Forward         string    // zimbraPrefMailForwardingAddress: what the user chose
	ForwardOnly     bool      // zimbraPrefMailLocalDeliveryDisabled: no copy is kept
	HiddenForwards  []Address // zimbraMailForwardingAddress: what an administrator chose

	// The rest comes from GetAccount, and from a listing whose Attrs ask for it.
	Initials, Company, BusinessCategory string
	Country, City, State                string // co, l, st
	Street, PostalCode                  string
	HomePhone, Mobile, Pager, Fax       string
	FromDisplay                         string    // zimbraPrefFromDisplay: the name beside the sender's address
	Canonical                           string    // zimbraMailCanonicalAddress: the sender's address that others see
	AllowFrom                           []Address // zimbraAllowFromAddress: other addresses to send from
	MustChangePassword                  bool
	Zimlets                             []string        // available ones, of the account or of its class
	Features                            map[string]bool // "Mail" for zimbraFeatureMailEnabled, of the account or of its class
}

// attributes are those asked of a listing.
const attributes = "name,id,admin,used,quota,cos_name,carLicense,givenName,sn,displayName,title,description," +
	"telephoneNumber,zimbraAccountStatus,zimbraCOSId,zimbraMailQuota,zimbraMailAlias,zimbraHideInGal,zimbraNotes," +
	"zimbraLastLogonTimestamp,zimbraPrefMailForwardingAddress,zimbraPrefMailLocalDeliveryDisabled,zimbraMailForwardingAddress"

var errTwice = errors.New("given twice")

// set stores one value of an attribute. Unknown attributes are passed over;
// values that cannot be what they should be, or two where one is, are errors.
func (a *Account) set(name string, value string) error {
	var err error
	switch name {
	case "name":
		err = once((*string)(&a.Name), value)
		if err == nil && !a.Name.valid() {
			err = errors.New("not a lower-case address")
		}
	case "id":
		err = once((*string)(&a.ID), value)
	case "zimbraAccountStatus":
		err = once((*string)(&a.Status), value)
	case "zimbraCOSId":
		err = once((*string)(&a.COS), value)
	case "used":
		if value != "" { // a mailbox nobody opened yet has no size
			err = number(&a.Used, value)
		}
	case "quota":
		err = number(&a.Quota, value)
	case "zimbraMailQuota":
		err = optional(&a.MailQuota, value)
	case "zimbraHideInGal", "zimbraHideInGAL":
		err = boolean(&a.HideInGal, value)
	case "zimbraPrefMailLocalDeliveryDisabled":
		err = boolean(&a.ForwardOnly, value)
	case "zimbraLastLogonTimestamp":
		err = instant(&a.LastLogon, value)
	case "zimbraMailAlias":
		a.Aliases = gather(a.Aliases, value)
	case "zimbraMailForwardingAddress":
		a.HiddenForwards = gather(a.HiddenForwards, value)
	case "zimbraAllowFromAddress":
		a.AllowFrom = gather(a.AllowFrom, value)
	case "zimbraZimletAvailableZimlets":
		if value != "" {
			a.Zimlets = append(a.Zimlets, value)
		}
	case "zimbraPasswordMustChange":
		err = boolean(&a.MustChangePassword, value)
	default:
		err = a.describe(name, value)
	}
	if err != nil {
		return fmt.Errorf("read %s of account %.80q: %w", name, a.Name, err)
	}
	return nil
}

// describe stores what is only text, or a feature.
func (a *Account) describe(name string, value string) error {
	var field *string
	switch name {
	case "admin":
		field = &a.Admin
	case "cos-name", "cos_name":
		field = &a.COSName
	case "carLicense":
		field = &a.CarLicense
	case "givenName":
		field = &a.GivenName
	case "sn":
		field = &a.SN
	case "displayName":
		field = &a.DisplayName
	case "title":
		field = &a.Title
	case "description":
		field = &a.Description
	case "telephoneNumber":
		field = &a.TelephoneNumber
	case "zimbraNotes":
		field = &a.Notes
	case "zimbraPrefMailForwardingAddress":
		field = &a.Forward
	default:
		if field = a.detail(name); field == nil {
			return a.feature(name, value)
		}
	}
	if *field != "" {
		*field += "\n"
	}
	*field += value
	return nil
}

// feature stores a switch, if name is that of one.
func (a *Account) feature(name string, value string) error {
	feature, ok := strings.CutPrefix(name, "zimbraFeature")
	if !ok {
		return nil
	}
	if a.Features == nil {
		a.Features = map[string]bool{}
	}
	var on bool
	err := boolean(&on, value)
	a.Features[strings.TrimSuffix(feature, "Enabled")] = on
	return err
}

// detail finds the field of an attribute that few listings ask for.
func (a *Account) detail(name string) *string {
	switch name {
	case "initials":
		return &a.Initials
	case "company":
		return &a.Company
	case "businessCategory":
		return &a.BusinessCategory
	case "co":
		return &a.Country
	case "l":
		return &a.City
	case "st":
		return &a.State
	case "street":
		return &a.Street
	case "postalCode":
		return &a.PostalCode
	case "homePhone":
		return &a.HomePhone
	case "mobile":
		return &a.Mobile
	case "pager":
		return &a.Pager
	case "facsimileTelephoneNumber":
		return &a.Fax
	case "zimbraPrefFromDisplay":
		return &a.FromDisplay
	case "zimbraMailCanonicalAddress":
		return &a.Canonical
	}
	return nil
}

func once(field *string, value string) error {
	if *field != "" {
		return errTwice
	}
	*field = value
	return nil
}

func number(field *int64, value string) error {
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 {
		return errors.New("not a size in bytes")
	}
	*field = n
	return nil
}

func optional(field **int64, value string) error {
	if strings.TrimSpace(value) == "" {
		return nil
	}
	if *field != nil {
		return errTwice
	}
	*field = new(int64)
	return number(*field, value)
}

func boolean(field *bool, value string) error {
	switch strings.ToUpper(value) {
	case "TRUE":
		*field = true
	case "FALSE", "":
		*field = false
	default:
		return errors.New("neither TRUE nor FALSE")
	}
	return nil
}

func instant(field *time.Time, value string) error {
	if value == "" {
		return nil
	}
	t, err := time.Parse("20060102150405Z", value) // a fraction is accepted after the seconds
	if err != nil {
		return errors.New("not a time")
	}
	*field = t
	return nil
}

// gather adds one address. What is no plain address stays, for it may be known by
// its text, but in small letters as all of them.
func gather(list []Address, value string) []Address {
	if value == "" {
		return list
	}
	return append(list, Address(lower(value)))
}

// complete refuses an account that cannot be told from another.
func (a *Account) complete() error {
	if a.Name == "" || a.ID == "" {
		return errors.New("an account without name or id")
	}
	return nil
}

func (a *Account) address() Address { return a.Name }
