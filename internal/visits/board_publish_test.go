package visits_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/visits"
)

// published lists a rep's days that are in force, by day.
func (o *office) published(t *testing.T, ctx context.Context) map[string]visits.PlanSummary {
	t.Helper()
	list, err := o.service.List(ctx, visits.ListFilter{Kind: "day", Limit: 100})
	require.NoError(t, err)
	days := map[string]visits.PlanSummary{}
	for _, p := range list {
		if p.Published {
			require.NotContains(t, days, p.Day, "one a day")
			days[p.Day] = p
		}
	}
	return days
}

func TestWhatIsPublishedIsWhatTheRepOpens(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{
		to(2, o.rep, monday, 1), to(3, o.rep, monday, 2), to(1, o.rep, tuesday, 1), to(4, o.second, monday, 1), {VisitID: 3, Locked: yes()}})
	require.NoError(t, err)
	require.Empty(t, o.published(t, o.ctx), "a draft is nobody's day")
	_, err = o.service.Board(o.ctx, board.Plan.ID)
	require.Equal(t, fault.NotFound, fault.CodeOf(err), "nor is it shown to a rep")

	head, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
	require.NoError(t, err)
	require.True(t, head.Published)
	require.False(t, head.Changed)
	require.Equal(t, []string{"days_published"}, news(t, o.service, o.ctx), "and it stands in the rep's inbox")
	days := o.published(t, o.ctx)
	require.Len(t, days, 2)
	day, err := o.service.Get(o.ctx, days[monday].ID)
	require.NoError(t, err)
	lane := o.lane(t, board, o.rep, monday)
	require.Equal(t, []int64{o.sites[1], o.sites[2]}, order(day))
	for i, s := range day.Route.Stops {
		require.True(t, lane.Stops[i].ArrivesAt.Equal(s.ArrivesAt))
		require.Equal(t, lane.Stops[i].DriveSeconds, s.DriveSeconds)
		require.Equal(t, lane.Stops[i].Locked, s.Locked)
	}
	require.Equal(t, lane.LastLegSeconds, day.Route.LastLegSeconds)
	require.Len(t, day.Route.Geometry.Geometry(), 3, "a leg to every stop and one home")
	seen, err := o.service.Board(o.ctx, board.Plan.ID)
	require.NoError(t, err, "and the rep may look at the whole board now")
	require.False(t, seen.Plan.MayWrite)

	// The rep goes on with it as with a day of their own, but does not delete it.
	day, err = o.service.Reorder(o.ctx, day.ID, day.Version, []int64{o.sites[2], o.sites[1]})
	require.NoError(t, err)
	require.Equal(t, []int64{o.sites[2], o.sites[1]}, order(day))
	require.Equal(t, fault.Forbidden, fault.CodeOf(o.service.Delete(o.ctx, day.ID)))
	seen, err = o.service.Board(o.manager, board.Plan.ID)
	require.NoError(t, err)
	require.Equal(t, day.ID, *o.lane(t, seen, o.rep, monday).PublishedPlanID)
	require.True(t, o.lane(t, seen, o.rep, monday).ChangedByRep, "the manager sees that the rep goes another way")
	require.False(t, o.lane(t, seen, o.rep, tuesday).ChangedByRep)
	require.Nil(t, o.lane(t, seen, o.second, tuesday).PublishedPlanID)
	require.Equal(t, fault.Conflict, fault.CodeOf(o.service.Delete(o.manager, board.Plan.ID)), "withdraw it first")

	// Changed, published anew: the first day's plan makes room for the second's.
	board, err = o.service.Apply(o.manager, board.Plan.ID, head.Version, []visits.PlanMove{to(1, o.rep, monday, 1)})
	require.NoError(t, err)
	require.True(t, board.Plan.Changed)
	require.Len(t, o.published(t, o.ctx), 2, "the reps see what was published")
	head, err = o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
	require.NoError(t, err)
	days = o.published(t, o.ctx)
	require.Len(t, days, 1)
	require.Equal(t, 3, days[monday].Stops)
	old, err := o.service.Get(o.ctx, day.ID)
	require.NoError(t, err, "what was replaced is kept")
	require.Equal(t, []int64{o.sites[2], o.sites[1]}, order(old))

	head, err = o.service.Withdraw(o.manager, head.ID, head.Version)
	require.NoError(t, err)
	require.False(t, head.Published)
	require.Empty(t, o.published(t, o.ctx))
	_, err = o.service.Withdraw(o.manager, head.ID, head.Version)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
	history, err := o.service.History(o.manager, head.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"withdrawn", "published", "moved", "published", "moved", "added", "created"},
		[]string{history[0].What, history[1].What, history[2].What, history[3].What, history[4].What, history[5].What, history[6].What})
	back, err := o.service.Undo(o.manager, head.ID, head.Version)
	require.NoError(t, err, "publishing does not stand in the way of undoing")
	require.Equal(t, 1, o.lane(t, back, o.rep, tuesday).Stops[0].VisitID)
	require.NoError(t, o.service.Delete(o.manager, head.ID))
	_, err = o.service.Board(o.manager, head.ID)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}

