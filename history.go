package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// historyCommand is what an operator does with the history. Only erase and
// retain need the server to be stopped, and only if the journal is a file.
type historyCommand struct {
	Key    historyKeyCommand    `cmd:"" help:"Make the key that signs checkpoints, if there is none; print the key that verifies them."`
	Export historyExportCommand `cmd:"" help:"Write the history as a text that anybody verifies: see docs/history.md."`
	Verify historyVerifyCommand `cmd:"" help:"Check every event, and the last checkpoint."`
	Show   historyShowCommand   `cmd:"" help:"Tell what happened to a request or an address."`
	Erase  historyEraseCommand  `cmd:"" help:"Destroy the personal data of somebody, for good."`
	Retain historyRetainCommand `cmd:"" help:"Destroy what has reached its term, as the server does each day."`
}

type historyKeyCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run never replaces a key.
func (c historyKeyCommand) Run() error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	return cfg.makeKey(os.Stdout)
}

func (c config) makeKey(out io.Writer) error {
	if c.History.KeyFile == "" {
		return errors.New("history.key_file: say in the configuration where the key is to be")
	}
	f, err := os.OpenFile(c.History.KeyFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = c.drawKey(f)
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make history key: %w", err)
	}
	k, err := c.History.key()
	if err == nil {
		_, err = fmt.Fprintln(out, k.Public())
	}
	return err
}

// drawKey names the key after the portal: it is the origin of every checkpoint.
func (c config) drawKey(f *os.File) error {
	site, err := url.Parse(c.Portal.URL)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	text, err := journal.DrawKey(rand.Reader, site.Host)
	if err == nil {
		_, err = f.WriteString(text + "\n")
	}
	return errors.Join(err, f.Sync(), f.Close())
}

func (c historyConfig) key() (journal.Key, error) {
	text, err := secretText(c.KeyFile)
	if err != nil {
		return journal.Key{}, fmt.Errorf("read history key: %w", err)
	}
	return journal.NewKey(text)
}

func (c historyConfig) terms() journal.Terms {
	const day = 24 * time.Hour
	return journal.Terms{Requests: time.Duration(c.KeepDays.Requests) * day,
		Announcements: time.Duration(c.KeepDays.Announcements) * day, People: time.Duration(c.KeepDays.People) * day}
}

// against says whether the journal is the one that was last signed here: nil,
// or an error that is journal.ErrLost or journal.ErrRewritten if it is not.
// Without a key nobody knows.
func (c historyConfig) against(ctx context.Context, events *journal.Log) (last journal.Checkpoint, err error) {
	if c.KeyFile == "" {
		return last, nil
	}
	k, err := c.key()
	if err != nil {
		return last, err
	}
	if last, err = journal.Shelf(c.Folder).Last(k.Public()); err == nil {
		err = events.Against(ctx, last)
	}
	if err != nil {
		return last, fmt.Errorf("compare the journal with its last checkpoint: %w", err)
	}
	return last, nil
}

// keeper signs and posts checkpoints, if there is a key.
func (c historyConfig) keeper(events *journal.Log, chat bot.Chat, h *house, log *slog.Logger) (func(context.Context) error, error) {
	if c.KeyFile == "" {
		log.Warn("no checkpoint is signed: history.key_file is not set")
		return func(context.Context) error { return nil }, nil
	}
	k, err := c.key()
	if err != nil {
		return nil, err
	}
	keeper := &journal.Keeper{Log: events, Key: k, Shelf: journal.Shelf(c.Folder), Now: time.Now, Report: log, Accepts: h.accepts}
	if c.Channel != "" {
		keeper.Publish = c.publish(chat, h.vitals)
	}
	return keeper.Run, nil
}

// publish posts a checkpoint as it is, to be copied as it is.
func (c historyConfig) publish(chat bot.Chat, v *vitals) func(context.Context, string) error {
	return func(ctx context.Context, signed string) error {
		_, err := chat.Post(ctx, bot.Message{Channel: c.Channel, Line: "```text\n" + signed + "```"})
		v.published(time.Now(), err)
		return err
	}
}

