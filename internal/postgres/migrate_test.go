package postgres_test

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

func TestMigratingTwiceDoesItOnce(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	before, err := postgres.Migrations(t.Context(), db.OwnerURL)
	require.NoError(t, err)
	require.NotEmpty(t, before)
	for _, step := range before {
		require.False(t, step.Applied, "%v", step)
	}
	var tables int
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select count(*) from pg_tables where tablename ~ '^(goose|river)'").Scan(&tables))
	require.Zero(t, tables, "looking changes nothing")

	done, err := postgres.Migrate(t.Context(), db.OwnerURL)
	require.NoError(t, err)
	require.Len(t, done, len(before))
	again, err := postgres.Migrate(t.Context(), db.OwnerURL)
	require.NoError(t, err)
	require.Empty(t, again)
	after, err := postgres.Migrations(t.Context(), db.OwnerURL)
	require.NoError(t, err)
	for _, step := range after {
		require.True(t, step.Applied, "%v", step)
	}
}

func TestProgramsThatMigrateAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 4 {
		all.Go(func() {
			done, err := postgres.Migrate(t.Context(), db.OwnerURL)
			mu.Lock()
			defer mu.Unlock()
			total += len(done)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	steps, err := postgres.Migrations(t.Context(), db.OwnerURL)
	require.NoError(t, err)
	require.Equal(t, len(steps), total)
}

func TestAnOlderProgramRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "insert into goose_db_version (version_id, is_applied) values (99999, true)")
		return err
	}))
	_, err := postgres.Migrate(t.Context(), db.OwnerURL)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "newer program")
}

func TestALoginWithoutRightsIsToldWhatAnAdministratorHasToDo(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	_, err := postgres.Migrate(t.Context(), db.URL) // as the role that owns nothing
	require.Equal(t, fault.Unavailable, fault.CodeOf(err), "%v", err)
	require.Contains(t, fault.Message(err), "create extension postgis")
}

func TestEveryTableOfTenantsIsUnderForcedRowLevelSecurity(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	rows, err := db.Pool().Query(t.Context(), `
		select c.oid::regclass::text from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
		where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
		  and not (c.relrowsecurity and c.relforcerowsecurity
		           and exists (select from pg_policy p where p.polrelid = c.oid))
		order by 1`)
	require.NoError(t, err)
	naked, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, naked)
	var protected int
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select count(*) from pg_class where relforcerowsecurity").Scan(&protected))
	require.Greater(t, protected, 5)
}

func TestTheServersRoleOwnsNothingAndBypassesNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var owned int
	require.NoError(t, db.Pool().QueryRow(t.Context(), `
		select (select count(*) from pg_class where relowner = 'waymark_app'::regrole)
		     + (select count(*) from pg_proc where proowner = 'waymark_app'::regrole)
		     + (select count(*) from pg_roles where rolname = 'waymark_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb))`).Scan(&owned))
	require.Zero(t, owned)
}

func TestEveryFunctionThatActsAsTheOwnerHasItsSearchPathFixed(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	rows, err := db.Pool().Query(t.Context(), `
		select p.oid::regprocedure::text from pg_proc p
		where p.prosecdef and p.pronamespace = 'public'::regnamespace
		  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
		  and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')`)
	require.NoError(t, err)
	open, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, open, "a caller could put a table of its own in the way")
}

func TestNoTriggerComparesEachRowBeforeAStatementWithEachAfterIt(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	rows, err := db.Pool().Query(t.Context(), `
		select p.proname::text, exists (select from unnest(p.proconfig) c where c = 'enable_nestloop=off')
		from pg_proc p
		where p.prorettype = 'trigger'::regtype and p.pronamespace = 'public'::regnamespace
		  and p.prosrc ~ '\m(former|fresh)\M \w+ join (former|fresh)\M' and p.prosrc !~ 'many := exists'`)
	require.NoError(t, err)
	guarded := map[string]bool{}
	var name string
	var off bool
	_, err = pgx.ForEachRow(rows, []any{&name, &off}, func() error { guarded[name] = off; return nil })
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"sites_marked": true, "sites_settle_update": true}, guarded,
		"such a join keeps the plan of its first call, however few rows that had: the function needs enable_nestloop = off")
}
