package visits_test

import (
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/visits"
)

func (o *office) lane(t *testing.T, b *visits.PlanBoard, rep int64, day string) visits.PlanLane {
	t.Helper()
	for _, l := range b.Lanes {
		if l.RepID == rep && l.Day == day {
			return l
		}
	}
	require.Fail(t, "no such lane")
	return visits.PlanLane{}
}

const monday, tuesday, saturday = "2026-11-23", "2026-11-24", "2026-11-28"

// empty makes a plan with the sites in no lane: nobody has planned yet.
func (o *office) unplanned(t *testing.T, sites ...int64) *visits.PlanBoard {
	t.Helper()
	head, err := o.service.CreatePeriod(o.manager, o.week())
	require.NoError(t, err)
	require.Equal(t, visits.Done, head.State, "without visits there is nothing to wait for")
	var list []visits.PeriodVisit
	for _, s := range sites {
		list = append(list, visits.PeriodVisit{SiteID: s})
	}
	board, err := o.service.AddVisits(o.manager, head.ID, head.Version, list)
	require.NoError(t, err)
	require.Len(t, board.Unplanned, len(sites))
	return board
}

func to(visit int, rep int64, day string, position int) visits.PlanMove {
	return visits.PlanMove{VisitID: visit, To: &visits.PlanPlace{RepID: rep, Day: day, Position: position}}
}

func yes() *bool { b := true; return &b }
func no() *bool  { b := false; return &b }

func TestWhatAMoveWouldDoIsWhatItDoes(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...) // SW, SE, NE, NW; the rep starts in the south-west
	id := board.Plan.ID
	// The depot is at the first customer, so going to the south-east and back is twice one side.
	effect, err := o.service.Preview(o.manager, id, []visits.PlanMove{to(2, o.rep, monday, 1)})
	require.NoError(t, err)
	require.Len(t, effect.Lanes, 1)
	require.Equal(t, effect.DriveSeconds, effect.Lanes[0].After.DriveSeconds)
	require.InDelta(t, effect.DriveSeconds, 2*effect.Lanes[0].Stops[0].DriveSeconds, 2)
	require.Zero(t, effect.Violations)
	same, err := o.service.Board(o.manager, id)
	require.NoError(t, err)
	require.Equal(t, board, same, "asking changes nothing")

	moves := []visits.PlanMove{to(2, o.rep, monday, 1), to(3, o.rep, monday, 2), to(1, o.rep, monday, 1), to(4, o.second, tuesday, 9)}
	effect, err = o.service.Preview(o.manager, id, moves)
	require.NoError(t, err)
	after, err := o.service.Apply(o.manager, id, board.Plan.Version, moves)
	require.NoError(t, err)
	require.Equal(t, map[visits.LaneName][]int{{RepID: o.rep, Day: monday}: {1, 2, 3}, {RepID: o.second, Day: tuesday}: {4}}, lanesOf(after))
	require.Equal(t, after.Totals.DriveSeconds-board.Totals.DriveSeconds, effect.DriveSeconds)
	require.Equal(t, after.Totals.DriveMetres-board.Totals.DriveMetres, effect.DriveMetres)
	for _, l := range effect.Lanes {
		lane := o.lane(t, after, l.RepID, l.Day)
		for i, s := range l.Stops {
			require.Equal(t, lane.Stops[i].ArrivesAt, s.ArrivesAt)
		}
	}
	stored, err := o.service.Board(o.manager, id)
	require.NoError(t, err)
	require.Equal(t, after, stored, "what the answer says is what is stored")
}

