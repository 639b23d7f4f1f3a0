package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/demo"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// DemoCmd fills the database with a company to look at.
type DemoCmd struct {
	TimeZone string `default:"America/New_York" help:"Time zone of the demo organisation."`
	Accounts int    `help:"Add so many more made-up accounts along the streets of the extract, up to 5,000,000, to try lists and maps at size."`
}

// Run makes the demo unless it is there already, and writes how to sign in.
func (c DemoCmd) Run(ctx context.Context, env *Env) (err error) {
	store, err := env.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if c.Accounts < 0 || c.Accounts > demo.MaxMany {
		return fault.Errorf(fault.Invalid, "--accounts lies between 0 and %d.", demo.MaxMany)
	}
	people := identity.New(store.DB, identity.Options{})
	made, err := demo.Load(ctx, store.DB, people, c.TimeZone)
	if err != nil {
		return err
	}
	if c.Accounts > 0 {
		took, err := demo.Many(ctx, store.DB, c.Accounts, func(done int) { env.Log.Info("accounts are being made", "done", done, "of", c.Accounts) })
		if err != nil {
			return err
		}
		book := accounts.New(store.DB)
		if err := errors.Join(book.FoldCounts(ctx), book.FoldBlocks(ctx)); err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "Added %d accounts in %s, %.0f a second.\n", c.Accounts, took.Round(time.Second), float64(c.Accounts)/took.Seconds())
		if made, err = demo.Load(ctx, store.DB, people, c.TimeZone); err != nil {
			return err
		}
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
