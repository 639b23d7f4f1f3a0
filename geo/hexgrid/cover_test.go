package hexgrid

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"
	"github.com/uber/h3-go/v4"
)

// lasso is a hand-drawn, wavy ring round a place.
func lasso(at orb.Point, radius float64, corners int) orb.Polygon {
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		turn := 2 * math.Pi * float64(i) / float64(corners)
		r := radius * (1 + 0.4*math.Sin(5*turn) + 0.1*math.Sin(17*turn))
		ring = append(ring, orb.Point{at[0] + r*math.Cos(turn), at[1] + 0.8*r*math.Sin(turn)})
	}
	return orb.Polygon{append(ring, ring[0])}
}

func shapes() map[string]orb.Geometry {
	hole := lasso(dover, 0.1, 40)[0]
	hole.Reverse()
	return map[string]orb.Geometry{
		"a viewport":                     orb.Bound{Min: orb.Point{-75.6, 39.1}, Max: orb.Point{-75.4, 39.2}},
		"a street":                       orb.Bound{Min: orb.Point{-75.5260, 39.1570}, Max: orb.Point{-75.5230, 39.1590}},
		"a lasso":                        lasso(dover, 0.25, 300),
		"a lasso with a hole":            orb.Polygon{lasso(dover, 0.3, 100)[0], hole},
		"two lassos":                     orb.MultiPolygon{lasso(dover, 0.1, 50), lasso(orb.Point{-75.1, 38.7}, 0.2, 50)},
		"overlapping parts":              orb.MultiPolygon{lasso(dover, 0.1, 50), lasso(dover, 0.15, 50)},
		"a sliver":                       orb.Polygon{{{-75.6, 39.1}, {-75.2, 39.3}, {-75.2, 39.3001}, {-75.6, 39.1}}},
		"a bound over the antimeridian":  orb.Bound{Min: orb.Point{179.5, -17}, Max: orb.Point{-179.5, -16}},
		"a ring beyond the antimeridian": orb.Polygon{{{179.5, 65}, {180.7, 65}, {180.7, 65.5}, {179.5, 65.5}, {179.5, 65}}},
		"a cap of the pole":              orb.Bound{Min: orb.Point{-180, 88}, Max: orb.Point{180, 90}},
		"a pentagon's neighbourhood":     lasso(centre(Cell(h3.Pentagons(3)[2])), 2, 30),
		"the world":                      orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}},
	}
}

// holds is the oracle: orb's test, at every whole turn.
func holds(g orb.Geometry, p orb.Point) bool {
	var m orb.MultiPolygon
	switch g := g.(type) {
	case orb.Bound:
		if g.Max[0] < g.Min[0] {
			g.Max[0] += 360
		}
		m = orb.MultiPolygon{g.ToPolygon()}
	case orb.Polygon:
		m = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		m = g
	}
	for _, turn := range []float64{-360, 0, 360} {
		if planar.MultiPolygonContains(m, orb.Point{p[0] + turn, p[1]}) {
			return true
		}
	}
	return false
}

// around returns points in and near a shape.
func around(g orb.Geometry, n int) []orb.Point {
	r := rand.New(rand.NewPCG(5, 6))
	b := g.Bound()
	if b.Max[0] < b.Min[0] {
		b.Max[0] += 360
	}
	w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	points := make([]orb.Point, 0, n)
	for range n {
		x := b.Min[0] - w/4 + r.Float64()*w*1.5
		y := b.Min[1] - h/4 + r.Float64()*h*1.5
		points = append(points, orb.Point{near(math.Mod(x, 360), 0), min(max(y, -90), 90)})
	}
	return points
}

