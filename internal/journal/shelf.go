package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A Shelf is the folder of a site's checkpoints: "last", "all" one after the
// other, and in "posted" the size of the last that was published. It is of use where whoever can change the database cannot write.
type Shelf string

// Last is the last checkpoint put there, zero if there is none.
func (s Shelf) Last(public string) (c Checkpoint, err error) {
	signed, err := os.ReadFile(filepath.Join(string(s), "last"))
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read last checkpoint: %w", err)
	}
	return OpenCheckpoint(signed, public)
}

// put adds a checkpoint; when it returns, it is on the disk.
func (s Shelf) put(signed []byte) error {
	if err := os.MkdirAll(string(s), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := appendTo(filepath.Join(string(s), "all"), append(signed, '\n')); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	next := filepath.Join(string(s), "next")
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	if err := appendTo(next, signed); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	if err := os.Rename(next, filepath.Join(string(s), "last")); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return syncFolder(string(s))
}

// posted is the size of the last checkpoint that was published, 0 if nobody knows.
func (s Shelf) posted() desk.Seq {
	text, err := os.ReadFile(filepath.Join(string(s), "posted"))
	size, bad := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || bad != nil || size < 0 {
		return 0
	}
	return desk.Seq(size)
}

// post remembers it. What a power cut takes of that is published twice.
func (s Shelf) post(size desk.Seq) error {
	if err := os.WriteFile(filepath.Join(string(s), "posted"), fmt.Appendln(nil, int64(size)), 0o644); err != nil {
		return fmt.Errorf("remember what is published: %w", err)
	}
	return nil
}

func appendTo(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
