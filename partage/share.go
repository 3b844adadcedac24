package partage

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// A Right lets someone send as a functional mailbox (seen).
type Right string

// The rights to send.
const (
	SendAs         Right = "sendAs"         // in its name
	SendOnBehalfOf Right = "sendOnBehalfOf" // in one's own name, on its behalf
)

func (r Right) check() error {
	if r != SendAs && r != SendOnBehalfOf {
		return fmt.Errorf("%.20q is not a right to send", r)
	}
	return nil
}

// AddRootShare shares the whole mailbox account with the recipients, and gives
// them the rights to send; SendAs when none is given. No public client tests
// what happens to a recipient that does not exist.
func (w *Writer) AddRootShare(ctx context.Context, account Address, recipients []Address, rights ...Right) error {
	const method = "account/AddRootShare"
	if len(rights) == 0 {
		rights = []Right{SendAs}
	}
	for _, r := range rights {
		if err := r.check(); err != nil {
			return w.c.fail(method, NotSent, err)
		}
	}
	return w.share(ctx, method, account, recipients, url.Values{"rights[]": elements(rights)})
}

// RemoveRootShare withdraws the share of account from the recipients. A list of
// none is not sent: it might withdraw all (inferred).
func (w *Writer) RemoveRootShare(ctx context.Context, account Address, recipients ...Address) error {
	return w.share(ctx, "account/RemoveRootShare", account, recipients, url.Values{})
}

// RemoveRecipientsFromRootShare takes the recipients out of the share of
// account. How it differs from RemoveRootShare is not known.
func (w *Writer) RemoveRecipientsFromRootShare(ctx context.Context, account Address, recipients ...Address) error {
	return w.share(ctx, "account/RemoveRecipientsFromRootShare", account, recipients, url.Values{})
}

func (w *Writer) share(ctx context.Context, method string, account Address, recipients []Address, form url.Values) error {
	err := addresses(recipients)
	if len(recipients) == 0 {
		err = errors.New("no recipient")
	}
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	form["recipients[]"] = elements(recipients)
	return w.onAccount(ctx, method, account, form)
}

// AddRootDelegate gives a right to send to all those whom account is shared
// with. One right for each call: of two, the server would keep the last (inferred).
func (w *Writer) AddRootDelegate(ctx context.Context, account Address, right Right) error {
	return w.delegate(ctx, "account/AddRootDelegate", account, right)
}

// RemoveRootDelegate withdraws a right to send from those whom account is
// shared with (seen).
func (w *Writer) RemoveRootDelegate(ctx context.Context, account Address, right Right) error {
	return w.delegate(ctx, "account/RemoveRootDelegate", account, right)
}

func (w *Writer) delegate(ctx context.Context, method string, account Address, right Right) error {
	if err := right.check(); err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.onAccount(ctx, method, account, url.Values{"right": {string(right)}})
}

// onAccount is write, for the methods that call "account" what others call "name".
func (w *Writer) onAccount(ctx context.Context, method string, account Address, form url.Values) error {
	if err := w.c.owns(method, account); err != nil {
		return err
	}
	form.Set("account", string(account))
	return w.send(ctx, method, form)
}
