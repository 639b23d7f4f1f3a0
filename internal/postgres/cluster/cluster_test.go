package cluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// folder returns a new folder that the server's user can reach; t.TempDir is the
// caller's alone.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "waymark-cluster-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "postgres")
}

func start(t *testing.T, dir string) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Options{Dir: dir, Throwaway: true, Command: "waymark test"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Stop()) })
	return c
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var v T
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&v))
	return v
}

func TestItStartsFromNothingWithPostGISAndKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	require.Equal(t, "POINT(1 2)", query[string](t, first.URL(), "select st_astext(st_point(1, 2))"))
	require.Equal(t, "waymark_app", query[string](t, first.URL(), "select current_user::text"))
	conn, err := pgx.Connect(t.Context(), first.OwnerURL())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "create table kept as select 7 as n")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	require.NoError(t, first.Stop())

	second := start(t, dir)
	require.Equal(t, 7, query[int](t, second.OwnerURL(), "select n from kept"))
}

func TestTheRoleOfTheServerOwnsNothing(t *testing.T) {
	t.Parallel()
	c := start(t, folder(t))
	conn, err := pgx.Connect(t.Context(), c.URL())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "create table mine ()")
	require.ErrorContains(t, err, "permission denied")
	require.False(t, query[bool](t, c.URL(), "select rolsuper or rolcreaterole or rolbypassrls from pg_roles where rolname = current_user"))
	require.False(t, query[bool](t, c.OwnerURL(), "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"))
}

func TestASecondStartIsToldWhoHoldsTheFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: dir})
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
	require.ErrorContains(t, err, "waymark test")

	joined, err := cluster.Use(t.Context(), cluster.Options{Dir: dir})
	require.NoError(t, err)
	require.True(t, joined.Joined())
	require.Equal(t, 1, query[int](t, joined.URL(), "select 1"))
	require.NoError(t, joined.Stop())
	require.Equal(t, 1, query[int](t, c.URL(), "select 1"), "the holder's server runs on")
}

func TestNothingRunsAfterStop(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	require.NoError(t, c.Stop())
	<-c.Done()
	out, _ := exec.Command("pgrep", "-f", dir).Output()
	require.Empty(t, string(out))
}
