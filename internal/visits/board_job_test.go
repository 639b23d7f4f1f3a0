package visits_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/visits"
)

// background works on the last job in another goroutine.
func (o *office) background(t *testing.T) <-chan *visits.PlanBoard {
	done := make(chan *visits.PlanBoard, 1)
	go func() {
		board, err := o.workPeriod(t, 1)
		if err != nil {
			board = nil
		}
		done <- board
	}()
	return done
}

func (o *office) await(t *testing.T, id int64, until func(*visits.PlanHead) bool) *visits.PlanHead {
	t.Helper()
	var head *visits.PlanHead
	require.Eventually(t, func() bool {
		var err error
		head, err = o.service.Head(o.manager, id)
		return err == nil && until(head)
	}, 20*time.Second, 10*time.Millisecond)
	return head
}

func finished(t *testing.T, done <-chan *visits.PlanBoard) *visits.PlanBoard {
	t.Helper()
	select {
	case board := <-done:
		require.NotNil(t, board)
		return board
	case <-time.After(20 * time.Second):
		require.Fail(t, "the search went on")
		return nil
	}
}

func TestASearchThatIsStoppedKeepsItsBestSoFar(t *testing.T) {
	o := newOffice(t)
	o.service.PeriodBudget = 5 * time.Minute
	head, err := o.service.CreatePeriod(o.manager, o.week(o.grid(t, 40)...))
	require.NoError(t, err)
	done := o.background(t)
	head = o.await(t, head.ID, func(h *visits.PlanHead) bool { return h.Best != nil })
	require.Equal(t, visits.Running, head.State)
	require.Positive(t, head.Best.Visits)
	_, err = o.service.Apply(o.manager, head.ID, head.Version, []visits.PlanMove{{VisitID: 1, Excluded: yes()}})
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "nobody moves what is being worked on")
	_, err = o.service.Stop(o.manager, head.ID)
	require.NoError(t, err)
	board := finished(t, done)
	require.Equal(t, visits.Done, board.Plan.State)
	require.Nil(t, board.Plan.Best)
	require.GreaterOrEqual(t, board.Totals.Visits, head.Best.Visits)
	require.Zero(t, board.Totals.Violations)
	history, err := o.service.History(o.manager, head.ID)
	require.NoError(t, err)
	require.True(t, history[0].Detail.Stopped)
	_, err = o.service.Stop(o.manager, head.ID)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
}

func TestASearchThatIsAbandonedLeavesThePlanAsItWas(t *testing.T) {
	o := newOffice(t)
	before := o.plan(t, o.week(o.grid(t, 20)...))
	head, err := o.service.Improve(o.manager, before.Plan.ID, visits.ImproveRequest{Version: before.Plan.Version, Seconds: 300})
	require.NoError(t, err)
	require.Equal(t, visits.Queued, head.State)
	_, err = o.service.Improve(o.manager, head.ID, visits.ImproveRequest{Version: head.Version})
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "one search at a time")
	done := o.background(t)
	o.await(t, head.ID, func(h *visits.PlanHead) bool { return h.Best != nil })
	_, err = o.service.AbandonSearch(o.manager, head.ID)
	require.NoError(t, err)
	after := finished(t, done)
	require.Equal(t, visits.Cancelled, after.Plan.State)
	require.Equal(t, before.Lanes, after.Lanes)
	require.Equal(t, before.Unplanned, after.Unplanned)
}

func TestASearchOfAKilledServerGoesOnFromItsBest(t *testing.T) {
	o := newOffice(t)
	_, err := o.service.CreatePeriod(o.manager, o.week(o.grid(t, 12)...))
	require.NoError(t, err)
	// The process died in the middle: the plan says running, its best so far is
	// stored, no route is.
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `
			update visit_plans set state = 'running', progress = 0.4, best = '{"visits": 1, "improved": 3}',
			  best_orders = jsonb_build_object('l', jsonb_build_array(jsonb_build_object('r', $1::bigint, 'd', $2::text, 'v', '[3, 1, 2, 999]'::jsonb)))`, o.rep, monday)
		return err
	}))
	board, err := o.workPeriod(t, 2)
	require.NoError(t, err)
	require.Equal(t, visits.Done, board.Plan.State)
	require.Equal(t, 12, board.Totals.Visits)
	// A third attempt, of a queue that did not hear of it, changes nothing.
	same, err := o.workPeriod(t, 3)
	require.NoError(t, err)
	require.Equal(t, board, same)
}