func TestAnotherPlanTakesTheDayAndGivesItBackWhenWithdrawn(t *testing.T) {
	o := newOffice(t)
	make := func(site int) *visits.PlanHead {
		board := o.unplanned(t, o.sites...)
		board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(site, o.rep, monday, 1)})
		require.NoError(t, err)
		head, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
		require.NoError(t, err)
		return head
	}
	first := make(1)
	kept := o.published(t, o.ctx)[monday].ID
	second := make(2)
	require.NotEqual(t, kept, o.published(t, o.ctx)[monday].ID)
	_, err := o.service.Withdraw(o.manager, second.ID, second.Version)
	require.NoError(t, err)
	require.Equal(t, kept, o.published(t, o.ctx)[monday].ID)
	third := make(3)
	_, err = o.service.Withdraw(o.manager, first.ID, first.Version)
	require.NoError(t, err)
	require.Len(t, o.published(t, o.ctx), 1, "what had lost its day loses nothing more")
	_, err = o.service.Withdraw(o.manager, third.ID, third.Version)
	require.NoError(t, err)
	require.Empty(t, o.published(t, o.ctx), "what was withdrawn does not come back")
}

func TestWhatGoesFromTheMiddleLeavesTheDayToTheLatest(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		t.Run(fmt.Sprint("deleted ", deleted), func(t *testing.T) { goesFromTheMiddle(t, deleted) })
	}
}

func goesFromTheMiddle(t *testing.T, deleted bool) {
	o := newOffice(t)
	var heads []*visits.PlanHead
	for site := range 3 {
		board := o.unplanned(t, o.sites...)
		board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(site+1, o.rep, monday, 1)})
		require.NoError(t, err)
		head, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
		require.NoError(t, err)
		heads = append(heads, head)
	}
	inForce := func() (source int64) {
		if p, ok := o.published(t, o.ctx)[monday]; ok {
			source = *p.SourcePlanID
		}
		return source
	}
	require.Equal(t, heads[2].ID, inForce())
	var replaced int64
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(o.ctx, `select id from visit_plans where source_plan_id = $1`, heads[1].ID).Scan(&replaced)
	}))
	if deleted {
		require.NoError(t, o.service.Delete(o.manager, replaced))
	}
	require.Equal(t, heads[2].ID, inForce())
	_, err := o.service.Withdraw(o.manager, heads[1].ID, heads[1].Version)
	require.NoError(t, err)
	require.Equal(t, heads[2].ID, inForce())
	_, err = o.service.Withdraw(o.manager, heads[2].ID, heads[2].Version)
	require.NoError(t, err)
	require.Equal(t, heads[0].ID, inForce(), "what came before the one that went is in force again")
}

func TestPublishingAtTheSameTimeLeavesOnePlanADay(t *testing.T) {
	o := newOffice(t)
	const plans = 6
	var heads []visits.PlanHead
	for i := range plans {
		board := o.unplanned(t, o.sites...)
		board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{
			to(i%4+1, o.rep, monday, 1), to((i+1)%4+1, o.second, monday, 1)})
		require.NoError(t, err)
		heads = append(heads, board.Plan)
	}
	var wait sync.WaitGroup
	failed := make(chan error, plans)
	for _, h := range heads {
		wait.Go(func() {
			_, err := o.service.Publish(o.manager, h.ID, h.Version)
			failed <- err
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	require.Len(t, o.published(t, o.ctx), 1)
	require.Len(t, o.published(t, o.secondCtx), 1)
	var inForce, kept int
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(o.ctx, `
			select count(*) filter (where replaced_by is null), count(*) filter (where replaced_by is not null)
			from visit_plans where kind = 'day'`).Scan(&inForce, &kept)
	}))
	require.Equal(t, []int{2, 2 * (plans - 1)}, []int{inForce, kept})
}

