package journal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// verifier is the program of tools/verify, which knows nothing of ours, built
// with a loop over files around it: so that a thousand exports take no thousand
// processes. change is made to its text first.
func verifier(t testing.TB, change ...string) (verify func(key string, exports ...[]byte) (accepted []bool)) {
	t.Helper()
	source, err := os.ReadFile("../../tools/verify/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(string(source), change[i]) {
			t.Fatalf("the verifier has no %q", change[i])
		}
		source = []byte(strings.Replace(string(source), change[i], change[i+1], 1))
	}
	folder := t.TempDir()
	const loop = `package main
import ("bufio"; "bytes"; "encoding/binary"; "fmt"; "io"; "os")
func main() {
	in, size := bufio.NewReader(os.Stdin), uint32(0)
	for binary.Read(in, binary.LittleEndian, &size) == nil {
		text := make([]byte, size)
		io.ReadFull(in, text)
		_, err := verify(bufio.NewReaderSize(bytes.NewReader(text), 1<<16), os.Args[1])
		fmt.Println(err == nil)
	}
}`
	for name, text := range map[string]string{"main.go": strings.Replace(string(source), "func main()", "func alone()", 1), "loop.go": loop} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(folder, "verify")
	if out, err := exec.Command("go", "build", "-o", program, filepath.Join(folder, "main.go"), filepath.Join(folder, "loop.go")).CombinedOutput(); err != nil {
		t.Fatalf("build verifier: %v\n%s", err, out)
	}
	return func(key string, exports ...[]byte) (accepted []bool) {
		t.Helper()
		var in []byte
		for _, text := range exports {
			in = append(binary.LittleEndian.AppendUint32(in, uint32(len(text))), text...)
		}
		run := exec.Command(program, key)
		run.Stdin = bytes.NewReader(in)
		out, err := run.Output()
		if err != nil {
			t.Fatalf("verify: %v", err)
		}
		for line := range strings.FieldsSeq(string(out)) {
			accepted = append(accepted, line == "true")
		}
		if len(accepted) != len(exports) {
			t.Fatalf("%d answers to %d exports", len(accepted), len(exports))
		}
		return accepted
	}
}

