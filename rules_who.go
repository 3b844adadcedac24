package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/rules"
)

// A town is what the questions about rights are asked of.
type town struct {
	view    *mirror.Mirror
	book    *rules.Book
	fixed   bool      // the book was chosen, whatever the date
	seed    desk.Book // in force where the journal has none
	domains []string
	lang    string
	zone    *time.Location
	when    time.Time // it is asked about
}

// townOptions are those of every question.
type townOptions struct {
	File string `arg:"" help:"Configuration file."`
	Book string `help:"Another rule book, a file or a folder, instead of the one in force."`
	Lang string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// visit reads the journal and the directory, and Partage if accounts count; it
// writes nothing. The server may be running.
func (o townOptions) visit(ctx context.Context, accounts bool, ask func(town) error) error {
	return withHistory(ctx, o.File, func(cfg config, events *journal.Log) error {
		p, err := cfg.open()
		if err != nil {
			return err
		}
		defer p.office.Domains.Close()
		t := town{view: mirror.New(events), seed: p.seed, domains: p.office.Domains.Names(), lang: o.Lang, zone: p.zone, when: time.Now()}
		ldap, err := directory.Open(cfg.Directory)
		if err != nil {
			return fmt.Errorf("open directory: %w", err)
		}
		defer ldap.Close()
		t.view.SetDomains(t.domains)
		if err := t.view.CatchUp(ctx); err != nil {
			return err
		}
		if t.book, err = t.bookOf(o.Book); err != nil {
			return err
		}
		if err := t.view.LoadPeople(ctx, ldap.People(ctx), time.Now()); err != nil {
			return err
		}
		if accounts {
			if err := t.view.LoadAccounts(ctx, p.office.Accounts(ctx), time.Now()); err != nil {
				return err
			}
		}
		return ask(t)
	})
}

// at is the town as of a date, or of now.
func (t town) at(ctx context.Context, date string) (town, error) {
	if date == "" {
		return t, nil
	}
	when, err := time.ParseInLocation(time.DateOnly, date, t.zone)
	if err != nil {
		return t, fmt.Errorf("%q is no date: write 2026-03-01", date)
	}
	t.when = when.AddDate(0, 0, 1).Add(-time.Microsecond)
	if t.view, err = t.view.AsOf(ctx, t.when); err != nil || t.fixed { // at the end of that day
		return t, err
	}
	t.book, err = t.bookOf("")
	return t, err
}

// bookOf is the book at a path or, without one, that in force in the town.
func (t *town) bookOf(path string) (*rules.Book, error) {
	if t.fixed = path != ""; t.fixed {
		return openBook(path)
	}
	now, known := desk.InForce(t.view.Editions())
	if !known {
		now.Book = t.seed
	}
	return rules.LoadFiles(now.Files...)
}

type rulesWhoCommand struct {
	townOptions
	Action string `arg:"" help:"What is to be done, such as 'alias.add bob@u.fr alias=b@u.fr'."`
	At     string `help:"As of the end of a day, such as 2026-03-01: delegations of then, people of now."`
	Names  int    `default:"20" help:"Name at most so many people for each rule."`
}

// Run tells who can do something.
func (c rulesWhoCommand) Run(ctx context.Context) error {
	a, err := desk.ParseAction(c.Action)
	if err != nil {
		return fmt.Errorf("read action: %w", err)
	}
	return c.visit(ctx, true, func(t town) error {
		if t, err = t.at(ctx, c.At); err != nil {
			return err
		}
		return t.who(os.Stdout, a, c.Names)
	})
}

// who prints, for each rule that lets somebody do the action, whom.
func (t town) who(out io.Writer, a desk.Action, names int) error {
	f := t.facts(a)
	everybody := slices.Collect(t.view.People())
	answers := t.book.Crowd(everybody).Ask(f)
	byRule, texts := map[string][]string{}, map[string]string{}
	var order []string
	for i, p := range everybody {
		if !answers.Allowed.Has(i) && !answers.Pending.Has(i) {
			continue
		}
		f.Actor = p
		d := t.book.Decide(f)
		key := d.Rule + "\n" + say.Verdict(t.lang, d)
		if texts[key] == "" {
			texts[key], order = say.Verdict(t.lang, d), append(order, key)
		}
		byRule[key] = append(byRule[key], p.Name+" ("+string(p.UID)+")")
	}
	var text strings.Builder
	if len(order) == 0 {
		text.WriteString(desk.Text{FR: "Personne.", EN: "Nobody."}.In(t.lang) + "\n")
	}
	for _, key := range order {
		who := byRule[key]
		rule, _, _ := strings.Cut(key, "\n")
		fmt.Fprintf(&text, "%s: %s\n  %d: %s\n", rule, texts[key], len(who), shortened(who, names))
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// facts are those of the action, without who asks.
func (t town) facts(a desk.Action) desk.Facts {
	f := desk.Facts{Action: a, Via: desk.Chat, Target: t.view.Account(desk.Address(a.Target)), Now: t.when}
	if !f.Target.Known() {
		f.Target.Address = desk.Address(a.Target)
	}
	f.Owner = t.view.Person(f.Target.Owner)
	return desk.Touching(f)
}

func shortened(all []string, most int) string {
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:most], ", ") + ", …"
}

type rulesMayCommand struct {
	townOptions
	Login string `arg:"" help:"Login of a person of the directory."`
	At    string `help:"As of the end of a day, such as 2026-03-01: delegations of then, people of now."`
}

// Run tells what somebody may do.
func (c rulesMayCommand) Run(ctx context.Context) error {
	return c.visit(ctx, false, func(t town) (err error) {
		if t, err = t.at(ctx, c.At); err != nil {
			return err
		}
		p := t.view.Person(desk.UID(c.Login))
		if !p.Known() {
			return fmt.Errorf("%q is no login of the directory", c.Login)
		}
		return t.print(os.Stdout, "", t.book.Claims(t.when, []desk.Person{p}, t.domains))
	})
}

type rulesDiffCommand struct {
	townOptions
	From string `help:"As of the end of a day; without it, now."`
	To   string `help:"As of the end of a day; without it, now."`
	With string `help:"Compare with this rule book, a file or a folder."`
}

// Run tells what differs.
func (c rulesDiffCommand) Run(ctx context.Context) error {
	return c.visit(ctx, false, func(t town) error {
		before, err := t.at(ctx, c.From)
		if err != nil {
			return err
		}
		after, err := t.at(ctx, c.To)
		if err == nil && c.With != "" {
			after.book, err = openBook(c.With)
		}
		if err != nil {
			return err
		}
		return before.diff(os.Stdout, after)
	})
}

// diff prints what is lost and what is gained by those who have, then or now,
// delegations or a group that a rule names.
func (t town) diff(out io.Writer, after town) error {
	gone, come := t.claims(after), after.claims(t)
	if len(gone)+len(come) == 0 {
		_, err := io.WriteString(out, desk.Text{FR: "Rien ne change.", EN: "Nothing differs."}.In(t.lang)+"\n")
		return err
	}
	if err := t.print(out, "- ", gone); err != nil {
		return err
	}
	return t.print(out, "+ ", come)
}

// claims are those of this town that the other has not.
func (t town) claims(other town) []rules.Claim {
	there := map[rules.Claim]bool{}
	for _, c := range other.book.Claims(other.when, keepers(other, t), t.domains) {
		there[c] = true
	}
	return slices.DeleteFunc(t.book.Claims(t.when, keepers(t, other), t.domains), func(c rules.Claim) bool { return there[c] })
}

// keepers are the people of a town who may do more than others, there or in the other.
func keepers(t, other town) []desk.Person {
	var logins []desk.UID
	for _, in := range []town{t, other} {
		for uid := range in.view.Correspondents() {
			logins = append(logins, uid)
		}
		for _, group := range in.book.Groups() {
			logins = append(logins, in.view.Members(group)...)
		}
	}
	slices.Sort(logins)
	var people []desk.Person
	for _, uid := range slices.Compact(logins) {
		if p := t.view.Person(uid); p.Known() {
			people = append(people, p)
		}
	}
	return people
}

var whose = map[rules.Whose]desk.Text{
	rules.Own:      {FR: "son propre compte", EN: "their own account"},
	rules.Personal: {FR: "le compte d’une personne", EN: "the account of a person"},
	rules.Shared:   {FR: "un compte sans titulaire", EN: "an account without owner"},
	rules.House:    {FR: "", EN: ""},
}

var outcomes = map[desk.Outcome]desk.Text{desk.Allowed: {FR: "tout de suite", EN: "at once"}, desk.Pending: {FR: "après accord", EN: "once approved"}}

// print puts the domains of one right on one line.
func (t town) print(out io.Writer, mark string, claims []rules.Claim) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for len(claims) > 0 {
		first, n := claims[0], 0
		var domains []string
		for n < len(claims) && sameRight(claims[n], first) {
			domains, n = append(domains, claims[n].Domain), n+1
		}
		claims = claims[n:]
		where := strings.Join(domains, ", ")
		if len(domains) == len(t.domains) && len(domains) > 3 {
			where = desk.Text{FR: "partout", EN: "everywhere"}.In(t.lang)
		}
		_, _ = fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\t%s\t%s\n", mark, first.Who, say.Verb(t.lang, first.Verb), first.Asked, // Flush gives the error
			whose[first.Whose].In(t.lang), outcomes[first.Outcome].In(t.lang), where)
	}
	return table.Flush()
}

func sameRight(a, b rules.Claim) bool {
	a.Domain = b.Domain
	return a == b
}
