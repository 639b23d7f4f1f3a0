// Package hexgrid puts places and shapes on Uber's H3 grid of hexagons.
//
// Every located row of the application keeps the cell of its point at
// [StorageResolution]. The descendants of a coarser cell are one contiguous
// range of 64-bit integers, so a viewport, a lasso or a single hexagon becomes
// a few ranges that a B-tree answers:
//
//	cell, err := hexgrid.CellOf(orb.Point{-75.5247, 39.1582}) // stored with the point
//	hexagon := cell.Parent(7)                                  // bit arithmetic, no call into C
//	lo, hi := hexagon.Range()                                  // where cell between lo and hi
//
//	cover, err := hexgrid.CoverRanges(viewport, hexgrid.CoverOptions{})
//	lo, hi, inside := cover.Arrays()
//	// select … from unnest($1::bigint[], $2::bigint[], $3::boolean[]) as r(lo, hi, inside)
//	// cross join lateral (select … from accounts a where a.org_id = $4
//	//   and a.cell between r.lo and r.hi
//	//   and (r.inside or st_covers($5, a.point))) hit
//
// Only ranges that are not wholly inside the shape need the exact test.
//
// The H3 binding panics or answers nonsense for bad input (not-a-number,
// latitude 91, resolution 16), so every function here checks what it is given
// and returns an error that wraps one of the sentinels below. Coordinates are
// orb.Point, longitude first, in degrees of WGS 84.
package hexgrid

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// StorageResolution is the H3 resolution at which located rows keep their
// cell. At 12 an edge is about 10 m and a cell about 307 m², the size of a
// house: finer than an address or a phone's position is accurate, so nothing
// is gained beyond it, while a street-level viewport (zoom 18, some 150 m wide)
// still has a hundred cells and is answered without reading its neighbours.
// Every resolution costs the same eight bytes. Changing it means rewriting the
// cell of every stored row.
const StorageResolution = 12

// MaxResolution is the finest resolution of H3.
const MaxResolution = 15

// Errors that the functions of this package wrap.
var (
	// ErrPoint is a longitude or latitude that is not on the globe.
	ErrPoint = errors.New("hexgrid: point is not on the globe")
	// ErrResolution is a resolution that H3 lacks or that does not fit the cell.
	ErrResolution = errors.New("hexgrid: resolution out of range")
	// ErrCell is a number or text that is no H3 cell.
	ErrCell = errors.New("hexgrid: not an H3 cell")
	// ErrShape is a geometry that has no area or is not valid.
	ErrShape = errors.New("hexgrid: shape cannot be covered")
	// ErrTooManyCells is a cover that would exceed its limit.
	ErrTooManyCells = errors.New("hexgrid: shape needs too many cells")
)

// Cell is one H3 cell. The value is what PostgreSQL stores as bigint; in JSON
// and other text it is fifteen hexadecimal digits, because JavaScript cannot
// hold 64-bit integers.
//
// The layout, from the top: a zero bit, four bits of mode (1), three reserved
// bits, four bits of resolution, seven bits of base cell and fifteen digits of
// three bits, of which those finer than the resolution are 7.
type Cell int64

const (
	modeShift       = 59
	reservedShift   = 56
	resolutionShift = 52
	baseShift       = 45
	digitBits       = 3
	resolutionMask  = Cell(15) << resolutionShift
	baseCells       = 122
)

// isPentagonBase marks the twelve base cells that are pentagons.
var isPentagonBase = [baseCells]bool{4: true, 14: true, 24: true, 38: true, 49: true, 58: true,
	63: true, 72: true, 83: true, 97: true, 107: true, 117: true}

// CellOf returns the cell of a point at [StorageResolution].
// It fails with [ErrPoint] unless -180 ≤ longitude ≤ 180 and -90 ≤ latitude ≤ 90.
func CellOf(p orb.Point) (Cell, error) { return CellAt(p, StorageResolution) }

// CellAt returns the cell of a point at a resolution from 0 to [MaxResolution].
// Near a cell's border it may differ from CellOf(p).Parent(res), since children
// stick out of their parents; what is counted by cell must use the latter.
func CellAt(p orb.Point, res int) (Cell, error) {
	if res < 0 || res > MaxResolution {
		return 0, fmt.Errorf("%w: %d is not in 0 to %d", ErrResolution, res, MaxResolution)
	}
	// The comparisons are written so that not-a-number fails them.
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return 0, fmt.Errorf("%w: longitude %v, latitude %v", ErrPoint, p[0], p[1])
	}
	c := Cell(h3.LatLngToCell(h3.LatLng{Lat: p[1], Lng: p[0]}, res))
	if !c.Valid() {
		return 0, fmt.Errorf("%w: longitude %v, latitude %v", ErrPoint, p[0], p[1])
	}
	return c, nil
}

