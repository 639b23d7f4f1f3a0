package osm

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"
)

var tenByTen = orb.Bound{Max: orb.Point{10, 10}}

// coastOf makes a coast of lines; ends at the same place are the same node.
func coastOf(lines ...orb.LineString) *coast {
	ids := map[orb.Point]int64{}
	id := func(p orb.Point) int64 {
		if ids[p] == 0 {
			ids[p] = int64(len(ids) + 1)
		}
		return ids[p]
	}
	c := &coast{}
	for _, l := range lines {
		c.lines = append(c.lines, coastLine{id(l[0]), id(l[len(l)-1]), l})
	}
	return c
}

// wet returns which of the places are water.
func wet(sea orb.MultiPolygon, places ...orb.Point) []bool {
	out := make([]bool, len(places))
	for i, p := range places {
		out[i] = planar.MultiPolygonContains(sea, p)
	}
	return out
}

func TestTheSeaLiesOnTheRightOfTheCoast(t *testing.T) {
	t.Parallel()
	north := orb.LineString{{5, -1}, {5, 5}, {5, 11}}
	sea := coastOf(north).sea(tenByTen)
	require.Equal(t, []bool{false, true}, wet(sea, orb.Point{2, 5}, orb.Point{8, 5}))
	require.InDelta(t, 50, planar.Area(sea), 1e-9)
	north.Reverse()
	sea = coastOf(north).sea(tenByTen)
	require.Equal(t, []bool{true, false}, wet(sea, orb.Point{2, 5}, orb.Point{8, 5}))
	require.InDelta(t, 50, planar.Area(sea), 1e-9)
}

func TestWaysAreJoinedAndAnIslandIsAHole(t *testing.T) {
	t.Parallel()
	sea := coastOf(
		orb.LineString{{5, 5}, {5, 11}}, orb.LineString{{5, -1}, {5, 5}}, // in the wrong order
		orb.LineString{{7, 7}, {8, 7}, {8, 8}}, orb.LineString{{8, 8}, {7, 8}, {7, 7}}, // anticlockwise
	).sea(tenByTen)
	require.Equal(t, []bool{false, true, false}, wet(sea, orb.Point{2, 5}, orb.Point{8, 5}, orb.Point{7.5, 7.5}))
	require.InDelta(t, 49, planar.Area(sea), 1e-9)
}

func TestAnExtractOfIslandsOnlyIsSeaAllRound(t *testing.T) {
	t.Parallel()
	sea := coastOf(orb.LineString{{4, 4}, {6, 4}, {6, 6}, {4, 6}, {4, 4}}).sea(tenByTen)
	require.InDelta(t, 96, planar.Area(sea), 1e-9)
	require.Equal(t, []bool{true, false}, wet(sea, orb.Point{1, 1}, orb.Point{5, 5}))
}

func TestAnEnclosedSeaIsSeaAndItsSurroundingsAreNot(t *testing.T) {
	t.Parallel()
	sea := coastOf(orb.LineString{{4, 4}, {4, 6}, {6, 6}, {6, 4}, {4, 4}}).sea(tenByTen) // clockwise
	require.InDelta(t, 4, planar.Area(sea), 1e-9)
	require.Equal(t, []bool{false, true}, wet(sea, orb.Point{1, 1}, orb.Point{5, 5}))
}

func TestWithoutACoastThereIsNoSea(t *testing.T) {
	t.Parallel()
	require.Empty(t, coastOf().sea(tenByTen))
	// A coast outside the box is none within it.
	require.Empty(t, coastOf(orb.LineString{{20, 0}, {20, 10}}).sea(tenByTen))
}

func TestTwoShoresOfAStraitBoundOneSea(t *testing.T) {
	t.Parallel()
	west := orb.LineString{{3, -1}, {3, 11}}
	east := orb.LineString{{7, 11}, {7, -1}}
	sea := coastOf(west, east).sea(tenByTen)
	require.Equal(t, []bool{false, true, false}, wet(sea, orb.Point{1, 5}, orb.Point{5, 5}, orb.Point{9, 5}))
	require.InDelta(t, 40, planar.Area(sea), 1e-9)
	// The other way round it is an isthmus between two seas.
	west.Reverse()
	east.Reverse()
	sea = coastOf(west, east).sea(tenByTen)
	require.Equal(t, []bool{true, false, true}, wet(sea, orb.Point{1, 5}, orb.Point{5, 5}, orb.Point{9, 5}))
	require.InDelta(t, 60, planar.Area(sea), 1e-9)
}

func TestACoastThatLeavesAndComesBackIsCutTwice(t *testing.T) {
	t.Parallel()
	sea := coastOf(orb.LineString{{5, -1}, {5, 3}, {12, 3}, {12, 7}, {5, 7}, {5, 11}}).sea(tenByTen)
	require.InDelta(t, 5*3+5*3, planar.Area(sea), 1e-9)
	require.Equal(t, []bool{true, false, true, false}, wet(sea, orb.Point{8, 1}, orb.Point{8, 5}, orb.Point{8, 9}, orb.Point{2, 5}))
}

func TestAnEstuaryWhoseShoresEndWithinTheBoxIsClosedAcrossTheRiver(t *testing.T) {
	t.Parallel()
	// Up the west shore, over the river at its upper end, down the east shore,
	// which ends in the box and runs on as it ran.
	west := orb.LineString{{3, -1}, {3, 5}, {4, 6}}
	east := orb.LineString{{5, 6}, {6, 5}, {6.5, 4}, {7, 3}}
	sea := coastOf(west, east).sea(tenByTen)
	require.Len(t, sea, 1)
	require.Equal(t, []bool{true, true, false, false, false},
		wet(sea, orb.Point{5, 2}, orb.Point{4.5, 5.9}, orb.Point{4.5, 6.2}, orb.Point{9, 3}, orb.Point{1, 1}))
}

func TestALooseEndThatWouldRunAcrossAnotherCoastTurnsToTheBox(t *testing.T) {
	t.Parallel()
	// The first coast heads for the second.
	first := orb.LineString{{2, -1}, {2, 4}, {6, 4}}
	second := orb.LineString{{8, 11}, {8, 2}, {8, -1}}
	sea := coastOf(first, second).sea(tenByTen)
	require.Len(t, sea, 1)
	require.Equal(t, []bool{true, false, false}, wet(sea, orb.Point{4, 2}, orb.Point{9.5, 5}, orb.Point{1, 9}))
}
