package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unistra/melusine/internal/calendar"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/drift"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/notify"
	"github.com/unistra/melusine/internal/reminder"
	"github.com/unistra/melusine/rules"
)

// people is where persons come from: a directory by LDAP, or the demo's own.
type people interface {
	People(context.Context) iter.Seq2[desk.Person, error]
	Person(context.Context, desk.UID) (desk.Person, error)
}

// A house is everything but the doors.
type house struct {
	log        *slog.Logger
	mirror     *mirror.Mirror
	desk       *desk.Desk
	library    *desk.Library
	people     people
	office     *effect.Office
	timing     executor.Timing
	freezeFile string
	steady     func() time.Duration // time gone by, by a clock that nobody sets
	days       *calendar.Calendar   // nil: requests wait for ever, and nobody is reminded
	teller     reminder.Teller      // nil: nobody is told in person what time brings
	quiet      bool                 // nobody is told each morning what awaits them
	vitals     *vitals
	every      refreshConfig
	store      store
	pace       *pace             // nil: as fast as Partage answers
	chance     *rand.Rand        // draws what is compared
	census     *directory.Census // that was kept, to be followed from there; nil: to be read
	progress   progress
	drift      drift.Config   // of desk.Drift
	zone       *time.Location // of the hours in it
	prober     *prober        // nil: nothing is watched
	restoredBy string         // LDAP filter, "" = not counted
	restored   sighting
	ruined     error // the journal is damaged: it is read up to there, and nothing is done
}

func newHouse(ctx context.Context, log *slog.Logger, j desk.Journal, seed desk.Book, from people, office *effect.Office) (*house, error) {
	v := newVitals()
	j = measuredJournal{j, v, time.Now}
	m := mirror.New(j)
	m.SetDomains(office.Domains.Names()) // before any server answers: delegations are of domains that are served
	if err := m.CatchUp(ctx); err != nil {
		return nil, fmt.Errorf("replay journal: %w", err)
	}
	start, library := time.Now(), &desk.Library{Fold: m, Read: readRules}
	h := &house{
		steady: func() time.Duration { return time.Since(start) },
		log:    log, vitals: v, chance: newChance(), mirror: m, people: from, office: office, timing: executor.Standard(),
		desk: &desk.Desk{Journal: j, View: m, Rules: library, Read: readRules, Now: time.Now, Stale: 24 * time.Hour, Brakes: desk.StandardBrakes(), Keeping: desk.StandardKeeping(), Rehearser: office},
	}
	if err := h.desk.Seed(ctx, seed); err != nil && desk.CodeOf(err) != desk.JournalDamaged {
		return nil, fmt.Errorf("put the first rule book in force: %w", err)
	}
	h.library = library
	h.tellBook(seed)
	return h, nil
}

// tellBook says in the log which book is in force, and what is wrong with it.
func (h *house) tellBook(configured desk.Book) {
	now, _ := desk.InForce(h.mirror.Editions())
	if _, err := h.library.InForce(); err != nil {
		h.log.Error("nothing is changed: this program cannot read the rule book in force", "book", now.Digest, "error", err)
	} else if now.Digest != configured.Digest() {
		h.log.Info("the rule book in force is the journal's, not the configuration's: see melusine rules activate", "book", now.Digest, "since", now.At)
	}
	if !slices.ContainsFunc(h.desk.Articles(now.Book), asksForBooks) {
		h.log.Warn("no rule of the book in force lets anybody ask for another: add one for rules.activate before it is the first of a journal in use", "book", now.Digest)
	}
}

func asksForBooks(a desk.Article) bool {
	return a.Outcome == desk.Pending && slices.Contains(a.Verbs, desk.RulesActivate)
}

// readRules reads a book as this program understands it.
func readRules(b desk.Book) (desk.Rules, error) {
	read, err := rules.LoadFiles(b.Files...)
	if err != nil {
		return nil, err
	}
	return read, nil
}

// load reads all people and all accounts, side by side.
func (h *house) load(ctx context.Context) error {
	var both errgroup.Group
	both.Go(func() error { return h.loadPeople(ctx) })
	both.Go(func() error { return h.loadAccounts(ctx) })
	return both.Wait()
}

