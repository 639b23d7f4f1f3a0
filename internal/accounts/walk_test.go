package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// walked returns the names that a walk gives, in its order.
func (b *bundle) walked(f Filter, order string) []string {
	b.t.Helper()
	names := []string{}
	require.NoError(b.t, b.Walk(b.ctx, f, order, func(batch []Record) error {
		for _, r := range batch {
			names = append(names, r.Name)
		}
		return nil
	}))
	return names
}

// mix makes accounts of every kind, of several owners and with ties in every
// order, one of them archived.
func (b *bundle) mix() {
	b.t.Helper()
	cell, err := hexgrid.CellOf(orb.Point{-75.5, 39.1})
	require.NoError(b.t, err)
	b.exec(`with made as (
		  insert into accounts (org_id, name, status, class, revenue, category, owner_id, last_visit_on, visit_interval_days, archived_at)
		  select $1, 'Walked ' || lpad((i / 2)::text, 2, '0'), (array['customer', 'prospect', 'former'])[1 + i % 3], (array['A', 'B', 'C'])[1 + i % 4 % 3],
		    i % 5 * 10, (array['shop', 'clinic'])[1 + i % 2], case when i % 3 = 0 then $2::bigint end,
		    case when i % 2 = 0 then current_date - i % 6 * 20 end, 30, case when i = 39 then now() end
		  from generate_series(0, 39) i returning org_id, id)
		insert into sites (org_id, account_id, is_primary, city, source, point, cell)
		select org_id, id, true, 'Town ' || id % 3, 'manual', $3, $4 from made where id % 7 < 5`, b.org, b.rep, orb.Point{-75.5, 39.1}, int64(cell))
}

func TestAWalkGivesTheListInEveryOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mix()
	box, err := ParseBox("-75.51,39,-75.46,40")
	require.NoError(t, err)
	some := b.list(Filter{}, Page{}).Items
	for name, f := range map[string]Filter{
		"all": {}, "customers": {Status: []Status{Customer}}, "a rep's": {OwnerIDs: []int64{b.rep}}, "nothing": {Status: []Status{Former}, Class: []Class{ClassA}, OwnerIDs: []int64{b.manager}},
		"overdue": {Coverage: []Coverage{CoverageOverdue}}, "never visited": {Coverage: []Coverage{CoverageNever}}, "in a box": {Box: box},
		"archived": {Archived: true}, "by ids": {IDs: []int64{some[3].ID, some[1].ID}}, "by text": {Query: "walked 1"},
	} {
		orders := []string{"", "-revenue", "city"}
		if name == "all" || name == "customers" {
			orders = append(orders, Sorts()...)
		}
		for _, order := range orders {
			want := []string{}
			for p := (Page{Sort: order, Limit: 19}); ; {
				if order == "" {
					p.Sort = "name" // a walk has no best match
				}
				list := b.list(f, p)
				for _, row := range list.Items {
					want = append(want, row.Name)
				}
				if list.NextCursor == nil {
					break
				}
				p.Cursor = *list.NextCursor
			}
			require.Equal(t, want, b.walked(f, order), "%s by %q", name, order)
		}
	}
	require.Len(t, b.walked(Filter{}, ""), 39)
}

// TestAWalkOverEverythingSortsNothing looks at plans, which the planner makes
// without a sort when that is forbidden, and with one when there is no other way.
func TestAWalkOverEverythingSortsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mix()
	b.exec(`analyze accounts`)
	plan := func(f Filter, order string) string {
		var lines []string
		require.NoError(t, b.db.Snapshot(b.ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(b.ctx, `set local enable_sort = off`); err != nil {
				return err
			}
			actor, _ := postgres.ActorFrom(b.ctx)
			f, err := b.Bind(b.ctx, tx, actor, "2026-01-01", f)
			require.NoError(t, err)
			sort, err := parseSort(order, false)
			require.NoError(t, err)
			q := NewStatement(b.org, "2026-01-01")
			text, err := f.inOrder(b.ctx, tx, q, sort)
			require.NoError(t, err)
			rows, err := tx.Query(b.ctx, `explain `+text, q.Args()...)
			require.NoError(t, err)
			lines, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		}))
		return strings.Join(lines, "\n")
	}
	for key, sort := range sortKeys {
		for _, order := range []string{key, "-" + key} {
			for _, f := range []Filter{{}, {Status: []Status{Customer, Prospect}}} {
				if text := plan(f, order); sort.indexed {
					require.NotContains(t, text, "Sort  (", order)
					require.NotContains(t, text, "Seq Scan", order)
				}
			}
		}
	}
	require.Contains(t, plan(Filter{}, "city"), "Sort  (", "the test would see one")
}

func TestAWalkIsOfOneMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into accounts (org_id, name, status) select $1, 'Before ' || lpad(i::text, 4, '0'), 'customer' from generate_series(1, $2::int) i`, b.org, 2*walkBatch)
	var names []string
	batches := 0
	require.NoError(t, b.Walk(b.ctx, Filter{Status: []Status{Customer}}, "name", func(batch []Record) error {
		if batches++; batches == 1 {
			b.exec(`update accounts set name = 'After', status = 'former' where org_id = $1 and name > 'Before 0600'`, b.org)
			b.exec(`delete from accounts where org_id = $1 and name > 'Before 0550' and name < 'Before 0570'`, b.org)
			b.exec(`insert into accounts (org_id, name, status) values ($1, 'Before 9999', 'customer')`, b.org)
		}
		for _, r := range batch {
			require.Equal(t, Customer, r.Status, r.Name)
			names = append(names, r.Name)
		}
		return nil
	}))
	require.Equal(t, 2, batches)
	require.Len(t, names, 2*walkBatch)
	require.True(t, slices.IsSorted(names))
	require.Equal(t, "Before 1000", names[len(names)-1])
}

func TestAWalkThatIsBrokenOffGivesItsConnectionBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mix()
	super, err := pgx.Connect(t.Context(), b.db.SuperURL) // others do not see what a session does
	require.NoError(t, err)
	defer func() { require.NoError(t, super.Close(context.WithoutCancel(t.Context()))) }()
	walking := func() (n int) {
		require.NoError(t, super.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
			and backend_type = 'client backend' and state like 'idle in transaction%'`).Scan(&n))
		return n
	}
	gone := errors.New("the browser has gone")
	require.ErrorIs(t, b.Walk(b.ctx, Filter{}, "", func([]Record) error {
		require.Equal(t, 1, walking())
		return gone
	}), gone)
	require.Zero(t, walking())

	ctx, cancel := context.WithCancel(b.ctx)
	require.ErrorIs(t, b.Walk(ctx, Filter{}, "", func([]Record) error {
		cancel()
		return nil
	}), context.Canceled)
	require.Eventually(t, func() bool { return walking() == 0 }, 20*time.Second, 10*time.Millisecond)
}
