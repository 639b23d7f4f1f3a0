package roads

import (
	"context"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/osm/osmtest"
)

func TestAReachOnOneStreetIsTheLengthThatFits(t *testing.T) {
	t.Parallel()
	// A street of 2 km, in the middle of it; 25 km/h for 36 s are 250 m each way.
	n := build(t, osmtest.Parse("n 1 0 0\nn 2 2000 0\nw 1 1,2 highway=residential"), "car")
	s, err := n.Snap(at(1000, 10), SnapOptions{})
	require.NoError(t, err)
	r, err := n.Reach(context.Background(), s, Limit{Time: 36000})
	require.NoError(t, err)
	require.InDelta(t, 500, r.Metres(), 0.5)
	for _, c := range []struct {
		east float64
		want float64 // seconds; below zero: too far
	}{{1000, 0}, {1100, 14.4}, {900, 14.4}, {1249, 35.86}, {1251, -1}, {749, -1}} {
		p, err := n.Snap(at(c.east, 0), SnapOptions{})
		require.NoError(t, err)
		v, ok := r.Place(p)
		require.Equal(t, c.want >= 0, ok, "at %v", c.east)
		if ok {
			require.InDelta(t, c.want, Millis(v).Seconds(), 0.01)
		}
	}
	r, err = n.Reach(context.Background(), s, Limit{Length: 3000})
	require.NoError(t, err)
	require.InDelta(t, 600, r.Metres(), 0.5)

	// At the end of the street one turns back, over what is known already.
	r, err = n.Reach(context.Background(), s, Limit{Time: 250_000})
	require.NoError(t, err)
	require.InDelta(t, 2000, r.Metres(), 0.5)

	_, err = n.Reach(context.Background(), s, Limit{})
	require.ErrorIs(t, err, ErrLimit)
	_, err = n.Reach(context.Background(), s, Limit{Time: 1, Length: 1})
	require.ErrorIs(t, err, ErrLimit)
}

func TestAReachHoldsWhatTheTableSaysIsNear(t *testing.T) {
	t.Parallel()
	n := setup(t)
	from := snapAll(t, n, randomPoints(n, 4, 21))
	to := snapAll(t, n, randomPoints(n, 3000, 22))
	table, err := n.Table(context.Background(), from, to)
	require.NoError(t, err)
	for i := range from {
		const limit = Millis(20 * 60 * 1000)
		r, err := n.Reach(context.Background(), from[i], Limit{Time: limit})
		require.NoError(t, err)
		inside, quicker := 0, 0
		for j := range to {
			v, ok := r.Place(to[j])
			want, _ := table.At(i, j)
			if want <= limit {
				require.True(t, ok, "%d to %d takes %v", i, j, want)
				inside++
			}
			if ok && Millis(v) != want {
				// Only where the route would rather take longer than use a
				// parking aisle may the reach know a quicker way.
				require.Less(t, Millis(v), want)
				quicker++
			}
		}
		require.Positive(t, inside)
		require.LessOrEqual(t, quicker, inside/100+1)
	}
}

func TestTheOutlineOfAReachIsValidAndHoldsIt(t *testing.T) {
	t.Parallel()
	n := setup(t)
	from := snapAll(t, n, randomPoints(n, 6, 31))
	to := snapAll(t, n, randomPoints(n, 2000, 32))
	for i, s := range from {
		r, err := n.Reach(context.Background(), s, Limit{Time: Millis((2 + 5*i) * 60 * 1000)})
		require.NoError(t, err)
		polygon := r.Polygon()
		require.NotEmpty(t, polygon)
		requireValid(t, polygon)
		require.True(t, planar.MultiPolygonContains(polygon, s.Point))
		held, lost := 0, 0
		for j := range to {
			if _, ok := r.Place(to[j]); ok {
				if held++; !planar.MultiPolygonContains(polygon, to[j].Point) {
					lost++
				}
			}
		}
		require.LessOrEqual(t, lost, held/200+1, "of %d places within the limit", held)

		cells, err := r.Cells(8)
		require.NoError(t, err)
		require.True(t, slices.IsSorted(cells))
		own, err := hexgrid.CellAt(s.Point, 8)
		require.NoError(t, err)
		require.Contains(t, cells, own)
	}
}

// requireValid checks by brute force that no two sides of the rings meet
// except neighbours at their common corner, and how the rings turn.
func requireValid(t *testing.T, m orb.MultiPolygon) {
	t.Helper()
	type line struct {
		a, b      orb.Point
		ring, pos int
		count     int
	}
	var lines []line
	number := 0
	for _, p := range m {
		for k, ring := range p {
			require.GreaterOrEqual(t, len(ring), 4)
			require.Equal(t, ring[0], ring[len(ring)-1])
			require.Equal(t, k == 0, ring.Orientation() == orb.CCW)
			for i := 1; i < len(ring); i++ {
				lines = append(lines, line{ring[i-1], ring[i], number, i - 1, len(ring) - 1})
			}
			number++
		}
		for _, hole := range p[1:] {
			require.True(t, planar.RingContains(p[0], hole[0]))
		}
	}
	slices.SortFunc(lines, func(x, y line) int {
		if min(x.a[0], x.b[0]) < min(y.a[0], y.b[0]) {
			return -1
		}
		return 1
	})
	side := func(a, b, p orb.Point) float64 {
		return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
	}
	for i, x := range lines {
		for _, y := range lines[i+1:] {
			if min(y.a[0], y.b[0]) > max(x.a[0], x.b[0]) {
				break
			}
			if x.ring == y.ring {
				gap := (x.pos - y.pos + x.count) % x.count
				if gap == 1 || gap == x.count-1 {
					continue
				}
			}
			crossed := side(x.a, x.b, y.a)*side(x.a, x.b, y.b) <= 0 && side(y.a, y.b, x.a)*side(y.a, y.b, x.b) <= 0
			require.False(t, crossed, "%v and %v", x, y)
		}
	}
}

func BenchmarkReach(b *testing.B) {
	n := setup(b)
	s, err := n.Snap(orb.Point{-75.5277, 39.1582}, SnapOptions{})
	require.NoError(b, err)
	for b.Loop() {
		r, err := n.Reach(context.Background(), s, Limit{Time: 30 * 60 * 1000})
		require.NoError(b, err)
		_, err = r.Cells(8)
		require.NoError(b, err)
		r.Polygon()
	}
}