func TestAJobThatIsGivenUpLeavesThePlanStoppedWithWhatItHas(t *testing.T) {
	o := newOffice(t)
	_, err := o.service.CreatePeriod(o.manager, o.week(o.grid(t, 12)...))
	require.NoError(t, err)
	job := o.periods[len(o.periods)-1]
	args, err := json.Marshal(job)
	require.NoError(t, err)
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `
			update visit_plans set state = 'running', progress = 0.4, best = '{"visits": 3, "improved": 3}',
			  best_orders = jsonb_build_object('l', jsonb_build_array(jsonb_build_object('r', $1::bigint, 'd', $2::text, 'v', '[3, 1, 2, 999]'::jsonb)))`, o.rep, monday)
		return err
	}))
	require.NoError(t, o.service.AbandonPeriod(t.Context(), args))
	board, err := o.service.Board(o.manager, job.PlanID)
	require.NoError(t, err)
	require.Equal(t, visits.Done, board.Plan.State)
	require.Equal(t, []int{3, 1, 2}, lanesOf(board)[visits.LaneName{RepID: o.rep, Day: monday}])
	require.Equal(t, 9, board.Totals.Unplanned)
	history, err := o.service.History(o.manager, job.PlanID)
	require.NoError(t, err)
	require.Equal(t, "planned", history[0].What)
	require.True(t, history[0].Detail.Stopped)
	require.NoError(t, o.service.AbandonPeriod(t.Context(), args), "told twice, done once")
	again, err := o.service.Board(o.manager, job.PlanID)
	require.NoError(t, err)
	require.Equal(t, board, again)

	// Of a search that had found nothing yet there is nothing to keep.
	_, err = o.service.CreatePeriod(o.manager, o.week(o.sites...))
	require.NoError(t, err)
	args, err = json.Marshal(o.periods[len(o.periods)-1])
	require.NoError(t, err)
	require.NoError(t, o.service.AbandonPeriod(t.Context(), args))
	board, err = o.service.Board(o.manager, o.periods[len(o.periods)-1].PlanID)
	require.NoError(t, err)
	require.Equal(t, visits.Failed, board.Plan.State)
	require.NotEmpty(t, board.Plan.Error)
}

func TestAJobThatCannotSucceedFailsThePlanOfAPeriodInWords(t *testing.T) {
	o := newOffice(t)
	good := o.plan(t, o.week(o.sites...))
	o.service.Travel = func(travel.Way) (travel.Provider, error) { return broken{}, nil }
	_, err := o.service.Improve(o.manager, good.Plan.ID, visits.ImproveRequest{Version: good.Plan.Version})
	require.NoError(t, err)
	board, err := o.workPeriod(t, 1)
	require.Error(t, err, "the queue tries again")
	require.Equal(t, visits.Running, board.Plan.State)
	board, err = o.workPeriod(t, 5)
	require.Error(t, err)
	require.Equal(t, visits.Failed, board.Plan.State)
	require.NotEmpty(t, board.Plan.Error)
	require.NotContains(t, board.Plan.Error, "cable", "the cause is for operators")
	require.Equal(t, good.Lanes, board.Lanes, "what was planned is still there")
}

func TestImprovingKeepsWhatIsLockedPinnedExcludedOrNotChosen(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, append(o.grid(t, 10), o.sites...)...)
	// A bad plan by hand: across the square and back, the first at its time, the
	// second on its day, and one that nobody is to visit.
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{
		to(13, o.rep, monday, 1), to(1, o.rep, monday, 2), to(14, o.rep, monday, 3), to(11, o.rep, monday, 4),
		to(12, o.second, tuesday, 1), to(2, o.second, tuesday, 2), to(13, o.rep, monday, 9),
		{VisitID: 14, Locked: yes()}, {VisitID: 1, Pinned: yes()}, {VisitID: 5, Excluded: yes()}})
	require.NoError(t, err)
	lockedAt := o.lane(t, board, o.rep, monday).Stops[1].BeginsAt
	require.Equal(t, 14, o.lane(t, board, o.rep, monday).Stops[1].VisitID)
	untouched := o.lane(t, board, o.second, tuesday)

	_, err = o.service.Improve(o.manager, board.Plan.ID, visits.ImproveRequest{Version: board.Plan.Version, RepIDs: []int64{o.rep}})
	require.NoError(t, err)
	after, err := o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Done, after.Plan.State, after.Plan.Error)
	require.Equal(t, untouched, o.lane(t, after, o.second, tuesday))
	for _, l := range after.Lanes {
		for _, s := range l.Stops {
			switch s.VisitID {
			case 14:
				require.Equal(t, []any{o.rep, monday, true}, []any{l.RepID, l.Day, s.Locked})
				require.WithinDuration(t, lockedAt, s.BeginsAt, 10*time.Minute)
			case 1:
				require.Equal(t, []any{o.rep, monday, true}, []any{l.RepID, l.Day, s.Pinned})
			case 12, 2:
				require.Equal(t, o.second, l.RepID)
			default:
				require.Equal(t, o.rep, l.RepID, "only the lanes chosen get new visits")
			}
		}
	}
	require.Len(t, after.Excluded, 1)
	require.Equal(t, 5, after.Excluded[0].VisitID)
	require.Equal(t, 13, after.Totals.Visits)
	require.Zero(t, after.Totals.Violations)
}

