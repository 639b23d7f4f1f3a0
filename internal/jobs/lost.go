package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Every process that works jobs off writes down every few seconds that it is
// there, and looks for jobs that are under way in a process that has not done so
// for a while. Such a job goes back into the queue at once or, when it has had
// all its attempts, is given up. River itself would wait for the longest time
// that any job may take.

// Job is one job as it is stored.
type Job struct {
	ID   int64
	Kind string
	Args json.RawMessage
}

// pulse is how often a process says that it is there, and after how long a
// silence it counts as gone.
type pulse struct{ every, deadAfter time.Duration }

func (q *Queue) keepPulse(ctx context.Context) {
	tick := time.NewTicker(q.options.pulse.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := q.beat(ctx)
		if err == nil {
			err = q.takeUpLost(ctx)
		}
		if err != nil && ctx.Err() == nil {
			// The database may be away for a while; the next beat tries again.
			q.options.Logger.Warn("the pulse of the job queue fails", "error", err)
		}
	}
}

func (q *Queue) beat(ctx context.Context) error {
	_, err := q.db.Pool().Exec(ctx, `
		insert into job_servers (id) values ($1)
		on conflict (id) do update set seen_at = now()`, q.client.ID())
	if err != nil {
		return fmt.Errorf("jobs: write the pulse: %w", err)
	}
	return nil
}

// leave takes back this process's pulse, so that another takes up at once what
// it may have left, and forgets processes that are long gone.
func (q *Queue) leave(ctx context.Context) error {
	_, err := q.db.Pool().Exec(ctx, `
		delete from job_servers where id = $1 or seen_at < now() - interval '1 day'`, q.client.ID())
	if err != nil {
		return fmt.Errorf("jobs: take back the pulse: %w", err)
	}
	return nil
}

// takeUpLost puts the jobs of dead processes back, or gives them up.
func (q *Queue) takeUpLost(ctx context.Context) error {
	tx, err := q.db.Pool().Begin(ctx)
	if err != nil {
		return fmt.Errorf("jobs: look for lost jobs: %w", err)
	}
	defer tx.Rollback(ctx) // after a commit this does nothing
	again, err := tx.Exec(ctx, lost+`
		update river_job j
		set state = 'available', scheduled_at = now(),
		    errors = array_append(j.errors, jsonb_build_object(
		      'at', now(), 'attempt', j.attempt, 'error', 'the server ended during this attempt', 'trace', ''))
		from lost where j.id = lost.id and j.attempt < j.max_attempts`,
		q.client.ID(), q.options.Alone, q.options.pulse.deadAfter)
	if err != nil {
		return fmt.Errorf("jobs: put lost jobs back: %w", err)
	}
	rows, err := tx.Query(ctx, lost+`
		update river_job j
		set state = 'discarded', finalized_at = now(),
		    errors = array_append(j.errors, jsonb_build_object(
		      'at', now(), 'attempt', j.attempt, 'error', 'the server ended during this attempt, the last one', 'trace', ''))
		from lost where j.id = lost.id and j.attempt >= j.max_attempts
		returning j.id, j.kind, j.args`,
		q.client.ID(), q.options.Alone, q.options.pulse.deadAfter)
	if err != nil {
		return fmt.Errorf("jobs: give lost jobs up: %w", err)
	}
	given, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
	if err != nil {
		return fmt.Errorf("jobs: give lost jobs up: %w", err)
	}
	// Told before the commit: a crash in between tells it again rather than never.
	for _, job := range given {
		if tell := q.options.Abandoned[job.Kind]; tell != nil {
			if err := tell(ctx, job); err != nil {
				return fmt.Errorf("jobs: abandon job %d (%s): %w", job.ID, job.Kind, err)
			}
		}
	}
	if err := tx.Commit(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
		return fmt.Errorf("jobs: take up lost jobs: %w", err)
	}
	if n := again.RowsAffected(); n > 0 || len(given) > 0 {
		q.options.Logger.Warn("a server ended during its jobs", "again", n, "given_up", len(given))
	}
	return nil
}

// lost is the jobs under way ($1 this process, $2 whether it is alone, $3 how
// long a silence counts as death) in processes that are gone. Rows that another
// process looks at in this moment are left to it.
const lost = `
	with lost as (
	  select id from river_job
	  where state = 'running'
	    and attempted_by[array_upper(attempted_by, 1)] <> $1
	    and ($2 or attempted_at < now() - $3::interval and not exists (
	      select from job_servers s
	      where s.id = attempted_by[array_upper(attempted_by, 1)] and s.seen_at > now() - $3::interval))
	  for update skip locked
	)`
