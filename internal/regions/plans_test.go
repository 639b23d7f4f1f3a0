package regions

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// large fills the organisation with accounts round some towns, past the triggers,
// and another one with a quarter as many.
func (b *bundle) large(n int) {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.db.SuperURL)
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, conn.Close(context.WithoutCancel(b.t.Context()))) }()
	run := func(text string) {
		b.t.Helper()
		_, err := conn.Exec(b.t.Context(), text)
		require.NoError(b.t, err)
	}
	run(`set session_replication_role = replica`)
	run(`insert into organisations (name, slug) values ('Other', 'other')`)
	run(`create temporary table fresh (org_id bigint, id bigint, status text, class text, revenue float8, last_visit_on date, lon float8, lat float8, cell bigint)`)
	rng := rand.New(rand.NewPCG(10, 5))
	actor, _ := postgres.ActorFrom(b.ctx)
	i := 0
	_, err = conn.CopyFrom(b.t.Context(), pgx.Identifier{"fresh"}, []string{"org_id", "id", "status", "class", "revenue", "last_visit_on", "lon", "lat", "cell"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if i == n+n/4 {
				return nil, nil
			}
			org := actor.OrgID
			if i >= n {
				org++
			}
			town := float64(rng.IntN(40))
			p := orb.Point{-75.7 + 0.6*frac(town*0.37) + 0.03*rng.NormFloat64(), 38.5 + 1.3*frac(town*0.61) + 0.02*rng.NormFloat64()}
			cell, err := hexgrid.CellOf(p)
			var last any
			if rng.IntN(2) == 0 {
				last = time.Now().UTC().AddDate(0, 0, -rng.IntN(150))
			}
			i++
			return []any{org, int64(1_000_000 + i), []string{"prospect", "customer", "former"}[rng.IntN(3)], []string{"A", "B", "C"}[rng.IntN(3)],
				float64(rng.IntN(1e6)), last, p[0], p[1], int64(cell)}, err
		}))
	require.NoError(b.t, err)
	run(`insert into accounts (org_id, id, name, status, class, revenue, potential, last_visit_on) overriding system value
		select org_id, id, 'A' || id, status, class, revenue, revenue * 1.5, last_visit_on from fresh`)
	run(`insert into sites (org_id, account_id, is_primary, point, cell, status, class, due_on, revenue_key, potential_key)
		select a.org_id, a.id, true, st_setsrid(st_point(lon, lat), 4326), cell, a.status, a.class, a.due_on, a.revenue_key, a.potential_key
		from fresh f join accounts a on a.org_id = f.org_id and a.id = f.id`)
	run(`insert into activities (org_id, account_id, kind, happened_at) select org_id, id, 'visit', now() - make_interval(days => (id % 400)::int) from accounts where id % 2 = 0`)
	run(`checkpoint`)
	for _, table := range []string{"accounts", "sites", "activities"} {
		run(`vacuum analyze ` + table)
	}
}

func frac(v float64) float64 { return v - float64(int(v)) }

// explained is a transaction whose queries read no large table as a whole.
func explained(t *testing.T, tx pgx.Tx) *testdb.Explained {
	return testdb.Explain(t, tx, "accounts", "sites", "activities", "region_snapshots")
}

func TestNoFigureReadsAWholeTableAtAHundredThousandAccounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.large(100_000)
	taken, err := b.Take(b.ctx)
	require.NoError(t, err)
	require.True(t, taken)
	b.run(`insert into region_days (org_id, day, resolution, rows) select org_id, day - 1 - g, resolution, rows from region_days, generate_series(0, 2) g where rows > 0`)
	b.run(`insert into region_snapshots (org_id, day, cell, status, class, accounts, revenue, potential, white_space, visits, never, on_track, due, overdue)
		select k.org_id, d.day, cell, status, class, accounts, revenue, potential, white_space, visits, never, on_track, due, overdue
		from region_snapshots k join region_days d on d.org_id = k.org_id and d.day <> k.day`)
	b.run(`analyze region_snapshots`)
	state, viewport := box(t, -76, 38, -74, 40.5), box(t, -75.60, 39.10, -75.45, 39.25)
	circle, err := accounts.CircleOf(dover, 20_000)
	require.NoError(t, err)
	all := Wanted{Groups: []Group{GroupMoney, GroupVisits, GroupCoverage}, Since: b.day(-1)}
	for name, f := range map[string]accounts.Filter{
		"the state":                {Box: state},
		"a circle and its class A": {Box: viewport, Areas: []*accounts.Shape{circle}, Class: []accounts.Class{accounts.ClassA}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, res := range []int{7, 8} {
				if res == 8 && f.Box == state {
					continue
				}
				cells, err := hexgrid.Cover(f.Box.Geometry(), res)
				require.NoError(t, err)
				w := all
				if res > SnapshotResolution {
					w.Since = ""
				}
				require.NoError(t, b.ask(b.ctx, f, w, func(a *asking) error {
					a.tx = explained(t, a.tx)
					whole := *a
					whole.filter.Box, whole.places.Box = nil, nil
					found, err := whole.byCell(hexgrid.Ranges(cells), res)
					require.NoError(t, err)
					require.NotEmpty(t, found)
					_, err = a.totals()
					require.NoError(t, err)
					if w.Since != "" {
						_, err = whole.changes(hexgrid.Ranges(cells), res, &found)
						require.NoError(t, err)
						_, _, err = a.change()
						require.NoError(t, err)
						days := []keptDay{{day: b.day(-1)}, {day: b.day(0)}}
						require.NoError(t, a.history(days, historyColumns[FigureRevenue], &History{Resolution: 7}))
					}
					_, err = a.study(min(res, 7))
					return err
				}))
				started := time.Now()
				_, err = b.View(b.ctx, f, Detail{Resolution: &res, Wanted: w})
				require.NoError(t, err)
				t.Logf("resolution %d: all figures in %s", res, time.Since(started).Round(time.Millisecond))
			}
		})
	}
	t.Run("all accounts, no shape", func(t *testing.T) {
		require.NoError(t, b.ask(b.ctx, accounts.Filter{}, all, func(a *asking) error {
			a.tx = explained(t, a.tx)
			_, err := a.totals()
			require.NoError(t, err)
			_, err = a.each(FigureRevenue, false)
			require.NoError(t, err)
			_, err = a.study(7)
			return err
		}))
		started := time.Now()
		_, err := b.Summary(b.ctx, accounts.Filter{}, all)
		require.NoError(t, err)
		t.Logf("summary of all: %s", time.Since(started).Round(time.Millisecond))
		started = time.Now()
		_, err = b.HotSpots(b.ctx, accounts.Filter{Box: state}, HotSpotQuery{Figure: FigureRevenue})
		require.NoError(t, err)
		t.Logf("hot spots of the state: %s", time.Since(started).Round(time.Millisecond))
	})
}
