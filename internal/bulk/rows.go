package bulk

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Limits bound what is read of a table, and the memory that it takes.
type Limits struct {
	Rows  int // below the headings
	Cells int // of a row
	Row   int // bytes of a row
}

// StandardLimits suit what a person prepares by hand.
func StandardLimits() Limits { return Limits{Rows: 5000, Cells: 40, Row: 16 << 10} }

// A Row is one row with the line of the file that it begins on, from 1.
type Row struct {
	Line  int
	Cells []string
}

// A Fault is what is wrong, and where: Line 0 is the file as a whole, Column 0 the
// row. The column is counted in cells, from 1.
type Fault struct {
	Line, Column int
	Err          error
}

// Error is for the log: people are told by package say, or as the code has it.
func (f Fault) Error() string { return fmt.Sprintf("line %d, column %d: %v", f.Line, f.Column, f.Err) }

// Unwrap gives the cause.
func (f Fault) Unwrap() error { return f.Err }

// A BadTable is trouble with the table itself.
type BadTable string

// What is wrong with tables.
const (
	Empty      BadTable = "table.empty"
	TooMany    BadTable = "table.many"   // rows
	TooWide    BadTable = "table.wide"   // cells in a row
	TooLong    BadTable = "table.long"   // bytes in a row: a quote may not be closed
	Quotes     BadTable = "table.quotes" // that do not match
	Unreadable BadTable = "table.encoding"
	Spread     BadTable = "table.spreadsheet"
	NoVerb     BadTable = "table.verb"
	NoColumn   BadTable = "table.column" // a heading that is none
	TwoColumns BadTable = "table.twice"  // two headings for the same
)

func (b BadTable) Error() string { return string(b) }

// separators are what may stand between cells; of equals the first counts.
const separators = ";,\t|"

// readRows yields the rows of a table, its headings first. Of an error the row
// says where; it ends the reading.
func readRows(from io.Reader, limits Limits) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		meter := &meter{from: newDecoder(from), most: limits.Row + 8<<10} // csv reads ahead
		text := bufio.NewReader(meter)
		meter.spare()
		table := csv.NewReader(text)
		table.Comma, table.FieldsPerRecord, table.ReuseRecord = separator(text), -1, false
		for n := 0; ; n++ {
			meter.spare()
			cells, err := table.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			line, _ := 0, 0
			if len(cells) > 0 {
				line, _ = table.FieldPos(0)
			}
			if err == nil {
				err = limits.check(n, cells)
			}
			if err != nil {
				yield(Row{Line: lineOf(err, line)}, badTable(err))
				return
			}
			if !yield(Row{line, cells}, nil) {
				return
			}
		}
	}
}

func (l Limits) check(n int, cells []string) error {
	size := 0
	for _, c := range cells {
		size += len(c)
	}
	switch {
	case n > l.Rows:
		return TooMany
	case len(cells) > l.Cells:
		return TooWide
	case size > l.Row:
		return TooLong
	}
	return nil
}

// separator is the one of the candidates that the first line has most of, outside
// quotes. Of none, any.
func separator(text *bufio.Reader) rune {
	head, _ := text.Peek(4 << 10)
	counts, quoted := map[rune]int{}, false
	for _, r := range string(head) {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n' || r == '\r':
			return most(counts)
		case strings.ContainsRune(separators, r):
			counts[r]++
		}
	}
	return most(counts)
}

func most(counts map[rune]int) rune {
	best := rune(separators[0])
	for _, r := range separators {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

func lineOf(err error, line int) int {
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		return at.StartLine
	}
	return line
}

func badTable(err error) error {
	switch {
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		return Quotes
	case errors.Is(err, errUTF16), errors.Is(err, errInvalid):
		return Unreadable
	case errors.Is(err, errBinary):
		return Spread
	}
	return err
}

// A meter lets so many bytes through for one row: a quote that is never closed
// would else take the whole file into memory.
type meter struct {
	from io.Reader
	most int
	left int
}

func (m *meter) spare() { m.left = m.most }

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, TooLong
	}
	n, err := m.from.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}
