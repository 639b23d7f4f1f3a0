package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// UserKeyCmd makes, shows and ends API keys.
type UserKeyCmd struct {
	Add    UserKeyAddCmd    `cmd:"" help:"Make an API key with which a program acts for a user, and show it."`
	List   UserKeyListCmd   `cmd:"" default:"1" help:"Show the API keys of an organisation (the default)."`
	Remove UserKeyRemoveCmd `cmd:"" help:"End an API key at once."`
}

// UserKeyAddCmd makes a key.
type UserKeyAddCmd struct {
	Email string   `arg:"" help:"E-mail address of the user."`
	Scope []string `required:"" placeholder:"PERMISSION" help:"What the key may do, of what the user's role may: accounts.read, plans.read, … Give it several times or separated by commas."`
	Name  string   `default:"Made in the shell" help:"What the key is for."`
	Days  int      `default:"365" help:"After how many days it expires; 0: never."`
}

// Run makes the key and shows it.
func (c *UserKeyAddCmd) Run(ctx context.Context, env *Env) error {
	if c.Days < 0 {
		return fault.New(fault.Invalid, "A key cannot have expired before it is made. Give --days 0 for one that never expires.")
	}
	return env.withIdentity(ctx, func(people *identity.Service) error {
		ctx, user, err := userByEmail(ctx, people, c.Email)
		if err != nil {
			return err
		}
		n := identity.NewAPIKey{UserID: user.ID, Name: c.Name}
		for _, scope := range c.Scope {
			n.Scopes = append(n.Scopes, identity.Permission(scope))
		}
		if c.Days > 0 {
			end := time.Now().AddDate(0, 0, c.Days)
			n.ExpiresAt = &end
		}
		made, key, err := people.CreateAPIKey(ctx, n)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Out, "The API key %d of %s is %s\nIt is shown this once. Programs send it as \"Authorization: Bearer %s…\".\n", made.ID, user.Email, key, made.Hint)
		return err
	})
}

// UserKeyListCmd shows keys.
type UserKeyListCmd struct {
	Org string `placeholder:"SLUG" help:"Organisation; not needed while there is only one."`
}

// Run writes a table of the keys.
func (c *UserKeyListCmd) Run(ctx context.Context, env *Env) error {
	return env.withIdentity(ctx, func(people *identity.Service) error {
		o, err := organisationFor(ctx, people, c.Org)
		if err != nil {
			return err
		}
		keys, err := people.APIKeys(actingFor(ctx, o), 0)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			_, err := fmt.Fprintf(env.Out, "%s has no API keys. `waymark user key add EMAIL --scope plans.read` makes one.\n", o.Name)
			return err
		}
		day := func(at *time.Time) string {
			if at == nil {
				return "never"
			}
			return at.UTC().Format(time.DateOnly)
		}
		table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tUSER\tNAME\tBEGINS\tSCOPES\tEXPIRES\tLAST USED")
		for _, k := range keys {
			scopes := make([]string, len(k.Scopes))
			for i, s := range k.Scopes {
				scopes[i] = string(s)
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s…\t%s\t%s\t%s\n", k.ID, k.UserName, k.Name, k.Hint, strings.Join(scopes, ","), day(k.ExpiresAt), day(k.LastUsedAt))
		}
		return table.Flush()
	})
}

// UserKeyRemoveCmd ends a key.
type UserKeyRemoveCmd struct {
	ID  int64  `arg:"" help:"Number of the key, as list shows it."`
	Org string `placeholder:"SLUG" help:"Organisation; not needed while there is only one."`
}

// Run ends the key.
func (c *UserKeyRemoveCmd) Run(ctx context.Context, env *Env) error {
	return env.withIdentity(ctx, func(people *identity.Service) error {
		o, err := organisationFor(ctx, people, c.Org)
		if err != nil {
			return err
		}
		if err := people.DeleteAPIKey(actingFor(ctx, o), c.ID, 0); err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Out, "The API key %d has ended.\n", c.ID)
		return err
	})
}

// userByEmail returns a user of whatever organisation, and a context that acts
// for it.
func userByEmail(ctx context.Context, people *identity.Service, email string) (context.Context, identity.User, error) {
	organisations, err := people.Organisations(ctx)
	if err != nil {
		return ctx, identity.User{}, err
	}
	for _, o := range organisations {
		acting := actingFor(ctx, o)
		users, err := people.Users(acting)
		if err != nil {
			return ctx, identity.User{}, err
		}
		for _, u := range users {
			if strings.EqualFold(u.Email, strings.TrimSpace(email)) {
				return acting, u, nil
			}
		}
	}
	return ctx, identity.User{}, fault.Errorf(fault.NotFound, "Nobody has the e-mail address %q. `waymark user list` shows who there is.", email)
}
