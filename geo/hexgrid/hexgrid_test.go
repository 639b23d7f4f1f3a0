package hexgrid

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
	"github.com/uber/h3-go/v4"
)

var dover = orb.Point{-75.5247, 39.1582}

// globe returns points spread evenly over the sphere, by a fixed seed.
func globe(n int) []orb.Point {
	r := rand.New(rand.NewPCG(1, 2))
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{r.Float64()*360 - 180, degrees(math.Asin(2*r.Float64() - 1))}
	}
	return points
}

// awkward returns points at poles, on the antimeridian and on pentagons.
func awkward() []orb.Point {
	points := []orb.Point{{0, 90}, {0, -90}, {180, 0}, {-180, 0}, {180, 65}, {-180, 65}, {0, 0}, {180, 90}, {-180, -90}}
	for _, p := range h3.Pentagons(5) {
		points = append(points, centre(Cell(p)))
	}
	return points
}

func TestThePlaceInTheH3DocumentationHasItsDocumentedCell(t *testing.T) {
	t.Parallel()
	c, err := CellAt(orb.Point{-122.418307270836565, 37.7752702151959257}, 9)
	require.NoError(t, err)
	require.Equal(t, "8928308280fffff", c.String())
	require.Equal(t, 9, c.Resolution())
	back, err := Parse("8928308280fffff")
	require.NoError(t, err)
	require.Equal(t, c, back)
}

func TestAPointThatIsNotOnTheGlobeIsRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []orb.Point{{math.NaN(), 0}, {0, math.NaN()}, {0, 91}, {0, -90.001}, {180.5, 0}, {math.Inf(1), 0}, {0, math.Inf(-1)}} {
		_, err := CellOf(p)
		require.ErrorIs(t, err, ErrPoint, "%v", p)
	}
	_, err := CellAt(dover, 16)
	require.ErrorIs(t, err, ErrResolution)
	_, err = CellAt(dover, -1)
	require.ErrorIs(t, err, ErrResolution)
}

func TestParentsByBitsAgreeWithH3(t *testing.T) {
	t.Parallel()
	for _, p := range append(globe(2000), awkward()...) {
		c, err := CellAt(p, 15)
		require.NoError(t, err)
		for res := range 16 {
			require.Equal(t, Cell(h3.Cell(c).Parent(res)), c.Parent(res))
		}
		stored := c.Parent(StorageResolution)
		for res := range StorageResolution + 1 {
			and, or := ParentMasks(res)
			require.Equal(t, stored.Parent(res), Cell(int64(stored)&and|or))
		}
	}
	require.Equal(t, 0, mustCell(t, dover, 5).Parent(-3).Resolution())
}

func TestChildrenByBitsAgreeWithH3(t *testing.T) {
	t.Parallel()
	for _, p := range append(globe(300), awkward()...) {
		for _, res := range []int{0, 3, 8, 14} {
			c := mustCell(t, p, res)
			var want []Cell
			for _, k := range h3.Cell(c).Children(res + 1) {
				if k != 0 {
					want = append(want, Cell(k))
				}
			}
			require.Equal(t, want, c.Children())
			require.Equal(t, h3.Cell(c).IsPentagon(), c.IsPentagon())
		}
	}
	require.Empty(t, mustCell(t, dover, 15).Children())
}

func TestTheRangeOfACellHoldsExactlyItsDescendants(t *testing.T) {
	t.Parallel()
	for _, p := range append(globe(20), awkward()...) {
		c := mustCell(t, p, StorageResolution-3)
		lo, hi := c.Range()
		children := h3.Cell(c).Children(StorageResolution)
		slices.Sort(children)
		children = slices.DeleteFunc(children, func(k h3.Cell) bool { return k == 0 })
		require.Equal(t, int64(children[0]), lo)
		require.Equal(t, int64(children[len(children)-1]), hi)
	}
	points := globe(3000)
	for i, p := range points {
		stored, err := CellOf(p)
		require.NoError(t, err)
		for res := range 16 {
			lo, hi := stored.Parent(res).Range()
			require.True(t, lo <= int64(stored) && int64(stored) <= hi, "ancestor at %d", res)
			other := mustCell(t, points[(i+1)%len(points)], min(res, StorageResolution))
			lo, hi = other.Range()
			require.Equal(t, stored.Parent(min(res, StorageResolution)) == other, lo <= int64(stored) && int64(stored) <= hi)
		}
	}
}

