package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// work is what a publication, or its undoing, has still to do. It is changed in
// the transaction of every step, so that whoever takes it up again goes on where
// it was cut off.
type work struct {
	Undo  bool   `json:"undo"`
	Phase string `json:"phase"`
	After int64  `json:"after"` // the last account that was settled
	Done  int    `json:"done"`
	Total int    `json:"total"`
	User  int64  `json:"user"`
	Error string `json:"error,omitempty"`
}

// Phases of a publication.
const (
	settling   = "settling"
	collecting = "collecting"
	assigning  = "assigning"
	finished   = "done"
)

// settleAtOnce is how many accounts are settled in a transaction.
const settleAtOnce = 5_000

// Publish makes an alignment live, at once or at a time. At once, it takes the
// place of the one that is live in one transaction; then its accounts get their
// territory and their owners, the latter as one batch, in a job that goes on where
// it was cut off.
func (s *Service) Publish(ctx context.Context, id int64, version int, when *time.Time) (*Full, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if err := alone(ctx, tx, actor.OrgID); err != nil {
			return err
		}
		h, err := at(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if h.State != Approved {
			return wrongState(h)
		}
		if when == nil || !when.After(time.Now()) {
			return s.golive(ctx, tx, actor, h)
		}
		if when.After(time.Now().AddDate(2, 0, 0)) {
			return fault.New(fault.Invalid, "A publication may be planned for two years at most.").WithField("body.at", "An earlier time.")
		}
		if s.Enqueue == nil {
			return fault.New(fault.Unavailable, "This server does no work at a time of its own. Publish at once.")
		}
		moment := when.UTC().Truncate(time.Second)
		_, err = tx.Exec(ctx, `update alignments set state = 'scheduled', publish_at = $3, published_by = nullif($4::bigint, 0), published_at = null where org_id = $1 and id = $2`,
			actor.OrgID, id, moment, actor.UserID)
		if err != nil {
			return fmt.Errorf("territories: schedule alignment %d: %w", id, err)
		}
		if err := tell(ctx, tx, actor, id, "scheduled", "", map[string]any{"at": moment}); err != nil {
			return err
		}
		if err := touch(ctx, tx, actor, &h); err != nil {
			return err
		}
		return s.Enqueue(ctx, tx, Job{Task: taskGoLive, OrgID: actor.OrgID, AlignmentID: id, UserID: actor.UserID, Version: h.Version}, &moment)
	})
	if err != nil {
		return nil, err
	}
	if err := s.waitless(ctx, id); err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// alone makes publications of an organisation wait for each other. It comes before
