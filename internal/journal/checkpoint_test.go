package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

func newKey(t testing.TB, origin string) Key {
	t.Helper()
	text, err := DrawKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewKey(text)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v", k, k, k); strings.Contains(shown, "PRIVATE") || strings.Contains(shown, "0x") {
		t.Errorf("printed: %s", shown)
	}
	return k
}

// The tree at every size is the one that tlog makes of the same leaves, and
// proves each of them.
func TestTree(t *testing.T) {
	var ours tree
	var theirs []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, i := range indexes {
			found = append(found, theirs[i])
		}
		return found, nil
	})
	leaves := []tlog.Hash{{}}
	for n := range int64(70) {
		text := fmt.Appendf(nil, "leaf %d", n)
		more, err := tlog.StoredHashes(n, text, reader)
		if err != nil {
			t.Fatal(err)
		}
		theirs, leaves = append(theirs, more...), append(leaves, tlog.RecordHash(text))
		if err := ours.take(desk.Seq(n)+1, leaves[n+1]); err != nil {
			t.Fatal(err)
		}
		for size := desk.Seq(1); size <= desk.Seq(n)+1; size++ {
			want, _ := tlog.TreeHash(int64(size), reader)
			if root, err := ours.root(size); err != nil || root != want {
				t.Fatalf("root of %d in %d: %v, %v", size, n+1, root, err)
			}
			proof, err := ours.prove(size, desk.Seq(n)+1)
			if err != nil {
				t.Fatal(err)
			}
			root, _ := ours.root(desk.Seq(n) + 1)
			if err := tlog.CheckRecord(proof, n+1, root, int64(size)-1, leaves[size]); err != nil {
				t.Fatalf("event %d in %d: %v", size, n+1, err)
			}
		}
	}
	if err := ours.take(3, tlog.Hash{}); !errors.Is(err, ErrRewritten) {
		t.Errorf("another third leaf: %v", err)
	}
	if err := ours.take(90, tlog.Hash{}); err != nil || ours.grown() != 70 {
		t.Errorf("a leaf too far: %v, grown to %d", err, ours.grown())
	}
	for _, size := range []desk.Seq{-1, 71} {
		if _, err := ours.root(size); !errors.Is(err, ErrLost) {
			t.Errorf("root of %d: %v", size, err)
		}
	}
	if _, err := ours.prove(71, 70); err == nil {
		t.Error("proved what is not there")
	}
}

func TestCheckpointText(t *testing.T) {
	k := newKey(t, "u.fr/journal")
	c := Checkpoint{Origin: "u.fr/journal", Size: 7, Root: tlog.Hash{1, 2, 3}}
	signed, err := k.Sign(c.Size, c.Root)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCheckpoint(signed, k.Public()); err != nil || got != c {
		t.Errorf("%+v, %v", got, err)
	}
	other := newKey(t, "u.fr/journal")
	both, err := other.Sign(c.Size, c.Root)
	if err != nil {
		t.Fatal(err)
	}
	line := both[strings.LastIndex(strings.TrimSuffix(string(both), "\n"), "\n")+1:]
	for name, text := range map[string]string{
		"nothing": "", "unsigned": c.String(), "signed by another": string(both), "signed by two": string(signed) + string(line),
		"CRLF": strings.ReplaceAll(string(signed), "\n", "\r\n"), "trailing": string(signed) + "x", "other size": strings.Replace(string(signed), "\n7\n", "\n8\n", 1),
	} {
		if got, err := OpenCheckpoint([]byte(text), k.Public()); err == nil {
			t.Errorf("%s: opened as %+v", name, got)
		}
	}
	for _, text := range []string{"u.fr/journal\n07\n" + c.Root.String() + "\n", "u.fr/journal\n-7\n" + c.Root.String() + "\n", "u.fr/journal\n7\nAQID\n",
		c.String() + "more\n", strings.TrimSuffix(c.String(), "\n")} {
		if got, err := parseCheckpoint(text); err == nil {
			t.Errorf("%q: read as %+v", text, got)
		}
	}
	for i := range signed {
		for bit := range 8 {
			changed := append([]byte(nil), signed...)
			changed[i] ^= 1 << bit
			if got, err := OpenCheckpoint(changed, k.Public()); err == nil {
				t.Errorf("byte %d, bit %d: opened as %+v", i, bit, got)
			}
		}
	}
}

