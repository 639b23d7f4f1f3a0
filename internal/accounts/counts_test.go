package accounts

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// kept reads all sums, with the changes, as text.
func (b *bundle) kept() []string {
	b.t.Helper()
	var out []string
	b.sql(func(tx pgx.Tx) error {
		rows, err := tx.Query(b.t.Context(), `
			with levelled as (
			  select level, cell, owner_id, team_id, due_on, pa, pb, pc, ca, cb, cc, fa, fb, fc, west, lon, lat from account_counts
			  union all
			  select l.level, case l.level when -1 then 0 else first_cell(c.cell, l.level) end, c.owner_id, c.team_id, c.due_on,
			    s.n * (k = 'prospectA')::int, s.n * (k = 'prospectB')::int, s.n * (k = 'prospectC')::int,
			    s.n * (k = 'customerA')::int, s.n * (k = 'customerB')::int, s.n * (k = 'customerC')::int,
			    s.n * (k = 'formerA')::int, s.n * (k = 'formerB')::int, s.n * (k = 'formerC')::int, c.west, c.lon, c.lat
			  from account_count_changes c
			  cross join lateral (select c.n, c.status || c.class as k) s
			  cross join lateral (select -1 as level where c.cell = 0 union all select generate_series(3, 9) where c.cell <> 0) l
			)
			select concat_ws(' ', level, cell, coalesce(owner_id, 0), coalesce(team_id, 0), coalesce(due_on, '9999-12-31'), sum(pa), sum(pb), sum(pc),
			  sum(ca), sum(cb), sum(cc), sum(fa), sum(fb), sum(fc), sum(west), sum(lon), sum(lat)) as line
			from levelled group by level, cell, owner_id, team_id, due_on
			having sum(pa) <> 0 or sum(pb) <> 0 or sum(pc) <> 0 or sum(ca) <> 0 or sum(cb) <> 0 or sum(cc) <> 0
			  or sum(fa) <> 0 or sum(fb) <> 0 or sum(fc) <> 0 or sum(west) <> 0 or sum(lon) <> 0 or sum(lat) <> 0
			order by 1`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return out
}

func TestSumsKeptByChangeAreThoseOfACountFromNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(8, 1))
	scatter(b, 30, rng)
	var accounts, sites []int64
	b.sql(func(tx pgx.Tx) (err error) {
		rows, err := tx.Query(t.Context(), `select id from accounts order by id`)
		require.NoError(t, err)
		accounts, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		require.NoError(t, err)
		rows, err = tx.Query(t.Context(), `select id from sites order by id`)
		require.NoError(t, err)
		sites, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	for round := range 6 {
		for range 6 {
			id, site := accounts[rng.IntN(len(accounts))], sites[rng.IntN(len(sites))]
			switch rng.IntN(6) {
			case 0:
				b.exec(`update accounts set owner_id = $2 where id = $1`, id, []any{nil, b.rep, b.manager}[rng.IntN(3)])
			case 1:
				b.exec(`update accounts set status = 'former', class = 'A', last_visit_on = '2026-05-01' where id = $1`, id)
			case 2:
				b.exec(`update accounts set archived_at = case when archived_at is null then now() end where id = $1`, id)
			case 3:
				b.exec(`delete from sites where id = $1`, site)
			case 4:
				require.NoError(t, b.write(b.ctx, func(tx pgx.Tx, _ postgres.Actor) error {
					_, err := tx.Exec(b.ctx, `update sites set point = st_setsrid(st_point($2, 39), 4326), cell = cell where id = $1`, site, -75+rng.Float64())
					return err
				}))
			default:
				b.exec(`delete from accounts where id = $1`, id)
			}
		}
		if round%2 == 0 {
			require.NoError(t, b.FoldCounts(t.Context()))
		}
		found := b.kept()
		require.NotEmpty(t, found)
		b.exec(`call recount_accounts()`)
		require.Equal(t, b.kept(), found, "round %d", round)
	}
}

func TestTotalsBoxesAndTilesAreTheSameBeforeAndAfterFoldingAndForWhoSeesLess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(8, 2))
	scatter(b, 60, rng)
	b.exec(`insert into access_rules (org_id, role, sees, edits) values ($1, 'rep', 'own', 'own')`, b.org)
	as := map[string]context.Context{"manager": b.ctx, "rep": b.repCtx}
	plain := func(who string, f Filter) int {
		// Ids stand in the way of every sum: the list itself is counted.
		f.IDs = []int64{}
		b.sql(func(tx pgx.Tx) error {
			rows, err := tx.Query(t.Context(), `select id from accounts`)
			require.NoError(t, err)
			f.IDs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
		n, err := b.Count(as[who], f)
		require.NoError(t, err)
		return n
	}
	filters := []Filter{{}, {Status: []Status{Customer}}, {OwnerIDs: []int64{b.rep}, Class: []Class{ClassA, ClassB}}, {Coverage: []Coverage{CoverageNever, CoverageDue}},
		{Tree: tree(t, `{"any":[{"field":"status","op":"in","value":["former"]},{"all":[{"field":"class","op":"not_in","value":["A"]},{"field":"ownerId","op":"in","value":[null]}]}]}`)}}
	check := func(stage string) {
		for _, who := range []string{"manager", "rep"} {
			for i, f := range filters {
				for k := range 3 {
					if k > 0 {
						west, south := -76.5+rng.Float64(), 38.4+0.6*rng.Float64()
						shape, err := BoxOf(west, south, west+0.1+1.5*rng.Float64(), south+0.1+rng.Float64())
						require.NoError(t, err)
						f.Box = shape
					}
					n, err := b.Count(as[who], f)
					require.NoError(t, err)
					require.Equal(t, plain(who, f), n, "%s: %s, filter %d, box %d", stage, who, i, k)
				}
			}
		}
	}
	at := orb.Point{-75.5, 39}
	tile := func() string {
		out := ""
		for z := 4; z <= 11; z++ {
			out += fmt.Sprint(b.tile(Filter{Status: []Status{Customer, Prospect}}, tiles.At(at, z), "accounts"))
		}
		return out
	}
	before := tile()
	check("as changes")
	require.NoError(t, b.FoldCounts(t.Context()))
	require.Equal(t, before, tile(), "folding moves nothing")
	check("folded")
	require.Less(t, plain("rep", Filter{}), plain("manager", Filter{}), "the rep sees less")
}
