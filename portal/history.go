package portal

import (
	"cmp"
	"iter"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The fields of the filter of the history.
const (
	fieldOn    = "cible"
	fieldBy    = "par"
	fieldStage = "etat"
)

// An annals is the requests that the reader may see and asked for, newest first.
type annals struct {
	on, from string
	state    desk.State
	list     []desk.Request
	next     desk.ID // where the page after begins, "" if there is none
}

// history lists what was asked of the accounts that the person looks after, as a
// page or as a table to take away.
func (p *Portal) history(v *visit) error {
	a := annals{on: strings.TrimSpace(v.Query(fieldOn)), from: strings.TrimSpace(v.Query(fieldBy)), state: desk.State(v.Query(fieldStage))}
	kind := v.Query("format")
	most := aPage
	if isTable(kind) {
		most = mostRows
	}
	a.list, a.next = onePage(p.seen(v, a, most+1), most)
	pg := p.page(v, "history")
	if isTable(kind) {
		return hand(v, kind, pg.title, a.rows(pg))
	}
	return render(v.Ctx, fiber.StatusOK, historyPage(pg, a))
}

// seen asks the desk. What names nothing that is there finds nothing.
func (p *Portal) seen(v *visit, a annals, most int) []desk.Request {
	q := desk.Query{By: desk.UID(a.from), Before: v.past(), Limit: most}
	if a.state != "" {
		q.States = []desk.State{a.state}
	}
	if a.on == "" {
		return p.Desk.Seen(v.me.UID, desk.Portal, q)
	}
	address, err := desk.ParseAddress(a.on)
	if found, shown := p.Desk.Show(v.me.UID, desk.Portal, a.on); shown == nil {
		address, err = found.Address, nil // which may be a login, or an alias
	}
	if err != nil {
		return nil
	}
	q.Target = address
	return p.Desk.Seen(v.me.UID, desk.Portal, q)
}

// rows is the history as a table, its heading first.
func (a annals) rows(pg page) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{pg.label("label.request"), pg.t("asked.on"), pg.t("history.by"), pg.t("history.on"), pg.t("what"), pg.label("label.state"), pg.t("history.changed"), pg.t("history.reason")}) {
			return
		}
		for _, r := range a.list {
			_, state := say.State(pg.lang, r.State)
			if !yield([]string{string(r.ID), pg.stamp(r.Asked), string(r.By), r.Action.Target, say.Summary(pg.lang, r.Action), state, pg.stamp(r.Changed), r.Reason}) {
				return
			}
		}
	}
}

// stamp is a moment as spreadsheets read it.
func (pg page) stamp(t time.Time) string { return t.In(pg.zone).Format(time.DateTime) }

// with is the address of the same list, otherwise.
func (a annals) with(field, value string) string {
	query := ""
	for _, f := range [][2]string{{fieldOn, a.on}, {fieldBy, a.from}, {fieldStage, string(a.state)}, {field, value}} {
		if f[1] != "" {
			query += "&" + f[0] + "=" + escape(f[1])
		}
	}
	return pathHistory + "?" + strings.TrimPrefix(query, "&")
}

// filtered says that not all is asked for.
func (a annals) filtered() bool { return cmp.Or(a.on, a.from, string(a.state)) != "" }
