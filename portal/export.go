package portal

import (
	"bytes"
	"iter"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/bulk"
)

// mostRows is how many rows a table that one takes away has, at most.
const mostRows = 5000

// isTable says that a form or an address asks for a table to take away.
func isTable(kind string) bool { return kind == "csv" || kind == "ods" }

// hand gives rows as a table that spreadsheets open, without formulas.
func hand(v *visit, kind, name string, rows iter.Seq[[]string]) (err error) {
	var file bytes.Buffer
	if kind == "ods" {
		v.Set(fiber.HeaderContentType, "application/vnd.oasis.opendocument.spreadsheet")
		err = bulk.WriteODS(&file, name, rows)
	} else {
		v.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
		err = bulk.WriteCSV(&file, rows)
	}
	if err != nil {
		return err
	}
	v.Set(fiber.HeaderContentDisposition, `attachment; filename="melusine.`+kind+`"`)
	return v.Send(file.Bytes())
}
