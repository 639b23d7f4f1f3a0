package hexgrid

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// MaxCells is the most cells that [Cover] and [Fill] return.
const MaxCells = 500_000

// Cover returns every cell of a resolution that has a point in common with a
// shape, in ascending order. Shapes are orb.Bound, orb.Ring, orb.Polygon and
// orb.MultiPolygon, with sides straight in longitude and latitude; a bound
// whose east is less than its west crosses the antimeridian.
//
// It fails with [ErrResolution], [ErrShape], or [ErrTooManyCells] beyond
// [MaxCells].
func Cover(g orb.Geometry, res int) ([]Cell, error) {
	return descend(g, res, func(s *shape, c Cell, touching []int32) bool {
		ring := boundary(c)
		for turn := -360.0; turn <= 360; turn += 360 {
			for _, i := range touching {
				moved := s.segments[i]
				moved.ax, moved.bx = moved.ax-turn, moved.bx-turn
				if touchesRing(ring, &moved) {
					return true
				}
			}
			mid := centre(c)
			if s.contains(mid[0]+turn, mid[1]) {
				return true
			}
		}
		return false
	})
}

// Fill returns the cells of a resolution whose centres lie in a shape, in
// ascending order, so that shapes that share a border share no cell. Shapes
// and errors are those of [Cover].
func Fill(g orb.Geometry, res int) ([]Cell, error) {
	return descend(g, res, func(s *shape, c Cell, _ []int32) bool {
		mid := centre(c)
		return s.contains(mid[0], mid[1]) || s.contains(mid[0]-360, mid[1]) || s.contains(mid[0]+360, mid[1])
	})
}

