package dev

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// LemonPeople are those whom a LemonServer knows; the password of each is their login.
var LemonPeople = []string{"rtyler", "dwho", "msmith"}

// What a LemonServer knows the application by, as an OpenID Connect client.
const (
	LemonClient = "melusine"
	LemonSecret = "secret-of-the-client"
)

// LemonServer is a LemonLDAP::NG that signs people in, as a CAS 3.0 server with
// single logout by the back channel and as an OpenID Connect provider.
type LemonServer struct {
	server
	URL    string // of the sign-in page
	CAS    string // of the CAS server
	Issuer string // of the OpenID Connect provider
}

//go:embed lemonldap/portal.psgi
var lemonApp []byte

//go:embed lemonldap/lemonldap-ng.ini
var lemonIni string

//go:embed lemonldap/lmConf-1.json
var lemonConfig string

// Lemon starts a LemonLDAP::NG for the application at an address without final
// slash. Who has signed in less than recent seconds ago is not asked to do it
// again, whatever the application wants.
func Lemon(tb testing.TB, app string, recent int) *LemonServer {
	tb.Helper()
	on, dir := port(tb), folder(tb, "lemonldap")
	s := &LemonServer{URL: "http://" + address(on)}
	s.CAS, s.Issuer = s.URL+"/cas", s.URL+"/"
	for _, sub := range []string{"sessions", "persistent"} {
		must(tb, os.MkdirAll(filepath.Join(dir, sub, "lock"), 0o755))
	}
	private, public := rsaKey(tb)
	write(tb, filepath.Join(dir, "lmConf-1.json"), []byte(fill(tb, lemonConfig, map[string]string{
		"Folder": dir, "URL": s.URL, "App": app, "Key": rand.Text(), "Secret": LemonSecret, "Recent": strconv.Itoa(recent), "Private": private, "Public": public})))
	ini := write(tb, filepath.Join(dir, "lemonldap-ng.ini"), []byte(fill(tb, lemonIni, map[string]string{"Folder": dir})))
	script := write(tb, filepath.Join(dir, "portal.psgi"), lemonApp)
	s.server = server{
		name: "lemonldap", folder: dir, ready: listens(on), env: []string{"LLNG_DEFAULTCONFFILE=" + ini},
		polite: syscall.SIGQUIT, abrupt: syscall.SIGTERM, // killed, it would leave its workers behind
		args: []string{program(tb, "starman"), "--listen", address(on), "--workers", "3", "--preload-app", script},
	}
	s.launch(tb)
	return s
}

// rsaKey makes a key as two JSON texts of PEM, private and public.
func rsaKey(tb testing.TB) (private, public string) {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(tb, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(tb, err)
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	must(tb, err)
	text := func(kind string, der []byte) string {
		quoted, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
		must(tb, err)
		return string(quoted)
	}
	return text("PRIVATE KEY", secret), text("PUBLIC KEY", open)
}
