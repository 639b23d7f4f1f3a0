package roads

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/geo/osm"
)

// processor returns the processor time that this process has used, which other
// programs on the machine do not disturb as they do the clock.
func processor() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // there is no reason why it should
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// least is the least processor time of several runs, per round.
func least(runs, rounds int, work func()) time.Duration {
	best := time.Duration(1 << 62)
	for range runs {
		runtime.GC()
		start := processor()
		for range rounds {
			work()
		}
		best = min(best, (processor()-start)/time.Duration(rounds))
	}
	return best
}

// BenchmarkFigures prints what the project promises beside what is measured
// now. The unit is one full run of Dijkstra's algorithm over the turn-expanded
// graph, so that the machine hardly matters.
//
//	ROADS_BENCH_DIR=… go test ./geo/roads -run '^$' -bench Figures -benchtime 1x
//
// The folder, if one is named, holds OSRM's table to compare durations with.
func BenchmarkFigures(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	path, err := extract()
	require.NoError(b, err)
	p, err := BuiltIn("car")
	require.NoError(b, err)
	file := filepath.Join(b.TempDir(), "delaware.roads")
	preparing := least(1, 1, func() {
		n, err := Build(context.Background(), path, p, nil)
		require.NoError(b, err)
		require.NoError(b, n.WriteFile(file))
	})
	var n *Network
	opening := least(5, 1, func() {
		n, err = Open(file)
		require.NoError(b, err)
	})
	info, err := os.Stat(file)
	require.NoError(b, err)

	from := snapAll(b, n, randomPoints(n, 16, 1))
	q := n.query()
	i := 0
	unit := least(5, 10, func() { q.plainTree(n.ends(from[i%16], nil)); i++ })

	fmt.Printf("\n%d nodes, %d turns, %d shortcuts; file %.0f MB; one Dijkstra %.2f ms\n", n.info.Nodes, n.info.Turns,
		n.info.Shortcuts, float64(info.Size())/1e6, float64(unit.Microseconds())/1000)
	row := func(what string, cost time.Duration, unitName string, measured, limit float64) {
		verdict := "reached"
		if measured > limit {
			verdict = "NOT REACHED"
		}
		fmt.Printf("%-44s %10.3f ms   %9.3f %-10s at most %g: %s\n", what, float64(cost.Microseconds())/1000, measured, unitName, limit, verdict)
	}
	runs := func(d time.Duration) float64 { return float64(d) / float64(unit) }
	// Promises in seconds are for a machine on which the unit takes 13 ms.
	promised := func(d time.Duration) float64 { return runs(d) * 13 }
	row("preparing, from the PBF to the file", preparing, "Dijkstras", runs(preparing), 900)
	row("opening the file", opening, "ms", float64(opening.Microseconds())/1000, 50)
	for _, t := range []struct {
		size   int
		rounds int
		limit  float64
	}{{100, 20, 0.3}, {500, 5, 1.6}, {1000, 3, 3.5}} {
		points := randomPoints(n, t.size, 2)
		cost := least(5, t.rounds, func() {
			_, _, err := n.TablePoints(context.Background(), points, SnapOptions{})
			require.NoError(b, err)
		})
		row(fmt.Sprintf("table %d × %d, snapping included", t.size, t.size), cost, "Dijkstras", runs(cost), t.limit)
	}
	points := randomPoints(n, 1024, 3)
	snaps := snapAll(b, n, points)
	snapping := least(5, 1, func() { snapAll(b, n, points) }) / 1024
	fmt.Printf("%-44s %10.2f µs\n", "snapping a point", float64(snapping.Nanoseconds())/1000)
	querying := least(5, 1, func() {
		for i := range snaps {
			q.route(n.ends(snaps[i], nil), n.ends(snaps[(i+1)%1024], nil))
		}
	}) / 1024
	fmt.Printf("%-44s %10.2f µs\n", "time and distance between two places", float64(querying.Nanoseconds())/1000)
	drawing := least(5, 1, func() {
		for i := range snaps {
			_, err := n.Route(context.Background(), snaps[i], snaps[(i+1)%1024])
			require.NoError(b, err)
		}
	}) / 1024
	row("route with full geometry", drawing, "µs if 13", 1000*promised(drawing), 100)

	dover, err := n.Snap(orb.Point{-75.5277, 39.1582}, SnapOptions{})
	require.NoError(b, err)
	reach := least(5, 3, func() {
		r, err := n.Reach(context.Background(), dover, Limit{Time: 30 * 60 * 1000})
		require.NoError(b, err)
		_, err = r.Cells(8)
		require.NoError(b, err)
		require.NotEmpty(b, r.Polygon())
	})
	row("reach of 30 minutes, cells and polygon", reach, "ms if 13", promised(reach), 15)
	evening, err := p.At("evening")
	require.NoError(b, err)
	c := NewCollector(evening)
	header, err := osm.Read(context.Background(), path, nil, c)
	require.NoError(b, err)
	again := least(1, 1, func() {
		_, err := PrepareLike(context.Background(), c, header, n, nil)
		require.NoError(b, err)
	})
	fmt.Printf("%-44s %10.0f ms   %9.1f Dijkstras\n", "another time of day in the same order", float64(again.Milliseconds()), runs(again))

	// Two cores by the clock; other programs on the machine spoil this one.
	if cores := min(2, runtime.NumCPU()); cores == 2 {
		points := randomPoints(n, 1000, 2)
		clock := func(cores int) time.Duration {
			runtime.GOMAXPROCS(cores)
			best := time.Duration(1 << 62)
			for range 7 {
				start := time.Now()
				_, _, err := n.TablePoints(context.Background(), points, SnapOptions{})
				require.NoError(b, err)
				best = min(best, time.Since(start))
			}
			return best
		}
		one, two := clock(1), clock(2)
		fmt.Printf("%-44s %10.2f times as fast (at least 1.8; by the clock)\n", "table 1000 × 1000 on two cores", float64(one)/float64(two))
	}
	if folder := os.Getenv("ROADS_BENCH_DIR"); folder != "" {
		a := compare(b, n, folder)
		fmt.Printf("durations beside OSRM's: median ratio %.4f, %.2f %% of %d pairs within 1 %%; percentiles 1 and 99: %.3f, %.3f; lengths %.4f\n",
			a.median, 100*a.within, a.pairs, a.first, a.last, a.lengths)
	}
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	runtime.KeepAlive(n)
	row("heap while serving", 0, "MB", float64(memory.HeapAlloc)/1e6, 150)
}
