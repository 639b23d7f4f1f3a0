package territories

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// sums are what an alignment comes to.
type sums struct {
	totals, mean, gaps Figures
	worst              Share
	compactness        *float64
	gapCells           int
}

// measure fills in what the territories come to.
func (p *plan) measure() (sums, error) {
	var out sums
	own := make([][]hexgrid.Cell, len(p.territories))
	for c, t := range p.cells {
		i := p.index[t]
		own[i] = append(own[i], c)
	}
	for i := range p.territories {
		t := &p.territories[i]
		t.Figures, t.Held, t.Exceptions, t.Cells, t.Compactness, t.Parts, t.Deviation = Figures{}, Figures{}, 0, 0, nil, 0, Share{}
	}
	for i := range p.held {
		t := &p.territories[p.index[p.held[i].territory]]
		t.Held.add(p.held[i].figures)
		t.Exceptions++
	}
	measured, shapes := 0, 0.0
	for i := range p.territories {
		t := &p.territories[i]
		// Sums of floating-point numbers depend on the order, so it is fixed.
		slices.Sort(own[i])
		t.Figures = t.Held
		for _, c := range own[i] {
			t.Figures.add(p.figures(c))
		}
		t.Cells = len(own[i])
		out.totals.add(t.Figures)
		if t.Level != levelTerritory || t.Cells == 0 && t.Exceptions == 0 {
			continue
		}
		measured++
		out.mean.add(t.Figures)
		if t.Cells > 0 {
			shape, parts, err := shapeOf(own[i])
			if err != nil {
				return out, err
			}
			t.Compactness, t.Parts = &shape, parts
			shapes += shape
		}
	}
	out.mean = out.mean.divided(measured)
	withCells := 0
	for i := range p.territories {
		t := &p.territories[i]
		if t.Level == levelTerritory && (t.Cells > 0 || t.Exceptions > 0) {
			t.Deviation = t.Figures.deviation(out.mean)
			out.worst.worst(t.Deviation)
		}
		if t.Compactness != nil {
			withCells++
		}
	}
	if withCells > 0 {
		shapes /= float64(withCells)
		out.compactness = &shapes
	}
	p.rollUp()
	gaps := []hexgrid.Cell{}
	for c, f := range p.ground.cells {
		if _, some := p.cells[c]; !some && f != (Figures{}) {
			gaps = append(gaps, c)
		}
	}
	slices.Sort(gaps)
	for _, c := range gaps {
		f := p.figures(c)
		out.gaps.add(f)
		if f.Accounts > 0 {
			out.gapCells++
		}
	}
	return out, nil
}

// rollUp adds what lies below areas and regions to them.
func (p *plan) rollUp() {
	leaves := make([]Territory, len(p.territories))
	copy(leaves, p.territories)
	for i := range leaves {
		above := leaves[i].ParentID
		for range MaxDepth {
			if above == nil {
				break
			}
			j, known := p.index[*above]
			if !known {
				break
			}
			t := &p.territories[j]
			t.Figures.add(leaves[i].Figures)
			t.Held.add(leaves[i].Held)
			t.Cells += leaves[i].Cells
			t.Exceptions += leaves[i].Exceptions
			above = leaves[j].ParentID
		}
	}
}

// full is the alignment with all that it comes to.
func (p *plan) full() (*Full, error) {
	m, err := p.measure()
	if err != nil {
		return nil, err
	}
	return &Full{Alignment: p.Alignment, Territories: p.territories, Totals: m.totals, Mean: m.mean, Worst: m.worst,
		Compactness: m.compactness, Gaps: m.gaps, GapCells: m.gapCells, Unplaced: p.ground.unplaced, LockedCells: p.lockedCells()}, nil
}

// own is the polar moment of inertia of a regular hexagon about its own centre,
// divided by the square of its area: 5√3/54.
const own = 0.16037507477489604

// shapeOf returns how compact some cells are together, by the moment-of-inertia
// shape index of geo/districts, and how many pieces they make.
func shapeOf(cells []hexgrid.Cell) (compactness float64, parts int, err error) {
	points, at := make([]orb.Point, len(cells)), make(map[hexgrid.Cell]int, len(cells))
	area := 0.0
	for i, c := range cells {
		if points[i], err = hexgrid.Centre(c); err != nil {
			return 0, 0, fmt.Errorf("territories: centre of a cell: %w", err)
		}
		a, err := hexgrid.Area(c)
		if err != nil {
			return 0, 0, fmt.Errorf("territories: area of a cell: %w", err)
		}
		area += a
		at[c] = i
	}
	// On a plane that touches at the middle; longitudes run on across ±180.
	first, lat := points[0][0], 0.0
	for i := range points {
		for points[i][0]-first > 180 {
			points[i][0] -= 360
		}
		for points[i][0]-first < -180 {
			points[i][0] += 360
		}
		lat += points[i][1] / float64(len(points))
	}
	const degree = math.Pi / 180 * orb.EarthRadius
	narrow := math.Cos(lat * math.Pi / 180)
	var sx, sy, sq float64
	for _, p := range points {
		x, y := (p[0]-first)*degree*narrow, (p[1]-lat)*degree
		sx, sy, sq = sx+x, sy+y, sq+x*x+y*y
	}
	n := float64(len(cells))
	each := area / n
	moment := each*(sq-(sx*sx+sy*sy)/n) + n*each*each*own
	compactness = area * area / (2 * math.Pi * moment)

	seen := make([]bool, len(cells))
	var queue []int
	for i := range cells {
		if seen[i] {
			continue
		}
		parts++
		seen[i] = true
		queue = append(queue[:0], i)
		for len(queue) > 0 {
			c := cells[queue[len(queue)-1]]
			queue = queue[:len(queue)-1]
			near, err := hexgrid.Neighbours(c)
			if err != nil {
				return 0, 0, fmt.Errorf("territories: neighbours of a cell: %w", err)
			}
			for _, w := range near {
				if j, here := at[w]; here && !seen[j] {
					seen[j] = true
					queue = append(queue, j)
				}
			}
		}
	}
	return compactness, parts, nil
}
