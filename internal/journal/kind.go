package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A kind is how one sort of fact is stored. A name is never given to another
// sort; a fact whose fields change their meaning gets a new name ("asked.2")
// and the old one stays readable.
type kind struct {
	name string
	is   func(desk.Fact) bool
	read func(data string) (desk.Fact, error)
}

var kinds = []kind{
	kindOf[desk.Asked]("asked"),
	kindOf[desk.Decided]("decided"),
	kindOf[desk.Approved]("approved"),
	kindOf[desk.Refused]("refused"),
	kindOf[desk.Withdrawn]("withdrawn"),
	kindOf[desk.Started]("started"),
	kindOf[desk.Failed]("failed"),
	kindOf[desk.Unknown]("unknown"),
	kindOf[desk.Done]("done"),
	kindOf[desk.Announced]("announced"),
	kindOf[desk.Granted]("granted"),
	kindOf[desk.Revoked]("revoked"),
	kindOf[desk.BindingOffered]("binding.offered"),
	kindOf[desk.Bound]("bound"),
	kindOf[desk.Forgotten]("forgotten"),
	kindOf[desk.Redacted]("redacted"),
}

func kindOf[F desk.Fact](name string) kind {
	return kind{name,
		func(f desk.Fact) bool { _, ok := f.(F); return ok },
		func(data string) (desk.Fact, error) {
			var f F
			d := json.NewDecoder(strings.NewReader(data))
			d.DisallowUnknownFields() // a field that we would lose is a fact that we do not understand
			if err := d.Decode(&f); err != nil {
				return nil, err
			}
			if _, err := d.Token(); err != io.EOF {
				return nil, errors.New("more than one value")
			}
			return f, nil
		}}
}

// encode gives the row of an event, not yet sealed.
func encode(e desk.Event) (row, error) {
	for _, k := range kinds {
		if k.is(e.Fact) {
			data, err := json.Marshal(e.Fact)
			return row{seq: e.Seq, at: e.At.UnixMicro(), request: string(e.ID), by: string(e.By), kind: k.name, data: string(data)}, err
		}
	}
	return row{}, fmt.Errorf("%T has no kind", e.Fact)
}

// event reads a row back. A kind that nobody here knows is an error: skipping
// it would be deciding without it.
func (r row) event() (desk.Event, error) {
	for _, k := range kinds {
		if k.name != r.kind {
			continue
		}
		fact, err := k.read(r.data)
		if err != nil {
			return desk.Event{}, fmt.Errorf("read event %d as %q: %w", r.seq, r.kind, err)
		}
		return desk.Event{Seq: r.seq, At: time.UnixMicro(r.at).UTC(), ID: desk.ID(r.request), By: desk.UID(r.by), Fact: fact}, nil
	}
	return desk.Event{}, fmt.Errorf("read event %d: unknown kind %q", r.seq, r.kind)
}
