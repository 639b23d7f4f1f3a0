package timeline_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
	"github.com/waymark-crm/waymark/internal/timeline"
)

// TestAReminderReachesTheInboxOnceAlsoWhenItsServerDies works a reminder off
// whose server ends in the middle, then by two servers at once, then again.
func TestAReminderReachesTheInboxOnceAlsoWhenItsServerDies(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var org, user int64
	own := func(sql string, args ...any) {
		t.Helper()
		require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), sql, args...)
			return err
		}))
	}
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `with o as (insert into organisations (name, slug, time_zone) values ('North', 'north', 'UTC') returning org_id)
			insert into users (org_id, email, name, role, password_hash) select org_id, 'ann@north.example', 'Ann', 'manager', 'x' from o returning org_id, id`).Scan(&org, &user)
	}))
	var jobs []timeline.ReminderJob
	book := timeline.New(db.DB, func(_ context.Context, _ pgx.Tx, job timeline.ReminderJob) error {
		jobs = append(jobs, job)
		return nil
	})
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: user, Role: "manager"})
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	task, err := book.Create(ctx, timeline.Draft{Kind: timeline.Task, Subject: "Call back", RemindAt: &at})
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.WithinDuration(t, at, jobs[0].InsertOpts().ScheduledAt, 0)
	reminders := func() int {
		box, err := book.Inbox(ctx, true, "", 50)
		require.NoError(t, err)
		n := 0
		for _, item := range box.Items {
			if item.Kind == "reminder" {
				n++
			}
		}
		return n
	}

	// The server ends between marking the task and writing to the inbox.
	own(`create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`)
	own(`create trigger die before insert on inbox_items for each row execute function die()`)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `alter function die() owner to current_user; alter function die() security definer set search_path = public`)
		return err
	}))
	require.Error(t, book.Remind(t.Context(), jobs[0]))
	own(`drop trigger die on inbox_items`)
	require.Zero(t, reminders())

	// The job comes back, to two servers at once.
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := book.Remind(t.Context(), jobs[0]); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	require.Equal(t, 1, reminders())
	require.NoError(t, book.Remind(t.Context(), jobs[0]))
	require.Equal(t, 1, reminders())

	// Another time is another reminder; the job of the old one does nothing.
	later := at.Add(time.Hour)
	when := &later
	task, err = book.Get(ctx, task.ID)
	require.NoError(t, err)
	_, err = book.Update(ctx, task.ID, timeline.Edit{Version: task.Version, RemindAt: &when})
	require.NoError(t, err)
	require.Len(t, jobs, 2)
	require.NoError(t, book.Remind(t.Context(), jobs[0]))
	require.Equal(t, 1, reminders())
	require.NoError(t, book.Remind(t.Context(), jobs[1]))
	require.Equal(t, 2, reminders())
}
