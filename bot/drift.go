package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// plan is what a plan of repair would do; "" for other requests.
func (p pen) plan(r desk.Request, e desk.Estate) string {
	if r.Repairs == nil {
		return ""
	}
	return strings.Join(say.Plan(p.lang, *r.Repairs, e, p.zone), "\n")
}

// progress is how far a plan has come; "" before it is launched.
func (b *Bot) progress(lang string, r desk.Request) string {
	p, _ := b.Desk.Progress(r)
	if p.Asked == 0 {
		return ""
	}
	return say.Progress(lang, p)
}

// drift shows what differs, by cause; of one cause, each.
func (b *Bot) drift(pen pen, who desk.Person, a desk.Action) (Message, error) {
	gaps, err := b.Desk.Gaps(who.UID, desk.Chat, a.Selection())
	if err != nil {
		return Message{}, err
	}
	trend, err := b.Desk.Trend(who.UID, desk.Chat)
	if err != nil {
		return Message{}, err
	}
	return pen.drift(gaps, trend, len(a.Selection().Causes) == 1), nil
}

func (p pen) drift(gaps []desk.Gap, trend []desk.Point, each bool) Message {
	const most = 15
	if len(gaps) == 0 {
		return Message{Line: p.text("drift.none")}
	}
	byCause, repairable := map[desk.GapCause][]desk.Gap{}, 0
	for _, g := range gaps {
		byCause[g.Cause] = append(byCause[g.Cause], g)
		if g.Repairable() {
			repairable++
		}
	}
	card := &Card{Tone: Warning}
	for _, cause := range desk.Causes() {
		if of := byCause[cause]; len(of) > 0 && !each {
			card.Text += p.text("drift.cause", "gap", say.Gap(p.lang, cause), "n", say.Number(p.lang, int64(len(of))), "code", code(string(cause)), "example", p.gap(of[0])) + "\n"
		}
	}
	if each {
		for _, g := range gaps[:min(len(gaps), most)] {
			card.Text += p.gap(g) + "\n"
		}
		if len(gaps) > most {
			card.Text += p.text("list.more", "n", strconv.Itoa(most))
		}
	}
	card.Fields = p.fields(field{"drift.trend", p.trend(trend)}, field{"field.typed", p.command(desk.DriftApply, "", "")})
	return Message{Line: p.text("drift.line", "n", say.Number(p.lang, int64(len(gaps))), "repairable", say.Number(p.lang, int64(repairable))), Card: card}
}

func (p pen) gap(g desk.Gap) string {
	mark := " → "
	if !g.Repairable() {
		mark = " · "
	}
	return code(g.Name()) + " · " + code(string(g.Address)) + mark + say.Repair(p.lang, g, code)
}

// trend is the last points, oldest first.
func (p pen) trend(points []desk.Point) string {
	var said []string
	for _, x := range points[max(0, len(points)-8):] {
		said = append(said, say.Number(p.lang, int64(x.Gaps)))
	}
	return strings.Join(said, " · ")
}

// figures shows the dashboard in short; the portal has all of it. Of one domain, its
// own figures.
func (b *Bot) figures(pen pen, who desk.Person, domain string) (Message, error) {
	if domain != "" {
		d, err := b.Desk.DomainBoard(who.UID, desk.Chat, domain)
		return pen.board(d), err
	}
	d, err := b.Desk.Dashboard(who.UID, desk.Chat)
	if err != nil {
		return Message{}, err
	}
	return pen.figures(d, b.Desk.Estate.Populations), nil
}

func (p pen) figures(d desk.Dashboard, all desk.Populations) Message {
	number := func(f desk.Figure) string {
		return say.Number(p.lang, f.Value) + " (" + say.Source(p.lang, f, p.zone) + ")"
	}
	card := &Card{Tone: Neutral}
	for _, h := range d.Populations {
		card.Text += p.text("figures.gap", "population", say.Population(p.lang, h.Name, all), "partage", say.Number(p.lang, h.Partage.Value),
			"directory", say.Number(p.lang, h.Directory.Value), "gap", fmt.Sprintf("%+d", h.Gap())) + "\n"
	}
	card.Text += p.classes(d.Classes)
	storage := say.Size(p.lang, d.Used.Value)
	if d.Bought.Value > 0 {
		storage = p.text("figures.of", "used", storage, "bought", say.Size(p.lang, d.Bought.Value))
	}
	var ages []string
	for _, a := range d.Requests {
		_, word := say.State(p.lang, a.State)
		ages = append(ages, p.text("figures.age", "state", word, "n", strconv.Itoa(a.Count), "p50", say.Span(p.lang, a.P50), "p90", say.Span(p.lang, a.P90)))
	}
	card.Fields = p.fields(field{"figures.accounts", number(d.Accounts)}, field{"figures.people", number(d.People)}, field{"figures.storage", storage},
		field{"figures.cost", say.Money(p.lang, d.Bill.Total, d.Currency)}, field{"figures.restored", number(d.Restored)}, field{"figures.requests", strings.Join(ages, "\n")},
		field{"figures.rights", p.text("figures.thin", "n", say.Number(p.lang, d.Delegates.Value), "thin", strconv.Itoa(len(d.Thin)))}, field{"drift.trend", p.trend(d.Gaps)})
	for _, s := range d.Services {
		card.Fields = append(card.Fields, Field{Title: say.T(p.lang, "service."+s.Name), Value: say.Answers(p.lang, s), Short: true})
	}
	return Message{Line: p.text("figures.line") + " · " + p.moment(d.At), Card: card}
}