// any lock on an alignment.
func alone(ctx context.Context, tx pgx.Tx, org int64) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('alignments:' || $1::bigint, 0))`, org); err != nil {
		return fmt.Errorf("territories: wait for other publications: %w", err)
	}
	return nil
}

// golive makes an alignment live within tx, which is alone, and leaves the rest to a job.
func (s *Service) golive(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h head) error {
	var busy *string
	err := tx.QueryRow(ctx, `select min(name) from alignments where org_id = $1 and state in ('publishing', 'withdrawing')`, actor.OrgID).Scan(&busy)
	if err != nil {
		return fmt.Errorf("territories: look for other publications: %w", err)
	}
	if busy != nil {
		return fault.Errorf(fault.Conflict, "%s is being published or withdrawn just now. Wait until that is done.", *busy).WithCurrent(h.Alignment)
	}
	var total int
	if err := tx.QueryRow(ctx, `select count(*) from accounts where org_id = $1`, actor.OrgID).Scan(&total); err != nil {
		return fmt.Errorf("territories: count accounts: %w", err)
	}
	var replaced *int64
	err = tx.QueryRow(ctx, `update alignments set state = 'archived', version = version + 1, updated_at = now() where org_id = $1 and state = 'live' returning id`, actor.OrgID).Scan(&replaced)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("territories: take the place of the live alignment: %w", err)
	}
	if replaced != nil {
		if err := tell(ctx, tx, actor, *replaced, "archived", "", map[string]any{"by": h.ID, "name": h.Name}); err != nil {
			return err
		}
	}
	if err := otherTerritories(ctx, tx); err != nil {
		return err
	}
	todo, err := json.Marshal(work{Phase: settling, Total: total, User: actor.UserID})
	if err != nil {
		return fmt.Errorf("territories: work of a publication: %w", err)
	}
	_, err = tx.Exec(ctx, `
		update alignments set state = 'publishing', publish_at = null, published_at = now(), published_by = nullif($3::bigint, 0), withdrawn_at = null,
		  replaced_id = $4, batch_id = null, work = $5::jsonb where org_id = $1 and id = $2`, actor.OrgID, h.ID, actor.UserID, replaced, string(todo))
	if err != nil {
		return fmt.Errorf("territories: publish alignment %d: %w", h.ID, err)
	}
	if err := tell(ctx, tx, actor, h.ID, "published", "", map[string]any{"replaced": replaced}); err != nil {
		return err
	}
	if err := touch(ctx, tx, actor, &h); err != nil {
		return err
	}
	if s.Enqueue == nil {
		return nil
	}
	return s.Enqueue(ctx, tx, Job{Task: taskWork, OrgID: actor.OrgID, AlignmentID: h.ID, UserID: actor.UserID}, nil)
}

// otherTerritories counts as a change of accounts, though it changes none: what
// filters for an area or region mean is remembered until then.
func otherTerritories(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `update accounts set version = version where false`); err != nil {
		return fmt.Errorf("territories: count a change: %w", err)
	}
	return nil
}

// waitless does what a job would, when there is none.
func (s *Service) waitless(ctx context.Context, id int64) error {
	if s.Enqueue != nil {
		return nil
	}
	return s.workOff(ctx, id)
}

// Withdraw takes an alignment back: from review to a draft, from its date to
// approved, and from being live to approved, by undoing its publication. Then the
// alignment that it had replaced is live again, and every account whose owner the
// publication had changed and nobody since gets the owner back.
func (s *Service) Withdraw(ctx context.Context, id int64, version int) (*Full, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if err := alone(ctx, tx, actor.OrgID); err != nil {
			return err
		}
		h, err := at(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		switch h.State {
		case InReview, Approved:
			_, err = tx.Exec(ctx, `update alignments set state = 'draft' where org_id = $1 and id = $2`, actor.OrgID, id)
		case Scheduled:
			if !mayPublish(ctx, actor) {
				return errMayNotPublish
			}
			_, err = tx.Exec(ctx, `update alignments set state = 'approved', publish_at = null where org_id = $1 and id = $2`, actor.OrgID, id)
		case Live:
			if !mayPublish(ctx, actor) {
				return errMayNotPublish
			}
			return s.unpublish(ctx, tx, actor, h)
		default:
			return wrongState(h)
		}
		if err != nil {
			return fmt.Errorf("territories: withdraw alignment %d: %w", id, err)
		}
		if err := tell(ctx, tx, actor, id, "withdrawn", "", map[string]any{"from": h.State}); err != nil {
			return err
		}
		return touch(ctx, tx, actor, &h)
	})
	if err != nil {
		return nil, err
	}
	if err := s.waitless(ctx, id); err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func (s *Service) unpublish(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h head) error {
	var total int
	if err := tx.QueryRow(ctx, `select count(*) from accounts where org_id = $1`, actor.OrgID).Scan(&total); err != nil {
		return fmt.Errorf("territories: count accounts: %w", err)
	}
	if err := otherTerritories(ctx, tx); err != nil {
		return err
	}
	todo, err := json.Marshal(work{Undo: true, Phase: settling, Total: total, User: actor.UserID})
	if err != nil {
		return fmt.Errorf("territories: work of a publication: %w", err)
	}
	_, err = tx.Exec(ctx, `update alignments set state = 'withdrawing', withdrawn_at = now(), work = $3::jsonb where org_id = $1 and id = $2`, actor.OrgID, h.ID, string(todo))
	if err != nil {
		return fmt.Errorf("territories: withdraw alignment %d: %w", h.ID, err)
	}
	if h.ReplacedID != nil {
		if _, err := tx.Exec(ctx, `update alignments set state = 'live', version = version + 1, updated_at = now() where org_id = $1 and id = $2 and state = 'archived'`, actor.OrgID, *h.ReplacedID); err != nil {
			return fmt.Errorf("territories: withdraw alignment %d: %w", h.ID, err)
		}
	}
	if err := tell(ctx, tx, actor, h.ID, "unpublished", "", map[string]any{"restored": h.ReplacedID}); err != nil {
		return err
	}
	if err := touch(ctx, tx, actor, &h); err != nil {
		return err
	}
	if s.Enqueue == nil {
		return nil
	}
	return s.Enqueue(ctx, tx, Job{Task: taskWork, OrgID: actor.OrgID, AlignmentID: h.ID, UserID: actor.UserID}, nil)
}

// workOff does what a publication, or its undoing, has still to do, in small
// transactions.
func (s *Service) workOff(ctx context.Context, id int64) error {
	for {
		var todo *work
		var batch *int64
		err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
			h, err := loadHead(ctx, tx, actor, id, true)
			if errors.Is(err, errNoAlignment) || err == nil && (h.work == nil || h.work.Phase == finished) {
				return nil
			}
			if err != nil {
				return err
			}
			now := *h.work
			todo, batch = &now, h.BatchID
			return s.workOn(ctx, tx, actor, &h)
		})
		if err != nil || todo == nil {
			return err
		}
		if todo.Phase != assigning {
			continue
		}
		if batch != nil {
			// The batch is worked on by whoever looks after accounts, in transactions of
			// its own; it knows what it has done.
			if err := s.Accounts.WorkBatch(ctx, *batch, todo.Undo); err != nil {
				return fmt.Errorf("territories: give accounts of alignment %d to their owners: %w", id, err)
			}
		}
		if err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error { return finish(ctx, tx, actor, id) }); err != nil {
			return err
		}
	}
}

// workOn does the next piece of work within tx.
func (s *Service) workOn(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h *head) error {
	w := h.work
	switch w.Phase {
	case settling:
		var last *int64
		var count int
		err := tx.QueryRow(ctx, `
			with chunk as materialized (select id from accounts where org_id = $1 and id > $2 order by id limit $3),
			settled as materialized (select settle_territories(array_agg(id)) from chunk having count(*) > 0)
			select (select max(id) from chunk), (select count(*) from chunk), (select count(*) from settled)`,
			actor.OrgID, w.After, settleAtOnce).Scan(&last, &count, new(int))
		if err != nil {
			return fmt.Errorf("territories: settle accounts of alignment %d: %w", h.ID, err)
		}
		w.Done += count
		if last != nil {
			w.After = *last
		} else if w.Phase = collecting; w.Undo {
			w.Phase = assigning
		}
	case collecting:
		batch, total, err := accounts.NewTerritoryBatch(ctx, tx, h.ID, nil)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update alignments set batch_id = $3 where org_id = $1 and id = $2`, actor.OrgID, h.ID, batch); err != nil {
			return fmt.Errorf("territories: batch of alignment %d: %w", h.ID, err)
		}
		w.Phase, w.Total, w.Done = assigning, total, 0
	case assigning:
		return nil
	}
	return putWork(ctx, tx, actor, h)
}

