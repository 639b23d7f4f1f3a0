package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

func as(t *testing.T, org int64) context.Context {
	return postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: 7, TeamID: 3, Role: "rep", RequestID: "r-1"})
}

// state is what the database knows of a transaction.
type state struct {
	Role, Org, User, Team, AppRole, Request, ReadOnly, Jit, Plans string
}

func stateOf(t *testing.T, tx pgx.Tx) state {
	t.Helper()
	rows, err := tx.Query(context.Background(), `select current_user::text,
		coalesce(current_setting('app.org_id', true), ''), coalesce(current_setting('app.user_id', true), ''),
		coalesce(current_setting('app.team_id', true), ''), coalesce(current_setting('app.role', true), ''),
		coalesce(current_setting('app.request_id', true), ''),
		current_setting('transaction_read_only'), current_setting('jit'), current_setting('plan_cache_mode')`)
	require.NoError(t, err)
	s, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[state])
	require.NoError(t, err)
	return s
}

func TestATransactionKnowsItsActorUntilItEnds(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var inside, after state
	require.NoError(t, db.Tx(as(t, 42), func(tx pgx.Tx) error { inside = stateOf(t, tx); return nil }))
	require.Equal(t, "waymark_app", inside.Role)
	require.Equal(t, []string{"42", "7", "3", "rep", "r-1"}, []string{inside.Org, inside.User, inside.Team, inside.AppRole, inside.Request})
	require.Equal(t, "off", inside.ReadOnly)

	require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error { after = stateOf(t, tx); return nil }))
	require.Equal(t, "waymark_app", after.Role)
	require.Empty(t, after.Org+after.User+after.Team+after.AppRole+after.Request)
}

func TestNothingOfOneActorIsLeftForTheNextOnTheSameConnection(t *testing.T) {
	t.Parallel()
	single := testdb.New(t)
	db, err := postgres.Open(t.Context(), single.URL, postgres.Options{MaxConns: 1})
	require.NoError(t, err)
	defer db.Close()
	for org := int64(1); org <= 3; org++ {
		broken := errors.New("broken")
		require.NoError(t, db.Tx(as(t, 100+org), func(pgx.Tx) error { return nil }))
		require.ErrorIs(t, db.Tx(as(t, 100+org), func(pgx.Tx) error { return broken }), broken)
		var org2 *int64
		require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), "select current_org()").Scan(&org2)
		}))
		require.Nil(t, org2)
	}
}

func TestWithoutAnActorThereIsNoTransaction(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	never := func(pgx.Tx) error { t.Error("fn ran"); return nil }
	require.ErrorIs(t, db.Tx(t.Context(), never), postgres.ErrNoActor)
	require.ErrorIs(t, db.Read(t.Context(), never), postgres.ErrNoActor)
	require.ErrorIs(t, db.Tx(postgres.WithActor(t.Context(), postgres.Actor{UserID: 1}), never), postgres.ErrNoActor)
}

func TestReadingChangesNothingAndPlansEachQueryForItself(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, db.Read(as(t, 1), func(tx pgx.Tx) error {
		s := stateOf(t, tx)
		require.Equal(t, state{Role: "waymark_app", Org: "1", User: "7", Team: "3", AppRole: "rep", Request: "r-1", ReadOnly: "on", Jit: "off", Plans: "force_custom_plan"}, s)
		return nil
	}))
	err := db.Read(as(t, 1), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "delete from accounts")
		return err
	})
	require.ErrorContains(t, err, "read-only")
}

func TestAnErrorOrAPanicRollsBack(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	broken := errors.New("broken")
	insert := func(tx pgx.Tx, id string) {
		_, err := tx.Exec(t.Context(), "insert into job_servers (id) values ($1)", id)
		require.NoError(t, err)
	}
	require.ErrorIs(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error { insert(tx, "error"); return broken }), broken)
	require.PanicsWithValue(t, "oops", func() {
		_ = db.Anonymous(t.Context(), func(tx pgx.Tx) error { insert(tx, "panic"); panic("oops") }) // it panics
	})
	require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error { insert(tx, "kept"); return nil }))
	var ids []string
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select array_agg(id) from job_servers").Scan(&ids))
	require.Equal(t, []string{"kept"}, ids)
	require.Zero(t, db.Pool().Stat().AcquiredConns(), "no connection is kept")
}

