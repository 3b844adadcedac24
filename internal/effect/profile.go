package effect

import (
	"context"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// profile gives each field of account.profile its place in Partage's words.
var profile = map[string]struct {
	read  func(partage.Account) string
	write func(*partage.Change, *string)
}{
	"name":        {func(a partage.Account) string { return a.DisplayName }, func(ch *partage.Change, v *string) { ch.DisplayName = v }},
	"phone":       {func(a partage.Account) string { return a.TelephoneNumber }, func(ch *partage.Change, v *string) { ch.TelephoneNumber = v }},
	"mobile":      {func(a partage.Account) string { return a.Mobile }, func(ch *partage.Change, v *string) { ch.Mobile = v }},
	"fax":         {func(a partage.Account) string { return a.Fax }, func(ch *partage.Change, v *string) { ch.Fax = v }},
	"title":       {func(a partage.Account) string { return a.Title }, func(ch *partage.Change, v *string) { ch.Title = v }},
	"company":     {func(a partage.Account) string { return a.Company }, func(ch *partage.Change, v *string) { ch.Company = v }},
	"description": {func(a partage.Account) string { return a.Description }, func(ch *partage.Change, v *string) { ch.Description = v }},
	"street":      {func(a partage.Account) string { return a.Street }, func(ch *partage.Change, v *string) { ch.Street = v }},
	"postcode":    {func(a partage.Account) string { return a.PostalCode }, func(ch *partage.Change, v *string) { ch.PostalCode = v }},
	"city":        {func(a partage.Account) string { return a.City }, func(ch *partage.Change, v *string) { ch.City = v }},
	"sender":      {func(a partage.Account) string { return a.FromDisplay }, func(ch *partage.Change, v *string) { ch.FromDisplay = v }},
}

// profiled is the account with its profile, read again.
func (o *Office) profiled(ctx context.Context, account desk.Account) (desk.Account, error) {
	again, found, err := o.whole(ctx, account.Address)
	if err != nil || again.ID != account.ID {
		return again, err
	}
	again.Detail.Profile = map[string]string{}
	for field, place := range profile {
		if value := place.read(found); value != "" && field != "name" {
			again.Detail.Profile[field] = value
		}
	}
	return again, nil
}

func describes(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	var change partage.Change
	for field, place := range profile {
		if value, set := a.ProfileArg(field); set {
			place.write(&change, &value)
		}
	}
	return w.ModifyAccount(ctx, name(on), change)
}

func described(a desk.Action, account desk.Account) bool {
	if account.Detail == nil || account.Detail.Profile == nil {
		return false
	}
	for field := range profile {
		has := account.Detail.Profile[field]
		if field == "name" {
			has = account.Name
		}
		if value, set := a.ProfileArg(field); set && value != has {
			return false
		}
	}
	return a.Args != ""
}
