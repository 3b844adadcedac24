package portal

import (
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/rogpeppe/go-internal/diff"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// The fields of the form that proposes a book.
const (
	fieldBookName = "nom"
	fieldFileName = "fichier"  // of each text
	fieldText     = "texte"    //
	fieldUpload   = "fichiers" // of the machine of the reader
	fieldBook     = "empreinte"
)

// A shelf is the rule books of the house, and the one that is being proposed.
type shelf struct {
	editions []desk.Edition // newest first
	articles []desk.Article // of the one in force
	unread   bool           // this program cannot read it
	undo     bool           // the last activation can be taken back
	draft    proposing
	problem  string
	would    *desk.Difference // what the draft would change, if that was asked
}

// A proposing is the form of a new book, as it was filled in.
type proposing struct {
	name, reason, once string
	files              []desk.BookFile
}

// rulebook shows the book in force and those before. It is there for those who
// govern.
func (p *Portal) rulebook(v *visit) error { return p.showShelf(v, fiber.StatusOK, shelf{}) }

func (p *Portal) showShelf(v *visit, status int, s shelf) (err error) {
	if !p.governs(v.me) {
		return fiber.ErrNotFound
	}
	editions := p.Desk.View.Editions()
	if now, known := desk.InForce(editions); known {
		s.articles = p.articles(now.Book)
		s.unread = s.articles == nil
	}
	if s.undo = len(editions) > 1; s.undo {
		s.undo = desk.Undoes(editions, editions[len(editions)-2].Digest, p.Now())
	}
	s.editions = slices.Clone(editions)
	slices.Reverse(s.editions)
	if s.draft.once == "" {
		if s.draft.once, err = draw(p.Rand); err != nil {
			return err
		}
	}
	if len(s.draft.files) == 0 {
		s.draft.files = []desk.BookFile{{}}
	}
	pg := p.page(v, "rules")
	pg.self = pathRules
	return render(v.Ctx, status, rulesPage(pg, s))
}

// articles are those of a book, which is read once: a book never changes.
func (p *Portal) articles(b desk.Book) []desk.Article {
	digest := b.Digest()
	if read, known := p.books.Load(digest); known {
		return read.([]desk.Article)
	}
	read := p.Desk.Articles(b)
	if read != nil {
		p.books.Store(digest, read)
	}
	return read
}

// edition shows one book in full, and how it differs from the one before it.
func (p *Portal) edition(v *visit) error {
	editions := p.Desk.View.Editions()
	e, known := desk.EditionOf(editions, v.Params("digest"))
	if !p.governs(v.me) || !known {
		return fiber.ErrNotFound
	}
	at := slices.IndexFunc(editions, func(o desk.Edition) bool { return o.Digest == e.Digest })
	var before desk.Book
	if at > 0 {
		before = editions[at-1].Book
	}
	now, _ := desk.InForce(editions)
	once, err := draw(p.Rand)
	if err != nil {
		return err
	}
	return render(v.Ctx, fiber.StatusOK, editionPage(p.page(v, "rules.one", "book", short(e.Digest)),
		opened{e, p.articles(e.Book), differs(before, e.Book), now.Digest == e.Digest, once}))
}

// An opened book is one that is shown in full.
type opened struct {
	desk.Edition
	articles []desk.Article
	changes  string // from the one before
	inForce  bool
	once     string
}

// differs is what differs between the texts of two books, file by file.
func differs(before, after desk.Book) string {
	texts := map[string][2]string{}
	for _, f := range before.Files {
		texts[f.Name] = [2]string{f.Text, ""}
	}
	for _, f := range after.Files {
		texts[f.Name] = [2]string{texts[f.Name][0], f.Text}
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out.Write(diff.Diff(name, []byte(texts[name][0]), name, []byte(texts[name][1])))
	}
	return out.String()
}

func short(digest string) string { return digest[:min(len(digest), 12)] }

// proposeBook tells what a book would change, or asks for it to be in force.
func (p *Portal) proposeBook(v *visit) error {
	if !p.governs(v.me) {
		return fiber.ErrNotFound
	}
	draft, err := readProposing(v)
	if err != nil {
		return err
	}
	next := p.considerBook
	if v.form("pas") == "demander" && drawn(draft.once) {
		next = p.askForBook
	}
	if err = next(v, draft); desk.CodeOf(err) == "" {
		return err
	}
	return p.showShelf(v, statusOf(err), shelf{draft: draft, problem: say.Error(p.language(v.Ctx), err)})
}

func (p *Portal) askForBook(v *visit, draft proposing) error {
	b, err := desk.NewBook(draft.name, draft.files...)
	if err != nil {
		return err
	}
	return p.askRules(v, desk.RulesActivate, b.Digest(), b, draft.reason, draft.once)
}

func (p *Portal) considerBook(v *visit, draft proposing) error {
	b, err := desk.NewBook(draft.name, draft.files...)
	if err != nil {
		return err
	}
	would, err := p.Desk.Consider(v.me.UID, desk.Portal, b)
	if err != nil {
		return err
	}
	return p.showShelf(v, fiber.StatusOK, shelf{draft: draft, would: &would})
}

// readProposing reads the form: what was pasted, and the files that were sent.
func readProposing(v *visit) (proposing, error) {
	d := proposing{name: v.form(fieldBookName), reason: v.form(fieldReason), once: v.form(fieldOnce)}
	names := v.fields(fieldFileName)
	for i, text := range v.fields(fieldText) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		name := fmt.Sprintf("regles-%d.yaml", i+1)
		if i < len(names) && strings.TrimSpace(names[i]) != "" {
			name = strings.TrimSpace(names[i])
		}
		d.files = append(d.files, desk.BookFile{Name: name, Text: strings.ReplaceAll(text, "\r\n", "\n")}) // a browser ends lines so
	}
	form, err := v.MultipartForm()
	if err != nil {
		return d, nil // nothing was sent but text
	}
	for _, f := range form.File[fieldUpload] {
		if f.Filename == "" || f.Size == 0 {
			continue
		}
		text, err := readUpload(f)
		if err != nil {
			return d, err
		}
		d.files = append(d.files, desk.BookFile{Name: f.Filename, Text: text})
	}
	return d, nil
}

