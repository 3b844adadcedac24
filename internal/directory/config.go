package directory

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// A Config says where the directory is and how it is laid out. Start from
// Default, decode over it, then Check.
type Config struct {
	URL          string        `yaml:"url"`           // ldaps://host[:port], or ldap:// with StartTLS
	StartTLS     bool          `yaml:"starttls"`      // ask for TLS on an ldap:// connection before anything else
	AllowPlain   bool          `yaml:"allow_plain"`   // no TLS at all; loopback only
	CAFile       string        `yaml:"ca_file"`       // PEM authorities to trust instead of the system's
	BindDN       string        `yaml:"bind_dn"`       // who reads; empty = anonymous
	PasswordFile string        `yaml:"password_file"` // its password, read at each connection; needed with bind_dn
	Base         string        `yaml:"base"`          // the DN under which everything is
	People       Branch        `yaml:"people"`
	Groups       Branch        `yaml:"groups"`
	Units        Branch        `yaml:"units"`
	Attributes   Attributes    `yaml:"attributes"`
	Follow       Way           `yaml:"follow"`    // how changes are learned: auto, syncrepl, poll or reread
	Probe        time.Duration `yaml:"probe"`     // how often it is asked whether there are changes, or whether the line still lives
	PageSize     uint32        `yaml:"page_size"` // entries asked for at a time, 1 to 10000
	Timeout      time.Duration `yaml:"timeout"`   // of one lookup, or of one page of a full read
}

// A Branch is where a kind of entry is found.
type Branch struct {
	Base   string `yaml:"base"`   // DN; empty = the base of the directory
	Filter string `yaml:"filter"` // empty = not read; people must have one
}

// Attributes names the attributes of this directory. One left empty is not
// read, except UID, and UnitCode or GroupName when units or groups are read.
type Attributes struct {
	UID         string `yaml:"uid"`
	Name        string `yaml:"name"`
	Mail        string `yaml:"mail"`
	EPPN        string `yaml:"eppn"`
	Affiliation string `yaml:"affiliation"`
	Also        string `yaml:"affiliations"` // all of them
	Unit        string `yaml:"unit"`         // code of the main unit
	State       string `yaml:"state"`        // of resources, "{MAIL}A"
	Resource    string `yaml:"resource"`     // which of them is the mail
	Manager     string `yaml:"manager"`      // DN or uid
	Unlisted    string `yaml:"unlisted"`     // TRUE for who is on the red list
	Entry       string `yaml:"entry"`        // names an entry for ever
	Changed     string `yaml:"changed"`      // when an entry was, as yyyymmddhhmmssZ

	UnitCode   string   `yaml:"unit_code"`
	UnitName   []string `yaml:"unit_name"` // the first that has exactly one value
	UnitDomain string   `yaml:"unit_domain"`

	GroupName string `yaml:"group_name"`
	Member    string `yaml:"member"`     // DN
	MemberUID string `yaml:"member_uid"` // uid, letter for letter
}

// Default is a supann directory, but for the URL, the base and the account.
func Default() Config {
	return Config{
		People: Branch{Filter: "(objectClass=supannPerson)"},
		Groups: Branch{Filter: "(|(objectClass=groupOfNames)(objectClass=posixGroup))"},
		Units:  Branch{Filter: "(objectClass=supannEntite)"},
		Attributes: Attributes{
			UID:         "uid",
			Name:        "displayName",
			Mail:        "mail",
			EPPN:        "eduPersonPrincipalName",
			Affiliation: "eduPersonPrimaryAffiliation",
			Unit:        "supannEntiteAffectationPrincipale",
			Also:        "eduPersonAffiliation",
			State:       "supannRessourceEtat",
			Resource:    "MAIL",
			Manager:     "manager",
			Unlisted:    "supannListeRouge",
			Entry:       "entryUUID",
			Changed:     "modifyTimestamp",
			UnitCode:    "supannCodeEntite",
			UnitName:    []string{"description", "ou"},
			UnitDomain:  "associatedDomain",
			GroupName:   "cn",
			Member:      "member",
			MemberUID:   "memberUid",
		},
		Follow:   Auto,
		Probe:    time.Second,
		PageSize: 500,
		Timeout:  10 * time.Second,
	}
}