func putWork(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h *head) error {
	raw, err := json.Marshal(h.work)
	if err != nil {
		return fmt.Errorf("territories: work of alignment %d: %w", h.ID, err)
	}
	if _, err := tx.Exec(ctx, `update alignments set work = $3::jsonb where org_id = $1 and id = $2`, actor.OrgID, h.ID, string(raw)); err != nil {
		return fmt.Errorf("territories: work of alignment %d: %w", h.ID, err)
	}
	return notify(ctx, tx, h.ID, h.Version)
}

// finish ends a publication or its undoing, once.
func finish(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64) error {
	h, err := loadHead(ctx, tx, actor, id, true)
	if err != nil {
		return err
	}
	if h.work == nil || h.work.Phase != assigning {
		return nil
	}
	state := Live
	if h.work.Undo {
		state = Approved
	}
	_, err = tx.Exec(ctx, `update alignments set state = $3, work = null where org_id = $1 and id = $2`, actor.OrgID, id, state)
	if err != nil {
		return fmt.Errorf("territories: end the publication of alignment %d: %w", id, err)
	}
	owners := id
	if h.work.Undo {
		owners = 0
		if h.ReplacedID != nil {
			owners = *h.ReplacedID
		}
	}
	if err := assign(ctx, tx, actor, owners); err != nil {
		return err
	}
	return touch(ctx, tx, actor, &h)
}
