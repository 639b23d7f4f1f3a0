package territories

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Outline is the drawn outline of a territory.
type Outline struct {
	Territory Territory
	Geometry  orb.MultiPolygon // outer rings anticlockwise, holes clockwise
}

// Outlines returns the outlines of an alignment's territories that have cells, in
// their order; areas and regions have that of all below them.
func (s *Service) Outlines(ctx context.Context, id int64) ([]Outline, error) {
	var p *plan
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		p, err = s.load(ctx, tx, actor, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.measure(); err != nil {
		return nil, err
	}
	own := map[int64][]hexgrid.Cell{}
	for c, t := range p.cells {
		above := &t
		for range MaxDepth {
			if above == nil {
				break
			}
			own[*above] = append(own[*above], c)
			above = p.territories[p.index[*above]].ParentID
		}
	}
	out := []Outline{}
	for _, t := range p.territories {
		if len(own[t.ID]) == 0 {
			continue
		}
		shape, err := dissolve(own[t.ID])
		if err != nil {
			return nil, err
		}
		out = append(out, Outline{t, shape})
	}
	return out, nil
}

// corners numbers the corners of cells. Neighbours work theirs out one by one,
// so the same corner differs by rounding: whatever is less than a millimetre apart
// is one.
type corners struct {
	number map[[2]int64]int
	count  int
}

const grain = 1e8 // a millimetre, of degrees

func (k *corners) of(p orb.Point) int {
	x, y := (math.Mod(p[0]+540, 360)-180)*grain, p[1]*grain
	near := [2]int64{int64(math.Round(x)), int64(math.Round(y))}
	if n, known := k.number[near]; known {
		return n
	}
	// On the edge between two squares it may have got into the other one.
	for _, dx := range []float64{-0.01, 0.01} {
		for _, dy := range []float64{-0.01, 0.01} {
			if n, known := k.number[[2]int64{int64(math.Round(x + dx)), int64(math.Round(y + dy))}]; known {
				return n
			}
		}
	}
	k.count++
	k.number[near] = k.count
	return k.count
}

// dissolve returns the outline of some cells: what is left of their sides when
// those that two of them share are taken away. Islands become polygons, and holes
// are holes.
func dissolve(cells []hexgrid.Cell) (orb.MultiPolygon, error) {
	slices.Sort(cells)
	type side struct {
		from, to orb.Point
		end      int
	}
	k := corners{number: make(map[[2]int64]int, 4*len(cells))}
	// From every corner of an outline one side goes on, since three cells meet there:
	// one or two of them are ours.
	sides := make(map[[2]int]side, 4*len(cells))
	for _, c := range cells {
		polygon, err := hexgrid.Boundary(c)
		if err != nil {
			return nil, fmt.Errorf("territories: outline of a cell: %w", err)
		}
		ring := polygon[0]
		for i := 1; i < len(ring); i++ {
			a, b := k.of(ring[i-1]), k.of(ring[i])
			if a == b {
				continue
			}
			if _, shared := sides[[2]int{b, a}]; shared {
				delete(sides, [2]int{b, a})
				continue
			}
			sides[[2]int{a, b}] = side{ring[i-1], ring[i], b}
		}
	}
	next := make(map[int]side, len(sides))
	starts := make([]int, 0, len(sides))
	for key, s := range sides {
		next[key[0]] = s
		starts = append(starts, key[0])
	}
	slices.Sort(starts)
	var rings []orb.Ring
	for _, start := range starts {
		s, there := next[start]
		if !there {
			continue
		}
		ring := orb.Ring{s.from}
		for at := start; ; {
			delete(next, at)
			last := ring[len(ring)-1]
			ring = append(ring, orb.Point{last[0] + turn(s.to[0]-last[0]), s.to[1]})
			if at = s.end; at == start {
				break
			}
			if s, there = next[at]; !there {
				return nil, fmt.Errorf("territories: the outline of %d cells does not close", len(cells))
			}
		}
		rings = append(rings, ring)
	}
	return nest(rings), nil
}

// turn is the shorter way round.
func turn(dx float64) float64 {
	for dx > 180 {
		dx -= 360
	}
	for dx < -180 {
		dx += 360
	}
	return dx
}

// nest puts holes, which run clockwise, into the smallest ring around them.
func nest(rings []orb.Ring) orb.MultiPolygon {
	var out orb.MultiPolygon
	var areas []float64
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			out = append(out, orb.Polygon{r})
			areas = append(areas, math.Abs(planar.Area(r)))
		}
	}
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			continue
		}
		best := -1
		// A point on the hole's own side: its corners may touch others' corners, so
		// the middle of a side decides.
		at := orb.Point{(r[0][0] + r[1][0]) / 2, (r[0][1] + r[1][1]) / 2}
		for i := range out {
			if (best < 0 || areas[i] < areas[best]) && out[i][0].Bound().Contains(at) && planar.RingContains(out[i][0], at) {
				best = i
			}
		}
		if best >= 0 {
			out[best] = append(out[best], r)
		}
	}
	return out
}
