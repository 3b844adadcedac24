package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/calendar"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
	"github.com/unistra/melusine/portal"
)

// The demo shows the cards that the tests of the bot check.
//
//go:embed bot/testdata/cards
var cardSamples embed.FS

type demoCommand struct {
	Listen   string `default:"127.0.0.1:8080" help:"Address of the portal and the chat."`
	Accounts int    `default:"97484" help:"Size of the invented university, 1000 at least."`
}

// Run shows everything on an invented university until it is stopped, and
// leaves nothing behind.
func (c demoCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	// The collector is asked to keep the whole demo in 400 MiB.
	debug.SetMemoryLimit(380 << 20)
	debug.SetGCPercent(40)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := newDemo(ctx, c, log)
	if err != nil {
		return err
	}
	defer d.close()
	return d.run(ctx, func() { fmt.Print(c.welcome(time.Since(d.begun))) })
}

// check refuses what would only fail later, and less clearly.
func (c demoCommand) check() error {
	if c.Accounts < 1000 {
		return errors.New("--accounts: 1000 at least")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return errors.New("--listen: the demo answers on this machine only; give an address such as 127.0.0.1:8181")
	}
	probe, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %s cannot be used (%w); choose another, for example 127.0.0.1:8181", c.Listen, err)
	}
	return probe.Close()
}

// demo is the house on invented ground.
type demo struct {
	partage *simulator.Server
	house   *house
	bot     *bot.Bot
	room    *room.Room
	web     *portal.Portal
	cast    []portal.Character
	address string
	begun   time.Time
	seeds   []seed
	closers []func() error
}

// close undoes what was opened, the last first.
func (d *demo) close() {
	for i := len(d.closers) - 1; i >= 0; i-- {
		if err := d.closers[i](); err != nil {
			fmt.Fprintln(os.Stderr, "melusine:", err)
		}
	}
}

