package territories

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// UpkeepJob looks after what time changes in the live alignments of all
// organisations: an owner whose days are over hands over to the next one. It also
// takes up what stands still: a publication whose work had failed, one whose time
// passed while no server ran, a handover that was cut off.
type UpkeepJob struct{}

// Kind is the name of the job in the queue.
func (UpkeepJob) Kind() string { return "alignments_upkeep" }

// InsertOpts: the next hour's job does what this one could not.
func (UpkeepJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 2, Priority: 3} }

// Hourly is the job as a queue takes it: every organisation's day begins at
// another hour.
func Hourly() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return UpkeepJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// UpkeepWorker does the upkeep.
type UpkeepWorker struct {
	river.WorkerDefaults[UpkeepJob]
	Territories *Service
}

// Timeout is how long one run may take.
func (*UpkeepWorker) Timeout(*river.Job[UpkeepJob]) time.Duration { return time.Hour }

// Work does the upkeep of every organisation; what fails in one does not hold up
// the others.
func (w *UpkeepWorker) Work(ctx context.Context, _ *river.Job[UpkeepJob]) error {
	return w.Territories.Upkeep(ctx)
}

// Upkeep is described at [UpkeepJob].
func (s *Service) Upkeep(ctx context.Context) error {
	type alignment struct {
		Org, ID int64
		State   State
		Version int
		Late    bool
		Stands  bool
		User    int64
	}
	var all []alignment
	err := s.DB.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select org_id, id, state, version, coalesce(publish_at < now() - interval '1 minute', false), coalesce(work ->> 'error', '') <> '', coalesce(published_by, 0)
			from alignments where state in ('live', 'scheduled', 'publishing', 'withdrawing') order by org_id, id`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[alignment])
		return err
	})
	if err != nil {
		return fmt.Errorf("territories: list what is live: %w", err)
	}
	var failed error
	for _, a := range all {
		j := Job{OrgID: a.Org, AlignmentID: a.ID, UserID: a.User, Version: a.Version}
		acting := postgres.WithActor(ctx, j.actor())
		switch {
		case a.State == Live:
			err = s.handOver(acting, a.ID)
		case a.State == Scheduled && a.Late:
			if err = s.due(acting, j); err == nil {
				err = s.waitless(acting, a.ID)
			}
		case a.Stands:
			err = s.takeUp(acting, a.ID)
		default:
			err = nil
		}
		if err != nil && fault.CodeOf(err) != fault.Conflict {
			failed = errors.Join(failed, fmt.Errorf("alignment %d: %w", a.ID, err))
		}
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
	}
	return failed
}

// takeUp goes on with work that had failed.
func (s *Service) takeUp(ctx context.Context, id int64) error {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, true)
		if err != nil || h.work == nil {
			return err
		}
		h.work.Error = ""
		return putWork(ctx, tx, actor, &h)
	})
	if err != nil {
		return err
	}
	return s.workOff(ctx, id)
}

// handOver gives the accounts of territories whose owner is another one today to
// that one, as one batch: those that are still with whom they were given to.
func (s *Service) handOver(ctx context.Context, id int64) error {
	var batches []int64
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, true)
		if err != nil || h.State != Live {
			return err
		}
		// Batches of handovers that were cut off.
		rows, err := tx.Query(ctx, `
			select b.id from batches b where b.org_id = $1 and b.state in ('queued', 'running') and b.change -> 'alignmentId' = to_jsonb($2::bigint) order by b.id`,
			actor.OrgID, id)
		if err != nil {
			return fmt.Errorf("territories: look for handovers: %w", err)
		}
		if batches, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return fmt.Errorf("territories: look for handovers: %w", err)
		}
		rows, err = tx.Query(ctx, `
			with owners as (
			  select distinct on (m.territory_id) m.territory_id, m.user_id from territory_members m
			  where m.org_id = $1 and m.alignment_id = $2 and m.role = 'owner' and territory_member_now(m.from_day, m.to_day, $1)
			  order by m.territory_id, m.position)
			select t.id from territories t join owners o on o.territory_id = t.id
			where t.org_id = $1 and t.alignment_id = $2 and t.assigned_to is distinct from o.user_id order by t.id`, actor.OrgID, id)
		if err != nil {
			return fmt.Errorf("territories: look for new owners: %w", err)
		}
		changed, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("territories: look for new owners: %w", err)
		}
		if len(changed) == 0 {
			return nil
		}
		batch, total, err := accounts.NewTerritoryBatch(ctx, tx, id, changed)
		if err != nil {
			return err
		}
		if err := assign(ctx, tx, actor, id); err != nil {
			return err
		}
		batches = append(batches, batch)
		if err := tell(ctx, tx, actor, id, "handover", "", map[string]any{"territories": changed, "batch": batch, "accounts": total}); err != nil {
			return err
		}
		return touch(ctx, tx, actor, &h)
	})
	if err != nil {
		return err
	}
	for _, batch := range batches {
		if err := s.Accounts.WorkBatch(ctx, batch, false); err != nil {
			return fmt.Errorf("territories: hand over: %w", err)
		}
	}
	return nil
}

// assign writes down whom the accounts of an alignment's territories are given to.
func assign(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64) error {
	_, err := tx.Exec(ctx, `
		update territories t set assigned_to = (
		  select m.user_id from territory_members m where m.org_id = t.org_id and m.alignment_id = t.alignment_id and m.territory_id = t.id
		    and m.role = 'owner' and territory_member_now(m.from_day, m.to_day, $1) order by m.position limit 1)
		where t.org_id = $1 and t.alignment_id = $2`, actor.OrgID, id)
	if err != nil {
		return fmt.Errorf("territories: owners of alignment %d: %w", id, err)
	}
	return nil
}
