package segments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// resolve returns the accounts that are meant, ascending; none for nil. Ids of
// accounts that the actor does not see are left out.
func (s *Service) resolve(ctx context.Context, m *Members, field string) ([]int64, error) {
	if m == nil {
		return nil, nil
	}
	if (m.Filter == nil) == (m.IDs == nil) {
		return nil, fault.New(fault.Invalid, "Give a filter or ids.").WithField(field, "One of filter and ids.")
	}
	if len(m.IDs) > MaxChange {
		return nil, fault.Errorf(fault.Invalid, "At most %d accounts at once.", MaxChange).WithField(field+".ids", "Do it in several steps.")
	}
	f := accounts.Filter{Tree: m.Filter}
	if m.IDs != nil {
		f.IDs = slices.Compact(slices.Sorted(slices.Values(m.IDs)))
	}
	ids, err := s.book.IDs(ctx, f, MaxChange+1)
	if err == nil && len(ids) > MaxChange {
		err = fault.Errorf(fault.Invalid, "These are more than %d accounts. Use a dynamic segment, or narrow the filter.", MaxChange).WithField(field+".filter", "Fewer accounts.")
	}
	return ids, err
}

// ChangeMembers puts accounts into a static segment and takes others out, and
// returns the segment, counted. nil means none. Who is in already, or is not,
// does not matter.
func (s *Service) ChangeMembers(ctx context.Context, id int64, add, remove *Members, mayManage bool) (Segment, error) {
	in, err := s.resolve(ctx, add, "add")
	if err != nil {
		return Segment{}, err
	}
	out, err := s.resolve(ctx, remove, "remove")
	if err != nil {
		return Segment{}, err
	}
	var removal *int64
	err = s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := load(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !mayManage {
			return errNotYours
		}
		if now.Kind != Static {
			return fault.New(fault.Invalid, "A dynamic segment finds its members by its filter. Change the filter.")
		}
		came, err := putIn(ctx, tx, actor, id, in)
		if err != nil {
			return err
		}
		var gone int
		if gone, removal, err = takeOut(ctx, tx, actor, id, out); err != nil {
			return err
		}
		if err := keepDay(ctx, tx, actor.OrgID, id, came, gone); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update segments set version = version + 1, updated_at = now() where org_id = $1 and id = $2`, actor.OrgID, id); err != nil {
			return fmt.Errorf("change segment %d: %w", id, err)
		}
		return notify(ctx, tx, id)
	})
	if err != nil {
		return Segment{}, err
	}
	segment, err := s.counted(ctx, id)
	segment.RemovalID = removal
	return segment, err
}

// takeOut removes members and returns how many were in, and the number by which
// [Service.PutBack] knows them.
func takeOut(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, ids []int64) (gone int, removal *int64, err error) {
	if len(ids) == 0 {
		return 0, nil, nil
	}
	err = tx.QueryRow(ctx, `
		with gone as (delete from segment_members where org_id = $1 and segment_id = $2 and account_id = any($3) returning account_id),
		old as (delete from segment_removals where org_id = $1 and segment_id = $2 and created_at < now() - interval '1 day'),
		kept as (
		  insert into segment_removals (org_id, segment_id, account_ids)
		  select $1, $2, array_agg(account_id order by account_id) from gone having count(*) > 0 returning id)
		select (select count(*) from gone), (select id from kept)`, actor.OrgID, id, ids).Scan(&gone, &removal)
	if err != nil {
		return 0, nil, fmt.Errorf("take accounts out of segment %d: %w", id, err)
	}
	return gone, removal, nil
}

var errNoRemoval = fault.New(fault.NotFound, "This cannot be undone any more.")

// PutBack puts those back who were taken out together; [Segment.RemovalID] says
// of whom. It can be done once, within a day.
func (s *Service) PutBack(ctx context.Context, id, removal int64, mayManage bool) (Segment, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := load(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !mayManage {
			return errNotYours
		}
		var ids []int64
		err = tx.QueryRow(ctx, `delete from segment_removals where org_id = $1 and segment_id = $2 and id = $3 and created_at >= now() - interval '1 day' returning
			array(select a.id from accounts a where a.org_id = $1 and a.id = any(account_ids))`, actor.OrgID, id, removal).Scan(&ids)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoRemoval
		}
		if err != nil {
			return fmt.Errorf("put members of segment %d back: %w", id, err)
		}
		came, err := putIn(ctx, tx, actor, id, ids)
		if err != nil {
			return err
		}
		if err := keepDay(ctx, tx, actor.OrgID, id, came, 0); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update segments set version = version + 1, updated_at = now() where org_id = $1 and id = $2`, actor.OrgID, id); err != nil {
			return fmt.Errorf("change segment %d: %w", id, err)
		}
		return notify(ctx, tx, id)
	})
	if err != nil {
		return Segment{}, err
	}
	return s.counted(ctx, id)
}

// putIn adds members and returns how many were not in before.
func putIn(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, ids []int64) (int, error) {
	tag, err := tx.Exec(ctx, `
		insert into segment_members (org_id, segment_id, account_id)
		select $1, $2, m from unnest($3::bigint[]) m order by m on conflict do nothing`, actor.OrgID, id, ids)
	if err != nil {
		return 0, fmt.Errorf("put accounts into segment %d: %w", id, err)
	}
	return int(tag.RowsAffected()), nil
}

