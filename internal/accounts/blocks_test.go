package accounts

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// shownSite is a site as a tile has it, in the words of this test.
type shownSite struct {
	account, site, owner          int
	name, status, class, coverage string
}

// everySiteOf reads all sites that a filter means in a tile, by a statement of its
// own on the tables, as the superuser sees them.
func (b *bundle) everySiteOf(at tiles.Tile, where string) map[shownSite]bool {
	b.t.Helper()
	out := map[shownSite]bool{}
	b.sql(func(tx pgx.Tx) error {
		rows, err := tx.Query(b.ctx, `
			select a.id, s.id, coalesce(a.owner_id, 0), a.name, a.status, a.class,
			  case when a.due_on is null then 'never' when a.due_on < $2::date then 'overdue' when a.due_on <= $2::date + 7 then 'due' else 'on_track' end,
			  st_x(s.point), st_y(s.point)
			from accounts a join sites s on s.org_id = a.org_id and s.account_id = a.id
			where a.org_id = $1 and a.archived_at is null and `+where, b.org, b.today())
		if err != nil {
			return err
		}
		var s shownSite
		var p orb.Point
		_, err = pgx.ForEachRow(rows, []any{&s.account, &s.site, &s.owner, &s.name, &s.status, &s.class, &s.coverage, &p[0], &p[1]}, func() error {
			if tiles.At(p, int(at.Z)) == at {
				out[s] = true
			}
			return nil
		})
		return err
	})
	return out
}

func (b *bundle) today() (day string) {
	b.t.Helper()
	require.NoError(b.t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		day, err = Today(b.ctx, tx, actor.OrgID)
		return err
	}))
	return day
}

// shown reads the points of a tile.
func (b *bundle) shown(f Filter, at tiles.Tile) map[shownSite]bool {
	b.t.Helper()
	text := func(v any) string { s, _ := v.(string); return s }
	out := map[shownSite]bool{}
	for _, p := range b.tile(f, at, "accounts") {
		require.Nil(b.t, p["count"])
		s := shownSite{number(p["account"]), number(p["site"]), number(p["owner"]), text(p["name"]), text(p["status"]), text(p["class"]), text(p["coverage"])}
		require.Equal(b.t, s.site, number(p["id"]))
		require.NotContains(b.t, out, s, "each once")
		out[s] = true
	}
	return out
}

func (b *bundle) marks() (n int) {
	b.t.Helper()
	b.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(b.ctx, `select count(*) from site_block_changes where org_id = $1`, b.org).Scan(&n)
	})
	return n
}

func TestTilesFromBlocksShowWhatSitesHoldBeforeAndAfterFolding(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(8, 8))
	at := orb.Point{-75.52, 39.16}
	tile := tiles.At(at, 13)
	middle := tile.Bound().Center()
	var ids []int64
	for i := range 12 {
		a := b.add(fmt.Sprintf("Café %d ✓", i), middle[0]+0.01*rng.NormFloat64(), middle[1]+0.01*rng.NormFloat64(), func(n *NewAccount) {
			n.Status = []Status{Prospect, Customer, Former}[i%3]
			n.Class = []Class{ClassA, ClassB, ClassC}[i/3%3]
			if i%2 == 0 {
				n.OwnerID = &b.rep
			}
		})
		if i%4 == 0 {
			_, err := b.AddSite(b.ctx, a.ID, NewSite{Point: &orb.Point{middle[0], middle[1] + 0.001*float64(i)}})
			require.NoError(t, err)
		}
		b.visited(a.ID, []int{0, 20, 25, 60}[i%4], 30)
		ids = append(ids, a.ID)
	}
	check := func() {
		t.Helper()
		for where, f := range map[string]Filter{
			"a.id > 0": {Status: []Status{}, Class: []Class{}, OwnerIDs: []int64{}, Coverage: []Coverage{}, Tags: []string{}}, // as requests have it
			"true":     {},
			"a.status = 'customer' and a.class = 'B'":                   {Status: []Status{Customer}, Class: []Class{ClassB}},
			"a.owner_id is null":                                        {OwnerIDs: []int64{0}},
			fmt.Sprint("a.owner_id = ", b.rep):                          {OwnerIDs: []int64{b.rep}},
			"a.due_on < $2::date":                                       {Coverage: []Coverage{CoverageOverdue}},
			"a.due_on between $2::date and $2::date + 7":                {Coverage: []Coverage{CoverageDue}},
			fmt.Sprintf("a.id in (%d, %d)", ids[1], ids[2]):             {Query: "shared word"},
			fmt.Sprint("a.status <> 'former' and a.owner_id = ", b.rep): {Status: []Status{Customer, Prospect}, OwnerIDs: []int64{b.rep}},
		} {
			require.Equal(t, b.everySiteOf(tile, where), b.shown(f, tile), where)
		}
	}
	for _, i := range []int{1, 2} {
		b.exec(`update accounts set name = 'Shared word ` + fmt.Sprint(i) + `' where id = ` + fmt.Sprint(ids[i]))
	}
	require.NotZero(t, b.marks())
	check()
	require.NoError(t, b.FoldBlocks(t.Context()))
	require.Zero(t, b.marks())
	require.NotEmpty(t, b.everySiteOf(tile, "true"))
	check()
	// Any change shows at once, and after folding still.
	b.exec(fmt.Sprintf(`update accounts set status = 'former', class = 'A', owner_id = null where id = %d`, ids[4]))
	b.exec(fmt.Sprintf(`update accounts set archived_at = now() where id = %d`, ids[5]))
	b.exec(fmt.Sprintf(`update sites set point = st_setsrid(st_point(0, 0), 4326), cell = 636000000000000000 where account_id = %d`, ids[6]))
	b.exec(fmt.Sprintf(`delete from accounts where id = %d`, ids[7]))
	b.visited(ids[8], 1, 30)
	b.add("New here", middle[0], middle[1])
	require.NotZero(t, b.marks())
	check()
	require.NoError(t, b.FoldBlocks(t.Context()))
	check()
	before := b.everySiteOf(tile, "true")
	b.exec(`call rebuild_site_blocks()`)
	check()
	require.Equal(t, before, b.shown(Filter{}, tile))
}

func TestCrowdsOfSitesCountEachAccountOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(6, 1))
	scatter(b, 25, rng)
	one := b.add("Two places in one cell", -75.52, 39.16, customer)
	_, err := b.AddSite(b.ctx, one.ID, NewSite{Point: &orb.Point{-75.5201, 39.1601}})
	require.NoError(t, err)
	const resolution = 9
	type numbers struct{ accounts, customers, prospects int }
	want := map[hexgrid.Cell]numbers{}
	and, or := hexgrid.ParentMasks(resolution)
	b.sql(func(tx pgx.Tx) error {
		rows, err := tx.Query(b.ctx, `
			select (s.cell & $2) | $3, count(distinct a.id), count(distinct a.id) filter (where a.status = 'customer'), count(distinct a.id) filter (where a.status = 'prospect')
			from sites s join accounts a on a.org_id = s.org_id and a.id = s.account_id where s.org_id = $1 group by 1`, b.org, and, or)
		if err != nil {
			return err
		}
		var cell hexgrid.Cell
		var n numbers
		_, err = pgx.ForEachRow(rows, []any{&cell, &n.accounts, &n.customers, &n.prospects}, func() error { want[cell] = n; return nil })
		return err
	})
	require.Greater(t, len(want), 10)
	read := func(f Filter, most int) (fit bool, in blockSites) {
		t.Helper()
		require.NoError(t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
			q := NewStatement(actor.OrgID, b.today())
			filter, known := f.ofBlocks(q.today)
			require.True(t, known)
			fit, err = filter.readBlocks(b.ctx, tx, q, []hexgrid.Range{{Lo: 0, Hi: math.MaxInt64}}, true, most, &in, func(orb.Point) bool { return true })
			return err
		}))
		return fit, in
	}
	for _, fold := range []bool{false, true} {
		if fold {
			require.NoError(t, b.FoldBlocks(t.Context()))
		}
		fit, all := read(Filter{}, 1_000)
		require.True(t, fit)
		fit, some := read(Filter{}, len(all.sites)-1)
		require.False(t, fit)
		require.Empty(t, some.sites)
		groups, first := crowdsOf(all.sites, resolution)
		require.Len(t, groups, len(want))
		for i, g := range groups {
			require.Equal(t, want[g.cell], numbers{g.count, g.customers, g.prospects})
			require.Equal(t, g.cell, first[i].cell.Parent(resolution))
		}
	}
}

func TestBlocksShowAPersonTheSitesThatTheyMaySee(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := orb.Point{-75.52, 39.16}
	for i := range 9 {
		b.add(fmt.Sprint("Account ", i), at[0]+0.0001*float64(i), at[1], func(n *NewAccount) {
			n.OwnerID = []*int64{&b.rep, &b.manager, nil}[i%3]
		})
	}
	tile := tiles.At(at, 13)
	b.exec(`insert into access_rules (org_id, role, sees, edits) values ($1, 'rep', 'own', 'own')`, b.org)
	rep := *b
	rep.ctx = b.repCtx
	for range 2 {
		own := b.everySiteOf(tile, fmt.Sprint("a.owner_id = ", b.rep))
		require.Len(t, own, 3)
		require.Equal(t, own, rep.shown(Filter{}, tile))
		require.Empty(t, rep.shown(Filter{OwnerIDs: []int64{b.manager, 0}}, tile))
		require.Len(t, b.shown(Filter{}, tile), 9)
		require.NoError(t, b.FoldBlocks(t.Context())) // and once more
	}
	// By territory, which a block knows too.
	b.exec(`update access_rules set sees = 'territory', edits = 'own' where org_id = $1`, b.org)
	b.exec(`update sites set territory_id = 7 where org_id = $1 and owner_id is null`, b.org)
	inTerritory := postgres.WithActor(b.t.Context(), postgres.Actor{OrgID: b.org, UserID: b.rep, Role: "rep",
		Access: []string{"app.sees_people", fmt.Sprintf("{%d}", b.rep), "app.sees_territories", "{7}"}})
	rep.ctx = inTerritory
	for range 2 {
		require.Equal(t, b.everySiteOf(tile, fmt.Sprintf("(a.owner_id = %d or s.territory_id = 7)", b.rep)), rep.shown(Filter{}, tile))
		require.Len(t, rep.shown(Filter{}, tile), 6)
		require.NoError(t, b.FoldBlocks(t.Context()))
	}
}
