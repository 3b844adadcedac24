package simulator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// A definition is one tree of mailing lists that a domain has had.
type definition struct {
	At   time.Time
	Text string // JSON
}

// definitions are those of a domain: the last one is in force, unless deleted.
type definitions struct {
	Past    []definition
	Deleted bool
}

func (d definitions) current() (string, bool) {
	if len(d.Past) == 0 || d.Deleted {
		return "", false
	}
	return d.Past[len(d.Past)-1].Text, true
}

// definitionsOf are those of a domain as they are now.
func (s *Server) definitionsOf(host string) definitions {
	if d, changed := s.definitions[host]; changed {
		return d
	}
	return s.u.definitions(host)
}

// definitions computes those of a domain at the start: it had one in each of the
// last two years, and took it away. A public suite of tests needs a past.
func (u *University) definitions(host string) definitions {
	const tree = `{"type":"root","description":"Listes de diffusion %d","children":[{"type":"list","email":"%s@%s","description":"%s"}]}`
	mailings, _ := u.mailings(u.places[host])
	d := definitions{Deleted: true}
	for _, ago := range []int{2, 1} {
		at := epoch.AddDate(-ago, 0, 0)
		d.Past = append(d.Past, definition{at, fmt.Sprintf(tree, at.Year(), mailings[0].local, host, mailings[0].label)})
	}
	return d
}

// noDefinition tells the reason in <errors>, as the methods of this family do.
func (s *Server) noDefinition(c call) answer {
	return s.reply(1, "Une erreur est survenue", "no such definition for domain: "+c.domain.Name)
}

func (s *Server) getDefinition(c call) (answer, effect) {
	text, found := s.definitionsOf(c.domain.Name).current()
	if !found {
		return s.noDefinition(c), nil
	}
	return s.succeed(func(x *document) { x.text(1, "definition", text) }), nil
}

// getHistoryDefinition lists what was, the oldest first. What an entry holds is
// a guess: no public client looks.
func (s *Server) getHistoryDefinition(c call) (answer, effect) {
	past := s.definitionsOf(c.domain.Name).Past
	return s.succeed(func(x *document) {
		x.list(1, "definitions", len(past), func() {
			for i, d := range past {
				x.open(2, "definition")
				x.text(3, "id", strconv.Itoa(i+1))
				x.text(3, "date", d.At.UTC().Format("20060102150405Z"))
				x.text(3, "definition", d.Text)
				x.shut(2, "definition")
			}
		})
	}), nil
}

func (s *Server) createDefinition(c call) (answer, effect) {
	text := c.form.plain("definition")
	if text == "" {
		return s.refuse("invalid request: missing required attribute: definition"), nil
	}
	if !json.Valid([]byte(text)) {
		return s.refuse("invalid request: definition is not JSON"), nil
	}
	return s.succeed(nil), func() bool {
		past := s.definitionsOf(c.domain.Name).Past
		s.definitions[c.domain.Name] = definitions{Past: append(past[:len(past):len(past)], definition{c.at, text})}
		return true
	}
}

func (s *Server) deleteDefinition(c call) (answer, effect) {
	if _, found := s.definitionsOf(c.domain.Name).current(); !found {
		return s.noDefinition(c), nil
	}
	return s.succeed(nil), func() bool {
		d := s.definitionsOf(c.domain.Name)
		_, found := d.current()
		d.Deleted = true
		s.definitions[c.domain.Name] = d
		return found
	}
}
