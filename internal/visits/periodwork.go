package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// PeriodWorker works on plans of a period.
type PeriodWorker struct {
	river.WorkerDefaults[PeriodJob]
	Visits *Service
}

// Timeout is how long one attempt may take: the longest search, and the travel
// times before it.
func (*PeriodWorker) Timeout(*river.Job[PeriodJob]) time.Duration {
	return MaxSearch*time.Second + 10*time.Minute
}

// NextRetry tries again soon: somebody is waiting.
func (*PeriodWorker) NextRetry(job *river.Job[PeriodJob]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 2 * time.Second)
}

// Work plans. What is wrong with the request fails the plan with its text; any
// other error is tried again and fails the plan after the last attempt.
func (w *PeriodWorker) Work(ctx context.Context, job *river.Job[PeriodJob]) error {
	ctx = PlanJob(job.Args).context(ctx)
	return ended(ctx, job.JobRow, w.Visits.workPeriod(ctx, job.Args.PlanID), func(ctx context.Context, why string) error {
		return w.Visits.failPeriod(ctx, job.Args.PlanID, why)
	})
}

// AbandonPeriod ends the plan of a job that will not be tried again, since the
// server was killed in every attempt: stopped with the best so far, or failed
// when nothing was found yet.
func (s *Service) AbandonPeriod(ctx context.Context, args []byte) error {
	job, err := jobOf(args)
	if err != nil {
		return err
	}
	ctx = job.context(ctx)
	if kept, err := s.keepBest(ctx, job.PlanID); kept || err != nil {
		return err
	}
	return s.failPeriod(ctx, job.PlanID, "Planning was interrupted several times. Plan again.")
}

// keepBest takes a plan whose search died to done with the best so far; kept is
// false when there is none.
func (s *Service) keepBest(ctx context.Context, id int64) (kept bool, err error) {
	a, _, err := actor(ctx)
	if err != nil {
		return false, err
	}
	var b *board
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		b, err = readBoard(ctx, tx, a, true, id)
		return err
	})
	if errors.Is(err, errNoPlan) {
		return true, nil // deleted: there is nothing to tell
	}
	if err != nil {
		return false, err
	}
	if b.head.State != Running || b.best == nil || b.hidden > 0 {
		return false, nil
	}
	orders, ok := b.model.resume(b)
	if !ok {
		return false, nil
	}
	if err := s.travel(ctx, b.model); err != nil {
		return false, err
	}
	next, err := b.model.follow(b.state, orders)
	if err != nil {
		return false, err
	}
	for v := range next.marks {
		if shift, _ := next.shiftOf(v); shift < 0 {
			next.marks[v] = mark{excluded: next.marks[v].excluded}
			if next.marks[v].excluded {
				next.why[v] = why{code: ReasonRemoved}
			}
		}
	}
	err = s.finishPeriod(ctx, a, b, next, true, 0)
	if errors.Is(err, errNotWanted) {
		err = nil
	}
	return true, err
}

// workPeriod makes one search. It begins with the best that an attempt before it
// had found, if that was killed.
func (s *Service) workPeriod(ctx context.Context, id int64) error {
	a, _, err := actor(ctx)
	if err != nil {
		return err
	}
	b, err := s.beginPeriod(ctx, a, id)
	if err != nil {
		return err
	}
	m := b.model
	if err := s.travel(ctx, m); err != nil {
		return err
	}
	problem, orders := m.search(b.state, m.chosen(b.task.Lanes))
	if found, ok := m.resume(b); ok {
		orders = found
	}
	solution, stopped, err := s.searchPeriod(ctx, a, b, problem, orders)
	if err != nil {
		return err
	}
	if err := accept(problem, solution); err != nil {
		return err
	}
	next, err := m.planned(b.state, problem, solution)
	if err != nil {
		return err
	}
	return s.finishPeriod(ctx, a, b, next, stopped, solution.Elapsed)
}

