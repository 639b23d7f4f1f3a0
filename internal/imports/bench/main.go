// Command bench measures how quickly files of accounts are imported, beside a
// plain COPY of the same columns, in one run and on one database with the
// settings that servers have:
//
//	go run ./internal/imports/bench -rows 1000000
//	go run ./internal/imports/bench -rows 100000 -format xlsx
//	go run ./internal/imports/bench -rows 100000 -only audit
//	go run ./internal/imports/bench -data FOLDER -rows 20000
//
// The import is the whole job as the page "Data" starts it: the file is read,
// checked, compared with itself and with the record, staged under row-level
// security, and becomes accounts and sites with search text, cells, kept numbers
// and the audit trail. The COPY takes the same columns of accounts and sites from
// a file into tables like them: once with their keys, indexes and checks and no
// triggers, once with nothing at all.
//
// With -data it uses the database of a data folder that holds an extract, and
// measures only how quickly places are found for addresses of that extract.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/imports"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

func main() {
	rows := flag.Int("rows", 100_000, "rows of the file")
	format := flag.String("format", "csv", "csv or xlsx")
	only := flag.String("only", "", "import or audit; empty for both")
	data := flag.String("data", "", "a data folder with an extract: measures how places are found")
	flag.Parse()
	if flag.NArg() > 0 || *rows < 1 || *format != "csv" && *format != "xlsx" || *only != "" && *only != "import" && *only != "audit" {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *rows, *format, *only, *data); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is an organisation of its own with somebody who imports files.
type bench struct {
	*imports.Service
	db     *postgres.DB
	folder string
	org    int64
	queued []imports.Job
}

func run(ctx context.Context, rows int, format, only, data string) (err error) {
	folder, err := os.MkdirTemp("", "waymark-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // the database's own user must get through
		return err
	}
	options := cluster.Options{Dir: filepath.Join(folder, "postgres"), Command: "bench"}
	if data != "" {
		options.Dir = filepath.Join(data, "postgres")
	}
	c, err := cluster.Start(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	if _, err := postgres.Migrate(ctx, c.OwnerURL()); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, c.URL(), postgres.Options{OwnerURL: c.OwnerURL()})
	if err != nil {
		return err
	}
	defer db.Close()
	b := &bench{db: db, folder: folder}
	b.Service = &imports.Service{DB: db, Places: &geocoding.Service{DB: db}, Folder: filepath.Join(folder, "imports"),
		Enqueue: func(_ context.Context, _ pgx.Tx, job imports.Job) error {
			b.queued = append(b.queued, job)
			return nil
		}}
	ctx, err = b.organisation(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("load of the machine before: %s\n", load())
	defer func() { fmt.Printf("load of the machine after: %s\n", load()) }()
	if data != "" {
		return errors.Join(b.places(ctx, rows), b.forget(context.WithoutCancel(ctx)))
	}
	if only != "audit" {
		if err := b.compare(ctx, rows, format); err != nil {
			return err
		}
	}
	if only != "import" {
		return b.audit(ctx, rows)
	}
	return nil
}

// organisation makes one with a manager, as whom the rest acts.
func (b *bench) organisation(ctx context.Context) (context.Context, error) {
	var user int64
	if err := b.db.Owner(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `insert into organisations (name, slug, time_zone) values ('Bench', 'bench', 'UTC') returning org_id`).Scan(&b.org)
	}); err != nil {
		return nil, fmt.Errorf("make an organisation: %w", err)
	}
	inside := postgres.WithActor(ctx, postgres.Actor{OrgID: b.org})
	if err := b.db.Owner(inside, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `insert into users (org_id, email, name, role, password_hash)
			values ($1, 'bench@waymark.example', 'Ann Archer', 'manager', 'x') returning id`, b.org).Scan(&user)
	}); err != nil {
		return nil, fmt.Errorf("make a user: %w", err)
	}
	return postgres.WithActor(ctx, postgres.Actor{OrgID: b.org, UserID: user, Role: "manager"}), nil
}

// forget removes the organisation again.
func (b *bench) forget(ctx context.Context) error {
	err := b.db.Owner(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from organisations where org_id = $1`, b.org)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove the organisation: %w", err)
	}
	return nil
}
