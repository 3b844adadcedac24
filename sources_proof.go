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
// has, and all of some accounts, drawn at random; and the same of lists.
type proof struct {
	At       time.Time
	Accounts tally
	Lists    tally // with resources, which are only counted; zero: they were not read in full
}

// A tally is a proof of one sort of things.
type tally struct {
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

// line is the tally in one.
func (p proof) line(t tally, what string) string {
	if p.At.IsZero() || len(t.Domains) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %d %s of %d, %d sampled, %d differ", p.At.UTC().Format(time.RFC3339), t.Here, what, t.There, t.Sampled, len(t.Differ))
}

// counts and looks are what of Partage is compared.
type compared interface {
	CountOf(context.Context, string) (int, error)
	At(context.Context, desk.Address) (desk.Account, error)
	CountObjectsOf(context.Context, string) (int, error)
	ListAt(context.Context, desk.Address) (desk.List, error)
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
	p.Accounts, err = counted(ctx, m.Reads(), office.CountOf, wait)
	if err == nil {
		err = sampled(ctx, &p.Accounts, draw(m.Accounts(), sample, chance), wait, func(a desk.Account) (desk.Address, desk.Account) { return a.Address, m.Account(a.Address) }, office.At)
	}
	if err != nil || m.Listed().IsZero() {
		return p, err
	}
	p.Lists, err = counted(ctx, m.ObjectsRead(), office.CountObjectsOf, wait)
	if err == nil {
		err = sampled(ctx, &p.Lists, draw(m.Lists(), sample, chance), wait, func(l *desk.List) (desk.Address, desk.List) { return l.Address, m.List(l.Address) }, office.ListAt)
	}
	return p, err
}

// counted compares how many there are in each domain.
func counted(ctx context.Context, reads []mirror.DomainRead, count func(context.Context, string) (int, error), wait func() error) (t tally, err error) {
	for _, d := range reads {
		if err := wait(); err != nil {
			return t, err
		}
		there, err := count(ctx, d.Domain)
		if err != nil {
			return t, fmt.Errorf("count %s: %w", d.Domain, err)
		}
		t.Domains = append(t.Domains, domainProof{d.Domain, d.At, d.Accounts, there})
		t.Here, t.There = t.Here+d.Accounts, t.There+there
	}
	slices.SortFunc(t.Domains, func(a, b domainProof) int { return strings.Compare(a.Domain, b.Domain) })
	return t, nil
}

// sampled compares some one by one, as they are now: we may have changed them since
// they were drawn.
func sampled[T, R any](ctx context.Context, t *tally, drawn []R, wait func() error, here func(R) (desk.Address, T), at func(context.Context, desk.Address) (T, error)) error {
	for _, x := range drawn {
		if err := wait(); err != nil {
			return err
		}
		a, _ := here(x)
		there, err := at(ctx, a)
		if err != nil {
			return fmt.Errorf("look at what was drawn: %w", err)
		}
		t.Sampled++
		if _, now := here(x); len(differing(now, there)) > 0 {
			t.Differ = append(t.Differ, difference{a, differing(now, there)})
		}
	}
	return nil
}

// draw takes n of them, each as likely as any other.
func draw[R any](all iter.Seq[R], n int, chance *rand.Rand) (drawn []R) {
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

// differing names the fields in which two accounts, or two lists, differ.
func differing[T any](a, b T) (fields []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		name := x.Type().Field(i).Name
		empty := x.Field(i).Kind() == reflect.Slice && x.Field(i).Len() == 0 && y.Field(i).Len() == 0
		if !slices.Contains(moving, name) && !empty && !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			fields = append(fields, name)
		}
	}
	return fields
}

// write tells the proof: every domain that differs, or all of them.
func (p proof) write(out io.Writer, all bool) error {
	if err := p.Accounts.write(out, all, "accounts"); err != nil {
		return err
	}
	if len(p.Lists.Domains) == 0 {
		_, err := fmt.Fprintln(out, "lists are not compared: they were not read in full yet")
		return err
	}
	return p.Lists.write(out, all, "lists")
}

func (p tally) write(out io.Writer, all bool, what string) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s of domain\tread\there\tPartage\n", what)
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
	_, err := fmt.Fprintf(out, "%d %s compared one by one, %d differ\n", p.Sampled, what, len(p.Differ))
	return err
}

// same says that nothing differs.
func (p proof) same() bool { return len(p.Accounts.other())+len(p.Lists.other()) == 0 }

// miscounted names the domains that have more or fewer than were read.
func (p tally) miscounted() (domains []string) {
	for _, d := range p.Domains {
		if d.Here != d.There {
			domains = append(domains, d.Domain)
		}
	}
	return domains
}

// other names the domains that are not as they were read.
func (p tally) other() []string {
	domains := p.miscounted()
	for _, d := range p.Differ {
		domains = append(domains, d.Address.Domain())
	}
	return domains
}

// newChance draws what nobody can foresee.
func newChance() *rand.Rand {
	var seed [32]byte
	_, _ = crypto.Read(seed[:]) // never fails
	return rand.New(rand.NewChaCha8(seed))
}
