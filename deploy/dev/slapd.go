package dev

import (
	"crypto/x509"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
)

// The directory every SlapdServer holds before a test adds to it: BaseDN, PeopleDN,
// GroupsDN, StructuresDN and the entry of the reader.
const (
	BaseDN       = "dc=univ-test,dc=fr"
	PeopleDN     = "ou=people," + BaseDN
	GroupsDN     = "ou=groups," + BaseDN
	StructuresDN = "ou=structures," + BaseDN

	AdminDN        = "cn=admin," + BaseDN // may do everything
	AdminPassword  = "admin-password"
	ReaderDN       = "cn=reader," + BaseDN // may read everything but passwords
	ReaderPassword = "reader-password"
)

// SlapdServer is an OpenLDAP with the eduPerson and supann schemas, indexed, with
// sync replication and the usual limit of 500 entries to a search without pages.
// Who has not bound may only bind; a person may read their own entry.
type SlapdServer struct {
	server
	URL    string         // ldap://, StartTLS possible
	TLSURL string         // ldaps://
	Roots  *x509.CertPool // trusts the server's certificate, made for 127.0.0.1 and localhost
	CAFile string         // the same, a PEM file

	slapd  string
	config string
}

// SlapdOptions are what may differ from one directory to the next.
type SlapdOptions struct {
	LDIF   string // entries below BaseDN, loaded before the start
	Config string // lines of slapd.conf for the database, before ours: limits, access, overlays
}

//go:embed schema/slapd.conf
var slapdConfig string

//go:embed schema/base.ldif
var baseLDIF string

//go:embed schema/eduperson.schema
var eduPersonSchema []byte

//go:embed schema/supann.schema
var supannSchema []byte

// Slapd starts an OpenLDAP.
func Slapd(tb testing.TB, options SlapdOptions) *SlapdServer {
	tb.Helper()
	plain, secure, dir := port(tb), port(tb), folder(tb, "ldap")
	s := &SlapdServer{
		URL:    "ldap://" + address(plain),
		TLSURL: "ldaps://" + address(secure),
		CAFile: filepath.Join(dir, "server.crt"),
		slapd:  program(tb, "slapd"),
		config: filepath.Join(dir, "slapd.conf"),
	}
	s.server = server{
		name: "slapd", folder: dir, ready: listens(plain),
		polite: syscall.SIGTERM, abrupt: syscall.SIGKILL,
		args: []string{s.slapd, "-d", "stats2", "-f", s.config, "-h", s.URL + "/ " + s.TLSURL + "/"},
	}
	must(tb, os.Mkdir(filepath.Join(dir, "data"), 0o755))
	s.Roots = certificate(tb, s.CAFile, filepath.Join(dir, "server.key"))
	write(tb, filepath.Join(dir, "eduperson.schema"), eduPersonSchema)
	write(tb, filepath.Join(dir, "supann.schema"), supannSchema)
	write(tb, s.config, []byte(s.configure(tb, options.Config)))
	s.add(tb, baseLDIF)
	s.add(tb, options.LDIF)
	s.launch(tb)
	return s
}

// Load stops the server, adds entries with slapadd (a hundred thousand in some
// ten seconds, schema checked, references not) and starts it again.
func (s *SlapdServer) Load(tb testing.TB, ldif string) {
	tb.Helper()
	s.Stop(tb)
	s.add(tb, ldif)
	s.Start(tb)
}

// Modify carries out LDIF change records on the live server as the admin; a
// record without a changetype adds an entry.
func (s *SlapdServer) Modify(tb testing.TB, ldif string) {
	tb.Helper()
	s.run(tb, ldif, program(tb, "ldapmodify"), "-x", "-a", "-H", s.URL, "-D", AdminDN, "-w", AdminPassword)
}

func (s *SlapdServer) add(tb testing.TB, ldif string) {
	tb.Helper()
	if ldif == "" {
		return
	}
	s.run(tb, ldif, s.slapd, "-T", "add", "-q", "-w", "-f", s.config)
}

func (s *SlapdServer) configure(tb testing.TB, extra string) string {
	tb.Helper()
	return fill(tb, slapdConfig, map[string]string{"Folder": s.folder, "Schema": schemas(tb), "Extra": extra})
}

// schemas is the folder of the schemas that come with OpenLDAP.
func schemas(tb testing.TB) string {
	tb.Helper()
	for _, dir := range []string{"/etc/ldap/schema", "/etc/openldap/schema"} {
		if _, err := os.Stat(filepath.Join(dir, "core.schema")); err == nil {
			return dir
		}
	}
	tb.Fatal("dev: the schemas of OpenLDAP are missing: `make test` installs them (deploy/dev/prepare.sh)")
	return ""
}

func fill(tb testing.TB, text string, data any) string {
	tb.Helper()
	page, err := template.New("").Option("missingkey=error").Parse(text)
	must(tb, err)
	var out strings.Builder
	must(tb, page.Execute(&out, data))
	return out.String()
}
