package bulk

import (
	"archive/zip"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes rows as spreadsheets of both languages open them: in UTF-8 with
// its mark, cells apart by semicolons. No cell is a formula.
func WriteCSV(to io.Writer, rows iter.Seq[[]string]) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	table := csv.NewWriter(to)
	table.Comma, table.UseCRLF = ';', true
	for row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = parted(cell)
		}
		if err := table.Write(safe); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

const (
	odsType     = "application/vnd.oasis.opendocument.spreadsheet"
	odsManifest = xml.Header + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
		`<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="` + odsType + `"/>` +
		`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`
	odsHead = xml.Header + `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ` +
		`xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">` +
		`<office:body><office:spreadsheet><table:table table:name="%s">`
	odsFoot = `</table:table></office:spreadsheet></office:body></office:document-content>`
)

// WriteODS writes rows as a spreadsheet of one sheet, each cell a text: none is a
// formula, and none becomes one when it is saved as CSV.
func WriteODS(to io.Writer, sheet string, rows iter.Seq[[]string]) error {
	file := zip.NewWriter(to)
	// The type comes first, and is not compressed: so files are told apart.
	kind, err := file.CreateHeader(&zip.FileHeader{Name: "mimetype", Method: zip.Store})
	if err == nil {
		_, err = io.WriteString(kind, odsType)
	}
	if err == nil {
		err = odsPart(file, "META-INF/manifest.xml", func(part io.Writer) error { _, err := io.WriteString(part, odsManifest); return err })
	}
	if err == nil {
		err = odsPart(file, "content.xml", func(part io.Writer) error { return odsContent(part, sheet, rows) })
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("write spreadsheet: %w", err)
	}
	return nil
}

func odsPart(file *zip.Writer, name string, write func(io.Writer) error) error {
	part, err := file.Create(name)
	if err != nil {
		return err
	}
	return write(part)
}

func odsContent(part io.Writer, sheet string, rows iter.Seq[[]string]) error {
	var b strings.Builder
	fmt.Fprintf(&b, odsHead, xmlText(sheet))
	for row := range rows {
		b.WriteString("<table:table-row>")
		for _, cell := range row {
			b.WriteString(`<table:table-cell office:value-type="string">`)
			for line := range strings.SplitSeq(inert(xmlKept(cell)), "\n") {
				b.WriteString("<text:p>" + xmlText(line) + "</text:p>")
			}
			b.WriteString("</table:table-cell>")
		}
		b.WriteString("</table:table-row>\n")
		if _, err := io.WriteString(part, b.String()); err != nil {
			return err
		}
		b.Reset()
	}
	_, err := io.WriteString(part, b.String()+odsFoot)
	return err
}

// xmlText is a text as XML has it; what no XML may hold is left out.
func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(strings.ReplaceAll(xmlKept(s), "\n", ""))) // a Builder takes all
	return b.String()
}

// xmlKept is a text without what no XML may hold. It comes before inert: else
// what is left out would hide the beginning of a formula.
func xmlKept(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}
