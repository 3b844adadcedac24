package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/unistra/melusine/internal/calendar"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/drift"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/portal"
)

// config is the file, decoded over defaults: see deploy/melusine.yml.
type config struct {
	Journal     string           `yaml:"journal"`     // path of the SQLite file, or postgres:// address of the database
	Rules       string           `yaml:"rules"`       // path of the first rule book of a journal, "" = the default book
	FreezeFile  string           `yaml:"freeze_file"` // while it is there, nothing is sent
	Brakes      brakesConfig     `yaml:"brakes"`
	Addresses   addressesConfig  `yaml:"addresses"`
	SecretFile  string           `yaml:"secret_file"` // 32 bytes or more: signs the buttons
	TimeZone    string           `yaml:"time_zone"`
	Calendar    calendarConfig   `yaml:"calendar"`
	StaleAfter  time.Duration    `yaml:"stale_after"` // age of the directory beyond which nothing is changed
	Refresh     refreshConfig    `yaml:"refresh"`
	Store       string           `yaml:"store"` // folder where what was read is kept for the next start, "" = nowhere
	Directory   directory.Config `yaml:"directory"`
	Partage     partageConfig    `yaml:"partage"`
	Mattermost  mattermostConfig `yaml:"mattermost"`
	Portal      portal.Config    `yaml:"portal"`
	Executor    executor.Timing  `yaml:"executor"` // how long Partage may take
	History     historyConfig    `yaml:"history"`
	Operations  operationsConfig `yaml:"operations"`
	Drift       drift.Config     `yaml:"drift"`       // what is compared between the directory and Partage, and repaired
	Cost        costConfig       `yaml:"cost"`        // what a month costs
	Watch       watchConfig      `yaml:"watch"`       // services that are asked whether they answer
	Delegations any              `yaml:"delegations"` // where they were once: see melusine delegations import

	JournalPasswordFile string `yaml:"journal_password_file"` // for a database that asks for one
}

// brakesConfig is how many effects that take something away may be started.
type brakesConfig struct {
	Person   int     `yaml:"person"`    // by one person in an hour
	Domain   int     `yaml:"domain"`    // in one mail domain in an hour
	Verb     int     `yaml:"verb"`      // of one verb in an hour
	All      int     `yaml:"all"`       // in all in an hour
	PerMille float64 `yaml:"per_mille"` // of a thousand accounts in a day
}

func (c brakesConfig) desk() desk.Brakes { return desk.Brakes(c) }

// addressesConfig is how addresses are kept: see desk.Keeping.
type addressesConfig struct {
	Quarantine int `yaml:"quarantine_years"` // in which a freed address is given to nobody else
	Notice     int `yaml:"notice_days"`      // before its last day that the holder of an address is told
	Grace      int `yaml:"grace_days"`       // between the locking of an account that has ended, and its deletion
	Renewal    int `yaml:"renewal_days"`     // the most that an address is given or renewed for, if it has an end
}

func (c addressesConfig) desk() desk.Keeping { return desk.Keeping(c) }

// calendarConfig is which days and hours are worked, and within how many days
// requests are to be answered.
type calendarConfig struct {
	calendar.Config `yaml:",inline"`
	Deadline        int    `yaml:"deadline"`   // working days after which approvers are reminded, if the rule does not say
	Expiry          int    `yaml:"expiry"`     // working days after which a request ends unanswered, if the rule does not say
	Escalation      string `yaml:"escalation"` // group told of what is still not answered; "" = nobody
	Digest          bool   `yaml:"digest"`     // each morning, who is awaited is told what awaits them
}

func (c calendarConfig) terms(days *calendar.Calendar) desk.Terms {
	return desk.Terms{Calendar: days, Deadline: c.Deadline, Expiry: c.Expiry, Escalation: c.Escalation}
}

type historyConfig struct {
	KeyFile  string     `yaml:"key_file"`  // signs the checkpoints, "" = there are none
	Folder   string     `yaml:"folder"`    // where they are kept
	Channel  string     `yaml:"channel"`   // id of the channel where they are posted, "" = nowhere
	KeepDays keepConfig `yaml:"keep_days"` // 0 = for ever
}

type keepConfig struct {
	Requests      int `yaml:"requests"`
	Announcements int `yaml:"announcements"`
	People        int `yaml:"people"`
}

type partageConfig struct {
	URL      string        `yaml:"url"`
	Scope    string        `yaml:"scope"`    // domain of the eduPersonPrincipalNames in carLicense
	KeysDir  string        `yaml:"keys_dir"` // one file per mail domain, named after it, holding its key
	PageSize int           `yaml:"page_size"`
	Timeout  time.Duration `yaml:"timeout"`
	Rate     float64       `yaml:"rate"` // pages of listings, counts and comparisons asked for in a second
}

