package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Undo puts back what a batch has changed, account by account: those in which
// what it changed is still as it made it. The others, which somebody has changed
// since, are skipped. Only who made the batch, or who may assign accounts, may
// undo it. Large batches are undone by a job, as they were made.
func (s *Service) Undo(ctx context.Context, id int64, mayAssign bool) (Batch, error) {
	var out Batch
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		var state string
		var user *int64
		err := tx.QueryRow(ctx, `select state, user_id from batches where org_id = $1 and id = $2 for update`, actor.OrgID, id).Scan(&state, &user)
		if err != nil {
			return missing(err, errNoBatch, "read batch %d", id)
		}
		switch {
		case !mayAssign && (user == nil || *user != actor.UserID):
			return fault.New(fault.Forbidden, "Only who made the change, or who may assign accounts, may undo it.")
		case state == "undone" || state == "undoing":
			return fault.New(fault.Conflict, "This has been undone already.")
		case state != "done" && state != "failed":
			return fault.New(fault.Conflict, "The change is still under way. Wait until it is done.")
		}
		_, err = tx.Exec(ctx, `update batches set state = 'undoing', undone_by = nullif($3::bigint, 0), done = 0 where org_id = $1 and id = $2`, actor.OrgID, id, actor.UserID)
		if err != nil {
			return fmt.Errorf("undo batch %d: %w", id, err)
		}
		if out, err = loadBatch(ctx, tx, actor.OrgID, id); err != nil {
			return err
		}
		if out.Changed > bulkAtOne && s.enqueue != nil {
			return s.enqueue(ctx, tx, BulkJob{OrgID: actor.OrgID, BatchID: id, UserID: actor.UserID, TeamID: actor.TeamID, Role: actor.Role, RequestID: actor.RequestID, Undo: true})
		}
		c, err := out.change()
		if err != nil {
			return err
		}
		for more := true; more; {
			if more, err = undoSome(ctx, tx, actor, id, c); err != nil {
				return err
			}
		}
		out, err = loadBatch(ctx, tx, actor.OrgID, id)
		return err
	})
	return out, err
}

// change is what the batch has done.
func (b Batch) change() (BulkChange, error) {
	var c BulkChange
	if err := json.Unmarshal(b.Change, &c); err != nil {
		return c, fmt.Errorf("read batch %d: %w", b.ID, err)
	}
	return c, nil
}

// undoSome restores the next accounts of a batch and reports whether there may be
// more.
func undoSome(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, c BulkChange) (bool, error) {
	if _, err := tx.Exec(ctx, `select set_config('app.cause', 'undo:batch:' || $1::text, true)`, fmt.Sprint(id)); err != nil {
		return false, fmt.Errorf("undo batch %d: %w", id, err)
	}
	q := NewStatement(actor.OrgID, "")
	parts := c.parts(q)
	sets := make([]string, len(parts))
	for i, p := range parts {
		sets[i] = p.column + " = " + p.back
	}
	batch := q.Arg(id) + "::bigint"
	var done, restored int
	err := q.queryRow(ctx, tx, `
		with wanted as materialized (
		  select account_id, before, after from batch_accounts where org_id = `+q.Org()+` and batch_id = `+batch+` and state = 'changed'
		  order by account_id limit `+fmt.Sprint(bulkChunk)+`
		), hit as materialized (
		  select a.id, w.before from accounts a join wanted w on w.account_id = a.id
		  where a.org_id = `+q.Org()+` and `+object(parts, compared)+` = w.after
		  order by a.id for update of a
		), restored as (
		  update accounts a set `+strings.Join(sets, ", ")+`, version = a.version + 1, updated_at = now()
		  from hit cross join lateral jsonb_populate_record(null::accounts, hit.before) r
		  where a.org_id = `+q.Org()+` and a.id = hit.id
		  returning a.id
		), kept as (
		  update batch_accounts k set state = case when c.id is null then 'skipped' else 'restored' end
		  from wanted w left join restored c on c.id = w.account_id
		  where k.org_id = `+q.Org()+` and k.batch_id = `+batch+` and k.account_id = w.account_id
		  returning k.state
		)
		select count(*), count(*) filter (where state = 'restored') from kept`).Scan(&done, &restored)
	if err != nil {
		return false, reference(fmt.Errorf("undo batch %d: %w", id, err))
	}
	more := done == bulkChunk
	_, err = tx.Exec(ctx, `
		update batches set done = done + $3, restored = restored + $4, skipped = skipped + $3 - $4,
		  state = case when $5 then 'undoing' else 'undone' end, undone_at = case when not $5 then now() end
		where org_id = $1 and id = $2`, actor.OrgID, id, done, restored, more)
	if err != nil {
		return false, fmt.Errorf("undo batch %d: %w", id, err)
	}
	return more, notifyBatch(ctx, tx, id)
}

