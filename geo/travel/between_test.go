package travel

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

func TestTimesBetweenTwoListsAreThoseOfTheTableOfAll(t *testing.T) {
	t.Parallel()
	from := []orb.Point{{-75.52, 39.16}, {-75.14, 38.77}}
	to := []orb.Point{{-75.55, 39.75}, {-75.52, 39.16}, {-75.6, 39.3}}
	table, err := NewStraight().Table(t.Context(), append(append([]orb.Point{}, from...), to...))
	require.NoError(t, err)
	// A provider that knows tables only, and one that knows a quicker way.
	type tablesOnly struct{ Provider }
	for _, p := range []Provider{NewStraight(), tablesOnly{NewStraight()}} {
		m, err := Between(t.Context(), p, from, to)
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, []int{m.From, m.To})
		for i := range from {
			for j := range to {
				require.Equal(t, table.Seconds[i*table.Places+len(from)+j], m.Seconds[i*m.To+j])
				require.InDelta(t, float64(m.Seconds[i*m.To+j])/60, m.Minutes(i, j), 1e-9)
				if from[i] != to[j] {
					require.True(t, m.Estimated[i*m.To+j])
				}
			}
		}
		require.Zero(t, m.Minutes(0, 1), "the same place")
	}
	none, err := Between(t.Context(), NewStraight(), nil, to)
	require.NoError(t, err)
	require.Empty(t, none.Seconds)
}
