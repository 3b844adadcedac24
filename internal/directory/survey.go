package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// A Way is how changes of the directory are learned.
type Way string

// The ways. Auto takes the best that the server has.
const (
	Auto      Way = "auto"
	Syncrepl  Way = "syncrepl" // the server tells them as they happen: RFC 4533
	Polling   Way = "poll"     // it is asked for what was modified since
	Rereading Way = "reread"   // only by reading all of it again
)

// A mark says how far a kind of entries was followed.
type mark struct {
	cookie string // of Syncrepl, opaque but for the first, see survey
	newest string // for Polling: the latest date of a change, by the server's clock
}

// see moves the mark to an entry that was read.
func (m *mark) see(a Attributes, r *record) {
	if at := r.one(a.Changed); dateForm.MatchString(at) && at > m.newest {
		m.newest = at
	}
}

// survey asks the server how it can be followed, and from where: it is to be
// asked before the entries are read, so that no change falls between.
func (c Config) survey(ctx context.Context, w *wire) (Way, [kinds]mark, error) {
	var marks [kinds]mark
	if c.Follow != Auto && c.Follow != Syncrepl {
		return c.Follow, marks, nil
	}
	root, err := w.search(ctx, query{"", ldap.ScopeBaseObject, "(objectClass=*)", []string{"supportedControl", "namingContexts"}})
	if err != nil {
		return "", marks, fmt.Errorf("ask what the server can do: %w", err)
	}
	var contexts []string
	able := false
	for _, r := range root.entries {
		able = able || slices.Contains(r.many("supportedControl"), ldap.ControlTypeSyncRequest)
		contexts = r.many("namingContexts")
	}
	switch {
	case able:
		for k := range kinds {
			if marks[k].cookie, err = c.cookie(ctx, w, c.of(k, "").base, contexts); err != nil {
				return "", marks, err
			}
		}
		if marks[personKind].cookie != "" || c.Follow == Syncrepl || c.Attributes.Changed == "" {
			return Syncrepl, marks, nil
		}
		return Polling, marks, nil // to be told all at once is a search without pages
	case c.Follow == Syncrepl:
		return "", marks, fmt.Errorf("the server does not offer %s, or does not say so to us", ldap.ControlTypeMap[ldap.ControlTypeSyncRequest])
	case c.Attributes.Changed != "" && c.Attributes.Entry != "":
		return Polling, marks, nil
	}
	return Rereading, marks, nil
}

// cookie is that of OpenLDAP for what a base holds now: to be given it by the
// server, all entries would have to be read without pages, which few servers
// allow. If its dates cannot be read it is "", and the server tells all.
func (c Config) cookie(ctx context.Context, w *wire, base string, contexts []string) (string, error) {
	for _, root := range contexts {
		if place(base) != place(root) && !strings.HasSuffix(place(base), ","+place(root)) {
			continue
		}
		found, err := w.search(ctx, query{root, ldap.ScopeBaseObject, "(objectClass=*)", []string{"contextCSN"}})
		if err != nil && !answered(err) {
			return "", fmt.Errorf("ask how far the server is: %w", err)
		}
		for _, r := range found.entries {
			if dates := slices.Sorted(slices.Values(r.many("contextCSN"))); len(dates) > 0 {
				return "rid=000,csn=" + strings.Join(dates, ";"), nil
			}
		}
	}
	return "", nil
}
