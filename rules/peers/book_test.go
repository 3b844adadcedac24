package peers

import (
	"fmt"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

func book() (engine, error) {
	conditions := written([kinds]string{
		`VERB|via == "VIA" and domain in [ALL] and manages(domain) and manages(target.domain) and ownedByOther()`,
		`VERB|via == "VIA" and owns() and domain in [ALL]SIZE`,
		`VERB|via == "VIA" and domain in [ALL] and member("admins") and target.status == "locked"`,
		`VERB|via == "VIA" and domain == "D0" and actor.affiliation in ["employee", "faculty"]`,
	}, ` and quotaWithin("10G")`)
	var text strings.Builder
	text.WriteString("groups: {admins: admins}\nrules:\n")
	for i, c := range conditions {
		verb, when, _ := strings.Cut(c, "|")
		fmt.Fprintf(&text, "  - {id: rule-%d, fr: Une règle., en: A rule., verbs: [%s], when: '%s', outcome: allow}\n", i, verb, when)
	}
	b, err := rules.Load("peers.yaml", []byte(text.String()))
	if err != nil {
		return nil, err
	}
	return func(f desk.Facts) (question, error) {
		return func() (bool, error) { return b.Decide(f).Outcome == desk.Allowed, nil }, nil
	}, nil
}
