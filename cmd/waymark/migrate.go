package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// MigrateCmd shows and applies migrations. The server does so too when it starts;
// this is for those who want to see, or to do it at a time of their choice.
type MigrateCmd struct {
	Status MigrateStatusCmd `cmd:"" default:"1" help:"Show every step, and which ones the database has (the default)."`
	Up     MigrateUpCmd     `cmd:"" help:"Apply what is missing."`
}

// MigrateStatusCmd shows the steps.
type MigrateStatusCmd struct{}

// MigrateUpCmd applies them.
type MigrateUpCmd struct{}

// ownerURL returns the login that migrates, and a function that ends what was
// started for it.
func (e *Env) ownerURL(ctx context.Context) (string, func() error, error) {
	switch {
	case e.Config.DatabaseOwnerURL != "":
		return e.Config.DatabaseOwnerURL, func() error { return nil }, nil
	case e.Config.DatabaseURL != "":
		return e.Config.DatabaseURL, func() error { return nil }, nil
	}
	c, err := cluster.Use(ctx, cluster.Options{Dir: e.Config.PostgresDir(), Logger: e.Log})
	if err != nil {
		return "", nil, err
	}
	return c.OwnerURL(), c.Stop, nil
}

// Run writes a table of the steps.
func (MigrateStatusCmd) Run(ctx context.Context, env *Env) (err error) {
	url, end, err := env.ownerURL(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	steps, err := postgres.Migrations(ctx, url)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tVERSION\tNAME\tSTATE")
	pending := 0
	for _, step := range steps {
		state := "applied"
		switch {
		case !step.Applied:
			state = "pending"
			pending++
		case !step.At.IsZero():
			state += " " + step.At.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", step.Part, step.Version, step.Name, state)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if pending > 0 {
		fmt.Fprintf(env.Out, "\n%d pending: `waymark migrate up` applies them, and so does the next start of the server.\n", pending)
	}
	return nil
}

// Run applies what is missing and names it.
func (MigrateUpCmd) Run(ctx context.Context, env *Env) (err error) {
	url, end, err := env.ownerURL(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	done, err := postgres.Migrate(ctx, url)
	for _, step := range done {
		fmt.Fprintf(env.Out, "applied %s %d %s\n", step.Part, step.Version, step.Name)
	}
	if err != nil {
		return err
	}
	if len(done) == 0 {
		_, err = fmt.Fprintln(env.Out, "The schema is up to date.")
	}
	return err
}
