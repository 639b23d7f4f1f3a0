package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/api"
	"github.com/waymark-crm/waymark/internal/duplicates"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	attachments "github.com/waymark-crm/waymark/internal/files"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/imports"
	"github.com/waymark-crm/waymark/internal/jobs"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
	"github.com/waymark-crm/waymark/internal/regions"
	"github.com/waymark-crm/waymark/internal/segments"
	"github.com/waymark-crm/waymark/internal/territories"
	"github.com/waymark-crm/waymark/internal/timeline"
	"github.com/waymark-crm/waymark/internal/visits"
	"github.com/waymark-crm/waymark/internal/webhooks"
	"github.com/waymark-crm/waymark/web"
)

// ServeCmd runs the server until it is interrupted.
type ServeCmd struct{}

// errDatabaseEnded says that the private database went away under the server.
var errDatabaseEnded = fault.New(fault.Unavailable, "The private database has ended by itself; its log says why.")

// Run starts, in this order, the database, its schema, the jobs and the HTTP
// server, and stops them in reverse when ctx ends.
func (ServeCmd) Run(ctx context.Context, env *Env) (err error) {
	// The port first: a second server on it must not get as far as the database.
	listener, err := net.Listen("tcp", env.Config.Server.Addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The server cannot listen on "+env.Config.Server.Addr+". Stop what uses the port, or set WAYMARK_ADDR.")
	}
	defer func() {
		if closeErr := listener.Close(); !errors.Is(closeErr, net.ErrClosed) {
			err = errors.Join(err, closeErr)
		}
	}()
	store, err := env.open(ctx, cluster.Start)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	s, err := assemble(ctx, env, store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.extract.Close()) }()
	if err := s.queue.Start(ctx); err != nil {
		return err
	}

	background, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var listeners sync.WaitGroup
	listeners.Go(func() { s.events.Run(background) })
	listeners.Go(func() { s.extract.Run(background) })
	listeners.Go(func() { s.webhooks.Run(background) })
	failed := make(chan error, 1)
	go func() { failed <- s.api.Serve(listener) }()
	env.Log.Info("serving", "address", listener.Addr().String(), "version", versionText(), "config", env.Config.String())

	select {
	case <-ctx.Done():
		env.Log.Info("stopping")
	case err = <-failed:
	case <-store.Lost():
		err = errDatabaseEnded
	}
	// Requests first, since they may store jobs; then the jobs; then the database.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), env.Config.Server.StopTimeout)
	defer cancel()
	err = errors.Join(err, s.api.Shutdown(stopping))
	end()
	listeners.Wait()
	return errors.Join(err, s.queue.Stop(stopping))
}

// services are what runs beside the database.
type services struct {
	api     *api.Server
	events  *events.Hub
	extract *extract.Live
	queue   *jobs.Queue

	webhooks *webhooks.Service
}

// reachOn answers drive times in filters of jobs, on the roads in use.
func reachOn(live *extract.Live) accounts.ReachFunc {
	return func(ctx context.Context, r accounts.Reach) (*accounts.Shape, error) {
		use := live.Current()
		if use == nil {
			return nil, fault.New(fault.Unavailable, "Drive times need the roads of an extract, and none has been loaded.")
		}
		area, err := use.Area(ctx, r.Center, time.Duration(r.Minutes)*time.Minute)
		if err != nil {
			return nil, err
		}
		if len(area.Polygon) == 0 {
			return nil, fault.New(fault.Invalid, "Nothing can be reached from this place in that time.")
		}
		return accounts.AreaOf(area.Polygon)
	}
}

