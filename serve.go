package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/portal"
)

type serveCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run serves until it is stopped.
func (c serveCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	return serve(ctx, cfg, newLog())
}

// serve opens, wires and runs everything, and closes it in reverse. Servers
// that do not answer yet stop nothing: what needs them waits.
func serve(ctx context.Context, cfg config, log *slog.Logger) error {
	p, err := cfg.open()
	if err != nil {
		return err
	}
	defer p.office.Domains.Close()
	ldap, err := directory.Open(cfg.Directory)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	defer ldap.Close()
	h, events, err := cfg.openHouse(ctx, log, p, ldap)
	if err != nil {
		return err
	}
	defer func() {
		if err := events.Close(); err != nil {
			log.Error("close journal", "error", err)
		}
	}()
	h.desk.Stale, h.desk.Zone, h.timing = cfg.StaleAfter, p.zone, cfg.Executor
	h.desk.Brakes, h.freezeFile = cfg.Brakes.desk(), cfg.FreezeFile
	h.desk.Renewal = time.Duration(cfg.Mattermost.BindingDays) * 24 * time.Hour
	h.pace, h.store = p.pace, store{cfg.Store, cfg.Partage.origin()}
	h.desk.StepUp = cfg.Portal.StepUp
	h.desk.Keeping = cfg.Addresses.desk()
	h.days, h.desk.Terms = p.days, cfg.Calendar.terms(p.days)
	if err := h.equip(cfg.Drift, cfg.Cost, cfg.Watch, p.zone); err != nil {
		return err
	}
	if err := h.anchor(ctx, cfg.History, events); err != nil {
		return err
	}

	if h.ruined == nil {
		h.census = h.restore(ctx)
	}
	chat, err := bot.NewMattermost(bot.Server{URL: cfg.Mattermost.URL, Token: bot.Token(p.botToken), Admin: bot.Token(p.adminToken),
		Socket: cfg.Mattermost.AdminSocket, Services: cfg.Mattermost.SignIn,
		Now: time.Now, Rand: rand.Reader, Log: log})
	if err != nil {
		return err
	}
	b, err := bot.New(bot.Config{Desk: h.desk, Chat: chat, Secret: p.secret, Channel: cfg.Mattermost.Channel, URL: cfg.Mattermost.CallbackURL,
		Link: cfg.Portal.URL + "/lier", Approvers: h.library.ApproverGroups, Trigger: cfg.Mattermost.Trigger, Lang: cfg.Mattermost.Language, Classes: cfg.Mattermost.Classes, Zone: p.zone, Now: time.Now, Log: log})
	if err != nil {
		return err
	}
	h.teller, h.quiet = b, !cfg.Calendar.Digest
	web, err := portal.New(cfg.Portal, portal.Deps{Desk: h.desk, Now: time.Now, Rand: rand.Reader, Zone: p.zone, Log: log,
		Client: &http.Client{Timeout: 10 * time.Second}, ClientSecret: p.oidcSecret, Command: "/" + cfg.Mattermost.Trigger,
		Approvers: h.library.ApproverGroups})
	if err != nil {
		return err
	}
	callbacks, err := net.Listen("tcp", cfg.Mattermost.Listen)
	if err != nil {
		return fmt.Errorf("listen for Mattermost: %w", err)
	}
	record, err := cfg.recorders(h, events, chat, log)
	if err != nil {
		return err
	}
	watch, err := cfg.operate(h, events)
	if err != nil {
		return err
	}
	log.Info("serving", "portal", cfg.Portal.URL, "callbacks", cfg.Mattermost.Listen)
	return h.run(ctx, b, cfg.Refresh, append(record,
		b.Listen,
		func(ctx context.Context) error { return servePortal(ctx, web) },
		func(ctx context.Context) error { return serveHTTP(ctx, callbacks, b.Handler()) },
		func(ctx context.Context) error { register(ctx, b, log); return nil },
		func(ctx context.Context) error { recheck(ctx, h, b, log); return nil },
		watch,
	)...)
}

// recorders are what signs the journal, and destroys what has reached its term.
func (c config) recorders(h *house, events *journal.Log, chat bot.Chat, log *slog.Logger) ([]func(context.Context) error, error) {
	if h.ruined != nil {
		return nil, nil
	}
	keeper, err := c.History.keeper(events, chat, h, log)
	return []func(context.Context) error{h.persists("keeper", keeper), c.History.retain(events, h.desk, log)}, err
}

// register keeps the slash command in place, in new teams too.
func register(ctx context.Context, b *bot.Bot, log *slog.Logger) {
	for {
		wait := 10 * time.Minute
		if err := b.Register(ctx); err != nil && ctx.Err() == nil {
			log.Error("register slash command", "error", err)
			wait = 10 * time.Second
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// recheck looks at every bound chat account once people were read, and again
// every hour.
func recheck(ctx context.Context, h *house, b *bot.Bot, log *slog.Logger) {
	for {
		wait := time.Hour
		if directory, _ := h.mirror.Ages(); directory.IsZero() {
			wait = 10 * time.Second
		} else if err := b.Recheck(ctx); err != nil && ctx.Err() == nil {
			log.Error("look again at bound chat accounts", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// servePortal serves until ctx ends, then lets what is under way finish.
func servePortal(ctx context.Context, web *portal.Portal) error {
	served := make(chan error, 1)
	go func() { served <- web.Listen() }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	for { // a shutdown that comes before the listening is forgotten
		err := web.Shutdown(5 * time.Second)
		select {
		case last := <-served:
			return errors.Join(err, last)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// serveHTTP serves until ctx ends, then lets what is under way finish.
func serveHTTP(ctx context.Context, on net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(last)
	})
	if err := server.Serve(on); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serve on %s: %w", on.Addr(), err)
	}
	return <-stopped
}
