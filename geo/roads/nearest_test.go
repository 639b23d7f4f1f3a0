package roads

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheNearestOfManyAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	n := setup(t)
	from := snapAll(t, n, randomPoints(n, 20, 41))
	to := snapAll(t, n, randomPoints(n, 500, 42))
	to = append(to, from...)
	table, err := n.Table(context.Background(), from, to)
	require.NoError(t, err)
	q := n.query()
	defer n.release(q)
	for i := range from {
		costs := make([]cost, len(to))
		order := make([]int, len(to))
		for j := range to {
			costs[j] = q.route(n.ends(from[i], nil), n.ends(to[j], nil)).cost
			order[j] = j
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(costs[a], costs[b]), cmp.Compare(a, b)) })
		got, err := n.Nearest(context.Background(), from[i], to, 10, Limit{})
		require.NoError(t, err)
		require.Len(t, got, 10)
		for k, near := range got {
			require.Equal(t, order[k], near.Index)
			time, length := table.At(i, near.Index)
			require.Equal(t, time, near.Time)
			require.Equal(t, length, near.Length)
		}
		few, err := n.Nearest(context.Background(), from[i], to, 10, Limit{Time: got[4].Time})
		require.NoError(t, err)
		for _, near := range few {
			require.LessOrEqual(t, near.Time, got[4].Time)
		}
		require.NotEmpty(t, few)
	}
	_, err = n.Nearest(context.Background(), from[0], to, 3, Limit{Time: -1})
	require.ErrorIs(t, err, ErrLimit)
}

func TestAlternativesDifferAndAreNotMuchLonger(t *testing.T) {
	t.Parallel()
	n := setup(t)
	snaps := snapAll(t, n, randomPoints(n, 80, 51))
	extra := 0
	for i := 0; i < len(snaps); i += 2 {
		routes, err := n.Alternatives(context.Background(), snaps[i], snaps[i+1], 2)
		require.NoError(t, err)
		require.LessOrEqual(t, len(routes), 3)
		best, err := n.Route(context.Background(), snaps[i], snaps[i+1])
		require.NoError(t, err)
		require.Equal(t, best.Time, routes[0].Time)
		for k, r := range routes[1:] {
			extra++
			require.LessOrEqual(t, shared(r, edgesOf(routes[k])), alternativeShare)
			var sum Millis
			seen := map[uint32]bool{}
			for _, p := range r.Pieces {
				sum += p.Time
				require.False(t, seen[p.edge])
				seen[p.edge] = true
			}
			require.Equal(t, r.Time, sum, "an alternative is the sum of its pieces")
			require.GreaterOrEqual(t, float64(r.Time), 0.7*float64(best.Time))
		}
	}
	require.Greater(t, extra, len(snaps)/8, "some pairs have an alternative")
}