func TestBadKeys(t *testing.T) {
	for _, text := range []string{"", "PRIVATE+KEY+x+00000000+AAAA", "secret"} {
		if _, err := NewKey(text); !errors.Is(err, errKey) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, origin := range []string{"", "with space", "a+b"} {
		if _, err := DrawKey(rand.Reader, origin); err == nil {
			t.Errorf("a key for %q", origin)
		}
	}
}

// keeping is a keeper at work on a journal, whose publications go to out.
func keeping(t *testing.T, l *Log, k Key, folder string, publish func(context.Context, string) error) (stop func()) {
	t.Helper()
	keeper := &Keeper{Log: l, Key: k, Shelf: Shelf(folder), Publish: publish, Now: time.Now, Report: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- keeper.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// signedUpTo is the size of the last checkpoint on the shelf.
func signedUpTo(t *testing.T, folder string, k Key) desk.Seq {
	t.Helper()
	c, err := Shelf(folder).Last(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return c.Size
}

func TestKeeper(t *testing.T) {
	path, folder, k := filepath.Join(t.TempDir(), "journal.db"), filepath.Join(t.TempDir(), "shelf"), newKey(t, "u.fr/journal")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path)
		var published []string
		down := true
		stop := keeping(t, l, k, folder, func(ctx context.Context, signed string) error {
			if down {
				<-ctx.Done() // hangs
				return ctx.Err()
			}
			published = append(published, signed)
			return nil
		})
		at := desk.Seq(0)
		grow := func(n int) { mustAppend(t, l, at, notes(at, n)...); at += desk.Seq(n); time.Sleep(time.Second) }
		expect := func(what string, want desk.Seq) {
			t.Helper()
			synctest.Wait()
			if got := signedUpTo(t, folder, k); got != want {
				t.Errorf("%s: signed up to %d, want %d", what, got, want)
			}
		}
		grow(99)
		expect("99 events", 0)
		grow(1)
		expect("100 events", 100)
		down = false
		grow(1)
		time.Sleep(keptWait - 5*time.Second)
		expect("just before five minutes", 100)
		time.Sleep(5 * time.Second)
		expect("five minutes", 101)
		time.Sleep(time.Hour)
		expect("nothing new", 101)
		grow(1)
		expect("one more", 101)
		stop()
		expect("stopped", 102)
		if len(published) != 2 {
			t.Errorf("published %d times: %q", len(published), published)
		}
		if text, err := os.ReadFile(filepath.Join(folder, "all")); err != nil || strings.Count(string(text), "u.fr/journal\n") != 3 {
			t.Errorf("all: %s, %v", text, err)
		}
	})
}

// What could not be published is tried again, though nothing new happens, and
// after a restart too; what was is not published twice.
func TestKeeperPublishesInTheEnd(t *testing.T) {
	path, folder, k := filepath.Join(t.TempDir(), "journal.db"), filepath.Join(t.TempDir(), "shelf"), newKey(t, "u.fr/journal")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path)
		var published []string
		tries, down := 0, true
		run := func(d time.Duration) {
			stop := keeping(t, l, k, folder, func(_ context.Context, signed string) error {
				if tries++; down {
					return errors.New("no answer")
				}
				published = append(published, signed)
				return nil
			})
			time.Sleep(d)
			synctest.Wait()
			stop()
		}
		mustAppend(t, l, 0, notes(0, 150)...)
		if run(5*time.Minute - time.Second); tries != 10 {
			t.Errorf("tried %d times in five minutes", tries)
		}
		down = false
		run(time.Minute)
		run(time.Hour)
		if len(published) != 1 {
			t.Fatalf("published %q", published)
		}
		if c, err := OpenCheckpoint([]byte(published[0]), k.Public()); err != nil || c.Size != 150 {
			t.Errorf("what was published is %+v, %v", c, err)
		}
	})
}