type mattermostConfig struct {
	URL            string `yaml:"url"`
	TokenFile      string `yaml:"token_file"`       // of the bot
	AdminTokenFile string `yaml:"admin_token_file"` // of an account that may create slash commands
	AdminSocket    string `yaml:"admin_socket"`     // or else, on the same machine, Mattermost's local-mode socket
	Channel        string `yaml:"channel"`          // id of the approvers' channel
	Listen         string `yaml:"listen"`           // where Mattermost calls us
	CallbackURL    string `yaml:"callback_url"`     // that address as Mattermost must call it
	Trigger        string `yaml:"trigger"`          // of the slash command
	Language       string `yaml:"language"`         // of the approvers' channel
	// BindingDays is after how many days a person must bind their chat account anew; 0 = never.
	BindingDays int `yaml:"binding_days"`
	// SignIn names the ways in which Mattermost signs people in by the directory
	// itself, such as ldap or saml: their accounts need no code.
	SignIn []string `yaml:"sign_in"`

	Classes map[string][]string `yaml:"classes"` // what people call each class of service in a sentence
}

func defaultConfig() config {
	return config{
		Journal: "melusine.db", TimeZone: "Europe/Paris", StaleAfter: 24 * time.Hour,
		Calendar:   calendarConfig{Config: calendar.Default(), Deadline: 2, Expiry: 10, Digest: true},
		Brakes:     brakesConfig(desk.StandardBrakes()),
		Addresses:  addressesConfig(desk.StandardKeeping()),
		Refresh:    refreshConfig{Directory: 15 * time.Minute, Whole: 24 * time.Hour, Partage: 6 * time.Hour, Counts: 15 * time.Minute, Sample: 50},
		Directory:  directory.Default(),
		Partage:    partageConfig{PageSize: 200, Timeout: 30 * time.Second, Rate: 10},
		Mattermost: mattermostConfig{Listen: "127.0.0.1:8081", Trigger: "melusine", Language: "fr", BindingDays: 365},
		Portal:     portal.DefaultConfig(),
		Executor:   executor.Standard(),
		Drift:      drift.Default(),
		Cost:       costConfig{Currency: "€"},
		Watch:      watchConfig{Every: time.Minute},
		History:    historyConfig{Folder: "checkpoints", KeepDays: keepConfig{Requests: 3 * 365, Announcements: 365, People: 3 * 365}},
	}
}

// loadConfig reads the file. Every error is reported at once, each with its place.
func loadConfig(path string) (config, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return config{}, fmt.Errorf("read configuration: %w", err)
	}
	return parseConfig(source)
}

func parseConfig(source []byte) (config, error) {
	c := defaultConfig()
	err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&c)
	if err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("read configuration: %s", yaml.FormatError(err, false, true))
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("check configuration:\n%w", err)
	}
	return c, nil
}

// signIns are the ways by which Mattermost signs people in by a directory; not
// those by which anybody may make an account.
var signIns = []string{"ldap", "saml", "openid"}

