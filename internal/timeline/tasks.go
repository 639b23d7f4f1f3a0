package timeline

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// TaskQuery asks for tasks of one person.
type TaskQuery struct {
	State      string // overdue, today, upcoming (later, or without a day), open (all three) or done
	AssigneeID int64  // 0: the actor
	Cursor     string
	Limit      int // 1 to 200; 0 means 50
}

// TaskCounts are how many open tasks a person has.
type TaskCounts struct {
	Overdue  int `json:"overdue"`
	Today    int `json:"today"`
	Upcoming int `json:"upcoming" doc:"Later, or without a day."`
}

type taskPosition struct {
	Key string `json:"k"` // the day it is due, or the time it was done
	ID  int64  `json:"i"`
}

var errOthersTasks = fault.New(fault.Forbidden, "Your role does not allow looking at other people's tasks.")

func (q TaskQuery) person(ctx context.Context) (int64, error) {
	actor, _ := postgres.ActorFrom(ctx)
	if q.AssigneeID == 0 || q.AssigneeID == actor.UserID {
		return actor.UserID, nil
	}
	if !seesAllTasks(ctx) {
		return 0, errOthersTasks
	}
	return q.AssigneeID, nil
}

const taskToday = `(now() at time zone (select time_zone from organisations where org_id = current_org()))::date`

var taskStates = map[string]string{
	"overdue":  `x.done_at is null and x.due_on < ` + taskToday,
	"today":    `x.done_at is null and x.due_on = ` + taskToday,
	"upcoming": `x.done_at is null and (x.due_on > ` + taskToday + ` or x.due_on is null)`,
	"open":     `x.done_at is null`,
	"done":     `x.done_at is not null`,
}

// Tasks returns a page of a person's tasks: open ones by the day they are due,
// those without one last; done ones by when they were done, the latest first. It
// returns a fault Forbidden for the tasks of others, unless the role leads people.
func (s *Service) Tasks(ctx context.Context, q TaskQuery) (l Listing[Activity], err error) {
	limit, err := pageLimit(q.Limit, 50, 200)
	if err != nil {
		return l, err
	}
	condition, known := taskStates[q.State]
	if !known {
		return l, fault.New(fault.Invalid, "Tasks have no such state.").WithField("query.state", "One of overdue, today, upcoming, open, done.")
	}
	person, err := q.person(ctx)
	if err != nil {
		return l, err
	}
	var from taskPosition
	if q.Cursor != "" {
		if err := decode(q.Cursor, &from); err != nil {
			return l, err
		}
	}
	key, after, order := `coalesce(x.due_on, date '9999-12-31')`, `(coalesce(x.due_on, date '9999-12-31'), x.id) > ($2::text::date, $3::bigint)`, `1, x.id`
	if q.State == "done" {
		key, after, order = `x.done_at`, `(x.done_at, x.id) < ($2::text::timestamptz, $3::bigint)`, `1 desc, x.id desc`
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if q.Cursor == "" {
			after = `$2::text = '' and $3::bigint = 0`
		}
		rows, err := tx.Query(ctx, `select `+key+`::text, x.id from activities x
			where x.org_id = current_org() and x.kind = 'task' and x.deleted_at is null and x.assignee_id = $1 and `+condition+` and `+after+`
			order by `+order+` limit $4`, person, from.Key, from.ID, limit+1)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[taskPosition])
		if err != nil {
			return err
		}
		if len(found) > limit {
			found = found[:limit]
			l.NextCursor = encode(found[limit-1])
		}
		ids := make([]int64, len(found))
		for i, f := range found {
			ids[i] = f.ID
		}
		rows, err = tx.Query(ctx, `select `+columns+` from unnest($1::bigint[]) with ordinality wanted (id, at)
			join activities x on x.org_id = current_org() and x.id = wanted.id `+joins+` order by wanted.at`, ids)
		if err != nil {
			return err
		}
		l.Items, err = pgx.CollectRows(rows, pgx.RowToStructByName[Activity])
		return err
	})
	if err != nil {
		return l, taskFault(err)
	}
	return l, nil
}

func taskFault(err error) error {
	if fault.Of(err) != nil {
		return err
	}
	return fmt.Errorf("read tasks: %w", err)
}

// CountTasks counts the open tasks of the actor.
func (s *Service) CountTasks(ctx context.Context) (n TaskCounts, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			select count(*) filter (where x.due_on < d.day), count(*) filter (where x.due_on = d.day),
			       count(*) filter (where x.due_on > d.day or x.due_on is null)
			from (select `+taskToday+` as day) d
			cross join activities x
			where x.org_id = current_org() and x.kind = 'task' and x.done_at is null and x.deleted_at is null and x.assignee_id = current_actor()`).
			Scan(&n.Overdue, &n.Today, &n.Upcoming)
	})
	if err != nil {
		return n, fmt.Errorf("count tasks: %w", err)
	}
	return n, nil
}

var errNoTask = fault.New(fault.Invalid, "Only a task can be done.")

// Complete marks a task as done by the actor, and tells who wrote it. A task that
// is done already stays as it is.
func (s *Service) Complete(ctx context.Context, id int64) (Activity, error) {
	return s.change(ctx, id, 0, func(tx pgx.Tx, a Activity) (Activity, error) {
		if a.Kind != Task {
			return a, errNoTask
		}
		if a.DoneAt != nil {
			return a, nil
		}
		if _, err := tx.Exec(ctx, `update activities set done_at = now(), done_by = current_actor() where org_id = current_org() and id = $1`, id); err != nil {
			return a, fmt.Errorf("complete task %d: %w", id, err)
		}
		now, err := load(ctx, tx, id)
		if err != nil {
			return a, err
		}
		return now, tellOf(ctx, tx, now, "done", nil, now.AuthorID)
	})
}

// Reopen undoes [Service.Complete].
func (s *Service) Reopen(ctx context.Context, id int64) (Activity, error) {
	return s.change(ctx, id, 0, func(tx pgx.Tx, a Activity) (Activity, error) {
		if a.Kind != Task {
			return a, errNoTask
		}
		if _, err := tx.Exec(ctx, `update activities set done_at = null, done_by = null where org_id = current_org() and id = $1`, id); err != nil {
			return a, fmt.Errorf("reopen task %d: %w", id, err)
		}
		if _, err := tx.Exec(ctx, `delete from inbox_items where org_id = current_org() and activity_id = $1 and kind = 'done' and read_at is null`, id); err != nil {
			return a, fmt.Errorf("reopen task %d: %w", id, err)
		}
		now, err := load(ctx, tx, id)
		if err != nil {
			return a, err
		}
		return now, s.remind(ctx, tx, now)
	})
}