// On top of a checkpoint that is not of this journal nothing is signed, until
// that is accepted: then all is, from the first event, and published.
func TestKeeperBeginsAnewOnceAccepted(t *testing.T) {
	for name, theirs := range map[string]int{"a longer one": 300, "another": 50} {
		path, folder, k := filepath.Join(t.TempDir(), "journal.db"), filepath.Join(t.TempDir(), "shelf"), newKey(t, "u.fr/journal")
		signed, err := k.Sign(desk.Seq(theirs), tlog.Hash{1})
		if err == nil {
			err = errors.Join(Shelf(folder).put(signed), Shelf(folder).post(desk.Seq(theirs)))
		}
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			l := open(t, path)
			var published []string
			var accepted atomic.Bool
			keeper := &Keeper{Log: l, Key: k, Shelf: Shelf(folder), Now: time.Now, Report: slog.New(slog.DiscardHandler),
				Publish: func(_ context.Context, signed string) error { published = append(published, signed); return nil },
				Accepts: func(c Checkpoint) bool { return accepted.Load() && c.Size == desk.Seq(theirs) }}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- keeper.Run(ctx) }()
			mustAppend(t, l, 0, notes(0, 150)...)
			time.Sleep(150 * time.Minute)
			if at := signedUpTo(t, folder, k); at != desk.Seq(theirs) || len(published) > 0 {
				t.Errorf("%s: signed up to %d, published %q", name, at, published)
			}
			accepted.Store(true)
			mustAppend(t, l, 150, notes(150, 1)...) // the thaw
			time.Sleep(2 * time.Second)
			if at := signedUpTo(t, folder, k); at != 151 || len(published) != 1 {
				t.Errorf("%s: accepted, signed up to %d, published %q", name, at, published)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestKeeperTriesAFullShelfAgain(t *testing.T) {
	path, folder, k := filepath.Join(t.TempDir(), "journal.db"), filepath.Join(t.TempDir(), "shelf"), newKey(t, "u.fr/journal")
	all := filepath.Join(folder, "all")
	if err := os.MkdirAll(all, 0o700); err != nil { // a folder where the file should be
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path)
		stop := keeping(t, l, k, folder, nil)
		mustAppend(t, l, 0, notes(0, 150)...)
		time.Sleep(time.Minute)
		if err := os.Remove(all); err != nil {
			t.Fatal(err)
		}
		time.Sleep(tryAgain)
		synctest.Wait()
		if got := signedUpTo(t, folder, k); got != 150 {
			t.Errorf("signed up to %d", got)
		}
		stop()
	})
}