// BulkJob works a large batch off, or undoes it.
type BulkJob struct {
	OrgID     int64  `json:"orgId"`
	BatchID   int64  `json:"batchId"`
	UserID    int64  `json:"userId"`
	TeamID    int64  `json:"teamId"`
	Role      string `json:"role"`
	RequestID string `json:"requestId"`
	Undo      bool   `json:"undo"`
}

// Kind is the name of the job in the queue.
func (BulkJob) Kind() string { return "change_accounts" }

// InsertOpts limit the attempts.
func (BulkJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3, Priority: 2} }

// EnqueueFunc stores a job in a transaction.
type EnqueueFunc func(ctx context.Context, tx pgx.Tx, job BulkJob) error

// WithQueue makes large batches jobs; without it they are done while the caller
// waits.
func WithQueue(enqueue EnqueueFunc) Option { return func(s *Service) { s.enqueue = enqueue } }

// BulkWorker works on batches.
type BulkWorker struct {
	river.WorkerDefaults[BulkJob]
	Accounts *Service
}

// Timeout is how long one attempt may take.
func (*BulkWorker) Timeout(*river.Job[BulkJob]) time.Duration { return time.Hour }

// NextRetry tries again soon: somebody is waiting.
func (*BulkWorker) NextRetry(job *river.Job[BulkJob]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 2 * time.Second)
}

// Work does a batch chunk by chunk, each in a transaction of its own, so that it
// goes on where it was cut off. A fault fails the batch with its text.
func (w *BulkWorker) Work(ctx context.Context, job *river.Job[BulkJob]) error {
	a := job.Args
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: a.OrgID, UserID: a.UserID, TeamID: a.TeamID, Role: a.Role, RequestID: a.RequestID})
	err := w.Accounts.workOff(ctx, a)
	if err == nil || errors.Is(err, errNoBatch) {
		return nil
	}
	if fault.Of(err) == nil && job.Attempt < job.MaxAttempts {
		return err
	}
	failed := w.Accounts.write(context.WithoutCancel(ctx), func(tx pgx.Tx, actor postgres.Actor) error {
		_, err := tx.Exec(ctx, `update batches set state = 'failed', error = $3, finished_at = now() where org_id = $1 and id = $2`,
			actor.OrgID, a.BatchID, fault.Message(err))
		if err != nil {
			return fmt.Errorf("mark batch %d as failed: %w", a.BatchID, err)
		}
		return notifyBatch(ctx, tx, a.BatchID)
	})
	if fault.Of(err) != nil {
		err = nil
	}
	return errors.Join(err, failed)
}

func (s *Service) workOff(ctx context.Context, job BulkJob) error {
	for more := true; more; {
		err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
			b, err := loadBatch(ctx, tx, actor.OrgID, job.BatchID)
			if err != nil {
				return err
			}
			c, err := b.change()
			if err != nil {
				return err
			}
			if job.Undo {
				more, err = undoSome(ctx, tx, actor, job.BatchID, c)
			} else {
				more, err = changeSome(ctx, tx, actor, job.BatchID, c)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