// descend walks down the grid from the base cells through what may touch the
// shape, and asks accept about the cells at its edge.
func descend(g orb.Geometry, res int, accept func(s *shape, c Cell, touching []int32) bool) ([]Cell, error) {
	if res < 0 || res > MaxResolution {
		return nil, fmt.Errorf("%w: %d is not in 0 to %d", ErrResolution, res, MaxResolution)
	}
	s, err := newShape(g)
	if err != nil {
		return nil, err
	}
	var out []Cell
	visited := 0
	var visit func(n node) error
	visit = func(n node) error {
		visited++
		if len(out) > MaxCells || visited > 3*MaxCells {
			return fmt.Errorf("%w: more than %d at resolution %d", ErrTooManyCells, MaxCells, res)
		}
		if n.cell.Resolution() == res {
			if n.relation == inside || accept(s, n.cell, n.touching) {
				out = append(out, n.cell)
			}
			return nil
		}
		for _, child := range n.split(s) {
			if err := visit(child); err != nil {
				return err
			}
		}
		return nil
	}
	for _, n := range roots(s) {
		if err := visit(n); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// node is a cell in the descent, with the shape's sides that may touch it.
type node struct {
	cell     Cell
	size     float64 // as size returns it
	relation relation
	touching []int32
}

// baseReach holds the base cells and their rectangles.
var baseReach = sync.OnceValue(func() (all [baseCells]struct {
	cell  Cell
	size  float64
	reach box
}) {
	for i, c := range h3.Res0Cells() {
		mid := centre(Cell(c))
		all[i].cell, all[i].size = Cell(c), size(Cell(c), mid, 0)
		all[i].reach = reach(mid, all[i].size)
	}
	return all
})

// roots returns the base cells that may touch a shape.
func roots(s *shape) []node {
	sides := make([]int32, len(s.segments))
	for i := range sides {
		sides[i] = int32(i)
	}
	var out []node
	for _, b := range baseReach() {
		if rel, touching := s.relate(b.reach, sides); rel != outside {
			out = append(out, node{b.cell, b.size, rel, touching})
		}
	}
	return out
}

// split returns the children of a node that may touch the shape.
func (n node) split(s *shape) []node {
	if n.relation == inside {
		children := n.cell.Children()
		out := make([]node, len(children))
		for i, c := range children {
			out[i] = node{c, 0, inside, nil}
		}
		return out
	}
	children := kinOf(n.cell, n.size)
	out := make([]node, 0, len(children.cells))
	for i, c := range children.cells {
		if rel, touching := s.relate(children.reaches[i], n.touching); rel != outside {
			out = append(out, node{c, children.sizes[i], rel, touching})
		}
	}
	return out
}

// CoverOptions bounds a [CoverRanges].
type CoverOptions struct {
	// MaxCells is how many cells the cover may have before ranges that touch
	// are merged. More cells fit the edge better; each costs one descent of
	// the index. 0 means 96, held to 8 up to 10,000.
	MaxCells int
	// MaxResolution is the finest cell used at the edge; 0 means
	// [StorageResolution], which is also the most.
	MaxResolution int
}

// RangeCover is a shape as ranges of stored cells: every point in the shape
// has its cell in one of them, and of the ranges in Inside every point is in
// the shape.
type RangeCover struct {
	Inside []Range // wholly in the shape: no further test
	Edge   []Range // to be tested exactly
}

// CoverRanges covers a shape with few ranges: coarse cells within, fine ones
// at its edge, split where the cells are largest until the limit is reached.
// Shapes and errors are those of [Cover].
func CoverRanges(g orb.Geometry, o CoverOptions) (RangeCover, error) {
	if o.MaxResolution < 0 || o.MaxResolution > StorageResolution {
		return RangeCover{}, fmt.Errorf("%w: %d is not in 0 to %d", ErrResolution, o.MaxResolution, StorageResolution)
	}
	if o.MaxResolution == 0 {
		o.MaxResolution = StorageResolution
	}
	if o.MaxCells == 0 {
		o.MaxCells = 96
	}
	o.MaxCells = min(max(o.MaxCells, 8), 10_000)
	s, err := newShape(g)
	if err != nil {
		return RangeCover{}, err
	}
	var within, rim []Cell
	queue := roots(s) // ascending resolution: children are appended behind
	for head := 0; head < len(queue); head++ {
		n := queue[head]
		queue[head].touching = nil
		if n.relation == inside {
			within = append(within, n.cell)
			continue
		}
		waiting := len(queue) - head - 1
		if n.cell.Resolution() < o.MaxResolution {
			children := n.split(s)
			if len(children) <= 1 || len(within)+len(rim)+waiting+len(children) <= o.MaxCells {
				queue = append(queue, children...)
				continue
			}
		}
		rim = append(rim, n.cell)
	}
	return RangeCover{Inside: Ranges(within), Edge: Ranges(rim)}, nil
}

// Arrays returns the ranges in ascending order as the three arrays that SQL
// unnests.
func (c RangeCover) Arrays() (lo, hi []int64, inside []bool) {
	type flagged struct {
		Range
		inside bool
	}
	all := make([]flagged, 0, len(c.Inside)+len(c.Edge))
	for _, r := range c.Inside {
		all = append(all, flagged{r, true})
	}
	for _, r := range c.Edge {
		all = append(all, flagged{r, false})
	}
	slices.SortFunc(all, func(a, b flagged) int { return cmp.Compare(a.Lo, b.Lo) })
	lo, hi, inside = make([]int64, len(all)), make([]int64, len(all)), make([]bool, len(all))
	for i, r := range all {
		lo[i], hi[i], inside[i] = r.Lo, r.Hi, r.inside
	}
	return lo, hi, inside
}

// Contains tells whether a stored cell is in the cover, and whether that
// settles that its point is in the shape.
func (c RangeCover) Contains(cell Cell) (covered, settled bool) {
	if contains(c.Inside, cell) {
		return true, true
	}
	return contains(c.Edge, cell), false
}

func contains(ranges []Range, c Cell) bool {
	i, found := slices.BinarySearchFunc(ranges, int64(c), func(r Range, at int64) int { return cmp.Compare(r.Lo, at) })
	return found || i > 0 && int64(c) <= ranges[i-1].Hi
}
