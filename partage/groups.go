package partage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
)

var groups = shape{"GetAllGroups", "groups", "group", Lists}

// GetAllGroups lists the groups and distribution lists of the domain in the
// order of their addresses, page after page, with the promises of
// GetAllAccounts: the total is checked against CountObjects. Members and
// Aliases do not come, GetGroup gives them; Query.Attrs has no effect here: the
// API is seen to have no such parameter.
func (c *Client) GetAllGroups(ctx context.Context, q Query) iter.Seq2[Group, error] {
	return list[Group](ctx, []*Client{c}, groups, q, url.Values{"sortby": {"mail"}})
}

// GetGroup reads the group named name, which may be one of its aliases, with its
// members. One that does not exist is an error of class NotFound, with Object
// "distribution list"; an answer about another group is Malformed (seen).
func (c *Client) GetGroup(ctx context.Context, name Address) (Group, error) {
	const method = "GetGroup"
	if err := c.owns(method, name); err != nil {
		return Group{}, err
	}
	var g Group
	err := c.ask(ctx, request{method: method, form: url.Values{"name": {string(name)}}, large: true}, func(root node) error {
		g = Group{}
		if err := root.child("group").each(g.set); err != nil {
			return err
		}
		if err := g.complete(); err != nil {
			return err
		}
		if g.Name != name && !slices.Contains(g.Aliases, name) {
			return fmt.Errorf("asked for %s, told about %s", name, g.Name)
		}
		return nil
	})
	if err != nil {
		return Group{}, err
	}
	return g, nil
}

// GetSendAsGroup lists the accounts that may send mail in the name of a group,
// in the server's order. It is said to be slow on a large group. A group that
// does not exist is NotFound, with Object "distribution list" (inferred).
func (c *Client) GetSendAsGroup(ctx context.Context, group Address) ([]Address, error) {
	const method = "GetSendAsGroup"
	if err := c.owns(method, group); err != nil {
		return nil, err
	}
	var senders []Address
	err := c.ask(ctx, request{method: method, form: url.Values{"name": {string(group)}}}, func(root node) error {
		accounts := root.child("accounts")
		if accounts.name == "" {
			return errors.New("no <accounts>")
		}
		senders = nil
		for _, text := range accounts.texts() {
			a, err := ParseAddress(text)
			if err != nil {
				return err
			}
			senders = append(senders, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return senders, nil
}

// CreateGroup makes a group of no member; a zero GroupChange makes a list that
// receives mail. An address that exists, as an account, an alias, a group or a
// resource, is a Conflict. Members, aliases and senders come by the other
// methods, in that order of safety: aliases, members, senders (seen).
func (w *Writer) CreateGroup(ctx context.Context, name Address, ch GroupChange) error {
	const method = "CreateGroup"
	form, err := ch.form()
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// ModifyGroup changes attributes of a group; one that does not exist is
// NotFound. A change of nothing is refused: it would be reported as a success.
// So may be the emptying of a text: see GroupChange. There is no rename (seen).
func (w *Writer) ModifyGroup(ctx context.Context, name Address, ch GroupChange) error {
	const method = "ModifyGroup"
	form, err := ch.form()
	if err == nil && len(form) == 0 {
		err = errors.New("nothing to change")
	}
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, name, form)
}

// DeleteGroup deletes a group and its aliases, for good; its members remain. One
// that does not exist is NotFound, with Object "distribution list". Zimbra takes
// an alias for the name: read the group first (Zimbra).
func (w *Writer) DeleteGroup(ctx context.Context, name Address) error {
	return w.write(ctx, "DeleteGroup", name, url.Values{})
}

// AddDistributionListAlias gives a group one more address, in any domain of the
// customer. An address that exists, even as this very alias, is a Conflict; one
// outside the customer's domains is Refused (seen).
func (w *Writer) AddDistributionListAlias(ctx context.Context, group, alias Address) error {
	return w.alias(ctx, "AddDistributionListAlias", group, alias)
}

// RemoveDistributionListAlias takes an alias from a group. An alias that the
// group does not have is NotFound, with Object "alias" (seen).
func (w *Writer) RemoveDistributionListAlias(ctx context.Context, group, alias Address) error {
	return w.alias(ctx, "RemoveDistributionListAlias", group, alias)
}

// maxMembers is what one call may hold: recent versions of Rack, which the
// server is likely built on, refuse a request of more than 4096 parameters.
const maxMembers = 4000

// AddGroupMembers adds members to a group, 4000 at most in one call: any
// address, of any domain, lists too. The API checks none of them; one that is a
// member already is no error, and the group itself is Refused (seen, Zimbra).
func (w *Writer) AddGroupMembers(ctx context.Context, group Address, members ...Address) error {
	return w.members(ctx, "AddGroupMembers", group, members)
}

// RemoveGroupMembers takes members out of a group, 4000 at most in one call, and
// all or none: if one of them is not a member, it is Refused and nothing is
// removed. The API has no call that sets the members: read them, remove some,
// then add others (seen).
func (w *Writer) RemoveGroupMembers(ctx context.Context, group Address, members ...Address) error {
	return w.members(ctx, "RemoveGroupMembers", group, members)
}

func (w *Writer) members(ctx context.Context, method string, group Address, members []Address) error {
	err := addresses(members)
	if len(members) == 0 || len(members) > maxMembers {
		err = fmt.Errorf("%d members in one call, not 1 to %d", len(members), maxMembers)
	}
	if err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, group, url.Values{"members[]": elements(members)})
}

// AddSendAsGroup lets an account send mail in the name of a group. An account
// that may already is no error; one that does not exist is NotFound, with Object
// "account" (seen).
func (w *Writer) AddSendAsGroup(ctx context.Context, group, account Address) error {
	return w.sender(ctx, "AddSendAsGroup", group, account)
}

// DeleteSendAsGroup no longer lets an account send in the name of a group. One
// that had not the right is NotFound, with Object "grant" (seen).
func (w *Writer) DeleteSendAsGroup(ctx context.Context, group, account Address) error {
	return w.sender(ctx, "DeleteSendAsGroup", group, account)
}

func (w *Writer) sender(ctx context.Context, method string, group, account Address) error {
	if err := addresses([]Address{account}); err != nil {
		return w.c.fail(method, NotSent, err)
	}
	return w.write(ctx, method, group, url.Values{"account": {string(account)}})
}
