//go:build servers

package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/partage/simulator"
)

// A world is every real server that the product talks to, and the product.
type world struct {
	*testing.T
	university *simulator.University
	partage    *simulator.Server
	partageURL string
	chat       *dev.MattermostServer
	ldap       *dev.SlapdServer
	channel    *model.Channel
	bot        *model.Bot
	config     config
	file       string // of the configuration
	portal     string
}

const password = "a password of the story"

// newWorld starts Mattermost on PostgreSQL, slapd, an OpenID provider and a
// simulated Partage, writes a configuration for them, and serves.
func newWorld(t *testing.T) *world {
	w := &world{T: t, university: simulator.NewUniversity(1000)}
	w.startPartage()
	w.ldap = dev.Slapd(t, dev.SlapdOptions{LDIF: w.ldif()})
	w.chat = dev.Mattermost(t)
	var token string
	w.bot, token = w.chat.Bot(t, "melusine")
	w.channel = w.chat.Channel(t, "validations", w.bot.UserId)
	w.portal = "http://" + freePort(t)
	w.writeConfig(token)
	return w
}

func (w *world) startPartage() {
	server, err := simulator.New(simulator.Config{Now: time.Now, University: w.university, Admin: true})
	w.must(err)
	base, stop, err := server.Listen(w.Context(), "127.0.0.1:0")
	w.must(err)
	w.Cleanup(func() { w.must(stop()) })
	w.partage, w.partageURL = server, base
}

// ldif is the directory of the university, as the schema of supann has it.
func (w *world) ldif() string {
	var b strings.Builder
	entry := func(dn string, lines ...string) {
		b.WriteString("dn: " + dn + "\n" + strings.Join(lines, "\n") + "\n\n")
	}
	text := func(name, value string) string {
		return name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	for _, d := range w.university.Domains() {
		if d.Unit.Code != "" {
			entry("supannCodeEntite="+d.Unit.Code+","+dev.StructuresDN, "objectClass: organizationalUnit", "objectClass: supannEntite",
				"objectClass: domainRelatedObject", "supannCodeEntite: "+d.Unit.Code, "ou: "+d.Unit.Code, text("description", d.Unit.Label), "associatedDomain: "+d.Name)
		}
	}
	for p := range w.university.People() {
		lines := []string{"objectClass: inetOrgPerson", "objectClass: eduPerson", "objectClass: supannPerson", "uid: " + p.UID,
			text("cn", p.DisplayName), text("sn", p.Surname), text("displayName", p.DisplayName), "mail: " + p.Mail, "eduPersonPrincipalName: " + p.EPPN,
			"eduPersonPrimaryAffiliation: " + p.Affiliation, "supannEntiteAffectationPrincipale: " + p.Unit.Code, "supannRessourceEtat: " + p.State}
		if p.Manager != "" {
			lines = append(lines, "manager: uid="+p.Manager+","+dev.PeopleDN)
		}
		entry("uid="+p.UID+","+dev.PeopleDN, lines...)
	}
	admins := []string{"objectClass: groupOfNames", "cn: melusine-admins"}
	for _, uid := range w.university.Admins() {
		admins = append(admins, "member: uid="+uid+","+dev.PeopleDN)
	}
	entry("cn=melusine-admins,"+dev.GroupsDN, admins...)
	return b.String()
}

// writeConfig writes the file and the secrets as an administrator would, and loads it.
func (w *world) writeConfig(botToken string) {
	dir := w.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		w.must(os.MkdirAll(filepath.Dir(path), 0o700))
		w.must(os.WriteFile(path, []byte(text+"\n"), 0o600))
		return path
	}
	for domain, key := range w.partage.Keys() {
		file("keys/"+domain, key.Reveal())
	}
	callbacks := freePort(w.T)
	path := file("melusine.yml", fmt.Sprintf(`
journal: %s
freeze_file: %s
secret_file: %s
directory:
  url: %s
  starttls: true
  ca_file: %s
  bind_dn: %s
  password_file: %s
  base: %s
partage:
  url: %s
  scope: unistra.fr
  keys_dir: %s
mattermost:
  url: %s
  token_file: %s
  admin_token_file: %s
  channel: %s
  listen: %s
  callback_url: http://%s
portal:
  listen: %s
  url: %s
  oidc:
    issuer: %s
    client_id: portal
    client_secret_file: %s
    uid_claim: preferred_username
`, filepath.Join(dir, "melusine.db"), filepath.Join(dir, "freeze"), file("secret", strings.Repeat("s", 40)), w.ldap.URL, w.ldap.CAFile, dev.ReaderDN,
		file("ldap", dev.ReaderPassword), dev.BaseDN, w.partageURL, filepath.Join(dir, "keys"), w.chat.URL,
		file("bot", botToken), file("admin", w.chat.Admin.Client.AuthToken), w.channel.Id, callbacks, callbacks,
		strings.TrimPrefix(w.portal, "http://"), w.portal, w.startProvider(), file("oidc", "secret-of-the-portal")))
	seeds := file("delegations.yml", "delegations: {physique.unistra.fr: [plangevin]}\n")
	w.must(delegationsImportCommand{File: path, From: seeds, Yes: true}.Run(w.T.Context()))
	cfg, err := loadConfig(path)
	w.must(err)
	cfg.History.KeyFile, cfg.History.Folder = filepath.Join(dir, "history-key"), filepath.Join(dir, "checkpoints")
	w.must(cfg.makeKey(io.Discard))
	w.config, w.file = cfg, path
}

