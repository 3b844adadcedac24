package journal

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/unistra/melusine/internal/desk"
)

// Export writes every event that a checkpoint covers, then the checkpoint, as
// one text that is verified without Mélusine: see docs/history.md. opens says
// whose data are shown; what was erased is shown of nobody.
func (l *Log) Export(ctx context.Context, to io.Writer, signed []byte, c Checkpoint, opens func(desk.Event) bool) error {
	out := bufio.NewWriterSize(to, 1<<20)
	if _, err := out.WriteString("melusine history 1\n"); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	for e, err := range l.walk(ctx, 0) {
		if err != nil {
			return fmt.Errorf("export history: %w", err)
		}
		if e.seq > c.Size {
			break
		}
		line := e.row.leaf()
		if e.salt != nil && opens(e.event) {
			line = append(hex.AppendEncode(append(line[:len(line)-1], '\t'), e.salt), ' ')
			line = append(append(line, e.data...), '\n')
		}
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	if err := l.Against(ctx, c); err != nil {
		return fmt.Errorf("export history: %w", err)
	}
	if _, err := fmt.Fprintf(out, "\n%s", signed); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// Sign makes the checkpoint of the journal as it is now.
func (l *Log) Sign(ctx context.Context, k Key) (signed []byte, c Checkpoint, err error) {
	if err := l.grow(ctx); err != nil {
		return nil, c, err
	}
	c = Checkpoint{Origin: k.signer.Name(), Size: l.tree.grown()}
	if c.Root, err = l.tree.root(c.Size); err != nil {
		return nil, c, err
	}
	signed, err = k.Sign(c.Size, c.Root)
	return signed, c, err
}
