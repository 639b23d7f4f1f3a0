package regions

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// run runs a statement as the owner.
func (b *bundle) run(text string, args ...any) {
	b.t.Helper()
	b.owner(func(tx pgx.Tx) error {
		_, err := tx.Exec(b.t.Context(), text, args...)
		return err
	})
}

func (b *bundle) number(text string, args ...any) (n int) {
	b.t.Helper()
	b.owner(func(tx pgx.Tx) error { return tx.QueryRow(b.t.Context(), text, args...).Scan(&n) })
	return n
}

// take takes the day's snapshot and puts it so many days back.
func (b *bundle) take(daysAgo int) {
	b.t.Helper()
	taken, err := b.Take(b.ctx)
	require.NoError(b.t, err)
	require.True(b.t, taken)
	b.owner(func(tx pgx.Tx) error {
		if _, err := tx.Exec(b.t.Context(), `insert into region_days (org_id, day, resolution, rows, territories) select org_id, day - $1::int, resolution, rows, territories from region_days where day = (select max(day) from region_days)`, daysAgo); err != nil {
			return err
		}
		if _, err := tx.Exec(b.t.Context(), `update region_snapshots set day = day - $1::int where day = (select max(day) from region_days)`, daysAgo); err != nil {
			return err
		}
		_, err := tx.Exec(b.t.Context(), `delete from region_days where day = (select max(day) from region_days)`)
		return err
	})
}

// day is the organisation's day plus some.
func (b *bundle) day(plus int) (day string) {
	b.t.Helper()
	b.owner(func(tx pgx.Tx) error {
		return tx.QueryRow(b.t.Context(), `select to_char((now() at time zone time_zone)::date + $1::int, 'YYYY-MM-DD') from organisations order by org_id limit 1`, plus).Scan(&day)
	})
	return day
}

// still puts the organisation's midnight twelve hours away, so that no test sees
// one day end and another begin.
func (b *bundle) still() {
	b.t.Helper()
	b.run(`update organisations set time_zone = 'Etc/GMT' || case when h > 12 then '+' || (h - 12) when h < 12 then '-' || (12 - h) else '' end
		from (select extract(hour from now() at time zone 'UTC')::int as h) n`)
}

func (b *bundle) worth(status accounts.Status, p orb.Point, revenue, potential float64) int64 {
	b.t.Helper()
	a, err := b.book.Create(b.ctx, accounts.NewAccount{Name: "A", Status: status, MayAssign: true, Revenue: revenue, Potential: potential, Site: &accounts.NewSite{Point: &p}})
	require.NoError(b.t, err)
	return a.ID
}