// chosen marks the shifts of a search.
func (m *model) chosen(lanes []LaneName) []bool {
	out := make([]bool, len(m.shifts))
	for s := range out {
		out[s] = len(lanes) == 0 || slices.Contains(lanes, m.lane(s))
	}
	return out
}

// resume reads the best so far of an attempt that was killed.
func (m *model) resume(b *board) ([][]int, bool) {
	var snap snapshot
	if b.best == nil || json.Unmarshal(b.best, &snap) != nil {
		return nil, false
	}
	orders := make([][]int, len(m.shifts))
	for _, lane := range snap.Lanes {
		s, ok := m.shift(lane.Rep, lane.Day)
		if !ok {
			return nil, false
		}
		for _, number := range lane.Visits {
			if v, here := m.index[number]; here {
				orders[s] = append(orders[s], v)
			}
		}
	}
	return orders, true
}

// searchPeriod runs the search, writes the best so far once a second, and ends it
// when somebody stops or abandons it.
func (s *Service) searchPeriod(ctx context.Context, a postgres.Actor, b *board, problem planner.Problem, orders [][]int) (found *planner.Solution, stopped bool, err error) {
	searching, end := context.WithCancelCause(ctx)
	defer end(nil)
	var latest atomic.Pointer[planner.Progress]
	reported, quit := make(chan error, 1), make(chan struct{})
	go func() {
		tick := time.NewTicker(s.tick())
		defer tick.Stop()
		improved, before := 0, planner.Cost(0)
		for {
			select {
			case <-quit:
				reported <- nil
				return
			case <-searching.Done():
				reported <- nil
				return
			case <-tick.C:
			}
			p := latest.Load()
			if p != nil && (improved == 0 || p.Cost < before) {
				improved, before = improved+1, p.Cost
			}
			if err := s.reportPeriod(ctx, a, b, p, improved); err != nil {
				end(err)
				reported <- err
				return
			}
		}
	}()
	found, err = planner.Plan(searching, problem, planner.Options{
		Seed: 1, TimeLimit: s.periodBudget(b.task, len(b.model.visits)), Threads: max(1, runtime.GOMAXPROCS(0)-1), Given: orders,
		OnProgress: func(p planner.Progress) { latest.Store(&p) },
	})
	close(quit)
	cause := <-reported
	switch {
	case errors.Is(cause, errStopped):
		stopped = true
	case cause != nil:
		return nil, false, cause
	case ctx.Err() != nil:
		return nil, false, ctx.Err()
	}
	if err != nil {
		return nil, false, fmt.Errorf("visits: %w", err)
	}
	return found, stopped, nil
}

// errStopped says that somebody wants the best so far.
var errStopped = errors.New("visits: the search was stopped")

// tick is how often the best so far is written.
func (s *Service) tick() time.Duration {
	if s.ReportEvery > 0 {
		return s.ReportEvery
	}
	return time.Second
}

