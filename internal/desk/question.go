package desk

import (
	"context"
	"slices"
	"time"
)

// An Exchange is a question that an approver sent the request back with, and
// its asker's answer.
type Exchange struct {
	By       UID
	At       time.Time
	Question string
	Answer   string    // "" until it is given
	Answered time.Time // zero until then
}

// Open is the question that the asker has not answered; ok is false if there is
// none.
func (r Request) Open() (x Exchange, ok bool) {
	if n := len(r.Exchanges); n > 0 && r.Exchanges[n-1].Answered.IsZero() {
		return r.Exchanges[n-1], true
	}
	return Exchange{}, false
}

// Said counts the questions and the answers.
func (r Request) Said() int {
	n := 2 * len(r.Exchanges)
	if _, open := r.Open(); open {
		n--
	}
	return n
}

// Question sends a waiting request back to its asker, one question at a time.
// Who may approve it may, and its dates go on: the question is no delay.
func (d *Desk) Question(ctx context.Context, by UID, via Door, id ID, digest, text string) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if err := d.mayJudge(by, via, id, r, digest); err != nil {
			return nil, err
		}
		if x, open := r.Open(); open {
			return nil, Fail(Conflict, QuestionOpen, "id", string(r.ID), "by", string(x.By)).about(d.View.Person(x.By))
		}
		if text = clip(text); text == "" {
			return nil, Fail(Invalid, MissingArgument, "name", "text")
		}
		return []Fact{Questioned{Text: text, Digest: r.Digest(), Via: via}}, nil
	})
}

// Answer answers the question of an approver. Only the asker does.
func (d *Desk) Answer(ctx context.Context, by UID, via Door, id ID, text string) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		_, open := r.Open()
		switch {
		case r.State == None || !d.concerns(by, via, r):
			return nil, Fail(NotFound, UnknownRequest, "value", string(id))
		case r.By != by:
			return nil, Fail(Forbidden, NotYours, "id", string(id))
		case r.State != Waiting || r.Over(d.Now()):
			return nil, d.tooLate(r)
		case !open:
			return nil, Fail(Conflict, NoQuestion, "id", string(id))
		}
		if text = clip(text); text == "" {
			return nil, Fail(Invalid, MissingArgument, "name", "text")
		}
		return []Fact{Answered{Text: text, Via: via}}, nil
	})
}

// discussed is the part of the fold that belongs to questions.
func (r Request) discussed(e Event) (next Request, ok, talk bool) {
	_, open := r.Open()
	switch f := e.Fact.(type) {
	case Questioned:
		ok = r.State == Waiting && !open && e.By != "" && e.By != r.By && e.By != r.Owner && f.Text != "" && f.Digest == r.Digest()
		r.Exchanges = append(slices.Clone(r.Exchanges), Exchange{By: e.By, At: e.At, Question: f.Text})
		return r, ok, true
	case Answered:
		if ok = r.State == Waiting && open && e.By == r.By && f.Text != ""; ok {
			r.Exchanges = slices.Clone(r.Exchanges)
			last := &r.Exchanges[len(r.Exchanges)-1]
			last.Answer, last.Answered = f.Text, e.At
		}
		return r, ok, true
	}
	return r, false, false
}
