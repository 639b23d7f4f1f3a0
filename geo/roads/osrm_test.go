package roads

import (
	"context"
	"encoding/csv"
	"fmt"
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

func TestDurationsAgreeWithAnotherEngine(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("ROADS_BENCH_DIR")
	if folder == "" {
		t.Skip("ROADS_BENCH_DIR names no folder with points.csv and osrm-table.csv")
	}
	n := setup(t)
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
	worst := map[string]int{}
	for _, row := range readColumns(t, filepath.Join(folder, "osrm-table.csv")) {
		if row["seconds"] == "" {
			continue
		}
		i, j := int(number(t, row["from"])), int(number(t, row["to"]))
		seconds, metres := table.At(i, j)
		want := number(t, row["seconds"])
		if want == 0 || i == j {
			continue
		}
		ratio := seconds.Seconds() / want
		times = append(times, ratio)
		lengths = append(lengths, metres.Metres()/number(t, row["metres"]))
		if math.Abs(ratio-1) <= 0.01 {
			within++
		} else {
			worst[fmt.Sprint("from ", i)]++
			worst[fmt.Sprint("to ", j)]++
		}
	}
	slices.Sort(times)
	slices.Sort(lengths)
	share := float64(within) / float64(len(times))
	t.Logf("%d pairs: median ratio of times %.4f, of lengths %.4f; %.2f %% within 1 %%", len(times), times[len(times)/2], lengths[len(lengths)/2], 100*share)
	for k, v := range worst {
		if v > 20 {
			t.Log(k, v)
		}
	}
	t.Log(times[0], times[len(times)/100], times[len(times)*99/100], times[len(times)-1])
	require.InDelta(t, 1, times[len(times)/2], 0.01)
	require.GreaterOrEqual(t, share, 0.97)
}
