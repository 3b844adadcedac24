package dev

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	chatAdmin    = "sysadmin"
	chatPassword = "Password-of-1-test"
)

// MattermostServer is a Mattermost with one open team. It calls URLs on loopback
// (slash commands, buttons) and nothing else.
type MattermostServer struct {
	server
	URL      string          // http://127.0.0.1:port
	Folder   string          // the run folder: config, data, logs
	Admin    *Person         // the system administrator
	Team     *model.Team     // everyone that Person and Bot make belongs to it
	Postgres *PostgresServer // its database is "melusine"

	transport *http.Transport
}

// Mattermost starts an empty Mattermost on a PostgreSQL of its own. Settings are
// words such as "MM_PLUGINSETTINGS_ENABLEUPLOADS=true", as in its environment.
func Mattermost(tb testing.TB, settings ...string) *MattermostServer {
	tb.Helper()
	n, dir := port(tb), folder(tb, "mm")
	m := &MattermostServer{
		URL: "http://" + address(n), Folder: dir,
		Postgres: Postgres(tb), transport: &http.Transport{},
	}
	furnish(tb, dir)
	m.server = server{
		name: "mattermost", folder: dir, args: []string{"bin/mattermost", "server"},
		env:    append(m.settings(address(n)), settings...),
		polite: syscall.SIGTERM, abrupt: syscall.SIGKILL, ready: m.answers,
	}
	tb.Cleanup(m.transport.CloseIdleConnections)
	m.launch(tb)
	m.settle(tb)
	return m
}

// furnish makes a run folder out of what prepare.sh has built.
func furnish(tb testing.TB, dir string) {
	tb.Helper()
	built := cached(tb)
	for _, name := range []string{"bin", "fonts", "i18n", "templates"} {
		must(tb, os.Symlink(filepath.Join(built, name), filepath.Join(dir, name)))
	}
	for _, name := range []string{"client", "config", "data", "logs", "plugins"} {
		must(tb, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
}

// cached is the folder of the built Mattermost: prepare.sh names it after the
// sums of the module that requires it.
func cached(tb testing.TB) string {
	tb.Helper()
	cache := os.Getenv("MELUSINE_DEV_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		must(tb, err)
		cache = filepath.Join(dir, "melusine")
	}
	sums, err := os.ReadFile(filepath.Join(root(tb), "deploy/dev/mattermost/go.sum"))
	must(tb, err)
	hash := sha256.Sum256(sums)
	built := filepath.Join(cache, "mattermost-"+hex.EncodeToString(hash[:])[:12])
	if _, err := os.Stat(built); err != nil {
		tb.Fatal("dev: Mattermost is not built: `make test` builds it (deploy/dev/prepare.sh)")
	}
	return built
}

// root is the top of this repository: tests run in the folder of their package.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	must(tb, err)
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "deploy/dev/mattermost/go.sum")); err == nil {
			return dir
		}
	}
	tb.Fatal("dev: a test runs outside the repository")
	return ""
}

func (m *MattermostServer) settings(address string) []string {
	return []string{
		"MM_SQLSETTINGS_DRIVERNAME=postgres",
		"MM_SQLSETTINGS_DATASOURCE=" + m.Postgres.DSN,
		"MM_SERVICESETTINGS_LISTENADDRESS=" + address,
		"MM_SERVICESETTINGS_SITEURL=" + m.URL,
		"MM_SERVICESETTINGS_ENABLELOCALMODE=true",
		"MM_SERVICESETTINGS_LOCALMODESOCKETLOCATION=" + filepath.Join(m.Folder, "local.sock"),
		"MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS=127.0.0.1 localhost",
		"MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION=true",
		"MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS=true",
		"MM_SERVICESETTINGS_ENABLECOMMANDS=true",
		"MM_SERVICESETTINGS_ENABLESECURITYFIXALERT=false",
		"MM_TEAMSETTINGS_ENABLEOPENSERVER=true",
		"MM_TEAMSETTINGS_MAXUSERSPERTEAM=10000",
		"MM_JOBSETTINGS_RUNJOBS=false", // workers take up to a quarter of a minute to stop
		"MM_JOBSETTINGS_RUNSCHEDULER=false",
		"MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS=false",
		"MM_LOGSETTINGS_CONSOLELEVEL=INFO",
		"MM_LOGSETTINGS_ENABLEFILE=false",
		"MM_LOGSETTINGS_ENABLEDIAGNOSTICS=false",
		"MM_LOGSETTINGS_ENABLESENTRY=false",
		"MM_ANNOUNCEMENTSETTINGS_ADMINNOTICESENABLED=false",
		"MM_ANNOUNCEMENTSETTINGS_USERNOTICESENABLED=false",
		"MM_PLUGINSETTINGS_ENABLEMARKETPLACE=false",
		"MM_PLUGINSETTINGS_ENABLEREMOTEMARKETPLACE=false",
	}
}

// settle makes the administrator (the first user is one) and the team.
func (m *MattermostServer) settle(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	user, _, err := m.client().CreateUser(ctx, newcomer(chatAdmin))
	must(tb, err)
	m.Admin = m.login(tb, user)
	m.Team, _, err = m.Admin.Client.CreateTeam(ctx, &model.Team{
		Name: "university", DisplayName: "University", Type: model.TeamOpen, AllowOpenInvite: true,
	})
	must(tb, err)
}

func (m *MattermostServer) client() *model.Client4 {
	client := model.NewAPIv4Client(m.URL)
	client.HTTPClient = &http.Client{Transport: m.transport}
	return client
}

func (m *MattermostServer) answers(ctx context.Context) error {
	status, _, err := m.client().GetPing(ctx)
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if status != model.StatusOk {
		return errors.New("ping: " + status)
	}
	return nil
}