// What an intruder with every key could do, each seen against the checkpoint
// that was kept elsewhere.
func TestRewritingIsSeenAgainstACheckpoint(t *testing.T) {
	k := newKey(t, "u.fr/journal")
	for name, c := range map[string]struct {
		rewrite func(*testing.T, string)
		want    error
	}{
		"nothing":   {func(*testing.T, string) {}, nil},
		"cut off":   {func(t *testing.T, path string) { alter(t, path, `DELETE FROM event WHERE seq > 15`) }, ErrLost},
		"all gone":  {func(t *testing.T, path string) { alter(t, path, `DELETE FROM event`) }, ErrLost},
		"resealed":  {reseal, ErrRewritten},
		"forked":    {fork, ErrRewritten},
		"restored":  {func(t *testing.T, path string) { alter(t, path, `DELETE FROM event WHERE seq > 19`) }, ErrLost},
		"an erased": {func(t *testing.T, path string) { alter(t, path, `UPDATE event SET at = 1 WHERE seq = 2`) }, ErrRewritten},
	} {
		t.Run(name, func(t *testing.T) {
			path, folder := filepath.Join(t.TempDir(), "journal.db"), t.TempDir()
			l := open(t, path)
			events := notes(0, 20)
			events[1].Subject = "zoe"
			mustAppend(t, l, 0, events[:19]...)
			mustRead(t, l, 0)
			mustAppend(t, l, 19, desk.Event{Seq: 20, At: noon, By: "ann", Subject: "zoe", Fact: desk.Forgotten{Who: "zoe"}})
			mustRead(t, l, 0)
			root, err := l.tree.root(20)
			if err != nil {
				t.Fatal(err)
			}
			signed, err := k.Sign(20, root)
			if err == nil {
				err = errors.Join(Shelf(folder).put(signed), l.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
			c.rewrite(t, path)
			last, err := Shelf(folder).Last(k.Public())
			if err != nil {
				t.Fatal(err)
			}
			again := open(t, path)
			if _, err := again.Verify(t.Context()); err != nil {
				t.Errorf("by itself it is seen already: %v", err)
			}
			if err := again.Against(t.Context(), last); !errors.Is(err, c.want) {
				t.Errorf("against the checkpoint: %v, want %v", err, c.want)
			}
		})
	}
}

// reseal changes an event as one who has the keys could.
func reseal(t *testing.T, path string) {
	l := open(t, path)
	rows, err := l.rows(t.Context(), []desk.Event{{Seq: 7, At: noon, By: "eve", Subject: "bob", Fact: desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"all"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	r := rows[0]
	if _, err := l.writer.ExecContext(t.Context(), `UPDATE event SET by = $1, payload = $2, commitment = $3 WHERE seq = 7`, r.by, r.payload, r.commitment); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// fork goes on from the middle.
func fork(t *testing.T, path string) {
	alter(t, path, `DELETE FROM event WHERE seq > 15`)
	l := open(t, path)
	mustAppend(t, l, 15, notes(15, 10)...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A hundred journals cut, rewritten, forked and rolled back at random places:
// the checkpoint that was kept outside tells each.
func TestAHundredRewritings(t *testing.T) {
	folder, k, dice := t.TempDir(), newKey(t, "u.fr/journal"), mathrand.New(mathrand.NewPCG(3, 4))
	path := filepath.Join(folder, "journal.db")
	l := open(t, path)
	mustAppend(t, l, 0, notes(0, 60)...)
	_, c, err := l.Sign(t.Context(), k)
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		copied, at := filepath.Join(t.TempDir(), "journal.db"), desk.Seq(1+dice.IntN(59))
		for _, suffix := range []string{"", ".persons"} {
			text, err := os.ReadFile(path + suffix)
			if err == nil {
				err = os.WriteFile(copied+suffix, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		l := open(t, copied)
		what := []string{"cut", "forked", "resealed", "rolled back and gone on"}[i%4]
		switch what {
		case "resealed":
			rows, err := l.rows(t.Context(), []desk.Event{note(at)})
			if err == nil {
				_, err = l.writer.ExecContext(t.Context(), `UPDATE event SET payload = $1, commitment = $2 WHERE seq = $3`, rows[0].payload, rows[0].commitment, int64(at))
			}
			if err != nil {
				t.Fatal(err)
			}
		default:
			if _, err := l.writer.ExecContext(t.Context(), `DELETE FROM event WHERE seq > $1`, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
		if n := map[string]int{"forked": 60 - int(at), "rolled back and gone on": 100}[what]; n > 0 {
			l.known = 0
			mustAppend(t, l, at, notes(at, n)...)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, copied)
		if _, err := again.Verify(t.Context()); err != nil {
			t.Errorf("%s at %d: seen by itself already: %v", what, at, err)
		}
		want := map[bool]error{true: ErrLost, false: ErrRewritten}[what == "cut"]
		if err := again.Against(t.Context(), c); !errors.Is(err, want) {
			t.Errorf("%s at %d: %v", what, at, err)
		}
		again.Close()
	}
}