func TestACopyIsComparedWithItsOriginal(t *testing.T) {
	o := newOffice(t)
	board := o.plan(t, o.week(append(o.grid(t, 8), o.sites...)...))
	copied, err := o.service.Copy(o.manager, board.Plan.ID, "Another way")
	require.NoError(t, err)
	require.Equal(t, "Another way", copied.Name)
	same, err := o.service.Compare(o.manager, board.Plan.ID, copied.ID)
	require.NoError(t, err)
	require.Empty(t, same.Moved)
	require.Equal(t, same.A.Totals, same.B.Totals)
	twin, err := o.service.Board(o.manager, copied.ID)
	require.NoError(t, err)
	require.Equal(t, board.Lanes, twin.Lanes)

	var from visits.PlanLane
	for _, l := range twin.Lanes {
		if len(l.Stops) > 1 {
			from = l
		}
	}
	other := o.rep + o.second - from.RepID
	moved, err := o.service.Apply(o.manager, copied.ID, copied.Version, []visits.PlanMove{
		to(from.Stops[0].VisitID, other, "2026-11-27", 1), {VisitID: from.Stops[1].VisitID, Unplan: true}})
	require.NoError(t, err)
	c, err := o.service.Compare(o.manager, board.Plan.ID, copied.ID)
	require.NoError(t, err)
	require.Len(t, c.Moved, 2)
	by := map[int64]visits.MovedVisit{}
	for _, m := range c.Moved {
		by[m.SiteID] = m
	}
	was := &visits.LaneName{RepID: from.RepID, Day: from.Day}
	require.Equal(t, was, by[from.Stops[0].SiteID].A)
	require.Equal(t, &visits.LaneName{RepID: other, Day: "2026-11-27"}, by[from.Stops[0].SiteID].B)
	require.Equal(t, was, by[from.Stops[1].SiteID].A)
	require.Nil(t, by[from.Stops[1].SiteID].B)
	require.Equal(t, moved.Totals, c.B.Totals)
	sum := 0
	for _, r := range c.ByRep {
		sum += r.B.DriveSeconds
	}
	require.Equal(t, moved.Totals.DriveSeconds, sum)
	original, err := o.service.Board(o.manager, board.Plan.ID)
	require.NoError(t, err)
	require.Equal(t, board, original, "the original is as it was")
}

