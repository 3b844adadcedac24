package partage

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// A COS is a class of service: what an account has when it has none of its own.
type COS struct {
	ID    CosID
	Name  string
	Notes string
	Quota int64 // bytes; 0 = unlimited
}

// GetAllCos lists the classes of service of the domain, in the server's order.
func (c *Client) GetAllCos(ctx context.Context) ([]COS, error) {
	var list []COS
	err := c.read(ctx, request{method: "GetAllCos", form: url.Values{}, decode: func(body []byte) (envelope, error) {
		env, root, err := parseReply(body)
		if err != nil || env.status != 0 {
			return env, err
		}
		list, err = root.coses()
		return env, err
	}})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (n node) coses() ([]COS, error) {
	coses := n.child("coses")
	if coses.name == "" {
		return nil, errors.New("no <coses>")
	}
	list := make([]COS, 0, len(coses.nodes))
	for _, k := range coses.nodes {
		cos := COS{ID: CosID(k.child("id").text), Name: k.child("name").text, Notes: k.child("zimbraNotes").text}
		if cos.ID == "" || cos.Name == "" {
			return nil, errors.New("a class of service without id or name")
		}
		if quota := k.child("zimbraMailQuota"); quota.text != "" {
			if err := number(&cos.Quota, []byte(quota.text)); err != nil {
				return nil, fmt.Errorf("read quota of %.80q: %w", cos.Name, err)
			}
		}
		list = append(list, cos)
	}
	return list, nil
}

// A Kind of object can be counted.
type Kind string

// What CountObjects counts.
const (
	UserAccounts Kind = "userAccount"
	Aliases      Kind = "alias"
	Lists        Kind = "dl"
	Resources    Kind = "calresource"
)

// CountObjects says how many objects of a kind the domain has.
func (c *Client) CountObjects(ctx context.Context, kind Kind) (int, error) {
	var count int
	err := c.read(ctx, request{method: "CountObjects", form: url.Values{"type": {string(kind)}}, decode: func(body []byte) (envelope, error) {
		env, root, err := parseReply(body)
		if err != nil || env.status != 0 {
			return env, err
		}
		count, err = strconv.Atoi(root.child("count").text)
		if err != nil || count < 0 {
			return env, errors.New("the count is not a number")
		}
		return env, nil
	}})
	if err != nil {
		return 0, err
	}
	return count, nil
}