// FromInt checks a stored number and returns it as a cell, or [ErrCell].
func FromInt(n int64) (Cell, error) {
	if c := Cell(n); c.Valid() {
		return c, nil
	}
	return 0, fmt.Errorf("%w: %d", ErrCell, n)
}

// Parse reads a cell as H3 writes it, such as "872a84b53ffffff". It fails with
// [ErrCell].
func Parse(s string) (Cell, error) {
	if len(s) > 16 {
		return 0, fmt.Errorf("%w: text of %d characters", ErrCell, len(s))
	}
	n, err := strconv.ParseUint(s, 16, 63)
	if err != nil || !Cell(n).Valid() {
		return 0, fmt.Errorf("%w: %q", ErrCell, s)
	}
	return Cell(n), nil
}

// String writes the cell as H3 does, in hexadecimal.
func (c Cell) String() string { return strconv.FormatUint(uint64(c), 16) }

// MarshalText writes the cell for JSON.
func (c Cell) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(c), 16), nil
}

// UnmarshalText reads what MarshalText wrote and fails with [ErrCell].
func (c *Cell) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// Valid tells whether the value is a cell of the grid.
func (c Cell) Valid() bool {
	if c>>modeShift != 1 || c>>reservedShift&7 != 0 || c.base() >= baseCells {
		return false
	}
	res := c.Resolution()
	leading := true // only zero digits so far
	for r := 1; r <= MaxResolution; r++ {
		d := c.digit(r)
		switch {
		case r > res:
			if d != 7 {
				return false
			}
		case d == 7:
			return false
		case leading && d != 0:
			leading = false
			if d == 1 && isPentagonBase[c.base()] {
				return false // the child that a pentagon lacks
			}
		}
	}
	return true
}

// Resolution returns the cell's resolution, 0 to 15.
func (c Cell) Resolution() int { return int(c >> resolutionShift & 15) }

// IsPentagon tells whether the cell is one of the twelve pentagons of its
// resolution.
func (c Cell) IsPentagon() bool {
	return c.base() < baseCells && isPentagonBase[c.base()] && c&(1<<baseShift-1)&^lowDigits(c.Resolution()) == 0
}

func (c Cell) base() int { return int(c >> baseShift & 127) }

func (c Cell) digit(r int) int { return int(c >> (digitBits * (MaxResolution - r)) & 7) }

// lowDigits has all bits set of the digits finer than a resolution.
func lowDigits(res int) Cell { return 1<<(digitBits*(MaxResolution-res)) - 1 }

// Parent returns the ancestor at a resolution by bit arithmetic. At the cell's
// own resolution or a finer one it returns the cell itself, and below 0 the
// base cell.
func (c Cell) Parent(res int) Cell {
	if res >= c.Resolution() {
		return c
	}
	res = max(res, 0)
	return c&^resolutionMask | Cell(res)<<resolutionShift | lowDigits(res)
}

// ParentMasks returns the two numbers with which SQL turns a stored cell into
// its ancestor: (cell & and) | or. The resolution is held to 0 up to
// [StorageResolution].
func ParentMasks(res int) (and, or int64) {
	res = min(max(res, 0), StorageResolution)
	return int64(^resolutionMask), int64(Cell(res)<<resolutionShift | lowDigits(res))
}

// Children returns the seven cells (six of a pentagon) one resolution finer, in
// ascending order, or none at [MaxResolution].
func (c Cell) Children() []Cell {
	res := c.Resolution()
	if res >= MaxResolution {
		return nil
	}
	shift := digitBits * (MaxResolution - res - 1)
	first := c&^resolutionMask&^(7<<shift) | Cell(res+1)<<resolutionShift
	pentagon := c.IsPentagon()
	children := make([]Cell, 0, 7)
	for d := range Cell(7) {
		if d == 1 && pentagon {
			continue
		}
		children = append(children, first|d<<shift)
	}
	return children
}

// Range returns the first and last possible descendants at
// [StorageResolution]: a stored cell lies in this cell exactly if
// lo ≤ stored ≤ hi. Of a cell finer than that it is its storage ancestor twice.
func (c Cell) Range() (lo, hi int64) {
	res := c.Resolution()
	if res >= StorageResolution {
		p := int64(c.Parent(StorageResolution))
		return p, p
	}
	span := lowDigits(res) &^ lowDigits(StorageResolution)
	stored := c&^resolutionMask | StorageResolution<<resolutionShift
	// 6 in every digit is 7 in every digit less 1 in every digit.
	ones := span / 7
	return int64(stored &^ span), int64(stored&^span | (span - ones))
}

