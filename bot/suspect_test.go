package bot

import "github.com/unistra/melusine/internal/desk"

// locked is a mailbox that was locked at once, in a state that follows.
func locked(state desk.State) desk.Request {
	r := request(state, desk.AccountLock, nil)
	r.Reason, r.Attempt, r.Before, r.Step = "hameçonnage", 1, mailbox, 1
	r.Decision.Outcome, r.Decision.Rule = desk.Allowed, "correspondents-lock"
	r.Decision.Because = desk.Text{FR: "Un correspondant verrouille à l'instant ce qu'il croit pris.", EN: "A correspondent locks at once what they believe taken over."}
	switch state {
	case desk.Settled:
		r.Votes = []desk.Vote{{By: "paul", At: noon}}
	case desk.Running, desk.Rejected:
		r.Undoing, r.Ended, r.Refusal = true, "paul", "ce n'était pas un vol"
	}
	return r
}

// taken is what there is to look at on a mailbox in other hands.
var taken = desk.Suspicion{Forward: "voleur@example.org", Only: true, Aliases: mailbox.Aliases,
	Rights: []desk.Delegation{{ID: "M-7", Grant: desk.Grant{To: "bob", Domains: []string{"physique.unistra.fr"}}}}, Asked: []desk.Request{alias(desk.Waiting)}}
