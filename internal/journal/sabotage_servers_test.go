//go:build servers

package journal

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each guard of the seal is taken out of the source in turn: the test that is
// there for it must turn red.
func TestSabotagedSeal(t *testing.T) {
	for name, c := range map[string]struct{ file, guard, instead, red string }{
		"no commitment check":         {"seal.go", `!bytes.Equal(r.commitment, commit(plain))`, `!bytes.Equal(r.commitment, r.commitment)`, "TestEveryChangeIsSeen"},
		"no root comparison":          {"checkpoint.go", `root != c.Root`, `root != c.Root && false`, "TestRewritingIsSeenAgainstACheckpoint"},
		"no size comparison":          {"tree.go", `size > t.size {`, `false {`, "TestTree"},
		"no signature check":          {"checkpoint.go", `sumdb.Open(signed, sumdb.VerifierList(verifier))`, `trusting(signed, verifier)`, "TestCheckpointText"},
		"unsalted commitment":         {"seal.go", `r.commitment = commit(plain)`, `r.commitment = commit(data)`, "TestCommitmentsAreSalted"},
		"header not in the seal":      {"seal.go", `, r.header())`, `, nil)`, "TestEveryChangeIsSeen"},
		"words missing without cause": {"walk.go", `blank[e.seq] = true`, `blank[0] = false`, "TestEveryChangeIsSeen"},
		"key kept":                    {"person.go", `login = NULL, key = NULL`, `login = login`, "TestErasureLeavesNoByte"},
		"file not scrubbed":           {"sqlite.go", `scrub: scrubFile`, `scrub: func(context.Context, *sql.DB) error { return nil }`, "TestErasureLeavesNoByte"},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(source), c.guard) {
				t.Fatalf("%s has no %q", c.file, c.guard)
			}
			changed := strings.ReplaceAll(string(source), c.guard, c.instead)
			if c.instead == `trusting(signed, verifier)` {
				changed += trusting
			}
			if out, err := testInstead(t, c.file, changed, c.red); err == nil || !strings.Contains(out, "--- FAIL: "+c.red) {
				t.Errorf("%s does not turn red: %v\n%s", c.red, err, out)
			}
		})
	}
}

// trusting opens a note whoever has signed it.
const trusting = `
func trusting(signed []byte, v sumdb.Verifier) (*sumdb.Note, error) {
	text, last, _ := strings.Cut(string(signed), "\n\n")
	word := strings.Fields(last + " x x x")
	return &sumdb.Note{Text: text + "\n", Sigs: []sumdb.Signature{{Base64: word[2]}}}, nil
}
`

// testInstead runs one test with another text of a file.
func testInstead(t *testing.T, file, text, test string) (string, error) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	other, overlay := filepath.Join(t.TempDir(), file), filepath.Join(t.TempDir(), "overlay.json")
	plan, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, file): other}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{other: []byte(text), overlay: plan} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("go", "test", "-overlay", overlay, "-run", "^"+test+"$", ".").CombinedOutput()
	return string(out), err
}

// harmful counts the tampered exports that are taken for good.
func harmful(accepted []bool) (n int) {
	for _, yes := range accepted {
		if yes {
			n++
		}
	}
	return n
}

// Each check of the verifier is missed when it is taken out.
func TestSabotagedVerifier(t *testing.T) {
	k := newKey(t, "u.fr/journal")
	bad := tampered(t, exported(t, k, everything), 1200)
	for name, change := range map[string][]string{
		"no commitment check": {`hex.EncodeToString(sum[:]) != string`, `false && hex.EncodeToString(sum[:]) != string`},
		"no root comparison":  {`text != fmt.Sprintf("%s\n%d\n%s", k[0], events, base64.StdEncoding.EncodeToString(edge[0][:]))`, `false`},
		"no signature check":  {`!ed25519.Verify`, `false && !ed25519.Verify`, `!bytes.Equal(sig[:4], mark[:4])`, `false`},
		"no numbers":          {`!bytes.HasPrefix(leaf, fmt.Appendf(nil, "%d ", events+1))`, `false`, `text != fmt.Sprintf("%s\n%d\n%s", k[0], events, base64.StdEncoding.EncodeToString(edge[0][:]))`, `false`},
		"lines cut anyhow":    {`bytes.Cut(line[:len(line)-1], []byte("\t"))`, `bytes.Cut(bytes.TrimSpace(line), []byte("\t"))`},
		"loose base64":        {`signed != k[0]+" "+base64.StdEncoding.EncodeToString(sig)+"\n"`, `false`},
	} {
		t.Run(name, func(t *testing.T) {
			if missed := harmful(verifier(t, change...)(k.Public(), bad...)); missed == 0 {
				t.Error("nobody notices")
			} else {
				t.Logf("%d of %d taken for good", missed, len(bad))
			}
		})
	}
}
