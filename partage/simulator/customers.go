package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/unistra/melusine/partage"
)

// A Customer is a university of a file, and the keys of its domains that the
// file gives.
type Customer struct {
	Founding
	Keys map[string]partage.Secret

	line  int
	lines map[string]int // of its domains and keys
}

// example is a file of customers.
const example = `universities:
  - domain: univ-test.fr    # its main domain; others are below, as etu.univ-test.fr
    accounts: 5000          # 97484 by default, 1000 at least
    seed: 7                 # other seed, other people; by default its rank in the file, from 0
    domains: [univ-test.eu] # more domains, without accounts at the start
    keys:                   # the other domains have a key that follows from their name
      univ-test.fr: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  - domain: insa-test.fr
    accounts: 1000
`

// ReadCustomers reads a YAML file of universities, of which Manual shows an
// example. The error tells every fault, with its line.
func ReadCustomers(text []byte) ([]Customer, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("read universities: %w", err)
	}
	r := &customerReader{}
	for _, doc := range file.Docs {
		r.file(doc.Body)
	}
	if len(r.faults) == 0 && len(r.list) == 0 {
		r.fault(1, "no university")
	}
	if len(r.faults) == 0 {
		r.compare()
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b lineFault) int { return a.line - b.line })
		errs := make([]error, len(r.faults))
		for i, f := range r.faults {
			errs[i] = fmt.Errorf("line %d: %s", f.line, f.what)
		}
		return nil, fmt.Errorf("read universities:\n%w", errors.Join(errs...))
	}
	return r.list, nil
}

type lineFault struct {
	line int
	what string
}

type customerReader struct {
	list   []Customer
	faults []lineFault
}

func (r *customerReader) fault(line int, format string, args ...any) {
	r.faults = append(r.faults, lineFault{line, fmt.Sprintf(format, args...)})
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

// each reads a mapping, key after key. None may be there twice: the parser
// refuses that.
func (r *customerReader) each(n ast.Node, what string, read func(key string, value ast.Node)) {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		r.fault(lineOf(n), "%s is not made of names and values", what)
		return
	}
	for _, pair := range mapping.Values {
		read(pair.Key.String(), pair.Value)
	}
}

func (r *customerReader) items(n ast.Node, what string, read func(ast.Node)) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fault(lineOf(n), "%s is not a list", what)
		return
	}
	for _, item := range sequence.Values {
		read(item)
	}
}

func (r *customerReader) file(body ast.Node) {
	if body == nil {
		return
	}
	r.each(body, "the file", func(key string, value ast.Node) {
		if key != "universities" {
			r.fault(lineOf(value), "%q is unknown: the only name here is universities", key)
			return
		}
		r.items(value, key, r.university)
	})
}

func (r *customerReader) university(n ast.Node) {
	c := Customer{Founding: Founding{Accounts: fullAccounts, Seed: len(r.list)}, Keys: map[string]partage.Secret{}, line: lineOf(n), lines: map[string]int{}}
	r.each(n, "a university", func(key string, value ast.Node) {
		switch key {
		case "domain":
			c.Domain = r.domain(value)
			c.line = lineOf(value)
		case "accounts":
			c.Accounts = r.integer(value, key, smallest, 1<<31-1)
		case "seed":
			c.Seed = r.integer(value, key, 0, 1<<40)
		case "domains":
			r.items(value, key, func(item ast.Node) {
				name := r.domain(item)
				c.Domains = append(c.Domains, name)
				c.lines[name] = lineOf(item)
			})
		case "keys":
			r.each(value, key, func(domain string, value ast.Node) { r.key(&c, domain, value) })
		default:
			r.fault(lineOf(value), "%q is unknown: the names are domain, accounts, seed, domains, keys", key)
		}
	})
	if c.Domain == "" && len(r.faults) == 0 {
		r.fault(c.line, "a university without domain")
	}
	r.list = append(r.list, c)
}

var (
	domainForm = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$`)
	keyForm    = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (r *customerReader) domain(n ast.Node) string {
	s, ok := n.(*ast.StringNode)
	if !ok || !domainForm.MatchString(s.Value) {
		r.fault(lineOf(n), "%s is not a domain, in small letters", strings.TrimSpace(n.String()))
		return ""
	}
	return s.Value
}

func (r *customerReader) integer(n ast.Node, what string, least, most int) int {
	if i, ok := n.(*ast.IntegerNode); ok {
		if v, ok := i.Value.(uint64); ok && v >= uint64(least) && v <= uint64(most) {
			return int(v)
		}
	}
	r.fault(lineOf(n), "%s: %s is not a number from %d to %d", what, strings.TrimSpace(n.String()), least, most)
	return least
}

// key reads a key as it is written: one of digits only is no number.
func (r *customerReader) key(c *Customer, domain string, n ast.Node) {
	text := ""
	if n.GetToken() != nil {
		text = n.GetToken().Value
	}
	if !keyForm.MatchString(text) {
		r.fault(lineOf(n), "the key of %s is not 64 hexadecimal digits, in small letters", domain)
		return
	}
	c.Keys[domain] = partage.NewSecret(text)
	c.lines[domain] = lineOf(n)
}

// compare looks at what universities make of each other, and of their keys.
func (r *customerReader) compare() {
	owner := map[string]int{}
	for i, c := range r.list {
		own := map[string]bool{}
		for _, d := range c.University().Domains() {
			if line := cmp.Or(c.lines[d.Name], c.line); own[d.Name] {
				r.fault(line, "%s is already a domain of %s", d.Name, c.Domain)
			} else if first, taken := owner[d.Name]; taken {
				r.fault(line, "%s is already a domain of %s", d.Name, r.list[first].Domain)
			}
			own[d.Name] = true
		}
		for name := range own {
			if _, taken := owner[name]; !taken {
				owner[name] = i
			}
		}
		for domain := range c.Keys {
			if !own[domain] {
				r.fault(c.lines[domain], "%s, which has a key, is no domain of %s", domain, c.Domain)
			}
		}
	}
}