func TestEveryPointOfAShapeIsInItsRangesAndInsideRangesNeedNoFurtherTest(t *testing.T) {
	t.Parallel()
	for name, g := range shapes() {
		for _, limit := range []int{8, 96, 2000} {
			cover, err := CoverRanges(g, CoverOptions{MaxCells: limit})
			require.NoError(t, err, name)
			lo, hi, _ := cover.Arrays()
			require.LessOrEqual(t, len(lo), max(limit, 122), name)
			for i := range lo {
				require.LessOrEqual(t, lo[i], hi[i])
				require.True(t, i == 0 || hi[i-1] < lo[i], "%s: ranges overlap", name)
			}
			settledPoints := 0
			for _, p := range around(g, 6_000) {
				c, err := CellOf(p)
				require.NoError(t, err)
				covered, settled := cover.Contains(c)
				in := holds(g, p)
				require.False(t, in && !covered, "%s: %v is in the shape and in no range", name, p)
				require.False(t, settled && !in, "%s: %v is in an inside range and not in the shape", name, p)
				if settled {
					settledPoints++
				}
			}
			if limit == 2000 && name != "a sliver" {
				require.NotZero(t, settledPoints, name)
			}
		}
	}
}

func TestMoreCellsFitTheEdgeBetter(t *testing.T) {
	t.Parallel()
	view := orb.Bound{Min: orb.Point{-75.6, 39.1}, Max: orb.Point{-75.4, 39.2}}
	excess := func(limit int) float64 {
		cover, err := CoverRanges(view, CoverOptions{MaxCells: limit})
		require.NoError(t, err)
		in, covered := 0, 0
		for _, p := range around(view, 10_000) {
			c, _ := CellOf(p)
			if ok, _ := cover.Contains(c); ok {
				covered++
			}
			if holds(view, p) {
				in++
			}
		}
		return float64(covered)/float64(in) - 1
	}
	require.Less(t, excess(96), 0.35)
	require.Less(t, excess(1000), 0.10)
}

func TestACoverHasExactlyTheCellsThatTouchTheShape(t *testing.T) {
	t.Parallel()
	for name, res := range map[string]int{"a viewport": 8, "a street": 11, "a lasso": 7, "a lasso with a hole": 7,
		"two lassos": 7, "overlapping parts": 7, "a sliver": 8, "a bound over the antimeridian": 5,
		"a ring beyond the antimeridian": 6, "a cap of the pole": 3, "a pentagon's neighbourhood": 5, "the world": 1} {
		g := shapes()[name]
		cover, err := Cover(g, res)
		require.NoError(t, err, name)
		fill, err := Fill(g, res)
		require.NoError(t, err, name)
		require.True(t, slices.IsSorted(cover))
		require.Len(t, slices.Compact(slices.Clone(cover)), len(cover))
		// Every point's cell is in the cover.
		touched := map[Cell]bool{}
		for _, p := range around(g, 30_000) {
			if holds(g, p) {
				touched[mustCell(t, p, res)] = true
			}
		}
		for c := range touched {
			_, found := slices.BinarySearch(cover, c)
			require.True(t, found, "%s: %s is missing", name, c)
		}
		// Every cell of the cover touches the shape: some point of it, sampled
		// densely, lies inside, or the two overlap by less than the sample sees.
		strangers := 0
		for _, c := range cover {
			if !touched[c] && !samplesInside(g, c) {
				strangers++
			}
		}
		require.LessOrEqual(t, strangers, len(cover)/50+1, "%s: cells that do not touch", name)
		// The fill is the part of the cover whose centres are inside.
		var want []Cell
		for _, c := range cover {
			if holds(g, centre(c)) {
				want = append(want, c)
			}
		}
		require.Equal(t, want, fill, name)
	}
}