func TestAccountsThatFallDueAreVisitedInTheirRhythm(t *testing.T) {
	o := newOffice(t)
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `
			update accounts set visit_interval_days = case name when 'Customer 0' then 7 else 30 end, last_visit_on = case name
			  when 'Customer 0' then date '2026-11-18'            -- due on the 25th, 2nd, 9th, 16th
			  when 'Customer 1' then date '2026-11-23' - 45       -- overdue by half its interval
			  when 'Customer 2' then date '2026-11-20' end        -- not due in these weeks
			where name like 'Customer%'`)
		return err
	}))
	request := o.week()
	request.RepIDs, request.To, request.ByDueDate, request.Assignment = []int64{o.rep}, "2026-12-18", true, ""
	board := o.plan(t, request)
	days := map[string][]string{}
	for _, l := range board.Lanes {
		for _, s := range l.Stops {
			days[s.Name] = append(days[s.Name], l.Day)
			require.NotEqual(t, "chosen", s.Reason)
		}
	}
	require.Len(t, days["Customer 0"], 4, "%v", days)
	for i, due := range []string{"2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16"} {
		planned, _ := time.Parse(time.DateOnly, days["Customer 0"][i])
		wanted, _ := time.Parse(time.DateOnly, due)
		require.InDelta(t, 0, planned.Sub(wanted).Hours()/24, 4, "%v", days)
	}
	require.Len(t, days["Customer 1"], 1)
	require.Len(t, days["Customer 3"], 1, "never visited")
	require.Empty(t, days["Customer 2"])
	require.LessOrEqual(t, days["Customer 1"][0], "2026-11-27", "what is overdue comes soon")
}

func TestAnAccountIsVisitedByItsOwnerUnlessAnybodyMay(t *testing.T) {
	o := newOffice(t)
	// All of them are the first rep's; the second starts next door.
	near := o.customer(t, "Next to the second rep", orb.Point{east, north}, "")
	who := func(assignment string) int64 {
		request := o.week(near)
		request.Assignment = assignment
		for _, l := range o.plan(t, request).Lanes {
			if len(l.Stops) > 0 {
				return l.RepID
			}
		}
		return 0
	}
	require.Equal(t, o.rep, who("owner"))
	require.Equal(t, o.second, who("any"))
}

func TestAPlanOfAPeriodNoticesThatAnAccountIsGone(t *testing.T) {
	o := newOffice(t)
	board := o.plan(t, o.week(append(o.grid(t, 6), o.sites...)...))
	gone := board.Lanes[0].Stops
	for _, l := range board.Lanes {
		if len(l.Stops) > 1 {
			gone = l.Stops
		}
	}
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `delete from accounts where id = $1`, gone[0].AccountID)
		return err
	}))
	after, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{{VisitID: gone[1].VisitID, Unplan: true}})
	require.NoError(t, err)
	require.Equal(t, board.Totals.Visits-2, after.Totals.Visits)
	back, err := o.service.Undo(o.manager, board.Plan.ID, after.Plan.Version)
	require.NoError(t, err)
	require.Equal(t, board.Totals.Visits-1, back.Totals.Visits)
}

func TestTheBestSoFarCanBeLookedAtWhileTheSearchGoesOn(t *testing.T) {
	o := newOffice(t)
	o.service.PeriodBudget = 5 * time.Minute
	head, err := o.service.CreatePeriod(o.manager, o.week(o.grid(t, 25)...))
	require.NoError(t, err)
	done := o.background(t)
	o.await(t, head.ID, func(h *visits.PlanHead) bool { return h.Best != nil && h.Best.Visits > 0 })
	best, err := o.service.BestBoard(o.manager, head.ID)
	require.NoError(t, err)
	require.True(t, best.IsBest)
	require.Positive(t, best.Totals.Visits)
	require.Equal(t, 25, best.Totals.Visits+best.Totals.Unplanned)
	plain, err := o.service.Board(o.manager, head.ID)
	require.NoError(t, err)
	require.Zero(t, plain.Totals.Visits, "the plan itself is not changed yet")
	_, err = o.service.Stop(o.manager, head.ID)
	require.NoError(t, err)
	after := finished(t, done)
	last, err := o.service.BestBoard(o.manager, head.ID)
	require.NoError(t, err)
	require.Equal(t, after, last)
}

