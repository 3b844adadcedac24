package phrase_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/phrase"
)

// fixture is the reader that the sentences are about.
func fixture(t testing.TB) *phrase.Reader {
	now, err := time.Parse(time.RFC3339, phrase.FixtureTime)
	if err != nil {
		t.Fatal(err)
	}
	return phrase.Fixture(now)
}

// A row of a file of sentences.
type row struct{ lang, text, want string }

func rows(t testing.TB, name string) (list []row) {
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "id\t") || strings.HasPrefix(line, "lang\t") {
			continue
		}
		cells := strings.Split(line, "\t")
		if strings.HasPrefix(name, "dev") {
			cells = cells[1:]
		}
		list = append(list, row{cells[0], cells[1], cells[2]})
	}
	return list
}

// exact compares as the schema says: the whole frame, only the slot of a question.
func exact(got, want string) bool {
	if a, ok := strings.CutPrefix(want, "ASK:"); ok {
		return strings.HasPrefix(got+" ", "ASK:"+strings.Fields(a)[0]+" ")
	}
	return slices.Equal(normal(got), normal(want))
}

func normal(frame string) []string {
	words := strings.Fields(frame)
	for i, w := range words {
		name, values, ok := strings.Cut(w, "=")
		if ok && name != "reason" {
			list := strings.Split(values, ",")
			slices.Sort(list)
			words[i] = name + "=" + strings.Join(list, ",")
		}
	}
	slices.Sort(words)
	return words
}

// score counts the exact answers and the wrong actions of a file.
func score(t *testing.T, name string) (exacts, wrong, all int) {
	r := fixture(t)
	for _, row := range rows(t, name) {
		all++
		a := r.Read(row.text)
		got := a.String()
		switch {
		case exact(got, row.want):
			exacts++
		case a.Refused == "" && a.Ask == "" && a.Frame.Changes():
			wrong++
			t.Errorf("wrong action:\n  %s\n  %s\n  %s", row.text, got, row.want)
		default:
			t.Logf("miss:\n  %s\n  %s %s\n  %s", row.text, got, a.Refused, row.want)
		}
	}
	t.Logf("%s: %d of %d exact, %d wrong", name, exacts, all, wrong)
	return exacts, wrong, all
}

func TestDev(t *testing.T) {
	score(t, "dev.tsv")
}
func TestOrdinary(t *testing.T) { score(t, "ordinary.tsv") }
func TestHard(t *testing.T)     { score(t, "hard.tsv") }
func TestFresh(t *testing.T)    { score(t, "fresh.tsv") }
