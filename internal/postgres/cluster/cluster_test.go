package cluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// empty returns the path of a folder that is not there yet, where the server's
// user can reach it; t.TempDir is the caller's alone.
func empty(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "waymark-cluster-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "postgres")
}

// folder returns a folder with a cluster that was stopped: a copy, which is
// quicker than making one.
func folder(t *testing.T) string {
	t.Helper()
	original, err := made()
	require.NoError(t, err)
	dir := empty(t)
	out, err := exec.Command("cp", "-a", "--reflink=auto", original, dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

// originals is where the cluster that is copied lies; TestMain removes it.
var originals string

var made = sync.OnceValues(func() (string, error) {
	var err error
	if originals, err = os.MkdirTemp("/tmp", "waymark-cluster-test-"); err != nil {
		return "", err
	}
	if err := os.Chmod(originals, 0o755); err != nil {
		return "", err
	}
	dir := filepath.Join(originals, "postgres")
	c, err := cluster.Start(context.Background(), cluster.Options{Dir: dir, Throwaway: true})
	if err != nil {
		return "", err
	}
	return dir, c.Stop()
})

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
	dir := empty(t)
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
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, line := range lines {
		text, err := os.ReadFile(line)
		if err == nil { // it has ended in the meantime
			require.NotContains(t, string(text), dir)
		}
	}
}
