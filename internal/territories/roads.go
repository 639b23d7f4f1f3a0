package territories

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/roads"
)

// roadCells are the cells that roads run through, and which of them a road joins.
type roadCells struct {
	cells  []hexgrid.Cell    // ascending
	joined [][2]hexgrid.Cell // pairs, the lower first, ascending
}

type roadsKey struct {
	network    int64
	resolution int
}

// has tells whether a road runs through a cell.
func (r *roadCells) has(c hexgrid.Cell) bool {
	if r == nil {
		return false
	}
	_, found := slices.BinarySearch(r.cells, c)
	return found
}

// roadCells returns the cells of the roads in use, nil without roads. The first
// call for a network walks along all of its roads, about a second for 20,000 km;
// others wait for it.
func (s *Service) roadCells(resolution int) (*roadCells, error) {
	if s.Roads == nil {
		return nil, nil
	}
	network, number := s.Roads()
	if network == nil {
		return nil, nil
	}
	key := roadsKey{number, resolution}
	m := &s.memory
	for {
		m.mu.Lock()
		if r, known := m.roads[key]; known {
			m.mu.Unlock()
			return r, nil
		}
		under, busy := m.making[key]
		if !busy {
			if m.making == nil {
				m.making = map[roadsKey]chan struct{}{}
			}
			m.making[key] = make(chan struct{})
			m.mu.Unlock()
			break
		}
		m.mu.Unlock()
		<-under
	}
	r, err := walk(network, resolution)
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.making[key])
	delete(m.making, key)
	if err != nil {
		return nil, err
	}
	if m.roads == nil {
		m.roads = map[roadsKey]*roadCells{}
	}
	for other := range m.roads {
		if other.network != number {
			delete(m.roads, other)
		}
	}
	m.roads[key] = r
	return r, nil
}

// step is how far apart roads are looked at, in degrees: 100 m, a tenth of the
// edge of a cell of resolution 7.
const step = 0.001

// walk goes along every road. Two cells one after the other on a road are joined;
// a ferry joins none.
func walk(network *roads.Network, resolution int) (*roadCells, error) {
	cells, joined := map[hexgrid.Cell]bool{}, map[[2]hexgrid.Cell]bool{}
	var failed error
	at := func(p orb.Point) hexgrid.Cell {
		// By the stored cell, as accounts are counted.
		c, err := hexgrid.CellOf(p)
		if err != nil && failed == nil {
			failed = fmt.Errorf("territories: cell of a road: %w", err)
		}
		return c.Parent(resolution)
	}
	network.EachStretch(func(road roads.Stretch) bool {
		if road.Ferry {
			return true
		}
		last := hexgrid.Cell(0)
		visit := func(p orb.Point) {
			c := at(p)
			cells[c] = true
			if last != 0 && last != c {
				joined[[2]hexgrid.Cell{min(last, c), max(last, c)}] = true
			}
			last = c
		}
		for i, p := range road.Line {
			if i > 0 {
				from := road.Line[i-1]
				pieces := int(math.Hypot(p[0]-from[0], p[1]-from[1]) / step)
				for k := 1; k <= pieces; k++ {
					share := float64(k) / float64(pieces+1)
					visit(orb.Point{from[0] + share*(p[0]-from[0]), from[1] + share*(p[1]-from[1])})
				}
			}
			visit(p)
		}
		return failed == nil
	})
	if failed != nil {
		return nil, failed
	}
	r := &roadCells{cells: make([]hexgrid.Cell, 0, len(cells)), joined: make([][2]hexgrid.Cell, 0, len(joined))}
	for c := range cells {
		r.cells = append(r.cells, c)
	}
	slices.Sort(r.cells)
	for pair := range joined {
		r.joined = append(r.joined, pair)
	}
	slices.SortFunc(r.joined, func(a, b [2]hexgrid.Cell) int { return slices.Compare(a[:], b[:]) })
	return r, nil
}
