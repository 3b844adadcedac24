package main

import (
	"context"
	crypto "crypto/rand"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/mirror"
)

// A proof compares what is in memory with Partage: how many accounts each domain
// has, and all of some accounts, drawn at random.
type proof struct {
	At          time.Time
	Domains     []domainProof
	Here, There int
	Sampled     int
	Differ      []difference
}

type domainProof struct {
	Domain      string
	At          time.Time // when it was read
	Here, There int
}

// A difference is an account that is not what was read, and in which fields.
type difference struct {
	Address desk.Address
	Fields  []string
}

// line is the proof in one.
func (p proof) line() string {
	if p.At.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s: %d accounts of %d, %d sampled, %d differ", p.At.UTC().Format(time.RFC3339), p.Here, p.There, p.Sampled, len(p.Differ))
}

// counts and looks are what of Partage is compared.
type compared interface {
	CountOf(context.Context, string) (int, error)
	At(context.Context, desk.Address) (desk.Account, error)
}

// prove asks Partage, politely.
func prove(ctx context.Context, m *mirror.Mirror, office compared, pace *pace, chance *rand.Rand, sample int, now time.Time) (p proof, err error) {
	p.At = now
	wait := func() error {
		if pace == nil {
			return ctx.Err()
		}
		return pace.wait(ctx)
	}
	for _, d := range m.Reads() {
		if err := wait(); err != nil {
			return p, err
		}
		there, err := office.CountOf(ctx, d.Domain)
		if err != nil {
			return p, fmt.Errorf("count %s: %w", d.Domain, err)
		}
		p.Domains = append(p.Domains, domainProof{d.Domain, d.At, d.Accounts, there})
		p.Here, p.There = p.Here+d.Accounts, p.There+there
	}
	slices.SortFunc(p.Domains, func(a, b domainProof) int { return strings.Compare(a.Domain, b.Domain) })
	for _, a := range draw(m.Accounts(), sample, chance) {
		if err := wait(); err != nil {
			return p, err
		}
		there, err := office.At(ctx, a.Address)
		if err != nil {
			return p, fmt.Errorf("look at a sampled account: %w", err)
		}
		p.Sampled++
		if fields := differing(m.Account(a.Address), there); len(fields) > 0 { // as it is now: it may have been changed by us
			p.Differ = append(p.Differ, difference{a.Address, fields})
		}
	}
	return p, nil
}

// draw takes n of them, each as likely as any other.
func draw(all iter.Seq[desk.Account], n int, chance *rand.Rand) (drawn []desk.Account) {
	seen := 0
	for a := range all {
		if seen++; len(drawn) < n {
			drawn = append(drawn, a)
		} else if at := chance.IntN(seen); at < n {
			drawn[at] = a
		}
	}
	return drawn
}

// moving are the fields that change by themselves.
var moving = []string{"Used", "Seen", "Detail"}

// differing names the fields in which two accounts differ.
func differing(a, b desk.Account) (fields []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		name := x.Type().Field(i).Name
		if slices.Contains(moving, name) || name == "Aliases" && slices.Equal(a.Aliases, b.Aliases) {
			continue
		}
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			fields = append(fields, name)
		}
	}
	return fields
}

// write tells the proof: every domain that differs, or all of them.
func (p proof) write(out io.Writer, all bool) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "domain\tread\there\tPartage")
	for _, d := range p.Domains {
		if all || d.Here != d.There {
			_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%d\n", d.Domain, d.At.UTC().Format(time.RFC3339), d.Here, d.There)
		}
	}
	_, _ = fmt.Fprintf(t, "%d domains\t\t%d\t%d\n", len(p.Domains), p.Here, p.There)
	if err := t.Flush(); err != nil {
		return err
	}
	for _, d := range p.Differ {
		if _, err := fmt.Fprintf(out, "%s: %s differ\n", d.Address, strings.Join(d.Fields, ", ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%d accounts compared one by one, %d differ\n", p.Sampled, len(p.Differ))
	return err
}

// same says that nothing differs.
func (p proof) same() bool {
	return len(p.Differ) == 0 && !slices.ContainsFunc(p.Domains, func(d domainProof) bool { return d.Here != d.There })
}

// newChance draws what nobody can foresee.
func newChance() *rand.Rand {
	var seed [32]byte
	_, _ = crypto.Read(seed[:]) // never fails
	return rand.New(rand.NewChaCha8(seed))
}
