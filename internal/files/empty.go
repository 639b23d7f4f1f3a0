package files

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/audit"
)

// KeptDays is how long a file that was taken away can be brought back.
const KeptDays = 30

// EmptyJob removes the files of every organisation that were taken away more than
// [KeptDays] ago, with their content.
type EmptyJob struct{}

// Kind is the name of the job in the queue.
func (EmptyJob) Kind() string { return "empty_deleted_files" }

// InsertOpts: the next day's job does what this one could not.
func (EmptyJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3, Priority: 4} }

// Daily is the job as a queue takes it.
func Daily() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return EmptyJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Worker empties deleted files.
type Worker struct {
	river.WorkerDefaults[EmptyJob]
	Files *Service
}

// Timeout is how long one run may take.
func (*Worker) Timeout(*river.Job[EmptyJob]) time.Duration { return 30 * time.Minute }

// Work removes what is due.
func (w *Worker) Work(ctx context.Context, _ *river.Job[EmptyJob]) error {
	_, err := w.Files.Empty(ctx)
	return err
}

// emptyBatch is how many files a transaction removes.
const emptyBatch = 100

// Empty removes files that were taken away more than [KeptDays] ago and returns
// how many they were. The audit trail keeps a line for each.
func (s *Service) Empty(ctx context.Context) (int, error) {
	all := 0
	for {
		var n int
		err := s.db.Owner(ctx, func(tx pgx.Tx) error {
			if err := audit.Because(ctx, tx, EmptyJob{}.Kind()); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `delete from files f using (
				select org_id, id from files where deleted_at < now() - make_interval(days => $1) order by deleted_at limit $2 for update skip locked) d
				where f.org_id = d.org_id and f.id = d.id`, KeptDays, emptyBatch)
			n = int(tag.RowsAffected())
			return err
		})
		if err != nil {
			return all, fmt.Errorf("empty deleted files: %w", err)
		}
		if all += n; n < emptyBatch {
			return all, nil
		}
	}
}
