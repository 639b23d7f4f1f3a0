package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Tx runs fn in a transaction that acts for the actor of ctx: as the role
// waymark_app, seeing the rows of the actor's organisation only. It commits when
// fn returns nil and rolls back when fn returns an error or panics. Without an
// actor it returns [ErrNoActor]. Beginning and telling the database of the actor
// is one round trip.
//
// The transaction is passed on as an argument; inside fn, do not call Tx again
// with the same context, that would be another transaction.
func (db *DB) Tx(ctx context.Context, fn func(pgx.Tx) error) error {
	actor, ok := ActorFrom(ctx)
	if !ok || actor.OrgID == 0 {
		return ErrNoActor
	}
	return run(ctx, db.pool, "begin; "+settings(AppRole, actor), fn)
}

// Read is [DB.Tx] for a transaction that changes nothing, set up for queries over
// ranges of cells: each is planned for its own values and none is compiled. (A
// plan kept for any value flips to a bad one, and compiling costs more than such
// a query takes.)
func (db *DB) Read(ctx context.Context, fn func(pgx.Tx) error) error {
	return db.reading(ctx, "begin read only", fn)
}

// Snapshot is [DB.Read] in which every statement sees the rows as they were when the
// first began, whatever has been changed since.
func (db *DB) Snapshot(ctx context.Context, fn func(pgx.Tx) error) error {
	return db.reading(ctx, "begin isolation level repeatable read, read only", fn)
}

func (db *DB) reading(ctx context.Context, begin string, fn func(pgx.Tx) error) error {
	actor, ok := ActorFrom(ctx)
	if !ok || actor.OrgID == 0 {
		return ErrNoActor
	}
	return run(ctx, db.pool, begin+"; "+settings(AppRole, actor,
		"jit", "off", "plan_cache_mode", "force_custom_plan"), fn)
}

// KeepingPlans runs fn within a transaction of [DB.Read] so that its statements are
// planned once for any values, for statements whose best plan is always the same:
// planning a long one costs as much as running it.
func KeepingPlans(ctx context.Context, tx pgx.Tx, fn func() error) error {
	set := func(mode string) error {
		_, err := tx.Exec(ctx, `select set_config('plan_cache_mode', $1, true)`, mode)
		return err
	}
	if err := set("force_generic_plan"); err != nil {
		return fmt.Errorf("postgres: keep plans: %w", err)
	}
	if err := fn(); err != nil {
		return err
	}
	if err := set("force_custom_plan"); err != nil {
		return fmt.Errorf("postgres: keep plans no longer: %w", err)
	}
	return nil
}

// Anonymous runs fn in a transaction as the role waymark_app that acts for no
// organisation: for sign-in, which goes through security-definer functions, and
// for tables that belong to the whole instance. No tenant's row can be seen.
func (db *DB) Anonymous(ctx context.Context, fn func(pgx.Tx) error) error {
	return run(ctx, db.pool, "begin; "+settings(AppRole, Actor{}), fn)
}

// Owner runs fn in a transaction as the login that owns the schema: for what
// belongs to the whole instance, such as an extract, and for the commands of the
// one who runs the server. Row-level security does not hold it back; no request
// of a browser may come here.
func (db *DB) Owner(ctx context.Context, fn func(pgx.Tx) error) error {
	pool, err := db.ownerPool(ctx)
	if err != nil {
		return err
	}
	actor, _ := ActorFrom(ctx)
	return run(ctx, pool, "begin; "+settings("", actor), fn)
}

func run(ctx context.Context, pool *pgxpool.Pool, begin string, fn func(pgx.Tx) error) (err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return unreachable(err)
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return unreachable(err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		// fn failed, or panics. A context that has ended makes the roll-back
		// close the connection, which rolls back as well; the pool makes another.
		if rollback := tx.Rollback(ctx); rollback != nil && err != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w (and rolling back: %w)", err, rollback)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	done = true
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("postgres: commit: %w", err)
	}
	return nil
}

// settings returns statements that set the role (unless empty), the actor, what
// they have access to, and further pairs of names and values, all until the
// transaction ends.
func settings(role string, actor Actor, more ...string) string {
	pairs := make([]string, 0, 40)
	if role != "" {
		pairs = append(pairs, "role", role)
	}
	if actor.OrgID != 0 {
		pairs = append(pairs,
			"app.org_id", strconv.FormatInt(actor.OrgID, 10),
			"app.user_id", number(actor.UserID),
			"app.team_id", number(actor.TeamID),
			"app.role", actor.Role,
			"app.request_id", actor.RequestID,
			"app.key_id", number(actor.KeyID),
			"app.address", actor.Address)
		switch {
		case actor.Access != nil:
			pairs = append(pairs, actor.Access...)
		case actor.UserID == 0:
			pairs = append(pairs, "app.sees_all", "on", "app.edits_all", "on")
		}
	}
	if role == "" {
		// The owner may be a member of the server's role, whose policies then hold
		// for them too.
		pairs = append(pairs, "app.sees_all", "on", "app.edits_all", "on")
	}
	pairs = append(pairs, more...)
	if len(pairs) == 0 {
		return "select"
	}
	var sql strings.Builder
	sql.Grow(1024)
	sql.WriteString("select")
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			sql.WriteByte(',')
		}
		fmt.Fprintf(&sql, " set_config(%s, %s, true)", literal(pairs[i]), literal(pairs[i+1]))
	}
	if actor.OrgID != 0 && actor.UserID != 0 && actor.Access == nil && role != "" {
		fmt.Fprintf(&sql, "; select set_config(name, value, true) from access_settings(%d, %d)", actor.OrgID, actor.UserID)
	}
	return sql.String()
}

// number writes 0, which stands for none, as the empty setting.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// literal quotes s as an SQL string whatever standard_conforming_strings says,
// and without bytes that a setting cannot hold.
func literal(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if !strings.ContainsAny(s, `'\`) {
		return "'" + s + "'"
	}
	return `E'` + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'"
}
