package timeline

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// InboxItem is something that concerns a person.
type InboxItem struct {
	ID         int64      `json:"id" db:"id"`
	Kind       string     `json:"kind" enum:"mention,comment,assigned,reminder,done,days_published,days_withdrawn" db:"kind"`
	ActorName  string     `json:"actorName" db:"actor_name" doc:"Who caused it; empty for the program."`
	CreatedAt  time.Time  `json:"createdAt" db:"created_at"`
	ReadAt     *time.Time `json:"readAt" db:"read_at"`
	ActivityID *int64     `json:"-" db:"activity_id"`
	Activity   *Activity  `json:"activity" db:"-" doc:"null for days that were published or taken back."`
	PlanID     *int64     `json:"planId" db:"plan_id" doc:"Of days: the plan that they came from, if it is still there."`
	FromDay    *string    `json:"fromDay" format:"date" db:"from_day" doc:"Of days: the first of them."`
	ToDay      *string    `json:"toDay" format:"date" db:"to_day"`
}

// Inbox is one page of a person's inbox.
type Inbox struct {
	Items      []InboxItem
	NextCursor *string
	Unread     int
}

type inboxPosition struct {
	ID int64 `json:"i"`
}

// Inbox returns a page of the actor's inbox, the newest first, and how much of it
// is unread. What belongs to an account that the actor does not see any more is
// left out.
func (s *Service) Inbox(ctx context.Context, unreadOnly bool, cursor string, limit int) (box Inbox, err error) {
	if limit, err = pageLimit(limit, 30, 100); err != nil {
		return box, err
	}
	from := inboxPosition{ID: 1<<63 - 1}
	if cursor != "" {
		if err := decode(cursor, &from); err != nil {
			return box, err
		}
	}
	box.Items = []InboxItem{}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select count(*) from inbox_items i
			where i.org_id = current_org() and i.user_id = current_actor() and i.read_at is null`).Scan(&box.Unread)
		if err != nil {
			return fmt.Errorf("count the inbox: %w", err)
		}
		rows, err := tx.Query(ctx, `
			select i.id, i.kind, coalesce(u.name, '') as actor_name, i.created_at, i.read_at, i.activity_id,
				(select p.id from visit_plans p where p.org_id = i.org_id and p.id = i.plan_id) as plan_id,
				to_char(i.from_day, 'YYYY-MM-DD') as from_day, to_char(i.to_day, 'YYYY-MM-DD') as to_day
			from inbox_items i left join users u on u.org_id = i.org_id and u.id = i.actor_id
			left join activities x on x.org_id = i.org_id and x.id = i.activity_id and x.deleted_at is null
			where (i.activity_id is null or x.id is not null) and i.org_id = current_org() and i.user_id = current_actor() and i.id < $1 and (not $2 or i.read_at is null)
			order by i.id desc limit $3`, from.ID, unreadOnly, limit+1)
		if err != nil {
			return fmt.Errorf("read the inbox: %w", err)
		}
		if box.Items, err = pgx.AppendRows(box.Items, rows, pgx.RowToStructByName[InboxItem]); err != nil {
			return fmt.Errorf("read the inbox: %w", err)
		}
		if len(box.Items) > limit {
			box.Items = box.Items[:limit]
			box.NextCursor = encode(inboxPosition{box.Items[limit-1].ID})
		}
		ids := []int64{}
		for _, item := range box.Items {
			if item.ActivityID != nil {
				ids = append(ids, *item.ActivityID)
			}
		}
		rows, err = tx.Query(ctx, `select `+columns+` from activities x `+joins+` where x.org_id = current_org() and x.id = any($1)`, ids)
		if err != nil {
			return fmt.Errorf("read the inbox: %w", err)
		}
		about, err := pgx.CollectRows(rows, pgx.RowToStructByName[Activity])
		if err != nil {
			return fmt.Errorf("read the inbox: %w", err)
		}
		byID := map[int64]Activity{}
		for _, a := range about {
			byID[a.ID] = a
		}
		for i := range box.Items {
			if id := box.Items[i].ActivityID; id != nil {
				if a, here := byID[*id]; here {
					box.Items[i].Activity = &a
				}
			}
		}
		return nil
	})
	return box, err
}

// MarkRead marks some items of the actor's inbox as read, or with read false as
// unread again; without ids all of them. It returns how much is unread then.
func (s *Service) MarkRead(ctx context.Context, ids []int64, read bool) (unread int, err error) {
	if len(ids) > 500 {
		return 0, fault.New(fault.Invalid, "Mark at most 500 at once, or all.").WithField("ids", "At most 500.")
	}
	if ids == nil {
		ids = []int64{}
	}
	actor, _ := postgres.ActorFrom(ctx)
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			update inbox_items set read_at = case when $2 then now() end
			where org_id = current_org() and user_id = current_actor() and (read_at is null) = $2
			  and (id = any($1) or (cardinality($1::bigint[]) = 0 and $2))`, ids, read)
		if err != nil {
			return fmt.Errorf("mark the inbox as read: %w", err)
		}
		err = tx.QueryRow(ctx, `select count(*) from inbox_items where org_id = current_org() and user_id = current_actor() and read_at is null`).Scan(&unread)
		if err != nil {
			return fmt.Errorf("count the inbox: %w", err)
		}
		return events.Notify(ctx, tx, "inbox", map[string]any{"userId": actor.UserID})
	})
	return unread, err
}
