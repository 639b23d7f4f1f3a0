package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/waymark-crm/waymark/internal/jobs/attempt"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// PlanJob works out one plan, for the person who asked for it.
type PlanJob struct {
	OrgID     int64  `json:"orgId"`
	PlanID    int64  `json:"planId"`
	UserID    int64  `json:"userId"`
	Role      string `json:"role"`
	RequestID string `json:"requestId"`
}

// Kind is the name of the job in the queue.
func (PlanJob) Kind() string { return "plan_visits" }

// InsertOpts limit the attempts: a plan that failed three times will not get
// better, and somebody is waiting for the answer.
func (PlanJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3, Priority: 1} }

func jobFor(a postgres.Actor, plan int64) PlanJob {
	return PlanJob{OrgID: a.OrgID, PlanID: plan, UserID: a.UserID, Role: a.Role, RequestID: a.RequestID}
}

// context returns a context in which the one who asked acts.
func (j PlanJob) context(ctx context.Context) context.Context {
	return postgres.WithActor(ctx, postgres.Actor{OrgID: j.OrgID, UserID: j.UserID, Role: j.Role, RequestID: j.RequestID})
}

// jobOf reads the arguments of a job, of either kind.
func jobOf(args []byte) (job PlanJob, err error) {
	if err := json.Unmarshal(args, &job); err != nil {
		return job, fmt.Errorf("visits: arguments of a job: %w", err)
	}
	return job, nil
}

// Worker works on plans.
type Worker struct {
	river.WorkerDefaults[PlanJob]
	Visits *Service
}

// Timeout is how long one attempt may take.
func (*Worker) Timeout(*river.Job[PlanJob]) time.Duration { return time.Minute }

// NextRetry tries again soon: somebody is waiting.
func (*Worker) NextRetry(job *river.Job[PlanJob]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 2 * time.Second)
}

// Work plans. What is wrong with the request fails the plan with its text; any
// other error is tried again and fails the plan after the last attempt.
func (w *Worker) Work(ctx context.Context, job *river.Job[PlanJob]) error {
	ctx = job.Args.context(ctx)
	return ended(ctx, job.JobRow, w.Visits.work(ctx, job.Args.PlanID), func(ctx context.Context, why string) error {
		return w.Visits.fail(ctx, job.Args.PlanID, why)
	})
}

// ended is [attempt.Ended], but that a plan which is not wanted any more is done.
func ended(ctx context.Context, job *rivertype.JobRow, err error, fail func(ctx context.Context, why string) error) error {
	if errors.Is(err, errNotWanted) {
		return nil
	}
	return attempt.Ended(ctx, job, err, fail)
}

// errNotWanted says that a plan was cancelled, deleted or done by another attempt.
var errNotWanted = errors.New("visits: the plan is not wanted any more")

func (s *Service) work(ctx context.Context, id int64) error {
	a, _, err := actor(ctx)
	if err != nil {
		return err
	}
	plan, sites, err := s.begin(ctx, a, id)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(plan.TimeZone)
	if err != nil {
		return fmt.Errorf("visits: time zone of organisation %d: %w", a.OrgID, err)
	}
	removed := make(map[int64]Unplanned)
	for _, u := range plan.Unplanned {
		if u.Reason == ReasonRemoved || u.Reason == ReasonCancelled {
			removed[u.SiteID] = u
		}
	}
	var wanted []site
	var byHand []left
	for _, site := range sites {
		if u, ok := removed[site.ID]; ok {
			byHand = append(byHand, left{site, u.Reason, u.Detail})
		} else {
			wanted = append(wanted, site)
		}
	}
	roads, err := s.Travel(plan.Request.way())
	if err != nil {
		return s.wanting(ctx, err)
	}
	day, err := newDay(ctx, roads, plan.Request, zone, wanted)
	if err != nil {
		return err
	}
	searching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	budget := s.Budget
	if budget == 0 {
		budget = 500 * time.Millisecond
	}
	last := time.Now()
	found, err := day.search(searching, budget, func(share float64) {
		if time.Since(last) < 200*time.Millisecond {
			return
		}
		last = time.Now()
		if err := s.progress(ctx, a, plan, share); err != nil {
			stop(err)
		}
	})
	if cause := context.Cause(searching); cause != nil {
		return cause
	}
	if err != nil {
		return err
	}
	if err := day.draw(ctx, roads, found); err != nil {
		return err
	}
	found.unplanned = append(found.unplanned, byHand...)
	return s.finish(ctx, a, plan, found)
}

// begin takes the plan to running and reads what is needed. A plan that another
// attempt had begun before it was killed is begun again.
func (s *Service) begin(ctx context.Context, a postgres.Actor, id int64) (plan *Plan, sites []site, err error) {
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'running', started_at = now(), progress = 0
			where org_id = $1 and id = $2 and state in ('queued', 'running')`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("visits: begin plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if plan, err = readPlan(ctx, tx, a, true, id); err != nil {
			return err
		}
		ids := make([]int64, len(plan.Request.Visits))
		for i, v := range plan.Request.Visits {
			ids[i] = v.SiteID
		}
		if sites, err = readSites(ctx, tx, a.OrgID, ids); err != nil {
			return err
		}
		return notify(ctx, tx, id, plan)
	})
	return plan, sites, err
}

// progress tells how far the search is, and errNotWanted when the plan was
// cancelled meanwhile.
func (s *Service) progress(ctx context.Context, a postgres.Actor, plan *Plan, share float64) error {
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set progress = $3
			where org_id = $1 and id = $2 and state = 'running'`, a.OrgID, plan.ID, share)
		if err != nil {
			return fmt.Errorf("visits: progress: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		plan.Progress = share
		return notify(ctx, tx, plan.ID, plan)
	})
}

// finish stores the route and takes the plan to done, unless it was cancelled.
func (s *Service) finish(ctx context.Context, a postgres.Actor, plan *Plan, o *outcome) error {
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'done', progress = 1, error = '', estimated = $3, finished_at = now(), version = version + 1
			where org_id = $1 and id = $2 and state = 'running'`, a.OrgID, plan.ID, o.estimated)
		if err != nil {
			return fmt.Errorf("visits: finish plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if err := store(ctx, tx, a.OrgID, plan, o); err != nil {
			return err
		}
		plan.State, plan.Progress, plan.Version = Done, 1, plan.Version+1
		return notify(ctx, tx, plan.ID, plan)
	})
}

// fail takes a plan to failed with a text for people.
func (s *Service) fail(ctx context.Context, id int64, text string) error {
	a, _, err := actor(ctx)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update visit_plans set state = 'failed', error = $3, finished_at = now(), version = version + 1
			where org_id = $1 and id = $2 and state in ('queued', 'running')`, a.OrgID, id, text)
		if err != nil {
			return fmt.Errorf("visits: fail plan: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		plan, err := readPlan(ctx, tx, a, true, id)
		if err != nil {
			return err
		}
		return notify(ctx, tx, id, plan)
	})
}

// Abandon fails the plan of a job that will not be tried again, since the server
// was killed in every attempt.
func (s *Service) Abandon(ctx context.Context, args []byte) error {
	job, err := jobOf(args)
	if err != nil {
		return err
	}
	return s.fail(job.context(ctx), job.PlanID, "Planning was interrupted several times. Plan the visits again.")
}