// retain destroys each day what has reached its term.
func (c historyConfig) retain(events *journal.Log, d *desk.Desk, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			if n, err := events.Retain(context.WithoutCancel(ctx), d, c.terms()); err != nil {
				log.Error("retain", "error", err)
			} else if n > 0 {
				log.Info("words destroyed at their term", "events", n)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(24 * time.Hour):
			}
		}
	}
}

// readJournal opens the journal beside the server that has it.
func (c config) readJournal(ctx context.Context) (*journal.Log, error) {
	if !c.onPostgres() {
		return journal.ReadSQLite(ctx, c.Journal)
	}
	password, err := c.journalPassword()
	if err != nil {
		return nil, err
	}
	return journal.ReadPostgres(ctx, c.Journal, password)
}

func (c config) journalPassword() (string, error) {
	if c.JournalPasswordFile == "" {
		return "", nil
	}
	return secretText(c.JournalPasswordFile)
}

// withHistory runs work on the history, opened only to be read.
func withHistory(ctx context.Context, file string, work func(config, *journal.Log) error) error {
	cfg, err := loadConfig(file)
	if err != nil {
		return err
	}
	events, err := cfg.readJournal(ctx)
	if err != nil {
		return err
	}
	return errors.Join(work(cfg, events), events.Close())
}

// withDesk runs work on a desk that keeps the history, and knows nothing else.
func withDesk(ctx context.Context, file string, work func(config, *journal.Log, *desk.Desk) error) error {
	cfg, err := loadConfig(file)
	if err != nil {
		return err
	}
	password, err := cfg.journalPassword()
	if err != nil {
		return err
	}
	events, err := cfg.openJournal(ctx, password)
	if errors.Is(err, journal.ErrInUse) {
		return fmt.Errorf("%w: stop the server, do this, and start it again", err)
	}
	if err != nil {
		return err
	}
	view := mirror.New(events)
	err = view.CatchUp(ctx)
	if err == nil {
		err = work(cfg, events, &desk.Desk{Journal: events, View: view, Now: time.Now})
	}
	return errors.Join(err, events.Close())
}

type historyEraseCommand struct {
	File  string `arg:"" help:"Configuration file."`
	Login string `arg:"" help:"Whose data are to be destroyed."`
	By    string `required:"" help:"Login of who decides it: history keeps it."`
	Yes   bool   `help:"Do it. Without, only tell what would be done."`
}

// Run cannot be undone.
func (c historyEraseCommand) Run(ctx context.Context) error {
	return withDesk(ctx, c.File, func(_ config, _ *journal.Log, d *desk.Desk) error { return c.erase(ctx, os.Stdout, d) })
}

func (c historyEraseCommand) erase(ctx context.Context, out io.Writer, d *desk.Desk) error {
	n := 0
	for e, err := range d.Journal.Read(ctx, 0) {
		if err != nil {
			return err
		}
		if e.Subject == desk.UID(c.Login) {
			n++
		}
	}
	if !c.Yes {
		_, err := fmt.Fprintf(out, "%d events are about %s. With --yes nobody will ever read them again.\n", n, c.Login)
		return err
	}
	if err := d.Forget(ctx, desk.UID(c.By), desk.UID(c.Login)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: the words of %d events, the login and the key are destroyed.\n", c.Login, n)
	return err
}

type historyRetainCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run does once what the server does each day.
func (c historyRetainCommand) Run(ctx context.Context) error {
	return withDesk(ctx, c.File, func(cfg config, events *journal.Log, d *desk.Desk) error {
		n, err := events.Retain(ctx, d, cfg.History.terms())
		if err == nil {
			_, err = fmt.Println(n, "events had reached their term")
		}
		return err
	})
}

// openPasted reads a checkpoint as a person copied it, from a file or, by "-",
// from standard input: with the fence of the chat, or without.
func openPasted(path, public string) (journal.Checkpoint, error) {
	if path == "-" {
		path = "/dev/stdin"
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return journal.Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("```text"))
	text = append(bytes.TrimSpace(bytes.TrimSuffix(text, []byte("```"))), '\n')
	return journal.OpenCheckpoint(text, public)
}
