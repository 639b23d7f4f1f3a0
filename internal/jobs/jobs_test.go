package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

type parcel struct {
	Name string `json:"name"`
}

func (parcel) Kind() string                 { return "parcel" }
func (parcel) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 2} }

// courier tells of each job that it begins, and then does what deliver says.
type courier struct {
	river.WorkerDefaults[parcel]
	began   chan string
	deliver func(context.Context) error
}

func (c *courier) Work(ctx context.Context, job *river.Job[parcel]) error {
	c.began <- job.Args.Name
	if c.deliver == nil {
		return nil
	}
	return c.deliver(ctx)
}

func newCourier(deliver func(context.Context) error) *courier {
	return &courier{began: make(chan string, 10), deliver: deliver}
}

func open(t *testing.T, db *testdb.DB, c *courier, options Options) *Queue {
	t.Helper()
	options.Workers = river.NewWorkers()
	river.AddWorker(options.Workers, c)
	options.Logger = slog.New(slog.DiscardHandler)
	q, err := New(db.DB, options)
	require.NoError(t, err)
	return q
}

func start(t *testing.T, q *Queue) {
	t.Helper()
	require.NoError(t, q.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // at once: jobs that block are cancelled
		require.NoError(t, q.Stop(ctx))
	})
}

// send stores a job as a person's transaction would.
func send(t *testing.T, db *testdb.DB, name string) {
	t.Helper()
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1})
	require.NoError(t, db.Tx(ctx, func(tx pgx.Tx) error { return Enqueue(ctx, tx, parcel{name}, nil) }))
}

func stateOf(t *testing.T, db *testdb.DB, name string) (state string) {
	t.Helper()
	require.NoError(t, db.Pool().QueryRow(t.Context(),
		"select state::text from river_job where args->>'name' = $1", name).Scan(&state))
	return state
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func TestAJobIsThereOnlyIfItsTransactionCommits(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	c := newCourier(nil)
	start(t, open(t, db, c, Options{}))
	undone := errors.New("undone")
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1})
	require.ErrorIs(t, db.Tx(ctx, func(tx pgx.Tx) error {
		require.NoError(t, Enqueue(ctx, tx, parcel{"never"}, nil))
		return undone
	}), undone)
	send(t, db, "sent")
	require.Equal(t, "sent", receive(t, c.began))
	require.Empty(t, c.began)
}

// crash leaves the database as a server does that is killed during the job: under
// way in a process that says no more that it is there.
func crash(t *testing.T, db *testdb.DB, name string, attempt int, ago time.Duration) {
	t.Helper()
	_, err := db.Pool().Exec(t.Context(), `
		update river_job set state = 'running', attempt = $2, attempted_at = now() - $3::interval, attempted_by = '{killed}'
		where args->>'name' = $1`, name, attempt, ago)
	require.NoError(t, err)
	_, err = db.Pool().Exec(t.Context(), `
		insert into job_servers (id, seen_at) values ('killed', now() - $1::interval)
		on conflict (id) do update set seen_at = excluded.seen_at`, ago)
	require.NoError(t, err)
}

func TestAJobOfAKilledServerIsDoneByTheNext(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	send(t, db, "lost")
	crash(t, db, "lost", 1, time.Hour)
	c := newCourier(nil)
	start(t, open(t, db, c, Options{}))
	require.Equal(t, "lost", receive(t, c.began))
}

func TestAServerThatIsAloneWaitsForNobody(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	send(t, db, "lost")
	crash(t, db, "lost", 1, 0)
	c := newCourier(nil)
	start(t, open(t, db, c, Options{Alone: true}))
	require.Equal(t, "lost", receive(t, c.began))
}

func TestAServerThatIsStillThereKeepsItsJobs(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	send(t, db, "busy")
	crash(t, db, "busy", 1, time.Hour)
	_, err := db.Pool().Exec(t.Context(), "update job_servers set seen_at = now()")
	require.NoError(t, err)
	q := open(t, db, newCourier(nil), Options{})
	require.NoError(t, q.takeUpLost(t.Context()))
	state := stateOf(t, db, "busy")
	require.Equal(t, "running", state)

	// It falls silent: now they are anybody's.
	_, err = db.Pool().Exec(t.Context(), "update job_servers set seen_at = now() - interval '31 s'")
	require.NoError(t, err)
	require.NoError(t, q.takeUpLost(t.Context()))
	state = stateOf(t, db, "busy")
	require.Equal(t, "available", state)
}

func TestARunningServerTakesUpWhatAnotherLeaves(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	c := newCourier(nil)
	start(t, open(t, db, c, Options{pulse: pulse{every: 20 * time.Millisecond, deadAfter: 10 * time.Second}}))
	// Inserted as running, so that the started server cannot fetch it in between.
	_, err := db.Pool().Exec(t.Context(), `
		insert into river_job (state, kind, args, attempt, max_attempts, attempted_at, attempted_by)
		values ('running', 'parcel', '{"name": "left"}', 1, 2, now() - interval '1 hour', '{killed}')`)
	require.NoError(t, err)
	require.Equal(t, "left", receive(t, c.began))
}

func TestAJobThatLostItsLastAttemptIsAbandonedOnce(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	send(t, db, "poison")
	crash(t, db, "poison", 2, time.Hour)
	told := make(chan Job, 2)
	c := newCourier(nil)
	q := open(t, db, c, Options{Abandoned: map[string]func(context.Context, Job) error{
		"parcel": func(_ context.Context, job Job) error { told <- job; return nil },
	}})
	start(t, q)
	require.JSONEq(t, `{"name": "poison"}`, string(receive(t, told).Args))
	require.NoError(t, q.takeUpLost(t.Context()))
	require.Empty(t, told)
	require.Empty(t, c.began)
	state := stateOf(t, db, "poison")
	require.Equal(t, "discarded", state)
}

func TestAnAbandonedJobWhoseDomainCannotBeToldIsToldAgain(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	send(t, db, "poison")
	crash(t, db, "poison", 2, time.Hour)
	away := errors.New("away")
	q := open(t, db, newCourier(nil), Options{Abandoned: map[string]func(context.Context, Job) error{
		"parcel": func(context.Context, Job) error { return away },
	}})
	require.ErrorIs(t, q.takeUpLost(t.Context()), away)
	state := stateOf(t, db, "poison")
	require.Equal(t, "running", state)
}

func TestStoppingWaitsForAJobAndThenCancelsIt(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	finish := make(chan struct{})
	patient := newCourier(func(ctx context.Context) error {
		select {
		case <-finish:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	q := open(t, db, patient, Options{})
	require.NoError(t, q.Start(t.Context()))
	send(t, db, "waited for")
	receive(t, patient.began)
	var stopped sync.WaitGroup
	stopped.Go(func() {
		if err := q.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	close(finish)
	stopped.Wait()
	state := stateOf(t, db, "waited for")
	require.Equal(t, "completed", state)

	endless := newCourier(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	q = open(t, db, endless, Options{})
	require.NoError(t, q.Start(t.Context()))
	send(t, db, "cancelled")
	receive(t, endless.began)
	now, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, q.Stop(now))
	state = stateOf(t, db, "cancelled")
	require.Contains(t, []string{"retryable", "available"}, state, "it will be tried again")
	var servers int
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select count(*) from job_servers").Scan(&servers))
	require.Zero(t, servers)
}