func TestARequestIdCannotBreakOutOfItsQuotes(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	for _, id := range []string{`'; drop table accounts; --`, `\'`, `a\`, "a\x00b\xff", `it''s`, "ünïcödé"} {
		ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1, RequestID: id})
		var got string
		require.NoError(t, db.Tx(ctx, func(tx pgx.Tx) error { got = stateOf(t, tx).Request; return nil }), "%q", id)
		want := id
		if id == "a\x00b\xff" {
			want = "ab"
		}
		require.Equal(t, want, got)
	}
}

func TestTheOwnerActsAsTheSchemasOwner(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		require.Equal(t, "waymark_owner", stateOf(t, tx).Role)
		return nil
	}))
	// With one URL only, as with a given server, the login owns the schema and
	// every other transaction drops to the role that owns nothing.
	one, err := postgres.Open(t.Context(), db.OwnerURL, postgres.Options{})
	require.NoError(t, err)
	defer one.Close()
	require.NoError(t, one.Owner(t.Context(), func(tx pgx.Tx) error {
		require.Equal(t, "waymark_owner", stateOf(t, tx).Role)
		return nil
	}))
	require.NoError(t, one.Tx(as(t, 1), func(tx pgx.Tx) error {
		require.Equal(t, "waymark_app", stateOf(t, tx).Role)
		_, err := tx.Exec(t.Context(), "savepoint s; drop table accounts")
		require.ErrorContains(t, err, "must be owner")
		_, err = tx.Exec(t.Context(), "rollback to s")
		return err
	}))
}

func TestManyActorsAtOnceSeeEachTheirOwnOrganisation(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var all sync.WaitGroup
	wrong := make(chan string, 1000)
	for worker := range 8 {
		all.Go(func() {
			for i := range 50 {
				org := int64(1000*worker + i + 1)
				var got int64
				err := db.Tx(as(t, org), func(tx pgx.Tx) error {
					return tx.QueryRow(t.Context(), "select current_org()").Scan(&got)
				})
				if err != nil || got != org {
					wrong <- fmt.Sprint(org, got, err)
				}
			}
		})
	}
	all.Wait()
	close(wrong)
	for w := range wrong {
		t.Error(w)
	}
}

func TestWhatIsWrongWithADatabaseIsSaidPlainly(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://%zz", postgres.Options{})
	require.Equal(t, fault.Invalid, fault.CodeOf(err))

	_, err = postgres.Open(t.Context(), "postgres:///x?host=/nonexistent", postgres.Options{})
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))

	u, err := url.Parse(testdb.New(t).URL)
	require.NoError(t, err)
	u.Path = "/not_there"
	_, err = postgres.Open(t.Context(), u.String(), postgres.Options{})
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "does not exist")
}

// BenchmarkTx is a transaction with one query; BenchmarkPlainTx is what it costs
// without an actor.
func BenchmarkTx(b *testing.B) {
	db := testdb.New(b)
	ctx := postgres.WithActor(b.Context(), postgres.Actor{OrgID: 1, UserID: 2, Role: "rep", RequestID: "r"})
	for b.Loop() {
		require.NoError(b, db.Tx(ctx, func(tx pgx.Tx) error {
			var n int
			return tx.QueryRow(ctx, "select 1").Scan(&n)
		}))
	}
}

func BenchmarkPlainTx(b *testing.B) {
	db := testdb.New(b)
	for b.Loop() {
		require.NoError(b, pgx.BeginFunc(b.Context(), db.Pool(), func(tx pgx.Tx) error {
			var n int
			return tx.QueryRow(b.Context(), "select 1").Scan(&n)
		}))
	}
}

func TestASessionHearsWhatIsNotified(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	conn, err := db.Session(t.Context())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "listen news")
	require.NoError(t, err)
	require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "select pg_notify('news', 'good')")
		return err
	}))
	n, err := conn.WaitForNotification(t.Context())
	require.NoError(t, err)
	require.Equal(t, "good", n.Payload)
	require.False(t, db.Pooled())

	pooled, err := postgres.Open(t.Context(), db.URL+"&default_query_exec_mode=cache_describe", postgres.Options{})
	require.NoError(t, err)
	defer pooled.Close()
	require.True(t, pooled.Pooled())
}
