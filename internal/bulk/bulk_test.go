package bulk

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

func latin(t testing.TB, text string) string {
	t.Helper()
	said, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// The same table, however a spreadsheet saved it.
func TestEverySortOfTable(t *testing.T) {
	plain := "Verbe;Compte;Fonction;Description;Commentaire\naccount.profile;bob@u.fr;Élève – l’été;\"sur\ndeux; lignes\";x\n\n;;;;\naccount.profile;ann@u.fr;;\"un \"\"mot\"\"\";\n"
	want := []Line{
		{Number: 2, Action: action(t, `account.profile bob@u.fr description="sur deux; lignes" title="Élève – l’été"`)},
		{Number: 6, Action: action(t, `account.profile ann@u.fr description="un \"mot\""`)},
	}
	for name, text := range map[string]string{
		"UTF-8":             plain,
		"UTF-8, marked":     "\ufeff" + plain,
		"Windows-1252":      latin(t, plain),
		"CRLF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"CRLF Windows-1252": latin(t, strings.ReplaceAll(plain, "\n", "\r\n")),
		"tabs":              strings.ReplaceAll(strings.ReplaceAll(plain, "deux;", "deux,"), ";", "\t"),
		"commas":            strings.ReplaceAll(strings.ReplaceAll(plain, "deux;", "deux|"), ";", ","),
		"bars":              strings.ReplaceAll(strings.ReplaceAll(plain, "deux;", "deux,"), ";", "|"),
		"English headings":  strings.Replace(plain, "Verbe;Compte;Fonction;Description;Commentaire", "verb;account;TITLE ;description;note", 1),
		"a column too many": strings.Replace(plain, "Commentaire", "Commentaire;", 1),
		"no last line end":  strings.TrimSuffix(plain, "\n"),
	} {
		for _, by := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			got, err := Read(by(strings.NewReader(text)), "", StandardLimits())
			for i := range got { // what stood for a separator in the cell differs
				if a := got[i].Action; strings.Contains(a.Args, "deux") {
					got[i].Action, _ = a.With(strings.NewReplacer("deux,", "deux;", "deux|", "deux;").Replace(a.Args))
				}
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	}
}

func action(t testing.TB, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestBadTables(t *testing.T) {
	tight := Limits{Rows: 2, Cells: 4, Row: 100}
	for name, tt := range map[string]struct {
		text         string
		line, column int
		want         error
	}{
		"nothing":                    {"", 0, 0, Empty},
		"only headings":              {"verbe;compte\n", 0, 0, Empty},
		"only empty rows":            {"verbe;compte\n;\n\n", 0, 0, Empty},
		"no verb":                    {"compte;taille\nbob;2G\n", 1, 0, NoVerb},
		"a heading of nothing":       {"verbe;compte;couleur\nx;y;z\n", 1, 3, NoColumn},
		"two headings for the same":  {"verbe;compte;address\nx;y;z\n", 1, 3, TwoColumns},
		"a sentence for headings":    {"Bonjour à tous\n", 1, 1, NoColumn},
		"a quote that is not closed": {"verbe;compte\nquota.set;\"bob\n" + strings.Repeat("x;y\n", 20_000), 0, 0, TooLong},
		"a quote in the middle":      {"verbe;compte\nquota.set;b\"ob\n", 2, 0, Quotes},
		"too many rows":              {"verbe;compte\na;b\na;b\na;b\n", 4, 0, TooMany},
		"too many cells":             {"verbe;compte\na;b;c;d;e\n", 2, 0, TooWide},
		"a row too long":             {"verbe;compte\na;" + strings.Repeat("b", 200) + "\n", 2, 0, TooLong},
		"UTF-16":                     {"\xff\xfev\x00e\x00r\x00b\x00", 0, 0, Unreadable},
		"UTF-16, the other way":      {"\xfe\xff\x00v\x00e", 0, 0, Unreadable},
		"UTF-8 and then not":         {"verbe;compte\né;b\n\xe9;b\n", 0, 0, Unreadable},
		"marked and then not":        {"\ufeffverbe;compte\n\xe9;b\n", 0, 0, Unreadable},
		"a spreadsheet":              {"PK\x03\x04\x14\x00\x00\x08", 0, 0, Spread},
		"bytes of no letter":         {"verbe;compte\n\x81;b\n", 0, 0, Spread},
	} {
		lines, err := Read(strings.NewReader(tt.text), "", tight)
		at, ok := errors.AsType[Fault](err)
		if !ok || !errors.Is(err, tt.want) || tt.line > 0 && (at.Line != tt.line || at.Column != tt.column) || lines != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("the line fell")
	if _, err := Read(iotest.ErrReader(broken), "", tight); !errors.Is(err, broken) {
		t.Errorf("a reading that fails: %v", err)
	}
}

// Each fault is told by its line, as an editor counts, and its column.
func TestFaultsByLineAndColumn(t *testing.T) {
	lines, err := Read(strings.NewReader("compte;taille;vers;alias\n"+
		"\"b\nob\";2G;;\n"+ // a line break in a cell
		"bob;beaucoup;;\n"+
		"bob;;;\n"+
		"bob;2G;;x@u.fr\n"+
		"été@u.fr;2G;;\n"+
		"bob;2G;;;;trop\n"+
		"bob;2 Go;;\n"), desk.QuotaSet, StandardLimits())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		said := l.Action.String()
		if len(l.Faults) > 0 {
			said = fmt.Sprint(l.Faults[0].Line, " ", l.Faults[0].Column, " ", desk.CodeOf(l.Faults[0]))
		}
		got = append(got, fmt.Sprint(l.Number, ": ", said))
	}
	want := []string{"2: 2 0 address.invalid", "4: 4 2 size.invalid", "5: 5 2 argument.missing", "6: 6 4 argument.invalid", "7: 7 0 address.invalid", "8: 8 6 ", "9: quota.set bob size=2G"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	lines, err = Read(strings.NewReader("verbe;compte\nquota.sett;bob\n"), "", StandardLimits())
	if err != nil || lines[0].Faults[0].Column != 1 {
		t.Errorf("%+v, %v", lines, err)
	}
}

// endless is a file of a million lines and more, which counts what is read of it.
type endless struct{ line, left, read int }

func (e *endless) Read(p []byte) (int, error) {
	const text = "quota.set;somebody@u.fr;2G\n"
	n := 0
	for n < len(p) && e.left > 0 {
		if e.line == len(text) {
			e.line, e.left = 0, e.left-1
			continue
		}
		p[n] = text[e.line]
		n, e.line = n+1, e.line+1
	}
	if e.read += n; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A million lines are refused once the limit is passed, and the rest is not read.
func TestAMillionLines(t *testing.T) {
	file := &endless{left: 1_000_000}
	_, err := Read(io.MultiReader(strings.NewReader("verbe;compte;taille\n"), file), "", Limits{Rows: 1000, Cells: 3, Row: 100})
	if at, _ := errors.AsType[Fault](err); !errors.Is(err, TooMany) || at.Line != 1002 || file.read > 200_000 {
		t.Errorf("%v after %d bytes", err, file.read)
	}
	file = &endless{left: 1_000_000}
	_, err = Read(io.MultiReader(strings.NewReader("verbe;compte;taille\nquota.set;\"bob"), file), "", Limits{Rows: 1_000_000, Cells: 3, Row: 100})
	if !errors.Is(err, TooLong) || file.read > 200_000 {
		t.Errorf("a quote that is never closed: %v after %d bytes", err, file.read)
	}
}

// Every argument of every verb that may be asked has its column.
func TestEveryVerbHasItsColumns(t *testing.T) {
	for _, verb := range desk.Verbs() {
		spec, _ := desk.SpecOf(verb)
		for name := range spec.Args {
			if spec.Changes && !spec.Governs && columnOf(name) != name {
				t.Errorf("no column for %s of %s", name, verb)
			}
		}
	}
	seen := map[string]string{}
	for name, words := range headings {
		for _, w := range append(words, name) {
			if seen[w] != "" && seen[w] != name || w != strings.ToLower(w) {
				t.Errorf("%q is %s and %s", w, seen[w], name)
			}
			seen[w] = name
		}
	}
}

// No cell is a formula, whatever separator the table is opened by, and whatever
// is left out of what a spreadsheet cannot hold.
func TestNoFormulaGoesOut(t *testing.T) {
	evil := []string{"=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "plain", "", "-", "=", "é",
		"＝1+1", "＋1", "－1", "＠x", "\x00=1", "\x01=1", "\xff=2", "\ufffd@x",
		`account.profile j@u.fr name="x,=HYPERLINK(1)"`, "x,=1", "y\t@SUM(A1)", "z|+1", "a\n=1", "b; ＝1", ",'=1", ",\x00=1"}
	var csvText, ods bytes.Buffer
	if err := WriteCSV(&csvText, slices.Values([][]string{{"a;b", "c\"d"}, evil})); err != nil {
		t.Fatal(err)
	}
	if err := WriteODS(&ods, "Lot <1>", slices.Values([][]string{evil})); err != nil {
		t.Fatal(err)
	}
	for _, other := range ",\t|;" {
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(csvText.String(), "\ufeff")))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = other, true, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		inertRow(t, fmt.Sprintf("by %q", other), slices.Concat(rows...))
	}
	inertRow(t, "in the spreadsheet", cellsOf(t, ods.Bytes()))
}

func inertRow(t *testing.T, where string, cells []string) {
	t.Helper()
	for _, cell := range cells {
		if first, _ := utf8.DecodeRuneInString(strings.Trim(cell, " \"\x00")); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			t.Errorf("%s: %q", where, cell)
		}
	}
}

// What went out comes back as it was.
func TestWhatWasQuotedComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("a=+-@＝;,|\t\n'\" \x00"))).Draw(t, "cell")
		if back := lively(parted(cell)); back != cell {
			t.Errorf("%q goes out as %q, and comes back as %q", cell, parted(cell), back)
		}
	})
}