var (
	domainForm  = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$`)
	triggerForm = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
)

func (c config) check() error {
	var errs []error
	need := func(ok bool, path, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %s", path, what))
		}
	}
	need(c.Journal != "", "journal", "the path of the journal's file, or the address of its database, is missing")
	if c.onPostgres() {
		if err := journal.CheckPostgres(c.Journal); err != nil {
			errs = append(errs, fmt.Errorf("journal: %w", err))
		}
	}
	need(c.JournalPasswordFile == "" || c.onPostgres(), "journal_password_file", "a file has no password: journal is not a postgres:// address")
	need(c.SecretFile != "", "secret_file", "the file of the signing secret is missing")
	_, err := time.LoadLocation(c.TimeZone)
	need(err == nil && c.TimeZone != "", "time_zone", "no such time zone")
	days := c.Calendar
	need(days.Deadline >= 1 && days.Deadline <= 60, "calendar.deadline", "not from 1 to 60 working days")
	need(days.Expiry > days.Deadline && days.Expiry <= 250, "calendar.expiry", "not more than deadline, and at most 250 working days")
	need(c.StaleAfter >= time.Minute, "stale_after", "less than 1m")
	need(filepath.IsAbs(c.FreezeFile), "freeze_file", "not a whole path: a command typed in another folder must find the same file")
	b := c.Brakes
	need(min(b.Person, b.Domain, b.Verb, b.All) >= 1 && b.PerMille > 0, "brakes", "a limit below 1 would stop everything; to stop everything, freeze")
	need(b.PerMille <= 50, "brakes.per_mille", "more than one account in twenty in a day is no brake")
	need(c.Refresh.Directory >= 10*time.Second, "refresh.directory", "less than 10s")
	need(c.Refresh.Partage >= time.Minute, "refresh.partage", "less than 1m")
	need(c.Refresh.Directory < c.StaleAfter, "refresh.directory", "not less than stale_after")
	need(c.Refresh.Whole >= time.Minute, "refresh.whole", "less than 1m")
	need(c.Refresh.Counts == 0 || c.Refresh.Counts >= 10*time.Second, "refresh.counts", "less than 10s; 0 = never")
	need(c.Refresh.Sample >= 0 && c.Refresh.Sample <= 10_000, "refresh.sample", "not from 0 to 10000")
	need(c.Partage.Rate >= 0.1 && c.Partage.Rate <= 1000, "partage.rate", "not from 0.1 to 1000 a second")
	need(c.Store == "" || filepath.IsAbs(c.Store), "store", "not a whole path")
	need(domainForm.MatchString(c.Partage.Scope), "partage.scope", "the domain of the eduPersonPrincipalNames is missing")
	need(c.Partage.KeysDir != "", "partage.keys_dir", "the folder of the domain keys is missing")
	need(webURL(c.Partage.URL), "partage.url", "not an https:// address (http:// is for this machine only)")
	m := c.Mattermost
	need(webURL(m.URL), "mattermost.url", "not an https:// address (http:// is for this machine only)")
	need(m.TokenFile != "", "mattermost.token_file", "the file of the bot's token is missing")
	need((m.AdminTokenFile == "") != (m.AdminSocket == ""), "mattermost.admin_token_file", "give this file, or admin_socket, to create the slash command by")
	need(m.Channel != "", "mattermost.channel", "the id of the approvers' channel is missing")
	need(m.Listen != "", "mattermost.listen", "the address to listen on is missing")
	callback, err := url.Parse(m.CallbackURL)
	need(err == nil && callback.Host != "", "mattermost.callback_url", "not an address")
	// On Mattermost's own host name such a path would be sent the clicker's session token.
	need(err == nil && !strings.HasPrefix(callback.Path, "/plugins"), "mattermost.callback_url", "a path under /plugins would be sent session tokens")
	need(triggerForm.MatchString(m.Trigger), "mattermost.trigger", "not a word of small letters and digits")
	need(m.BindingDays >= 0 && m.BindingDays <= 3650, "mattermost.binding_days", "not from 0 (never) to 3650")
	for _, service := range m.SignIn {
		need(slices.Contains(signIns, service), "mattermost.sign_in", service+" does not prove who somebody is: "+strings.Join(signIns, ", "))
	}
	need(m.Language == "fr" || m.Language == "en", "mattermost.language", "neither fr nor en")
	simulated, err := url.Parse(c.Partage.URL)
	if err := c.Executor.Check(err == nil && simulated.Scheme == "http"); err != nil { // http is for a simulator on this machine
		errs = append(errs, err)
	}
	need(c.History.KeyFile == "" || c.History.Folder != "", "history.folder", "the folder of the checkpoints is missing")
	need(c.History.KeyFile != "" || c.History.Channel == "", "history.channel", "nothing is signed to be posted: key_file is missing")
	keep := c.History.KeepDays
	need(min(keep.Requests, keep.Announcements, keep.People) >= 0, "history.keep_days", "less than 0")
	kept := c.Addresses
	need(min(kept.Quarantine, kept.Notice, kept.Grace) >= 0 && kept.Renewal > 0, "addresses", "years and days are 0 or more, renewal_days 1 or more")
	need(kept.Quarantine <= 100 && max(kept.Notice, kept.Grace, kept.Renewal) <= 36500, "addresses", "more than a hundred years")
	host, _, err := net.SplitHostPort(c.Operations.Listen)
	need(c.Operations.Listen == "" || err == nil && host != "", "operations.listen", "not the address of one interface and a port, such as 127.0.0.1:8082")
	need(c.Delegations == nil, "delegations", "these are facts of the journal now: keep the section in a file of its own, melusine delegations import CONFIGURATION THAT_FILE, and remove it here")
	_, cost := c.Cost.tariff()
	return errors.Join(append(errs, c.Calendar.Check(), c.Directory.Check(), c.Portal.Check(), c.Drift.Check(), cost, c.Watch.check())...)
}

// onPostgres tells the address of a database from the path of a file.
func (c config) onPostgres() bool {
	return strings.HasPrefix(c.Journal, "postgres:") || strings.HasPrefix(c.Journal, "postgresql:")
}

// webURL accepts https, and http on this machine, where nobody listens in.
func webURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "::1" || strings.HasPrefix(host, "127."))
}

// secret reads a file that is closed to everybody but its owner and group, without its last line break.
func secret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("read secret: %s may be read or written by everybody: chmod o= it", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	if text = bytes.TrimRight(text, "\r\n"); len(text) == 0 {
		return nil, fmt.Errorf("read secret: %s is empty", path)
	}
	return text, nil
}

var keyForm = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// domainKeys reads the key of each domain from the folder.
func domainKeys(dir string) (map[string]partage.Secret, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read domain keys: %w", err)
	}
	keys := map[string]partage.Secret{}
	for _, f := range files {
		if f.IsDir() || !domainForm.MatchString(f.Name()) {
			continue // an editor's copy
		}
		key, err := secret(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		if !keyForm.Match(key) {
			return nil, fmt.Errorf("read domain keys: %s does not hold 64 hexadecimal digits", f.Name())
		}
		keys[f.Name()] = partage.NewSecret(string(key))
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("read domain keys: no file named after a domain in %s", dir)
	}
	return keys, nil
}
