package visits_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
	"github.com/waymark-crm/waymark/internal/visits"
)

// bundle is one organisation with a rep and four customers on the corners of a
// square of about ten kilometres; the rep starts in the south-west.
type bundle struct {
	ctx     context.Context // the rep
	manager context.Context
	other   context.Context // a rep of another organisation
	db      *testdb.DB
	service *visits.Service
	rep     int64
	sites   []int64 // SW, SE, NE, NW

	mu   sync.Mutex
	jobs []visits.PlanJob
}

const (
	west, east   = -75.50, -75.40
	south, north = 39.10, 39.19
)

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	b := &bundle{db: testdb.New(t)}
	b.service = &visits.Service{
		DB:     b.db.DB,
		Budget: 100 * time.Millisecond,
		Travel: func(w travel.Way) (travel.Provider, error) { return travel.StraightFor(w.Profile), nil },
		Enqueue: func(_ context.Context, _ pgx.Tx, job visits.PlanJob) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.jobs = append(b.jobs, job)
			return nil
		},
	}
	var org, manager, stranger, strangerRep int64
	err := b.db.Owner(t.Context(), func(tx pgx.Tx) error {
		user := func(org *int64, slug, role string, id *int64) error {
			if *org == 0 {
				if err := tx.QueryRow(t.Context(), `insert into organisations (name, slug, time_zone) values ($1, $1, 'America/New_York') returning org_id`, slug).Scan(org); err != nil {
					return err
				}
			}
			return tx.QueryRow(t.Context(), `
				insert into users (org_id, email, name, role, password_hash, start_point, start_address)
				values ($1, $2, $2, $3, 'x', $4, 'Depot') returning id`,
				*org, fmt.Sprintf("%s@%s.example", role, slug), role, orb.Point{west, south}).Scan(id)
		}
		for _, err := range []error{
			user(&org, "ours", "rep", &b.rep), user(&org, "ours", "manager", &manager), user(&stranger, "theirs", "rep", &strangerRep),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: b.rep, Role: "rep"})
	b.manager = postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: manager, Role: "manager"})
	b.other = postgres.WithActor(t.Context(), postgres.Actor{OrgID: stranger, UserID: strangerRep, Role: "rep"})
	for i, p := range []orb.Point{{west, south}, {east, south}, {east, north}, {west, north}} {
		b.sites = append(b.sites, b.customer(t, fmt.Sprintf("Customer %d", i), p, ""))
	}
	return b
}

func (b *bundle) customer(t *testing.T, name string, at orb.Point, hours string) (site int64) {
	t.Helper()
	cell, err := hexgrid.CellOf(at)
	require.NoError(t, err)
	require.NoError(t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(b.ctx, `
			with account as (
			  insert into accounts (org_id, name, status, class, owner_id) values (current_org(), $1, 'customer', 'B', $2) returning org_id, id
			)
			insert into sites (org_id, account_id, is_primary, street, city, opening_hours, point, cell)
			select org_id, id, true, 'Main Street', 'Dover', $3, $4, $5 from account returning id`,
			name, b.rep, hours, at, int64(cell)).Scan(&site)
	}))
	return site
}

// request asks for visits on Monday, 23 November 2026.
func (b *bundle) request(sites ...int64) visits.PlanRequest {
	r := visits.PlanRequest{RepID: b.rep, Day: "2026-11-23"}
	for _, s := range sites {
		r.Visits = append(r.Visits, visits.PlanVisit{SiteID: s})
	}
	return r
}

// work does the job that was put in last, as the queue does, and returns the plan.
func (b *bundle) work(t *testing.T, attempt int) (*visits.Plan, error) {
	t.Helper()
	b.mu.Lock()
	job := b.jobs[len(b.jobs)-1]
	b.mu.Unlock()
	worker := &visits.Worker{Visits: b.service}
	err := worker.Work(t.Context(), &river.Job[visits.PlanJob]{
		JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 3}, Args: job})
	plan, readErr := b.service.Get(b.manager, job.PlanID)
	require.NoError(t, readErr)
	return plan, err
}

func (b *bundle) planned(t *testing.T, r visits.PlanRequest) *visits.Plan {
	t.Helper()
	queued, err := b.service.Create(b.ctx, r)
	require.NoError(t, err)
	require.Equal(t, visits.Queued, queued.State)
	plan, err := b.work(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Done, plan.State, plan.Error)
	return plan
}

