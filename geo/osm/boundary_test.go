package osm

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"
)

func TestASquareWithAHoleAndAnIslandIsPutTogetherFromItsWays(t *testing.T) {
	t.Parallel()
	lines := map[int64]orb.LineString{
		1: {{0, 0}, {4, 0}, {4, 4}},
		2: {{0, 0}, {0, 4}, {4, 4}}, // the other way round
		3: {{1, 1}, {2, 1}, {2, 2}, {1, 1}},
		4: {{6, 0}, {7, 0}, {7, 1}, {6, 0}},
		5: {{9, 9}, {8, 8}, {7, 9}},
	}
	area, ok := polygonsOf(joinLines([]int64{1, 2, 4}, lines), joinLines([]int64{3}, lines))
	require.True(t, ok)
	require.Len(t, area, 2)
	require.Len(t, area[0], 2, "the hole belongs to the square")
	require.Len(t, area[1], 1)
	require.InDelta(t, 16-0.5+0.5, planar.Area(area), 1e-9)
	_, ok = polygonsOf(joinLines([]int64{1, 2, 5}, lines), nil)
	require.False(t, ok, "an outline that is cut off is none")
	_, ok = polygonsOf(nil, nil)
	require.False(t, ok)
}

func TestWhatATagSaysOfABoundary(t *testing.T) {
	t.Parallel()
	of := func(pairs ...string) (Boundary, bool) {
		var tags Tags
		for i := 0; i < len(pairs); i += 2 {
			tags = append(tags, Tag{pairs[i], pairs[i+1]})
		}
		return boundaryFrom(Ref{KindRelation, 1}, tags)
	}
	b, ok := of("boundary", "administrative", "admin_level", "6", "name", " Kent  County ")
	require.True(t, ok)
	require.Equal(t, Boundary{Ref: Ref{KindRelation, 1}, Kind: Administrative, Name: "Kent County", Level: 6}, b)
	b, ok = of("boundary", "postal_code", "postal_code", "19901", "name", "Dover")
	require.True(t, ok)
	require.Equal(t, "19901", b.Name)
	b, ok = of("landuse", "retail", "name", "Dover Mall")
	require.True(t, ok)
	require.Equal(t, LandUse, b.Kind)
	require.Equal(t, "retail", b.Use)
	for _, tags := range [][]string{
		{"boundary", "administrative", "admin_level", "none", "name", "A"}, {"boundary", "administrative", "admin_level", "6"},
		{"landuse", "farmland", "name", "A"}, {"place", "suburb"}, {"name", "A"},
	} {
		_, ok = of(tags...)
		require.False(t, ok, "%v", tags)
	}
}

func TestDelawareHasItsStateCountiesAndTowns(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	count := map[BoundaryKind]int{}
	levels := map[int]int{}
	corners := 0
	named := map[string]Boundary{}
	for _, b := range c.Boundaries {
		count[b.Kind]++
		levels[b.Level]++
		if b.Kind == Administrative {
			named[b.Name] = b
		}
		require.NotEmpty(t, b.Area)
		for _, p := range b.Area {
			for _, r := range p {
				require.Equal(t, r[0], r[len(r)-1], b.Ref.String())
				corners += len(r)
			}
		}
	}
	t.Logf("%d boundaries, by kind %v, by level %v, %d corners", len(c.Boundaries), count, levels, corners)
	inside := func(name string, at orb.Point) bool {
		b, there := named[name]
		require.True(t, there, name)
		return planar.MultiPolygonContains(b.Area, at)
	}
	dover, lewes, wilmington := orb.Point{-75.5247, 39.1582}, orb.Point{-75.1393, 38.7746}, orb.Point{-75.5466, 39.7459}
	require.True(t, inside("Kent County", dover))
	require.False(t, inside("Kent County", lewes))
	require.True(t, inside("Sussex County", lewes))
	require.True(t, inside("New Castle County", wilmington))
	require.False(t, inside("New Castle County", dover))
	require.True(t, inside("Dover", dover))
}
