package accounts

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// ranges covers the tile, grown by a share of its width, with whole cells of a
// resolution or coarser ones, in ascending order. Callers do not change them.
func (b *tileBuilder) ranges(res int, margin float64) ([]hexgrid.Range, error) {
	return coverOf(tileCover{b.tile, max(res, 1), margin})
}

// tileCover says what of a tile is covered, and by which cells.
type tileCover struct {
	tile   tiles.Tile
	res    int
	margin float64
}

// covers are covers of tiles, which depend on nothing else: finding one takes as
// long as a small tile. A few MB at most.
var covers = struct {
	sync.Mutex
	known map[tileCover][]hexgrid.Range
}{known: map[tileCover][]hexgrid.Range{}}

const mostCovers = 2_000

func coverOf(of tileCover) ([]hexgrid.Range, error) {
	covers.Lock()
	ranges, known := covers.known[of]
	covers.Unlock()
	if known {
		return ranges, nil
	}
	cover, err := hexgrid.CoverRanges(of.tile.BoundWith(of.margin), hexgrid.CoverOptions{MaxCells: coverCells, MaxResolution: of.res})
	if err != nil {
		return nil, fmt.Errorf("cover: %w", err)
	}
	ranges = append(slices.Clone(cover.Inside), cover.Edge...)
	slices.SortFunc(ranges, func(a, b hexgrid.Range) int { return cmp.Compare(a.Lo, b.Lo) })
	covers.Lock()
	defer covers.Unlock()
	if len(covers.known) >= mostCovers {
		clear(covers.known)
	}
	covers.known[of] = ranges
	return ranges, nil
}

// marginOf is how far beyond the tile, as a share of its width, a cell may reach
// that has its middle in the tile.
func (b *tileBuilder) marginOf(res int) float64 {
	bound := b.tile.Bound()
	lat := min(max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1])), 80)
	width := 2 * math.Pi * orb.EarthRadius / math.Exp2(float64(b.tile.Z)) * math.Cos(lat*math.Pi/180)
	return min(1, 2.5*hexgrid.EdgeLength(res)/width)
}
