//go:build servers

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/unistra/melusine/deploy/dev"
)

// A yard is a Mattermost that knows nothing of us, and a configuration for it.
type yard struct {
	*dev.MattermostServer
	service *model.User
	config  config
}

func newYard(t *testing.T, settings ...string) *yard {
	t.Helper()
	y := &yard{MattermostServer: dev.Mattermost(t, settings...)}
	service := y.Person(t, "melusine-service")
	y.service = service.User
	y.roles(t, "system_user system_admin")
	token, _, err := y.Admin.Client.CreateUserAccessToken(t.Context(), service.Id, "setup")
	mustSet(t, err)
	folder := t.TempDir()
	mustSet(t, os.WriteFile(filepath.Join(folder, "admin"), []byte(token.Token+"\n"), 0o600))
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	mustSet(t, err)
	listen := socket.Addr().String()
	mustSet(t, socket.Close())
	y.config = defaultConfig()
	y.config.Mattermost.URL, y.config.Mattermost.Listen, y.config.Mattermost.CallbackURL = y.URL, listen, "http://"+listen
	y.config.Mattermost.TokenFile, y.config.Mattermost.AdminTokenFile = filepath.Join(folder, "token"), filepath.Join(folder, "admin")
	return y
}

func mustSet(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (y *yard) roles(t *testing.T, roles string) {
	t.Helper()
	_, err := y.Admin.Client.UpdateUserRoles(t.Context(), y.service.Id, roles)
	mustSet(t, err)
}

// sets runs the command; whole says that nothing was left to do.
func (y *yard) sets(t *testing.T, c setupCommand) (said string, whole bool) {
	t.Helper()
	c.Name = "melusine"
	var out bytes.Buffer
	err := c.run(t.Context(), y.config, &out)
	if err != nil && !errors.Is(err, errLeft) {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), err == nil
}

// lines counts those of a verdict.
func lines(said, verdict string) (n int) {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, fmt.Sprintf("%-7s ", verdict)) {
			n++
		}
	}
	return n
}

func (y *yard) commands(t *testing.T) int {
	t.Helper()
	all, _, err := y.Admin.Client.ListCommands(t.Context(), y.Team.Id, true)
	mustSet(t, err)
	return len(all)
}

