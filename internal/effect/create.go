package effect

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// creation makes the account by one write, with all that it is made of, so that
// there is never half of one. The mark in its notes names the request: an
// account that bears it is ours, whatever became of the answer.
func (o *Office) creation(ctx context.Context, r desk.Request) (desk.Plan, error) {
	a := r.Action
	next := desk.Account{Address: desk.Address(a.Target), Detail: &desk.Detail{EPPN: a.Arg("eppn")}}
	if person := desk.UID(a.Arg("person")); person != "" && o.owner(a.Arg("eppn")) != person {
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.OtherEPPN, "person", string(person))
	}
	if err := o.vacant(ctx, next); err != nil {
		return desk.Plan{}, err
	}
	do, err := desk.NewAction(desk.AccountMake, a.Target, map[string]string{
		"eppn": a.Arg("eppn"), "name": a.Arg("name"), "cos": a.Arg("cos"), "hidden": a.Arg("hidden"), "size": a.Arg("size"), "mark": createdMark(r.ID)})
	if err != nil {
		return desk.Plan{}, err
	}
	return desk.Plan{Steps: []desk.Step{{Do: do}}}, nil
}

func createdMark(id desk.ID) string { return "melusine " + string(id) + " created" }

// hash is one that no password gives that anybody knows: Partage wants one, and
// people sign in elsewhere.
func (o *Office) hash() (partage.Secret, error) {
	if o.Rand == nil {
		return partage.Secret{}, errors.New("draw password: no source of randomness")
	}
	hash := make([]byte, sha512.Size+8) // and its salt
	if _, err := io.ReadFull(o.Rand, hash); err != nil {
		return partage.Secret{}, fmt.Errorf("draw password: %w", err)
	}
	return partage.NewSecret("{SSHA512}" + base64.StdEncoding.EncodeToString(hash)), nil
}

func makes(hash partage.Secret) doing {
	return func(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
		class, notes, eppn, shown, active := partage.CosID(a.Arg("cos")), "["+a.Arg("mark")+"]", a.Arg("eppn"), a.Arg("name"), partage.Active
		hide := a.Arg("hidden") != ""
		next := partage.Change{COS: &class, Notes: &notes, CarLicense: &eppn, DisplayName: &shown, Status: &active, HideInGal: &hide}
		if size := a.Size(); size > 0 {
			next.Quota = &size
		}
		return w.CreateAccount(ctx, partage.Address(a.Target), partage.NewAccount{PasswordHash: hash, Others: next})
	}
}

func made(a desk.Action, account desk.Account) bool {
	return string(account.Address) == a.Target && account.Detail != nil && a.Arg("mark") != "" && strings.Contains(account.Detail.Notes, "["+a.Arg("mark")+"]") &&
		account.Detail.EPPN == a.Arg("eppn") && account.COS == a.Arg("cos") && account.Name == a.Arg("name") && account.Hidden == (a.Arg("hidden") != "") &&
		(a.Arg("size") == "" || account.Quota == a.Size())
}

// purge destroys what a deletion has put aside, and nothing else.
func purge(before desk.Account, taken desk.Request) (desk.Plan, error) {
	origin := taken.Origin
	if !shelved(before) || origin.ID != before.ID {
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.NotDeleted, "value", string(origin.Address))
	}
	do, err := desk.NewAction(desk.AccountDestroy, string(before.Address), map[string]string{"id": before.ID})
	if err != nil {
		return desk.Plan{}, err
	}
	return desk.Plan{Steps: []desk.Step{{Do: do}}}, nil
}

// shelved: it lies as a deletion leaves it. One that is open again, or somebody's, is in use.
func shelved(a desk.Account) bool {
	return a.Deleted() && a.Status == desk.Closed && a.Detail != nil && a.Detail.EPPN == ""
}

func destroys(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	if !shelved(on) || on.ID != a.Arg("id") {
		return fmt.Errorf("%w: it is not what a deletion has put aside", desk.ErrRefused)
	}
	return w.DeleteAccount(ctx, name(on))
}

// gone: the account that was looked for everywhere in its domain is not the one
// that was found, if any was.
func gone(a desk.Action, account desk.Account) bool {
	return a.Arg("id") != "" && account.ID != a.Arg("id")
}
