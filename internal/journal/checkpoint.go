package journal

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	sumdb "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// A Checkpoint says what the tree of a site was at a size. Signed, and kept by
// somebody else, it binds whoever holds the database.
type Checkpoint struct {
	Origin string // names the site and its journal, on one line
	Size   desk.Seq
	Root   tlog.Hash
}

// String is the text that is signed.
func (c Checkpoint) String() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return c, errors.New("read checkpoint: not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return c, errors.New("read checkpoint: no size")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, errors.New("read checkpoint: no root")
	}
	c = Checkpoint{Origin: lines[0], Size: desk.Seq(size), Root: tlog.Hash(root)}
	if c.String() != text {
		return c, errors.New("read checkpoint: not written our way")
	}
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint. Nothing may stand beside the one
// signature, by that key, of that key's origin.
func OpenCheckpoint(signed []byte, public string) (Checkpoint, error) {
	verifier, err := sumdb.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read verifier key: %w", err)
	}
	n, err := sumdb.Open(signed, sumdb.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return Checkpoint{}, errors.New("open checkpoint: more than one signature")
	}
	if raw, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil || len(raw) != 4+ed25519.SignatureSize {
		return Checkpoint{}, errors.New("open checkpoint: its signature is not written our way")
	}
	c, err := parseCheckpoint(n.Text)
	if err == nil && c.Origin != verifier.Name() {
		err = fmt.Errorf("open checkpoint: it is of %q, not of %q", c.Origin, verifier.Name())
	}
	return c, err
}

// Against compares the journal, read to its end, with a checkpoint: nil, ErrLost
// if it ends before it, ErrRewritten if it is another one. Nothing is against
// the zero Checkpoint.
func (l *Log) Against(ctx context.Context, c Checkpoint) error {
	if err := l.grow(ctx); err != nil || c == (Checkpoint{}) {
		return err
	}
	root, err := l.tree.root(c.Size)
	if err == nil && root != c.Root {
		err = ErrRewritten
	}
	if err != nil {
		held := l.tree.grown()
		return fmt.Errorf("the checkpoint is of %d events, the journal holds %d, %d are missing: %w", c.Size, held, max(0, c.Size-held), err)
	}
	return nil
}

// Whole verifies every event and gives what the tree is then, of no origin.
func (l *Log) Whole(ctx context.Context) (c Checkpoint, err error) {
	if c.Size, err = l.Verify(ctx); err != nil {
		return c, err
	}
	c.Root, err = l.tree.root(c.Size)
	return c, err
}

// grow reads what the tree does not hold yet.
func (l *Log) grow(ctx context.Context) error {
	for _, err := range l.walk(ctx, l.tree.grown()) {
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
	}
	return nil
}
