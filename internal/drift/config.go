package drift

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Config is what is compared, and how much may be repaired at once.
type Config struct {
	Populations []Population    `yaml:"populations"`
	Leavers     string          `yaml:"leavers"` // of accounts whose person is gone: delete, close, lock, or report
	Ignore      []desk.GapCause `yaml:"ignore"`  // causes that are not looked for
	Percent     float64         `yaml:"percent"` // of a population that one plan may touch, or 20 if that is more
	Most        int             `yaml:"most"`    // parts of one plan
	Canary      int             `yaml:"canary"`  // parts proved before the others
	Wave        int             `yaml:"wave"`    // parts under way at once
	Daily       string          `yaml:"daily"`   // "06:00": when the day's point of the trend is kept; "" = never
	Sync        Sync            `yaml:"sync"`
}

// A Population is desk.Population as a file has it.
type Population struct {
	Name         string   `yaml:"name"`
	FR           string   `yaml:"fr"`
	EN           string   `yaml:"en"`
	Affiliations []string `yaml:"affiliations"`
	Classes      []string `yaml:"classes"`
	Class        string   `yaml:"class"`
	Quota        string   `yaml:"quota"`
}

// Sync is what the program repairs by itself, if the rules let it: see drift.sync.
type Sync struct {
	Every  time.Duration   `yaml:"every"` // 0: never
	Causes []desk.GapCause `yaml:"causes"`
}

// Default looks for everything and repairs nothing by itself.
func Default() Config {
	return Config{Leavers: "delete", Percent: 5, Most: 1000, Canary: 10, Wave: 20, Daily: "06:00"}
}

// few may always be repaired in one plan: of a small population a percentage is nothing.
const few = 20

var (
	nameForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)
	hourForm = "15:04"
)

// Check says all that is wrong.
func (c Config) Check() error {
	var errs []error
	need := func(ok bool, path, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("drift.%s: %s", path, what))
		}
	}
	need(slices.Contains([]string{"delete", "close", "lock", "report"}, c.Leavers), "leavers", "none of delete, close, lock, report")
	need(c.Percent > 0 && c.Percent <= 25, "percent", "not more than 0 and at most 25: more is no brake")
	need(c.Most >= 1 && c.Most <= 5000, "most", "not from 1 to 5000")
	need(c.Canary >= 1 && c.Canary <= 100, "canary", "not from 1 to 100")
	need(c.Wave >= 1 && c.Wave <= 200, "wave", "not from 1 to 200")
	_, err := time.Parse(hourForm, c.Daily)
	need(c.Daily == "" || err == nil, "daily", "not an hour such as 06:00")
	need(c.Sync.Every == 0 || c.Sync.Every >= time.Minute, "sync.every", "less than 1m")
	need(c.Sync.Every == 0 || len(c.Sync.Causes) > 0, "sync.causes", "say which causes the program may repair by itself")
	known := func(causes []desk.GapCause) bool {
		return !slices.ContainsFunc(causes, func(g desk.GapCause) bool { return !slices.Contains(desk.Causes(), g) })
	}
	need(known(c.Ignore), "ignore", fmt.Sprintf("not all of %q", desk.Causes()))
	need(known(c.Sync.Causes), "sync.causes", fmt.Sprintf("not all of %q", desk.Causes()))
	names := map[string]bool{}
	for i, p := range c.Populations {
		err := p.check()
		if err == nil && names[p.Name] {
			err = errors.New("the name is taken")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("drift.populations[%d]: %w", i, err))
		}
		names[p.Name] = true
	}
	return errors.Join(errs...)
}

func (p Population) check() error {
	if !nameForm.MatchString(p.Name) {
		return fmt.Errorf("%q is no name of small letters, digits and hyphens", p.Name)
	}
	for _, pattern := range p.Classes {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("classes: %q: %w", pattern, err)
		}
	}
	of := p.desk()
	if p.Class != "" && !of.Has(p.Class) {
		return fmt.Errorf("class: %q is none of classes: each repair would be a new difference", p.Class)
	}
	if _, err := desk.ParseSize(p.Quota); p.Quota != "" && err != nil {
		return fmt.Errorf("quota: %w", err)
	}
	return nil
}

func (p Population) desk() desk.Population {
	size, _ := desk.ParseSize(p.Quota) // checked; 0 if there is none
	return desk.Population{Name: p.Name, Text: desk.Text{FR: p.FR, EN: p.EN}, Affiliations: p.Affiliations, Classes: p.Classes, Class: p.Class, Quota: int64(size)}
}

// A Policy is a Config in the desk's words.
type Policy struct {
	populations desk.Populations
	tariff      desk.Tariff
	config      Config
	ignored     map[desk.GapCause]bool
}

var _ desk.Drift = (*Policy)(nil)

// New makes the policy; the tariff says what repairs cost.
func New(c Config, tariff desk.Tariff) (*Policy, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	p := &Policy{tariff: tariff, config: c, ignored: map[desk.GapCause]bool{}}
	for _, population := range c.Populations {
		p.populations = append(p.populations, population.desk())
	}
	for _, cause := range c.Ignore {
		p.ignored[cause] = true
	}
	return p, nil
}

// Populations are those of the configuration.
func (p *Policy) Populations() desk.Populations { return p.populations }
