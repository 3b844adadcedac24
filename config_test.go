package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func example(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile("deploy/melusine.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func TestTheExampleHasNoFault(t *testing.T) {
	c, err := parseConfig([]byte(example(t)))
	if err != nil {
		t.Fatal(err)
	}
	if c.Delegations != nil || c.Mattermost.Trigger != "melusine" || c.Partage.PageSize != 200 {
		t.Errorf("read as %+v", c)
	}
}

// Each mistake is refused, by a message that names the place and says what is wrong.
func TestUnsafeOrMistakenConfiguration(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key", "journal:", "jornal:", "jornal"},
		{"key twice", "language: fr", "language: fr\n  language: en", "language"},
		{"not YAML", "journal: /var", "journal: [/var", "configuration"},
		{"bad duration", "stale_after: 24h", "stale_after: tomorrow", "tomorrow"},
		{"no journal", "journal: /var/lib/melusine/melusine.db", "journal: \"\"", "journal: "},
		{"password in the journal's address", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me:pw@db.univ-test.fr/melusine?sslmode=verify-full", "journal: the password does not belong here"},
		{"password among its parameters", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@db.univ-test.fr/melusine?sslmode=verify-full&password=me:pw", "journal: the password does not belong here"},
		{"password in half an address", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me:pw@db.univ-test.fr:54x/melusine", "journal: not the address"},
		{"journal in clear", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@db.univ-test.fr/melusine", "journal: the connection to db.univ-test.fr needs sslmode=verify-full"},
		{"journal with it knows not whom", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@db.univ-test.fr/melusine?sslmode=require", "journal: the connection to db.univ-test.fr needs sslmode=verify-full"},
		{"one of two hosts in clear", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@127.0.0.1,db.univ-test.fr/melusine", "journal: the connection to db.univ-test.fr needs sslmode=verify-full"},
		{"another host in clear", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@127.0.0.1/melusine?host=db.univ-test.fr", "journal: the connection to db.univ-test.fr needs sslmode=verify-full"},
		{"no database", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@db.univ-test.fr?sslmode=verify-full", "journal: not the address"},
		{"a mode of TLS that is none", "journal: /var/lib/melusine/melusine.db", "journal: postgres://me@db.univ-test.fr/melusine?sslmode=me:pw", "journal: PostgreSQL's client does not understand"},
		{"password of a file", "secret_file:", "journal_password_file: /etc/melusine/journal\nsecret_file:", "journal_password_file: "},
		{"a binding that never was", "binding_days: 365", "binding_days: -1", "mattermost.binding_days: "},
		{"who may be anybody", "sign_in: []", "sign_in: [gitlab]", "mattermost.sign_in: gitlab does not prove"},
		{"no secret", "secret_file: /etc/melusine/secret", "secret_file: \"\"", "secret_file: "},
		{"no such zone", "Europe/Paris", "Europe/Strasbourg", "time_zone: "},
		{"a region that is none", "region: metropole", "region: alsace", "calendar.region: \"alsace\" is none of metropole, alsace-moselle"},
		{"an hour of another form", `opens: "08:30"`, `opens: "8h30"`, "calendar.opens: "},
		{"closed before it opens", `closes: "18:00"`, `closes: "08:00"`, "calendar.closes: not after opens"},
		{"closed for ever", "to: 2027-01-03", "to: 2199-12-31", "calendar.closures[0]: more than 92 days without work"},
		{"a closure that ends before it begins", "to: 2027-01-03", "to: 2026-01-03", "calendar.closures[0].to: before from"},
		{"a closure of no day", "from: 2026-12-19", "from: 19/12/2026", "calendar.closures[0].from: "},
		{"no deadline", "  deadline: 2 ", "  deadline: 0 ", "calendar.deadline: "},
		{"an end before the deadline", "  expiry: 10 ", "  expiry: 2 ", "calendar.expiry: "},
		{"a key of the calendar that is none", "  escalation: ", "  escalate: ", "escalate"},
		{"no freeze file", "freeze_file: /var/lib/melusine/freeze", "", "freeze_file: "},
		{"a freeze file anywhere", "freeze_file: /var/lib/melusine/freeze", "freeze_file: melusine.freeze", "freeze_file: "},
		{"no brake", "  person: 5 ", "  person: 0 ", "brakes: "},
		{"a brake that brakes nothing", "  per_mille: 1 ", "  per_mille: 51 ", "brakes.per_mille: "},
		{"older than refreshed", "stale_after: 24h", "stale_after: 5m", "refresh.directory: "},
		{"Partage in clear", "https://api.partage.renater.fr", "http://api.partage.renater.fr", "partage.url: "},
		{"no scope", "scope: univ-test.fr", "scope: \"\"", "partage.scope: "},
		{"no keys", "keys_dir: /etc/melusine/keys", "keys_dir: \"\"", "partage.keys_dir: "},
		{"Mattermost in clear", "https://chat.univ-test.fr", "http://chat.univ-test.fr", "mattermost.url: "},
		{"nobody to create the command", "admin_token_file: /etc/melusine/admin-token", "admin_token_file: \"\"", "mattermost.admin_token_file: "},
		{"two ways to create the command", "admin_token_file: ", "admin_socket: /run/local.sock\n  admin_token_file: ", "mattermost.admin_token_file: "},
		{"no channel", "channel: 8q1xw5z3dj8hzd9ry1bwxy4a7e", "channel: \"\"", "mattermost.channel: "},
		{"session tokens would be sent to us", "callback_url: http://10.0.0.12:8081", "callback_url: https://chat.univ-test.fr/plugins/m", "mattermost.callback_url: "},
		{"callback without host", "callback_url: http://10.0.0.12:8081", "callback_url: here", "mattermost.callback_url: "},
		{"trigger of two words", "trigger: melusine", "trigger: mon courrier", "mattermost.trigger: "},
		{"a third language", "language: fr", "language: de", "mattermost.language: "},
		{"LDAP in clear", "ldaps://ldap.univ-test.fr", "ldap://ldap.univ-test.fr", "directory.url: "},
		{"LDAP without base", "base: dc=univ-test,dc=fr", "base: \"\"", "directory.base: "},
		{"password in the URL", "ldaps://ldap", "ldaps://me:pw@ldap", "directory.url: "},
		{"portal in clear", "url: https://adresses.univ-test.fr", "url: http://adresses.univ-test.fr", "portal.url: "},
		{"no client", "client_id: melusine", "client_id: \"\"", "portal.oidc.client_id: "},
		{"a token thought dead too early", "token_life: 5m", "token_life: 30s", "executor.token_life: "},
		{"a send that outlives the margin", "send: 20s", "send: 1m", "executor.margin: "},
		{"a late send", "pause: 1s", "pause: 2s", "executor.pause: "},
		{"metrics for everybody", "listen: 127.0.0.1:8082", "listen: :8082", "operations.listen: "},
		{"metrics without a port", "listen: 127.0.0.1:8082", "listen: 127.0.0.1", "operations.listen: "},
		{"delegations, which are in the journal", "operations:", "delegations: {u.fr: [me]}\noperations:", "melusine delegations import"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := strings.Replace(example(t), tt.old, tt.new, 1)
			if source == example(t) {
				t.Fatalf("%q is not in the example", tt.old)
			}
			_, err := parseConfig([]byte(source))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("says %q, which does not name %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "me:pw") {
				t.Errorf("repeats the password: %v", err)
			}
		})
	}
}

// Against a simulator on this machine, waits may be as short as a test wants.
func TestASimulatorMayBeWaitedForLess(t *testing.T) {
	source := strings.NewReplacer("https://api.partage.renater.fr", "http://127.0.0.1:8090", "token_life: 5m", "token_life: 300ms",
		"margin: 1m", "margin: 60ms", "send: 20s", "send: 40ms", "pause: 1s", "pause: 10ms").Replace(example(t))
	c, err := parseConfig([]byte(source))
	if err != nil || c.Executor.TokenLife != 300*time.Millisecond {
		t.Errorf("%v, %v", c.Executor, err)
	}
}

func TestJournalOnPostgres(t *testing.T) {
	for _, address := range []string{
		"postgres://melusine@db.univ-test.fr/melusine?sslmode=verify-full", "postgresql://melusine@[::1]:5433/melusine", "postgres://melusine@localhost/melusine",
		"postgres://melusine@a.univ-test.fr,b.univ-test.fr/melusine?sslmode=verify-full&target_session_attrs=read-write", "postgres://melusine@/melusine?host=/run/postgresql",
	} {
		c, err := parseConfig([]byte(strings.Replace(example(t), "journal: /var/lib/melusine/melusine.db", "journal: "+address+"\njournal_password_file: /etc/melusine/journal-password", 1)))
		if err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := c.open(); err == nil || !strings.Contains(err.Error(), "/etc/melusine/journal-password") {
			t.Errorf("the password is not read: %v", err)
		}
	}
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	_, err := parseConfig([]byte("{}"))
	if err == nil {
		t.Fatal("an empty file is accepted")
	}
	for _, place := range []string{"secret_file", "partage.url", "partage.scope", "mattermost.url", "directory.url", "portal.url"} {
		if !strings.Contains(err.Error(), place+": ") {
			t.Errorf("%s is not reported in:\n%v", place, err)
		}
	}
}

func TestSecretsThatOthersMayReadAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hidden\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := secret(file); err != nil || string(text) != "hidden" {
		t.Fatalf("%q, %v", text, err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := secret(file); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("%v", err)
	}
}

func TestDomainKeys(t *testing.T) {
	key := strings.Repeat("0123456789abcdef", 4)
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string // domains, or nil for an error
	}{
		"one":                    {map[string]string{"univ-test.fr": key + "\n"}, []string{"univ-test.fr"}},
		"an editor's copy":       {map[string]string{"univ-test.fr": key, "univ-test.fr~": "x", ".swp": "x"}, []string{"univ-test.fr"}},
		"none":                   {map[string]string{}, nil},
		"too short":              {map[string]string{"univ-test.fr": key[:63]}, nil},
		"a good one and a bad":   {map[string]string{"a.fr": key, "b.fr": "?"}, nil},
		"not hexadecimal digits": {map[string]string{"univ-test.fr": strings.Repeat("g", 64)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			keys, err := domainKeys(dir)
			if (err != nil) != (tt.want == nil) || len(keys) != len(tt.want) {
				t.Fatalf("%v, %v", keys, err)
			}
			if err != nil && strings.Contains(err.Error(), key[:20]) {
				t.Errorf("the error holds the key: %v", err)
			}
		})
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(example(f))
	f.Add("{}")
	f.Add("portal: {oidc: [1]}")
	f.Fuzz(func(t *testing.T, source string) {
		c, err := parseConfig([]byte(source))
		if err == nil && (c.SecretFile == "" || c.Partage.KeysDir == "" || !webURL(c.Partage.URL)) {
			t.Errorf("accepted without what it needs: %+v", c)
		}
	})
}