func order(p *visits.Plan) []int64 {
	ids := []int64{}
	for _, s := range p.Route.Stops {
		ids = append(ids, s.SiteID)
	}
	return ids
}

func TestTheRouteGoesRoundTheSquare(t *testing.T) {
	b := setup(t)
	// Asked for across the diagonals.
	plan := b.planned(t, b.request(b.sites[0], b.sites[2], b.sites[1], b.sites[3]))
	got := order(plan)
	require.Len(t, got, 4)
	require.Empty(t, plan.Unplanned)
	// The south-western customer is at the depot, so it may be first or last.
	corners := slices.DeleteFunc(slices.Clone(got), func(id int64) bool { return id == b.sites[0] })
	require.Contains(t, [][]int64{{b.sites[1], b.sites[2], b.sites[3]}, {b.sites[3], b.sites[2], b.sites[1]}}, corners)
	require.Positive(t, plan.Route.GainSeconds, "the order given crosses itself")
	require.True(t, plan.Estimated, "straight lines are an estimate")

	r := plan.Route
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	require.False(t, r.StartsAt.Before(time.Date(2026, 11, 23, 8, 0, 0, 0, zone)))
	at, drive, metres := r.StartsAt, 0, 0
	for i, s := range r.Stops {
		require.Equal(t, i+1, s.Position)
		require.False(t, s.ArrivesAt.Before(at.Add(time.Duration(s.DriveSeconds)*time.Second)), "nobody arrives before having driven")
		require.Equal(t, s.LeavesAt, s.ArrivesAt.Add(time.Duration(s.WaitingSeconds+s.VisitSeconds)*time.Second))
		at, drive, metres = s.LeavesAt, drive+s.DriveSeconds, metres+s.DriveMetres
	}
	require.Equal(t, r.DriveSeconds, drive+r.LastLegSeconds)
	require.Equal(t, r.DriveMetres, metres+r.LastLegMetres)
	require.Equal(t, 4*30*60, r.VisitSeconds)
	require.NotNil(t, r.Geometry)
	require.Len(t, r.Geometry.Geometry(), 5, "a leg to every stop and one home")
}

func TestAPlaceThatIsClosedIsLeftOutWithItsReason(t *testing.T) {
	b := setup(t)
	tuesday := b.customer(t, "Tuesdays only", orb.Point{west, north}, "Tu 09:00-17:00")
	night := b.customer(t, "Night bar", orb.Point{east, north}, "Mo-Su 20:00-24:00")
	far := b.customer(t, "Across the country", orb.Point{-120, 39}, "")
	afternoon := b.customer(t, "Afternoons", orb.Point{west, south}, "Mo 15:00-16:00")
	plan := b.planned(t, b.request(append([]int64{tuesday, night, far, afternoon}, b.sites...)...))
	reasons := map[int64]string{}
	for _, u := range plan.Unplanned {
		reasons[u.SiteID] = u.Reason
	}
	require.Equal(t, map[int64]string{tuesday: visits.ReasonClosed, night: visits.ReasonHours, far: visits.ReasonTooFar}, reasons)
	require.Len(t, plan.Route.Stops, 5)
	for _, s := range plan.Route.Stops {
		if s.SiteID == afternoon {
			begin := s.ArrivesAt.Add(time.Duration(s.WaitingSeconds) * time.Second).In(time.FixedZone("EST", -5*3600))
			require.Equal(t, 15, begin.Hour(), begin)
		}
	}
}

func TestADayThatIsFullSaysSo(t *testing.T) {
	b := setup(t)
	r := b.request(b.sites...)
	for i := range r.Visits {
		r.Visits[i].Minutes = 260
	}
	plan := b.planned(t, r)
	require.Len(t, plan.Route.Stops, 1, "nine hours less lunch do not hold twice 4:20")
	for _, u := range plan.Unplanned {
		require.Equal(t, visits.ReasonFull, u.Reason)
	}
}

