package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/unistra/melusine/internal/desk"
)

// A kind is how one sort of fact is stored. A name is never given to another
// sort; a fact whose fields change their meaning gets a new name ("asked.2")
// and the old one stays readable.
type kind struct {
	name string
	none desk.Fact // what is left of one whose words were destroyed
	is   func(desk.Fact) bool
	read func(data []byte) (desk.Fact, error)
}

// forgotten is the kind that destroys its subject's key.
const forgotten = "forgotten"

var kinds = []kind{
	kindOf[desk.Asked]("asked"),
	kindOf[desk.Decided]("decided"),
	kindOf[desk.Approved]("approved"),
	kindOf[desk.Refused]("refused"),
	kindOf[desk.Amended]("amended"),
	kindOf[desk.Questioned]("questioned"),
	kindOf[desk.Answered]("answered"),
	kindOf[desk.Withdrawn]("withdrawn"),
	kindOf[desk.Nudged]("nudged"),
	kindOf[desk.Reminded]("reminded"),
	kindOf[desk.Escalated]("escalated"),
	kindOf[desk.Expired]("expired"),
	kindOf[desk.Planned]("planned"),
	kindOf[desk.Started]("started"),
	kindOf[desk.Failed]("failed"),
	kindOf[desk.Unknown]("unknown"),
	kindOf[desk.Stepped]("stepped"),
	kindOf[desk.Done]("done"),
	kindOf[desk.Undone]("undone"),
	kindOf[desk.Announced]("announced"),
	kindOf[desk.Held]("held"),
	kindOf[desk.Released]("released"),
	kindOf[desk.BrakesReset]("brakes.reset"),
	kindOf[desk.Frozen]("frozen"),
	kindOf[desk.Thawed]("thawed"),
	kindOf[desk.BookActivated]("book.activated"),
	kindOf[desk.Launched]("drift.launched"),
	kindOf[desk.Repaired]("drift.repaired"),
	kindOf[desk.Halted]("drift.halted"),
	kindOf[desk.Compared]("drift.compared"),
	kindOf[desk.Lifted]("lifted"),
	kindOf[desk.Spared]("spared"),
	kindOf[desk.Noticed]("noticed"),
	kindOf[desk.Registered]("registered"),
	kindOf[desk.Vanished]("vanished"),
	kindOf[desk.Granted]("granted"),
	kindOf[desk.Deputised]("deputised"),
	kindOf[desk.Revoked]("revoked"),
	kindOf[desk.BindingOffered]("binding.offered"),
	kindOf[desk.Bound]("bound"),
	kindOf[desk.Unbound]("unbound"),
	kindOf[desk.Heard]("heard"),
	kindOf[desk.Telling]("telling"),
	kindOf[desk.TokenIssued]("token.issued"),
	kindOf[desk.TokenEnded]("token.ended"),
	kindOf[desk.TokensEnded]("tokens.ended"),
	kindOf[desk.Digested]("digested"),
	kindOf[desk.Forgotten](forgotten),
	kindOf[desk.Redacted]("redacted"),
}

func kindOf[F desk.Fact](name string) kind {
	var none F
	return kind{name, none,
		func(f desk.Fact) bool { _, ok := f.(F); return ok },
		func(data []byte) (desk.Fact, error) {
			var f F
			d := json.NewDecoder(bytes.NewReader(data))
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

// errAltered says that a fact would not be read as it was written: bytes that are
// no text become others, and two texts may become one.
var errAltered = errors.New("it would be read otherwise than it is written")

// encode gives the name and the data of a fact. What every reader would stop at
// must never be written, whatever door it came by.
func encode(f desk.Fact) (name string, data []byte, err error) {
	for _, k := range kinds {
		if !k.is(f) {
			continue
		}
		if data, err = json.Marshal(f); err != nil {
			return k.name, nil, err
		}
		back, err := k.read(data)
		if err != nil {
			return k.name, nil, fmt.Errorf("%w: %w", errAltered, err)
		}
		if again, err := json.Marshal(back); err != nil || !bytes.Equal(data, again) {
			return k.name, nil, errAltered
		}
		return k.name, data, nil
	}
	return "", nil, fmt.Errorf("%T has no kind", f)
}

// decode reads a fact back. A kind that nobody here knows is an error: skipping
// it would be deciding without it.
func decode(name string, data []byte) (desk.Fact, error) {
	k, err := kindNamed(name)
	if err != nil {
		return nil, err
	}
	fact, err := k.read(data)
	if err != nil {
		return nil, fmt.Errorf("read as %q: %w", name, err)
	}
	return fact, nil
}

// erased is what is read in place of a fact that cannot be opened any more.
func erased(name string) (desk.Fact, error) {
	k, err := kindNamed(name)
	return desk.Erased{Was: k.none}, err
}

func kindNamed(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("unknown kind %q", name)
}
