package portal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"iter"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/bulk"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A sheet is a table of actions as it was handed in, and what would come of it.
type sheet struct {
	verb     desk.Verb
	raw      []byte // of the file, to the byte
	parts    bool   // ask for what can be, though the rest cannot
	reason   string
	once     string
	lines    []bulk.Line
	forecast desk.Forecast
	problem  string
}

// The fields of the form.
const (
	fieldTable = "tableau" // what was typed or pasted
	fieldFile  = "fichier"
	fieldRaw   = "donnees" // the file again, as it was
	fieldSome  = "reste"
)

// roomForTable is what goes out in a page and comes back in its form.
const roomForTable = largest / 3 * 2

// newBatch shows the form.
func (p *Portal) newBatch(v *visit) error {
	return render(v.Ctx, fiber.StatusOK, batchPage(p.page(v, "batch"), sheet{verb: desk.Verb(v.Query(fieldVerb))}))
}

// submitBatch looks at a table, asks for it, or gives what would come of it as a
// table, as the button says.
func (p *Portal) submitBatch(v *visit) error {
	s, err := readSheet(v)
	switch {
	case err != nil:
	case len(s.raw) > roomForTable:
		err = bulk.Fault{Err: bulk.TooMany}
	default:
		s.lines, err = bulk.Read(bytes.NewReader(s.raw), s.verb, p.tables())
	}
	lang := p.language(v.Ctx)
	if at, ok := errors.AsType[bulk.Fault](err); ok {
		s.problem = say.Fault(lang, at.Line, at.Column, at.Err)
		return p.showBatch(v, fiber.StatusUnprocessableEntity, s)
	}
	if err != nil {
		return err
	}
	s.forecast = p.Desk.Foresee(v.me.UID, desk.Portal, s.rows())
	switch step := v.form("pas"); {
	case isTable(step):
		return hand(v, step, text(lang, "batch"), s.report(lang, p.Desk.Estate.Tariff))
	case step == "envoyer" && drawn(s.once):
		return p.askForBatch(v, s)
	}
	return p.showBatch(v, fiber.StatusOK, s)
}

// tables are the limits of what is handed in here.
func (p *Portal) tables() bulk.Limits {
	limits := bulk.StandardLimits()
	limits.Rows = p.config.BatchRows
	return limits
}

func (p *Portal) showBatch(v *visit, status int, s sheet) (err error) {
	if !drawn(s.once) {
		if s.once, err = draw(p.Rand); err != nil {
			return err
		}
	}
	return render(v.Ctx, status, batchPage(p.page(v, "batch"), s))
}

func (p *Portal) askForBatch(v *visit, s sheet) error {
	if faults := len(s.lines) - len(s.rows()); faults > 0 && !s.parts { // what is no action is in no forecast
		return p.refuseBatch(v, s, desk.Fail(desk.Conflict, desk.NotWhole, "n", strconv.Itoa(faults), "of", strconv.Itoa(len(s.lines))))
	}
	asked, f, err := p.Desk.AskAll(v.UserContext(), desk.Order{By: v.me.UID, Via: desk.Portal, Key: keyOf(s.once, string(s.verb)+"\n"+string(s.raw)),
		Reason: s.reason, Rows: s.rows(), Whole: !s.parts})
	if desk.CodeOf(err) != "" {
		s.forecast = f
		return p.refuseBatch(v, s, err)
	}
	if err != nil {
		return err
	}
	if len(asked) == 1 {
		return v.Redirect(pathRequests+"/"+string(asked[0].ID), fiber.StatusSeeOther)
	}
	return v.Redirect(pathRequests, fiber.StatusSeeOther)
}

func (p *Portal) refuseBatch(v *visit, s sheet, err error) error {
	s.problem = say.Error(p.language(v.Ctx), err)
	return p.showBatch(v, statusOf(err), s)
}

// readSheet reads the form. A file comes before what was typed.
func readSheet(v *visit) (s sheet, err error) {
	s = sheet{verb: desk.Verb(v.form(fieldVerb)), parts: v.form(fieldSome) == "oui", reason: v.form(fieldReason), once: v.form(fieldOnce), raw: []byte(v.form(fieldTable))}
	if again := v.form(fieldRaw); again != "" {
		s.raw, err = base64.StdEncoding.DecodeString(again)
		if err != nil {
			return s, fiber.ErrBadRequest
		}
	}
	header, none := v.FormFile(fieldFile)
	if none != nil || header.Size == 0 {
		return s, nil
	}
	file, err := header.Open()
	if err != nil {
		return s, err
	}
	s.raw, err = io.ReadAll(file) // the server bounds what comes in
	return s, errors.Join(err, file.Close())
}

// rows are the lines that are actions.
func (s sheet) rows() (actions []desk.Action) {
	for _, l := range s.lines {
		if len(l.Faults) == 0 {
			actions = append(actions, l.Action)
		}
	}
	return actions
}

// sendable says that the button to ask would ask for something.
func (s sheet) sendable() bool {
	faults := s.forecast.Faults() + len(s.lines) - len(s.rows())
	return faults == 0 && len(s.lines) > 0 || s.parts && faults < len(s.lines)
}

// report is a row for each line, in order, its headings first.
func (s sheet) report(lang string, tariff desk.Tariff) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield(say.BatchHead(lang)) {
			return
		}
		next := 0
		for _, l := range s.lines {
			row := []string{strconv.Itoa(l.Number), "", "", "", ""}
			switch {
			case len(l.Faults) > 0:
				row[2] = say.Fault(lang, l.Faults[0].Line, l.Faults[0].Column, l.Faults[0].Err)
			case next < len(s.forecast.Rows):
				row = say.BatchRow(lang, l.Number, s.forecast.Rows[next], tariff)
				next++
			}
			if !yield(row) {
				return
			}
		}
	}
}
