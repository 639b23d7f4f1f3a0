package territories

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// NewAlignment is what an alignment begins with.
type NewAlignment struct {
	Name       string `json:"name" minLength:"1" maxLength:"200"`
	CopyOf     *int64 `json:"copyOf,omitempty" minimum:"1" doc:"An alignment whose territories, members, cells and exceptions it begins with."`
	Resolution *int   `json:"resolution,omitempty" minimum:"6" maximum:"8" doc:"Of its H3 cells; 7 when left out. A copy has that of what it copies."`
}

// name trims and checks the name of something.
func name(text, field string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > most || strings.ContainsRune(text, 0) {
		return "", fault.Errorf(fault.Invalid, "A name has 1 to %d characters.", most).WithField(field, "Give it another name.")
	}
	return text, nil
}

// Create makes a draft, empty or as a copy.
func (s *Service) Create(ctx context.Context, n NewAlignment) (*Full, error) {
	var id int64
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		if n.CopyOf == nil {
			resolution := DefaultResolution
			if n.Resolution != nil {
				resolution = *n.Resolution
			}
			if id, err = create(ctx, tx, actor, n.Name, resolution, nil); err != nil {
				return err
			}
			return tell(ctx, tx, actor, id, "created", "", nil)
		}
		from, err := loadHead(ctx, tx, actor, *n.CopyOf, false)
		if err != nil {
			return err
		}
		if n.Resolution != nil && *n.Resolution != from.Resolution {
			return fault.New(fault.Invalid, "A copy has the resolution of what it copies.").WithField("body.resolution", "Leave it out.")
		}
		if id, err = create(ctx, tx, actor, n.Name, from.Resolution, n.CopyOf); err != nil {
			return err
		}
		if err := copyContents(ctx, tx, actor.OrgID, from.ID, id); err != nil {
			return err
		}
		return tell(ctx, tx, actor, id, "copied", "", map[string]any{"from": from.ID, "name": from.Name})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// create inserts a draft.
func create(ctx context.Context, tx pgx.Tx, actor postgres.Actor, called string, resolution int, basedOn *int64) (int64, error) {
	called, err := name(called, "body.name", 200)
	if err != nil {
		return 0, err
	}
	if resolution < MinResolution || resolution > MaxResolution {
		return 0, fault.Errorf(fault.Invalid, "The resolution must lie between %d and %d.", MinResolution, MaxResolution).WithField("body.resolution", "6, 7 or 8.")
	}
	var count int
	if err := tx.QueryRow(ctx, `select count(*) from alignments where org_id = $1`, actor.OrgID).Scan(&count); err != nil {
		return 0, fmt.Errorf("territories: count alignments: %w", err)
	}
	if count >= MaxAlignments {
		return 0, fault.Errorf(fault.Invalid, "There are %d alignments already. Delete drafts that nobody needs.", count)
	}
	var id int64
	err = tx.QueryRow(ctx, `
		insert into alignments (org_id, name, resolution, based_on, created_by, updated_by) values ($1, $2, $3, $4, nullif($5::bigint, 0), nullif($5::bigint, 0)) returning id`,
		actor.OrgID, called, resolution, basedOn, actor.UserID).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("territories: create an alignment: %w", err)
	}
	return id, notify(ctx, tx, id, 1)
}

// copyContents copies territories, members, cells and exceptions.
func copyContents(ctx context.Context, tx pgx.Tx, org, from, to int64) error {
	var batch pgx.Batch
	batch.Queue(`
		update alignments t set locked_cells = f.locked_cells from alignments f
		where t.org_id = $1 and t.id = $3 and f.org_id = $1 and f.id = $2`, org, from, to)
	batch.Queue(`
		insert into territories (org_id, alignment_id, id, level, name, colour, position, locked, assigned_to)
		select org_id, $3, id, level, name, colour, position, locked, assigned_to from territories where org_id = $1 and alignment_id = $2`, org, from, to)
	batch.Queue(`
		update territories t set parent_id = f.parent_id from territories f
		where t.org_id = $1 and t.alignment_id = $3 and f.org_id = $1 and f.alignment_id = $2 and f.id = t.id and f.parent_id is not null`, org, from, to)
	batch.Queue(`
		insert into territory_members (org_id, alignment_id, territory_id, position, user_id, role, from_day, to_day)
		select org_id, $3, territory_id, position, user_id, role, from_day, to_day from territory_members where org_id = $1 and alignment_id = $2`, org, from, to)
	batch.Queue(`
		insert into territory_cells (org_id, alignment_id, cell, territory_id)
		select org_id, $3, cell, territory_id from territory_cells where org_id = $1 and alignment_id = $2`, org, from, to)
	batch.Queue(`
		insert into alignment_exceptions (org_id, alignment_id, account_id, territory_id, reason, created_by, created_at)
		select org_id, $3, account_id, territory_id, reason, created_by, created_at from alignment_exceptions where org_id = $1 and alignment_id = $2`, org, from, to)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("territories: copy alignment %d: %w", from, err)
	}
	return nil
}

// Rename gives an alignment another name, whatever its state.
func (s *Service) Rename(ctx context.Context, id int64, version int, called string) (*Full, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		called, err := name(called, "body.name", 200)
		if err != nil {
			return err
		}
		h, err := at(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update alignments set name = $3 where org_id = $1 and id = $2`, actor.OrgID, id, called); err != nil {
			return fmt.Errorf("territories: rename alignment %d: %w", id, err)
		}
		return touch(ctx, tx, actor, &h)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// Delete removes a draft, or what is archived or waits for review. What is live,
// or about to be, stays.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, true)
		if err != nil {
			return err
		}
		switch h.State {
		case Scheduled, Publishing, Live, Withdrawing:
			return fault.New(fault.Conflict, "This alignment is live or about to be. Withdraw it first.").WithCurrent(h.Alignment)
		}
		var needed bool
		err = tx.QueryRow(ctx, `select exists (select from alignments where org_id = $1 and replaced_id = $2 and state in ('live', 'publishing', 'withdrawing'))`, actor.OrgID, id).Scan(&needed)
		if err != nil {
			return fmt.Errorf("territories: delete alignment %d: %w", id, err)
		}
		if needed {
			return fault.New(fault.Conflict, "The live alignment took the place of this one, and gives it back when its publication is undone. It has to stay until another is published.").WithCurrent(h.Alignment)
		}
		if _, err := tx.Exec(ctx, `delete from alignments where org_id = $1 and id = $2`, actor.OrgID, id); err != nil {
			return fmt.Errorf("territories: delete alignment %d: %w", id, err)
		}
		return notify(ctx, tx, id, 0)
	})
}
