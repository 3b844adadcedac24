package portal

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A bundle is requests that wait for the reader's vote, judged together: shown
// each in full first, recorded each by itself, each as it was shown.
type bundle struct {
	list    []dossier
	results []outcome // of those that were judged
}

// An outcome is what came of one.
type outcome struct {
	desk.Request
	problem string // why nothing came of it
}

// mostTogether is how many are judged at once: as many as one can read.
const mostTogether = 50

const fieldChosen = "d"

// bundle shows the requests that were chosen, or those that were asked together.
func (p *Portal) bundle(v *visit) error {
	chosen := map[string]bool{}
	for name, value := range v.Context().QueryArgs().All() {
		if string(name) == fieldChosen {
			chosen[string(value)] = true
		}
	}
	batch := v.Query("lot")
	return p.showBundle(v, func(r desk.Request) bool { return chosen[string(r.ID)] || batch != "" && r.Batch == batch }, nil)
}

func (p *Portal) showBundle(v *visit, chosen func(desk.Request) bool, results []outcome) error {
	waiting := p.waiting(v)
	b, pg := bundle{results: results}, p.page(v, "bundle")
	for _, r := range waiting {
		if !chosen(r) || p.Desk.Risky(r.Action.Verb) || len(b.list) == mostTogether {
			continue
		}
		d, err := p.dossier(v, r)
		if err != nil {
			return err
		}
		d.turns = p.turns(pg, r)
		b.list = append(b.list, d)
	}
	pg.self = pathBundle
	return render(v.Ctx, fiber.StatusOK, bundlePage(pg, b))
}

// judgeBundle approves or refuses each that the form names, as it was shown.
func (p *Portal) judgeBundle(v *visit) error {
	names := v.fields(fieldChosen)
	var results []outcome
	for _, name := range names[:min(len(names), mostTogether)] {
		id, digest, _ := strings.Cut(name, ":")
		if digest == "" {
			digest = "none" // a form without it names no request, rather than the request as it is now
		}
		r, err := p.judge(v, desk.ID(id), digest)
		if err != nil && desk.CodeOf(err) == "" {
			return err
		}
		said := outcome{Request: r}
		if err != nil {
			said.ID, said.problem = desk.ID(id), say.Error(p.language(v.Ctx), err)
		}
		results = append(results, said)
	}
	left := func(r desk.Request) bool {
		return slices.ContainsFunc(results, func(x outcome) bool { return x.problem != "" && x.ID == r.ID })
	}
	return p.showBundle(v, left, results)
}

func (p *Portal) judge(v *visit, id desk.ID, digest string) (desk.Request, error) {
	switch v.form("pas") {
	case "valider":
		return p.Desk.Approve(v.UserContext(), v.me.UID, desk.Portal, id, digest)
	case "refuser":
		return p.Desk.Refuse(v.UserContext(), v.me.UID, desk.Portal, id, digest, v.form("motif"))
	}
	return desk.Request{}, fiber.ErrBadRequest
}

// together are how many of the requests were asked with that one, if several.
func together(waiting []desk.Request, r desk.Request) (n int) {
	for _, w := range waiting {
		if r.Batch != "" && w.Batch == r.Batch {
			n++
		}
	}
	return n
}

// heads says that a request is the first of those in the list that were asked together.
func heads(list []desk.Request, r desk.Request) bool {
	return r.Batch != "" && r.ID == list[slices.IndexFunc(list, func(w desk.Request) bool { return w.Batch == r.Batch })].ID
}
