package mirror

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A packer copies rows so that they hold on to nothing else: what is the
// reader's buffer may be large. Texts and lists that many rows share are kept once, the
// others of a row in one piece.
type packer struct {
	shared map[string]string
	lists  map[string][]string // by their texts joined
}

func newPacker() packer { return packer{map[string]string{}, map[string][]string{}} }

func (p packer) share(s string) string {
	if kept, ok := p.shared[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	p.shared[s] = s
	return s
}

func (p packer) account(a desk.Account) *desk.Account {
	own := newPiece(a.ID, string(a.Address), string(a.Owner), a.Name, a.Forward, strings.Join(aliases(&a), ""))
	a.ID, a.Address = own.cut(a.ID), desk.Address(own.cut(string(a.Address)))
	a.Owner, a.Name = desk.UID(own.cut(string(a.Owner))), own.cut(a.Name)
	a.Forward = own.cut(a.Forward)
	a.Status, a.COS = p.share(a.Status), p.share(a.COS)
	held := make([]desk.Address, len(a.Aliases))
	for i, alias := range a.Aliases {
		held[i] = desk.Address(own.cut(string(alias)))
	}
	a.Aliases, a.Detail = exact(held), nil
	return &a
}

func (p packer) person(x desk.Person) *desk.Person {
	own := newPiece(string(x.UID), x.Name, string(x.Mail), x.EPPN)
	x.UID, x.Name = desk.UID(own.cut(string(x.UID))), own.cut(x.Name)
	x.Mail, x.EPPN = desk.Address(own.cut(string(x.Mail))), own.cut(x.EPPN)
	for _, s := range []*string{&x.Affiliation, &x.Unit, &x.UnitName, &x.UnitDomain, (*string)(&x.Manager), &x.MailState} {
		*s = p.share(*s)
	}
	x.MailPhase = p.share(x.MailPhase)
	x.Groups, x.Also, x.Delegations = p.shareAll(x.Groups), p.shareAll(x.Also), nil
	return &x
}

func (p packer) shareAll(texts []string) []string {
	key := strings.Join(texts, "\x00")
	if kept, ok := p.lists[key]; ok && slices.Equal(kept, texts) {
		return kept
	}
	all := make([]string, len(texts))
	for i, s := range texts {
		all[i] = p.share(s)
	}
	p.lists[key] = exact(all)
	return p.lists[key]
}

// adoptAccount has a row share with the one before it the texts that are the
// same: the indexes hold on to those.
func adoptAccount(row, old *desk.Account) {
	adopt(&row.ID, old.ID)
	adopt(&row.Address, old.Address)
	adopt(&row.Owner, old.Owner)
	adopt(&row.Name, old.Name)
	adopt(&row.Forward, old.Forward)
	if slices.Equal(row.Aliases, old.Aliases) {
		row.Aliases = old.Aliases
	}
}

func adoptPerson(row, old *desk.Person) {
	adopt(&row.UID, old.UID)
	adopt(&row.Name, old.Name)
	adopt(&row.Mail, old.Mail)
	adopt(&row.EPPN, old.EPPN)
	if slices.Equal(row.Groups, old.Groups) {
		row.Groups = old.Groups
	}
	if slices.Equal(row.Also, old.Also) {
		row.Also = old.Also
	}
}

func adopt[S ~string](s *S, old S) {
	if *s == old {
		*s = old
	}
}

// exact makes no difference between none and an empty list.
func exact[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return slices.Clip(s)
}

// A piece is one text that others are cut from.
type piece struct{ rest string }

func newPiece(parts ...string) *piece { return &piece{strings.Join(parts, "")} }

func (p *piece) cut(s string) string {
	s, p.rest = p.rest[:len(s)], p.rest[len(s):]
	return s
}

// packList copies a list so that it holds on to nothing else.
func packList(l desk.List) *desk.List {
	own := newPiece(joined(l.Members), joined(l.Aliases), joined(l.Senders))
	l.Members, l.Aliases, l.Senders = own.all(l.Members), own.all(l.Aliases), own.all(l.Senders)
	return &l
}

func joined(all []desk.Address) string {
	var b strings.Builder
	for _, a := range all {
		b.WriteString(string(a))
	}
	return b.String()
}

func (p *piece) all(of []desk.Address) []desk.Address {
	all := make([]desk.Address, len(of))
	for i, a := range of {
		all[i] = desk.Address(p.cut(string(a)))
	}
	return exact(all)
}
