package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/waymark-crm/waymark/internal/imports"
)

// times of an import's parts.
type times struct{ received, checked, written time.Duration }

func (t times) all() time.Duration { return t.received + t.checked + t.written }

// importFile takes a file in, has it checked and written, and returns the import.
func (b *bench) importFile(ctx context.Context, path string, change func(*imports.Plan)) (im *imports.Import, t times, err error) {
	began := time.Now()
	lap := func() time.Duration {
		d := time.Since(began)
		began = time.Now()
		return d
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, t, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stat, err := file.Stat()
	if err != nil {
		return nil, t, err
	}
	if im, err = b.Create(ctx, filepath.Base(path), stat.Size()); err != nil {
		return nil, t, err
	}
	part := make([]byte, 1<<20)
	for offset := int64(0); offset < stat.Size(); {
		n, err := io.ReadFull(file, part)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, t, err
		}
		if im, err = b.Receive(ctx, im.ID, offset, part[:n]); err != nil {
			return nil, t, err
		}
		offset += int64(n)
	}
	t.received = lap()
	change(&im.Plan)
	if _, err := b.Check(ctx, im.ID, 0, im.Plan); err != nil {
		return nil, t, err
	}
	if im, err = b.work(ctx, im, imports.Checked); err != nil {
		return nil, t, err
	}
	t.checked = lap()
	if _, err := b.Run(ctx, im.ID, 0); err != nil {
		return nil, t, err
	}
	if im, err = b.work(ctx, im, imports.Done); err != nil {
		return nil, t, err
	}
	t.written = lap()
	return im, t, nil
}

// work does the jobs that are queued, after which the import is in a state.
func (b *bench) work(ctx context.Context, im *imports.Import, state imports.State) (*imports.Import, error) {
	for len(b.queued) > 0 {
		job := b.queued[0]
		b.queued = b.queued[1:]
		err := (&imports.Worker{Imports: b.Service}).Work(ctx, &river.Job[imports.Job]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 1}, Args: job})
		if err != nil {
			return nil, err
		}
	}
	im, err := b.Get(ctx, im.ID)
	if err == nil && im.State != state {
		err = fmt.Errorf("the import is %s: %s", im.State, im.Error)
	}
	return im, err
}

// compare imports a file and copies the same columns.
func (b *bench) compare(ctx context.Context, rows int, format string) error {
	path, err := b.file(rows, format)
	if err != nil {
		return err
	}
	debug.FreeOSMemory()
	if err := forgetPeak(); err != nil {
		return err
	}
	im, t, err := b.importFile(ctx, path, func(p *imports.Plan) { p.Locate = false })
	if err != nil {
		return err
	}
	most, err := peak()
	if err != nil {
		return err
	}
	if im.Counts.Created != rows || im.Counts.Errors != 0 {
		return fmt.Errorf("of %d rows %d became accounts, %d have errors", rows, im.Counts.Created, im.Counts.Errors)
	}
	fmt.Printf("\n%d rows, %s of %d MB\n", rows, format, im.Bytes>>20)
	say := func(what string, d time.Duration) {
		fmt.Printf("  %-52s %8.1f s %9.0f rows/s\n", what, d.Seconds(), float64(rows)/d.Seconds())
	}
	say("received in parts, looked at", t.received)
	say("read, checked, staged, compared", t.checked)
	say("written", t.written)
	say("the whole import", t.all())
	fmt.Printf("  %-52s %8d MB\n", "most memory of this process while it imported", most)

	like, err := b.copyIn(ctx, "create table copied (like %[1]s including all)")
	if err != nil {
		return err
	}
	bare, err := b.copyIn(ctx, "create table copied as select %[2]s from %[1]s with no data")
	if err != nil {
		return err
	}
	say("COPY into tables with the same keys and indexes", like)
	say("COPY into tables without keys, indexes and checks", bare)
	share := func(what string, copied, took time.Duration) {
		fmt.Printf("  %-52s %8.0f %%\n", what, 100*copied.Seconds()/took.Seconds())
	}
	fmt.Println("speed of the import, of a COPY's:")
	share("the whole import, of COPY with keys and indexes", like, t.all())
	share("only writing, of COPY with keys and indexes", like, t.written)
	share("the whole import, of COPY without", bare, t.all())
	share("only writing, of COPY without", bare, t.written)
	return nil
}

// copyIn copies accounts and sites into files, and those by COPY into new tables
// of the given definition; it returns how long the copying in takes.
func (b *bench) copyIn(ctx context.Context, definition string) (took time.Duration, err error) {
	conn, err := pgx.Connect(ctx, b.db.OwnerURL())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, `select set_config('app.sees_all', 'on', false), set_config('app.edits_all', 'on', false)`); err != nil {
		return 0, err
	}
	for _, table := range []string{"accounts", "sites"} {
		d, err := b.copyOne(ctx, conn, table, definition)
		if err != nil {
			return 0, fmt.Errorf("copy %s: %w", table, err)
		}
		took += d
	}
	return took, nil
}

func (b *bench) copyOne(ctx context.Context, conn *pgx.Conn, table, definition string) (took time.Duration, err error) {
	var columns []string
	if err := conn.QueryRow(ctx, `select array_agg(attname::text order by attnum) from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`, table).Scan(&columns); err != nil {
		return 0, err
	}
	list := strings.Join(columns, ", ")
	if _, err := conn.Exec(ctx, fmt.Sprintf(definition, table, list)); err != nil {
		return 0, err
	}
	path := filepath.Join(b.folder, table+".copy")
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(path)) }()
	if _, err := conn.PgConn().CopyTo(ctx, file, `copy (select `+list+` from `+table+` order by id) to stdout`); err != nil {
		return 0, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := conn.PgConn().CopyFrom(ctx, file, `copy copied (`+list+`) from stdin`); err != nil {
		return 0, err
	}
	took = time.Since(began)
	_, err = conn.Exec(ctx, `drop table copied`)
	return took, err
}
