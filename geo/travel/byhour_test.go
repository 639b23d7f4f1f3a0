package travel

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

func TestTravelByTheHourTakesThePaceOfEachStretchOfTheDay(t *testing.T) {
	t.Parallel()
	free := Straight{Detour: 1, MetresPerSecond: 20}
	slow := Straight{Detour: 1, MetresPerSecond: 10}
	p := NewByHour(free, Stretch{7 * 3600, slow}, Stretch{9 * 3600, free})
	points := []orb.Point{{0, 0}, {0, 0.1}}
	table, err := p.Table(t.Context(), points)
	require.NoError(t, err)
	require.Len(t, table.Periods, 2)
	require.Equal(t, &table.Seconds[0], &table.Periods[1].Seconds[0], "free flow is worked out once")
	for clock, want := range map[int]int32{0: 556, 7*3600 - 1: 556, 7 * 3600: 1112, 9*3600 - 1: 1112, 9 * 3600: 556, 20 * 3600: 556} {
		require.InDelta(t, want, table.SecondsAt(0, 1, clock), 1, "at %d", clock)
		way, err := At(p, clock).Route(t.Context(), points)
		require.NoError(t, err)
		require.Equal(t, table.SecondsAt(0, 1, clock), way.Seconds)
	}
	require.Equal(t, Provider(slow), At(slow, 0), "what knows no hours is the same at all of them")
}

func TestEveryProfileHasAnEstimateOfItsOwn(t *testing.T) {
	t.Parallel()
	far := []orb.Point{{0, 0}, {0, 0.1}} // 11.1 km
	var last int32
	for _, profile := range []string{Car, Bicycle, Foot} {
		r, err := StraightFor(profile).Route(t.Context(), far)
		require.NoError(t, err)
		require.Greater(t, r.Seconds, last, profile)
		last = r.Seconds
	}
	require.Equal(t, StraightFor(Car), StraightFor(Van))
}
