package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func valid() Config {
	c := Default()
	c.URL, c.Base = "ldaps://ldap.univ-test.fr", "dc=univ-test,dc=fr"
	return c
}

func TestConfigDecodesOverTheDefaults(t *testing.T) {
	const text = `
url: ldap://ldap.univ-test.fr
starttls: true
ca_file: ca.pem
bind_dn: cn=reader,dc=univ-test,dc=fr
password_file: ldap.password
base: dc=univ-test,dc=fr
people: {base: "ou=people,dc=univ-test,dc=fr"}
attributes: {manager: "", unit_name: [ou]}
timeout: 3s
`
	got := Default()
	if err := yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.URL, want.StartTLS, want.CAFile = "ldap://ldap.univ-test.fr", true, "ca.pem"
	want.BindDN, want.PasswordFile = "cn=reader,dc=univ-test,dc=fr", "ldap.password"
	want.Base, want.People.Base = "dc=univ-test,dc=fr", "ou=people,dc=univ-test,dc=fr"
	want.Attributes.Manager, want.Attributes.UnitName = "", []string{"ou"}
	want.Timeout = 3 * time.Second
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := got.Check(); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		change func(*Config)
		fault  string // path; "" = none
	}{
		"ldaps":                  {func(*Config) {}, ""},
		"ldaps with a port":      {func(c *Config) { c.URL = "ldaps://[::1]:6360/" }, ""},
		"StartTLS":               {func(c *Config) { c.URL, c.StartTLS = "ldap://ldap.univ-test.fr", true }, ""},
		"plain on loopback":      {func(c *Config) { c.URL, c.AllowPlain = "ldap://127.0.0.1:3890", true }, ""},
		"plain on loopback 6":    {func(c *Config) { c.URL, c.AllowPlain = "ldap://[::1]", true }, ""},
		"plain on localhost":     {func(c *Config) { c.URL, c.AllowPlain = "ldap://localhost", true }, ""},
		"neither units":          {func(c *Config) { c.Units.Filter, c.Attributes.UnitCode = "", "" }, ""},
		"nor groups":             {func(c *Config) { c.Groups.Filter, c.Attributes.GroupName = "", "" }, ""},
		"plain":                  {func(c *Config) { c.URL = "ldap://ldap.univ-test.fr" }, "directory.url"},
		"plain on loopback only": {func(c *Config) { c.URL = "ldap://127.0.0.1" }, "directory.url"},
		"plain allowed elsewhere": {func(c *Config) { c.URL, c.AllowPlain = "ldap://ldap.univ-test.fr", true },
			"directory.allow_plain"},
		"plain allowed to another machine": {func(c *Config) { c.URL, c.AllowPlain = "ldap://192.0.2.1", true },
			"directory.allow_plain"},
		"plain to a name like loopback": {func(c *Config) { c.URL, c.AllowPlain = "ldap://127.0.0.1.evil.fr", true },
			"directory.allow_plain"},
		"no url":                {func(c *Config) { c.URL = "" }, "directory.url"},
		"no host":               {func(c *Config) { c.URL = "ldaps://" }, "directory.url"},
		"no scheme":             {func(c *Config) { c.URL = "ldap.univ-test.fr" }, "directory.url"},
		"other scheme":          {func(c *Config) { c.URL = "https://ldap.univ-test.fr" }, "directory.url"},
		"unix socket":           {func(c *Config) { c.URL = "ldapi:///run/ldapi" }, "directory.url"},
		"password in the url":   {func(c *Config) { c.URL = "ldaps://reader:hunter2@ldap.univ-test.fr" }, "directory.url"},
		"unreadable url":        {func(c *Config) { c.URL = "ldaps://reader:hunter2@ldap:%zz" }, "directory.url"},
		"base in the url":       {func(c *Config) { c.URL = "ldaps://ldap.univ-test.fr/dc=fr" }, "directory.url"},
		"both TLS":              {func(c *Config) { c.StartTLS = true }, "directory.starttls"},
		"account, no password":  {func(c *Config) { c.BindDN = "cn=reader" }, "directory.password_file"},
		"password, no account":  {func(c *Config) { c.PasswordFile = "x" }, "directory.password_file"},
		"account not a DN":      {func(c *Config) { c.BindDN, c.PasswordFile = "reader", "x" }, "directory.bind_dn"},
		"no base":               {func(c *Config) { c.Base = "" }, "directory.base"},
		"base not a DN":         {func(c *Config) { c.Base = "univ-test.fr" }, "directory.base"},
		"people base not a DN":  {func(c *Config) { c.People.Base = "people" }, "directory.people.base"},
		"no filter of people":   {func(c *Config) { c.People.Filter = "" }, "directory.people.filter"},
		"broken filter":         {func(c *Config) { c.Groups.Filter = "(cn=*" }, "directory.groups.filter"},
		"no uid":                {func(c *Config) { c.Attributes.UID = "" }, "directory.attributes.uid"},
		"no group name":         {func(c *Config) { c.Attributes.GroupName = "" }, "directory.attributes.group_name"},
		"no unit code":          {func(c *Config) { c.Attributes.UnitCode = "" }, "directory.attributes.unit_code"},
		"attribute of a filter": {func(c *Config) { c.Attributes.Mail = "mail=*)(uid" }, "directory.attributes.mail"},
		"empty unit name":       {func(c *Config) { c.Attributes.UnitName = []string{""} }, "directory.attributes.unit_name"},
		"no page":               {func(c *Config) { c.PageSize = 0 }, "directory.page_size"},
		"huge page":             {func(c *Config) { c.PageSize = 10_001 }, "directory.page_size"},
		"no timeout":            {func(c *Config) { c.Timeout = 0 }, "directory.timeout"},
		"endless timeout":       {func(c *Config) { c.Timeout = time.Hour }, "directory.timeout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := valid()
			test.change(&c)
			err := c.Check()
			if test.fault == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), test.fault+": ") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %v, want one fault of %s", err, test.fault)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in the error: %v", err)
			}
			if d, err := Open(c); err == nil || d != nil {
				t.Error("Open took a configuration that Check refuses")
			}
		})
	}
}

func TestCheckTellsEveryFault(t *testing.T) {
	err := Config{}.Check()
	if err == nil {
		t.Fatal("the empty configuration is accepted")
	}
	for _, path := range []string{"url", "base", "people.filter", "attributes.uid", "page_size", "timeout"} {
		if !strings.Contains(err.Error(), "directory."+path+": ") {
			t.Errorf("%s is not among %v", path, err)
		}
	}
}