func TestARepPlansTheirOwnWeekAndSeesNoDraftOfOthers(t *testing.T) {
	o := newOffice(t)
	request := o.week(o.sites...)
	_, err := o.service.CreatePeriod(o.ctx, request)
	require.Equal(t, fault.Forbidden, fault.CodeOf(err), "not for others")
	request.RepIDs = []int64{o.rep}
	head, err := o.service.CreatePeriod(o.ctx, request)
	require.NoError(t, err)
	board, err := o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Done, board.Plan.State)
	moved, err := o.service.Apply(o.ctx, head.ID, board.Plan.Version, []visits.PlanMove{to(1, o.rep, tuesday, 1)})
	require.NoError(t, err)
	_, err = o.service.Publish(o.ctx, head.ID, moved.Plan.Version)
	require.NoError(t, err)

	draft := o.unplanned(t, o.sites...) // the manager's
	own := postgres.WithActor(t.Context(), postgres.Actor{OrgID: o.org, UserID: o.second, Role: "backoffice"})
	for name, try := range map[string]func(ctx context.Context) error{
		"head":    func(ctx context.Context) error { _, err := o.service.Head(ctx, draft.Plan.ID); return err },
		"board":   func(ctx context.Context) error { _, err := o.service.Board(ctx, draft.Plan.ID); return err },
		"lines":   func(ctx context.Context) error { _, err := o.service.Lines(ctx, draft.Plan.ID, 0, ""); return err },
		"history": func(ctx context.Context) error { _, err := o.service.History(ctx, draft.Plan.ID); return err },
		"preview": func(ctx context.Context) error {
			_, err := o.service.Preview(ctx, draft.Plan.ID, []visits.PlanMove{{VisitID: 1, Unplan: true}})
			return err
		},
		"places":  func(ctx context.Context) error { _, err := o.service.SuitablePlaces(ctx, draft.Plan.ID, 1); return err },
		"compare": func(ctx context.Context) error { _, err := o.service.Compare(ctx, head.ID, draft.Plan.ID); return err },
		"apply": func(ctx context.Context) error {
			_, err := o.service.Apply(ctx, draft.Plan.ID, draft.Plan.Version, []visits.PlanMove{{VisitID: 1, Unplan: true}})
			return err
		},
		"publish": func(ctx context.Context) error {
			_, err := o.service.Publish(ctx, draft.Plan.ID, draft.Plan.Version)
			return err
		},
		"copy":   func(ctx context.Context) error { _, err := o.service.Copy(ctx, draft.Plan.ID, ""); return err },
		"delete": func(ctx context.Context) error { return o.service.Delete(ctx, draft.Plan.ID) },
	} {
		for who, ctx := range map[string]context.Context{"a rep": o.ctx, "the back office": own, "another organisation": o.other} {
			require.Equal(t, fault.NotFound, fault.CodeOf(try(ctx)), "%s: %s", name, who)
		}
	}
	// A published plan of another's is seen and not changed.
	for name, try := range map[string]func() error{
		"apply": func() error {
			_, err := o.service.Apply(o.secondCtx, head.ID, moved.Plan.Version+1, []visits.PlanMove{{VisitID: 1, Unplan: true}})
			return err
		},
		"improve": func() error {
			_, err := o.service.Improve(o.secondCtx, head.ID, visits.ImproveRequest{Version: moved.Plan.Version + 1})
			return err
		},
		"publish":  func() error { _, err := o.service.Publish(o.secondCtx, head.ID, moved.Plan.Version+1); return err },
		"withdraw": func() error { _, err := o.service.Withdraw(o.secondCtx, head.ID, moved.Plan.Version+1); return err },
		"undo":     func() error { _, err := o.service.Undo(o.secondCtx, head.ID, moved.Plan.Version+1); return err },
		"rename":   func() error { _, err := o.service.Rename(o.secondCtx, head.ID, "Mine"); return err },
		"copy":     func() error { _, err := o.service.Copy(o.secondCtx, head.ID, ""); return err },
		"delete":   func() error { return o.service.Delete(o.secondCtx, head.ID) },
	} {
		require.Equal(t, fault.Forbidden, fault.CodeOf(try()), name)
	}
	list, err := o.service.List(o.ctx, visits.ListFilter{Kind: "period", Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, head.ID, list[0].ID)
	list, err = o.service.List(o.manager, visits.ListFilter{Kind: "period", Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 2)
}

func TestSuitableDaysLookAtWhatIsPublishedAndAtOwnPlans(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(2, o.rep, monday, 1)})
	require.NoError(t, err)
	published, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
	require.NoError(t, err)
	request := o.request(o.sites[3]) // the rep's own Wednesday goes north
	request.Day = "2026-11-25"
	own := o.planned(t, request)
	near := o.customer(t, "On the way to the south-east", orb.Point{(west + east) / 2, south}, "")
	days, err := o.service.SuitableDays(o.ctx, visits.SuitableDaysRequest{SiteID: near, RepID: o.rep, From: monday, To: "2026-11-27"})
	require.NoError(t, err)
	require.Equal(t, monday, days.Items[0].Day)
	require.Len(t, days.Days, 5)
	require.InDelta(t, 0, *days.Days[0].DetourSecs, 2)
	require.True(t, days.Days[0].Published)
	require.Equal(t, own.ID, *days.Days[2].PlanID)
	require.False(t, days.Days[2].Published)
	require.Nil(t, days.Days[1].PlanID)
	require.Positive(t, *days.Days[1].DetourSecs)
	_, err = o.service.Withdraw(o.manager, published.ID, published.Version)
	require.NoError(t, err)
	days, err = o.service.SuitableDays(o.ctx, visits.SuitableDaysRequest{SiteID: near, RepID: o.rep, From: monday, To: "2026-11-27"})
	require.NoError(t, err)
	require.Nil(t, days.Days[0].PlanID)
	_, err = o.service.SuitableDays(o.secondCtx, visits.SuitableDaysRequest{SiteID: near, RepID: o.rep, From: monday, To: "2026-11-27"})
	require.Equal(t, fault.Forbidden, fault.CodeOf(err))
}

// news are the kinds of what is in somebody's inbox.
func news(t *testing.T, service *visits.Service, ctx context.Context) (kinds []string) {
	t.Helper()
	require.NoError(t, service.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select kind from inbox_items where org_id = current_org() and user_id = current_actor() order by id`)
		if err != nil {
			return err
		}
		kinds, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}))
	return kinds
}
