package drift

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/unistra/melusine/internal/desk"
)

// Plan is desk.Drift's: what can be repaired of the selection, the causes taking
// turns, so that the canary has some of each. A plan that would touch too much
// of a population is refused whole.
func (p *Policy) Plan(v desk.View, s desk.Selection) (desk.Repairs, []desk.Gap, error) {
	byCause := map[desk.GapCause][]desk.Gap{}
	for g := range p.Gaps(v) {
		if g.Repairable() && s.Chooses(g) {
			byCause[g.Cause] = append(byCause[g.Cause], g)
		}
	}
	gaps := turns(byCause)
	if s.Most > 0 { // said by somebody, who has seen how many there are
		gaps = gaps[:min(len(gaps), s.Most)]
	}
	if len(gaps) == 0 {
		return desk.Repairs{}, nil, desk.Fail(desk.Conflict, desk.NothingToRepair)
	}
	if err := p.brake(v.Census(), gaps); err != nil { // before Most cuts them: it must not hide how many they are
		return desk.Repairs{}, nil, err
	}
	if most := p.config.Most; s.Most == 0 || s.Most > most {
		s.Most = most
	}
	gaps = gaps[:min(len(gaps), s.Most)]
	return p.repairs(s, gaps, v), gaps, nil
}

func (p *Policy) repairs(s desk.Selection, gaps []desk.Gap, v desk.View) desk.Repairs {
	r := desk.Repairs{Selection: s, Canary: min(cmp.Or(s.Canary, p.config.Canary), len(gaps)), Wave: p.config.Wave, Kinds: kinds(gaps), Compared: compared(v)}
	for _, g := range gaps {
		r.Parts = append(r.Parts, g.Digest())
		r.Cost += g.Cost
	}
	return r
}

// turns takes one gap of each cause, then another of each, and so on.
func turns(byCause map[desk.GapCause][]desk.Gap) (all []desk.Gap) {
	for i, more := 0, true; more; i++ {
		more = false
		for _, cause := range desk.Causes() {
			if of := byCause[cause]; i < len(of) {
				all, more = append(all, of[i]), true
			}
		}
	}
	return all
}

// kinds counts what the parts have in common, in the order of causes.
func kinds(gaps []desk.Gap) (all []desk.RepairKind) {
	for _, g := range gaps {
		k := desk.RepairKind{Cause: g.Cause, Verb: g.Repair.Verb, Population: g.Population, Risk: g.Risk}
		i := slices.IndexFunc(all, func(o desk.RepairKind) bool { o.Parts = 0; return o == k })
		if i < 0 {
			i = len(all)
			all = append(all, k)
		}
		all[i].Parts++
	}
	slices.SortStableFunc(all, func(a, b desk.RepairKind) int {
		return cmp.Or(cmp.Compare(slices.Index(desk.Causes(), a.Cause), slices.Index(desk.Causes(), b.Cause)), cmp.Compare(a.Population, b.Population))
	})
	return all
}

// brake counts accounts, not repairs: two on one account touch one.
func (p *Policy) brake(census desk.Census, gaps []desk.Gap) error {
	people, accounts := census.Sizes(p.populations)
	touched := map[string]map[string]bool{}
	for _, g := range gaps {
		if touched[g.Population] == nil {
			touched[g.Population] = map[string]bool{}
		}
		touched[g.Population][g.Mailbox+" "+string(g.Owner)] = true
	}
	for _, population := range slices.Sorted(maps.Keys(touched)) {
		n := len(touched[population])
		size := max(people[population], accounts[population])
		if most := max(few, int(p.config.Percent*float64(size)/100)); n > most {
			return desk.Fail(desk.Conflict, desk.TooMany, "value", strconv.Itoa(n), "population", cmp.Or(population, "-"), "max", strconv.Itoa(most))
		}
	}
	return nil
}