func TestTwoTownsFiguresAndWhatHasChangedByHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.still()
	first := b.worth(accounts.Customer, dover, 100, 150)
	b.worth(accounts.Customer, dover, 300, 200) // more than its potential: no white space
	b.worth(accounts.Prospect, lewes, 0, 80)
	_, err := b.book.AddSite(b.ctx, first, accounts.NewSite{Point: &lewes}) // counts there too, and its money
	require.NoError(t, err)
	b.run(`insert into activities (org_id, account_id, kind, happened_at) select org_id, $1, 'visit', now() from accounts where id = $1`, first)
	b.run(`update accounts set last_visit_on = current_date - 200 where id = $1`, first)
	b.take(30)
	whole := accounts.Filter{Box: box(t, -76, 38.5, -75, 39.5)}
	all := Wanted{Groups: []Group{GroupMoney, GroupVisits, GroupCoverage}}

	sum, err := b.Summary(b.ctx, whole, all)
	require.NoError(t, err)
	require.Equal(t, Figures{Accounts: 3, Customers: 2, Prospects: 1, Penetration: share(2.0 / 3), Revenue: share(400), Potential: share(430), WhiteSpace: share(130),
		Visits: new(1), Coverage: &Coverage{Never: 2, Overdue: 1}}, sum.Figures)
	require.Nil(t, sum.Since)
	require.Equal(t, b.day(0), sum.To)
	require.Equal(t, b.day(-89), sum.From)

	res := 6
	view, err := b.View(b.ctx, whole, Detail{Resolution: &res, Wanted: all})
	require.NoError(t, err)
	cell := func(p orb.Point) Figures {
		c, err := hexgrid.CellOf(p)
		require.NoError(t, err)
		for _, v := range view.Cells {
			if v.Cell == c.Parent(res) {
				return v.Figures
			}
		}
		return Figures{}
	}
	require.Len(t, view.Cells, 2)
	require.Equal(t, sum.Figures, view.Totals)
	require.Equal(t, Figures{Accounts: 2, Customers: 2, Penetration: share(1), Revenue: share(400), Potential: share(350), WhiteSpace: share(50), Visits: new(1), Coverage: &Coverage{Never: 1, Overdue: 1}}, cell(dover))
	require.Equal(t, Figures{Accounts: 2, Customers: 1, Prospects: 1, Penetration: share(0.5), Revenue: share(100), Potential: share(230), WhiteSpace: share(130), Visits: new(1), Coverage: &Coverage{Never: 1, Overdue: 1}}, cell(lewes))

	// A month later: one customer is gone, a prospect has become one.
	a, err := b.book.Get(b.ctx, first)
	require.NoError(t, err)
	_, err = b.book.Archive(b.ctx, first, a.Version)
	require.NoError(t, err)
	b.run(`update accounts set status = 'customer', revenue = 50 where status = 'prospect'`)
	since := Wanted{Since: b.day(-10)} // the snapshot is 30 days old
	view, err = b.View(b.ctx, whole, Detail{Resolution: &res, Wanted: since})
	require.NoError(t, err)
	require.Equal(t, b.day(-30), *view.Since)
	require.Equal(t, &Change{Accounts: -1, Customers: -1, Revenue: -100, Potential: -150, WhiteSpace: -50}, cell(dover).Change)
	require.Equal(t, &Change{Customers: 1, Prospects: -1, Revenue: 50, WhiteSpace: -50}, cell(lewes).Change, "accounts at their primary site")
	require.Equal(t, &Change{Accounts: -1, Prospects: -1, Revenue: -50, Potential: -150, WhiteSpace: -100}, view.Totals.Change)
	onlyLewes, err := b.Summary(b.ctx, accounts.Filter{Box: box(t, -75.3, 38.6, -75, 38.9)}, since)
	require.NoError(t, err)
	require.Equal(t, &Change{Customers: 1, Prospects: -1, Revenue: 50, WhiteSpace: -50}, onlyLewes.Change)
	customers, err := b.Summary(b.ctx, accounts.Filter{Status: []accounts.Status{accounts.Customer}}, since)
	require.NoError(t, err)
	require.Equal(t, &Change{Accounts: 0, Customers: 0, Revenue: -50, Potential: -70, WhiteSpace: -20}, customers.Change, "one has left, one has come")

	classC, err := b.Summary(b.ctx, accounts.Filter{Box: whole.Box, Class: []accounts.Class{accounts.ClassC}, OwnerIDs: []int64{0}}, since)
	require.NoError(t, err)
	require.Equal(t, view.Totals.Change, classC.Change, "all are nobody's and of class C")

	for what, wrong := range map[string]func() error{
		"earlier than all that is kept": func() error {
			_, err := b.Summary(b.ctx, whole, Wanted{Since: b.day(-31)})
			return err
		},
		"a day to come": func() error { _, err := b.Summary(b.ctx, whole, Wanted{Since: b.day(1)}); return err },
		"no day":        func() error { _, err := b.Summary(b.ctx, whole, Wanted{Since: "2026-02-30"}); return err },
		"what is not kept": func() error {
			_, err := b.Summary(b.ctx, accounts.Filter{Query: "a"}, since)
			return err
		},
		"finer than what is kept": func() error {
			fine := 8
			_, err := b.View(b.ctx, accounts.Filter{Box: box(t, -75.6, 39.1, -75.5, 39.2)}, Detail{Resolution: &fine, Wanted: since})
			return err
		},
		"a period that ends before it begins": func() error {
			_, err := b.Summary(b.ctx, whole, Wanted{From: b.day(0), To: b.day(-1)})
			return err
		},
		"an endless period":  func() error { _, err := b.Summary(b.ctx, whole, Wanted{From: "1950-01-01"}); return err },
		"a group of no name": func() error { _, err := b.Summary(b.ctx, whole, Wanted{Groups: []Group{"luck"}}); return err },
		"a history of luck":  func() error { _, err := b.History(b.ctx, whole, HistoryQuery{Figure: "luck"}); return err },
		"a history of a tag": func() error {
			_, err := b.History(b.ctx, accounts.Filter{Tags: []string{"x"}}, HistoryQuery{Figure: FigureAccounts})
			return err
		},
		"hot spots of luck": func() error { _, err := b.HotSpots(b.ctx, whole, HotSpotQuery{Figure: "luck"}); return err },
		"rings without end": func() error {
			_, err := b.HotSpots(b.ctx, whole, HotSpotQuery{Figure: FigureAccounts, Rings: 6})
			return err
		},
		"resolution too fine": func() error {
			fine := 11
			_, err := b.HotSpots(b.ctx, whole, HotSpotQuery{Figure: FigureAccounts, Resolution: &fine})
			return err
		},
		"too many cells": func() error {
			fine := 10
			_, err := b.HotSpots(b.ctx, accounts.Filter{Box: box(t, -180, -90, 180, 90)}, HotSpotQuery{Figure: FigureAccounts, Resolution: &fine})
			return err
		},
	} {
		require.True(t, fault.Is(wrong(), fault.Invalid), "%s: %v", what, wrong())
	}
}

func TestADayIsTakenOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.still()
	b.add(accounts.Customer, dover)
	b.run(`insert into accounts (org_id, name, revenue) select org_id, 'Nowhere', 7 from organisations`)
	var wait sync.WaitGroup
	taken := make([]bool, 6)
	for i := range taken {
		wait.Go(func() {
			var err error
			taken[i], err = b.Take(b.ctx)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	n := 0
	for _, one := range taken {
		if one {
			n++
		}
	}
	require.Equal(t, 1, n)
	require.Equal(t, 2, b.number(`select count(*) from region_snapshots`))
	require.Equal(t, 1, b.number(`select accounts from region_snapshots where cell = 0 and revenue = 700`), "an account without a site is in no cell")
	require.NoError(t, b.TakeAll(t.Context()))
	require.Equal(t, 2, b.number(`select count(*) from region_snapshots`), "the job finds nothing to do")
	require.Equal(t, 1, b.number(`select count(*) from region_days where rows = 2 and resolution = 7 and not made_up`))

	// Another organisation, and another day.
	b.run(`insert into organisations (name, slug) values ('South', 'south')`)
	b.still()
	require.NoError(t, b.TakeAll(t.Context()))
	require.Equal(t, 2, b.number(`select count(*) from region_days`), "one without accounts has its day too")
}

func TestDaysAreThinnedOutAsTheyGrowOld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.still()
	b.run(`insert into region_days (org_id, day, resolution) select o.org_id, (now() at time zone o.time_zone)::date - g, 7 from organisations o, generate_series(1, 1000) g`)
	taken, err := b.Take(b.ctx)
	require.NoError(t, err)
	require.True(t, taken)
	today, err := time.Parse(time.DateOnly, b.day(0))
	require.NoError(t, err)
	kept := map[string]bool{}
	b.owner(func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `select to_char(day, 'YYYY-MM-DD') from region_days`)
		require.NoError(t, err)
		days, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, d := range days {
			kept[d] = true
		}
		return err
	})
	for ago := range 1001 {
		day := today.AddDate(0, 0, -ago)
		want := ago <= 100 || day.Day() == 1 || ago <= 730 && day.Weekday() == time.Monday
		require.Equal(t, want, kept[day.Format(time.DateOnly)], "%s, %d days ago", day.Format(time.DateOnly), ago)
	}
}

func TestAHistoryShowsEachDayOfAShape(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.still()
	b.worth(accounts.Customer, dover, 100, 150)
	b.take(3)
	b.worth(accounts.Prospect, dover, 0, 10)
	b.take(2)
	b.worth(accounts.Customer, lewes, 55.5, 60)
	b.run(`insert into activities (org_id, account_id, kind, happened_at) select a.org_id, a.id, 'visit', now() - interval '1 day' from accounts a`)
	b.take(1)
	values := func(f accounts.Filter, figure Figure) []float64 {
		h, err := b.History(b.ctx, f, HistoryQuery{Figure: figure})
		require.NoError(t, err)
		require.Equal(t, 7, h.Resolution)
		require.False(t, h.MadeUp)
		var out []float64
		for i, p := range h.Points {
			require.Equal(t, b.day(i-3), p.Day)
			out = append(out, p.Value)
		}
		return out
	}
	require.Equal(t, []float64{1, 2, 3}, values(accounts.Filter{}, FigureAccounts))
	require.Equal(t, []float64{100, 100, 155.5}, values(accounts.Filter{}, FigureRevenue))
	require.Equal(t, []float64{50, 60, 64.5}, values(accounts.Filter{}, FigureWhiteSpace))
	require.Equal(t, []float64{0, 0, 3}, values(accounts.Filter{}, FigureVisits))
	require.Equal(t, []float64{1, 0.5, 2.0 / 3}, values(accounts.Filter{}, FigurePenetration))
	south := accounts.Filter{Box: box(t, -75.3, 38.6, -75, 38.9)}
	require.Equal(t, []float64{0, 0, 1}, values(south, FigureCustomers))
	north, err := hexgrid.CellAt(dover, 5)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 2}, values(accounts.Filter{Areas: []*accounts.Shape{accounts.CellsOf([]hexgrid.Cell{north})}}, FigureAccounts))
	fine, err := hexgrid.CellAt(dover, 10)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 2}, values(accounts.Filter{Areas: []*accounts.Shape{accounts.CellsOf([]hexgrid.Cell{fine})}}, FigureAccounts), "stands for the cell that it lies in")
	require.Equal(t, []float64{0, 1, 1}, values(accounts.Filter{Status: []accounts.Status{accounts.Prospect}, OwnerIDs: []int64{0}}, FigureAccounts))
	none, err := b.History(b.ctx, accounts.Filter{}, HistoryQuery{Figure: FigureAccounts, From: b.day(-1000), To: b.day(-900)})
	require.NoError(t, err)
	require.Empty(t, none.Points)

	// Whoever sees only their own accounts sees only those of earlier days.
	var org, rep int64
	b.owner(func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `insert into users (org_id, name, email, role, password_hash) select org_id, 'Rep', 'rep@north.example', 'rep', 'x' from organisations returning org_id, id`).Scan(&org, &rep); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `insert into access_rules (org_id, role, sees, edits) values ($1, 'rep', 'own', 'own')`, org)
		return err
	})
	b.run(`update region_snapshots set owner_id = $1 where status = 'prospect'`, rep)
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: rep, Role: "rep"})
	require.Equal(t, []float64{0, 1, 1}, values(accounts.Filter{}, FigureAccounts))
}