// samplesInside looks for a point of the cell in the shape, along rays from the
// centre to the outline, and along the shape's own sides.
func samplesInside(g orb.Geometry, c Cell) bool {
	ring, mid := boundary(c), centre(c)
	for i := 1; i < len(ring); i++ {
		for f := 0.0; f <= 1; f += 0.02 {
			edge := orb.Point{ring[i-1][0] + f*(ring[i][0]-ring[i-1][0]), ring[i-1][1] + f*(ring[i][1]-ring[i-1][1])}
			for d := 0.05; d <= 1; d += 0.05 {
				if holds(g, orb.Point{mid[0] + d*(edge[0]-mid[0]), mid[1] + d*(edge[1]-mid[1])}) {
					return true
				}
			}
		}
	}
	s, err := newShape(g)
	if err != nil {
		return false
	}
	for _, side := range s.segments {
		for f := 0.0; f <= 1; f += 0.002 {
			p := orb.Point{side.ax + f*(side.bx-side.ax), side.ay + f*(side.by-side.ay)}
			p[0] = near(p[0], mid[0])
			if planar.RingContains(ring, p) {
				return true
			}
		}
	}
	return false
}

func TestAFillAgreesWithH3sOwnPolyfill(t *testing.T) {
	t.Parallel()
	polygon := lasso(dover, 0.25, 300)
	loop := make(h3.GeoLoop, 0, len(polygon[0]))
	for _, p := range polygon[0] {
		loop = append(loop, h3.LatLng{Lat: p[1], Lng: p[0]})
	}
	for res := 5; res <= 9; res++ {
		var want []Cell
		for _, c := range (h3.GeoPolygon{GeoLoop: loop}).Cells(res) {
			want = append(want, Cell(c))
		}
		slices.Sort(want)
		got, err := Fill(polygon, res)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestShapesThatShareABorderShareNoFilledCell(t *testing.T) {
	t.Parallel()
	west, err := Fill(orb.Bound{Min: orb.Point{-76, 38}, Max: orb.Point{-75.5, 39}}, 7)
	require.NoError(t, err)
	east, err := Fill(orb.Bound{Min: orb.Point{-75.5, 38}, Max: orb.Point{-75, 39}}, 7)
	require.NoError(t, err)
	both, err := Fill(orb.Bound{Min: orb.Point{-76, 38}, Max: orb.Point{-75, 39}}, 7)
	require.NoError(t, err)
	joined := append(slices.Clone(west), east...)
	slices.Sort(joined)
	require.Equal(t, both, joined)
}

func TestAllDescendantsStayWithinTheReachOfTheirAncestor(t *testing.T) {
	t.Parallel()
	for _, p := range append(globe(10_000), awkward()...) {
		fine := mustCell(t, p, StorageResolution)
		radius := 0.0
		for res := range StorageResolution + 1 {
			c := fine.Parent(res)
			mid := centre(c)
			radius = size(c, mid, radius)
			require.GreaterOrEqual(t, radius, size(c, mid, 0), "%v at resolution %d: a cell is larger than was thought", p, res)
			b := reach(mid, radius)
			x := near(p[0], mid[0])
			require.True(t, x >= b.minX && x <= b.maxX && p[1] >= b.minY && p[1] <= b.maxY, "%v at resolution %d", p, res)
		}
	}
}

func TestAnOutlineNeverJumpsAcrossTheWorld(t *testing.T) {
	t.Parallel()
	for _, p := range append(globe(1000), awkward()...) {
		for _, res := range []int{0, 1, 2, 4, 7} {
			c := mustCell(t, p, res)
			polygon, err := Boundary(c)
			require.NoError(t, err)
			ring := polygon[0]
			require.True(t, ring.Closed())
			require.Equal(t, orb.CCW, ring.Orientation())
			if !containsPole(ring) {
				require.Less(t, ring.Bound().Max[0]-ring.Bound().Min[0], 180.0, c.String())
			}
			mid, err := Centre(c)
			require.NoError(t, err)
			require.True(t, planar.RingContains(ring, orb.Point{near(mid[0], ring.Bound().Center()[0]), mid[1]}), c.String())
		}
	}
}

func containsPole(ring orb.Ring) bool {
	return slices.ContainsFunc(ring, func(p orb.Point) bool { return math.Abs(p[1]) == 90 })
}

func TestSevenSiblingsMergeIntoOneRange(t *testing.T) {
	t.Parallel()
	parent := mustCell(t, dover, 6)
	lo, hi := parent.Range()
	require.Equal(t, []Range{{lo, hi}}, Ranges(parent.Children()))
	require.Equal(t, []Range{{lo, hi}}, Ranges(append(parent.Children(), parent, mustCell(t, dover, 9), 0, -5)))
	lows, highs := Bounds(Ranges([]Cell{parent}))
	require.Equal(t, []int64{lo}, lows)
	require.Equal(t, []int64{hi}, highs)
	require.Empty(t, Ranges(nil))
}

func TestShapesThatCannotBeCoveredAreRefused(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, g := range map[string]orb.Geometry{
		"nothing": nil, "a point": dover, "a line": orb.LineString{dover, dover}, "an empty polygon": orb.Polygon{},
		"an empty ring": orb.Polygon{{}}, "one corner": orb.Polygon{{dover}}, "two corners": orb.Ring{dover, {1, 1}, dover},
		"not a number": orb.Polygon{{{nan, 1}, {1, 2}, {2, 1}}}, "latitude 91": orb.Ring{{0, 91}, {1, 0}, {2, 0}},
		"longitude 600": orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{600, 1}},
	} {
		_, err := Cover(g, 5)
		require.ErrorIs(t, err, ErrShape, name)
		_, err = CoverRanges(g, CoverOptions{})
		require.ErrorIs(t, err, ErrShape, name)
	}
	_, err := Cover(orb.Bound{Max: orb.Point{1, 1}}, 16)
	require.ErrorIs(t, err, ErrResolution)
	_, err = CoverRanges(orb.Bound{Max: orb.Point{1, 1}}, CoverOptions{MaxResolution: 13})
	require.ErrorIs(t, err, ErrResolution)
	_, err = Cover(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 9)
	require.ErrorIs(t, err, ErrTooManyCells)
}

func FuzzCover(f *testing.F) {
	f.Add(-75.6, 39.1, -75.4, 39.2, -75.5, 39.5, 7)
	f.Add(179.0, 89.0, -179.0, 90.0, 0.0, 88.0, 3)
	f.Add(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5)
	f.Add(math.NaN(), 0.0, math.Inf(1), 91.0, -540.0, -90.0, -1)
	f.Fuzz(func(t *testing.T, ax, ay, bx, by, cx, cy float64, res int) {
		triangle := orb.Polygon{{{ax, ay}, {bx, by}, {cx, cy}, {ax, ay}}}
		cover, err := CoverRanges(triangle, CoverOptions{MaxCells: 60})
		if err != nil {
			return
		}
		for f := 0.1; f < 0.9; f += 0.2 { // points well inside
			p := orb.Point{ax + (bx-ax)*f*0.5 + (cx-ax)*(1-f)*0.5, ay + (by-ay)*f*0.5 + (cy-ay)*(1-f)*0.5}
			if !holds(triangle, p) {
				continue
			}
			c, err := CellOf(orb.Point{near(p[0], 0), p[1]})
			if err != nil {
				t.Fatal(err)
			}
			if covered, _ := cover.Contains(c); !covered {
				t.Fatalf("%v is in no range", p)
			}
		}
		if res <= 3 {
			if _, err := Cover(triangle, res); err == nil {
				_, _ = Fill(triangle, res)
			}
		}
	})
}

func BenchmarkCoverViewport(b *testing.B) {
	view := orb.Bound{Min: orb.Point{-75.6, 39.1}, Max: orb.Point{-75.4, 39.2}}
	for b.Loop() {
		_, _ = CoverRanges(view, CoverOptions{})
	}
}

func BenchmarkCoverLasso(b *testing.B) {
	polygon := lasso(dover, 0.25, 300)
	for b.Loop() {
		_, _ = CoverRanges(polygon, CoverOptions{})
	}
}
