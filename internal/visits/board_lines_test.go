package visits_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/visits"
)

func TestEveryLegOfAPlanHasItsLine(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{
		to(2, o.rep, monday, 1), to(3, o.rep, monday, 2), to(1, o.rep, tuesday, 1), to(4, o.second, monday, 1)})
	require.NoError(t, err)
	all, err := o.service.Lines(o.manager, board.Plan.ID, 0, "")
	require.NoError(t, err)
	require.Len(t, all.Features, 3+2+2, "to every stop, and home")
	lane, err := o.service.Lines(o.manager, board.Plan.ID, o.rep, monday)
	require.NoError(t, err)
	require.Len(t, lane.Features, 3)
	at := []orb.Point{{west, south}, {east, south}, {east, north}, {west, south}}
	for i, f := range lane.Features {
		require.Equal(t, visits.LineOf{RepID: o.rep, Day: monday, Position: i + 1}, f.Properties)
		line := f.Geometry.Coordinates
		require.Equal(t, []orb.Point{at[i], at[i+1]}, []orb.Point{line[0], line[len(line)-1]})
	}
	// After a change the lane is drawn anew.
	board, err = o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{{VisitID: 3, Unplan: true}})
	require.NoError(t, err)
	lane, err = o.service.Lines(o.manager, board.Plan.ID, o.rep, monday)
	require.NoError(t, err)
	require.Len(t, lane.Features, 2)
	require.Equal(t, 1, o.lane(t, board, o.rep, tuesday).Stops[0].VisitID)
}

func TestWhatFallsDueIsProposedUnlessItIsPromisedAlready(t *testing.T) {
	o := newOffice(t)
	// The week after next, so that next week lies between today and it.
	day := func(n int) string {
		now := time.Now().UTC()
		next := now.AddDate(0, 0, 8-(int(now.Weekday())+6)%7-1)
		return next.AddDate(0, 0, n).Format(time.DateOnly)
	}
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `
			update accounts set visit_interval_days = 10, last_visit_on = case name
			  when 'Customer 0' then $1::date - 30           -- overdue by twenty days
			  when 'Customer 1' then $1::date + 1 - 10       -- due on the second day, and once more in a fortnight
			  when 'Customer 2' then $1::date + 20 end`, day(7))
		return err
	}))
	propose := func() map[string]visits.Proposal {
		found, err := o.service.Propose(o.manager, visits.ProposalsFilter{RepIDs: []int64{o.rep, o.second}, From: day(7), To: day(20), Limit: 100})
		require.NoError(t, err)
		require.Equal(t, found.Total, len(found.Items))
		by := map[string]visits.Proposal{}
		for _, p := range found.Items {
			by[p.Name] = p
		}
		return by
	}
	got := propose()
	require.Len(t, got, 3)
	require.Equal(t, "overdue", got["Customer 0"].Reason)
	require.Equal(t, []any{"due", 2, day(8)}, []any{got["Customer 1"].Reason, got["Customer 1"].Times, *got["Customer 1"].DueOn})
	require.Equal(t, []any{"never", 1}, []any{got["Customer 3"].Reason, got["Customer 3"].Times})
	require.Nil(t, got["Customer 3"].DueOn)

	// Next Tuesday is published with the overdue one: it is due ten days later.
	request := o.week(o.sites[0])
	request.From, request.To = day(1), day(1)
	board := o.plan(t, request)
	require.Equal(t, 1, board.Totals.Visits)
	_, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
	require.NoError(t, err)
	got = propose()
	require.Equal(t, []any{"due", day(11)}, []any{got["Customer 0"].Reason, *got["Customer 0"].DueOn})
}
