package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"sync/atomic"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
)

// costConfig is what accounts and storage cost in a month, for the dashboard and
// for what a repair costs.
type costConfig struct {
	Currency string        `yaml:"currency"`
	Prices   []priceConfig `yaml:"prices"`  // the first whose class fits counts
	Bought   string        `yaml:"bought"`  // storage, "210T"; "" = not known
	Storage  string        `yaml:"storage"` // of each TB bought, "" = nothing
}

type priceConfig struct {
	Class   string `yaml:"class"`    // a pattern, "s_*"
	Each    string `yaml:"each"`     // "0.0064"
	Free    int    `yaml:"free"`     // that many cost nothing
	FreeFor int    `yaml:"free_for"` // as many more for each account of the classes
	With    string `yaml:"with"`     // of this pattern
}

// watchConfig is what is asked at intervals whether it answers.
type watchConfig struct {
	Every    time.Duration `yaml:"every"`    // 0 = nothing is asked
	Webmail  string        `yaml:"webmail"`  // address of its page, "" = not asked
	Restored string        `yaml:"restored"` // LDAP filter of the accounts that Partage says were restored, "" = not counted
}

// tariff is the configuration in the desk's words; the error says all that is wrong.
func (c costConfig) tariff() (t desk.Tariff, err error) {
	var errs []error
	t.Currency = c.Currency
	amount := func(at, text string) desk.Money {
		if text == "" {
			return 0
		}
		m, err := desk.ParseMoney(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("cost.%s: %w", at, err))
		}
		return m
	}
	t.Storage = amount("storage", c.Storage)
	if size, err := desk.ParseSize(c.Bought); err == nil {
		t.Bought = int64(size)
	} else if c.Bought != "" {
		errs = append(errs, fmt.Errorf("cost.bought: %w", err))
	}
	for i, p := range c.Prices {
		at := fmt.Sprintf("prices[%d]", i)
		for _, pattern := range []string{p.Class, p.With} {
			if _, err := path.Match(pattern, ""); err != nil {
				errs = append(errs, fmt.Errorf("cost.%s: %q: %w", at, pattern, err))
			}
		}
		if p.Class == "" || p.Free < 0 || p.FreeFor < 0 || (p.FreeFor > 0) != (p.With != "") {
			errs = append(errs, fmt.Errorf("cost.%s: class is needed, free and free_for are not less than 0, and free_for goes with with", at))
		}
		t.Prices = append(t.Prices, desk.Price{Class: p.Class, Each: amount(at+".each", p.Each), Free: p.Free, FreeFor: p.FreeFor, With: p.With})
	}
	return t, errors.Join(errs...)
}

func (c watchConfig) check() error {
	if c.Every != 0 && c.Every < 10*time.Second {
		return errors.New("watch.every: less than 10s")
	}
	if c.Webmail != "" && !webURL(c.Webmail) {
		return errors.New("watch.webmail: not an https:// address (http:// is for this machine only)")
	}
	return nil
}

// equip gives the house what it compares, what that costs, and what it watches.
func (h *house) equip(c drift.Config, cost costConfig, watch watchConfig, zone *time.Location) error {
	tariff, err := cost.tariff()
	if err != nil {
		return err
	}
	policy, err := drift.New(c, tariff)
	if err != nil {
		return err
	}
	h.desk.Drift, h.drift, h.restoredBy = &desk.Recalled{Drift: policy, Now: h.desk.Now}, c, watch.Restored
	h.desk.Estate = desk.Estate{Populations: policy.Populations(), Tariff: tariff, Restored: h.restored.figure}
	h.zone = zone
	if watch.Every > 0 {
		asks := []probe{{"partage", h.office.Ping}}
		if watch.Webmail != "" {
			asks = append(asks, probe{"webmail", answers(&http.Client{}, watch.Webmail)})
		}
		h.prober = newProber(h.desk.Now, h.steady, watch.Every, asks...)
		h.desk.Estate.Services = h.prober.services
	}
	return nil
}

// A sighting is a figure that was read once, and is kept until it is read again.
type sighting struct{ last atomic.Pointer[desk.Figure] }

func (s *sighting) figure() desk.Figure {
	if f := s.last.Load(); f != nil {
		return *f
	}
	return desk.Figure{}
}

// countRestored asks Partage how many accounts were restored, if it is told how to know
// them. What it does not answer is as it was.
func (h *house) countRestored(ctx context.Context) {
	if h.restoredBy == "" {
		return
	}
	n, err := h.office.Count(ctx, h.restoredBy)
	if err != nil {
		if ctx.Err() == nil {
			h.log.Warn("count restored accounts", "error", err)
		}
		return
	}
	h.restored.last.Store(&desk.Figure{Value: int64(n), Source: desk.FromPartage, At: h.desk.Now()})
}

// conductor looks after plans, trend and synchronisation.
func (h *house) conductor() *drift.Conductor {
	return &drift.Conductor{Desk: h.desk, Config: h.drift, Zone: h.zone, Steady: h.steady, Log: h.log}
}