// reportPeriod writes the best so far. It returns errStopped when somebody wants
// to keep that, errNotWanted when the plan is not wanted any more.
func (s *Service) reportPeriod(ctx context.Context, a postgres.Actor, b *board, p *planner.Progress, improved int) error {
	var best, bestOrders []byte
	share := 0.0
	if p != nil {
		share = min(1, max(0, p.Share))
		figures, err := b.model.best(p, improved)
		if err != nil {
			return err
		}
		snap := b.model.snapshotOf(p.Orders)
		if best, err = json.Marshal(figures); err != nil {
			return fmt.Errorf("visits: best so far: %w", err)
		}
		if bestOrders, err = json.Marshal(snap); err != nil {
			return fmt.Errorf("visits: best so far: %w", err)
		}
	}
	stop := false
	err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			update visit_plans set progress = $3, best = coalesce($4, best), best_orders = coalesce($5, best_orders)
			where org_id = $1 and id = $2 and state = 'running' returning stop_requested`, a.OrgID, b.head.ID, share, best, bestOrders).Scan(&stop)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotWanted
		}
		if err != nil {
			return fmt.Errorf("visits: progress: %w", err)
		}
		head, _, _, err := readHead(ctx, tx, a, true, b.head.ID)
		if err != nil {
			return err
		}
		return notifyHead(ctx, tx, head)
	})
	if err == nil && stop {
		return errStopped
	}
	return err
}

// best says in figures what orders come to.
func (m *model) best(p *planner.Progress, improved int) (PlanBest, error) {
	out := PlanBest{ElapsedSeconds: p.Elapsed.Seconds(), Improved: improved}
	for s, order := range p.Orders {
		t := m.tableOf(s)
		if len(t.Periods) > 0 && len(order) > 0 { // the pace depends on the clock
			lane, err := m.time(s, order, make([]mark, len(m.visits)))
			if err != nil {
				return out, err
			}
			out.DriveSeconds += lane.drive
			out.Visits += len(order)
			continue
		}
		place, before := m.shifts[s].Start, out.DriveSeconds
		for _, v := range order {
			if place != planner.Anywhere {
				out.DriveSeconds += int(t.Seconds[place*t.Places+m.place[v]])
			}
			place = m.place[v]
			out.Visits++
		}
		if end := m.shifts[s].End; end != planner.Anywhere && len(order) > 0 {
			out.DriveSeconds += int(t.Seconds[place*t.Places+end])
		}
		if speed := m.shifts[s].SpeedPercent; speed > 0 {
			out.DriveSeconds = before + (out.DriveSeconds-before)*100/speed
		}
	}
	out.Unplanned = p.Unplanned
	return out, nil
}

// snapshotOf keeps orders of a search.
func (m *model) snapshotOf(orders [][]int) snapshot {
	var snap snapshot
	for s, order := range orders {
		if len(order) == 0 {
			continue
		}
		name := m.lane(s)
		lane := snapshotLane{Rep: name.RepID, Day: name.Day}
		for _, v := range order {
			lane.Visits = append(lane.Visits, m.visits[v].number)
		}
		snap.Lanes = append(snap.Lanes, lane)
	}
	return snap
}

// accept has the plan checked by code that shares nothing with the search. What
// lanes that were not to be touched break by themselves is no reason to refuse it.
func accept(problem planner.Problem, solution *planner.Solution) error {
	report, err := planner.Check(problem, solution.Orders())
	if err != nil {
		return fmt.Errorf("visits: check: %w", err)
	}
	for _, v := range report.Violations {
		forced := slices.ContainsFunc(solution.Forced, func(f planner.Violation) bool {
			return f.Rule == v.Rule && f.Shift == v.Shift && f.Visit == v.Visit
		})
		if !forced && v.Rule != planner.RuleMissing { // a mandatory visit for which there is no room is told, not refused
			return fmt.Errorf("visits: the plan found breaks rules: %+v", v)
		}
	}
	return nil
}

// planned makes the board of a solution.
func (m *model) planned(b *boardState, problem planner.Problem, solution *planner.Solution) (*boardState, error) {
	c := m.empty()
	c.marks = slices.Clone(b.marks)
	in := make([]bool, len(m.visits))
	for s, order := range solution.Orders() {
		c.orders[s] = append(c.orders[s], order...)
		for _, v := range order {
			in[v] = true
			c.why[v] = why{}
		}
	}
	for _, u := range solution.Unplanned {
		detail := UnplannedDetail{DetourSeconds: int(u.Detour), OverSeconds: int(u.Over), OpeningHours: m.visits[u.Visit].site.OpeningHours}
		if u.Displaces >= 0 {
			other := m.visits[u.Displaces].site
			detail.DisplacesSite, detail.DisplacesName = other.ID, other.Name
		}
		c.why[u.Visit] = why{m.periodReason(u.Visit, u.Reason), detail}
	}
	for v := range m.visits {
		switch {
		case in[v]:
			continue
		case c.marks[v].excluded:
			c.why[v] = why{code: ReasonRemoved}
		case problem.Visits[v].Skip && m.closedAlways(v):
			c.why[v] = why{ReasonClosed, UnplannedDetail{OpeningHours: m.visits[v].site.OpeningHours}}
		case problem.Visits[v].Skip && (m.visits[v].onDay != "" || len(m.visits[v].terms.OnlyReps) > 0 && len(problem.Visits[v].Reps) == 0):
			c.why[v] = why{code: ReasonNoShift}
		case problem.Visits[v].Skip:
			c.why[v] = why{ReasonNoTime, UnplannedDetail{OpeningHours: m.visits[v].site.OpeningHours}}
		}
		c.marks[v].locked, c.marks[v].pinned, c.marks[v].lockedAt = false, false, 0
	}
	return c, m.retime(b, c)
}

// Reasons that only plans of a period have.
const (
	ReasonInterval = "interval" // its rhythm leaves no day, or stretches since the period is overbooked
	ReasonNoShift  = "no_shift" // nobody whom it may be with works when it may be
	ReasonTied     = "tied"     // the visits it is tied to leave it no day or time
)

func (m *model) periodReason(v int, r planner.Reason) string {
	switch r {
	case planner.GapRule, planner.Partner:
		if m.seriOf[v] == 0 {
			return ReasonTied
		}
		return ReasonInterval
	case planner.NotAllowed:
		return ReasonNoShift
	case planner.NoWindow:
		if _, _, bound := m.visits[v].terms.bounds(func(int) planner.Seconds { return 0 }); bound {
			return ReasonNoTime
		}
	case planner.NotImproved:
		return ReasonNotYet
	}
	return reasonOf(r)
}

// beginPeriod takes the plan to running and reads it. A plan that another attempt
// had begun before it was killed is begun again.
func (s *Service) beginPeriod(ctx context.Context, a postgres.Actor, id int64) (b *board, err error) {
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'running', started_at = now(), progress = 0
			where org_id = $1 and id = $2 and kind = 'period' and state in ('queued', 'running')`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("visits: begin plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if b, err = readBoard(ctx, tx, a, true, id); err != nil {
			return err
		}
		if b.hidden > 0 {
			return fault.New(fault.Invalid, fault.Message(errHiddenVisits))
		}
		return notifyHead(ctx, tx, &b.head)
	})
	return b, err
}

