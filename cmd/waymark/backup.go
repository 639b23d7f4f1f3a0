package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// BackupCmd saves and restores the private database. Roads and tiles are not in
// it: they are made again from the extract.
type BackupCmd struct {
	Save    BackupSaveCmd    `cmd:"" help:"Write the database to a file, while the server runs or not."`
	Restore BackupRestoreCmd `cmd:"" help:"Put a saved database in place of the one that is there. The server must be stopped."`
}

// BackupSaveCmd writes a backup.
type BackupSaveCmd struct {
	File string `arg:"" help:"File to write; it must not exist yet."`
}

// BackupRestoreCmd reads one back.
type BackupRestoreCmd struct {
	File string `arg:"" help:"File that waymark backup save wrote."`
}

// private starts or joins the private cluster; another server has tools of its own.
func (e *Env) private(ctx context.Context) (*cluster.Cluster, error) {
	if e.Config.DatabaseURL != "" {
		return nil, fault.New(fault.Invalid, "DATABASE_URL names a server of its own. Back that up with pg_dump and pg_restore, as the owner of the schema or a superuser.")
	}
	return cluster.Use(ctx, cluster.Options{Dir: e.Config.PostgresDir(), Logger: e.Log})
}

// Run writes the backup beside its place and moves it there when it is whole.
func (c BackupSaveCmd) Run(ctx context.Context, env *Env) (err error) {
	if _, err := os.Lstat(c.File); err == nil {
		return fault.Errorf(fault.Conflict, "%s exists already. Choose another name.", c.File)
	}
	private, err := env.private(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, private.Stop()) }()
	part, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".part*")
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The backup cannot be written there.")
	}
	defer func() {
		if removed := os.Remove(part.Name()); removed != nil && !errors.Is(removed, os.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}()
	if err := tool(ctx, part, "pg_dump", "--format=custom", "--dbname="+private.SuperURL(cluster.Database)); err != nil {
		return errors.Join(err, part.Close())
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	if err := os.Rename(part.Name(), c.File); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	stat, err := os.Stat(c.File)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	_, err = fmt.Fprintf(env.Out, "Saved %s (%.1f MB).\n", c.File, float64(stat.Size())/1e6)
	return err
}

// Run restores into a new database and puts it in place of the old one when all
// of it is there; until then, and after any error, the old one stays.
func (c BackupRestoreCmd) Run(ctx context.Context, env *Env) (err error) {
	if _, err := os.Stat(c.File); err != nil {
		return fault.Wrap(err, fault.Invalid, "The backup cannot be read.")
	}
	private, err := env.private(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, private.Stop()) }()
	if private.Joined() {
		return fault.New(fault.Conflict, "The server is running. Stop it, restore, and start it again.")
	}
	const fresh, former = "waymark_restored", "waymark_former"
	conn, err := pgx.Connect(ctx, private.SuperURL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for _, sql := range []string{
		"drop database if exists " + fresh, // of a restore that was broken off
		"create database " + fresh + " owner " + cluster.OwnerRole + " template template0",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if err := tool(ctx, nil, "pg_restore", "--exit-on-error", "--dbname="+private.SuperURL(fresh), c.File); err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // after a commit this does nothing
	for _, sql := range []string{
		"alter database " + cluster.Database + " rename to " + former,
		"alter database " + fresh + " rename to " + cluster.Database,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if _, err := conn.Exec(ctx, "drop database "+former); err != nil {
		return fmt.Errorf("restored, but the former database %s could not be removed: %w", former, err)
	}
	_, err = fmt.Fprintf(env.Out, "Restored %s. If this machine lacks the extract's files, load the extract again.\n", c.File)
	return err
}

// tool runs one of PostgreSQL's programs, with its output to out.
func tool(ctx context.Context, out *os.File, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, name+" is not installed. On Debian: apt install postgresql-client")
	}
	command := exec.CommandContext(ctx, path, args...)
	var said strings.Builder
	command.Stderr = &said
	if out != nil {
		command.Stdout = out
	}
	if err := command.Run(); err != nil {
		return fault.Wrap(fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String())), fault.Unavailable, name+" failed; nothing was changed.")
	}
	return nil
}
