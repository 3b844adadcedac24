package partage

import (
	"context"
	"fmt"
)

// A Domain is what the API tells of a mail domain (inferred). Only its
// name is certain to come.
type Domain struct {
	Name       string
	PreAuthKey Secret // signs each Auth: whoever has it holds every mailbox of the domain
	Status     string // zimbraDomainStatus
	DefaultCOS CosID  // zimbraDomainDefaultCOSId
}

// GetDomain reads the domain served. An answer about another one is Malformed.
func (c *Client) GetDomain(ctx context.Context) (Domain, error) {
	var d Domain
	err := c.ask(ctx, request{method: "GetDomain"}, func(root node) error {
		n := root.child("domain")
		d = Domain{Name: n.child("name").text, Status: n.child("zimbraDomainStatus").text, DefaultCOS: CosID(n.child("zimbraDomainDefaultCOSId").text)}
		if key := n.child("zimbraPreAuthKey").text; key != "" {
			d.PreAuthKey = NewSecret(key)
		}
		if d.Name != c.cfg.Domain {
			return fmt.Errorf("asked for %s, told about %.80q", c.cfg.Domain, d.Name)
		}
		return nil
	})
	if err != nil {
		return Domain{}, err
	}
	return d, nil
}
