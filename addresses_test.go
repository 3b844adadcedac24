package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestReadAddresses(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	const sympa = "name_list,robot_list,status_list,creation_email_list,creation_epoch_list,update_epoch_list,subject\n"
	for name, tt := range map[string]struct {
		text string
		want []string // nil: refused whole
	}{
		"ours":            {"address,kind,owner,since,until\nTous@u.fr,sympa,bob,2019-01-31,\n", []string{"line 2 tous@u.fr sympa bob 2019-01-30T23:00:00Z - "}},
		"freed":           {"address;kind;until\nold@u.fr;account;31/12/2025\n", []string{"line 2 old@u.fr account  - 2025-12-30T23:00:00Z "}},
		"tabs":            {"address\tkind\nx@u.fr\tother\n", []string{"line 2 x@u.fr other  - - "}},
		"of a sheet":      {"\ufeffAddress ; Kind\r\n x@u.fr ;SYMPA\r\n", []string{"line 2 x@u.fr sympa  - - "}},
		"quoted newline":  {"address,kind,owner\nx@u.fr,sympa,\"a\nb\"\ny@u.fr,sympa,\n", []string{"line 2 x@u.fr sympa a\nb - - ", "line 4 y@u.fr sympa  - - "}},
		"no such day":     {"address,kind,since\nx@u.fr,sympa,2026-02-30\n", []string{"line 2 x@u.fr sympa  - - argument.invalid"}},
		"American day":    {"address,kind,since\nx@u.fr,sympa,12/31/2026\n", []string{"line 2 x@u.fr sympa  - - argument.invalid"}},
		"no address":      {"address,kind\nété@u.fr,sympa\n", []string{"line 2  sympa  - - address.invalid"}},
		"a formula":       {"address,kind\n=cmd()@u.fr,sympa\n", []string{"line 2  sympa  - - address.invalid"}},
		"sympa":           {sympa + "tous,listes.u.fr,open,bob@u.fr,1548892800,0,\"Tous, sans exception\"\n", []string{"line 2 tous@listes.u.fr sympa bob@u.fr 2019-01-31T00:00:00Z - "}},
		"sympa, closed":   {sympa + "vieux,listes.u.fr,closed,,1548892800,1600000000,\n", []string{"line 2 vieux@listes.u.fr sympa  2019-01-31T00:00:00Z 2020-09-13T12:26:40Z "}},
		"closed some day": {sympa + "vieux,listes.u.fr,closed,,NULL,NULL,\n", []string{"line 2 vieux@listes.u.fr sympa  - - argument.missing"}},
		"odd epoch":       {sympa + "vieux,listes.u.fr,open,,yesterday,,\n", []string{"line 2 vieux@listes.u.fr sympa  - - argument.invalid"}},
		"no name":         {sympa + ",listes.u.fr,open,,,,\n", []string{"line 2  sympa  - - address.invalid"}},
		"another column":  {"address,kind,colour\nx@u.fr,sympa,red\n", nil},
		"a column twice":  {"address,kind,kind\nx@u.fr,sympa,sympa\n", nil},
		"no kind":         {"address,owner\nx@u.fr,bob\n", nil},
		"ragged":          {"address,kind\nx@u.fr\n", nil},
		"open quote":      {"address,kind\n\"x@u.fr,sympa\n", nil},
		"Latin-1":         {"address,kind,owner\nx@u.fr,sympa,Andr\xe9\n", nil},
		"nothing":         {"", nil},
		"headings alone":  {"address,kind\n", []string{}},
		"wrong separator": {"address|kind\nx@u.fr|sympa\n", nil},
	} {
		lines, err := readAddresses([]byte(tt.text), paris)
		got := []string{}
		for _, x := range lines {
			at := func(t time.Time) string {
				if t.IsZero() {
					return "-"
				}
				return t.Format(time.RFC3339)
			}
			got = append(got, fmt.Sprintf("%s %s %s %s %s %s %s", x.where, x.entry.Address, x.entry.Nature, x.owner, at(x.entry.Since), at(x.entry.Freed), desk.CodeOf(x.err)))
		}
		if (err != nil) != (tt.want == nil) || err == nil && !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := readAddresses([]byte("address,kind\nx@u.fr,sympa\ny@u.fr,\xff\n"), paris); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("where it is not UTF-8: %v", err)
	}
}

// A file that can be read gives lines that can be told, and never a crash.
func FuzzReadAddresses(f *testing.F) {
	for _, s := range []string{"address,kind\nx@u.fr,sympa\n", "name_list;robot_list\na;b.fr\n", "\ufeff\"", "address\tkind\n\t\n", "address,kind,since\na@b.fr,sympa,1/1/1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, err := readAddresses(text, time.UTC)
		if err != nil && len(lines) > 0 {
			t.Error("lines beside an error")
		}
		for _, x := range lines {
			if again, err := desk.ParseAddress(string(x.entry.Address)); x.err == nil && (err != nil || again != x.entry.Address) {
				t.Errorf("%q is taken for an address", x.entry.Address)
			}
		}
	})
}

// The import first tells, then does, whole or nothing; the second time nothing is
// left to do. What it enters nobody else is given, and it comes out again.
func TestEnterAddresses(t *testing.T) {
	h := invented(t)
	taken := string(h.mirror.Account("jeanne.dupont@unistra.fr").Address)
	text := "address,kind,owner,since,until\ntous@unistra.fr,sympa,jdupont,2019-01-31,\nancien@unistra.fr,alias,,,2026-01-01\n" + taken + ",sympa,,,\nrien@unistra.fr,sympa,nobody-at-all,,\n"
	enter := func(c addressesImportCommand, text string) error {
		lines, err := readAddresses([]byte(text), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		return c.enter(t.Context(), &out, h, lines)
	}
	if err := enter(addressesImportCommand{From: "x.csv", Yes: true}, text); err == nil || !strings.Contains(err.Error(), "2 to enter, 0 there already, 2 at fault") {
		t.Errorf("beside faults: %v", err)
	}
	if err := enter(addressesImportCommand{From: "x.csv", Skip: true}, text); err != nil {
		t.Fatal(err)
	}
	if x, known := h.mirror.Entry("tous@unistra.fr"); known {
		t.Errorf("written without --yes: %+v", x)
	}
	for range 2 {
		if err := enter(addressesImportCommand{From: "x.csv", Skip: true, Yes: true}, text); err != nil {
			t.Fatal(err)
		}
	}
	if x, _ := h.mirror.Entry("tous@unistra.fr"); !x.Held || x.Owner != "jdupont" || x.Reason != "import of x.csv" {
		t.Errorf("%+v", x)
	}
	if err := h.desk.Free("tous@unistra.fr"); desk.CodeOf(err) != desk.AliasTaken {
		t.Errorf("a list: %v", err)
	}
	if err := h.desk.Free("ancien@unistra.fr"); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("what was freed: %v", err)
	}
	var out bytes.Buffer
	if err := writeEntries(&out, slices.Values(h.mirror.Recorded("tous@")), time.UTC); err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(&out).ReadAll(); err != nil || len(rows) != 2 || rows[1][0] != "tous@unistra.fr" || rows[1][6] != "import of x.csv" {
		t.Errorf("%q %v", rows, err)
	}
	if got := inert("=1+1"); got != "'=1+1" {
		t.Errorf("a formula is exported as %q", got)
	}
}
