package partage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
)

var resources = shape{"GetAllResources", "resources", "resource", Resources}

// GetAllResources lists the calendar resources of the domain in the order of
// their addresses, page after page, with the promises of GetAllAccounts.
// Query.Attrs has no effect here: the API is seen to have no such parameter.
func (c *Client) GetAllResources(ctx context.Context, q Query) iter.Seq2[Resource, error] {
	return list[Resource](ctx, []*Client{c}, resources, q, url.Values{"sortby": {"mail"}})
}

// GetResource reads the calendar resource named name. One that does not exist
// is an error of class NotFound, with Object "calendar resource"; an answer
// about another one is Malformed (seen).
func (c *Client) GetResource(ctx context.Context, name Address) (Resource, error) {
	const method = "GetResource"
	if err := c.owns(method, name); err != nil {
		return Resource{}, err
	}
	var r Resource
	err := c.ask(ctx, request{method: method, form: url.Values{"name": {string(name)}}}, func(root node) error {
		r = Resource{}
		if err := root.child("resource").each(r.set); err != nil {
			return err
		}
		if err := r.complete(); err != nil {
			return err
		}
		if r.Name != name {
			return fmt.Errorf("asked for %s, told about %s", name, r.Name)
		}
		return nil
	})
	if err != nil {
		return Resource{}, err
	}
	return r, nil
}

// A NewResource is what a resource is made of. DisplayName, Type and one of
// Password (clear) and PasswordHash ("{SSHA}...") are required; the rest may be
// zero, and Status is then Active.
type NewResource struct {
	DisplayName  string
	Type         ResourceType
	Password     Secret
	PasswordHash Secret
	// Others are the other attributes. ForwardInvitesTo must be nil: it can
	// only be set once the resource exists, by ModifyResource.
	Others ResourceChange
}

func (n NewResource) form() (url.Values, error) {
	ch := n.Others
	switch {
	case ch.DisplayName != nil || ch.Type != nil:
		return nil, errors.New("display name or type given twice")
	case ch.ForwardInvitesTo != nil:
		return nil, errors.New("invitations cannot be forwarded at creation: modify the resource once it is made")
	case n.Password.Empty() == n.PasswordHash.Empty():
		return nil, errors.New("give a password, or its hash")
	}
	ch.DisplayName, ch.Type = &n.DisplayName, &n.Type
	if ch.Status == nil {
		ch.Status = new(Active)
	}
	form, err := ch.form()
	if n.Password.Empty() {
		form.Set("userPassword", n.PasswordHash.Reveal())
	} else {
		form.Set("password", n.Password.Reveal())
	}
	return form, err
}

// CreateResource makes a calendar resource. An address that exists, as an
// account, an alias, a group or a resource, is a Conflict (Zimbra).
func (w *Writer) CreateResource(ctx context.Context, name Address, n NewResource) error {
	const method = "CreateResource"
	form, err := n.form()
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// ModifyResource changes attributes of a resource; one that does not exist is
// NotFound. A change of nothing is refused: it would be reported as a success.
// There is no rename (seen).
func (w *Writer) ModifyResource(ctx context.Context, name Address, ch ResourceChange) error {
	const method = "ModifyResource"
	form, err := ch.form()
	if err == nil && len(form) == 0 {
		err = errors.New("nothing to change")
	}
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// DeleteResource deletes a resource and its calendar, for good. One that does
// not exist is NotFound, unlike what DeleteAccount says of an account (seen).
func (w *Writer) DeleteResource(ctx context.Context, name Address) error {
	return w.write(ctx, "DeleteResource", name, url.Values{})
}
