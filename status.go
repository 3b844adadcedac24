package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/snapshot"
)

type statusCommand struct {
	File string `arg:"" help:"Configuration file."`
	Lang string `help:"Language of the sentences." enum:"fr,en" default:"fr"`
}

// Run prints what the server that is running says of itself.
func (c statusCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	if cfg.Operations.Listen == "" {
		return errors.New("operations.listen: say in the configuration where the server tells of itself")
	}
	return c.print(ctx, os.Stdout, "http://"+cfg.Operations.Listen)
}

func (c statusCommand) print(ctx context.Context, out io.Writer, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*checkTime)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/readyz?lang="+c.Lang, nil)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, io.LimitReader(answer.Body, 1<<20)); err != nil {
		return fmt.Errorf("read its answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer.Status)
	}
	return nil
}

type compareCommand struct {
	File   string `arg:"" help:"Configuration file."`
	Sample int    `help:"Accounts, and lists, compared one by one." default:"200"`
	All    bool   `help:"Every domain, not only those that differ."`
}

// Run compares what the server keeps of Partage with Partage itself, beside it.
func (c compareCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	if cfg.Store == "" {
		return errors.New("store: say in the configuration where the server keeps what it has read")
	}
	p, err := cfg.open()
	if err != nil {
		return err
	}
	defer p.office.Domains.Close()
	return c.compare(ctx, os.Stdout, cfg, p)
}

func (c compareCommand) compare(ctx context.Context, out io.Writer, cfg config, p parts) error {
	m := mirror.New(journal.NewMemory())
	m.SetDomains(p.office.Domains.Names())
	kept := store{cfg.Store, cfg.Partage.origin()}
	if err := m.RestoreAccounts(kept.accounts(), kept.partage); err != nil {
		return err
	}
	if err := m.RestoreObjects(kept.objects(), kept.partage); err != nil && !errors.Is(err, snapshot.ErrNone) {
		return err
	}
	if _, err := p.office.Classes(ctx); err != nil {
		return err
	}
	found, err := prove(ctx, m, p.office, p.pace, newChance(), c.Sample, time.Now())
	if err != nil {
		return err
	}
	if err := found.write(out, c.All); err != nil {
		return err
	}
	if !found.same() {
		return errors.New("what is kept is not what Partage has: it was changed since by others, and is read again at the next round")
	}
	return nil
}
