// Package postgres is the way to the database: a pool, transactions that carry
// the actor, a codec for PostGIS geometry, and the migrations.
//
//	db, err := postgres.Open(ctx, url, postgres.Options{})
//	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: 1, UserID: 7, Role: "rep"})
//	err = db.Read(ctx, func(tx pgx.Tx) error {
//		return tx.QueryRow(ctx, `select point from sites where org_id = $1 and id = $2`, 1, 9).Scan(&point)
//	})
//
// Everything that a transaction needs to know is set in the transaction itself
// and ends with it. Nothing relies on the session, so a pooler that hands
// connections out per transaction (PgBouncer) may stand in between; for one that
// knows no prepared statements add default_query_exec_mode=cache_describe to the
// URL.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waymark-crm/waymark/internal/fault"
)

// AppRole is the role that transactions of people act as. It owns nothing, so
// row-level security holds for it.
const AppRole = "waymark_app"

// Options of [Open]. The zero value is good.
type Options struct {
	// OwnerURL is a login that owns the schema; [DB.Owner] uses it. Empty: the
	// login of the main URL owns the schema.
	OwnerURL string
	// MaxConns is the largest number of connections; 0 takes pool_max_conns of
	// the URL or else four a processor and at least eight.
	MaxConns int32
	// ApplicationName shows in pg_stat_activity; empty means "waymark".
	ApplicationName string
}

// DB is a pool of connections to one database. It is safe for concurrent use.
type DB struct {
	pool     *pgxpool.Pool
	url      string
	ownerURL string
	options  Options
	types    geometryTypes

	ownerOnce sync.Mutex
	owner     *pgxpool.Pool // opened at first need; nil while pool is the owner's
}

// Open returns a pool on the database at url, a postgres:// URL or a list of
// key=value pairs, once a connection could be made. It fails with
// [fault.Unavailable] when the server cannot be reached and [fault.Invalid] when
// the URL is wrong.
func Open(ctx context.Context, url string, options Options) (*DB, error) {
	if options.ApplicationName == "" {
		options.ApplicationName = "waymark"
	}
	db := &DB{url: url, ownerURL: options.OwnerURL, options: options}
	if db.ownerURL == url {
		db.ownerURL = ""
	}
	pool, err := db.connect(ctx, url, options.MaxConns)
	if err != nil {
		return nil, err
	}
	db.pool = pool
	return db, nil
}

func (db *DB) connect(ctx context.Context, url string, maxConns int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The database URL cannot be read. It looks like postgres://user:password@host:5432/database.")
	}
	switch {
	case maxConns > 0:
		config.MaxConns = maxConns
	case !strings.Contains(url, "pool_max_conns"):
		config.MaxConns = max(8, 4*int32(runtime.GOMAXPROCS(0)))
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	config.ConnConfig.RuntimeParams["application_name"] = db.options.ApplicationName
	config.AfterConnect = db.types.register
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: open pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, unreachable(err)
	}
	return pool, nil
}

// Close closes every connection and waits for those in use.
func (db *DB) Close() {
	db.ownerOnce.Lock()
	defer db.ownerOnce.Unlock()
	if db.owner != nil {
		db.owner.Close()
		db.owner = nil
	}
	db.pool.Close()
}

// Pool returns the pool itself, for River and for LISTEN. Its connections carry
// no actor: under row-level security they see no tenant's rows, unless the login
// owns the schema.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// URL returns the URL that the pool was opened with. It may hold a password.
func (db *DB) URL() string { return db.url }

// OwnerURL returns the URL of the login that owns the schema. It may hold a password.
func (db *DB) OwnerURL() string {
	if db.ownerURL != "" {
		return db.ownerURL
	}
	return db.url
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return unreachable(err)
	}
	return nil
}

// Session returns a connection outside of the pool, for LISTEN, which needs a
// session that is not shared: it uses the owner's URL, since a transaction pooler
// may stand in the way of the main one. Close it.
func (db *DB) Session(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(db.OwnerURL())
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The URL of the database's owner cannot be read.")
	}
	config.RuntimeParams["application_name"] = db.options.ApplicationName + " listen"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, unreachable(err)
	}
	return conn, nil
}

// Pooled reports whether the URL is set up for a transaction pooler, by a query
// mode without prepared statements; then LISTEN works on [DB.Session] only.
func (db *DB) Pooled() bool {
	return db.pool.Config().ConnConfig.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement
}

// ownerPool returns the pool of the login that owns the schema.
func (db *DB) ownerPool(ctx context.Context) (*pgxpool.Pool, error) {
	if db.ownerURL == "" {
		return db.pool, nil
	}
	db.ownerOnce.Lock()
	defer db.ownerOnce.Unlock()
	if db.owner == nil {
		pool, err := db.connect(ctx, db.ownerURL, 4)
		if err != nil {
			return nil, err
		}
		db.owner = pool
	}
	return db.owner, nil
}

// unreachable turns a failure to connect or to begin into a fault, and leaves
// what the server said about a statement as it is.
func unreachable(err error) error {
	var pgErr *pgconn.PgError
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.As(err, &pgErr) {
		switch {
		case pgErr.Code == "3D000": // invalid_catalog_name
			return fault.Wrap(err, fault.Unavailable, "The database does not exist. Create it, or correct DATABASE_URL.")
		case strings.HasPrefix(pgErr.Code, "28"): // invalid authorization
			return fault.Wrap(err, fault.Unavailable, "The database refuses the login. Correct the user or the password in DATABASE_URL.")
		case !strings.HasPrefix(pgErr.Code, "57P") && !strings.HasPrefix(pgErr.Code, "53"): // shutdown, resources
			return fmt.Errorf("postgres: %w", err)
		}
	}
	return fault.Wrap(err, fault.Unavailable, "The database cannot be reached just now. Try again in a moment.")
}
