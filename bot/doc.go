// Package bot is the Mattermost door: cards and buttons for approvers, the
// slash command and direct messages for everybody, news for askers and owners.
//
// It decides nothing. A command is read by package phrase, carried to the Desk
// and answered in the words of package say. A sentence is read too (talk.go), its
// names resolved (resolve.go) and its change shown until somebody says yes
// (wish.go); a form is another way to type (form.go, submit.go). A click is checked by the guard
// (guard.go) and becomes a vote. What people wrote, and every address, appears
// in code spans only (fence.go), so that no text of theirs can mention,
// link or look like a button.
//
// The door speaks to a Chat. Mattermost is the real one; package room keeps one
// in memory for demonstrations and tests.
package bot
