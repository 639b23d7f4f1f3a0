package roads

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

// readColumns reads a CSV file by its heading.
func readColumns(t testing.TB, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return v
}

// agreement compares durations with the table in a folder.
type agreement struct {
	pairs                    int
	median, lengths          float64 // ratios, ours to theirs
	within                   float64 // part of the pairs within 1 %
	least, first, last, most float64 // ratios: extremes, and the percentiles 1 and 99
}

func compare(t testing.TB, n *Network, folder string) agreement {
	t.Helper()
	var points []orb.Point
	for _, row := range readColumns(t, filepath.Join(folder, "points.csv")) {
		points = append(points, orb.Point{number(t, row["lon"]), number(t, row["lat"])})
	}
	table, snapErrs, err := n.TablePoints(context.Background(), points, SnapOptions{})
	require.NoError(t, err)
	for _, err := range snapErrs {
		require.NoError(t, err)
	}
	var times, lengths []float64
	within := 0
	for _, row := range readColumns(t, filepath.Join(folder, "osrm-table.csv")) {
		if row["seconds"] == "" || row["from"] == row["to"] {
			continue
		}
		seconds, metres := table.At(int(number(t, row["from"])), int(number(t, row["to"])))
		ratio := seconds.Seconds() / number(t, row["seconds"])
		times = append(times, ratio)
		lengths = append(lengths, metres.Metres()/number(t, row["metres"]))
		if math.Abs(ratio-1) <= 0.01 {
			within++
		}
	}
	slices.Sort(times)
	slices.Sort(lengths)
	k := len(times)
	return agreement{
		pairs: k, median: times[k/2], lengths: lengths[k/2], within: float64(within) / float64(k),
		least: times[0], first: times[k/100], last: times[k*99/100], most: times[k-1],
	}
}

func TestDurationsAgreeWithAnotherEngine(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("ROADS_BENCH_DIR")
	if folder == "" {
		t.Skip("ROADS_BENCH_DIR names no folder with points.csv and osrm-table.csv")
	}
	a := compare(t, setup(t), folder)
	t.Logf("%+v", a)
	require.InDelta(t, 1, a.median, 0.01)
	require.GreaterOrEqual(t, a.within, 0.97)
}
