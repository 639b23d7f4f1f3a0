// Package jobs runs work that takes longer than a request: planning, extracts,
// imports. It is River on the same PostgreSQL, so a job is stored in the
// transaction that causes it and is there if and only if that commits:
//
//	err := db.Tx(ctx, func(tx pgx.Tx) error {
//		…
//		return jobs.Enqueue(ctx, tx, visits.PlanJob{OrgID: 1, PlanID: 7}, nil)
//	})
//
// A server works jobs off with the workers that the domains bring:
//
//	workers := river.NewWorkers()
//	river.AddWorker(workers, &visits.Worker{Visits: service})
//	queue, err := jobs.New(db, jobs.Options{Workers: workers})
//	err = queue.Start(ctx)
//	defer queue.Stop(ctx)
//
// A job whose server was killed is begun again by another server, or by the same
// one after its next start; see lost.go. So every worker must be able to begin
// again where it was cut off.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// Options of [New]. Workers is required.
type Options struct {
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
	// Queues and how many jobs of each run at once in this process; nil means the
	// default queue with as many as there are processors.
	Queues map[string]river.QueueConfig
	// Abandoned is told, by kind, of jobs that will not be tried again because
	// their server was killed in every attempt: the worker itself cannot say so.
	// It may be told twice of one job.
	Abandoned map[string]func(context.Context, Job) error
	// Alone says that no other process works on this database, as is certain with
	// a private cluster: then a job that somebody else began is nobody's.
	Alone bool
	// Logger: nil means slog's default.
	Logger *slog.Logger

	pulse pulse // of lost.go; tests make it faster
}

// Queue works jobs off in this process.
type Queue struct {
	db      *postgres.DB
	options Options
	client  *river.Client[pgx.Tx]

	stopPulse context.CancelFunc
	pulsing   sync.WaitGroup
}

// New returns a queue that is not yet started. It fails when a worker or a
// periodic job is ill-formed.
func New(db *postgres.DB, options Options) (*Queue, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if options.Queues == nil {
		options.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: runtime.GOMAXPROCS(0)}}
	}
	if options.pulse == (pulse{}) {
		options.pulse = pulse{every: 5 * time.Second, deadAfter: 30 * time.Second}
	}
	client, err := river.NewClient(riverpgxv5.New(db.Pool()), &river.Config{
		Workers:      options.Workers,
		Queues:       options.Queues,
		PeriodicJobs: options.Periodic,
		Logger:       slog.New(quiet{options.Logger.Handler()}),
		// Behind a transaction pooler nobody hears a LISTEN; the queue is looked at
		// every second then.
		PollOnly: db.Pooled(),
		// The server's role owns no index, so it may not rebuild any; autovacuum
		// keeps the queue's small enough.
		ReindexerSchedule: river.NeverSchedule(),
		// Lost jobs are found by the pulse of their server, however long they take.
		RescueStuckJobsAfter: 48 * time.Hour,
		JobTimeout:           10 * time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Queue{db: db, options: options, client: client}, nil
}

// Client returns the River client, for its subscriptions and for cancelling jobs.
func (q *Queue) Client() *river.Client[pgx.Tx] { return q.client }

// Start takes up the jobs that a killed server left and begins to work. It does
// not end with ctx; [Queue.Stop] ends it.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.beat(ctx); err != nil {
		return err
	}
	if err := q.takeUpLost(ctx); err != nil {
		return err
	}
	pulse, stop := context.WithCancel(context.WithoutCancel(ctx))
	q.stopPulse = stop
	q.pulsing.Go(func() { q.keepPulse(pulse) })
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		stop()
		q.pulsing.Wait()
		return fmt.Errorf("jobs: start: %w", err)
	}
	return nil
}

// Stop takes no new jobs and waits for those under way until ctx ends; then it
// cancels them, and they will be tried again.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if err != nil && ctx.Err() != nil {
		// The jobs' contexts end now; what they return is stored before this does.
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = q.client.StopAndCancel(hard)
	}
	if err != nil {
		err = fmt.Errorf("jobs: stop: %w", err)
	}
	if q.stopPulse != nil {
		q.stopPulse()
		q.pulsing.Wait()
		err = errors.Join(err, q.leave(context.WithoutCancel(ctx)))
	}
	return err
}

// inserter puts jobs into transactions; it has no connections of its own.
var inserter = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
})

// Enqueue stores a job in tx; a server takes it up as soon as that commits.
// opts may be nil.
func Enqueue(ctx context.Context, tx pgx.Tx, job river.JobArgs, opts *river.InsertOpts) error {
	client, err := inserter()
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if _, err := client.InsertTx(ctx, tx, job, opts); err != nil {
		return fmt.Errorf("jobs: enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// quiet passes on what an operator should see of River's log: warnings and
// errors, and the rest when the log is at debug level.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Handler.Enabled(ctx, soften(level))
}

func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = soften(r.Level)
	return h.Handler.Handle(ctx, r)
}

func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }
func (h quiet) WithGroup(name string) slog.Handler       { return quiet{h.Handler.WithGroup(name)} }

func soften(level slog.Level) slog.Level {
	if level == slog.LevelInfo {
		return slog.LevelDebug
	}
	return level
}