// cellsOf reads the cells of a spreadsheet back, as any reader would.
func cellsOf(t testing.TB, file []byte) (cells []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if first := z.File[0]; first.Name != "mimetype" || first.Method != zip.Store || !bytes.HasPrefix(file[30:], []byte("mimetypeapplication/vnd.oasis.opendocument.spreadsheet")) {
		t.Errorf("begins by %s", first.Name)
	}
	content, err := z.Open("content.xml")
	if err != nil {
		t.Fatal(err)
	}
	var sheet struct {
		Rows []struct {
			Cells []struct {
				Type    string   `xml:"value-type,attr"`
				Formula string   `xml:"formula,attr"`
				Lines   []string `xml:"p"`
			} `xml:"table-cell"`
		} `xml:"body>spreadsheet>table>table-row"`
	}
	if err := xml.NewDecoder(content).Decode(&sheet); err != nil {
		t.Fatal(err)
	}
	for _, row := range sheet.Rows {
		for _, c := range row.Cells {
			if c.Type != "string" || c.Formula != "" {
				t.Errorf("%+v is no text", c)
			}
			cells = append(cells, strings.Join(c.Lines, "\n"))
		}
	}
	return cells
}

func TestSpreadsheetsHoldAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "row")
		var b bytes.Buffer
		if err := WriteODS(&b, rapid.String().Draw(t, "sheet"), slices.Values([][]string{row})); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		content, err := z.Open("content.xml")
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(content); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// full is a disk that is.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAWriteThatFailsSaysSo(t *testing.T) {
	rows := slices.Values([][]string{{strings.Repeat("x", 1<<20)}})
	if WriteCSV(full{}, rows) == nil || WriteODS(full{}, "x", rows) == nil {
		t.Error("nothing was said")
	}
}