func TestAnOrderMadeByHandIsTimedExactly(t *testing.T) {
	b := setup(t)
	tuesday := b.customer(t, "Tuesdays only", orb.Point{west, north}, "Tu 09:00-17:00")
	plan := b.planned(t, b.request(append(b.sites, tuesday)...))
	crossing := []int64{b.sites[0], b.sites[2], b.sites[1], tuesday}
	changed, err := b.service.Reorder(b.ctx, plan.ID, plan.Version, crossing)
	require.NoError(t, err)
	require.Equal(t, crossing, order(changed))
	require.Equal(t, visits.ReasonClosed, changed.Route.Stops[3].Violation)
	require.Empty(t, changed.Route.Stops[0].Violation)
	require.Len(t, changed.Unplanned, 1)
	require.Equal(t, b.sites[3], changed.Unplanned[0].SiteID)
	require.Equal(t, visits.ReasonRemoved, changed.Unplanned[0].Reason)

	_, err = b.service.Reorder(b.ctx, plan.ID, plan.Version, crossing)
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "the version is stale")
	require.Equal(t, changed.Version, fault.Of(err).Current().(*visits.Plan).Version)

	// Planned again, what was removed by hand stays out, and the closed place falls out.
	_, err = b.service.Optimise(b.ctx, plan.ID, changed.Version)
	require.NoError(t, err)
	again, err := b.work(t, 1)
	require.NoError(t, err)
	require.Len(t, again.Route.Stops, 3)
	require.Len(t, again.Unplanned, 2)
}

func TestAnOrderMayBringInANewStopOrNone(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites[:2]...))
	with, err := b.service.Reorder(b.ctx, plan.ID, plan.Version, []int64{b.sites[2], b.sites[0], b.sites[1]})
	require.NoError(t, err)
	require.Len(t, with.Route.Stops, 3)
	require.Len(t, with.Request.Visits, 3)
	empty, err := b.service.Reorder(b.ctx, plan.ID, with.Version, nil)
	require.NoError(t, err)
	require.Empty(t, empty.Route.Stops)
	require.Len(t, empty.Unplanned, 3)
	require.Zero(t, empty.Route.DriveSeconds)
}

func TestAKilledAttemptIsBegunAgain(t *testing.T) {
	b := setup(t)
	_, err := b.service.Create(b.ctx, b.request(b.sites...))
	require.NoError(t, err)
	// The process died in the middle: the plan says running, nothing is stored.
	require.NoError(t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.ctx, `update visit_plans set state = 'running', progress = 0.4`)
		return err
	}))
	plan, err := b.work(t, 2)
	require.NoError(t, err)
	require.Equal(t, visits.Done, plan.State)
	require.Len(t, plan.Route.Stops, 4)
	// A third attempt, of a queue that did not hear of it, changes nothing.
	same, err := b.work(t, 3)
	require.NoError(t, err)
	require.Equal(t, plan.Version, same.Version)
	require.Equal(t, order(plan), order(same))
}

func TestACancelledPlanStaysCancelled(t *testing.T) {
	b := setup(t)
	queued, err := b.service.Create(b.ctx, b.request(b.sites...))
	require.NoError(t, err)
	_, err = b.service.Cancel(b.ctx, queued.ID)
	require.NoError(t, err)
	plan, err := b.work(t, 1)
	require.NoError(t, err)
	require.Equal(t, visits.Cancelled, plan.State)
	require.Nil(t, plan.Route)
	_, err = b.service.Cancel(b.ctx, queued.ID)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
}

func TestCancellingStopsASearchUnderWay(t *testing.T) {
	b := setup(t)
	b.service.Budget = time.Minute
	queued, err := b.service.Create(b.ctx, b.request(b.sites...))
	require.NoError(t, err)
	done := make(chan *visits.Plan)
	go func() {
		plan, err := b.work(t, 1)
		if err != nil {
			plan = nil
		}
		done <- plan
	}()
	require.Eventually(t, func() bool {
		plan, err := b.service.Get(b.ctx, queued.ID)
		return err == nil && plan.State == visits.Running
	}, 10*time.Second, 10*time.Millisecond)
	_, err = b.service.Cancel(b.ctx, queued.ID)
	require.NoError(t, err)
	select {
	case plan := <-done:
		require.NotNil(t, plan)
		require.Equal(t, visits.Cancelled, plan.State)
	case <-time.After(20 * time.Second):
		t.Fatal("the search went on")
	}
}

