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

// Who is the person a chat account is bound to.
func (d *Desk) Who(account string) (Person, error) {
	p := d.View.Person(d.View.Binding(account))
	if account == "" || !p.Known() {
		return Person{}, Fail(Forbidden, NotBound)
	}
	return p, nil
}

func codeDigest(code string) string {
	plain := strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(code)), "-", "")
	sum := sha256.Sum256([]byte("binding " + plain))
	return hex.EncodeToString(sum[:])
}
