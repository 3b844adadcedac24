package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
)

// An enrolled line is what a file says of one address.
type enrolled struct {
	where string // "line 4"
	owner string // a login or an address, "" nobody
	loose bool   // an owner whom nobody knows is none: Sympa's may have left long ago
	entry desk.Registration
	err   error
}

// registerColumns are those of our own files.
var registerColumns = []string{"address", "kind", "owner", "since", "until"}

// mostLines bounds a file.
const mostLines = 1_000_000

// readAddresses reads a CSV of addresses, or an export of the table of lists of
// Sympa, told by its headings; cells stand between commas, semicolons or tabs.
// Other columns of Sympa's are left out; of ours, every one must be known.
func readAddresses(text []byte, zone *time.Location) ([]enrolled, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		line := bytes.Count(text[:firstInvalid(text)], []byte("\n")) + 1
		return nil, fmt.Errorf("read addresses: line %d is not in UTF-8: convert the file", line)
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.Comma = separator(text)
	headings, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read addresses: headings: %w", err)
	}
	sympa, err := columnsOf(headings)
	if err != nil {
		return nil, err
	}
	var all []enrolled
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read addresses: %w", err)
		}
		if len(all) == mostLines {
			return nil, fmt.Errorf("read addresses: more than %d lines: cut the file", mostLines)
		}
		cells := map[string]string{}
		for i, cell := range row {
			cells[headings[i]] = strings.TrimSpace(cell)
		}
		line, _ := rows.FieldPos(0)
		x := enrolled{where: "line " + strconv.Itoa(line)}
		if sympa {
			x.sympa(cells)
		} else {
			x.ours(cells, zone)
		}
		all = append(all, x)
	}
}

func firstInvalid(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// separator is what stands between the headings most often.
func separator(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, c := range []rune{';', '\t'} {
		if bytes.Count(line, []byte(string(c))) > bytes.Count(line, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// columnsOf makes the headings plain, and says whose they are.
func columnsOf(headings []string) (sympa bool, err error) {
	for i, h := range headings {
		if headings[i] = strings.ToLower(strings.TrimSpace(h)); slices.Contains(headings[:i], headings[i]) {
			return false, fmt.Errorf("read addresses: the heading %q is there twice", headings[i])
		}
	}
	if slices.Contains(headings, "name_list") && slices.Contains(headings, "robot_list") {
		return true, nil
	}
	for _, h := range headings {
		if !slices.Contains(registerColumns, h) {
			return false, fmt.Errorf("read addresses: the heading %q is none of %q, nor are there name_list and robot_list of Sympa", h, registerColumns)
		}
	}
	if !slices.Contains(headings, "address") || !slices.Contains(headings, "kind") {
		return false, errors.New("read addresses: the columns address and kind must be there")
	}
	return false, nil
}

// ours reads a line of our own columns. until is the last day of an address that
// nobody has any more.
func (x *enrolled) ours(cells map[string]string, zone *time.Location) {
	x.entry.Address, x.err = desk.ParseAddress(cells["address"])
	x.entry.Nature, x.owner = desk.Nature(strings.ToLower(cells["kind"])), cells["owner"]
	for column, into := range map[string]*time.Time{"since": &x.entry.Since, "until": &x.entry.Freed} {
		at, err := readDay(cells[column], zone)
		if x.err == nil && err != nil {
			x.err = desk.Fail(desk.Invalid, desk.InvalidArgument, "name", map[string]string{"since": "from", "until": "until"}[column], "value", cells[column])
		}
		*into = at
	}
}

// readDay reads a day of the zone, 2026-12-31 or 31/12/2026; zero for "".
func readDay(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	layout := time.DateOnly
	if strings.Contains(text, "/") {
		layout = "02/01/2006"
	}
	at, err := time.ParseInLocation(layout, text, zone)
	return at.UTC(), err
}

// sympa reads a line of the table of lists. A list that is closed has an address
// that was freed when it was last changed.
func (x *enrolled) sympa(cells map[string]string) {
	x.entry.Address, x.err = desk.ParseAddress(cells["name_list"] + "@" + cells["robot_list"])
	x.entry.Nature, x.owner, x.loose = desk.AsSympa, cells["creation_email_list"], true
	for column, into := range map[string]*time.Time{"creation_epoch_list": &x.entry.Since, "update_epoch_list": &x.entry.Freed} {
		seconds, err := strconv.ParseInt(cmpText(cells[column], "0"), 10, 64)
		if x.err == nil && (err != nil || seconds < 0 || seconds > 1<<33) {
			x.err = desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "from", "value", cells[column])
		}
		if seconds > 0 {
			*into = time.Unix(seconds, 0).UTC()
		}
	}
	switch status := strings.ToLower(cells["status_list"]); {
	case status == "open" || status == "pending" || status == "":
		x.entry.Freed = time.Time{}
	case x.err == nil && x.entry.Freed.IsZero():
		x.err = desk.Fail(desk.Invalid, desk.MissingArgument, "name", "until")
	}
}

func cmpText(s, otherwise string) string {
	if s == "" || strings.EqualFold(s, "null") {
		return otherwise
	}
	return s
}

// enroll says whose each line is and what becomes of it, and lists those to be
// written. owner finds a login by itself or by an address.
func enroll(d *desk.Desk, lines []enrolled, owner func(string) desk.UID) (fresh []desk.Registration) {
	seen := map[desk.Address]string{}
	for i := range lines {
		x := &lines[i]
		if x.err == nil && x.owner != "" {
			if x.entry.Owner = owner(x.owner); x.entry.Owner == "" && !x.loose {
				x.err = desk.Fail(desk.NotFound, desk.UnknownPerson, "value", x.owner)
			}
		}
		if x.err == nil && seen[x.entry.Address] != "" {
			x.err = desk.Fail(desk.Conflict, desk.AlreadySo, "value", seen[x.entry.Address])
		}
		if x.err == nil {
			seen[x.entry.Address] = x.where
			x.err = d.Enrollable(x.entry)
		}
		if x.err == nil {
			fresh = append(fresh, x.entry)
		}
	}
	return fresh
}

// inert makes a text one that no spreadsheet takes for a formula.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// writeEntries writes what the register says as a CSV.
func writeEntries(out io.Writer, entries func(func(desk.Entry) bool), zone *time.Location) error {
	to := csv.NewWriter(out)
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(time.DateOnly)
	}
	if err := to.Write([]string{"address", "kind", "held", "owner", "since", "request", "reason", "until", "freed", "freed_by", "lifted"}); err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	for x := range entries {
		row := []string{string(x.Address), string(x.Nature), strconv.FormatBool(x.Held), string(x.Owner), day(x.Since), string(x.Request), x.Reason,
			string(x.Until), day(x.Freed), string(x.FreedBy), string(x.Lifted)}
		for i := range row {
			row[i] = inert(row[i])
		}
		if err := to.Write(row); err != nil {
			return fmt.Errorf("write addresses: %w", err)
		}
	}
	to.Flush()
	return to.Error()
}
