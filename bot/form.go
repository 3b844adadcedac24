package bot

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A Dialog is a form that opens over the chat, for one person who has just done
// something.
type Dialog struct {
	Title, Intro, Submit string
	URL                  string // where it is sent
	State                string // comes back with it, as anybody may have changed it
	Inputs               []Input
}

// An Input is one of its fields. With Options, or a Lookup, one chooses.
type Input struct {
	Name, Label, Help string
	Kind              string // TextInput…
	Optional          bool
	Options           []Option
	Lookup            string // URL that finds options as one types
}

// An Option is one choice of an Input.
type Option struct{ Text, Value string }

// The kinds of inputs.
const (
	TextInput   = "text"
	AreaInput   = "area" // several words
	SelectInput = "select"
	DateInput   = "date"
)

// What forms are for.
const (
	opGuide  = "guide"  // which verb
	opFill   = "fill"   // its arguments
	opAsk    = "ask"    // a question about a request
	opAnswer = "answer" // its answer
)

// A purpose is what a form is for. It travels through the client's hands, signed.
type purpose struct {
	Op      string    `json:"op"`
	Who     string    `json:"who"` // account
	Until   int64     `json:"until"`
	Nonce   string    `json:"nonce"` // of the trigger that opened it: sent once
	Verb    desk.Verb `json:"verb,omitempty"`
	Request desk.ID   `json:"request,omitempty"`
	Digest  string    `json:"digest,omitempty"`
}

const formTime = 15 * time.Minute

func (b *Bot) seal(p purpose) string {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // cannot be: it is made of texts
	}
	return b.mac("form", string(text)) + string(text)
}

// opened reads the purpose of a form that an account sends: ours, made for that
// account, and young.
func (b *Bot) opened(state, account string) (p purpose, err error) {
	const length = 64 // of the MAC, in hex
	if len(state) < length || !hmac.Equal([]byte(state[:length]), []byte(b.mac("form", state[length:]))) ||
		json.Unmarshal([]byte(state[length:]), &p) != nil {
		return purpose{}, unsigned
	}
	switch {
	case p.Who != account:
		return purpose{}, notYours
	case b.Now().Unix() >= p.Until:
		return purpose{}, overdue
	}
	return p, nil
}

// form is an empty dialog for the purpose.
func (b *Bot) form(pen pen, p purpose, key string) Dialog {
	p.Until = b.Now().Add(formTime).Unix()
	return Dialog{Title: pen.text("form." + key), Submit: pen.text("form.send"), URL: b.URL + "/dialog", State: b.seal(p)}
}

// guide is the first page of the guided way: what do you want?
func (b *Bot) guide(pen pen, who desk.Person, account, nonce string) Dialog {
	d := b.form(pen, purpose{Op: opGuide, Who: account, Nonce: nonce}, "guide")
	d.Intro, d.Submit = pen.text("form.guide.intro", "command", pen.command(desk.Help, "", "")), pen.text("form.next")
	in := Input{Name: "verb", Label: pen.text("form.verb"), Kind: SelectInput}
	for _, v := range b.offered(who, desk.Verbs()) {
		if spec, _ := desk.SpecOf(v); guided(spec) {
			in.Options = append(in.Options, Option{clipped(say.Title(pen.lang, desk.Action{Verb: v}), 60), string(v)})
		}
	}
	d.Inputs = []Input{in}
	return d
}

// guided says that a form can ask for all that the verb needs.
func guided(spec desk.Spec) bool {
	if spec.Target != desk.AccountForm && spec.Target != desk.RequestForm && spec.Target != desk.PersonForm {
		return false
	}
	return len(spec.Args) <= 5 && spec.Args["book"] == desk.NoForm
}

// fill is the second page: what the verb needs.
func (b *Bot) fill(pen pen, p purpose) Dialog {
	spec, _ := desk.SpecOf(p.Verb)
	p.Op = opFill
	d := b.form(pen, p, "fill")
	d.Title = clipped(say.Title(pen.lang, desk.Action{Verb: p.Verb}), 24)
	_, d.Intro = say.Help(pen.lang, p.Verb)
	d.Inputs = append(d.Inputs, b.input(pen, "target", targetLabel[spec.Target], spec.Target))
	for _, name := range sorted(spec.Args) {
		d.Inputs = append(d.Inputs, b.input(pen, name, name, spec.Args[name]))
	}
	if spec.Changes {
		d.Inputs = append(d.Inputs, Input{Name: "reason", Label: clipped(pen.label("label.reason"), 24), Kind: AreaInput, Optional: true})
	}
	return d
}

var targetLabel = map[desk.Form]string{desk.AccountForm: "account", desk.RequestForm: "request", desk.PersonForm: "person"}

// input asks for one value of a form of values.
func (b *Bot) input(pen pen, name, label string, form desk.Form) Input {
	bare, optional := strings.CutSuffix(string(form), "?")
	what := say.T(pen.lang, "name."+label)
	in := Input{Name: name, Label: clipped(what, 24), Help: clipped(what, 150), Kind: TextInput, Optional: optional}
	switch desk.Form(bare) {
	case desk.AccountForm, desk.RequestForm, desk.PersonForm:
		in.Kind, in.Lookup = SelectInput, b.URL+"/lookup"
	case desk.ClassForm:
		in.Kind = SelectInput
		for _, class := range b.Desk.View.Classes() {
			in.Options = append(in.Options, Option{clipped(class, 60), class})
		}
	case desk.DayForm:
		in.Kind = DateInput
	case desk.TextForm:
		in.Kind = AreaInput
	}
	return in
}

// clipped keeps n bytes at most, as the server counts, and no half of a letter.
func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const dots = "…"
	kept := 0
	for i := range s {
		if i <= n-len(dots) {
			kept = i
		}
	}
	return strings.TrimSpace(s[:kept]) + dots
}

// talkForm asks for one text about a request: a question, or its answer.
func (b *Bot) talkForm(pen pen, p purpose) Dialog {
	d := b.form(pen, p, p.Op)
	d.Inputs = []Input{{Name: "text", Label: pen.text("form.text"), Kind: AreaInput}}
	if r, _ := b.Desk.View.Request(p.Request); p.Op == opAnswer {
		if x, open := r.Open(); open {
			d.Intro = code(x.Question)
		}
	}
	return d
}

// open shows a form to who has just done something; false if the chat cannot.
func (b *Bot) open(ctx context.Context, trigger string, d Dialog) bool {
	if err := b.Chat.Open(ctx, trigger, d); err != nil {
		b.Log.WarnContext(ctx, "open dialog", "error", fmt.Errorf("open dialog: %w", err))
		return false
	}
	return true
}
