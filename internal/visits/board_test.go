package visits_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/visits"
)

// office is the bundle's organisation with a second rep, who starts in the
// north-east, and the jobs of plans of periods.
type office struct {
	*bundle
	second    int64
	secondCtx context.Context
	org       int64
	periods   []visits.PeriodJob
}

func newOffice(t *testing.T) *office {
	o := &office{bundle: setup(t)}
	a, _ := postgres.ActorFrom(o.ctx)
	o.org = a.OrgID
	o.service.PeriodBudget, o.service.ReportEvery = 150*time.Millisecond, 20*time.Millisecond
	o.service.EnqueuePeriod = func(_ context.Context, _ pgx.Tx, job visits.PeriodJob) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.periods = append(o.periods, job)
		return nil
	}
	require.NoError(t, o.db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `
			insert into users (org_id, email, name, role, password_hash, start_point, start_address)
			values ($1, 'second@ours.example', 'Second', 'rep', 'x', $2, 'Other depot') returning id`, o.org, orb.Point{east, north}).Scan(&o.second)
	}))
	o.secondCtx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: o.org, UserID: o.second, Role: "rep"})
	return o
}

// week asks for the working week from Monday, 23 November 2026, with both reps.
func (o *office) week(sites ...int64) visits.PeriodRequest {
	r := visits.PeriodRequest{RepIDs: []int64{o.rep, o.second}, From: "2026-11-23", To: "2026-11-29", Assignment: "any"}
	for _, s := range sites {
		r.Visits = append(r.Visits, visits.PeriodVisit{SiteID: s})
	}
	return r
}

// workPeriod does the job that was put in last, as the queue does.
func (o *office) workPeriod(t *testing.T, attempt int) (*visits.PlanBoard, error) {
	t.Helper()
	o.mu.Lock()
	job := o.periods[len(o.periods)-1]
	o.mu.Unlock()
	err := (&visits.PeriodWorker{Visits: o.service}).Work(t.Context(), &river.Job[visits.PeriodJob]{
		JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 5}, Args: job})
	board, readErr := o.service.Board(o.manager, job.PlanID)
	require.NoError(t, readErr)
	return board, err
}

func (o *office) plan(t *testing.T, r visits.PeriodRequest) *visits.PlanBoard {
	t.Helper()
	head, err := o.service.CreatePeriod(o.manager, r)
	require.NoError(t, err)
	require.Equal(t, visits.Queued, head.State)
	board, err := o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Done, board.Plan.State, board.Plan.Error)
	return board
}

// grid adds n customers on a grid over the square, half of them of each rep.
func (o *office) grid(t *testing.T, n int) []int64 {
	t.Helper()
	var sites []int64
	side := int(math.Ceil(math.Sqrt(float64(n))))
	for i := range n {
		at := orb.Point{west + (east-west)*float64(i%side)/float64(side), south + (north-south)*float64(i/side)/float64(side)}
		sites = append(sites, o.customer(t, fmt.Sprintf("Shop %d", i), at, ""))
	}
	return sites
}

// visitsOf lists what a board plans, by lane.
func lanesOf(b *visits.PlanBoard) map[visits.LaneName][]int {
	lanes := map[visits.LaneName][]int{}
	for _, l := range b.Lanes {
		for _, s := range l.Stops {
			name := visits.LaneName{RepID: l.RepID, Day: l.Day}
			lanes[name] = append(lanes[name], s.VisitID)
		}
	}
	return lanes
}

func TestAWeekOfTwoRepsIsPlannedWithinTheirHours(t *testing.T) {
	o := newOffice(t)
	sites := append(o.grid(t, 30), o.sites...)
	board := o.plan(t, o.week(sites...))
	require.Len(t, board.Days, 7)
	require.Len(t, board.Lanes, 14, "a lane for each rep and day, weekends too")
	require.Equal(t, 34, board.Totals.Visits)
	require.Empty(t, board.Unplanned)
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	seen, drive := map[int]bool{}, 0
	for _, lane := range board.Lanes {
		weekend := lane.Day >= "2026-11-28"
		require.Equal(t, !weekend, lane.Works)
		if weekend || len(lane.Stops) == 0 {
			require.Empty(t, lane.Stops)
			require.Nil(t, lane.StartsAt)
			continue
		}
		require.Empty(t, lane.Violations)
		day, err := time.ParseInLocation(time.DateOnly, lane.Day, zone)
		require.NoError(t, err)
		require.False(t, lane.StartsAt.Before(day.Add(8*time.Hour)))
		require.False(t, lane.EndsAt.After(day.Add(17*time.Hour)))
		at, sum := *lane.StartsAt, 0
		for i, s := range lane.Stops {
			require.False(t, seen[s.VisitID], "made once")
			seen[s.VisitID] = true
			require.Equal(t, i+1, s.Position)
			require.False(t, s.ArrivesAt.Before(at.Add(time.Duration(s.DriveSeconds)*time.Second)), "nobody arrives before having driven")
			require.Equal(t, s.BeginsAt, s.ArrivesAt.Add(time.Duration(s.WaitingSeconds)*time.Second))
			require.Equal(t, s.LeavesAt, s.BeginsAt.Add(30*time.Minute))
			require.NotNil(t, s.SlackSeconds)
			at, sum = s.LeavesAt, sum+s.DriveSeconds
		}
		require.Equal(t, lane.DriveSeconds, sum+lane.LastLegSeconds)
		drive += lane.DriveSeconds
	}
	require.Equal(t, board.Totals.DriveSeconds, drive)
	require.Equal(t, 34*7, board.Totals.Value, "B accounts all")
}

func TestOpeningHoursHoldOnTheirDates(t *testing.T) {
	o := newOffice(t)
	tuesday := o.customer(t, "Tuesdays only", orb.Point{west, north}, "Tu 09:00-10:00")
	never := o.customer(t, "At weekends", orb.Point{west, north}, "Sa-Su 09:00-17:00; Nov 24-27 off")
	board := o.plan(t, o.week(tuesday, never))
	require.Len(t, board.Unplanned, 1)
	require.Equal(t, never, board.Unplanned[0].SiteID)
	for _, lane := range board.Lanes {
		for _, s := range lane.Stops {
			require.Equal(t, "2026-11-24", lane.Day)
			require.Equal(t, tuesday, s.SiteID)
			local := s.BeginsAt.In(o.zone(t))
			require.GreaterOrEqual(t, local.Format("15:04"), "09:00")
			require.LessOrEqual(t, s.LeavesAt.In(o.zone(t)).Format("15:04"), "10:00")
		}
	}
}

func (o *office) zone(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	return zone
}