func TestImprovingOneRepDoesNotMindWhatIsBrokenElsewhere(t *testing.T) {
	o := newOffice(t)
	tuesdays := o.customer(t, "Tuesdays only", orb.Point{east, south}, "Tu 09:00-17:00")
	far := o.customer(t, "Far away", orb.Point{-77.3, 39.1}, "")
	board := o.unplanned(t, append(o.sites, tuesdays, far)...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{
		to(5, o.second, monday, 1), to(6, o.second, monday, 2), to(1, o.second, monday, 3), // closed, and home at night
		to(2, o.rep, monday, 1), to(4, o.rep, monday, 2), to(3, o.rep, monday, 3), // crosses itself
	})
	require.NoError(t, err)
	require.Positive(t, board.Totals.Violations)
	_, err = o.service.Improve(o.manager, board.Plan.ID, visits.ImproveRequest{Version: board.Plan.Version, RepIDs: []int64{o.rep}})
	require.NoError(t, err)
	after, err := o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Done, after.Plan.State, after.Plan.Error)
	require.Equal(t, o.lane(t, board, o.second, monday), o.lane(t, after, o.second, monday))
	require.Less(t, after.Totals.DriveSeconds, board.Totals.DriveSeconds)

	// What is broken is mended when its lane is chosen: the closed place goes to its day.
	_, err = o.service.Improve(o.manager, board.Plan.ID, visits.ImproveRequest{Version: after.Plan.Version})
	require.NoError(t, err)
	mended, err := o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Zero(t, mended.Totals.Violations)
	for _, l := range mended.Lanes {
		for _, s := range l.Stops {
			if s.VisitID == 5 {
				require.Equal(t, tuesday, l.Day)
			}
		}
	}
	_, err = o.service.Improve(o.manager, o.unplanned(t).Plan.ID, visits.ImproveRequest{})
	require.Equal(t, fault.Invalid, fault.CodeOf(err), "without visits there is nothing to improve")
}

func TestWhoDoesNotSeeAllAccountsOfAPlanSeesTheOthersAndChangesNothing(t *testing.T) {
	o := newOffice(t)
	board := o.plan(t, o.week(o.sites...))
	_, err := o.service.Preview(o.manager, board.Plan.ID, []visits.PlanMove{{VisitID: 1, Unplan: true}}) // in memory now
	require.NoError(t, err)
	require.NoError(t, o.db.Owner(t.Context(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `insert into access_rules (org_id, role, sees, edits) values ($1, 'manager', 'own', 'own')`, o.org); err != nil {
			return err
		}
		manager, _ := postgres.ActorFrom(o.manager)
		_, err := tx.Exec(t.Context(), `update accounts set owner_id = $2 where org_id = $1 and name in ('Customer 0', 'Customer 1')`, o.org, manager.UserID)
		return err
	}))
	partly, err := o.service.Board(o.manager, board.Plan.ID)
	require.NoError(t, err)
	require.Equal(t, 2, partly.Hidden)
	require.Equal(t, 2, partly.Totals.Visits+partly.Totals.Unplanned)
	require.False(t, partly.Plan.MayWrite)
	for name, try := range map[string]func() error{
		"apply": func() error {
			_, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{{VisitID: 1, Unplan: true}})
			return err
		},
		"improve": func() error {
			_, err := o.service.Improve(o.manager, board.Plan.ID, visits.ImproveRequest{Version: board.Plan.Version})
			return err
		},
		"publish": func() error { _, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version); return err },
		"copy":    func() error { _, err := o.service.Copy(o.manager, board.Plan.ID, ""); return err },
	} {
		require.Equal(t, fault.Forbidden, fault.CodeOf(try()), name)
	}
	effect, err := o.service.Preview(o.manager, board.Plan.ID, []visits.PlanMove{{VisitID: 1, Unplan: true}})
	require.NoError(t, err)
	for _, l := range effect.Lanes {
		require.LessOrEqual(t, l.Before.Visits, 2, "memory does not tell what the database hides")
	}
}