func newDemo(ctx context.Context, c demoCommand, log *slog.Logger) (*demo, error) {
	d := &demo{address: c.Listen, begun: time.Now(), cast: cast()}
	err := d.build(ctx, c.Accounts, log)
	if err == nil {
		err = d.open(ctx, log)
	}
	if err == nil {
		err = d.house.load(ctx)
	}
	if err == nil {
		err = d.house.seed(ctx, "the correspondents of the invented university", d.seeds)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// build makes the ground: a simulated Partage, its people, an empty journal.
func (d *demo) build(ctx context.Context, accounts int, log *slog.Logger) error {
	university := simulator.NewUniversity(accounts)
	server, err := simulator.New(simulator.Config{Now: time.Now, University: university})
	if err != nil {
		return fmt.Errorf("make simulator: %w", err)
	}
	d.partage = server
	base, stop, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve simulator: %w", err)
	}
	d.closers = append(d.closers, stop)
	domains, err := partage.NewDomains(partage.Config{BaseURL: base, Now: time.Now, PageSize: 1000}, server.Keys())
	if err != nil {
		return fmt.Errorf("make Partage clients: %w", err)
	}
	d.closers = append(d.closers, func() error { domains.Close(); return nil })
	folder, err := os.MkdirTemp("", "melusine-demo-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	d.closers = append(d.closers, func() error { return os.RemoveAll(folder) })
	events, err := journal.OpenSQLite(ctx, filepath.Join(folder, "journal.db"), rand.Reader)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	d.closers = append(d.closers, events.Close)
	seed, err := config{}.seed()
	if err != nil {
		return err
	}
	people := newDemoPeople(university)
	if d.house, err = newHouse(ctx, log, events, seed, people, &effect.Office{Domains: domains, Scope: "unistra.fr", Rand: rand.Reader}); err != nil {
		return err
	}
	d.seeds = domainSeeds(people.correspondents())
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	d.house.desk.Zone = zone
	return d.house.equip(demoDrift(), demoCost(), watchConfig{Every: time.Minute, Webmail: strings.TrimSuffix(base, "/service/domain") + "/mail", Restored: "(zimbraNotes=Compte restauré)"}, zone)
}

// demoDrift tells apart the two populations that the university publishes.
func demoDrift() drift.Config {
	c := drift.Default()
	c.Populations = []drift.Population{
		{Name: "students", FR: "étudiants", EN: "students", Affiliations: []string{"student"}, Classes: []string{"s_univ-strasbourg_etudiant"}, Class: "s_univ-strasbourg_etudiant"},
		{Name: "staff", FR: "personnels", EN: "staff", Affiliations: []string{"employee", "faculty", "researcher", "affiliate"},
			Classes: []string{"?_univ-strasbourg_personnel", "?_univ-strasbourg_heberge"}, Class: "s_univ-strasbourg_personnel"},
	}
	return c
}

// demoCost is what the slides of the university were read to say: 46,826 small
// accounts of 88,876 are paid for. No tariff was ever published.
func demoCost() costConfig {
	return costConfig{Currency: "€", Bought: "210T", Prices: []priceConfig{{Class: "s_*", Each: "0.0064", Free: 42_050}, {Class: "l_*", Each: "0.019475"}}}
}

// open makes the doors: a portal where one chooses who to be, and a chat room.
func (d *demo) open(ctx context.Context, log *slog.Logger) (err error) {
	zone := d.house.desk.Zone
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("draw secret: %w", err)
	}
	samples, err := fs.Sub(cardSamples, "bot/testdata/cards")
	if err != nil {
		return err
	}
	if d.room, err = room.New(room.Config{Base: "/chat", Style: "/static/app.css", Zone: zone, Now: time.Now, Rand: rand.Reader, Samples: samples}); err != nil {
		return err
	}
	if d.bot, err = bot.New(bot.Config{Desk: d.house.desk, Chat: d.room, Secret: secret, Channel: d.room.Channel(), URL: "http://room",
		Link: "http://" + d.address + "/lier", Approvers: d.house.library.ApproverGroups, Zone: zone, Now: time.Now, Log: log}); err != nil {
		return err
	}
	if d.house.days, err = calendar.New(calendar.Default(), zone); err != nil {
		return fmt.Errorf("make calendar: %w", err)
	}
	d.house.desk.Terms, d.house.teller = defaultConfig().Calendar.terms(d.house.days), d.bot
	d.room.Connect(d.bot.Handler())
	config := portal.DefaultConfig()
	config.Listen, config.URL, config.Name, config.Demo = d.address, "http://"+d.address, "Université de démonstration", d.cast
	d.house.desk.StepUp = config.StepUp
	d.web, err = portal.New(config, portal.Deps{Desk: d.house.desk, Now: time.Now, Rand: rand.Reader, Zone: zone, Log: log, Approvers: d.house.library.ApproverGroups,
		Mount: []portal.Mount{{Path: "/chat", Name: desk.Text{FR: "Chat (démo)", EN: "Chat (demo)"}, Handler: d.room.Handler(portal.Who)}}})
	return err
}

// run seats everybody, opens the doors, says that it is ready, and works until
// ctx ends.
func (d *demo) run(ctx context.Context, ready func()) error {
	if err := d.bot.Register(ctx); err != nil {
		return err
	}
	for _, c := range d.cast {
		approver := d.house.mirror.Person(c.UID).Delegations != nil || d.house.mirror.Person(c.UID).Groups != nil
		if err := d.room.Seat(ctx, d.house.desk, c.UID, "fr", approver); err != nil {
			return fmt.Errorf("seat %s: %w", c.UID, err)
		}
	}
	every := refreshConfig{Directory: time.Hour, Partage: time.Hour}
	return d.house.run(ctx, d.bot, every, d.bot.Listen,
		func(ctx context.Context) error { return servePortal(ctx, d.web) },
		func(ctx context.Context) error { return d.announce(ctx, ready) })
}

// announce calls ready once the portal answers.
func (d *demo) announce(ctx context.Context, ready func()) error {
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.address+"/connexion", nil)
		if err != nil {
			return fmt.Errorf("ask portal: %w", err)
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			ready()
			return answer.Body.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// cast is whom one can be.
func cast() []portal.Character {
	return []portal.Character{
		{UID: "jdupont", Name: "Jeanne Dupont",
			Role: desk.Text{FR: "personnel de l’UFR de physique", EN: "staff of the physics department"},
			Hint: desk.Text{FR: "Demandez l’alias seminaires@physique.unistra.fr.", EN: "Ask for the alias seminaires@physique.unistra.fr."}},
		{UID: "plangevin", Name: "Paul Langevin",
			Role: desk.Text{FR: "correspondant réseau de physique.unistra.fr", EN: "network correspondent of physique.unistra.fr"},
			Hint: desk.Text{FR: "Validez la demande de Jeanne, dans le chat ou ici.", EN: "Approve Jeanne's request, in the chat or here."}},
		{UID: "sgermain", Name: "Sophie Germain",
			Role: desk.Text{FR: "administratrice de la messagerie", EN: "mail administrator"},
			Hint: desk.Text{FR: "Dans le chat : /melusine quota jdupont 12Go, puis, pour vous-même : /melusine quota sgermain 13Go", EN: "In the chat: /melusine quota jdupont 12GB, then, for yourself: /melusine quota sgermain 13GB"}},
		{UID: "hpoincare", Name: "Henri Poincaré",
			Role: desk.Text{FR: "administrateur de la messagerie", EN: "mail administrator"},
			Hint: desk.Text{FR: "Validez ce que Sophie demande pour elle-même.", EN: "Approve what Sophie asks for herself."}},
		{UID: "n.fischer", Name: "Nina Fischer",
			Role: desk.Text{FR: "étudiante", EN: "student"},
			Hint: desk.Text{FR: "Demandez 8 Go ; quelqu’un doit l’approuver.", EN: "Ask for 8 GB; somebody must approve."}},
	}
}

func (c demoCommand) welcome(after time.Duration) string {
	return fmt.Sprintf(`
Mélusine is ready (%.1f s): an invented university of %d mailboxes, a simulated Partage, its directory, a chat.

  Open  http://%s

  1. Be Jeanne Dupont. Ask for the alias seminaires@physique.unistra.fr.
  2. In a private window (one browser is one person), be Paul Langevin. Open the chat: the card is there. Approve it.
  3. Back to Jeanne: the request is done, read back from Partage, and her history tells it.
  Then, in the chat as Sophie Germain:  /melusine quota jdupont 12Go   ·   /melusine aide
  4. As Sophie: the pages Tableau de bord and Écarts. Ask for a plan of ten; as Henri Poincaré, approve it.
  Or a sentence, in her direct messages:  ajoute 2 Go au quota de jdupont

  Stop with Ctrl-C. Nothing is kept.
`, after.Seconds(), c.Accounts, c.Listen)
}
