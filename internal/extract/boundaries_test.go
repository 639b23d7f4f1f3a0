package extract

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// boundariesOfDelaware looks at the named areas that a load has brought.
func boundariesOfDelaware(t *testing.T, db *testdb.DB, count int) {
	t.Helper()
	require.Greater(t, count, 150)
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1, Role: "manager"})
	require.NoError(t, db.Read(ctx, func(tx pgx.Tx) error {
		find := func(q BoundaryQuery) []Boundary {
			out, err := Boundaries(ctx, tx, q)
			require.NoError(t, err)
			return out
		}
		counties := find(BoundaryQuery{Kind: "administrative", Level: 6})
		names := []string{}
		for _, c := range counties {
			names = append(names, c.Name)
		}
		require.Equal(t, []string{"Sussex County", "Kent County", "New Castle County"}, names, "the largest first")
		require.InDelta(t, 2069, counties[1].Km2, 60, "with its water, as the census of 2010 has it")
		all := find(BoundaryQuery{Limit: 1000})
		require.Len(t, all, count)
		require.Equal(t, 4, all[0].Level, "the state")
		require.Equal(t, "Dover", find(BoundaryQuery{Text: "dovr"})[0].Name)
		around := orb.Point{-75.5247, 39.1582}.Bound().Pad(0.001)
		for _, b := range find(BoundaryQuery{Box: orb.MultiPolygon{around.ToPolygon()}, Level: 6}) {
			require.Equal(t, "Kent County", b.Name)
		}
		_, area, err := BoundaryArea(ctx, tx, counties[1].ID)
		require.NoError(t, err)
		require.NotEmpty(t, area)
		_, _, err = BoundaryArea(ctx, tx, 1<<40)
		require.True(t, fault.Is(err, fault.NotFound))
		// Neighbours share their border: together the counties are the state.
		var apart float64
		require.NoError(t, tx.QueryRow(ctx, `
			select st_area(st_symdifference(s.area, c.area)::geography) / 1e6
			from boundaries s cross join (select st_union(area) as area from boundaries where level = 6) c where s.level = 4`).Scan(&apart))
		require.Less(t, apart, 40.0, "square kilometres")
		return nil
	}))
}
