package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/waymark-crm/waymark/internal/demo"
	"github.com/waymark-crm/waymark/internal/identity"
)

// DemoCmd fills the database with a company to look at.
type DemoCmd struct {
	TimeZone string `default:"America/New_York" help:"Time zone of the demo organisation."`
}

// Run makes the demo unless it is there already, and writes how to sign in.
func (c DemoCmd) Run(ctx context.Context, env *Env) (err error) {
	store, err := env.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	made, err := demo.Load(ctx, store.DB, identity.New(store.DB, identity.Options{}), c.TimeZone)
	if err != nil {
		return err
	}
	what := "The demo is there already"
	if made.Created {
		what = "The demo is ready"
	}
	fmt.Fprintf(env.Out, "%s: %d accounts, %d of them customers. Places are real, the rest is made up.\n\n", what, made.Accounts, made.Customers)
	fmt.Fprintf(env.Out, "Sign in with one of these and the password %s:\n", demo.Password)
	for _, p := range demo.People {
		fmt.Fprintf(env.Out, "  %-12s %-32s %s\n", p.Role, p.Email, p.Name)
	}
	return nil
}
