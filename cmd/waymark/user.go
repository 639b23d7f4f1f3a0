package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// UserCmd makes and shows organisations and the people in them.
type UserCmd struct {
	List          UserListCmd          `cmd:"" default:"1" help:"Show the organisations and their users (the default)."`
	Add           UserAddCmd           `cmd:"" help:"Add a user."`
	ResetPassword UserResetPasswordCmd `cmd:"" help:"Give a user another password and end their sessions."`
	Key           UserKeyCmd           `cmd:"" help:"API keys, with which programs act for users."`
	Org           UserOrgCmd           `cmd:"" help:"Organisations."`
}

// UserOrgCmd makes organisations.
type UserOrgCmd struct {
	Add UserOrgAddCmd `cmd:"" help:"Add an organisation."`
}

// withIdentity runs fn with the database open.
func (e *Env) withIdentity(ctx context.Context, fn func(*identity.Service) error) (err error) {
	store, err := e.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return fn(identity.New(store.DB, identity.Options{}))
}

// UserListCmd shows who there is.
type UserListCmd struct {
	Org string `placeholder:"SLUG" help:"Only this organisation."`
}

// Run writes a table of the users of each organisation.
func (c *UserListCmd) Run(ctx context.Context, env *Env) error {
	return env.withIdentity(ctx, func(people *identity.Service) error {
		organisations, err := people.Organisations(ctx)
		if err != nil {
			return err
		}
		if c.Org != "" {
			one, err := people.OrganisationBySlug(ctx, c.Org)
			if err != nil {
				return err
			}
			organisations = []identity.Organisation{one}
		}
		if len(organisations) == 0 {
			_, err := fmt.Fprintln(env.Out, "There is no organisation yet. `waymark user org add` makes one.")
			return err
		}
		table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ORGANISATION\tE-MAIL\tNAME\tROLE\tSTATE")
		for _, o := range organisations {
			users, err := people.Users(actingFor(ctx, o))
			if err != nil {
				return err
			}
			if len(users) == 0 {
				fmt.Fprintf(table, "%s\t(nobody yet)\t\t\t\n", o.Slug)
			}
			for _, u := range users {
				state := "active"
				if !u.Active {
					state = "inactive"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", o.Slug, u.Email, u.Name, u.Role, state)
			}
		}
		return table.Flush()
	})
}

// passwordFlag is where a new password comes from: not from the command line,
// which other users of the machine can read.
type passwordFlag struct {
	PasswordFile string `placeholder:"FILE" help:"File with the password, - for the standard input. Without it, one is made up and shown."`
}

// password returns the password and whether it was made up.
func (p passwordFlag) password() (password string, madeUp bool, err error) {
	var text []byte
	switch p.PasswordFile {
	case "":
		return strings.ToLower(rand.Text()[:20]), true, nil
	case "-":
		text, err = io.ReadAll(io.LimitReader(os.Stdin, 4096))
	default:
		text, err = os.ReadFile(p.PasswordFile)
	}
	if err != nil {
		return "", false, fault.Errorf(fault.Invalid, "The password cannot be read: %w.", err)
	}
	return strings.TrimRight(string(text), "\r\n"), false, nil
}

func (e *Env) showPassword(email, password string, madeUp bool) error {
	if !madeUp {
		return nil
	}
	_, err := fmt.Fprintf(e.Out, "The password of %s is %s\nIt is shown this once; it can be changed in the application.\n", email, password)
	return err
}

// UserAddCmd adds a user.
type UserAddCmd struct {
	Email string `arg:"" help:"E-mail address to sign in with."`
	Org   string `placeholder:"SLUG" help:"Organisation; not needed while there is only one."`
	Name  string `placeholder:"NAME" help:"Full name. Default: what stands before the @."`
	Role  string `enum:"admin,manager,rep,marketer,service,backoffice" default:"rep" help:"One of ${enum}."`
	Team  string `placeholder:"NAME" help:"Team, which has to exist."`
	passwordFlag
}

// Run adds the user and shows the password if it was made up.
func (c *UserAddCmd) Run(ctx context.Context, env *Env) error {
	password, madeUp, err := c.password()
	if err != nil {
		return err
	}
	return env.withIdentity(ctx, func(people *identity.Service) error {
		o, err := organisationFor(ctx, people, c.Org)
		if err != nil {
			return err
		}
		ctx := actingFor(ctx, o)
		n := identity.NewUser{Name: c.Name, Email: c.Email, Role: identity.Role(c.Role), Password: password}
		if n.Name == "" {
			n.Name, _, _ = strings.Cut(c.Email, "@")
		}
		if c.Team != "" {
			if n.TeamID, err = teamByName(ctx, people, c.Team); err != nil {
				return err
			}
		}
		u, err := people.CreateUser(ctx, n)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(env.Out, "Added %s (%s) to %s.\n", u.Email, u.Role, o.Name); err != nil {
			return err
		}
		return env.showPassword(u.Email, password, madeUp)
	})
}

// UserResetPasswordCmd gives a user another password.
type UserResetPasswordCmd struct {
	Email string `arg:"" help:"E-mail address of the user."`
	passwordFlag
}

// Run sets the password, ends the user's sessions, and shows the password if it
// was made up.
func (c *UserResetPasswordCmd) Run(ctx context.Context, env *Env) error {
	password, madeUp, err := c.password()
	if err != nil {
		return err
	}
	return env.withIdentity(ctx, func(people *identity.Service) error {
		organisations, err := people.Organisations(ctx)
		if err != nil {
			return err
		}
		for _, o := range organisations {
			ctx := actingFor(ctx, o)
			users, err := people.Users(ctx)
			if err != nil {
				return err
			}
			for _, u := range users {
				if !strings.EqualFold(u.Email, strings.TrimSpace(c.Email)) {
					continue
				}
				if _, err := people.UpdateUser(ctx, u.ID, identity.UserChange{Password: &password}); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(env.Out, "%s has a new password; every session of theirs has ended.\n", u.Email); err != nil {
					return err
				}
				return env.showPassword(u.Email, password, madeUp)
			}
		}
		return fault.Errorf(fault.NotFound, "Nobody has the e-mail address %q. `waymark user list` shows who there is.", c.Email)
	})
}

// UserOrgAddCmd adds an organisation.
type UserOrgAddCmd struct {
	Slug     string `arg:"" help:"Short name for commands: lower-case letters, digits and hyphens."`
	Name     string `placeholder:"NAME" help:"Full name. Default: the short one."`
	Language string `enum:"en,de" default:"en" help:"One of ${enum}."`
	TimeZone string `placeholder:"ZONE" default:"UTC" help:"Time zone, such as Europe/Berlin."`
	Currency string `placeholder:"CODE" default:"USD" help:"Currency, such as EUR."`
}

// Run adds the organisation.
func (c *UserOrgAddCmd) Run(ctx context.Context, env *Env) error {
	return env.withIdentity(ctx, func(people *identity.Service) error {
		name := c.Name
		if name == "" {
			name = c.Slug
		}
		o, err := people.CreateOrganisation(ctx, identity.Organisation{
			Name: name, Slug: c.Slug, Language: identity.Language(c.Language), TimeZone: c.TimeZone, Currency: c.Currency,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Out, "Added the organisation %s. `waymark user add EMAIL --org %s --role admin` adds its first user.\n", o.Name, o.Slug)
		return err
	})
}

// actingFor returns a context in which the one who runs the server acts for an
// organisation.
func actingFor(ctx context.Context, o identity.Organisation) context.Context {
	return postgres.WithActor(ctx, postgres.Actor{OrgID: o.ID, Role: string(identity.RoleAdmin)})
}

// organisationFor returns the organisation of the slug, or without one the only
// one that there is.
func organisationFor(ctx context.Context, people *identity.Service, slug string) (identity.Organisation, error) {
	if slug != "" {
		return people.OrganisationBySlug(ctx, slug)
	}
	all, err := people.Organisations(ctx)
	switch {
	case err != nil:
		return identity.Organisation{}, err
	case len(all) == 0:
		return identity.Organisation{}, fault.New(fault.NotFound, "There is no organisation yet. `waymark user org add SLUG` makes one.")
	case len(all) > 1:
		return identity.Organisation{}, fault.New(fault.Invalid, "There are several organisations. Say which one with --org; `waymark user list` shows them.")
	}
	return all[0], nil
}

func teamByName(ctx context.Context, people *identity.Service, name string) (*int64, error) {
	teams, err := people.Teams(ctx)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		if strings.EqualFold(team.Name, name) {
			return &team.ID, nil
		}
	}
	return nil, fault.Errorf(fault.NotFound, "There is no team %q.", name)
}