// Centre returns the middle of the cell.
// It fails with [ErrCell] for a value that is no cell.
func Centre(c Cell) (orb.Point, error) {
	if !c.Valid() {
		return orb.Point{}, fmt.Errorf("%w: %x", ErrCell, int64(c))
	}
	return centre(c), nil
}

func centre(c Cell) orb.Point {
	ll := h3.Cell(c).LatLng()
	return orb.Point{ll.Lng, ll.Lat}
}

// Area returns the area of the cell on the sphere in square metres.
func Area(c Cell) (float64, error) {
	if !c.Valid() {
		return 0, fmt.Errorf("%w: %x", ErrCell, int64(c))
	}
	return h3.CellAreaM2(h3.Cell(c)), nil
}

// maxDisk bounds the rings of Disk: 3·500·501+1 is 751,501 cells.
const maxDisk = 500

// Disk returns the cell and all cells at most k steps away, in ascending order.
// It fails with [ErrCell], and with [ErrTooManyCells] unless 0 ≤ k ≤ 500.
func Disk(c Cell, k int) ([]Cell, error) {
	if !c.Valid() {
		return nil, fmt.Errorf("%w: %x", ErrCell, int64(c))
	}
	if k < 0 || k > maxDisk {
		return nil, fmt.Errorf("%w: %d rings is not in 0 to %d", ErrTooManyCells, k, maxDisk)
	}
	found := h3.GridDisk(h3.Cell(c), k)
	cells := make([]Cell, 0, len(found))
	for _, f := range found {
		if f != 0 {
			cells = append(cells, Cell(f))
		}
	}
	return sortedUnique(cells), nil
}

// Neighbours returns the six cells (five of a pentagon) that share an edge with
// a cell, in ascending order.
func Neighbours(c Cell) ([]Cell, error) {
	disk, err := Disk(c, 1)
	if err != nil {
		return nil, err
	}
	out := disk[:0]
	for _, d := range disk {
		if d != c {
			out = append(out, d)
		}
	}
	return out, nil
}

// edgeMetres is the average length of a cell's edge by resolution, from H3's
// table of cell statistics.
var edgeMetres = [MaxResolution + 1]float64{1281256, 483057, 182513, 68979, 26072, 9854, 3725, 1406,
	531.4, 200.8, 75.86, 28.66, 10.83, 4.092, 1.546, 0.5842}

// EdgeLength returns the average length of a cell's edge in metres at a
// resolution, held to 0 up to 15.
func EdgeLength(res int) float64 { return edgeMetres[min(max(res, 0), MaxResolution)] }

// hexagonPixels is how long a hexagon's edge should look: large enough to
// touch with a finger, small enough to show a pattern.
const hexagonPixels = 22

// groupPixels is the same for a cell that has a mark in its middle.
const groupPixels = 30

// ResolutionForGroups returns the finest resolution whose cells have room for a
// mark with a number in their middle at a zoom, as MapLibre counts zooms: an edge
// is at least 30 pixels at latitude 40, so middles are 50 apart. It is held to 0 up
// to [StorageResolution].
func ResolutionForGroups(zoom float64) int {
	if math.IsNaN(zoom) {
		zoom = 0
	}
	zoom = min(max(zoom, 0), 24)
	metresPerPixel := 2 * math.Pi * orb.EarthRadius / 512 / math.Exp2(zoom) * math.Cos(40*math.Pi/180)
	for res := StorageResolution; res > 0; res-- {
		if edgeMetres[res] >= groupPixels*metresPerPixel {
			return res
		}
	}
	return 0
}

// ResolutionForZoom returns the resolution whose hexagons look best at a zoom
// of a web map with tiles of 512 pixels, as MapLibre counts zooms: an edge is
// nearest to 22 pixels at latitude 40. It never exceeds 10, about 76 m, beyond
// which single places are shown instead.
func ResolutionForZoom(zoom float64) int {
	if math.IsNaN(zoom) {
		zoom = 0
	}
	zoom = min(max(zoom, 0), 24)
	metresPerPixel := 2 * math.Pi * orb.EarthRadius / 512 / math.Exp2(zoom) * math.Cos(40*math.Pi/180)
	want := math.Log(hexagonPixels * metresPerPixel)
	best := 0
	for res := 1; res <= 10; res++ {
		if math.Abs(math.Log(edgeMetres[res])-want) < math.Abs(math.Log(edgeMetres[best])-want) {
			best = res
		}
	}
	return best
}