// staff are the people whom the provider knows: everybody of the university.
type staff struct{ *simulator.University }

func (s staff) GetUserByUsername(uid string) *storage.User {
	if _, ok := s.ByUID(uid); !ok {
		return nil
	}
	return &storage.User{ID: uid, Username: uid, Password: password}
}
func (s staff) GetUserByID(id string) *storage.User { return s.GetUserByUsername(id) }
func (s staff) ExampleClientID() string             { return "portal" }

// startProvider serves OpenID Connect and returns the issuer.
func (w *world) startProvider() string {
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + server.Listener.Addr().String() + "/"
	clients := map[string]*storage.Client{"portal": storage.WebClient("portal", "secret-of-the-portal", w.portal+"/connexion/retour")}
	quiet := slog.New(slog.DiscardHandler)
	server.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorageWithClients(staff{w.university}, clients), nil, false,
		op.WithAllowInsecure(), op.WithLogger(quiet))
	server.Start()
	w.Cleanup(server.Close)
	return issuer
}

// serve runs the product until stop is called.
func (w *world) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, w.config, slog.New(slog.NewTextHandler(w.Output(), nil))) }()
	once := false
	stop = func() {
		if once {
			return
		}
		once = true
		cancel()
		if err := <-done; err != nil {
			w.Errorf("serve: %v", err)
		}
	}
	w.Cleanup(stop)
	w.until("the portal answers", func() bool {
		select {
		case err := <-done:
			done <- err
			w.Fatalf("serve ended: %v", err)
		default:
		}
		answer, err := http.Get(w.portal + "/static/app.css")
		return err == nil && answer.Body.Close() == nil
	})
	return stop
}

// A visitor is a browser that keeps its cookies and follows redirects.
type visitor struct {
	*world
	http *http.Client
}

func (w *world) visitor() visitor {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return visitor{w, &http.Client{Jar: jar, Timeout: time.Minute}}
}

func (v visitor) read(answer *http.Response, err error) string {
	v.Helper()
	v.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	v.must(err)
	return string(body)
}

func (v visitor) get(path string) string { v.Helper(); return v.read(v.http.Get(v.portal + path)) }

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// post sends a form of the page at from, with the token that the page holds.
func (v visitor) post(from, to string, form url.Values) string {
	v.Helper()
	found := csrfField.FindStringSubmatch(v.get(from))
	if found == nil {
		v.Fatalf("no form on %s", from)
	}
	form.Set("_csrf", found[1])
	request, err := http.NewRequest(http.MethodPost, v.portal+to, strings.NewReader(form.Encode()))
	v.must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", v.portal)
	return v.read(v.http.Do(request))
}

var authRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn goes through the provider's own login page, and says whether the
// portal then knows the person.
func (v visitor) signIn(uid string) bool {
	v.Helper()
	answer, err := v.http.Get(v.portal + "/mes-adresses")
	v.must(err)
	login := answer.Request.URL
	page := v.read(answer, nil)
	found := authRequest.FindStringSubmatch(page)
	if found == nil {
		v.Fatalf("no login page at %s:\n%s", login, page)
	}
	home := v.read(v.http.PostForm(login.Scheme+"://"+login.Host+login.Path, url.Values{"id": {found[1]}, "username": {uid}, "password": {password}}))
	p, _ := v.university.ByUID(uid)
	return strings.Contains(home, p.Surname) && strings.Contains(home, p.Mail)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// until asks again and again, for as long as real servers may need.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(90 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			w.Fatalf("waited in vain until %s", what)
		}
	}
}
