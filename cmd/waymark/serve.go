package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/api"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/jobs"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
	"github.com/waymark-crm/waymark/web"
)

// ServeCmd runs the server until it is interrupted.
type ServeCmd struct{}

// Run starts, in this order, the database, its schema, the jobs and the HTTP
// server, and stops them in reverse when ctx ends.
func (ServeCmd) Run(ctx context.Context, env *Env) (err error) {
	// The port first: a second server on it must not get as far as the database.
	listener, err := net.Listen("tcp", env.Config.Server.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", env.Config.Server.Addr, err)
	}
	store, err := env.open(ctx, cluster.Start)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	s, err := assemble(env, store)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := s.queue.Start(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	listening, unlisten := context.WithCancel(context.WithoutCancel(ctx))
	var hub sync.WaitGroup
	hub.Go(func() { s.events.Run(listening) })
	failed := make(chan error, 1)
	go func() { failed <- s.api.Serve(listener) }()
	env.Log.Info("serving", "address", listener.Addr().String(), "version", versionText(), "config", env.Config.String())

	select {
	case <-ctx.Done():
		env.Log.Info("stopping")
	case err = <-failed:
	case <-store.Lost():
		err = errServerEnded
	}
	// Requests first, since they may store jobs; then the jobs; then the database.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), env.Config.Server.StopTimeout)
	defer cancel()
	err = errors.Join(err, s.api.Shutdown(stopping))
	unlisten()
	hub.Wait()
	return errors.Join(err, s.queue.Stop(stopping))
}

// services are what runs beside the database.
type services struct {
	api    *api.Server
	events *events.Hub
	queue  *jobs.Queue
}

// assemble puts the domains together: the one place that knows all of them.
func assemble(env *Env, store *Store) (*services, error) {
	config, db := &env.Config.Server, store.DB
	s := &services{events: events.NewHub(db, env.Log)}
	people := identity.New(db, identity.Options{SessionIdle: config.SessionLifetime})

	workers := river.NewWorkers()
	options := jobs.Options{
		Workers: workers,
		Alone:   store.Private(),
		Logger:  env.Log.With(slog.String("part", "jobs")),
	}
	if config.Workers > 0 {
		options.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: config.Workers}}
	}
	var err error
	if s.queue, err = jobs.New(db, options); err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Deps{
		DB: db, Log: env.Log, Identity: people, Events: s.events, Web: web.Files(),
		Settings: api.Settings{
			PublicURL:      config.PublicURL,
			TrustedProxies: config.TrustedProxies,
			Metrics:        config.Metrics,
			RequestTimeout: config.RequestTimeout,
			Version:        versionText(),
		},
	})
	return s, err
}