// Check returns every fault of the configuration, each with its path, joined.
// It opens no file and asks no server.
func (c Config) Check() error {
	var faults []error
	fault := func(path, text string) { faults = append(faults, fmt.Errorf("directory.%s: %s", path, text)) }
	c.checkAccess(fault)
	c.checkLayout(fault)
	c.Attributes.check(c, fault)
	if !slices.Contains([]Way{Auto, Syncrepl, Polling, Rereading}, c.Follow) {
		fault("follow", "not auto, syncrepl, poll or reread")
	}
	if c.Follow == Polling && (c.Attributes.Changed == "" || c.Attributes.Entry == "") {
		fault("follow", "to poll, attributes.entry and attributes.changed are needed")
	}
	if c.Probe < 10*time.Millisecond || c.Probe > 10*time.Minute {
		fault("probe", "not between 10ms and 10m")
	}
	if c.PageSize < 1 || c.PageSize > 10_000 {
		fault("page_size", "not between 1 and 10000")
	}
	if c.Timeout < 10*time.Millisecond || c.Timeout > 5*time.Minute {
		fault("timeout", "not between 10ms and 5m")
	}
	return errors.Join(faults...)
}

func (c Config) checkAccess(fault func(path, text string)) {
	u, err := url.Parse(c.URL)
	switch {
	// The text of a bad URL is not repeated: somebody may have put a password in it.
	case err != nil || u.Hostname() == "" || u.Scheme != "ldap" && u.Scheme != "ldaps":
		fault("url", "not ldaps://host or ldap://host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		fault("url", "holds more than a host and a port")
	case u.Scheme == "ldaps" && c.StartTLS:
		fault("starttls", "is for ldap:// only")
	case u.Scheme == "ldap" && !c.StartTLS && !c.AllowPlain:
		fault("url", "ldap:// needs starttls: the password and the answers would travel in clear")
	case u.Scheme == "ldap" && !c.StartTLS && !loopback(u.Hostname()):
		fault("allow_plain", "is for a server on this machine only")
	}
	if (c.BindDN == "") != (c.PasswordFile == "") {
		fault("password_file", "goes with bind_dn: give both or none")
	}
	if _, err := ldap.ParseDN(c.BindDN); err != nil {
		fault("bind_dn", "not a DN")
	}
}

func (c Config) checkLayout(fault func(path, text string)) {
	if dn, err := ldap.ParseDN(c.Base); err != nil || len(dn.RDNs) == 0 {
		fault("base", "not a DN")
	}
	c.People.check("people", true, fault)
	c.Groups.check("groups", false, fault)
	c.Units.check("units", false, fault)
}

func (b Branch) check(name string, required bool, fault func(path, text string)) {
	if _, err := ldap.ParseDN(b.Base); err != nil {
		fault(name+".base", "not a DN")
	}
	if b.Filter == "" && !required {
		return
	}
	if _, err := ldap.CompileFilter(b.Filter); err != nil {
		fault(name+".filter", "not an LDAP filter")
	}
}

var attributeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,99}$`)

func (a Attributes) check(c Config, fault func(path, text string)) {
	check := func(name, value string, required bool) {
		if (required || value != "") && !attributeForm.MatchString(value) {
			fault("attributes."+name, "not the name of an attribute")
		}
	}
	check("uid", a.UID, true)
	check("unit_code", a.UnitCode, c.Units.Filter != "")
	check("group_name", a.GroupName, c.Groups.Filter != "")
	check("name", a.Name, false)
	check("mail", a.Mail, false)
	check("eppn", a.EPPN, false)
	check("affiliation", a.Affiliation, false)
	check("unit", a.Unit, false)
	check("affiliations", a.Also, false)
	check("state", a.State, false)
	check("resource", a.Resource, a.State != "")
	check("unlisted", a.Unlisted, false)
	check("entry", a.Entry, false)
	check("changed", a.Changed, false)
	check("manager", a.Manager, false)
	check("unit_domain", a.UnitDomain, false)
	check("member", a.Member, false)
	check("member_uid", a.MemberUID, false)
	for _, name := range a.UnitName {
		check("unit_name", name, true)
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// address is the host and port to dial, and whether TLS comes first.
func (c Config) address() (hostport, host string, secure bool) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "", "", true
	}
	port, secure := "389", u.Scheme == "ldaps"
	if secure {
		port = "636"
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port)), u.Hostname(), secure
}