func (h *house) loadPeople(ctx context.Context) error {
	if err := h.mirror.LoadPeople(ctx, h.people.People(ctx), h.desk.Now()); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	return nil
}

func (h *house) loadAccounts(ctx context.Context) error {
	classes, err := h.office.Classes(ctx)
	if err != nil {
		return err
	}
	h.mirror.SetClasses(classes)
	if err := h.mirror.LoadAccounts(ctx, h.office.Accounts(ctx), h.desk.Now()); err != nil {
		return fmt.Errorf("load accounts: %w", err)
	}
	h.countRestored(ctx)
	return nil
}

// refresh reads people again from their source, just before a send.
func (h *house) refresh(ctx context.Context, uids ...desk.UID) error {
	for _, uid := range uids {
		if uid == "" {
			continue
		}
		at := h.desk.Now()
		p, err := h.people.Person(ctx, uid)
		if err != nil {
			return fmt.Errorf("read %s from the directory: %w", uid, err)
		}
		if err := h.mirror.LearnPerson(uid, p, at); err != nil {
			return fmt.Errorf("learn %s: %w", uid, err)
		}
	}
	return nil
}

func (h *house) executor() *executor.Executor {
	return &executor.Executor{Desk: h.desk, Office: measuredOffice{h.office, h.vitals, h.desk.Now}, Refresh: h.refresh, Timing: h.timing,
		Halted: func() bool { return frozenByFile(h.freezeFile) }, Steady: h.steady, Log: h.log}
}

func (h *house) reminder() *reminder.Reminder {
	return &reminder.Reminder{Desk: h.desk, Calendar: h.days, Teller: h.teller, Quiet: h.quiet, Steady: h.steady, Log: h.log}
}

// run keeps the house at work until ctx ends: follows the journal, carries
// out, tells, and reads the world again from time to time.
func (h *house) run(ctx context.Context, teller notify.Teller, every refreshConfig, doors ...func(context.Context) error) error {
	x := h.executor()
	n := &notify.Notifier{Desk: h.desk, Teller: measuredTeller{teller, h.vitals}, Pause: 200 * time.Millisecond, Retry: 5 * time.Second, Log: h.log}
	work, ctx := errgroup.WithContext(ctx)
	parts := doors
	if h.ruined == nil && h.days != nil {
		n.Working = h.days.Working
		parts = append(parts, h.persists("reminder", h.reminder().Run))
	}
	h.every = every
	if h.ruined == nil {
		parts = append(parts, h.persists("executor", x.Run), h.persists("notifier", n.Run), h.watch)
	}
	if h.ruined == nil && h.desk.Drift != nil {
		parts = append(parts, h.persists("conductor", h.conductor().Run))
	}
	if h.prober != nil {
		parts = append(parts, h.prober.run)
	}
	for _, part := range parts {
		work.Go(func() error { return part(ctx) })
	}
	work.Go(func() error { h.keepPeople(ctx); return nil })
	work.Go(func() error { h.keepAccounts(ctx); return nil })
	return work.Wait()
}

// rests is how long a part that follows the journal waits before it tries again.
const rests = 5 * time.Second

// persists takes a part up again that the journal failed: it may come back, and
// until then pages answer from memory. A journal that has lost or changed events
// is not the one in memory any more: the process ends, and the next start looks
// at the last checkpoint.
func (h *house) persists(name string, part func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := part(ctx)
			if err == nil || ctx.Err() != nil || errors.Is(err, journal.ErrLost) || errors.Is(err, journal.ErrRewritten) {
				return err
			}
			h.log.Error("the journal cannot be followed, trying again", "part", name, "error", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(rests):
			}
		}
	}
}

// again repeats the load of people, from a source that tells no changes; after a
// failure, sooner. What was loaded before stays.
func (h *house) again(ctx context.Context, every time.Duration) {
	wait := every
	if loaded, _ := h.mirror.Ages(); loaded.IsZero() {
		wait = 0
	}
	for rest(ctx, wait) == nil {
		wait = every
		err := h.loadPeople(ctx)
		h.vitals.loaded("directory", h.desk.Now(), err)
		if err != nil && ctx.Err() == nil {
			h.log.Error("load", "what", "people", "error", err)
			wait = min(every, 30*time.Second)
		}
	}
}