// Two territories by hand: Dover's, of the rep, and Lewes's, of nobody.
func TestWhoSeesByTerritoryGetsTheDaysThatKeptTerritories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.still()
	near := b.worth(accounts.Customer, dover, 100, 150)
	far := b.worth(accounts.Customer, lewes, 7, 8)
	b.take(5) // before there were territories
	var org, rep int64
	b.owner(func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `insert into users (org_id, name, email, role, password_hash) select org_id, 'Rep', 'rep@north.example', 'rep', 'x' from organisations returning org_id, id`).Scan(&org, &rep); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `insert into access_rules (org_id, role, sees, edits) values ($1, 'rep', 'territory', 'own')`, org)
		return err
	})
	byTerritory := postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: rep, Role: "rep"})
	nothing, err := b.History(byTerritory, accounts.Filter{}, HistoryQuery{Figure: FigureAccounts})
	require.NoError(t, err)
	require.True(t, nothing.ByTerritory)
	require.Empty(t, nothing.Points)
	_, err = b.Summary(byTerritory, accounts.Filter{}, Wanted{Since: b.day(0)})
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "no day has been kept by territory yet")

	b.run(`insert into alignments (org_id, id, name, resolution, state) overriding system value values ($1, 1, 'Live', 7, 'live')`, org)
	for id, at := range map[int]orb.Point{1: dover, 2: lewes} {
		cell, err := hexgrid.CellAt(at, 7)
		require.NoError(t, err)
		b.run(`insert into territories (org_id, alignment_id, id, name, level, position, colour) values ($1, 1, $2, $2::bigint::text, 'territory', $2::bigint::int, 0)`, org, id)
		b.run(`insert into territory_cells (org_id, alignment_id, cell, territory_id) values ($1, 1, $2, $3)`, org, int64(cell), id)
	}
	b.run(`insert into territory_members (org_id, alignment_id, territory_id, user_id, role, position) values ($1, 1, 1, $2, 'owner', 0)`, org, rep)
	b.run(`update accounts set territory_id = case id when $1 then 1 when $2 then 2 end`, near, far)
	b.run(`update sites set territory_id = case account_id when $1 then 1 when $2 then 2 end`, near, far)
	b.take(2)
	b.run(`update accounts set owner_id = $1 where id = $2`, rep, far) // elsewhere, and theirs
	b.take(1)

	everything, err := b.History(b.ctx, accounts.Filter{}, HistoryQuery{Figure: FigureRevenue})
	require.NoError(t, err)
	require.False(t, everything.ByTerritory)
	require.Equal(t, []Point{{b.day(-5), 107}, {b.day(-2), 107}, {b.day(-1), 107}}, everything.Points)
	theirs, err := b.History(byTerritory, accounts.Filter{}, HistoryQuery{Figure: FigureRevenue})
	require.NoError(t, err)
	require.Equal(t, []Point{{b.day(-2), 100}, {b.day(-1), 107}}, theirs.Points)
	sum, err := b.Summary(byTerritory, accounts.Filter{}, Wanted{Since: b.day(-2)})
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{sum.Accounts, sum.Change.Accounts})
	_, err = b.Summary(byTerritory, accounts.Filter{}, Wanted{Since: b.day(-3)})
	require.Contains(t, fmt.Sprint(fault.Of(err).Fields()), b.day(-2))
}

func TestALongHistoryIsThinnedOutEvenlyUpToItsLastDay(t *testing.T) {
	t.Parallel()
	days := make([]keptDay, 1000)
	for i := range days {
		days[i].resolution = i
	}
	thin := thinned(days, 400)
	require.Len(t, thin, 400)
	require.Equal(t, 999, thin[399].resolution)
	for i := 1; i < len(thin); i++ {
		require.Greater(t, thin[i].resolution, thin[i-1].resolution)
	}
	require.Len(t, thinned(days[:400], 400), 400)
}
