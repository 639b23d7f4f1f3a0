package roads

import (
	"context"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
)

// town is a plan of 3 × 3 blocks of 100 m, drawn so that it can be followed by
// eye. Nodes are numbered by column and row:
//
//	13 -- 23 -- 33      north: row 3
//	 |     |     |
//	12 -- 22 -- 32
//	 |     |     |
//	11 -- 21 -- 31      south: row 1
//
// Way 1r is the street along row r from west to east, in two pieces 1r1 and
// 1r2; way 2c that along column c from south to north, in pieces 2c1 and 2c2.
func town(changes ...string) *osmtest.Map {
	text := `
		n 11 0 0
		n 12 0 100
		n 13 0 200
		n 21 100 0
		n 22 100 100
		n 23 100 200
		n 31 200 0
		n 32 200 100
		n 33 200 200
		w 111 11,21 highway=residential name=South_Street
		w 112 21,31 highway=residential name=South_Street
		w 121 12,22 highway=residential name=Middle_Street
		w 122 22,32 highway=residential name=Middle_Street
		w 131 13,23 highway=residential name=North_Street
		w 132 23,33 highway=residential name=North_Street
		w 211 11,12 highway=residential name=West_Lane
		w 212 12,13 highway=residential name=West_Lane
		w 221 21,22 highway=residential name=Central_Lane
		w 222 22,23 highway=residential name=Central_Lane
		w 231 31,32 highway=residential name=East_Lane
		w 232 32,33 highway=residential name=East_Lane
	`
	lines := strings.Split(text, "\n")
	for _, change := range changes {
		f := strings.Fields(change)
		for i, l := range lines {
			if have := strings.Fields(l); len(have) > 1 && have[0] == f[0] && have[1] == f[1] {
				lines[i] = "" // the change takes its place
			}
		}
		lines = append(lines, change)
	}
	return osmtest.Parse(strings.Join(lines, "\n"))
}

func build(t testing.TB, m *osmtest.Map, profile string) *Network {
	t.Helper()
	p, err := BuiltIn(profile)
	require.NoError(t, err)
	n, err := Build(context.Background(), m.WriteFile(t), p, nil)
	require.NoError(t, err)
	return n
}

// drive returns the OpenStreetMap ways that a route uses, in order, each once
// when it comes several times in a row.
func drive(t testing.TB, n *Network, from, to orb.Point) []int64 {
	t.Helper()
	a, err := n.Snap(from, SnapOptions{})
	require.NoError(t, err)
	b, err := n.Snap(to, SnapOptions{})
	require.NoError(t, err)
	r, err := n.Route(context.Background(), a, b)
	require.NoError(t, err)
	var ways []int64
	for _, p := range r.Pieces {
		if len(ways) == 0 || ways[len(ways)-1] != p.Way {
			ways = append(ways, p.Way)
		}
	}
	return ways
}

var at = osmtest.At

func TestTheRulesOfTheRoad(t *testing.T) {
	t.Parallel()
	// From the south end of Central Lane to the east end of Middle Street: the
	// straight way is 221, then right into 122.
	south, east := at(100, 40), at(160, 100)
	cases := []struct {
		name     string
		changes  []string
		profile  string
		from, to orb.Point
		want     []int64
	}{
		{"nothing forbids the short way", nil, "car", south, east, []int64{221, 122}},
		{"no right turn at a node", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction=no__right__turn"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"an exception for cars lifts it", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction=no__right__turn except=psv;motorcar"},
			"car", south, east, []int64{221, 122}},
		{"an exception for others does not", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction=no__right__turn except=psv;bicycle"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"a restriction for lorries is not ours", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction:hgv=no__right__turn"},
			"car", south, east, []int64{221, 122}},
		{"one at some hours does not hold now", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction:conditional=no__right__turn_@_(Mo-Fr_07:00-09:00)"},
			"car", south, east, []int64{221, 122}},
		{"one around the clock does", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction:conditional=no__right__turn_@_24/7"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"only straight on forbids the rest", []string{"r 1 from:w221 via:n22 to:w222 type=restriction restriction=only__straight__on"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"only right leaves the right turn", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction=only__right__turn"},
			"car", south, east, []int64{221, 122}},
		{"several ways may be forbidden at once", []string{"r 1 from:w221 via:n22 to:w122 to:w121 type=restriction restriction=no__exit"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"a bicycle profile without restrictions turns", []string{"r 1 from:w221 via:n22 to:w122 type=restriction restriction=no__right__turn"},
			"foot", south, east, []int64{221, 122}},
		{"a one-way street is not entered", []string{"w 122 32,22 highway=residential oneway=yes"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"nor one that is drawn the other way", []string{"w 122 22,32 highway=residential oneway=-1"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"on foot a one-way street is a street", []string{"w 122 32,22 highway=residential oneway=yes"},
			"foot", south, east, []int64{221, 122}},
		{"a bollard stops a car", []string{"n 50 120 100 barrier=bollard", "w 122 22,50,32 highway=residential"},
			"car", south, east, []int64{221, 112, 231, 122}},
		{"but not a bicycle", []string{"n 50 120 100 barrier=bollard", "w 122 22,50,32 highway=residential"},
			"bicycle", south, east, []int64{221, 122}},
		{"a private road is not for passing through", []string{"w 221 21,22 highway=residential access=private"},
			"car", at(60, 0), at(100, 160), []int64{111, 211, 121, 222}},
		{"but it may be where one goes", []string{"w 221 21,22 highway=residential access=private"},
			"car", at(60, 0), at(100, 60), []int64{111, 221}},
		{"a road that is closed to motor vehicles is closed", []string{"w 221 21,22 highway=residential motor_vehicle=no"},
			"car", at(60, 0), at(100, 160), []int64{112, 211, 121, 222}},
		{"the more specific tag wins", []string{"w 221 21,22 highway=residential access=no motorcar=yes"},
			"car", at(100, 10), at(100, 160), []int64{221, 222}},
		{"a low bridge stops a van and not a car", []string{"w 122 22,32 highway=residential maxheight=2.3"},
			"van", south, at(200, 90), []int64{221, 112, 231}},
		{"", []string{"w 122 22,32 highway=residential maxheight=2.3"},
			"car", at(100, 60), at(200, 110), []int64{221, 122, 232}},
		{"a conditional limit on weight holds for a van", []string{"w 122 22,32 highway=residential motor_vehicle:conditional=no_@_(weight>3)"},
			"van", south, at(200, 90), []int64{221, 112, 231}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, drive(t, build(t, town(c.changes...), c.profile), c.from, c.to))
		})
	}
}

