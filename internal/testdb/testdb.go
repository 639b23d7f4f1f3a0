// Package testdb gives every test a PostgreSQL database of its own, with the
// schema in place:
//
//	func TestAnAccountIsFoundByItsName(t *testing.T) {
//		t.Parallel()
//		db := testdb.New(t)
//		ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1})
//		err := db.Tx(ctx, func(tx pgx.Tx) error { … })
//	}
//
// There is one throwaway server for all packages of one `go test`. The first test
// that asks starts it, in a process apart, which ends it when the go command and
// every test have ended, whichever way; see keeper.go. A migrated database is
// made once, kept in the user's cache folder under a key made from the
// migrations, and cloned for each test.
//
// With WAYMARK_TEST_DATABASE_URL, the URL of a superuser on a server with PostGIS,
// that server is used instead.
package testdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// DB is a test's own database. The embedded pool connects as the role that owns
// nothing, as a server does; its Owner transactions act as the schema's owner.
type DB struct {
	*postgres.DB
	URL      string // as waymark_app
	OwnerURL string // as waymark_owner
	SuperURL string // as the superuser
}

// New returns a database with the schema of this program and no rows. It is
// dropped when the test ends.
func New(t testing.TB) *DB {
	t.Helper()
	return clone(t, func(s *shared) string { return s.template })
}

// Empty returns a database with the extensions and without the schema, for tests
// of migrations.
func Empty(t testing.TB) *DB {
	t.Helper()
	return clone(t, func(s *shared) string { return s.empty })
}

// shared is the server that the tests of this process use.
type shared struct {
	admin    *pgxpool.Pool // superuser
	url      func(role, database string) string
	template string // database with the schema
	empty    string // database with the extensions
}

var (
	server = sync.OnceValues(connect)
	serial atomic.Int64
)

func connect() (*shared, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if given := os.Getenv("WAYMARK_TEST_DATABASE_URL"); given != "" {
		return useServer(ctx, given)
	}
	socket, err := useKeeper()
	if err != nil {
		return nil, err
	}
	s := &shared{
		url:      func(role, database string) string { return cluster.URLAt(socket, role, database) },
		template: templateDatabase,
		empty:    cluster.Database,
	}
	return s, s.connect(ctx)
}

func (s *shared) connect(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(s.url(cluster.SuperRole, "postgres"))
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	config.MaxConns = 4
	config.MaxConnIdleTime = time.Second
	if s.admin, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	return nil
}

func clone(t testing.TB, from func(*shared) string) *DB {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("no test database: %v", err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), serial.Add(1))
	// Copying files takes 15 ms, and writing the template through the log 40, since
	// nothing is synchronised to the disk here.
	_, err = s.admin.Exec(t.Context(), fmt.Sprintf(`create database %s template %s owner %s strategy file_copy`, name, from(s), cluster.OwnerRole))
	if err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := s.admin.Exec(ctx, fmt.Sprintf(`drop database %s with (force)`, name)); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	db := &DB{
		URL:      s.url(cluster.AppRole, name),
		OwnerURL: s.url(cluster.OwnerRole, name),
		SuperURL: s.url(cluster.SuperRole, name),
	}
	db.DB, err = postgres.Open(t.Context(), db.URL, postgres.Options{OwnerURL: db.OwnerURL, ApplicationName: t.Name()})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

const templateDatabase = "waymark_template"

// makeTemplate makes the database that tests' are cloned from.
func makeTemplate(ctx context.Context, url func(role, database string) string, name string) error {
	admin, err := pgx.Connect(ctx, url(cluster.SuperRole, "postgres"))
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, fmt.Sprintf(`create database %s owner %s`, name, cluster.OwnerRole)); err != nil {
		return fmt.Errorf("testdb: make the template: %w", err)
	}
	inside, err := pgx.Connect(ctx, url(cluster.SuperRole, name))
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	_, err = inside.Exec(ctx, cluster.MakeExtensions)
	if closeErr := inside.Close(ctx); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("testdb: make the extensions: %w", err)
	}
	if _, err := postgres.Migrate(ctx, url(cluster.OwnerRole, name)); err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	// So that no connection can be in the way of cloning.
	if _, err := admin.Exec(ctx, fmt.Sprintf(`alter database %s with is_template true allow_connections false`, name)); err != nil {
		return fmt.Errorf("testdb: close the template: %w", err)
	}
	return nil
}

// fingerprint names what the template depends on.
func fingerprint() (string, error) {
	schema, err := postgres.SchemaFingerprint()
	if err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	sum := sha256.Sum256(append(schema, "\x00template 1"+cluster.MakeExtensions...))
	return hex.EncodeToString(sum[:8]), nil
}

// useServer prepares a server that someone else runs. The template stays on it
// for the next run; an advisory lock keeps packages from making it twice.
func useServer(ctx context.Context, given string) (*shared, error) {
	parsed, err := url.Parse(given)
	if err != nil {
		return nil, fmt.Errorf("testdb: WAYMARK_TEST_DATABASE_URL: %w", err)
	}
	key, err := fingerprint()
	if err != nil {
		return nil, err
	}
	const password = "waymark-test"
	s := &shared{
		template: templateDatabase + "_" + key,
		empty:    "waymark_empty_" + key,
		url: func(role, database string) string {
			u := *parsed
			u.Path = "/" + database
			if role != cluster.SuperRole {
				u.User = url.UserPassword(role, password)
			}
			return u.String()
		},
	}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock(9296276)`); err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	defer conn.Exec(ctx, `select pg_advisory_unlock(9296276)`)
	for _, role := range []string{cluster.OwnerRole, cluster.AppRole} {
		if _, err := conn.Exec(ctx, fmt.Sprintf(`do $$ begin
			if not exists (select from pg_roles where rolname = '%[1]s') then create role %[1]s; end if;
			alter role %[1]s login password '%[2]s';
		end $$`, role, password)); err != nil {
			return nil, fmt.Errorf("testdb: make the roles: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf(`grant %[1]s to %[2]s; alter role %[2]s noinherit`, cluster.AppRole, cluster.OwnerRole)); err != nil {
		return nil, fmt.Errorf("testdb: make the roles: %w", err)
	}
	var ready, hasEmpty bool
	if err := conn.QueryRow(ctx, `select coalesce(bool_or(datname = $1 and datistemplate), false), coalesce(bool_or(datname = $2), false)
		from pg_database`, s.template, s.empty).Scan(&ready, &hasEmpty); err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	if !ready {
		if _, err := conn.Exec(ctx, fmt.Sprintf(`drop database if exists %s with (force)`, s.template)); err != nil {
			return nil, fmt.Errorf("testdb: remove a half-made template: %w", err)
		}
		if err := makeTemplate(ctx, s.url, s.template); err != nil {
			return nil, err
		}
	}
	if !hasEmpty {
		if _, err := conn.Exec(ctx, fmt.Sprintf(`create database %s owner %s`, s.empty, cluster.OwnerRole)); err != nil {
			return nil, fmt.Errorf("testdb: make the empty template: %w", err)
		}
	}
	inside, err := pgx.Connect(ctx, s.url(cluster.SuperRole, s.empty))
	if err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	_, err = inside.Exec(ctx, cluster.MakeExtensions)
	if closeErr := inside.Close(ctx); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("testdb: make the extensions: %w", err)
	}
	return s, nil
}
