package extract

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// bicyclesOnDemand asks for the roads of bicycles of the extract in use.
func bicyclesOnDemand(t *testing.T, db *testdb.DB, data string) {
	t.Helper()
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1, Role: "manager"})
	var queued []PrepareJob
	p := &Preparer{DB: db.DB, DataDir: data, Enqueue: func(_ context.Context, _ pgx.Tx, job PrepareJob) error { queued = append(queued, job); return nil }}
	live, err := OpenLive(t.Context(), db.DB, data, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, live.Close()) }()
	bicycle := travel.Way{Profile: travel.Bicycle, ByHour: true} // the hour means nothing to it
	_, err = live.TravelBy(bicycle)
	missing := &travel.NotPrepared{}
	require.ErrorAs(t, err, &missing)
	require.True(t, fault.Is(err, fault.Conflict))
	for range 2 { // the second time it is under way
		require.NoError(t, db.Tx(ctx, func(tx pgx.Tx) error { return p.Want(ctx, tx, missing.Way) }))
	}
	require.Len(t, queued, 1)
	state := func() (out string) {
		all, err := p.List(ctx)
		require.NoError(t, err)
		for _, r := range all {
			if r.Profile == travel.Bicycle {
				require.False(t, r.ByHour)
				out = r.State
			}
		}
		return out
	}
	require.Equal(t, "queued", state())
	require.NoError(t, p.work(t.Context(), queued[0]))
	require.Equal(t, "ready", state())
	rides, err := live.TravelBy(bicycle)
	require.NoError(t, err)
	again, err := live.TravelBy(bicycle)
	require.NoError(t, err)
	require.Same(t, rides, again, "what was worked out on it stays good")
	drives, err := live.TravelBy(travel.Way{Profile: travel.Car})
	require.NoError(t, err)
	way := []orb.Point{{-75.5247, 39.1582}, {-75.5466, 39.7447}} // Dover, Wilmington
	slow, err := rides.Route(t.Context(), way)
	require.NoError(t, err)
	fast, err := drives.Route(t.Context(), way)
	require.NoError(t, err)
	require.Greater(t, slow.Seconds, 2*fast.Seconds)
	require.FileExists(t, filepath.Join(filepath.Dir(live.Current().Roads), roadsFile(travel.Bicycle, "")))
}
