package portal

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A dossier is a request with all that its page tells.
type dossier struct {
	desk.Request
	past     []desk.Event // oldest first
	judge    bool         // it waits for the reader's vote
	proves   bool         // only who has just signed in again may approve it
	proof    time.Time    // until when the reader's sign-in counts, zero if it does not
	withdraw bool         // the reader may take it back
	again    bool         // the reader may ask for the same anew
	amend    bool         // the reader may change it
	releases []desk.Request
	about    []string        // the delegation that it names
	turns    []string        // before and after, and what that costs
	changes  string          // in the text of the rule book, if it is about that
	nudge    time.Time       // from when on the reader may have the approvers reminded, zero: not at all
	problem  string          // why the last click did nothing
	suspects *desk.Suspicion // of an account that was locked at once
	why      *desk.Why       // nil if the rules cannot be asked now
	progress desk.Progress
	estate   desk.Estate
}

// request shows a request. Who comes from a card of the chat, by its digest, is
// told if the request has changed since.
func (p *Portal) request(v *visit) error {
	id := desk.ID(v.Params("id"))
	r, _ := p.Desk.View.Request(id)
	if shown := v.Query("empreinte"); shown != "" && shown != r.Digest() {
		return p.showRequest(v, id, desk.Fail(desk.Conflict, desk.Changed, "id", string(id)))
	}
	return p.showRequest(v, id, nil)
}

// showRequest answers with the request as it is now and, if the person has
// just tried something, what came of it.
func (p *Portal) showRequest(v *visit, id desk.ID, tried error) error {
	r, err := p.Desk.Request(v.me.UID, desk.Portal, id)
	if err != nil {
		return err
	}
	d, err := p.dossier(v, r)
	if err != nil {
		return err
	}
	status := fiber.StatusOK
	pg := p.watched(v, id, "request", "id", string(id))
	if tried != nil {
		status, d.problem = statusOf(tried), say.Error(pg.lang, tried)
	}
	d.turns = p.turns(pg, r)
	pg.self, d.about = pathRequests+"/"+string(id), p.about(pg.lang, v.me.UID, r.Action)
	return render(v.Ctx, status, requestPage(pg, d))
}

func (p *Portal) dossier(v *visit, r desk.Request) (dossier, error) {
	reader := v.me.UID
	past, err := first(longest, p.Desk.View.History(v.UserContext(), string(r.ID)))
	if err != nil {
		return dossier{}, err
	}
	slices.Reverse(past)
	_, err = r.With(desk.Event{ID: r.ID, By: reader, Fact: desk.Withdrawn{}})
	waits := p.Desk.Awaits(r, reader)
	d := dossier{Request: r, past: past, judge: waits, withdraw: err == nil, again: r.State == desk.Lapsed && r.By == reader, releases: p.Desk.Releases(r)}
	d.proves, d.proof = p.Desk.Risky(r.Action.Verb), p.proofOf(v.session, r)
	spec, _ := desk.SpecOf(r.Action.Verb)
	d.amend = len(spec.Needed()) == 1 && p.Desk.Amendable(reader, desk.Portal, r.ID, r) == nil // one value is what the page asks for
	d.nudge, _ = p.Desk.Nudgeable(reader, r)
	if r.Proposal != nil {
		from, _ := desk.EditionOf(p.Desk.View.Editions(), r.Action.Arg("from"))
		d.changes = differs(from.Book, r.Proposal.Book)
	}
	if s, locked := p.Desk.Suspects(r); locked && r.Decision.Reviewed() && (waits || r.By == reader) {
		d.suspects = &s
	}
	d.progress, _ = p.Desk.Progress(r)
	d.estate = p.Desk.Estate
	if w, err := p.Desk.WhyRequest(reader, desk.Portal, r.ID); err == nil {
		d.why = &w
	}
	return d, nil
}

