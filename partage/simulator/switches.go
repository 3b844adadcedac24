package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// A Switch is a setting that can be changed at any time: a field of Config, by
// the name it has as a flag and over HTTP.
type Switch struct {
	Name, Help string
	at         any // pointer to it
}

var capital = regexp.MustCompile(`([a-z])([A-Z])`)

// switches are those of c: the fields with a help.
func (c *Config) switches() (list []Switch) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if help := f.Tag.Get("help"); help != "" {
			name := strings.ToLower(capital.ReplaceAllString(f.Name, "$1-$2"))
			list = append(list, Switch{name, help, v.Field(i).Addr().Interface()})
		}
	}
	return list
}

// complete gives their default to the switches that have no value.
func (c Config) complete() *Config {
	c.TokenLife = cmp.Or(max(0, c.TokenLife), 300*time.Second)
	c.MaxPage = cmp.Or(max(0, c.MaxPage), 1000)
	return &c
}

// SetSwitch changes one, as "settle" to "10s". Answers that are being made may
// be so still by the former value.
func (s *Server) SetSwitch(name, value string) error {
	s.guard.Lock()
	defer s.guard.Unlock()
	changed := *s.config()
	for _, known := range changed.switches() {
		if known.Name == name {
			if err := set(known.at, value); err != nil {
				return fmt.Errorf("set switch %s: %w", name, err)
			}
			s.current.Store(changed.complete())
			return nil
		}
	}
	return fmt.Errorf("set switch: unknown %q", name)
}

// readSwitches sets those that a JSON object has.
func (s *Server) readSwitches(from io.Reader) error {
	var said map[string]any
	if err := readJSON(from, &said); err != nil {
		return fmt.Errorf("read switches: %w", err)
	}
	for name, value := range said {
		if err := s.SetSwitch(name, scalar(value)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) writeSwitches(to io.Writer) error {
	current, texts := *s.config(), map[string]string{}
	for _, known := range current.switches() {
		texts[known.Name] = fmt.Sprint(reflect.ValueOf(known.at).Elem().Interface())
	}
	return json.NewEncoder(to).Encode(texts)
}

// terms are the switches that a write was accepted under: done again, it has
// the same effect whatever they are by then.
type terms struct {
	GroupsEmpty       bool `json:"groups-empty,omitempty"`
	InvitesAtCreation bool `json:"invites-at-creation,omitempty"`
	MaxAccounts       int  `json:"max-accounts,omitempty"`
}

func (c *Config) terms() terms { return terms{c.GroupsEmpty, c.InvitesAtCreation, c.MaxAccounts} }
