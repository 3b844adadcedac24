package bot

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// few is a view of what cards look at.
type few struct{ desk.View }

func (few) Account(desk.Address) desk.Account        { return mailbox }
func (few) Person(who desk.UID) desk.Person          { return people[who] }
func (few) Delegation(desk.Mandate) desk.Delegation  { return desk.Delegation{} }
func (few) Request(desk.ID) (desk.Request, desk.Seq) { return desk.Request{}, 0 }

// cardBot makes the cards that have buttons.
func cardBot(testing.TB) *Bot {
	return &Bot{Config: Config{URL: "http://bot", Link: "https://portal/lier", Trigger: "melusine", Lang: "fr", Zone: time.UTC,
		Secret: []byte("0123456789abcdef0123456789abcdef"), Now: func() time.Time { return noon },
		Desk: &desk.Desk{View: few{}, Now: func() time.Time { return noon }, StepUp: desk.StandardStepUp()}}}
}

func questioned(answered bool) desk.Request {
	r := alias(desk.Waiting)
	r.Exchanges = []desk.Exchange{{By: "paul", At: noon, Question: "Pour quel service ?"}}
	if answered {
		r.Exchanges[0].Answer, r.Exchanges[0].Answered = "L'accueil du public.", noon
	}
	return r
}

func proposed(v desk.Verb, args map[string]string, o desk.Outcome, p pen) proposal {
	r := request(desk.Waiting, v, args)
	if r.Decision.Outcome = o; o != desk.Pending {
		r.Decision.Panels = nil
	}
	return proposal{action: r.Action, decision: r.Decision, change: p.change(r, mailbox)}
}

func approving(id desk.ID, p pen) proposal {
	r := alias(desk.Waiting)
	r.ID = id
	return proposal{action: desk.Action{Verb: desk.RequestApprove, Target: string(id)}, digest: r.Digest(), line: p.line(r)}
}

// clickable are the cards with their buttons.
func clickable(b *Bot, lang string) map[string]Message {
	b.Lang = lang
	pen, size := testPen(lang), map[string]string{"size": "10G"}
	asker := func(r desk.Request, op string) Message {
		m := pen.asker(r, mailbox)
		m.Card.Buttons = []Button{b.button(lang, r, op, "channel")}
		return m
	}
	done := request(desk.Settled, desk.QuotaSet, size)
	w := func(p proposal) Message {
		at := place{account: "account", channel: "channel"}
		return b.wished(pen, at, wish{Who: at.account, Key: "key", Until: noon.Unix(), Do: []string{p.action.String()}, Shown: []string{p.digest}}, []proposal{p})
	}
	return map[string]Message{
		"click-approval":       b.approval(lang, alias(desk.Waiting), desk.ToApprovers, "channel"),
		"click-approval-risky": b.approval(lang, request(desk.Waiting, desk.AccountDelete, nil), desk.ToApprovers, "channel"),
		"click-expired":        asker(alias(desk.Lapsed), opAgain),
		"click-undo":           asker(done, opUndo),
		"click-answer":         asker(questioned(false), opAnswer),
		"click-wish":           w(proposed(desk.QuotaSet, size, desk.Allowed, pen)),
		"click-wish-removal":   w(proposed(desk.AliasRemove, map[string]string{"alias": "b.martin@unistra.fr"}, desk.Allowed, pen)),
	}
}