// exported is a signed history of every kind of fact, some of it erased.
func exported(t testing.TB, k Key, opens func(desk.Event) bool) []byte {
	t.Helper()
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	var events []desk.Event
	for i := range 50 {
		facts := everyFact()
		e := desk.Event{Seq: desk.Seq(i) + 1, At: noon.Add(time.Duration(i) * time.Second), By: "ann", Subject: "jdupont", Fact: facts[i%len(facts)]}
		if _, erases := e.Fact.(desk.Forgotten); erases {
			e.Subject = "zoe"
		}
		if i%3 > 0 {
			e.ID = desk.ID(fmt.Sprint("D-", i%3))
		}
		events = append(events, e)
	}
	events[8].Subject = "zoe"
	mustAppend(t, l, 0, events[:12]...)
	mustRead(t, l, 0)
	mustAppend(t, l, 12, events[12:]...)
	signed, c, err := l.Sign(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := l.Export(context.Background(), &out, signed, c, opens); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func everything(desk.Event) bool { return true }

func TestExport(t *testing.T) {
	verify, k := verifier(t), newKey(t, "u.fr/journal")
	all, closed := exported(t, k, everything), exported(t, k, func(desk.Event) bool { return false })
	ones := exported(t, k, func(e desk.Event) bool { return e.Subject == "zoe" })
	if got := verify(k.Public(), all, closed, ones); slices.Contains(got, false) {
		t.Errorf("good exports: %v", got)
	}
	for _, key := range []string{newKey(t, "u.fr/journal").Public(), "", "u.fr/journal", "u.fr/journal+00000000+", strings.Replace(k.Public(), "u.fr", "v.fr", 1)} {
		if got := verify(key, all); got[0] {
			t.Errorf("accepted with the key %q", key)
		}
	}
	if n := bytes.Count(all, []byte("\t")); n < 45 || n >= 50 {
		t.Errorf("%d of 50 events opened, with some erased", n)
	}
	if bytes.Contains(closed, []byte("\t")) || bytes.Contains(closed, []byte("jdupont")) || bytes.Contains(ones, []byte("mariage")) {
		t.Error("opened what was not asked for")
	}
}

// tampered makes n exports that differ from the good one, and from what may be
// left out of it without a lie: the data of events.
func tampered(t testing.TB, good []byte, n int) (bad [][]byte) {
	t.Helper()
	dice := rand.New(rand.NewPCG(1, 2))
	lines := bytes.SplitAfter(good, []byte("\n"))
	for len(bad) < n {
		change := slices.Clone(lines)
		i, j := dice.IntN(len(lines)-1), dice.IntN(len(lines)-1)
		line := bytes.Clone(lines[i])
		switch dice.IntN(12) {
		case 0, 1, 2: // one bit
			line[dice.IntN(len(line))] ^= 1 << dice.IntN(8)
			change[i] = line
		case 3: // a line less
			change = slices.Delete(change, i, i+1)
		case 4: // two exchanged
			change[i], change[j] = change[j], change[i]
		case 5: // one twice
			change = slices.Insert(change, i, line)
		case 6: // cut short
			change = [][]byte{good[:dice.IntN(len(good))]}
		case 7: // CRLF, once or everywhere
			change[i] = bytes.ReplaceAll(line, []byte("\n"), []byte("\r\n"))
			if j%2 == 0 {
				change = [][]byte{bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n"))}
			}
		case 8: // something after it
			change = append(change, [][]byte{{'\n'}, {0}, []byte(" "), []byte("x"), lines[i]}[dice.IntN(5)])
		case 9: // the data of one event in another
			if a, b := bytes.IndexByte(line, '\t'), bytes.IndexByte(lines[j], '\t'); a > 0 && b > 0 {
				change[i] = append(line[:a:a], lines[j][b:]...)
			}
		case 10: // a digit
			if at := bytes.IndexAny(line, "0123456789abcdef"); at >= 0 {
				line[at] = "0123456789abcdef"[dice.IntN(16)]
			}
			change[i] = line
		case 11: // a byte more
			change[i] = slices.Insert(line, dice.IntN(len(line)), byte(dice.IntN(256)))
		}
		if text := bytes.Join(change, nil); !bytes.Equal(text, good) {
			bad = append(bad, text)
		}
	}
	return append(bad, forged(t, lines)...)
}

// forged are exports whose tree is right for what they say, as one makes them
// who has everything but the signing key.
func forged(t testing.TB, lines [][]byte) (bad [][]byte) {
	t.Helper()
	for _, drop := range []int{1, 5, 39} {
		var ours tree
		text := lines[0]
		for i, line := range lines[1:41] {
			if i+1 > drop {
				continue
			}
			leaf, _, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte("\t"))
			if err := ours.take(desk.Seq(i)+1, tlog.RecordHash(append(bytes.Clone(leaf), '\n'))); err != nil {
				t.Fatal(err)
			}
			text = append(bytes.Clone(text), line...)
		}
		root, err := ours.root(desk.Seq(drop))
		if err != nil {
			t.Fatal(err)
		}
		checkpoint := Checkpoint{Origin: "u.fr/journal", Size: desk.Seq(drop), Root: root}
		bad = append(bad, fmt.Appendf(bytes.Clone(text), "\n%s\n%s", checkpoint, lines[len(lines)-2]))
		stranger, err := newKey(t, "u.fr/journal").Sign(checkpoint.Size, root)
		if err != nil {
			t.Fatal(err)
		}
		bad = append(bad, fmt.Appendf(bytes.Clone(text), "\n%s", stranger))
	}
	return bad
}

func TestTamperedExports(t *testing.T) {
	k := newKey(t, "u.fr/journal")
	bad := tampered(t, exported(t, k, everything), 1200)
	for i, yes := range verifier(t)(k.Public(), bad...) {
		if yes {
			t.Errorf("taken for good: %q", bad[i])
		}
	}
}

// A change of one bit anywhere in the checkpoint.
func TestEveryBitOfTheCheckpoint(t *testing.T) {
	k := newKey(t, "u.fr/journal")
	good := exported(t, k, everything)
	at := bytes.LastIndex(good, []byte("\n\nu.fr/")) + 1
	var bad [][]byte
	for i := at; i < len(good); i++ {
		for bit := range 8 {
			text := bytes.Clone(good)
			text[i] ^= 1 << bit
			bad = append(bad, text)
		}
	}
	for i, yes := range verifier(t)(k.Public(), bad...) {
		if yes {
			t.Errorf("bit %d of the checkpoint taken for good", i)
		}
	}
	if _, err := base64.StdEncoding.DecodeString(strings.SplitN(k.Public(), "+", 3)[2]); err != nil {
		t.Error(err)
	}
}
