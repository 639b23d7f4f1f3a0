package visits

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Due is an account that should be visited, and why.
type Due struct {
	AccountID   int64
	Reason      string // overdue, due or never
	DaysOverdue *int   // nil when never visited, negative when not due yet
}

// dueWithin is how many days ahead a visit is proposed.
const dueWithin = 7

// Due proposes the accounts of a rep to be visited on a day: the longest overdue
// first, as a share of their interval, then those never visited by class, then
// those due within a week. Accounts without a place are left out.
func (s *Service) Due(ctx context.Context, rep int64, day string, limit int) ([]Due, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if rep != a.UserID && !team && !seesAll(a) {
		return nil, errNotYours
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, fault.New(fault.Invalid, "The day is not a date.").WithField("day", "Write it as 2026-11-23.")
	}
	var due []Due
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select a.id,
			       case when a.last_visit_on is null then 'never' when a.due_on < $3::date then 'overdue' else 'due' end,
			       $3::date - a.due_on
			from accounts a
			join sites s on s.org_id = a.org_id and s.account_id = a.id and s.is_primary
			where a.org_id = $1 and a.owner_id = $2 and a.archived_at is null and a.status <> 'former'
			  and (a.last_visit_on is null or a.due_on <= $3::date + $4::int)
			order by case when a.last_visit_on is null then 1 when a.due_on < $3::date then 0 else 2 end,
			         ($3::date - a.due_on)::real / a.visit_interval_days desc nulls last, a.class, a.id
			limit $5`, a.OrgID, rep, day, dueWithin, limit)
		if err != nil {
			return fmt.Errorf("visits: due: %w", err)
		}
		if due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Due]); err != nil {
			return fmt.Errorf("visits: due: %w", err)
		}
		return nil
	})
	return due, err
}
