package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/migrations"
)

// Migration is one step of the schema. Part is "waymark", or "river" for the
// tables of the job queue.
type Migration struct {
	Part    string
	Version int64
	Name    string
	Applied bool
	At      time.Time // when it was applied; zero where that is not recorded
}

// migrationLock is the key of the advisory lock under which migrations run:
// "waymark" in the letters of a telephone.
const migrationLock int64 = 9296275

// Migrate brings the database at ownerURL to the schema of this program and
// returns the steps that it took, none when it was up to date. Several programs
// may call it at once: they take turns under an advisory lock, which needs a
// session of its own, so ownerURL must not lead through a pooler in transaction
// mode.
//
// It fails with [fault.Unavailable] when the database cannot be reached or lacks
// PostGIS, and with [fault.Conflict] when the database is newer than the program.
func Migrate(ctx context.Context, ownerURL string) ([]Migration, error) {
	m, err := openMigrator(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	defer m.close()
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	if err := m.refuseNewer(ctx); err != nil {
		return nil, err
	}
	var done []Migration
	results, err := m.goose.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		results = partial.Applied
	}
	for _, r := range results {
		done = append(done, Migration{Part: "waymark", Version: r.Source.Version, Name: r.Source.Path, Applied: true})
	}
	if err != nil {
		return done, migrationFailed(err)
	}
	river, err := m.river.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return done, fmt.Errorf("postgres: migrate the job queue: %w", err)
	}
	for _, v := range river.Versions {
		done = append(done, Migration{Part: "river", Version: int64(v.Version), Name: v.Name, Applied: true})
	}
	if _, err := m.conn.Exec(ctx, grantRiver); err != nil {
		return done, fmt.Errorf("postgres: grant the job queue to %s: %w", AppRole, err)
	}
	return done, nil
}

// Migrations returns every step of the schema in order, and which of them the
// database at url has. It changes nothing.
func Migrations(ctx context.Context, url string) ([]Migration, error) {
	m, err := openMigrator(ctx, url)
	if err != nil {
		return nil, err
	}
	defer m.close()
	var all []Migration
	// goose would make its table when asked for the state, so it is asked only
	// when there is one.
	fresh, err := m.missing(ctx, "goose_db_version")
	if err != nil {
		return nil, err
	}
	if fresh {
		for _, s := range m.goose.ListSources() {
			all = append(all, Migration{Part: "waymark", Version: s.Version, Name: s.Path})
		}
	} else {
		states, err := m.goose.Status(ctx)
		if err != nil {
			return nil, fmt.Errorf("postgres: state of the migrations: %w", err)
		}
		for _, s := range states {
			all = append(all, Migration{
				Part: "waymark", Version: s.Source.Version, Name: s.Source.Path,
				Applied: s.State == goose.StateApplied, At: s.AppliedAt,
			})
		}
	}
	existing := map[int]bool{}
	if fresh, err = m.missing(ctx, "river_migration"); err != nil {
		return nil, err
	}
	if !fresh {
		versions, err := m.river.ExistingVersions(ctx)
		if err != nil {
			return nil, fmt.Errorf("postgres: state of the job queue's migrations: %w", err)
		}
		for _, v := range versions {
			existing[v.Version] = true
		}
	}
	for _, v := range m.river.AllVersions() {
		all = append(all, Migration{Part: "river", Version: int64(v.Version), Name: v.Name, Applied: existing[v.Version]})
	}
	return all, nil
}

// The server's role works the job queue, and owns none of it.
const grantRiver = `
do $$
declare
  river regclass;
begin
  for river in
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relname like 'river\_%' and c.relkind in ('r', 'p')
  loop
    execute format('grant select, insert, update, delete on %s to waymark_app', river);
  end loop;
  for river in
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relname like 'river\_%' and c.relkind = 'S'
  loop
    execute format('grant usage, select on sequence %s to waymark_app', river);
  end loop;
end
$$`

type migrator struct {
	conn  *pgx.Conn // holds the lock
	pool  *pgxpool.Pool
	sql   *sql.DB
	goose *goose.Provider
	river *rivermigrate.Migrator[pgx.Tx]
}

