package bot

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// posted is the approvers' card in their channel. Of a confidential request that
// was not so when it was posted, nothing is left there.
func (b *Bot) posted(r desk.Request, channel string) Message {
	if !r.Confidential {
		return b.approval(b.Lang, r, desk.ToApprovers, channel)
	}
	return Message{Channel: channel, Key: b.mac("post", string(r.ID), string(desk.ToApprovers)), Line: b.pen(b.Lang).text("confidential", "id", string(r.ID))}
}

// card is the role whose card has the button that an account has clicked: of a
// confidential request, the one of that approver.
func (b *Bot) card(r desk.Request, op, account string) desk.Role {
	role := stands[op]
	if r.Confidential && role == desk.ToApprovers {
		return desk.ToApprover(r.ID, b.Desk.View.Binding(account))
	}
	if op == opRenew && r.Action.Verb == desk.DelegationGrant {
		return desk.ToLender
	}
	return role
}

// approver is whose card it is, among those who can be reached.
func (b *Bot) approver(id desk.ID, role desk.Role) desk.UID {
	for _, who := range b.Desk.View.Bound() {
		if desk.ToApprover(id, who) == role {
			return who
		}
	}
	return ""
}

// public leaves out what must not be named in a channel.
func public(all []desk.Request) []desk.Request {
	return slices.DeleteFunc(slices.Clone(all), func(r desk.Request) bool { return r.Confidential })
}
