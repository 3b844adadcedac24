package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

type row struct {
	seq                     desk.Seq
	at                      int64
	request, by, kind, data string
	nonce, commitment, seal []byte
}

const nonceSize = 16

var noSeal = make([]byte, sha256.Size) // before the first event

// header is the part of the row that stays when its data are erased.
func (r row) header() string {
	return fmt.Sprintf("%d\n%d\n%s\n%s\n%s\n", r.seq, r.at, r.request, r.by, r.kind)
}

func (r row) commit() []byte {
	h := sha256.New()
	h.Write(r.nonce)
	h.Write([]byte(r.data))
	return h.Sum(nil)
}

func (r row) sealAfter(previous []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	h.Write([]byte(r.header()))
	h.Write(r.commitment)
	return h.Sum(nil)
}

// draw gives each row its nonce, and commits to its data.
func draw(random io.Reader, rows []row) error {
	for i := range rows {
		rows[i].nonce = make([]byte, nonceSize)
		if _, err := io.ReadFull(random, rows[i].nonce); err != nil {
			return fmt.Errorf("draw nonce: %w", err)
		}
		rows[i].commitment = rows[i].commit()
	}
	return nil
}

// seal seals each row to the one before.
func seal(previous []byte, rows []row) {
	for i := range rows {
		rows[i].seal = rows[i].sealAfter(previous)
		previous = rows[i].seal
	}
}

// rows checks that events can stand right after a position and encodes them.
func rows(after desk.Seq, events []desk.Event) ([]row, error) {
	if len(events) == 0 || after < 0 {
		return nil, errors.New("nothing to append, or nowhere")
	}
	rows := make([]row, len(events))
	for i, e := range events {
		if e.Seq != after+desk.Seq(i)+1 {
			return nil, fmt.Errorf("event %d cannot be number %d after %d", e.Seq, i+1, after)
		}
		if strings.Contains(string(e.ID)+string(e.By), "\n") {
			return nil, fmt.Errorf("event %d: line break in its header", e.Seq)
		}
		var err error
		if rows[i], err = encode(e); err != nil {
			return nil, fmt.Errorf("encode event %d: %w", e.Seq, err)
		}
	}
	return rows, nil
}
