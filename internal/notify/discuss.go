package notify

import "github.com/unistra/melusine/internal/desk"

// rung says that the role is told anew each time there is news of it.
func rung(role desk.Role) bool {
	return role == desk.ToQuestion || role == desk.ToAnswer || role == desk.ToAmend
}

// rewritten: the approvers' card still shows other words, and they were not rung
// about these. It is told before the card is edited, for an edit rings nobody.
func rewritten(r desk.Request) bool {
	if r.State != desk.Waiting || r.Announced[desk.ToAmend].Version >= r.Version {
		return false
	}
	for role, card := range r.Announced {
		if (role == desk.ToApprovers || role.InPerson()) && card.Version < r.Version {
			return true
		}
	}
	return false
}

// discussed is who is to be rung about a request that still waits: the asker of a
// question, the approvers of its answer.
func discussed(r desk.Request) (roles []desk.Role) {
	role := desk.ToAnswer
	if _, open := r.Open(); open {
		role = desk.ToQuestion
	}
	if r.State == desk.Waiting && r.Announced[role].Said < r.Said() {
		roles = append(roles, role)
	}
	return roles
}