// Whatever comes in, nothing panics, what is read is within the limits, and no
// action is there that the desk would not have made.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"verbe;compte;taille\nquota.set;bob;2G\n", "\ufeffverb,account,size\nquota.set,bob,\"2\nG\"\n", "verbe\tcompte\n\xe9\t\x93", "a\"", "\xff\xfe", "verb|target\n=1|'=1", "verbe;compte\r\nquota.set;\"bob\r\n\""} {
		f.Add([]byte(seed))
	}
	limits := Limits{Rows: 20, Cells: 6, Row: 200}
	f.Fuzz(func(t *testing.T, raw []byte) {
		lines, err := Read(bytes.NewReader(raw), "", limits)
		if err != nil && lines != nil || len(lines) > limits.Rows {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		last := 0
		for _, l := range lines {
			if l.Number <= last || (l.Action == desk.Action{}) != (len(l.Faults) > 0) {
				t.Fatalf("%+v after line %d", l, last)
			}
			last = l.Number
			if again, err := desk.ParseAction(l.Action.String()); len(l.Faults) == 0 && (err != nil || again != l.Action) {
				t.Fatalf("%q: %v", l.Action, err)
			}
		}
	})
}

// What is decoded is UTF-8, and a text that was is as it was.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("é"))
	f.Add([]byte("a\xe9b\x93"))
	f.Add([]byte("\xef\xbb\xbfx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := io.ReadAll(newDecoder(bytes.NewReader(raw)))
		if !utf8.Valid(text) {
			t.Fatalf("%q is no text", text)
		}
		if plain := bytes.TrimPrefix(raw, []byte("\ufeff")); err == nil && utf8.Valid(raw) && !bytes.Equal(text, plain) {
			t.Fatalf("%q became %q", raw, text)
		}
	})
}
