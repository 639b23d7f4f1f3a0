package roads

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

// extract is the state of Delaware, which ships with a module.
func extract() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/osm").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "testdata", "delaware-latest.osm.pbf"), err
}

// delaware is built once for all tests, written to a file and mapped.
var delaware = sync.OnceValues(func() (*Network, error) {
	path, err := extract()
	if err != nil {
		return nil, err
	}
	p, err := BuiltIn("car")
	if err != nil {
		return nil, err
	}
	n, err := Build(context.Background(), path, p, nil)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "roads-test")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // the mapping stays
	file := filepath.Join(dir, "delaware.roads")
	if err := n.WriteFile(file); err != nil {
		return nil, err
	}
	return Open(file)
})

// setup returns the network of Delaware. Under the race detector (make test-race
// is -short) it takes a minute to make, and nothing happens at once in it that
// TestManyMayAskAtOnce does not do on a town.
func setup(t testing.TB) *Network {
	t.Helper()
	if testing.Short() {
		t.Skip("all of Delaware is left to the run without -short")
	}
	n, err := delaware()
	require.NoError(t, err)
	return n
}

// randomPoints are near roads, spread as the roads are.
func randomPoints(n *Network, count int, seed uint64) []orb.Point {
	r := rand.New(rand.NewPCG(seed, 1))
	points := make([]orb.Point, count)
	for i := range points {
		s := n.grid.items[r.IntN(len(n.grid.items))]
		p := n.points[n.edges[s.edge].shape+s.i].point()
		points[i] = orb.Point{p[0] + r.NormFloat64()*0.002, p[1] + r.NormFloat64()*0.002}
	}
	return points
}

func snapAll(t testing.TB, n *Network, points []orb.Point) []Snap {
	t.Helper()
	snaps := make([]Snap, len(points))
	for i, p := range points {
		s, err := n.Snap(p, SnapOptions{})
		require.NoError(t, err)
		snaps[i] = s
	}
	return snaps
}

// plainTables answers by Dijkstra alone.
func plainTable(n *Network, from, to []Snap) [][]found {
	q := n.query()
	defer n.release(q)
	table := make([][]found, len(from))
	for i := range from {
		ends := n.ends(from[i], nil)
		tree := q.plainTree(ends)
		for j := range to {
			table[i] = append(table[i], n.plainRoute(tree, ends, n.ends(to[j], nil)))
		}
	}
	return table
}

func TestQueryAndTableFindWhatDijkstraFinds(t *testing.T) {
	t.Parallel()
	n := setup(t)
	from := snapAll(t, n, randomPoints(n, 40, 7))
	to := snapAll(t, n, randomPoints(n, 250, 8))
	to = append(to, from...) // the diagonal, and neighbours on one edge
	want := plainTable(n, from, to)
	table, err := n.Table(context.Background(), from, to)
	require.NoError(t, err)
	q := n.query()
	defer n.release(q)
	for i := range from {
		for j := range to {
			w := want[i][j]
			require.Less(t, w.cost, noCost)
			got := q.route(n.ends(from[i], nil), n.ends(to[j], nil))
			require.Equal(t, w.cost, got.cost, "from %d to %d", i, j)
			seconds, metres := table.At(i, j)
			require.Equal(t, w.cost.time(), int64(seconds), "from %d to %d", i, j)
			require.Equal(t, w.length, int32(metres), "from %d to %d", i, j)
		}
	}
}

func TestARouteIsTheSumOfItsPieces(t *testing.T) {
	t.Parallel()
	n := setup(t)
	snaps := snapAll(t, n, randomPoints(n, 600, 9))
	for i := 0; i < len(snaps); i += 2 {
		table, err := n.Table(context.Background(), snaps[i:i+1], snaps[i+1:i+2])
		require.NoError(t, err)
		r, err := n.Route(context.Background(), snaps[i], snaps[i+1])
		require.NoError(t, err)
		seconds, metres := table.At(0, 0)
		require.Equal(t, seconds, r.Time)
		require.Equal(t, metres, r.Length)
		var time Millis
		var length Decimetres
		drawn := 0.0
		for _, p := range r.Pieces {
			require.GreaterOrEqual(t, p.Turn, Millis(0))
			time += p.Time
			length += p.Length
			for k := 1; k < len(p.Geometry); k++ {
				drawn += metresBetween(toPlace(p.Geometry[k-1]), toPlace(p.Geometry[k]))
			}
		}
		require.Equal(t, r.Time, time)
		require.Equal(t, r.Length, length)
		require.InDelta(t, r.Length.Metres(), drawn, 1+0.001*drawn)
		require.InDelta(t, 0, metresBetween(toPlace(snaps[i].Point), toPlace(r.Geometry[0])), 0.1)
		require.InDelta(t, 0, metresBetween(toPlace(snaps[i+1].Point), toPlace(r.Geometry[len(r.Geometry)-1])), 0.1)
	}
}