// finishPeriod stores what was found and takes the plan to done, unless it was
// abandoned.
func (s *Service) finishPeriod(ctx context.Context, a postgres.Actor, b *board, next *boardState, stopped bool, took time.Duration) error {
	id := b.head.ID
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'done', progress = 1, error = '', best = null, best_orders = null, task = null, stop_requested = false,
			       finished_at = now(), version = version + 1
			where org_id = $1 and id = $2 and state = 'running'`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("visits: finish plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		lanes, visits := b.model.difference(b.state, next)
		if err := storeBoard(ctx, tx, a.OrgID, b, next, lanes, visits); err != nil {
			return err
		}
		what := "improved"
		if b.task.First {
			what = "planned"
		}
		detail := RevisionDetail{Visits: b.model.sum(next).Visits, Stopped: stopped, Seconds: int(took.Round(time.Second) / time.Second), Lanes: len(b.task.Lanes)}
		if _, err := addRevision(ctx, tx, a, b, next, what, detail); err != nil {
			return err
		}
		head, _, _, err := readHead(ctx, tx, a, true, id)
		if err != nil {
			return err
		}
		return notifyHead(ctx, tx, head)
	})
}

// failPeriod takes a plan to failed with a text for people. Its board stays as it
// was.
func (s *Service) failPeriod(ctx context.Context, id int64, text string) error {
	a, _, err := actor(ctx)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'failed', error = $3, finished_at = now(), best = null, best_orders = null, task = null, version = version + 1
			where org_id = $1 and id = $2 and kind = 'period' and state in ('queued', 'running')`, a.OrgID, id, text)
		if err != nil {
			return fmt.Errorf("visits: fail plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		head, _, _, err := readHead(ctx, tx, a, true, id)
		if err != nil {
			return err
		}
		return notifyHead(ctx, tx, head)
	})
}
