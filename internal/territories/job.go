package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/jobs/attempt"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Job is work on an alignment.
type Job struct {
	Task        string `json:"task"`
	OrgID       int64  `json:"orgId"`
	AlignmentID int64  `json:"alignmentId"`
	UserID      int64  `json:"userId"`
	Version     int    `json:"version,omitempty"` // of a publication at a time: as it was scheduled
	Search      int    `json:"search,omitempty"`  // the number of a search for a balance
}

// What there is to do.
const (
	taskGoLive  = "go_live"
	taskWork    = "work"
	taskBalance = "balance"
)

// Kind is the name of the job in the queue.
func (Job) Kind() string { return "alignment" }

// InsertOpts limit the attempts.
func (Job) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 5, Priority: 2} }

// actor is who works: for the one who asked, and on every account, since whom an
// account belongs to does not depend on who may see it.
func (j Job) actor() postgres.Actor {
	return postgres.Actor{OrgID: j.OrgID, UserID: j.UserID, RequestID: Job{}.Kind(), Access: []string{"app.sees_all", "on", "app.edits_all", "on"}}
}

// Worker works on alignments.
type Worker struct {
	river.WorkerDefaults[Job]
	Territories *Service
}

// Timeout is how long one attempt may take.
func (*Worker) Timeout(*river.Job[Job]) time.Duration { return time.Hour }

// NextRetry tries again soon: somebody is waiting.
func (*Worker) NextRetry(job *river.Job[Job]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 2 * time.Second)
}

// Work does the job. Each task can begin again where it was cut off, and does
// nothing when it is done already.
func (w *Worker) Work(ctx context.Context, job *river.Job[Job]) error {
	j := job.Args
	ctx = postgres.WithActor(ctx, j.actor())
	var err error
	switch j.Task {
	case taskGoLive:
		err = w.Territories.due(ctx, j)
	case taskWork:
		err = w.Territories.workOff(ctx, j.AlignmentID)
	case taskBalance:
		err = w.Territories.balance(ctx, j)
	default:
		err = fault.Errorf(fault.Invalid, "There is no task %q.", j.Task)
	}
	return attempt.Ended(ctx, job.JobRow, err, func(ctx context.Context, why string) error { return w.Territories.failed(ctx, j, why) })
}

// Abandon says of a job that will not be tried again why nothing more happens.
func (s *Service) Abandon(ctx context.Context, args []byte) error {
	var j Job
	if err := json.Unmarshal(args, &j); err != nil {
		return fmt.Errorf("territories: read a job: %w", err)
	}
	return s.failed(postgres.WithActor(ctx, j.actor()), j, "The work was interrupted several times.")
}

// failed says why a job came to nothing.
func (s *Service) failed(ctx context.Context, j Job, why string) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, j.AlignmentID, true)
		if errors.Is(err, errNoAlignment) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case j.Task == taskBalance && h.Balance.running() && h.Balance.Number == j.Search:
			h.Balance.State, h.Balance.Error = "failed", why
			return putBalance(ctx, tx, actor, &h)
		case j.Task == taskGoLive && h.State == Scheduled && h.Version == j.Version:
			if _, err := tx.Exec(ctx, `update alignments set state = 'approved', publish_at = null where org_id = $1 and id = $2`, actor.OrgID, h.ID); err != nil {
				return fmt.Errorf("territories: give up the publication of alignment %d: %w", h.ID, err)
			}
			if err := tell(ctx, tx, actor, h.ID, "withdrawn", why, map[string]any{"from": Scheduled}); err != nil {
				return err
			}
			return touch(ctx, tx, actor, &h)
		case j.Task == taskWork && h.work != nil:
			h.work.Error = why
			return putWork(ctx, tx, actor, &h)
		}
		return nil
	})
}

// due publishes an alignment whose time has come, unless it has been withdrawn or
// scheduled anew since.
func (s *Service) due(ctx context.Context, j Job) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if err := alone(ctx, tx, actor.OrgID); err != nil {
			return err
		}
		h, err := loadHead(ctx, tx, actor, j.AlignmentID, true)
		if errors.Is(err, errNoAlignment) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.State != Scheduled || h.Version != j.Version {
			return nil
		}
		return s.golive(ctx, tx, actor, h)
	})
}