func openMigrator(ctx context.Context, url string) (*migrator, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The database URL cannot be read. It looks like postgres://user:password@host:5432/database.")
	}
	config.MaxConns = 2
	config.ConnConfig.RuntimeParams["application_name"] = "waymark migrate"
	m := &migrator{}
	if m.conn, err = pgx.ConnectConfig(ctx, config.ConnConfig); err != nil {
		return nil, unreachable(err)
	}
	if m.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		m.close()
		return nil, fmt.Errorf("postgres: open pool: %w", err)
	}
	m.sql = stdlib.OpenDBFromPool(m.pool)
	// Numbers are given out in ranges and branches are merged in any order.
	m.goose, err = goose.NewProvider(goose.DialectPostgres, m.sql, migrations.FS,
		goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		m.close()
		return nil, fmt.Errorf("postgres: read the migrations: %w", err)
	}
	if m.river, err = rivermigrate.New(riverpgxv5.New(m.pool), nil); err != nil {
		m.close()
		return nil, fmt.Errorf("postgres: read the job queue's migrations: %w", err)
	}
	return m, nil
}

func (m *migrator) close() {
	if m.sql != nil {
		_ = m.sql.Close() // a handle on the pool, which is closed next
	}
	if m.pool != nil {
		m.pool.Close()
	}
	// Closing the session releases the lock, whatever the context has come to.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = m.conn.Close(ctx) // best effort; the server notices a lost connection itself
}

func (m *migrator) lock(ctx context.Context) error {
	if _, err := m.conn.Exec(ctx, `select pg_advisory_lock($1)`, migrationLock); err != nil {
		return fmt.Errorf("postgres: wait for the migration lock: %w", err)
	}
	return nil
}

func (m *migrator) missing(ctx context.Context, table string) (bool, error) {
	var missing bool
	if err := m.conn.QueryRow(ctx, `select to_regclass($1) is null`, table).Scan(&missing); err != nil {
		return false, fmt.Errorf("postgres: look for %s: %w", table, err)
	}
	return missing, nil
}

// refuseNewer stops an old program from working on a schema that it does not know.
func (m *migrator) refuseNewer(ctx context.Context) error {
	if fresh, err := m.missing(ctx, "goose_db_version"); fresh || err != nil {
		return err
	}
	has, err := m.goose.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("postgres: version of the schema: %w", err)
	}
	sources := m.goose.ListSources()
	if len(sources) == 0 {
		return errors.New("postgres: no migrations are embedded")
	}
	if newest := sources[len(sources)-1].Version; has > newest {
		return fault.Errorf(fault.Conflict, "The database has schema version %d, and this program knows versions up to %d. Run the newer program.", has, newest)
	}
	return nil
}

func migrationFailed(err error) error {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	switch pgErr.Code {
	case "0A000", "58P01": // the extension's files are not there
		return fault.Wrap(err, fault.Unavailable, "The database server lacks PostGIS. Install it there (on Debian: apt install postgresql-15-postgis-3) and start again.")
	case "42501": // insufficient privilege
		return fault.Wrap(err, fault.Unavailable, "The database login may not make what the schema needs. Let an administrator run in this database: create extension postgis; create extension pg_trgm; create extension btree_gin; create role waymark_app nologin; grant waymark_app to <the login>; or set DATABASE_OWNER_URL to a login that may.")
	}
	return fmt.Errorf("postgres: migrate: %w", err)
}

// SchemaFingerprint returns what the schema is made from: the embedded
// migrations' text and the newest version of the job queue. Two programs with
// equal fingerprints make equal schemas.
func SchemaFingerprint() ([]byte, error) {
	var text []byte
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("postgres: list the migrations: %w", err)
	}
	for _, name := range names {
		data, err := migrations.FS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("postgres: read migration %s: %w", name, err)
		}
		text = append(append(append(text, name...), 0), data...)
	}
	river, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return nil, fmt.Errorf("postgres: read the job queue's migrations: %w", err)
	}
	for _, v := range river.AllVersions() {
		text = fmt.Appendf(text, "\x00river %d", v.Version)
	}
	return text, nil
}
