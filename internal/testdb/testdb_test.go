package testdb_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/testdb"
)

func TestTwoTestsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	left, right := testdb.New(t), testdb.New(t)
	require.NoError(t, left.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "create table only_left ()")
		return err
	}))
	require.NoError(t, right.Owner(t.Context(), func(tx pgx.Tx) error {
		var missing bool
		err := tx.QueryRow(t.Context(), "select to_regclass('only_left') is null").Scan(&missing)
		require.True(t, missing)
		return err
	}))
}

func TestTheSchemaIsThere(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		var jobs, accounts bool
		err := tx.QueryRow(t.Context(), "select to_regclass('river_job') is not null, to_regclass('accounts') is not null").Scan(&jobs, &accounts)
		require.True(t, jobs)
		require.True(t, accounts)
		return err
	}))
}
