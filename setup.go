package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/unistra/melusine/bot"
)

type botCommand struct {
	Setup setupCommand `cmd:"" help:"Make on Mattermost what the bot needs: account, token, teams, channels, slash command; tell what an administrator must change."`
}

type setupCommand struct {
	File  string   `arg:"" help:"Configuration file; mattermost.channel may still be empty."`
	Check bool     `help:"Only look: make nothing."`
	Team  []string `help:"Name of a team whose people use it; all teams if none is given." placeholder:"NAME"`
	Name  string   `help:"User name of the bot account." default:"melusine"`
}

// Run prints a line for each thing, and fails if anything is left to do.
func (c setupCommand) Run(ctx context.Context) error {
	cfg, err := configToSetUp(c.File)
	if err != nil {
		return err
	}
	return c.run(ctx, cfg, os.Stdout)
}

// errLeft: something is to be done by hand, or was not done because of --check.
var errLeft = errors.New("something is left to do: see above")

func (c setupCommand) run(ctx context.Context, cfg config, out io.Writer) error {
	site, err := c.site(cfg)
	if err != nil {
		return err
	}
	found, err := bot.Setup(ctx, site)
	left := false
	for _, f := range found {
		fmt.Fprintf(out, "%-7s %s\n", f.Verdict, f.Text) //nolint:errcheck // the screen
		left = left || f.Verdict == bot.Wrong || f.Verdict == bot.Wanted
	}
	if err != nil {
		return fmt.Errorf("set up the bot: %w", err)
	}
	if left {
		return errLeft
	}
	return nil
}

// configToSetUp is the configuration, of which the channels need not be known yet.
func configToSetUp(path string) (config, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return config{}, fmt.Errorf("read configuration: %w", err)
	}
	c := defaultConfig()
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("read configuration: %s", yaml.FormatError(err, false, true))
	}
	whole := c
	whole.Mattermost.Channel = cmp.Or(c.Mattermost.Channel, "to be made")
	if err := whole.check(); err != nil {
		return c, fmt.Errorf("check configuration:\n%w", err)
	}
	return c, nil
}

func (c setupCommand) site(cfg config) (bot.Site, error) {
	m := cfg.Mattermost
	site := bot.Site{Name: c.Name, Trigger: m.Trigger, Callback: m.CallbackURL, Teams: c.Team, Look: c.Check,
		Server: bot.Server{URL: m.URL, Socket: m.AdminSocket, Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)},
		Places: []bot.Place{{Setting: "mattermost.channel", ID: m.Channel, Name: "melusine-validations", Title: "Mélusine : à valider"}},
		Keep:   func(t bot.Token) error { return keepSecret(m.TokenFile, string(t)) },
		Reaches: func(ctx context.Context, execute func(context.Context) error) error {
			return reaches(ctx, m.Listen, execute)
		}}
	if cfg.History.KeyFile != "" {
		site.Places = append(site.Places, bot.Place{Setting: "history.channel", ID: cfg.History.Channel, Name: "melusine-empreintes", Title: "Mélusine : empreintes du journal"})
	}
	token, err := secretText(m.TokenFile)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return site, err
	}
	site.Token = bot.Token(token)
	if m.AdminSocket == "" {
		admin, err := secretText(m.AdminTokenFile)
		if err != nil {
			return site, fmt.Errorf("the token of a service account is needed: %w", err)
		}
		site.Admin = bot.Token(admin)
	}
	return site, nil
}

// keepSecret writes a new file that only its owner may read.
func keepSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep secret: %w", err)
	}
	_, err = f.WriteString(text + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep secret: %w", err)
	}
	return nil
}

// reaches listens where the server will call, if nobody does yet, and has it do
// so; a server of ours that runs there answers instead.
func reaches(ctx context.Context, listen string, execute func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	socket, err := net.Listen("tcp", listen)
	if err != nil {
		return execute(ctx) // serve runs: it answers
	}
	var called atomic.Bool
	door := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called.Store(true)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"response_type":"ephemeral","text":"Mélusine : installation / setup"}`) //nolint:errcheck // nobody is left to tell
	})}
	go door.Serve(socket) //nolint:errcheck // it ends by Close
	defer door.Close()    //nolint:errcheck // it has answered
	if err := execute(ctx); err != nil {
		return err
	}
	if !called.Load() {
		return errors.New("somebody else answered there")
	}
	return nil
}