func TestNumbersThatAreNoCellAreRefused(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for i := range 200_000 {
		n := r.Int64()
		if i%2 == 0 { // near misses: one bit of a real cell turned
			n = int64(mustCell(t, orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}, r.IntN(16))) ^ 1<<r.IntN(63)
		}
		require.Equal(t, h3.Cell(n).IsValid(), Cell(n).Valid(), "%x", n)
		if !Cell(n).Valid() {
			refused++
			_, err := FromInt(n)
			require.ErrorIs(t, err, ErrCell)
		}
	}
	require.Greater(t, refused, 100_000)
	for _, s := range []string{"", "zz", "0", "8928308280ffffff", "-8928308280fffff", "08928308280fffff0", "8928308280ffffg"} {
		_, err := Parse(s)
		require.ErrorIs(t, err, ErrCell, s)
	}
	for _, bad := range []Cell{0, -1, math.MaxInt64} {
		_, err := Boundary(bad)
		require.ErrorIs(t, err, ErrCell)
		_, err = Centre(bad)
		require.ErrorIs(t, err, ErrCell)
		_, err = Neighbours(bad)
		require.ErrorIs(t, err, ErrCell)
		_, err = Area(bad)
		require.ErrorIs(t, err, ErrCell)
	}
}

func TestACellGoesThroughJSONAsText(t *testing.T) {
	t.Parallel()
	c := mustCell(t, dover, 7)
	text, err := json.Marshal(map[string]Cell{"cell": c})
	require.NoError(t, err)
	require.JSONEq(t, `{"cell":"`+c.String()+`"}`, string(text))
	var back map[string]Cell
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, c, back["cell"])
	require.Error(t, json.Unmarshal([]byte(`{"cell":"12"}`), &back))
}

func TestACellHasSixNeighboursAndAPentagonFive(t *testing.T) {
	t.Parallel()
	n, err := Neighbours(mustCell(t, dover, 8))
	require.NoError(t, err)
	require.Len(t, n, 6)
	n, err = Neighbours(Cell(h3.Pentagons(8)[0]))
	require.NoError(t, err)
	require.Len(t, n, 5)
	disk, err := Disk(mustCell(t, dover, 8), 3)
	require.NoError(t, err)
	require.Len(t, disk, 37)
	_, err = Disk(mustCell(t, dover, 8), 501)
	require.ErrorIs(t, err, ErrTooManyCells)
}

func TestHexagonsGrowFinerWithTheZoom(t *testing.T) {
	t.Parallel()
	last := 0
	for z := 0.0; z <= 22; z += 0.25 {
		res := ResolutionForZoom(z)
		require.GreaterOrEqual(t, res, last)
		require.LessOrEqual(t, res-last, 1)
		last = res
	}
	require.Equal(t, 10, last)
	require.Equal(t, 7, ResolutionForZoom(10)) // 1,406 m are 23 pixels of 58.6·cos 40° m
	require.Equal(t, ResolutionForZoom(0), ResolutionForZoom(math.NaN()))
	// At zoom 9 a pixel is 117 m: 3,725 m are 32 pixels, and 1,406 m are 12.
	require.Equal(t, []int{0, 6, 6, 8, StorageResolution}, []int{ResolutionForGroups(math.NaN()), ResolutionForGroups(9), ResolutionForGroups(10), ResolutionForGroups(12), ResolutionForGroups(24)})
}

func TestARollUpKeepsTheTotal(t *testing.T) {
	t.Parallel()
	figures := map[Cell]int{}
	for _, p := range globe(5000) {
		figures[mustCell(t, p, StorageResolution)]++
	}
	for res := range StorageResolution {
		up, err := RollUp(figures, res)
		require.NoError(t, err)
		total := 0
		for c, n := range up {
			require.Equal(t, res, c.Resolution())
			total += n
		}
		require.Equal(t, 5000, total)
	}
	_, err := RollUp(figures, 16)
	require.ErrorIs(t, err, ErrResolution)
}

func mustCell(t testing.TB, p orb.Point, res int) Cell {
	t.Helper()
	c, err := CellAt(p, res)
	require.NoError(t, err)
	return c
}

func BenchmarkParentByBits(b *testing.B) {
	c := mustCell(b, dover, StorageResolution)
	for b.Loop() {
		_ = c.Parent(6)
	}
}

func BenchmarkCellOf(b *testing.B) {
	for b.Loop() {
		_, _ = CellOf(dover)
	}
}
