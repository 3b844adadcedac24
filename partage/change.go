package partage

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Inherit as a quota gives an account that of its class again.
const Inherit int64 = -1

// A Switch is what an account has of a feature of its class.
type Switch string

// The switches. On and Off put an account apart from its class, for good.
const (
	On        Switch = "TRUE"
	Off       Switch = "FALSE"
	FromClass Switch = ""
)

// features are those an account has of its own.
var features = []string{"Mail", "Calendar", "Contacts", "Briefcases", "Tasks", "Options", "MailForwarding"}

// A Change says what to write in an account. A nil field is
// left as it is; an empty text or list clears its attribute. The API drops what
// it does not know without a word, so there is no field for ou, postOfficeBox
// and physicalDeliveryOfficeName, which nobody saw kept.
type Change struct {
	Quota                                     *int64  // bytes; 0 = unlimited; Inherit = that of the class
	Status                                    *Status // Active, Locked or Closed
	COS                                       *CosID
	HideInGal                                 *bool
	Notes                                     *string // for administrators; at most 1024 characters
	CarLicense                                *string // eduPersonPrincipalName; the API does not see that it is nobody else's
	GivenName, SN, DisplayName                *string
	Initials, Title, Description              *string
	Company, BusinessCategory                 *string
	Country, City, State                      *string // co, l, st
	Street, PostalCode                        *string
	TelephoneNumber, HomePhone, Mobile, Pager *string
	Fax                                       *string    // facsimileTelephoneNumber
	FromDisplay                               *string    // zimbraPrefFromDisplay, a name beside the sender's address; at most 256 characters
	Canonical                                 *Address   // zimbraMailCanonicalAddress, the sender's address that others see
	AllowFrom                                 *[]Address // zimbraAllowFromAddress, other addresses to send from
	Forward                                   *string    // zimbraPrefMailForwardingAddress: one address, of the user's choice
	ForwardOnly                               *bool      // zimbraPrefMailLocalDeliveryDisabled: no copy is kept
	HiddenForwards                            *[]Address // zimbraMailForwardingAddress: what the user does not see
	PasswordHash                              *Secret    // "{SSHA}...": sessions go on, unlike with SetPassword
	MustChangePassword                        *bool
	Zimlets                                   *[]string // names; "!", "+" and "-" may come before; empty = those of the class
	// Features are by name as in COS: Mail, Calendar, Contacts, Briefcases,
	// Tasks, Options and MailForwarding. Leave them to the class if you can.
	Features map[string]Switch
}

// form writes ch in the API's terms.
func (ch Change) form() (url.Values, error) {
	form := url.Values{}
	for name, text := range ch.texts() {
		if text != nil {
			form.Set(name, *text)
		}
	}
	for name, truth := range map[string]*bool{
		"zimbraHideInGal": ch.HideInGal, "zimbraPrefMailLocalDeliveryDisabled": ch.ForwardOnly, "zimbraPasswordMustChange": ch.MustChangePassword,
	} {
		if truth != nil {
			form.Set(name, map[bool]string{true: "TRUE", false: "FALSE"}[*truth])
		}
	}
	for name, list := range map[string]*[]Address{"zimbraAllowFromAddress[]": ch.AllowFrom, "zimbraMailForwardingAddress[]": ch.HiddenForwards} {
		if list != nil {
			form[name] = elements(*list)
		}
	}
	if ch.Zimlets != nil {
		form["zimbraZimletAvailableZimlets[]"] = elements(*ch.Zimlets)
	}
	for name, on := range ch.Features {
		form.Set("zimbraFeature"+name+"Enabled", string(on))
	}
	if ch.PasswordHash != nil {
		form.Set("userPassword", ch.PasswordHash.Reveal())
	}
	if ch.Quota != nil {
		form.Set("zimbraMailQuota", "")
		if *ch.Quota != Inherit {
			form.Set("zimbraMailQuota", strconv.FormatInt(*ch.Quota, 10))
		}
	}
	return form, ch.check()
}

// texts are the attributes that are only text.
func (ch Change) texts() map[string]*string {
	return map[string]*string{
		"zimbraAccountStatus": (*string)(ch.Status), "zimbraCOSId": (*string)(ch.COS), "zimbraNotes": ch.Notes, "carLicense": ch.CarLicense,
		"givenName": ch.GivenName, "sn": ch.SN, "displayName": ch.DisplayName, "initials": ch.Initials, "title": ch.Title,
		"description": ch.Description, "company": ch.Company, "businessCategory": ch.BusinessCategory,
		"co": ch.Country, "l": ch.City, "st": ch.State, "street": ch.Street, "postalCode": ch.PostalCode,
		"telephoneNumber": ch.TelephoneNumber, "homePhone": ch.HomePhone, "mobile": ch.Mobile, "pager": ch.Pager, "facsimileTelephoneNumber": ch.Fax,
		"zimbraPrefFromDisplay": ch.FromDisplay, "zimbraMailCanonicalAddress": (*string)(ch.Canonical),
		"zimbraPrefMailForwardingAddress": ch.Forward,
	}
}

func (ch Change) check() error {
	switch {
	case ch.Quota != nil && *ch.Quota < Inherit:
		return errors.New("a negative quota")
	case ch.Status != nil && *ch.Status != Active && *ch.Status != Locked && *ch.Status != Closed:
		return fmt.Errorf("status %.20q is not for a client to set", *ch.Status)
	case ch.COS != nil && *ch.COS == "":
		return errors.New("an empty class of service")
	case ch.Canonical != nil && *ch.Canonical != "" && !ch.Canonical.valid():
		return fmt.Errorf("%.80q is not an address", *ch.Canonical)
	case long(ch.Notes, 1024):
		return errors.New("notes of more than 1024 characters")
	case long(ch.FromDisplay, 256):
		return errors.New("a sender's name of more than 256 characters")
	case ch.PasswordHash != nil:
		if err := hashed(*ch.PasswordHash); err != nil {
			return err
		}
	}
	for name, on := range ch.Features {
		if !slices.Contains(features, name) || on != On && on != Off && on != FromClass {
			return fmt.Errorf("%.40q as %.10q is not a feature of an account", name, on)
		}
	}
	return ch.checkLists()
}

func (ch Change) checkLists() error {
	for _, list := range []*[]Address{ch.AllowFrom, ch.HiddenForwards} {
		if list == nil {
			continue
		}
		if err := addresses(*list); err != nil {
			return err
		}
	}
	if ch.Zimlets != nil && slices.Contains(*ch.Zimlets, "") {
		return errors.New("a zimlet without a name")
	}
	return nil
}

func long(text *string, limit int) bool { return text != nil && utf8.RuneCountInString(*text) > limit }

// hashed refuses what is not "{SCHEME}hash": the API takes anything, and would
// keep a clear password as if it were a hash.
func hashed(hash Secret) error {
	scheme, digest, found := strings.Cut(hash.Reveal(), "}")
	if !found || digest == "" || len(scheme) < 2 || scheme[0] != '{' {
		return errors.New("a password hash that is not {SCHEME}hash")
	}
	return nil
}