// keepDay adds who has come and gone to the figures of today.
func keepDay(ctx context.Context, tx pgx.Tx, orgID, id int64, came, went int) error {
	if came == 0 && went == 0 {
		return nil
	}
	var total int
	err := tx.QueryRow(ctx, `select count(*) from segment_members where org_id = $1 and segment_id = $2`, orgID, id).Scan(&total)
	if err != nil {
		return fmt.Errorf("count the members of segment %d: %w", id, err)
	}
	return addToDay(ctx, tx, orgID, id, total, came, went)
}

// addToDay sets today's total and adds to who has come and gone.
func addToDay(ctx context.Context, tx pgx.Tx, orgID, id int64, total, came, went int) error {
	today, err := accounts.Today(ctx, tx, orgID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into segment_days (org_id, segment_id, day, total, joined, "left") values ($1, $2, $3::date, $4, $5, $6)
		on conflict (org_id, segment_id, day) do update
		  set total = excluded.total, joined = segment_days.joined + excluded.joined, "left" = segment_days."left" + excluded."left"`,
		orgID, id, today, total, came, went)
	if err != nil {
		return fmt.Errorf("keep the day of segment %d: %w", id, err)
	}
	return nil
}

// Day is a day in the history of a segment: how many it had when it was counted
// last on it, and who had joined and left since it was counted before.
type Day struct {
	Day    string `json:"day" format:"date"`
	Total  int    `json:"total"`
	Joined int    `json:"joined"`
	Left   int    `json:"left"`
}

// maxDays is how much of a history is returned.
const maxDays = 400

// History returns the days of a segment on which it was counted, the last 400,
// oldest first.
func (s *Service) History(ctx context.Context, id int64) ([]Day, error) {
	out := []Day{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if _, err := load(ctx, tx, actor, id, ""); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select to_char(day, 'YYYY-MM-DD'), total, joined, "left" from segment_days
			where org_id = $1 and segment_id = $2 order by day desc limit $3`, actor.OrgID, id, maxDays)
		if err != nil {
			return fmt.Errorf("read the history of segment %d: %w", id, err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowToStructByPos[Day]); err != nil {
			return fmt.Errorf("read the history of segment %d: %w", id, err)
		}
		slices.Reverse(out)
		return nil
	})
	return out, err
}

// counted counts a segment that the actor has changed and returns it as they see
// it.
func (s *Service) counted(ctx context.Context, id int64) (Segment, error) {
	if err := s.Recount(ctx, id); err != nil {
		return Segment{}, err
	}
	return s.Get(ctx, id)
}

// Recount counts a segment for the organisation, keeps the figures and, of a
// dynamic one, who has joined and left since it was counted before. When the
// figures have changed it tells browsers.
func (s *Service) Recount(ctx context.Context, id int64) error {
	actor, ok := postgres.ActorFrom(ctx)
	if !ok {
		return postgres.ErrNoActor
	}
	// The figures that are kept are everyone's, so they are not what this actor
	// may see.
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: actor.OrgID, RequestID: actor.RequestID})
	f := accounts.Filter{Tree: Of(id)}
	tally, err := s.book.Tally(ctx, f)
	if err != nil {
		return err
	}
	ids, err := s.book.IDs(ctx, f, 1<<30)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		before, err := load(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if before.Kind == Dynamic {
			err = s.snapshot(ctx, tx, actor.OrgID, id, ids)
		} else {
			err = addToDay(ctx, tx, actor.OrgID, id, tally.Total, 0, 0)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update segments set total = $3, without_place = $4, do_not_contact = $5, counted_at = $6
			where org_id = $1 and id = $2`, actor.OrgID, id, tally.Total, tally.WithoutPlace, tally.DoNotContact, time.Now())
		if err != nil {
			return fmt.Errorf("count segment %d: %w", id, err)
		}
		if before.Tally != tally {
			return notify(ctx, tx, id)
		}
		return nil
	})
}

// snapshot keeps who is in a dynamic segment now, and the day's figures.
func (s *Service) snapshot(ctx context.Context, tx pgx.Tx, orgID, id int64, ids []int64) error {
	today, err := accounts.Today(ctx, tx, orgID)
	if err != nil {
		return err
	}
	if ids == nil {
		ids = []int64{}
	}
	rows, err := tx.Query(ctx, `select members from segment_snapshots where org_id = $1 and segment_id = $2`, orgID, id)
	if err != nil {
		return fmt.Errorf("read the members of segment %d: %w", id, err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[[]int64])
	if err != nil {
		return fmt.Errorf("read the members of segment %d: %w", id, err)
	}
	joined, left := 0, 0
	if len(kept) > 0 { // the first time nobody joins: it is how the segment began
		joined, left = differences(kept[0], ids)
	}
	if len(kept) == 0 || joined > 0 || left > 0 {
		_, err = tx.Exec(ctx, `
			insert into segment_snapshots (org_id, segment_id, day, members) values ($1, $2, $3::date, $4)
			on conflict (org_id, segment_id) do update set day = excluded.day, members = excluded.members`, orgID, id, today, ids)
		if err != nil {
			return fmt.Errorf("keep the members of segment %d: %w", id, err)
		}
	}
	return addToDay(ctx, tx, orgID, id, len(ids), joined, left)
}

// differences counts what the second of two ascending lists has more, and the
// first.
func differences(before, after []int64) (joined, left int) {
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		switch {
		case i == len(before) || j < len(after) && after[j] < before[i]:
			joined++
			j++
		case j == len(after) || before[i] < after[j]:
			left++
			i++
		default:
			i++
			j++
		}
	}
	return joined, left
}