func readUpload(header *multipart.FileHeader) (string, error) {
	f, err := header.Open()
	if err != nil {
		return "", fmt.Errorf("open what was sent: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest))
	if err != nil {
		return "", fmt.Errorf("read what was sent: %w", err)
	}
	return string(text), nil
}

// returnToBook asks for a book that was in force.
func (p *Portal) returnToBook(v *visit) error {
	return p.onShelf(v, func() error {
		return p.askRules(v, desk.RulesRollback, v.form(fieldBook), desk.Book{}, v.form(fieldReason), v.form(fieldOnce))
	})
}

// undoBook takes the last activation back.
func (p *Portal) undoBook(v *visit) error {
	return p.onShelf(v, func() error {
		return p.askRules(v, desk.RulesUndo, v.form(fieldBook), desk.Book{}, v.form(fieldReason), v.form(fieldOnce))
	})
}

func (p *Portal) onShelf(v *visit, ask func() error) error {
	if !p.governs(v.me) {
		return fiber.ErrNotFound
	}
	err := ask()
	if desk.CodeOf(err) == "" {
		return err
	}
	return p.showShelf(v, statusOf(err), shelf{problem: say.Error(p.language(v.Ctx), err)})
}

// askRules asks, and goes to the request's page.
func (p *Portal) askRules(v *visit, verb desk.Verb, digest string, b desk.Book, reason, once string) error {
	action, err := desk.NewAction(verb, "", map[string]string{"book": digest})
	if err != nil {
		return err
	}
	if !drawn(once) {
		return desk.Fail(desk.Invalid, desk.MissingArgument, "name", fieldOnce)
	}
	r, err := p.Desk.Ask(v.UserContext(), desk.Asking{By: v.me.UID, Via: desk.Portal, Action: action, Book: b, Reason: reason, Key: keyOf(once, action.String())})
	if err != nil {
		return err
	}
	return v.Redirect(pathRequests+"/"+string(r.ID), fiber.StatusSeeOther)
}
