package territories

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/districts"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// division is a draft as a problem of geo/districts. District i is territory
// ids[i], or a new one where that is 0.
type division struct {
	request BalanceRequest
	problem districts.Problem
	cells   []hexgrid.Cell
	ids     []int64
	names   []string
	pinned  []bool // by locked cells or exceptions; others may change places
	given   []int  // by cell: the territory's district now, even when not asked to stay near
}

// problem states what is to be divided: every cell with something in it but those
// of locked territories. Two cells are neighbours when a road joins them, so that
// no territory reaches over a river without a bridge.
func (s *Service) problem(p *plan, r BalanceRequest) (*division, error) {
	d := &division{request: r}
	locked := map[int64]bool{}
	for i, id := range r.LockedTerritories {
		if err := p.takesCells(id, fmt.Sprintf("body.lockedTerritories[%d]", i)); err != nil {
			return nil, err
		}
		locked[id] = true
	}
	for _, t := range p.territories {
		if t.Level == levelTerritory && t.Locked {
			locked[t.ID] = true
		}
		if t.Level == levelTerritory && !locked[t.ID] {
			d.ids, d.names = append(d.ids, t.ID), append(d.names, t.Name)
		}
	}
	if err := d.size(r, len(p.territories)); err != nil {
		return nil, err
	}
	district := map[int64]int{}
	for i, id := range d.ids {
		if id != 0 {
			district[id] = i
		}
	}
	road, err := s.roadCells(p.Resolution)
	if err != nil {
		return nil, err
	}
	at := map[hexgrid.Cell]int{}
	for _, c := range p.everyCell(road) {
		now, taken := p.cells[c]
		if taken && locked[now] || !taken && p.locked[c] {
			continue
		}
		at[c] = len(d.cells)
		d.cells = append(d.cells, c)
		k := districts.None
		if i, known := district[now]; taken && known {
			k = i
		}
		d.given = append(d.given, k)
	}
	if len(d.cells) == 0 {
		return nil, fault.New(fault.Invalid, "There are no cells to divide: no accounts, no open prospects, and no roads.")
	}
	if err := d.lock(r, p.lockedCells(), at, district); err != nil {
		return nil, err
	}
	if err := d.neighbours(road, at); err != nil {
		return nil, err
	}
	heaviest := 0.0
	for _, f := range r.Figures {
		heaviest = max(heaviest, f.Weight)
	}
	for _, f := range r.Figures {
		figure := districts.Figure{Name: f.Figure, Values: make([]float64, len(d.cells)), Base: make([]float64, len(d.ids)), Tolerance: min(10, r.Tolerance*heaviest/f.Weight)}
		if _, known := (Figures{}).of(f.Figure); !known {
			return nil, fault.Errorf(fault.Invalid, "There is no figure %q.", f.Figure).WithField("body.figures", "accounts, customers, revenue, visitHours, workload …")
		}
		for i, c := range d.cells {
			v, _ := p.figures(c).of(f.Figure)
			figure.Values[i] = max(0, v)
		}
		for _, x := range p.held {
			if i, known := district[x.territory]; known {
				v, _ := x.figures.of(f.Figure)
				figure.Base[i] += v
				d.pinned[i] = true
			}
		}
		d.problem.Figures = append(d.problem.Figures, figure)
	}
	d.problem.K = len(d.ids)
	if r.FewestChanges {
		d.problem.Given = d.given
	}
	var wrong *districts.ProblemError
	if err := districts.Validate(d.problem); errors.As(err, &wrong) {
		return nil, unsuitable(wrong)
	}
	return d, nil
}

// size makes as many districts as are asked for.
func (d *division) size(r BalanceRequest, all int) error {
	k := len(d.ids)
	if r.K != nil {
		k = *r.K
	}
	switch {
	case k < 1:
		return fault.New(fault.Invalid, "There are no territories to balance. Say how many to make, or unlock some.").WithField("body.k", "At least 1.")
	case k > MaxTerritories || all+k-len(d.ids) > MaxTerritories:
		return fault.Errorf(fault.Invalid, "An alignment may have %d territories.", MaxTerritories).WithField("body.k", "Fewer territories.")
	case k < len(d.ids):
		return fault.Errorf(fault.Invalid, "There are %d territories that are not locked. Remove those that are to go first, or lock them.", len(d.ids)).WithField("body.k", "At least as many as there are.")
	}
	for len(d.ids) < k {
		d.ids, d.names = append(d.ids, 0), append(d.names, "")
	}
	d.pinned = make([]bool, k)
	return nil
}

// lock keeps cells in their territory: those of the request and those that are
// locked in the draft.
func (d *division) lock(r BalanceRequest, kept []hexgrid.Cell, at map[hexgrid.Cell]int, district map[int64]int) error {
	if len(r.LockedCells)+len(kept) == 0 {
		return nil
	}
	d.problem.Locked = make([]int, len(d.cells))
	for i := range d.problem.Locked {
		d.problem.Locked[i] = districts.None
	}
	for i, c := range slices.Concat(r.LockedCells, kept) {
		if !c.Valid() {
			return fault.New(fault.Invalid, "One of the locked cells is no cell.").WithField(fmt.Sprintf("body.lockedCells[%d]", i), "A cell of the alignment's resolution.")
		}
		k, known := at[c]
		if !known || d.given[k] == districts.None {
			continue // of a locked territory, or of none: nothing to keep
		}
		d.problem.Locked[k] = d.given[k]
		d.pinned[d.given[k]] = true
	}
	return nil
}

