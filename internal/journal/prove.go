package journal

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// A Proof leads from one event to the root that a checkpoint signs: for whoever
// may know of that event and of no other.
type Proof struct {
	Seq    desk.Seq
	Size   desk.Seq
	Leaf   string // as in an export, with its line feed
	Hashes tlog.RecordProof
}

// Prove proves an event in the tree at a size.
func (l *Log) Prove(ctx context.Context, seq, size desk.Seq) (p Proof, err error) {
	p = Proof{Seq: seq, Size: size}
	if err := l.grow(ctx); err != nil {
		return p, err
	}
	if p.Hashes, err = l.tree.prove(seq, size); err != nil {
		return p, err
	}
	page, err := l.page(ctx, seq-1)
	if err == nil && (len(page) == 0 || page[0].seq != seq) {
		err = ErrLost
	}
	if err != nil {
		return p, fmt.Errorf("prove event %d: %w", seq, err)
	}
	p.Leaf = string(page[0].leaf())
	return p, nil
}

// Holds says whether the proof leads to the checkpoint.
func (p Proof) Holds(c Checkpoint) error {
	if p.Size != c.Size {
		return fmt.Errorf("the proof is for %d events, the checkpoint for %d", p.Size, c.Size)
	}
	return tlog.CheckRecord(p.Hashes, int64(p.Size), c.Root, int64(p.Seq)-1, tlog.RecordHash([]byte(p.Leaf)))
}

// String is the leaf, where it stands, and the hashes beside its way up.
func (p Proof) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sevent %d of %d\n", p.Leaf, p.Seq, p.Size)
	for _, h := range p.Hashes {
		fmt.Fprintln(&b, h)
	}
	return b.String()
}