func (p pen) classes(all []desk.ClassFigure) (lines string) {
	for _, c := range all {
		lines += code(c.Class) + " · " + say.Number(p.lang, int64(c.Accounts)) + "\n"
	}
	return lines
}

// board shows the figures of one domain.
func (p pen) board(d desk.DomainBoard) Message {
	number := func(n int) string { return say.Number(p.lang, int64(n)) }
	var by []string
	for _, who := range d.By {
		by = append(by, p.name(who))
	}
	card := &Card{Tone: Neutral, Text: p.classes(d.Classes)}
	card.Fields = p.fields(field{"figures.accounts", number(d.Accounts)}, field{"figures.storage", say.Size(p.lang, d.Used)},
		field{"board.aliases", number(d.Aliases)}, field{"board.lists", number(d.Lists)}, field{"board.groups", number(d.Groups)},
		field{"board.cost", say.Money(p.lang, d.Cost, d.Currency)}, field{"figures.rights", strings.Join(by, ", ")})
	return Message{Line: p.text("board.line", "domain", code(d.Domain), "when", p.moment(d.At)), Card: card}
}

// whole shows all that is said of an account, side by side.
func (b *Bot) whole(ctx context.Context, pen pen, who desk.Person, ref string) (Message, error) {
	w, err := b.Desk.Whole(ctx, who.UID, desk.Chat, ref)
	if err != nil {
		return Message{}, err
	}
	return pen.whole(w), nil
}

func (p pen) whole(w desk.Whole) Message {
	const most = 5
	card := &Card{Tone: Neutral}
	for _, s := range w.Sides {
		if s.Directory+s.Partage+s.Journal != "" {
			card.Text += p.text("whole.side", "name", say.T(p.lang, "whole."+s.Name), "said", p.sides(s), "equality", p.equality(s)) + "\n"
		}
	}
	if line := say.Life(p.lang, w.Life); line != "" {
		card.Text += line + "\n"
	}
	for _, s := range w.Shares {
		card.Text += say.Share(p.lang, s, code) + "\n"
	}
	for _, l := range w.Lists[:min(len(w.Lists), most)] {
		card.Text += say.Belonging(p.lang, l, code) + "\n"
	}
	var requests, rights []string
	for _, r := range w.Requests[:min(len(w.Requests), most)] {
		requests = append(requests, p.line(r))
	}
	for _, d := range slices.Concat(w.Holds, w.Acts) {
		if said := p.right(d); !slices.Contains(rights, said) && len(rights) < most {
			rights = append(rights, said)
		}
	}
	card.Fields = p.fields(field{"whole.requests", strings.Join(requests, "\n")}, field{"whole.rights", strings.Join(rights, "\n")},
		field{"field.typed", p.command(desk.HistoryShow, string(w.Account.Address), "")})
	card.Footer = p.text("account.as.of", "when", p.moment(w.Partage))
	if w.Differences() > 0 {
		card.Tone = Warning
	}
	return Message{Line: p.text("whole.line", "account", code(string(w.Account.Address)), "n", strconv.Itoa(w.Differences())), Card: card}
}

// sides are what each source says, with its name.
func (p pen) sides(s desk.Side) string {
	var said []string
	for _, x := range []struct {
		source desk.Source
		text   string
	}{{desk.FromDirectory, s.Directory}, {desk.FromPartage, s.Partage}, {desk.FromJournal, s.Journal}} {
		if x.text != "" {
			said = append(said, say.T(p.lang, "source."+string(x.source))+" "+say.Side(p.lang, s.Name, x.text, p.zone, code))
		}
	}
	return strings.Join(said, ", ")
}

func (p pen) equality(s desk.Side) string {
	said := say.T(p.lang, "equal."+string(s.Equality))
	if s.Cause != "" {
		said += " (" + say.Gap(p.lang, s.Cause) + ")"
	}
	return said
}