// neighbours joins the cells that roads join. One that no road runs through has
// those that it touches.
func (d *division) neighbours(road *roadCells, at map[hexgrid.Cell]int) error {
	d.problem.Points = make([]orb.Point, len(d.cells))
	joined := make([]bool, len(d.cells))
	if road != nil {
		for _, pair := range road.joined {
			a, known := at[pair[0]]
			b, knownToo := at[pair[1]]
			if known && knownToo {
				d.problem.Edges = append(d.problem.Edges, [2]int{a, b})
				joined[a], joined[b] = true, true
			}
		}
	}
	for i, c := range d.cells {
		var err error
		if d.problem.Points[i], err = hexgrid.Centre(c); err != nil {
			return fmt.Errorf("territories: centre of a cell: %w", err)
		}
		if joined[i] {
			continue
		}
		near, err := hexgrid.Neighbours(c)
		if err != nil {
			return fmt.Errorf("territories: neighbours of a cell: %w", err)
		}
		for _, n := range near {
			// Of two that no road joins, the first one brings the edge.
			if k, known := at[n]; known && (joined[k] || k > i) {
				d.problem.Edges = append(d.problem.Edges, [2]int{i, k})
			}
		}
	}
	return nil
}

// settle says which territory each district becomes. A district takes the place of
// the territory with which it has most in common, unless locked cells or accounts
// have pinned it.
func (d *division) settle(solution *districts.Solution) []int {
	if d.request.FewestChanges {
		out := make([]int, len(d.ids))
		for i := range out {
			out[i] = i
		}
		return out
	}
	type pair struct {
		district, territory int
		common              float64
	}
	index := map[[2]int]int{}
	var pairs []pair
	for i, district := range solution.District {
		if d.given[i] == districts.None {
			continue
		}
		key := [2]int{district, d.given[i]}
		k, known := index[key]
		if !known {
			k = len(pairs)
			index[key] = k
			pairs = append(pairs, pair{district, d.given[i], 0})
		}
		pairs[k].common += 1 + d.problem.Figures[0].Values[i]
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.common, a.common), cmp.Compare(a.district, b.district), cmp.Compare(a.territory, b.territory))
	})
	out, taken := make([]int, len(d.ids)), make([]bool, len(d.ids))
	for i := range out {
		out[i] = -1
		if d.pinned[i] {
			out[i], taken[i] = i, true
		}
	}
	for _, p := range pairs {
		if out[p.district] < 0 && !taken[p.territory] {
			out[p.district], taken[p.territory] = p.territory, true
		}
	}
	next := 0
	for i := range out {
		for out[i] < 0 {
			if !taken[next] {
				out[i], taken[next] = next, true
			}
			next++
		}
	}
	return out
}

// step is what the solution does to the draft.
func (d *division) step(ctx context.Context, tx pgx.Tx, p *plan, solution *districts.Solution) (stepped, error) {
	names := make([]string, 0, len(d.request.Figures))
	for _, f := range d.request.Figures {
		names = append(names, f.Figure)
	}
	changes := &change{Before: []kept{}, After: []kept{}}
	for i, id := range d.ids {
		if id != 0 {
			continue
		}
		var err error
		if d.ids[i], err = newTerritoryID(ctx, tx); err != nil {
			return stepped{}, err
		}
		t := kept{ID: d.ids[i], Level: levelTerritory, Colour: p.freeColour(), Position: p.lastPosition() + 1, Members: []Member{}}
		for n := i + 1; ; n++ {
			t.Name = fmt.Sprintf("Territory %d", n)
			if p.free(t.Name, 0, "") == nil {
				break
			}
		}
		d.names[i] = t.Name
		changes.After = append(changes.After, t)
		p.index[t.ID] = len(p.territories)
		p.territories = append(p.territories, Territory{ID: t.ID, Level: t.Level, Name: t.Name, Colour: t.Colour, Position: t.Position, Members: t.Members})
	}
	place := d.settle(solution)
	want := make(map[hexgrid.Cell]int64, len(d.cells))
	for i, c := range d.cells {
		want[c] = d.ids[place[solution.District[i]]]
	}
	step, err := p.changed(want)
	step.what, step.detail = "balanced", map[string]any{"figures": names, "tolerance": d.request.Tolerance, "fewestChanges": d.request.FewestChanges}
	if len(changes.After) > 0 {
		step.territories = changes
	}
	return step, err
}

// reasons say why the tolerance is not kept. It must come after step, which names
// new territories.
func (d *division) reasons(solution *districts.Solution) []BalanceReason {
	place := d.settle(solution)
	out := []BalanceReason{}
	for _, r := range solution.Reasons {
		reason := BalanceReason{Why: string(r.Why), Share: r.Share}
		if r.District != districts.None {
			id := d.ids[place[r.District]]
			reason.Territory, reason.Name = &id, d.names[place[r.District]]
		}
		if r.Cell != districts.None {
			reason.Cell = &d.cells[r.Cell]
		}
		if r.Figure != districts.None {
			reason.Figure = d.request.Figures[r.Figure].Figure
		}
		out = append(out, reason)
	}
	return out
}