func TestAJobThatCannotSucceedFailsThePlanInWords(t *testing.T) {
	b := setup(t)
	b.service.Travel = func(travel.Way) (travel.Provider, error) { return broken{}, nil }
	_, err := b.service.Create(b.ctx, b.request(b.sites...))
	require.NoError(t, err)
	plan, err := b.work(t, 1)
	require.Error(t, err, "the queue tries again")
	require.Equal(t, visits.Running, plan.State)
	plan, err = b.work(t, 3)
	require.Error(t, err)
	require.Equal(t, visits.Failed, plan.State)
	require.NotEmpty(t, plan.Error)
	require.NotContains(t, plan.Error, "cable", "the cause is for operators")
}

type broken struct{ travel.Provider }

func (broken) Table(context.Context, []orb.Point) (*travel.Table, error) {
	return nil, fmt.Errorf("somebody cut the cable")
}

func TestARepPlansAndSeesOnlyTheirOwnDays(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	for name, try := range map[string]func(ctx context.Context) error{
		"get": func(ctx context.Context) error { _, err := b.service.Get(ctx, plan.ID); return err },
		"reorder": func(ctx context.Context) error {
			_, err := b.service.Reorder(ctx, plan.ID, plan.Version, nil)
			return err
		},
		"optimise": func(ctx context.Context) error { _, err := b.service.Optimise(ctx, plan.ID, plan.Version); return err },
		"cancel":   func(ctx context.Context) error { _, err := b.service.Cancel(ctx, plan.ID); return err },
		"delete":   func(ctx context.Context) error { return b.service.Delete(ctx, plan.ID) },
	} {
		require.Equal(t, fault.NotFound, fault.CodeOf(try(b.other)), name)
	}
	list, err := b.service.List(b.other, visits.ListFilter{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = b.service.Create(b.other, b.request(b.sites...))
	require.Equal(t, fault.Forbidden, fault.CodeOf(err))
	list, err = b.service.List(b.manager, visits.ListFilter{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, 4, list[0].Stops)
	require.NoError(t, b.service.Delete(b.manager, plan.ID))
	_, err = b.service.Get(b.ctx, plan.ID)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}

func TestBadRequestsAreRefusedInWords(t *testing.T) {
	b := setup(t)
	for name, change := range map[string]func(*visits.PlanRequest){
		"no visit":           func(r *visits.PlanRequest) { r.Visits = nil },
		"a visit twice":      func(r *visits.PlanRequest) { r.Visits = append(r.Visits, r.Visits[0]) },
		"an unknown site":    func(r *visits.PlanRequest) { r.Visits[0].SiteID = 999_999 },
		"too many":           func(r *visits.PlanRequest) { r.Visits = make([]visits.PlanVisit, visits.MaxVisits+1) },
		"no date":            func(r *visits.PlanRequest) { r.Day = "tomorrow" },
		"an unknown rep":     func(r *visits.PlanRequest) { r.RepID = 999_999 },
		"work ends too soon": func(r *visits.PlanRequest) { r.WorkStart, r.WorkEnd = "17:00", "08:00" },
		"lunch runs back":    func(r *visits.PlanRequest) { r.LunchEarliest, r.LunchLatest = "14:00", "12:00" },
		"off the earth":      func(r *visits.PlanRequest) { r.StartPoint = &orb.Point{-75, 95} },
	} {
		r := b.request(b.sites...)
		change(&r)
		_, err := b.service.Create(b.manager, r)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), "%s: %v", name, err)
		require.True(t, strings.HasSuffix(fault.Message(err), "."), name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(t, b.jobs, "nothing is half done")
}

func TestWhatIsDueComesInTheOrderOfNeed(t *testing.T) {
	b := setup(t)
	require.NoError(t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.ctx, `
			update accounts set last_visit_on = case name
			  when 'Customer 0' then date '2026-11-23' - 40   -- ten days over an interval of thirty
			  when 'Customer 1' then date '2026-11-23' - 25   -- due in five days
			  when 'Customer 2' then date '2026-11-23' - 1 end, -- on track
			  visit_interval_days = 30`)
		return err
	}))
	due, err := b.service.Due(b.ctx, b.rep, "2026-11-23", 10)
	require.NoError(t, err)
	got := []string{}
	for _, d := range due {
		got = append(got, d.Reason)
	}
	require.Equal(t, []string{"overdue", "never", "due"}, got)
	require.Equal(t, 10, *due[0].DaysOverdue)
	require.Nil(t, due[1].DaysOverdue)
	require.Equal(t, -5, *due[2].DaysOverdue)
}
