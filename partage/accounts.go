package partage

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// GetAccount reads the account named name, which may be one of its aliases.
// An account that does not exist is an error of class NotFound; an answer about
// another account is Malformed.
func (c *Client) GetAccount(ctx context.Context, name Address) (Account, error) {
	const method = "GetAccount"
	if err := c.owns(method, name); err != nil {
		return Account{}, err
	}
	var a Account
	err := c.read(ctx, request{method: method, form: url.Values{"name": {string(name)}}, decode: func(body []byte) (envelope, error) {
		env, root, err := parseReply(body)
		if err != nil || env.status != 0 {
			return env, err
		}
		a, err = root.account(name)
		return env, err
	}})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// account reads the payload of GetAccount and checks that it is about name.
func (n node) account(name Address) (Account, error) {
	var a Account
	for _, field := range n.child("account").nodes {
		values := field.nodes
		if len(values) == 0 {
			values = []node{field}
		}
		for _, v := range values {
			if err := a.set([]byte(field.name), []byte(v.text)); err != nil {
				return Account{}, err
			}
		}
	}
	if err := a.complete(); err != nil {
		return Account{}, err
	}
	if a.Name != name && !slices.Contains(a.Aliases, name) {
		return Account{}, fmt.Errorf("asked for %s, told about %s", name, a.Name)
	}
	return a, nil
}

// Inherit as a quota gives an account that of its class again.
const Inherit int64 = -1

// A Change says what to modify. A nil field is left as it is; an empty text
// clears its attribute.
type Change struct {
	Quota       *int64 // bytes; 0 = unlimited; Inherit = that of the class
	Notes       *string
	Status      *Status // Active, Locked or Closed
	COS         *CosID
	HideInGal   *bool
	CarLicense  *string
	GivenName   *string
	SN          *string
	DisplayName *string
	Forward     *string // one address
	ForwardOnly *bool
}

// form writes ch in the API's terms. A change of nothing is refused: it would
// be reported as a success.
func (ch Change) form() (url.Values, error) {
	form := url.Values{}
	for name, text := range map[string]*string{
		"zimbraNotes": ch.Notes, "carLicense": ch.CarLicense, "givenName": ch.GivenName, "sn": ch.SN,
		"displayName": ch.DisplayName, "zimbraPrefMailForwardingAddress": ch.Forward,
		"zimbraAccountStatus": (*string)(ch.Status), "zimbraCOSId": (*string)(ch.COS),
	} {
		if text != nil {
			form.Set(name, *text)
		}
	}
	for name, truth := range map[string]*bool{"zimbraHideInGal": ch.HideInGal, "zimbraPrefMailLocalDeliveryDisabled": ch.ForwardOnly} {
		if truth != nil {
			form.Set(name, map[bool]string{true: "TRUE", false: "FALSE"}[*truth])
		}
	}
	if ch.Quota != nil {
		form.Set("zimbraMailQuota", "")
		if *ch.Quota != Inherit {
			form.Set("zimbraMailQuota", strconv.FormatInt(*ch.Quota, 10))
		}
	}
	return form, ch.check(form)
}

func (ch Change) check(form url.Values) error {
	switch {
	case len(form) == 0:
		return errors.New("nothing to change")
	case ch.Quota != nil && *ch.Quota < Inherit:
		return errors.New("a negative quota")
	case ch.Status != nil && *ch.Status != Active && *ch.Status != Locked && *ch.Status != Closed:
		return fmt.Errorf("status %.20q is not for a client to set", *ch.Status)
	case ch.COS != nil && *ch.COS == "":
		return errors.New("an empty class of service")
	}
	return nil
}

// ModifyAccount changes attributes of an account. The API has been seen to
// answer success without doing the work: read back what matters.
func (w *Writer) ModifyAccount(ctx context.Context, name Address, ch Change) error {
	const method = "ModifyAccount"
	form, err := ch.form()
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// AddAccountAlias gives an account one more address, in any domain of the
// customer. An address that exists, even as this very alias, is a Conflict; one
// outside the customer's domains is Refused.
func (w *Writer) AddAccountAlias(ctx context.Context, name, alias Address) error {
	return w.alias(ctx, "AddAccountAlias", name, alias)
}

// RemoveAccountAlias takes an alias from an account. An alias that the account
// does not have is NotFound, with Object "alias".
func (w *Writer) RemoveAccountAlias(ctx context.Context, name, alias Address) error {
	return w.alias(ctx, "RemoveAccountAlias", name, alias)
}

func (w *Writer) alias(ctx context.Context, method string, name, alias Address) error {
	if !alias.valid() {
		return w.c.fail(method, NotSent, fmt.Errorf("%.80q is not an address", string(alias)))
	}
	return w.write(ctx, method, name, url.Values{"alias": {string(alias)}})
}
