package imports

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// desk is an organisation with a manager who imports files.
type desk struct {
	*Service
	t      testing.TB
	db     *testdb.DB
	org    int64
	ctx    context.Context
	queued []Job
}

func setup(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, db: testdb.New(t)}
	d.Service = &Service{DB: d.db.DB, Folder: t.TempDir(), Places: &geocoding.Service{DB: d.db.DB}, batch: 3,
		Enqueue: func(_ context.Context, _ pgx.Tx, job Job) error { d.queued = append(d.queued, job); return nil }}
	var manager int64
	d.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `insert into organisations (name, slug, time_zone) values ('North', 'north', 'UTC') returning org_id`).Scan(&d.org)
	})
	d.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `insert into users (org_id, email, name, role, password_hash)
			values ($1, 'ann@north.example', 'Ann Archer', 'manager', 'x') returning id`, d.org).Scan(&manager)
	})
	d.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: d.org, UserID: manager, Role: "manager"})
	return d
}

func (d *desk) sql(fn func(tx pgx.Tx) error) {
	d.t.Helper()
	require.NoError(d.t, d.db.Owner(postgres.WithActor(d.t.Context(), postgres.Actor{OrgID: d.org}), fn))
}

func (d *desk) exec(text string, args ...any) {
	d.t.Helper()
	d.sql(func(tx pgx.Tx) error {
		_, err := tx.Exec(d.t.Context(), text, args...)
		return err
	})
}

// value reads one value as the owner.
func value[T any](d *desk, text string, args ...any) (v T) {
	d.t.Helper()
	d.sql(func(tx pgx.Tx) error { return tx.QueryRow(d.t.Context(), text, args...).Scan(&v) })
	return v
}

// upload takes a file in and looks at it.
func (d *desk) upload(name, content string) *Import {
	d.t.Helper()
	im, err := d.Create(d.ctx, name, int64(len(content)))
	require.NoError(d.t, err)
	im, err = d.Receive(d.ctx, im.ID, 0, []byte(content))
	require.NoError(d.t, err)
	return im
}

// work does the jobs that are queued.
func (d *desk) work() {
	d.t.Helper()
	for len(d.queued) > 0 {
		job := d.queued[0]
		d.queued = d.queued[1:]
		require.NoError(d.t, d.Service.work(job.context(d.t.Context()), job.ImportID, job.Run))
	}
}

// checked uploads a file and has it checked as guessed, or with a changed plan.
func (d *desk) checked(content string, change ...func(*Plan)) *Import {
	d.t.Helper()
	im := d.upload("file.csv", content)
	for _, c := range change {
		c(&im.Plan)
	}
	return d.check(im)
}

func (d *desk) check(im *Import) *Import {
	d.t.Helper()
	im, err := d.Check(d.ctx, im.ID, 0, im.Plan)
	require.NoError(d.t, err)
	d.work()
	return d.get(im)
}

func (d *desk) get(im *Import) *Import {
	d.t.Helper()
	im, err := d.Get(d.ctx, im.ID)
	require.NoError(d.t, err)
	return im
}

func (d *desk) run(im *Import) *Import {
	d.t.Helper()
	_, err := d.Run(d.ctx, im.ID, 0)
	require.NoError(d.t, err)
	d.work()
	return d.get(im)
}

func (d *desk) undone(im *Import) *Import {
	d.t.Helper()
	_, err := d.Undo(d.ctx, im.ID, 0)
	require.NoError(d.t, err)
	d.work()
	return d.get(im)
}

// findings of an import, as "row code".
func (d *desk) findings(im *Import) []string {
	d.t.Helper()
	page, err := d.Findings(d.ctx, im.ID, FindingFilter{Limit: 500})
	require.NoError(d.t, err)
	out := []string{}
	for _, r := range page.Items {
		for _, f := range r.Findings {
			out = append(out, fmt.Sprint(f.Row, " ", f.Code))
		}
	}
	return out
}

// file writes a file for the readers.
func file(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.data")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}