func TestWhatAMoveBreaksIsMarkedAndNotRefused(t *testing.T) {
	o := newOffice(t)
	tuesdays := o.customer(t, "Tuesdays only", orb.Point{east, south}, "Tu 09:00-17:00")
	mornings := o.customer(t, "Mornings", orb.Point{east, south}, "Mo-Fr 08:00-09:00")
	far := o.customer(t, "Far away", orb.Point{-77.3, 39.1}, "") // some 155 km
	board := o.unplanned(t, tuesdays, mornings, far)
	after, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version,
		[]visits.PlanMove{to(1, o.rep, monday, 1), to(3, o.rep, monday, 2), to(2, o.rep, monday, 3)})
	require.NoError(t, err)
	lane := o.lane(t, after, o.rep, monday)
	require.Equal(t, "closed_that_day", lane.Stops[0].Violation)
	require.Equal(t, "closed_at_arrival", lane.Stops[2].Violation)
	require.Contains(t, lane.Violations, "after_working_hours")
	require.Positive(t, lane.OvertimeSeconds)
	require.Equal(t, lane.OvertimeSeconds, after.Totals.OvertimeSeconds)
	require.Equal(t, monday, lane.EndsAt.In(o.zone(t)).Format("2006-01-02"), "nobody waits for the opening of the next day")
	// A visit that was asked for otherwise is marked too.
	board = o.unplanned(t)
	board, err = o.service.AddVisits(o.manager, board.Plan.ID, board.Plan.Version, []visits.PeriodVisit{
		{SiteID: o.sites[0], RepID: o.second}, {SiteID: o.sites[1], Day: tuesday}})
	require.NoError(t, err)
	board, err = o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(1, o.rep, monday, 1), to(2, o.rep, monday, 2)})
	require.NoError(t, err)
	lane = o.lane(t, board, o.rep, monday)
	require.Equal(t, []string{"other_rep", "other_day"}, []string{lane.Stops[0].Violation, lane.Stops[1].Violation})
	require.Equal(t, 2, board.Totals.Violations)
}

func TestMovesThatCannotBeAreRefusedInWordsAndChangeNothing(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(1, o.rep, monday, 1), {VisitID: 1, Locked: yes()}})
	require.NoError(t, err)
	for name, move := range map[string]visits.PlanMove{
		"an unknown visit":     to(99, o.rep, monday, 1),
		"an unknown rep":       to(2, 999_999, monday, 1),
		"a day of another":     to(2, o.rep, "2026-12-24", 1),
		"no day":               to(2, o.rep, "tomorrow", 1),
		"a day off":            to(2, o.rep, saturday, 1),
		"nothing":              {VisitID: 2},
		"two things":           {VisitID: 2, Unplan: true, Pinned: yes()},
		"a lock on nothing":    {VisitID: 2, Locked: yes()},
		"a locked one":         to(1, o.rep, tuesday, 1),
		"a locked one out":     {VisitID: 1, Unplan: true},
		"a locked one to keep": {VisitID: 1, Excluded: yes()},
	} {
		moves := []visits.PlanMove{to(3, o.rep, monday, 1), move}
		_, err := o.service.Preview(o.manager, board.Plan.ID, moves)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), name)
		require.NotEmpty(t, fault.Of(err).Fields(), name)
		_, err = o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, moves)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), name)
	}
	same, err := o.service.Board(o.manager, board.Plan.ID)
	require.NoError(t, err)
	require.Equal(t, board, same)
}

func TestUndoAndRedoRestoreTheBoardExactly(t *testing.T) {
	o := newOffice(t)
	first := o.plan(t, o.week(append(o.grid(t, 12), o.sites...)...))
	id := first.Plan.ID
	boards := []*visits.PlanBoard{first}
	apply := func(moves ...visits.PlanMove) {
		t.Helper()
		last := boards[len(boards)-1]
		next, err := o.service.Apply(o.manager, id, last.Plan.Version, moves)
		require.NoError(t, err)
		boards = append(boards, next)
	}
	stop := first.Lanes[0].Stops
	for _, l := range first.Lanes {
		if len(l.Stops) > len(stop) {
			stop = l.Stops
		}
	}
	require.GreaterOrEqual(t, len(stop), 4)
	apply(to(stop[0].VisitID, o.second, tuesday, 1), visits.PlanMove{VisitID: stop[1].VisitID, Unplan: true})
	apply(visits.PlanMove{VisitID: stop[2].VisitID, Locked: yes()}, visits.PlanMove{VisitID: stop[3].VisitID, Pinned: yes()})
	apply(visits.PlanMove{VisitID: stop[1].VisitID, Excluded: yes()})
	apply(visits.PlanMove{VisitID: stop[2].VisitID, Locked: no()}, to(stop[2].VisitID, o.rep, tuesday, 1))
	same := func(want, got *visits.PlanBoard) {
		t.Helper()
		require.Equal(t, want.Lanes, got.Lanes)
		require.Equal(t, want.Unplanned, got.Unplanned)
		require.Equal(t, want.Excluded, got.Excluded)
		require.Equal(t, want.Totals, got.Totals)
		stored, err := o.service.Board(o.manager, id)
		require.NoError(t, err)
		require.Equal(t, got, stored)
	}
	now := boards[len(boards)-1]
	require.Len(t, now.Excluded, 1)
	for i := len(boards) - 2; i >= 0; i-- {
		back, err := o.service.Undo(o.manager, id, now.Plan.Version)
		require.NoError(t, err)
		same(boards[i], back)
		require.True(t, back.History.CanRedo)
		now = back
	}
	for i := 1; i < len(boards); i++ {
		again, err := o.service.Redo(o.manager, id, now.Plan.Version)
		require.NoError(t, err)
		same(boards[i], again)
		now = again
	}
	require.False(t, now.History.CanRedo)
	_, err := o.service.Redo(o.manager, id, now.Plan.Version)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))

	// Something else after undoing: what was undone stays in the history, marked.
	now, err = o.service.Undo(o.manager, id, now.Plan.Version)
	require.NoError(t, err)
	now, err = o.service.Apply(o.manager, id, now.Plan.Version, []visits.PlanMove{{VisitID: stop[0].VisitID, Unplan: true}})
	require.NoError(t, err)
	require.False(t, now.History.CanRedo)
	history, err := o.service.History(o.manager, id)
	require.NoError(t, err)
	var what []string
	for _, r := range history {
		mark := r.What
		if r.Current {
			mark += "*"
		}
		if r.Undone {
			mark += "-"
		}
		what = append(what, mark)
	}
	require.Equal(t, []string{"moved*", "moved-", "excluded", "locked", "moved", "planned", "created"}, what)
	require.Equal(t, now.Totals, history[0].Totals)
}

