package desk

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// CodeLife is how long a one-time code may be used.
const CodeLife = 10 * time.Minute

// OfferBinding makes a one-time code, "ABCD-EFGH-JKLM", that binds a chat
// account to the person. It must reach that person only by a way that proves
// who they are: a page after sign-in, or mail to the directory's address.
func (d *Desk) OfferBinding(ctx context.Context, to UID, random io.Reader) (string, error) {
	if !d.View.Person(to).Known() {
		return "", Fail(NotFound, UnknownPerson, "value", string(to))
	}
	raw := make([]byte, 8)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	text := base32.StdEncoding.EncodeToString(raw)[:12]
	code := text[:4] + "-" + text[4:8] + "-" + text[8:]
	offer := BindingOffered{Digest: codeDigest(code), Until: d.Now().UTC().Add(CodeLife)}
	_, err := d.Change(ctx, "", to, func(Request) ([]Fact, error) { return []Fact{offer}, nil })
	return code, err
}

// Bind ties a chat account to the person who was offered the code. A code
// works once and for ten minutes.
func (d *Desk) Bind(ctx context.Context, account, code string) (Person, error) {
	digest := codeDigest(code)
	offered, _ := d.View.Offer(digest)
	_, err := d.Change(ctx, "", offered, func(Request) ([]Fact, error) {
		who, until := d.View.Offer(digest)
		if who == "" || who != offered || account == "" || d.Now().After(until) {
			return nil, Fail(Forbidden, BadBinding)
		}
		return []Fact{Bound{Account: account, Digest: digest}}, nil
	})
	if err != nil {
		return Person{}, err
	}
	return d.View.Person(offered), nil
}

// A Bond is how a chat account is bound to a person.
type Bond struct {
	Who     UID
	At      time.Time
	Service string // by which the chat server signs them in; "" = by a code
}

// A Parting is why a chat account is no longer a person's.
type Parting string

// The partings.
const (
	Left        Parting = "left"        // the directory knows the person no more
	Deactivated Parting = "deactivated" // the chat account is
	OtherSignIn Parting = "signin"      // the chat server signs the account in by other means, or as somebody else
)

// Who is the person a chat account is bound to.
func (d *Desk) Who(account string) (Person, error) {
	p := d.View.Person(d.View.Binding(account))
	if account == "" || !p.Known() {
		return Person{}, Fail(Forbidden, NotBound)
	}
	if d.BindingLeft(account) <= 0 {
		return Person{}, Fail(Forbidden, OldBinding)
	}
	return p, nil
}

// BindingLeft is how long the binding of a chat account is still believed. One
// that follows the directory, or that need not be renewed, is for a very long time.
func (d *Desk) BindingLeft(account string) time.Duration {
	if d.Renewal == 0 {
		return 1 << 62
	}
	bond := d.View.Bond(account)
	if bond.Service != "" {
		return 1 << 62
	}
	return bond.At.Add(d.Renewal).Sub(d.Now())
}

// ChatOf is the chat account by which a person can be reached, or "".
func (d *Desk) ChatOf(who UID) string {
	account := d.View.Chat(who)
	if account == "" || d.BindingLeft(account) <= 0 {
		return ""
	}
	return account
}

// Recognise ties a chat account to the person as whom the chat server signs it
// in, by a service that asks the directory. Somebody who is bound already, to
// this account or to another, keeps that binding.
func (d *Desk) Recognise(ctx context.Context, account string, who UID, service string) (Person, error) {
	_, err := d.Change(ctx, "", who, func(Request) ([]Fact, error) {
		if account == "" || service == "" || !d.View.Person(who).Known() || d.View.Chat(who) != "" || d.View.Binding(account) != "" {
			return nil, Fail(Forbidden, NotBound)
		}
		return []Fact{Bound{Account: account, Service: service}}, nil
	})
	if err != nil {
		return Person{}, err
	}
	return d.View.Person(who), nil
}

// Unbind unties a chat account from its person, if it has one.
func (d *Desk) Unbind(ctx context.Context, account string, why Parting) error {
	_, err := d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		who := d.View.Binding(account)
		if who == "" {
			return nil, nil
		}
		return []Fact{Unbound{Who: who, Account: account, Why: why}}, nil
	})
	return err
}

func codeDigest(code string) string {
	plain := strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(code)), "-", "")
	sum := sha256.Sum256([]byte("binding " + plain))
	return hex.EncodeToString(sum[:])
}
