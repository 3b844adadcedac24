package partage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
)

// A NewAccount is what an account is made of: one of Password (clear) and
// PasswordHash ("{SSHA}..."), and any attributes. What they leave empty follows
// from the class, which is that of the domain if Others.COS is nil. Aliases are
// added afterwards, by AddAccountAlias.
type NewAccount struct {
	Password     Secret
	PasswordHash Secret
	Others       Change // PasswordHash must be nil
}

func (n NewAccount) form() (url.Values, error) {
	form, err := n.Others.form()
	if err != nil {
		return nil, err
	}
	switch {
	case n.Others.PasswordHash != nil:
		return nil, errors.New("a password given twice")
	case n.Password.Empty() == n.PasswordHash.Empty():
		return nil, errors.New("give a password, or its hash")
	}
	maps.DeleteFunc(form, func(_ string, values []string) bool { return len(values) == 1 && values[0] == "" })
	form.Set("password", n.Password.Reveal()) // needed, be it empty
	if n.PasswordHash.Empty() {
		return form, nil
	}
	form.Set("userPassword", n.PasswordHash.Reveal())
	return form, hashed(n.PasswordHash)
}

// CreateAccount opens an account. An address that exists, as an account, an
// alias, a group or a resource, is a Conflict. More accounts than the contract
// allows is Refused. The API does not answer with the account: read it. For some
// seconds it may answer "Accès refusé", which is Temporary (seen).
func (w *Writer) CreateAccount(ctx context.Context, name Address, n NewAccount) error {
	const method = "CreateAccount"
	form, err := n.form()
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// ModifyAccount changes attributes of an account. Closing it takes its addresses
// out of every list, and opening it again does not put them back. A change of
// nothing is refused: it would be reported as a success. The API has been seen
// to answer success without doing the work: read back what matters (seen).
func (w *Writer) ModifyAccount(ctx context.Context, name Address, ch Change) error {
	const method = "ModifyAccount"
	form, err := ch.form()
	if err == nil && len(form) == 0 {
		err = errors.New("nothing to change")
	}
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// DeleteAccount deletes an account for good: its mail is lost, its addresses
// leave every list and are free for others. name may be an alias: be sure of
// whose it is. An account that does not exist is NotFound, with Object "account"
// (what leaves the lists: Zimbra; the words for a missing account: inferred).
func (w *Writer) DeleteAccount(ctx context.Context, name Address) error {
	return w.write(ctx, "DeleteAccount", name, url.Values{})
}

// RenameAccount gives an account another name, in any domain of the customer.
// It keeps its identifier, its mail, its class, its password and its aliases,
// and lists follow. From one domain to another, the aliases of the first one
// move too, and from then on the token of the other domain is needed. A new name
// that exists, be it one of the account's own aliases, is a Conflict; so is an
// alias that cannot move. A domain that does not exist is NotFound, with Object
// "domain" (Zimbra).
func (w *Writer) RenameAccount(ctx context.Context, name, newName Address) error {
	const method = "RenameAccount"
	if !newName.valid() || newName == name {
		return w.c.fail(method, NotSent, fmt.Errorf("%.80q is not another address", string(newName)))
	}
	return w.write(ctx, method, name, url.Values{"newname": {string(newName)}})
}

// SetPassword sets a clear password and ends every session of the account. Use
// a random one that nobody knows to lock people out, and set the hash of theirs,
// by ModifyAccount, to let them in again: what was before is lost (seen, Zimbra).
func (w *Writer) SetPassword(ctx context.Context, name Address, password Secret) error {
	const method = "SetPassword"
	if password.Empty() {
		return w.c.fail(method, NotSent, errors.New("an empty password"))
	}
	return w.write(ctx, method, name, url.Values{"password": {password.Reveal()}})
}
