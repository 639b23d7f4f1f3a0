package timeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// ReminderJob puts a task into the inbox of whose it is, at its time.
type ReminderJob struct {
	OrgID      int64     `json:"orgId"`
	ActivityID int64     `json:"activityId"`
	At         time.Time `json:"at"`
}

// Kind is the name of the job in the queue.
func (ReminderJob) Kind() string { return "remind_of_task" }

// InsertOpts let the job wait for its time.
func (j ReminderJob) InsertOpts() river.InsertOpts { return river.InsertOpts{ScheduledAt: j.At} }

// remind stores the job of a task that wants to be reminded of. One of an earlier
// time finds the task's time changed and does nothing.
func (s *Service) remind(ctx context.Context, tx pgx.Tx, a Activity) error {
	if a.Kind != Task || a.RemindAt == nil || a.DoneAt != nil || s.enqueue == nil {
		return nil
	}
	actor, _ := postgres.ActorFrom(ctx)
	if err := s.enqueue(ctx, tx, ReminderJob{OrgID: actor.OrgID, ActivityID: a.ID, At: *a.RemindAt}); err != nil {
		return fmt.Errorf("store the reminder of task %d: %w", a.ID, err)
	}
	return nil
}

// Reminder works on reminders.
type Reminder struct {
	river.WorkerDefaults[ReminderJob]
	Timeline *Service
}

// Work reminds once, if the task is still open and its time still that of the job.
func (w *Reminder) Work(ctx context.Context, job *river.Job[ReminderJob]) error {
	return w.Timeline.Remind(ctx, job.Args)
}

// Remind does what the job says.
func (s *Service) Remind(ctx context.Context, job ReminderJob) error {
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: job.OrgID, RequestID: "reminder"})
	return s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update activities set reminded_at = now()
			where org_id = current_org() and id = $1 and remind_at = $2 and reminded_at is null and done_at is null and deleted_at is null`,
			job.ActivityID, job.At)
		if err != nil {
			return fmt.Errorf("remind of task %d: %w", job.ActivityID, err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		a, err := load(ctx, tx, job.ActivityID)
		if errors.Is(err, errNoActivity) {
			return nil
		}
		if err != nil {
			return err
		}
		to := a.AssigneeID
		if to == nil {
			to = a.AuthorID
		}
		return tellOf(ctx, tx, a, "reminder", nil, to)
	})
}
