package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// Store is the database that a command works on. Close it.
type Store struct {
	*postgres.DB
	cluster *cluster.Cluster // nil with DATABASE_URL
}

// OpenStore connects a command to the database, with its schema up to date: the
// one that DATABASE_URL names, else the private one, which it starts or, while a
// server runs, shares with that.
func (e *Env) OpenStore(ctx context.Context) (*Store, error) {
	return e.open(ctx, cluster.Use)
}

// open starts or joins the private cluster with start, unless another server is
// configured, migrates it and connects.
func (e *Env) open(ctx context.Context, start func(context.Context, cluster.Options) (*cluster.Cluster, error)) (*Store, error) {
	s := &Store{}
	url, ownerURL := e.Config.DatabaseURL, e.Config.DatabaseOwnerURL
	if url == "" {
		c, err := start(ctx, cluster.Options{Dir: e.Config.PostgresDir(), Logger: e.Log})
		if err != nil {
			return nil, err
		}
		s.cluster = c
		url, ownerURL = c.URL(), c.OwnerURL()
	}
	if ownerURL == "" {
		ownerURL = url
	}
	err := e.migrate(ctx, s, ownerURL)
	if err == nil {
		s.DB, err = postgres.Open(ctx, url, postgres.Options{OwnerURL: ownerURL, MaxConns: e.Config.DatabaseConns})
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// migrate brings the schema up to date. Under a server that runs, that is left to
// its next start: it would not know the new schema.
func (e *Env) migrate(ctx context.Context, s *Store, ownerURL string) error {
	if s.cluster != nil && s.cluster.Joined() {
		steps, err := postgres.Migrations(ctx, ownerURL)
		if err != nil {
			return err
		}
		for _, step := range steps {
			if !step.Applied {
				return fault.New(fault.Conflict, "The server that is running is older than this program. Restart it, then try again.")
			}
		}
		return nil
	}
	done, err := postgres.Migrate(ctx, ownerURL)
	for _, step := range done {
		e.Log.Info("schema migrated", "part", step.Part, "version", step.Version, "name", step.Name)
	}
	return err
}

// Close closes the connections and stops the private cluster, unless a server
// runs it.
func (s *Store) Close() error {
	if s.DB != nil {
		s.DB.Close()
	}
	if s.cluster == nil {
		return nil
	}
	if err := s.cluster.Stop(); err != nil {
		return fmt.Errorf("stop the private database: %w", err)
	}
	return nil
}

// Private reports whether the database is the program's own and this process
// runs it.
func (s *Store) Private() bool { return s.cluster != nil && !s.cluster.Joined() }

// Lost is closed when the private cluster ends by itself; nil with DATABASE_URL.
func (s *Store) Lost() <-chan struct{} {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Done()
}
