package effect

import (
	"context"
	"errors"
	"fmt"

	"github.com/unistra/melusine/partage"
)

// Count says how many accounts of all domains an LDAP filter fits.
func (o *Office) Count(ctx context.Context, filter string) (n int, err error) {
	for _, err := range o.Domains.GetAllAccounts(ctx, partage.Query{Filter: filter, Attrs: []string{"zimbraAccountStatus"}}) {
		if err != nil {
			return 0, fmt.Errorf("count %s: %w", filter, err)
		}
		n++
	}
	return n, nil
}

// Ping asks Partage the least that shows that it works: who a domain is.
func (o *Office) Ping(ctx context.Context) error {
	names := o.Domains.Names()
	if len(names) == 0 {
		return errors.New("ping: no domain")
	}
	client, err := o.Domains.Client(names[0])
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if _, err := client.GetDomain(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}