func TestARestrictionOverSeveralWays(t *testing.T) {
	t.Parallel()
	// From South Street west, up Central Lane, back along Middle Street to the
	// west: the u-turn over 221 that the restriction speaks of.
	const ban = "r 1 from:w111 via:w221 to:w121 type=restriction restriction=no__u__turn"
	const west = "w 211 11,12 highway=residential oneway=-1" // no way north in the west
	cases := []struct {
		name     string
		changes  []string
		from, to orb.Point
		want     []int64
	}{
		{"without it the short way", nil, at(80, 0), at(80, 100), []int64{111, 221, 121}},
		{"with it the way around", []string{ban, west}, at(80, 0), at(80, 100), []int64{111, 112, 231, 122, 121}},
		{"one who comes from elsewhere may turn", []string{ban, west}, at(120, 0), at(80, 100), []int64{112, 221, 121}},
		{"one who starts on the via way may turn", []string{ban}, at(100, 30), at(80, 100), []int64{221, 121}},
		{"one who goes elsewhere may pass", []string{ban}, at(80, 0), at(120, 100), []int64{111, 221, 122}},
		{"one who ends on the via way arrives", []string{ban}, at(80, 0), at(100, 70), []int64{111, 221}},
		{"only straight on over a way", []string{
			"r 1 from:w111 via:w221 to:w222 type=restriction restriction=only__straight__on", west},
			at(80, 0), at(80, 100), []int64{111, 112, 231, 122, 121}},
		{"two via ways", []string{
			"r 1 from:w111 via:w221 via:w222 to:w131 type=restriction restriction=no__left__turn", west},
			at(80, 0), at(80, 200), []int64{111, 112, 231, 232, 132, 131}},
		{"two via ways, one who comes from elsewhere", []string{
			"r 1 from:w111 via:w221 via:w222 to:w131 type=restriction restriction=no__left__turn", west},
			at(120, 0), at(80, 200), []int64{112, 221, 222, 131}},
		{"two restrictions under way at once", []string{ban, west,
			"r 2 from:w111 via:w221 via:w222 to:w131 type=restriction restriction=no__left__turn"},
			at(80, 0), at(80, 200), []int64{111, 112, 231, 232, 132, 131}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := build(t, town(c.changes...), "car")
			require.Zero(t, n.Info().Notes.RestrictionsDropped)
			require.Equal(t, c.want, drive(t, n, c.from, c.to))
		})
	}
}

