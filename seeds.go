package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/unistra/melusine/internal/desk"
)

// A seed is a delegation as a file says it.
type seed struct {
	where string // "line 4", "physique.univ-test.fr"
	to    string
	args  map[string]string // of delegation.grant
}

// readSeeds reads a CSV, told by the name of the file, or the section
// delegations: of a YAML file.
func readSeeds(name string, text []byte) ([]seed, error) {
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return csvSeeds(text)
	}
	file := struct {
		Delegations map[string][]string `yaml:"delegations"` // domain -> its correspondents
	}{}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read delegations: %s", yaml.FormatError(err, false, true))
	}
	if len(file.Delegations) == 0 {
		return nil, errors.New("read delegations: the file has no section delegations: with domains and their correspondents, and its name does not end in .csv")
	}
	return domainSeeds(file.Delegations), nil
}

func domainSeeds[U ~string](of map[string][]U) (seeds []seed) {
	for _, domain := range slices.Sorted(maps.Keys(of)) {
		for _, to := range of[domain] {
			seeds = append(seeds, seed{domain, string(to), map[string]string{"domains": domain}})
		}
	}
	return seeds
}

const personColumn = "person"

// csvSeeds reads rows under a line of headings: person, and the arguments of
// delegation.grant. In a cell, several are set apart by spaces. A spreadsheet may
// have put semicolons between the cells.
func csvSeeds(text []byte) (seeds []seed, err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	rows := csv.NewReader(bytes.NewReader(text))
	if line, _, _ := bytes.Cut(text, []byte("\n")); bytes.Contains(line, []byte(";")) {
		rows.Comma = ';'
	}
	all, err := rows.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read delegations: %w", err)
	}
	if len(all) < 2 {
		return nil, errors.New("read delegations: no line under the headings")
	}
	spec, _ := desk.SpecOf(desk.DelegationGrant)
	known := append(slices.Sorted(maps.Keys(spec.Args)), personColumn)
	for i, heading := range all[0] {
		if all[0][i] = strings.ToLower(strings.TrimSpace(heading)); !slices.Contains(known, all[0][i]) {
			return nil, fmt.Errorf("read delegations: the heading %q is none of %q", heading, known)
		}
	}
	for i, row := range all[1:] {
		s := seed{fmt.Sprintf("line %d", i+2), "", map[string]string{}}
		for column, cell := range row {
			if heading := all[0][column]; heading == personColumn {
				s.to = strings.TrimSpace(cell)
			} else if s.args[heading] = strings.TrimSpace(cell); strings.HasSuffix(string(spec.Args[heading]), ",?") {
				s.args[heading] = strings.Join(strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ',' }), ",")
			}
		}
		seeds = append(seeds, s)
	}
	return seeds, nil
}

// A sown is a seed with what becomes of it.
type sown struct {
	seed
	grant desk.Grant
	err   error // why it cannot be; of code AlreadySo: it is
}

func (s sown) is() bool { return desk.CodeOf(s.err) == desk.AlreadySo }

// sow says what becomes of each seed, and lists the grants to make.
func sow(d *desk.Desk, seeds []seed) (all []sown, fresh []desk.Grant) {
	seen := map[string]bool{}
	for _, s := range seeds {
		g, err := d.ReadGrant(s.to, s.args)
		if err == nil {
			err = d.Grantable(g)
		}
		if key := fmt.Sprint(g); err == nil && seen[key] {
			err = desk.Fail(desk.Conflict, desk.AlreadySo, "value", s.where)
		} else if err == nil {
			seen[key], fresh = true, append(fresh, g)
		}
		all = append(all, sown{s, g, err})
	}
	return all, fresh
}

// seed delegates what can be of the seeds; what cannot is logged and holds up
// nothing else.
func (h *house) seed(ctx context.Context, reason string, seeds []seed) error {
	all, fresh := sow(h.desk, seeds)
	for _, s := range all {
		if s.err != nil && !s.is() {
			h.log.Warn("delegation ignored", "of", s.where, "to", s.to, "error", s.err)
		}
	}
	if err := h.desk.Import(ctx, reason, fresh...); err != nil {
		return fmt.Errorf("seed delegations: %w", err)
	}
	return nil
}
