package partage

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// GetAccount reads the account named name, which may be one of its aliases (Zimbra).
// An account that does not exist is an error of class NotFound; an answer about
// another account is Malformed (seen).
func (c *Client) GetAccount(ctx context.Context, name Address) (Account, error) {
	const method = "GetAccount"
	if err := c.owns(method, name); err != nil {
		return Account{}, err
	}
	var a Account
	err := c.ask(ctx, request{method: method, form: url.Values{"name": {string(name)}}}, func(root node) (err error) {
		a, err = root.account(name)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// account reads the payload of GetAccount and checks that it is about name.
func (n node) account(name Address) (Account, error) {
	var a Account
	if err := n.child("account").each(a.set); err != nil {
		return Account{}, err
	}
	if err := a.complete(); err != nil {
		return Account{}, err
	}
	if a.Name != name && !slices.Contains(a.Aliases, name) {
		return Account{}, fmt.Errorf("asked for %s, told about %s", name, a.Name)
	}
	return a, nil
}

// AddAccountAlias gives an account one more address, in any domain of the
// customer. An address that exists, even as this very alias, is a Conflict; one
// outside the customer's domains is Refused (seen).
func (w *Writer) AddAccountAlias(ctx context.Context, name, alias Address) error {
	return w.alias(ctx, "AddAccountAlias", name, alias)
}

// RemoveAccountAlias takes an alias from an account. An alias that the account
// does not have is NotFound, with Object "alias" (seen).
func (w *Writer) RemoveAccountAlias(ctx context.Context, name, alias Address) error {
	return w.alias(ctx, "RemoveAccountAlias", name, alias)
}

func (w *Writer) alias(ctx context.Context, method string, name, alias Address) error {
	if !alias.valid() {
		return w.c.fail(method, NotSent, fmt.Errorf("%.80q is not an address", string(alias)))
	}
	return w.write(ctx, method, name, url.Values{"alias": {string(alias)}})
}
