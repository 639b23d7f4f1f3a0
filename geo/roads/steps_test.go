package roads

import (
	"context"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
)

func tell(t testing.TB, n *Network, from, to orb.Point) []string {
	t.Helper()
	a, err := n.Snap(from, SnapOptions{})
	require.NoError(t, err)
	b, err := n.Snap(to, SnapOptions{})
	require.NoError(t, err)
	r, err := n.Route(context.Background(), a, b)
	require.NoError(t, err)
	steps := n.Steps(r, SideOf(r, to))
	var texts []string
	var time Millis
	var length Decimetres
	for _, s := range steps {
		texts = append(texts, s.Text)
		time += s.Time
		length += s.Length
		require.GreaterOrEqual(t, len(s.Geometry), 1)
	}
	require.Equal(t, r.Time, time)
	require.Equal(t, r.Length, length)
	return texts
}

func TestInstructionsInWords(t *testing.T) {
	t.Parallel()
	n := build(t, town(), "car")
	require.Equal(t, []string{
		"Head north on Central Lane",
		"Turn right onto Middle Street",
		"Arrive; the destination is on the left",
	}, tell(t, n, at(100, 40), at(160, 110)))
	require.Equal(t, []string{
		"Head east on South Street",
		"Turn left onto Central Lane",
		"Turn left onto Middle Street",
		"Arrive; the destination is on the right",
	}, tell(t, n, at(80, 0), at(80, 110)))
	require.Equal(t, []string{
		"Head north on Central Lane",
		"Arrive",
	}, tell(t, n, at(100, 10), at(100, 160)), "straight over a crossing needs no word")
}

func TestARoundaboutIsTakenByItsExit(t *testing.T) {
	t.Parallel()
	// A roundabout in the middle, arms to south, east, north and west, driven
	// counter-clockwise.
	n := build(t, osmtest.Parse(`
		n 1 0 -20
		n 2 20 0
		n 3 0 20
		n 4 -20 0
		n 11 0 -200
		n 12 200 0
		n 13 0 200
		n 14 -200 0
		w 1 1,2,3,4,1 highway=secondary junction=roundabout
		w 11 11,1 highway=secondary name=South_Road
		w 12 2,12 highway=secondary name=East_Road
		w 13 3,13 highway=secondary name=North_Road ref=B_7
		w 14 4,14 highway=secondary name=West_Road
	`), "car")
	for _, c := range []struct {
		to   orb.Point
		want string
	}{
		{at(150, 0), "At the roundabout take the 1st exit onto East Road"},
		{at(0, 150), "At the roundabout take the 2nd exit onto North Road (B 7)"},
		{at(-150, 0), "At the roundabout take the 3rd exit onto West Road"},
	} {
		require.Equal(t, []string{"Head north on South Road", c.want, "Arrive"}, tell(t, n, at(0, -150), c.to))
	}
}

func TestAStopAtTheCurbIsOnTheSideOfTheRoad(t *testing.T) {
	t.Parallel()
	// A main road from west to east; nobody crosses it on foot.
	m := osmtest.Parse("n 1 0 0\nn 2 1000 0\nn 3 2000 0\nn 4 1000 500\nw 1 1,2,3 highway=primary name=Main\nw 2 2,4 highway=residential")
	n := build(t, m, "car")
	from, err := n.Snap(at(100, 0), SnapOptions{})
	require.NoError(t, err)
	for _, c := range []struct {
		north    float64
		options  SnapOptions
		straight bool
	}{
		{-10, SnapOptions{Approach: Curb}, true},                // on the right, going east
		{10, SnapOptions{Approach: Curb}, false},                // on the left
		{10, SnapOptions{}, true},                               // any side
		{10, SnapOptions{Approach: Curb, LeftHand: true}, true}, // left is right
		{-10, SnapOptions{Approach: Curb, LeftHand: true}, false},
	} {
		to, err := n.Snap(at(600, c.north), c.options)
		require.NoError(t, err)
		r, err := n.Route(context.Background(), from, to)
		require.NoError(t, err)
		require.Equal(t, c.straight, r.Length.Metres() < 501, "%+v", c)
	}
	// A residential street is crossed unless one is strict.
	side, err := n.Snap(at(1010, 250), SnapOptions{Approach: Curb})
	require.NoError(t, err)
	require.True(t, side.ahead && side.back)
	side, err = n.Snap(at(1010, 250), SnapOptions{Approach: StrictCurb})
	require.NoError(t, err)
	require.False(t, side.ahead && side.back)
}

func TestALineKeepsItsEndsAtEveryZoom(t *testing.T) {
	t.Parallel()
	n := setup(t)
	a, err := n.Snap(orb.Point{-75.5277, 39.1582}, SnapOptions{})
	require.NoError(t, err)
	b, err := n.Snap(orb.Point{-75.5466, 39.7447}, SnapOptions{})
	require.NoError(t, err)
	r, err := n.Route(context.Background(), a, b)
	require.NoError(t, err)
	points := len(r.Geometry)
	before := 0
	for _, zoom := range []float64{4, 8, 12, 16, 18} {
		line := SimplifyForZoom(r.Geometry, zoom)
		require.Equal(t, r.Geometry[0], line[0])
		require.Equal(t, r.Geometry[points-1], line[len(line)-1])
		require.GreaterOrEqual(t, len(line), before)
		before = len(line)
	}
	require.Len(t, r.Geometry, points, "the route's own line stays")
	require.Equal(t, points, before)
}

func TestTheNearestRoadAndTheNextOnes(t *testing.T) {
	t.Parallel()
	n := build(t, town(), "car")
	s, err := n.Snap(at(130, 90), SnapOptions{})
	require.NoError(t, err)
	require.Equal(t, "Middle Street", s.Name)
	require.InDelta(t, 10, s.Distance, 0.01)
	require.InDelta(t, 0, metresApart(s.Point, at(130, 100)), 0.1)
	all, err := n.SnapNearest(at(130, 90), 3, SnapOptions{})
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, []string{"Middle Street", "Central Lane"}, []string{all[0].Name, all[1].Name})
	require.InDelta(t, 31.62, all[2].Distance, 0.01, "the corner of the other two")
	_, err = n.Snap(at(130, 50), SnapOptions{Reach: 20})
	require.ErrorIs(t, err, ErrTooFar)
	_, err = n.Snap(orb.Point{181, 0}, SnapOptions{})
	require.ErrorIs(t, err, ErrNotAPoint)
}