// assemble puts the domains together: the one place that knows all of them.
func assemble(ctx context.Context, env *Env, store *Store) (_ *services, err error) {
	config, db := &env.Config.Server, store.DB
	s := &services{events: events.NewHub(db, env.Log)}
	// What a load that was killed left behind goes first.
	if err := extract.Clean(ctx, extract.Deps{DB: db, DataDir: env.Config.Data, Log: env.Log}); err != nil {
		return nil, err
	}
	if s.extract, err = extract.OpenLive(ctx, db, env.Config.Data, env.Log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.extract.Close())
		}
	}()
	streets := &extract.Preparer{
		DB: db, DataDir: env.Config.Data,
		Enqueue: func(ctx context.Context, tx pgx.Tx, job extract.PrepareJob) error {
			return jobs.Enqueue(ctx, tx, job, nil)
		},
	}
	planning := &visits.Service{
		DB: db, Travel: s.extract.TravelBy, Want: streets.Want, Budget: config.PlanBudget,
		Enqueue: func(ctx context.Context, tx pgx.Tx, job visits.PlanJob) error {
			return jobs.Enqueue(ctx, tx, job, nil)
		},
		EnqueuePeriod: func(ctx context.Context, tx pgx.Tx, job visits.PeriodJob) error {
			return jobs.Enqueue(ctx, tx, job, nil)
		},
	}

	book := timeline.New(db, func(ctx context.Context, tx pgx.Tx, job timeline.ReminderJob) error {
		return jobs.Enqueue(ctx, tx, job, nil)
	})
	places := &geocoding.Service{DB: db}
	if config.Geocoder != "" {
		if places.Remote, err = geocoding.NewRemote(geocoding.Options{Kind: config.Geocoder, URL: config.GeocoderURL, UserAgent: "waymark/" + versionText()}); err != nil {
			return nil, err
		}
	}
	doubles := &duplicates.Service{DB: db, Enqueue: func(ctx context.Context, tx pgx.Tx, job duplicates.Job) error { return jobs.Enqueue(ctx, tx, job, nil) }}
	files := &imports.Service{
		DB: db, Places: places, Folder: filepath.Join(env.Config.Data, "imports"),
		Enqueue: func(ctx context.Context, tx pgx.Tx, job imports.Job) error { return jobs.Enqueue(ctx, tx, job, nil) },
	}
	enqueueBulk := func(ctx context.Context, tx pgx.Tx, job accounts.BulkJob) error {
		return jobs.Enqueue(ctx, tx, job, nil)
	}
	customers := accounts.New(db, accounts.WithReach(reachOn(s.extract)), accounts.WithQueue(enqueueBulk))
	hooks := webhooks.New(db, webhooks.Options{
		Log: env.Log, AllowPrivate: config.WebhooksPrivate,
		Enqueue: func(ctx context.Context, tx pgx.Tx, job webhooks.DeliveryJob) error {
			return jobs.Enqueue(ctx, tx, job, nil)
		},
	})
	s.webhooks = hooks
	alignments := &territories.Service{
		DB: db, Accounts: customers, Roads: s.extract.Roads,
		Enqueue: func(ctx context.Context, tx pgx.Tx, job territories.Job, at *time.Time) error {
			var opts *river.InsertOpts
			if at != nil {
				opts = &river.InsertOpts{ScheduledAt: *at}
			}
			return jobs.Enqueue(ctx, tx, job, opts)
		},
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &territories.Worker{Territories: alignments})
	river.AddWorker(workers, &territories.UpkeepWorker{Territories: alignments})
	river.AddWorker(workers, &webhooks.Worker{Webhooks: hooks})
	river.AddWorker(workers, &accounts.BulkWorker{Accounts: customers})
	river.AddWorker(workers, &accounts.CountsWorker{Accounts: customers})
	river.AddWorker(workers, &accounts.DictionaryWorker{Accounts: customers})
	river.AddWorker(workers, &segments.Worker{Segments: segments.New(db, customers)})
	river.AddWorker(workers, &regions.SnapshotWorker{Regions: regions.New(db, customers)})
	river.AddWorker(workers, &imports.Worker{Imports: files})
	river.AddWorker(workers, &attachments.Worker{Files: attachments.New(db)})
	river.AddWorker(workers, &duplicates.Worker{Duplicates: doubles})
	river.AddWorker(workers, &timeline.Reminder{Timeline: book})
	river.AddWorker(workers, &extract.PrepareWorker{Preparer: streets})
	river.AddWorker(workers, &visits.Worker{Visits: planning})
	river.AddWorker(workers, &visits.PeriodWorker{Visits: planning})
	options := jobs.Options{
		Workers:  workers,
		Periodic: []*river.PeriodicJob{segments.Hourly(), territories.Hourly(), regions.SnapshotsHourly(), accounts.DictionaryEvery(), attachments.Daily(), accounts.CountsEvery()},
		Alone:    store.Private(),
		Logger:   env.Log.With(slog.String("part", "jobs")),
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: runtime.GOMAXPROCS(0)},
			// A search of minutes uses all processors but one; two at a time let a short
			// one pass.
			visits.PlanningQueue:   {MaxWorkers: 2},
			extract.PreparingQueue: {MaxWorkers: 1},
		},
		Abandoned: map[string]func(context.Context, jobs.Job) error{
			duplicates.Job{}.Kind():     func(ctx context.Context, job jobs.Job) error { return doubles.Abandon(ctx, job.Args) },
			territories.Job{}.Kind():    func(ctx context.Context, job jobs.Job) error { return alignments.Abandon(ctx, job.Args) },
			imports.Job{}.Kind():        func(ctx context.Context, job jobs.Job) error { return files.Abandon(ctx, job.Args) },
			extract.PrepareJob{}.Kind(): func(ctx context.Context, job jobs.Job) error { return streets.Abandon(ctx, job.Args) },
			visits.PlanJob{}.Kind():     func(ctx context.Context, job jobs.Job) error { return planning.Abandon(ctx, job.Args) },
			visits.PeriodJob{}.Kind():   func(ctx context.Context, job jobs.Job) error { return planning.AbandonPeriod(ctx, job.Args) },
		},
	}
	if config.Workers > 0 {
		options.Queues[river.QueueDefault] = river.QueueConfig{MaxWorkers: config.Workers}
	}
	if s.queue, err = jobs.New(db, options); err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Deps{
		DB: db, Log: env.Log, Web: web.Files(),
		Identity:    identity.New(db, identity.Options{SessionIdle: config.SessionLifetime}),
		Events:      s.events,
		Extract:     s.extract,
		Roads:       streets,
		Visits:      planning,
		Imports:     files,
		Territories: alignments,
		Duplicates:  doubles,
		Geocoding:   places,
		Timeline:    book,
		Webhooks:    hooks,
		Bulk:        enqueueBulk,
		Settings: api.Settings{
			DataDir:           env.Config.Data,
			PublicURL:         config.PublicURL,
			TrustedProxies:    config.TrustedProxies,
			Metrics:           config.Metrics,
			RequestTimeout:    config.RequestTimeout,
			RequestsPerMinute: config.RateLimit,
			TileCacheMB:       cmp.Or(config.TileCache, -1),
			Version:           versionText(),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("put the server together: %w", err)
	}
	return s, nil
}
