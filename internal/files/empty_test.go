package files_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/files"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

func TestAFileThatWasTakenAwayCanBeBroughtBackForThirtyDays(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var org, user, account int64
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `with o as (insert into organisations (name, slug, time_zone) values ('North', 'north', 'UTC') returning org_id),
			u as (insert into users (org_id, email, name, role, password_hash) select org_id, 'ann@north.example', 'Ann', 'manager', 'x' from o returning id),
			a as (insert into accounts (org_id, name) select org_id, 'Bay' from o returning id)
			select o.org_id, u.id, a.id from o, u, a`).Scan(&org, &user, &account)
	}))
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: user, Role: "manager"})
	service := files.New(db.DB)
	add := func(name string) files.File {
		f, err := service.Add(ctx, account, name, []byte("content of "+name))
		require.NoError(t, err)
		return f
	}
	kept, fresh, old := add("kept.txt"), add("fresh.txt"), add("old.txt")
	require.NoError(t, service.Delete(ctx, fresh.ID))
	require.NoError(t, service.Delete(ctx, old.ID))
	age := func(id int64, days int) {
		require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `update files set deleted_at = now() - make_interval(days => $2) where id = $1`, id, days)
			return err
		}))
	}
	age(fresh.ID, files.KeptDays-1)
	age(old.ID, files.KeptDays+1)

	n, err := service.Empty(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = service.Restore(ctx, old.ID)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	back, err := service.Restore(ctx, fresh.ID)
	require.NoError(t, err)
	_, content, err := service.Content(ctx, back.ID)
	require.NoError(t, err)
	require.Equal(t, "content of fresh.txt", string(content))
	_, _, err = service.Content(ctx, kept.ID)
	require.NoError(t, err)

	var contents int
	var cause string
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `select count(*) from file_contents`).Scan(&contents); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `select cause from audit_entries where record = 'files' and action = 'delete' and record_id = $1`, old.ID).Scan(&cause)
	}))
	require.Equal(t, 2, contents, "the content goes with its file")
	require.Equal(t, "empty_deleted_files", cause)
	n, err = service.Empty(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}
