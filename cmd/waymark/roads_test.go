package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
	"github.com/waymark-crm/waymark/internal/fault"
)

// roadsCommand runs a verb of roads and returns what it wrote.
func roadsCommand(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	var cli struct {
		Roads RoadsCmd `cmd:""`
	}
	parser, err := kong.New(&cli, kong.BindTo(context.Background(), (*context.Context)(nil)))
	require.NoError(t, err)
	command, err := parser.Parse(append([]string{"roads"}, args...))
	require.NoError(t, err)
	var buffer bytes.Buffer
	err = command.Run(&Env{Out: &buffer, Err: &buffer, Log: slog.Default()})
	return buffer.String(), err
}

func TestRoadsFromAnExtractToAnswers(t *testing.T) {
	t.Parallel()
	// A street of 1,000 m, 25 km/h: 0.009° is 1,000.8 m on the equator.
	dir := t.TempDir()
	extract := osmtest.Parse("n 1 0 0\nn 2 1000 0\nn 3 2000 0\nw 1 1,2,3 highway=residential name=Long_Street").WriteFile(t)
	network := filepath.Join(dir, "long.roads")
	out, err := roadsCommand(t, "build", extract, "-o", network)
	require.NoError(t, err)
	require.Contains(t, out, "contract 100 %")

	out, err = roadsCommand(t, "info", network)
	require.NoError(t, err)
	require.Contains(t, out, "2 km, 2 edges")

	late := filepath.Join(dir, "evening.roads")
	_, err = roadsCommand(t, "build", extract, "-o", late, "--time", "evening", "--like", network)
	require.NoError(t, err)
	out, err = roadsCommand(t, "info", late)
	require.NoError(t, err)
	require.Contains(t, out, "time of day   evening")

	points := filepath.Join(dir, "points.csv")
	require.NoError(t, os.WriteFile(points, []byte("name,LAT,lon\nwest,0,0.001\nsea,40,40\neast,0,0.01\n"), 0o600))
	out, err = roadsCommand(t, "table", "--network", network, points)
	require.NoError(t, err)
	require.Equal(t, `row 1: no road is within reach: none within 5000 m of 40.000000, 40.000000
from,to,seconds,metres
0,1,,
0,2,144.1,1000.8
1,0,,
1,2,,
2,0,144.1,1000.8
2,1,,
`, out)

	out, err = roadsCommand(t, "route", "--network", network, "0.001,0.0001", "0.01,0.0001")
	require.NoError(t, err)
	require.Equal(t, "1.0 km, 2m24.109s\n    1001 m  Head east on Long Street\n       0 m  Arrive; the destination is on the left\n", out)

	out, err = roadsCommand(t, "isochrone", "--network", network, "--from", "0.009,0", "--minutes", "1", "--minutes", "2")
	require.NoError(t, err)
	var areas struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties struct{ Minutes, RoadKilometres float64 }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &areas))
	require.Len(t, areas.Features, 2)
	require.Equal(t, "MultiPolygon", areas.Features[0].Geometry.Type)
	require.Equal(t, 2.0, areas.Features[0].Properties.Minutes)
	require.InDelta(t, 2*25.0/60, areas.Features[1].Properties.RoadKilometres, 0.01)
}

func TestRoadsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.csv")
	require.NoError(t, os.WriteFile(text, []byte("x,y\n1,2\n"), 0o600))
	for _, c := range []struct {
		args []string
		code fault.Code
		text string
	}{
		{[]string{"build", filepath.Join(dir, "none.osm.pbf"), "-o", filepath.Join(dir, "n")}, fault.NotFound, "no such file"},
		{[]string{"build", text, "-o", filepath.Join(dir, "n")}, fault.Invalid, "not an OpenStreetMap PBF"},
		{[]string{"build", text, "-o", filepath.Join(dir, "n"), "--profile", "tank"}, fault.Invalid, "bicycle, car, foot, van"},
		{[]string{"info", filepath.Join(dir, "none")}, fault.NotFound, "no network file"},
		{[]string{"info", text}, fault.Invalid, "not a network file"},
		{[]string{"isochrone", "--network", text, "--from", "0,0", "--minutes", "1e9"}, fault.Invalid, "at most 2000"},
		{[]string{"table", "--network", text, text}, fault.Invalid, "must name the columns lon and lat"},
	} {
		_, err := roadsCommand(t, c.args...)
		require.Error(t, err)
		require.Equal(t, c.code, fault.CodeOf(err), "%v", c.args)
		require.Contains(t, fault.Message(err), c.text)
	}
}
