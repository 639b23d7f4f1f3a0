package hexgrid

import (
	"cmp"
	"fmt"
	"slices"
)

// Range is a run of stored cells, both ends included.
type Range struct{ Lo, Hi int64 }

// Ranges returns the ranges of stored cells of some cells, of any mix of
// resolutions, in ascending order, overlapping and adjacent ones merged. Cells
// that are not valid are left out.
func Ranges(cells []Cell) []Range {
	ranges := make([]Range, 0, len(cells))
	for _, c := range cells {
		if c.Valid() {
			lo, hi := c.Range()
			ranges = append(ranges, Range{lo, hi})
		}
	}
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Or(cmp.Compare(a.Lo, b.Lo), cmp.Compare(b.Hi, a.Hi)) })
	merged := ranges[:0]
	for _, r := range ranges {
		if last := len(merged) - 1; last >= 0 && r.Lo <= following(merged[last].Hi) {
			merged[last].Hi = max(merged[last].Hi, r.Hi)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// following returns the number that comes after a stored cell when digits count
// from 0 to 6: no cell lies between the two.
func following(stored int64) int64 {
	for r := StorageResolution; r >= 1; r-- {
		shift := digitBits * (MaxResolution - r)
		if stored>>shift&7 < 6 {
			return stored + 1<<shift
		}
		stored &^= 7 << shift
	}
	return stored + 1<<baseShift
}

// Bounds returns the lower and the upper ends, ready to be unnested in SQL.
func Bounds(ranges []Range) (lo, hi []int64) {
	lo, hi = make([]int64, len(ranges)), make([]int64, len(ranges))
	for i, r := range ranges {
		lo[i], hi[i] = r.Lo, r.Hi
	}
	return lo, hi
}

// RollUp adds up figures of cells to a coarser resolution. Cells that are
// already coarser, or of that resolution, keep their own figure. It fails with
// [ErrResolution].
func RollUp[T int | int32 | int64 | float64](figures map[Cell]T, res int) (map[Cell]T, error) {
	if res < 0 || res > MaxResolution {
		return nil, fmt.Errorf("%w: %d is not in 0 to %d", ErrResolution, res, MaxResolution)
	}
	out := make(map[Cell]T)
	if res < StorageResolution {
		out = make(map[Cell]T, len(figures)/4)
	}
	// Floating-point sums depend on the order, so it is fixed.
	cells := make([]Cell, 0, len(figures))
	for c := range figures {
		cells = append(cells, c)
	}
	slices.Sort(cells)
	for _, c := range cells {
		out[c.Parent(res)] += figures[c]
	}
	return out, nil
}

func sortedUnique(cells []Cell) []Cell {
	slices.Sort(cells)
	return slices.Compact(cells)
}

// Cells returns the fewest cells, of any resolutions up to [StorageResolution],
// that make up a range of whole stored cells, in ascending order.
func Cells(r Range) []Cell {
	var out []Cell
	for at := r.Lo; at <= r.Hi; {
		c := Cell(at)
		for res := 0; res < StorageResolution; res++ {
			coarse := Cell(at).Parent(res)
			if lo, hi := coarse.Range(); lo == at && hi <= r.Hi {
				c = coarse
				break
			}
		}
		if c.Valid() {
			out = append(out, c)
		}
		_, hi := c.Range()
		at = following(hi)
	}
	return out
}
