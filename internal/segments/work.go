package segments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// CountJob counts the segments of every organisation that nobody has counted on
// the organisation's day.
type CountJob struct{}

// Kind is the name of the job in the queue.
func (CountJob) Kind() string { return "count_segments" }

// InsertOpts: the next hour's job does what this one could not.
func (CountJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 2, Priority: 4} }

// Hourly is the job as a queue takes it: every organisation's day begins at
// another hour.
func Hourly() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return CountJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Worker counts segments.
type Worker struct {
	river.WorkerDefaults[CountJob]
	Segments *Service
}

// Timeout is how long one run may take.
func (*Worker) Timeout(*river.Job[CountJob]) time.Duration { return 30 * time.Minute }

// Work counts what was not counted today. A segment that cannot be counted, for
// example since its filter asks for a field that is gone, keeps its old figures
// and does not hold up the others.
func (w *Worker) Work(ctx context.Context, _ *river.Job[CountJob]) error {
	return w.Segments.CountAll(ctx)
}

// CountAll counts, in every organisation, the segments that were not counted on
// its day.
func (s *Service) CountAll(ctx context.Context) error {
	type due struct{ org, segment int64 }
	var all []due
	err := s.db.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select s.org_id, s.id from segments s join organisations o on o.org_id = s.org_id
			where not exists (select from segment_days d where d.org_id = s.org_id and d.segment_id = s.id
			  and d.day = (now() at time zone o.time_zone)::date)
			order by s.org_id, s.id`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d due, err error) { return d, row.Scan(&d.org, &d.segment) })
		return err
	})
	if err != nil {
		return fmt.Errorf("list the segments to count: %w", err)
	}
	var failed error
	for _, d := range all {
		acting := postgres.WithActor(ctx, postgres.Actor{OrgID: d.org, RequestID: CountJob{}.Kind()})
		if err := s.Recount(acting, d.segment); err != nil && fault.Of(err) == nil {
			failed = errors.Join(failed, fmt.Errorf("count segment %d: %w", d.segment, err))
		}
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
	}
	return failed
}
