package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// loadLock is the key of the advisory lock that a load holds: "extract" in the
// letters of a telephone.
const loadLock int64 = 3987228

// lock is a session of its own that holds the lock, so that the lock ends with
// the process, and the last transaction cannot be made without it.
type lock struct{ conn *pgx.Conn }

// takeLock fails with [fault.Conflict], which says who holds the lock.
func takeLock(ctx context.Context, db *postgres.DB) (*lock, error) {
	config, err := pgx.ParseConfig(db.OwnerURL())
	if err != nil {
		return nil, fmt.Errorf("lock the extract: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	config.RuntimeParams["application_name"] = fmt.Sprintf("process %d on %.30s", os.Getpid(), host)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("lock the extract: %w", err)
	}
	var taken bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, loadLock).Scan(&taken); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the extract: %w", err), conn.Close(ctx))
	}
	if taken {
		return &lock{conn}, nil
	}
	return nil, errors.Join(heldBy(ctx, conn), conn.Close(ctx))
}

func heldBy(ctx context.Context, conn *pgx.Conn) error {
	var who, file *string
	var since *time.Time
	var done *float64
	err := conn.QueryRow(ctx, `
		select a.application_name, e.file_name, e.started_at, e.progress
		from pg_locks l
		left join pg_stat_activity a on a.pid = l.pid
		left join lateral (select file_name, started_at, progress from extracts where state = 'loading' order by id desc limit 1) e on true
		where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = ($1::bigint >> 32)::oid and l.objid = ($1::bigint & 4294967295)::oid
		  and l.database = (select oid from pg_database where datname = current_database())
		limit 1`, loadLock).Scan(&who, &file, &since, &done)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("who holds the lock: %w", err)
	}
	text := "Another load is under way"
	if file != nil && since != nil && done != nil {
		text += fmt.Sprintf(": %s, begun at %s UTC, %.0f %% done", *file, since.UTC().Format("15:04"), 100**done)
	}
	if who != nil && *who != "" {
		text += ", by " + *who
	}
	return fault.New(fault.Conflict, text+". Wait until it has ended.")
}

func (l *lock) release() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.conn.Close(ctx); err != nil {
		return fmt.Errorf("unlock the extract: %w", err)
	}
	return nil
}

// Clean marks loads that were broken off as failed and takes away the folders
// of all loads but the current one. It does nothing while a load runs. Servers
// call it when they start.
func Clean(ctx context.Context, d Deps) (err error) {
	l, err := takeLock(ctx, d.DB)
	if fault.CodeOf(err) == fault.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.release()) }()
	return clean(ctx, d, l)
}

func clean(ctx context.Context, d Deps, l *lock) error {
	_, err := l.conn.Exec(ctx, `
		update extracts set state = 'failed', error = 'The load was broken off.', finished_at = now() where state = 'loading'`)
	if err != nil {
		return fmt.Errorf("clear away broken loads: %w", err)
	}
	var keep string
	err = l.conn.QueryRow(ctx, `select folder from extracts where state = 'current'`).Scan(&keep)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("clear away broken loads: %w", err)
	}
	folders, err := os.ReadDir(filepath.Join(d.DataDir, "extract"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clear away broken loads: %w", err)
	}
	for _, f := range folders {
		if name := filepath.Join("extract", f.Name()); name != keep {
			if err := os.RemoveAll(filepath.Join(d.DataDir, name)); err != nil {
				return fmt.Errorf("clear away broken loads: %w", err)
			}
			if d.Log != nil {
				d.Log.Info("cleared away an extract that is not in use", "folder", name)
			}
		}
	}
	return nil
}
