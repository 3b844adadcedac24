package simulator

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// texts are what errors of the real server say, as clients of it have met them:
// for the answers message and errors.
var texts = []string{
	"Une erreur système bloque votre requête", "Accès refusé", "unable to get connection", "LDAP error: unable to get connection",
	"system failure: unable to create entry", "system failure: unable to create account: x", "mailbox in maintenance mode: 12",
	"account is in maintenance mode", "service temporarily unavailable", "error while proxying request to target server: x",
	"resource unreachable: x", "operation sent to wrong host", "number of accounts reached the limit: x", "number of results exceeded the limit: x",
}

// Manual writes what can be set: each switch and each fault, and what it is
// called in code, as a flag and over HTTP.
func Manual(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("SWITCHES, of the whole server\tflag\tPOST /_simulator/switches\n")
	for _, s := range (&Config{}).switches() {
		p("  %s\t--%s\t{%q: ...}\n", s.Help, s.Name, s.Name)
	}
	p("\nFAULTS, of some calls: --fault METHOD:ANSWER,NAME=VALUE... or POST /_simulator/faults [{NAME: VALUE, ...}]\n")
	p("NAME\tmeaning\n")
	for _, f := range fields {
		p("  %s\t%s\n", f.name, f.says)
	}
	p("\nANSWER\twhat is answered\n")
	for _, s := range spoilers {
		p("  %q\t%s\n", string(s.Answer), s.says)
	}
	p("\nEFFECT\twhat becomes of the write\n")
	for _, e := range effects {
		p("  %q\t%s\n", string(e.Effect), e.says)
	}
	p("\nTEXTS met in answers of the real server, for message=\n")
	for _, text := range texts {
		p("  %s\n", text)
	}
	p("\nIn code: SetSwitch(%q, %q) or a field of Config; SetFaults(ParseFault(...)) or Fault{...}.\n", "settle", "10s")
	p("\nUNIVERSITIES, for --domains: each a customer with domains and people of its own\n%s", example)
	return w.Flush()
}
