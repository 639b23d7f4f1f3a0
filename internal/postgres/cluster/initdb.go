package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
)

// initialise makes the data folder unless it is there, and reports whether it
// did. It is made beside its place and moved there when it is whole, so that a
// crash leaves none or all of it.
func initialise(ctx context.Context, options Options, data string, a account) (bool, error) {
	switch _, err := os.Stat(filepath.Join(data, "PG_VERSION")); {
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("cluster: %w", err)
	}
	if entries, err := os.ReadDir(data); err == nil && len(entries) > 0 {
		return false, fault.Errorf(fault.Unavailable, "The folder %s has something in it that is no PostgreSQL data. Empty it, or set WAYMARK_DATA to another folder.", data)
	}
	building := data + ".new"
	if err := os.RemoveAll(building); err != nil {
		return false, fmt.Errorf("cluster: remove a half-made data folder: %w", err)
	}
	if err := os.Mkdir(building, 0o700); err != nil {
		return false, fmt.Errorf("cluster: make the data folder: %w", err)
	}
	if err := a.own(building); err != nil {
		return false, err
	}
	// Collation C: its order never changes with the operating system, under which
	// indexes on text would break. Character classes are those of Unicode.
	args := []string{
		"-D", building, "-U", SuperRole, "--auth-local=trust", "--auth-host=reject",
		"--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C",
		"--no-instructions",
	}
	if options.Throwaway {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	cmd := exec.CommandContext(ctx, options.install.binary("initdb"), args...)
	cmd.Dir = building
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential()}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("cluster: initdb: %w\n%s", err, strings.TrimSpace(out.String()))
	}
	if err := includeSettings(building); err != nil {
		return false, err
	}
	if err := os.Remove(data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("cluster: %w", err)
	}
	if err := os.Rename(building, data); err != nil {
		return false, fmt.Errorf("cluster: put the data folder in its place: %w", err)
	}
	return true, nil
}

// environment is what the server's programs get of ours: nothing that changes
// their language or points them at another server.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "LANG=C", "TZ=UTC"}
}

// prepare makes the roles, the database and the extensions, as far as they are
// missing. Roles first: a crash in between is repaired by the next start.
func prepare(ctx context.Context, serverURL, databaseURL string) error {
	conn, err := pgx.Connect(ctx, serverURL)
	if err != nil {
		return fmt.Errorf("cluster: connect to the new server: %w", err)
	}
	var exists bool
	_, err = conn.Exec(ctx, makeRoles)
	if err == nil {
		err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, Database).Scan(&exists)
	}
	if err == nil && !exists {
		_, err = conn.Exec(ctx, fmt.Sprintf(`create database %s owner %s`, Database, OwnerRole))
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("cluster: make the roles and the database: %w", err)
	}
	if conn, err = pgx.Connect(ctx, databaseURL); err != nil {
		return fmt.Errorf("cluster: connect to the new database: %w", err)
	}
	_, err = conn.Exec(ctx, MakeExtensions)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("cluster: make the extensions: %w", err)
	}
	return nil
}

const makeRoles = `
do $$
begin
  if not exists (select from pg_roles where rolname = 'waymark_owner') then
    create role waymark_owner login;
  end if;
  if not exists (select from pg_roles where rolname = 'waymark_app') then
    create role waymark_app login;
  end if;
  if not pg_has_role('waymark_owner', 'waymark_app', 'member') then
    grant waymark_app to waymark_owner;
  end if;
end
$$;
-- The owner takes the server's role on, and is not held by its policies without:
-- functions that read as the owner would lose their indexes by them.
alter role waymark_owner noinherit`

// MakeExtensions makes in a database, for its superuser, the extensions that the
// schema needs, and lets the owner, who inherits nothing, make tables.
const MakeExtensions = `
set client_min_messages = warning;
create extension if not exists postgis;
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create extension if not exists citext;
grant all on schema public to waymark_owner`
