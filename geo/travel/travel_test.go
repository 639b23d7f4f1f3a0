package travel_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
)

var delaware = sync.OnceValues(func() (*roads.Network, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/osm").Output()
	if err != nil {
		return nil, err
	}
	car, err := roads.BuiltIn("car")
	if err != nil {
		return nil, err
	}
	return roads.Build(context.Background(), filepath.Join(strings.TrimSpace(string(out)), "testdata", "delaware-latest.osm.pbf"), car, nil)
})

var (
	dover      = orb.Point{-75.5277, 39.1582}
	wilmington = orb.Point{-75.5466, 39.7447}
	rehoboth   = orb.Point{-75.0760, 38.7210}
	atSea      = orb.Point{-74.2000, 38.5000}
)

func TestAStraightEstimateIsTheDetourTimesTheDistance(t *testing.T) {
	t.Parallel()
	s := travel.Straight{Detour: 1.5, MetresPerSecond: 10}
	table, err := s.Table(context.Background(), []orb.Point{{0, 0}, {0, 1}})
	require.NoError(t, err)
	// One degree of latitude on orb's sphere of 6378137 m is 111319.5 m.
	require.Equal(t, []int32{0, 166979, 166979, 0}, table.Metres)
	require.Equal(t, []int32{0, 16698, 16698, 0}, table.Seconds)
	require.True(t, table.IsEstimated(0, 1))
	require.False(t, table.IsEstimated(0, 0))
}

func TestRoadsAnswerBetweenTownsAndNothingIsEstimated(t *testing.T) {
	t.Parallel()
	n, err := delaware()
	require.NoError(t, err)
	p := travel.NewRoads(n)
	points := []orb.Point{dover, wilmington, rehoboth}
	table, err := p.Table(context.Background(), points)
	require.NoError(t, err)
	route, err := p.Route(context.Background(), points)
	require.NoError(t, err)
	require.Len(t, route.Legs, 2)
	for i, leg := range route.Legs {
		k := i*3 + i + 1
		require.False(t, table.IsEstimated(i, i+1))
		require.False(t, leg.Estimated)
		require.Equal(t, table.Seconds[k], leg.Seconds)
		require.Equal(t, table.Metres[k], leg.Metres)
		require.Greater(t, len(leg.Geometry), 100)
	}
	require.Equal(t, route.Legs[0].Seconds+route.Legs[1].Seconds, route.Seconds)
	// Dover to Wilmington is some 78 km and an hour's drive.
	require.InDelta(t, 76000, route.Legs[0].Metres, 6000)
	require.InDelta(t, 3600, route.Legs[0].Seconds, 900)
}

func TestAPointWithoutARoadIsEstimatedAndSaysSo(t *testing.T) {
	t.Parallel()
	n, err := delaware()
	require.NoError(t, err)
	p := travel.NewRoads(n)
	points := []orb.Point{dover, atSea, wilmington}
	table, err := p.Table(context.Background(), points)
	require.NoError(t, err)
	want, err := travel.NewStraight().Table(context.Background(), points)
	require.NoError(t, err)
	for i := range points {
		for j := range points {
			lost := (i == 1) != (j == 1)
			require.Equal(t, lost, table.IsEstimated(i, j), "%d to %d", i, j)
			if lost {
				require.Equal(t, want.Seconds[i*3+j], table.Seconds[i*3+j])
			}
		}
	}
	between, err := travel.Between(context.Background(), p, points[:2], points)
	require.NoError(t, err)
	for i := range 2 {
		for j := range points {
			if i != j {
				require.Equal(t, table.Seconds[i*3+j], between.Seconds[i*3+j])
				require.Equal(t, table.IsEstimated(i, j), between.Estimated[i*3+j])
			}
		}
	}
	route, err := p.Route(context.Background(), points)
	require.NoError(t, err)
	require.True(t, route.Legs[0].Estimated)
	require.True(t, route.Legs[1].Estimated)
	require.Equal(t, orb.LineString{dover, atSea}, route.Legs[0].Geometry)
}

func TestARequestThatWasGivenUpIsNotAnswered(t *testing.T) {
	t.Parallel()
	n, err := delaware()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, p := range []travel.Provider{travel.NewStraight(), travel.NewRoads(n)} {
		_, err := p.Table(ctx, []orb.Point{dover, wilmington})
		require.ErrorIs(t, err, context.Canceled)
		_, err = p.Route(ctx, []orb.Point{dover, wilmington})
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestACoordinateThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	n, err := delaware()
	require.NoError(t, err)
	_, err = travel.NewRoads(n).Table(context.Background(), []orb.Point{dover, {200, 95}})
	require.ErrorIs(t, err, roads.ErrNotAPoint)
}