func TestSetup(t *testing.T) {
	y := newYard(t)

	said, whole := y.sets(t, setupCommand{Check: true})
	if _, answer, err := y.Admin.Client.GetUserByUsername(t.Context(), "melusine", ""); whole || err == nil || answer.StatusCode != 404 || y.commands(t) != 0 || lines(said, "made") != 0 || lines(said, "to do") < 3 {
		t.Fatalf("looking made something, or found nothing to do:\n%s", said)
	}
	if _, err := os.Stat(y.config.Mattermost.TokenFile); err == nil {
		t.Error("looking made a token")
	}

	said, whole = y.sets(t, setupCommand{})
	info, err := os.Stat(y.config.Mattermost.TokenFile)
	if err != nil || info.Mode().Perm() != 0o600 || whole || y.commands(t) != 1 || lines(said, "made") != 6 {
		t.Fatalf("%v\n%s", err, said)
	}
	_, id, found := strings.Cut(said, "write in the configuration mattermost.channel: ")
	if !found {
		t.Fatalf("no id to write:\n%s", said)
	}
	id, _, _ = strings.Cut(id, "\n")
	token, _ := secretText(y.config.Mattermost.TokenFile)
	if strings.Contains(said, token) {
		t.Error("the token is printed")
	}

	// Before the id is written down, a second run makes no second channel.
	if said, _ = y.sets(t, setupCommand{}); lines(said, "made") != 0 || !strings.Contains(said, id) {
		t.Errorf("again:\n%s", said)
	}
	y.config.Mattermost.Channel = id
	for range 2 {
		if said, whole = y.sets(t, setupCommand{}); !whole || lines(said, "made") != 0 || !strings.Contains(said, "Mattermost reaches") {
			t.Fatalf("again:\n%s", said)
		}
	}
	channel, _, err := y.Client(token).GetChannel(t.Context(), id, "")
	if err != nil || channel.Type != model.ChannelTypePrivate {
		t.Errorf("the bot's channel: %+v, %v", channel, err)
	}

	t.Run("a new team", func(t *testing.T) {
		_, _, err := y.Admin.Client.CreateTeam(t.Context(), &model.Team{Name: "sports", DisplayName: "Sports", Type: model.TeamOpen})
		mustSet(t, err)
		said, whole := y.sets(t, setupCommand{Check: true})
		if whole || lines(said, "to do") != 2 {
			t.Errorf("looked:\n%s", said)
		}
		if said, whole = y.sets(t, setupCommand{Team: []string{"university"}}); !whole || lines(said, "made") != 0 {
			t.Errorf("of the other team:\n%s", said)
		}
		if said, whole = y.sets(t, setupCommand{}); !whole || lines(said, "made") != 2 {
			t.Errorf("made:\n%s", said)
		}
	})
	t.Run("a server that cannot reach us", func(t *testing.T) {
		was := y.config.Mattermost.Listen
		defer func() { y.config.Mattermost.Listen = was }()
		y.config.Mattermost.Listen = "127.0.0.1:0" // elsewhere than callback_url says
		if said, whole := y.sets(t, setupCommand{Check: true}); whole || !strings.Contains(said, "does not reach") {
			t.Errorf("said\n%s", said)
		}
	})
	t.Run("a token of somebody else", func(t *testing.T) {
		other, token := y.Bot(t, "other")
		mustSet(t, os.WriteFile(y.config.Mattermost.TokenFile, []byte(token), 0o600))
		if said, whole := y.sets(t, setupCommand{Check: true}); whole || !strings.Contains(said, "is that of "+other.Username) {
			t.Errorf("said\n%s", said)
		}
		mustSet(t, os.WriteFile(y.config.Mattermost.TokenFile, []byte("abc"), 0o600))
		if said, whole := y.sets(t, setupCommand{Check: true}); whole || !strings.Contains(said, "not valid") {
			t.Errorf("said\n%s", said)
		}
		mustSet(t, os.Remove(y.config.Mattermost.TokenFile))
		if said, whole := y.sets(t, setupCommand{}); !whole || lines(said, "made") != 1 {
			t.Errorf("said\n%s", said)
		}
	})
	t.Run("a public channel", func(t *testing.T) {
		public, _, err := y.Admin.Client.CreateChannel(t.Context(), &model.Channel{TeamId: y.Team.Id, Name: "open", DisplayName: "open", Type: model.ChannelTypeOpen})
		mustSet(t, err)
		was := y.config.Mattermost.Channel
		defer func() { y.config.Mattermost.Channel = was }()
		y.config.Mattermost.Channel = public.Id
		if said, whole := y.sets(t, setupCommand{Check: true}); whole || !strings.Contains(said, "not private") {
			t.Errorf("said\n%s", said)
		}
	})
	t.Run("the bot deactivated", func(t *testing.T) {
		user, _, err := y.Admin.Client.GetUserByUsername(t.Context(), "melusine", "")
		mustSet(t, err)
		_, _, err = y.Admin.Client.DisableBot(t.Context(), user.Id)
		mustSet(t, err)
		if said, whole := y.sets(t, setupCommand{}); lines(said, "made") == 0 {
			t.Errorf("%v:\n%s", whole, said)
		}
	})
	t.Run("a service account that is none", func(t *testing.T) {
		y.roles(t, "system_user")
		var out bytes.Buffer
		err := (setupCommand{Name: "melusine"}).run(t.Context(), y.config, &out)
		if err == nil || !strings.Contains(out.String(), "no system administrator") {
			t.Errorf("%v:\n%s", err, out.String())
		}
	})
}

// On a server whose settings are all wrong, each is told, and none is changed.
func TestSetupTellsWhatAnAdministratorMustChange(t *testing.T) {
	y := newYard(t, "MM_SERVICESETTINGS_ENABLECOMMANDS=false", "MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION=false", "MM_SERVICESETTINGS_SITEURL=http://elsewhere.example",
		"MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS=10.0.0.1 192.168.0.0/16", "MM_RATELIMITSETTINGS_ENABLE=true", "MM_RATELIMITSETTINGS_PERSEC=1000",
		"MM_RATELIMITSETTINGS_MAXBURST=1000", "MM_SERVICESETTINGS_POSTEDITTIMELIMIT=60")
	var out bytes.Buffer
	if err := (setupCommand{Name: "melusine", Check: true}).run(t.Context(), y.config, &out); err == nil {
		t.Error("nothing was left to do")
	}
	for _, want := range []string{"change  ServiceSettings.EnableCommands must be true", "change  ServiceSettings.EnableBotAccountCreation must be true",
		"change  ServiceSettings.SiteURL must be", "change  ServiceSettings.AllowedUntrustedInternalConnections must hold 127.0.0.1",
		"note    RateLimitSettings.Enable is true", "note    ServiceSettings.PostEditTimeLimit is 60"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, out.String())
		}
	}
}
