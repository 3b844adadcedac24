package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/unistra/melusine/internal/directory"
)

// follower is a source of people that tells its changes.
type follower interface {
	Read(context.Context) (*directory.Census, error)
	Follow(context.Context, *directory.Census, func() time.Time, directory.Told) error
	Save(string, *directory.Census, time.Time) error
	Restore(string) (*directory.Census, time.Time, error)
}

// errKept wraps what the mirror says against changes: the census has taken them in
// already, and is of no more use.
var errKept = errors.New("the changes are refused")

// keepPeople keeps the copy of the directory like the directory until ctx ends:
// reads all of it, follows its changes, and reads all of it again now and then.
func (h *house) keepPeople(ctx context.Context) {
	f, follows := h.people.(follower)
	if !follows {
		h.again(ctx, h.every.Directory)
		return
	}
	census, soon := h.census, time.Duration(0)
	for ctx.Err() == nil {
		var err error
		if census == nil {
			census, err = h.readPeople(ctx, f)
		}
		if err == nil {
			census, err = h.followPeople(ctx, f, census)
		}
		if ctx.Err() != nil {
			return
		}
		h.vitals.loaded("directory", h.desk.Now(), err)
		if soon = min(max(2*soon, time.Second), h.every.Directory, 30*time.Second); err == nil {
			soon = 0
		} else {
			h.log.Error("load", "what", "people", "error", err)
		}
		_ = rest(ctx, soon)
	}
}

// readPeople reads everybody.
func (h *house) readPeople(ctx context.Context, f follower) (*directory.Census, error) {
	at := h.desk.Now()
	census, err := f.Read(ctx)
	if err == nil {
		err = h.mirror.LoadPeople(ctx, census.People(), at)
	}
	if err != nil {
		return nil, fmt.Errorf("load people: %w", err)
	}
	h.vitals.loaded("directory", h.desk.Now(), nil)
	h.savePeople(f, census, at)
	return census, nil
}

// followPeople follows until all is to be read again, and returns the census if it
// may be followed further.
func (h *house) followPeople(ctx context.Context, f follower, census *directory.Census) (*directory.Census, error) {
	h.progress.set(func(p *progress) { p.way = census.Way() })
	until := h.every.Whole
	if census.Way() == directory.Rereading {
		until = h.every.Directory
	}
	following, stop := context.WithTimeout(ctx, until)
	defer stop()
	saved, at := h.desk.Now(), time.Time{}
	err := f.Follow(following, census, h.desk.Now, func(changes []directory.Change, now time.Time) error {
		at = now
		if err := h.learn(following, changes, now); err != nil {
			return fmt.Errorf("%w: %w", errKept, err)
		}
		if h.vitals.of("directory").err != nil {
			h.vitals.loaded("directory", h.desk.Now(), nil)
		}
		if h.desk.Now().Sub(saved) > savesEvery {
			saved = h.desk.Now()
			h.savePeople(f, census, now)
		}
		return nil
	})
	if !errors.Is(err, errKept) && !at.IsZero() {
		h.savePeople(f, census, at)
	}
	if err == nil || errors.Is(err, errKept) || errors.Is(err, directory.ErrReread) {
		return nil, err
	}
	return census, err
}

// savesEvery is how often what is followed is kept for the next start. To keep
// less costs only the telling again of what changed since.
const savesEvery = 15 * time.Minute

// learn takes changes in; who was read by himself just before is read again.
func (h *house) learn(ctx context.Context, changes []directory.Change, at time.Time) error {
	again, err := h.mirror.FollowPeople(told(changes), at)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		h.log.Info("the directory has changed", "people", len(changes))
	}
	return h.refresh(ctx, again...)
}

func (h *house) savePeople(f follower, census *directory.Census, at time.Time) {
	if h.store.folder == "" {
		return
	}
	if err := f.Save(h.store.people(), census, at); err != nil {
		h.log.Error("keep people for the next start", "error", err)
	}
}