// turns are what differs, or will; nothing for what did not come about.
func (p *Portal) turns(pg page, r desk.Request) (lines []string) {
	if spec, _ := desk.SpecOf(r.Action.Verb); spec.Governs || r.State.Final() && r.State != desk.Settled {
		return nil
	}
	was := r.Origin
	if !was.Known() {
		was = p.Desk.About(r)
	}
	for _, e := range desk.Effects(r.Action, was) {
		lines = append(lines, say.Turn(pg.lang, e))
	}
	if cost := say.Cost(pg.lang, pg.tariff.Cost(r.Action, was), pg.tariff.Currency); cost != "" && !r.State.Final() {
		lines = append(lines, cost)
	}
	return lines
}

// proofOf is until when the session proves that its person signed in again for
// the request as it stands, zero if it does not.
func (p *Portal) proofOf(s session, r desk.Request) time.Time {
	until := s.proof.At.Add(p.Desk.StepUp.Within)
	if !same(s.proof.Digest, r.Digest()) || p.Now().After(until) {
		return time.Time{}
	}
	return until
}

// onRight says that the request is about a right.
func (d dossier) onRight() bool {
	target := specOf(d.Action.Verb).Target
	return target == desk.PersonForm || target == desk.MandateForm
}

func (p *Portal) approve(v *visit) error {
	return p.act(v, func(ctx context.Context, by desk.UID, id desk.ID) error {
		_, err := p.Desk.ApproveProved(ctx, by, desk.Portal, id, shown(v), v.session.proof)
		return err
	})
}

func (p *Portal) refuse(v *visit) error {
	return p.act(v, func(ctx context.Context, by desk.UID, id desk.ID) error {
		_, err := p.Desk.Refuse(ctx, by, desk.Portal, id, shown(v), v.form("motif"))
		return err
	})
}

func (p *Portal) withdraw(v *visit) error {
	return p.act(v, func(ctx context.Context, by desk.UID, id desk.ID) error {
		_, err := p.Desk.Withdraw(ctx, by, desk.Portal, id)
		return err
	})
}

func (p *Portal) nudge(v *visit) error {
	return p.act(v, func(ctx context.Context, by desk.UID, id desk.ID) error {
		_, err := p.Desk.Nudge(ctx, by, desk.Portal, id)
		return err
	})
}

func (p *Portal) amend(v *visit) error {
	return p.act(v, func(ctx context.Context, by desk.UID, id desk.ID) error {
		r, _ := p.Desk.View.Request(id)
		a := asking{verb: r.Action.Verb, to: v.form("valeur")}
		if a.ends() {
			a.to = desk.Nowhere
		}
		_, err := p.Desk.Amend(ctx, by, desk.Portal, id, shown(v), a.to)
		return err
	})
}

// value is what the request asks for, as one types it: the only argument that it must have.
func (d dossier) value(pg page) string {
	spec, _ := desk.SpecOf(d.Action.Verb)
	for _, name := range spec.Needed() {
		if value := d.Action.Arg(name); value != desk.Nowhere {
			return value
		}
	}
	return pg.t("nowhere")
}

// askAgain asks anew for what a request asked, and goes to the new one's page.
func (p *Portal) askAgain(v *visit) error {
	id := desk.ID(v.Params("id"))
	next, err := p.Desk.AskAgain(v.UserContext(), v.me.UID, desk.Portal, id)
	if desk.CodeOf(err) != "" {
		return p.showRequest(v, id, err)
	}
	if err != nil {
		return err
	}
	return v.Redirect(pathRequests+"/"+string(next.ID), fiber.StatusSeeOther)
}

// act does one thing to a request, then shows it. What the Desk refuses with a
// reason is told on the request's own page, if the person may see that.
func (p *Portal) act(v *visit, do func(context.Context, desk.UID, desk.ID) error) error {
	id := desk.ID(v.Params("id"))
	err := do(v.UserContext(), v.me.UID, id)
	if desk.CodeOf(err) != "" {
		return p.showRequest(v, id, err)
	}
	if err != nil {
		return err
	}
	return v.Redirect(pathRequests+"/"+string(id), fiber.StatusSeeOther)
}

// shown is the digest that the buttons were drawn with. A form without it
// names no request, rather than the request as it is now.
func shown(v *visit) string { return cmp.Or(v.form("empreinte"), "none") }