func TestOfTwoManagersWhoMoveAtTheSameTimeOneIsTold(t *testing.T) {
	o := newOffice(t)
	board := o.unplanned(t, o.sites...)
	id, version := board.Plan.ID, board.Plan.Version
	var wait sync.WaitGroup
	const people = 8
	won, told := make(chan *visits.PlanBoard, people), make(chan error, people)
	for i := range people {
		wait.Go(func() {
			after, err := o.service.Apply(o.manager, id, version, []visits.PlanMove{to(i%4+1, o.rep, monday, 1)})
			if err != nil {
				told <- err
				return
			}
			won <- after
		})
	}
	wait.Wait()
	close(told)
	require.Len(t, won, 1)
	for err := range told {
		require.Equal(t, fault.Conflict, fault.CodeOf(err), "%v", err)
		current := fault.Of(err).Current().(*visits.PlanBoard)
		require.Equal(t, version+1, current.Plan.Version, "they see the board as it is")
	}
	stored, err := o.service.Board(o.manager, id)
	require.NoError(t, err)
	require.Equal(t, <-won, stored, "nothing is lost, nothing is mixed")
	require.Equal(t, 1, stored.Totals.Visits)
}

func TestASuitableDayIsTheOneWithTheLeastDetour(t *testing.T) {
	o := newOffice(t)
	onTheWay := o.customer(t, "On the way", orb.Point{(west + east) / 2, south}, "")
	closed := o.customer(t, "Tuesdays", orb.Point{(west + east) / 2, south}, "Tu 09:00-17:00")
	board := o.unplanned(t, append(o.sites, onTheWay, closed)...)
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(2, o.rep, tuesday, 1)})
	require.NoError(t, err)
	places, err := o.service.SuitablePlaces(o.manager, board.Plan.ID, 5)
	require.NoError(t, err)
	best := places.Items[0]
	require.Equal(t, []any{o.rep, tuesday, "green"}, []any{best.RepID, best.Day, best.Rating})
	require.InDelta(t, 0, best.DetourSecs, 2, "it lies between the depot and the other visit")
	require.Len(t, places.Days, 10, "two reps, five working days")
	moved, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, []visits.PlanMove{to(5, best.RepID, best.Day, best.Position)})
	require.NoError(t, err)
	require.InDelta(t, best.DetourSecs, moved.Totals.DriveSeconds-board.Totals.DriveSeconds, 1)

	places, err = o.service.SuitablePlaces(o.manager, board.Plan.ID, 6)
	require.NoError(t, err)
	for _, d := range places.Days {
		require.Equal(t, d.Day == tuesday, d.Fits, "%+v", d)
		if !d.Fits {
			require.Equal(t, "red", d.Rating)
			require.NotNil(t, d.DetourSecs)
			require.Nil(t, d.BeginsAt)
		}
	}
	_, err = o.service.SuitablePlaces(o.manager, board.Plan.ID, 77)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}