func TestWhatARouteCostsCanBeReckonedByHand(t *testing.T) {
	t.Parallel()
	// 50 m of Central Lane and 50 m of Middle Street at 25 km/h are 7.2 s each;
	// the right turn at a crossing of four costs
	// 7.5 / (1 + e^-(13/1.075·90/180 − 6.5·1.075)) s = 7.5 / 3.5625 s = 2.1053 s.
	n := build(t, town(), "car")
	a, err := n.Snap(at(100, 50), SnapOptions{})
	require.NoError(t, err)
	b, err := n.Snap(at(150, 100), SnapOptions{})
	require.NoError(t, err)
	r, err := n.Route(context.Background(), a, b)
	require.NoError(t, err)
	require.InDelta(t, 7.2+2.1053+7.2, r.Time.Seconds(), 0.01)
	require.InDelta(t, 100, r.Length.Metres(), 0.2)

	// A signal on the crossing adds two seconds, a left turn is dearer.
	n = build(t, town("n 22 100 100 highway=traffic__signals"), "car")
	a, _ = n.Snap(at(100, 50), SnapOptions{})
	b, _ = n.Snap(at(150, 100), SnapOptions{})
	r, err = n.Route(context.Background(), a, b)
	require.NoError(t, err)
	require.InDelta(t, 7.2+2.1053+7.2+2, r.Time.Seconds(), 0.01)
	left, err := n.Snap(at(50, 100), SnapOptions{})
	require.NoError(t, err)
	l, err := n.Route(context.Background(), a, left)
	require.NoError(t, err)
	require.Greater(t, l.Time, r.Time)

	// 30 mph are 48.28 km/h; the car takes 0.8 of it: 50 m in 4.66 s.
	n = build(t, town("w 221 21,22 highway=residential maxspeed=30_mph"), "car")
	a, _ = n.Snap(at(100, 25), SnapOptions{})
	b, _ = n.Snap(at(100, 75), SnapOptions{})
	r, err = n.Route(context.Background(), a, b)
	require.NoError(t, err)
	require.InDelta(t, 50/(48.28032*0.8/3.6), r.Time.Seconds(), 0.01)
}

func TestBehindOnAOneWayStreetMeansAroundTheBlock(t *testing.T) {
	t.Parallel()
	n := build(t, town("w 122 22,32 highway=residential oneway=yes"), "car")
	ways := drive(t, n, at(160, 100), at(140, 100))
	require.Equal(t, int64(122), ways[0])
	require.Equal(t, int64(122), ways[len(ways)-1])
	require.Greater(t, len(ways), 3)

	// The same in a table.
	a, err := n.Snap(at(160, 100), SnapOptions{})
	require.NoError(t, err)
	b, err := n.Snap(at(140, 100), SnapOptions{})
	require.NoError(t, err)
	table, err := n.Table(context.Background(), []Snap{a, b}, []Snap{a, b})
	require.NoError(t, err)
	back, err := n.Route(context.Background(), a, b)
	require.NoError(t, err)
	ahead, err := n.Route(context.Background(), b, a)
	require.NoError(t, err)
	require.Equal(t, []Millis{0, back.Time, ahead.Time, 0}, table.Times)
	require.Equal(t, []Decimetres{0, back.Length, ahead.Length, 0}, table.Lengths)
	require.InDelta(t, 20, ahead.Length.Metres(), 0.2)
	require.InDelta(t, 380, back.Length.Metres(), 0.5)
}

func TestWhatCanNotBeLeftOrReachedIsAnIsland(t *testing.T) {
	t.Parallel()
	n := build(t, town(
		"n 90 1000 1000", "n 91 1100 1000", "w 900 90,91 highway=residential", // far away
		"n 92 300 200", "w 901 33,92 highway=residential oneway=yes", // a trap
	), "car")
	info := n.Info()
	require.Positive(t, info.Notes.Islands)
	require.InDelta(t, 200, info.Notes.IslandMetres, 1)
	require.Equal(t, 24, info.Edges)
	s, err := n.Snap(at(1050, 1000), SnapOptions{})
	require.NoError(t, err)
	require.Greater(t, s.Distance, 800.0, "the island is not snapped to")
}

func TestARestrictionThatDoesNotFitIsCountedAndLeftOut(t *testing.T) {
	t.Parallel()
	n := build(t, town("r 1 from:w111 via:n33 to:w122 type=restriction restriction=no__left__turn",
		"r 2 from:w111 type=restriction restriction=no__left__turn",
		"r 3 from:w221 via:n22 to:w122 type=restriction restriction:conditional=no__right__turn_@_(Mo-Fr)"), "car")
	require.Equal(t, 2, n.Info().Notes.RestrictionsDropped)
	require.Equal(t, 1, n.Info().Notes.Conditional)
}

func TestAnExtractWithoutRoadsIsRefused(t *testing.T) {
	t.Parallel()
	p, err := BuiltIn("car")
	require.NoError(t, err)
	m := osmtest.Parse("n 1 0 0\nn 2 5 5\nw 3 1,2 building=yes")
	_, err = Build(context.Background(), m.WriteFile(t), p, nil)
	require.ErrorIs(t, err, ErrNoRoads)
}

func TestARouteAlongOneRoadStaysOnIt(t *testing.T) {
	t.Parallel()
	// Turning back at the end is a ring that is sought, and loses.
	n := build(t, osmtest.Parse("n 1 0 0\nn 2 2000 0\nw 1 1,2 highway=residential"), "car")
	for east := 100.0; east < 2000; east += 100 {
		a, err := n.Snap(at(100, 0), SnapOptions{})
		require.NoError(t, err)
		b, err := n.Snap(at(east, 0), SnapOptions{})
		require.NoError(t, err)
		for _, pair := range [][2]Snap{{a, b}, {b, a}} {
			r, err := n.Route(context.Background(), pair[0], pair[1])
			require.NoError(t, err)
			require.Len(t, r.Pieces, 1)
			require.InDelta(t, east-100, r.Length.Metres(), 0.2)
		}
	}
}
