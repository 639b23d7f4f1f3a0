// Package demo fills an installation with a company to look at: people of every
// role and customers made up on top of the open prospects of the extract that
// is loaded. The places are real, everything else about them is invented, always
// in the same way.
package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// The demo organisation and the password of everyone in it.
const (
	Slug     = "demo"
	Password = "waymark-demo"

	loading = "demo-being-made" // the slug until all is there
)

// Person is someone to sign in as.
type Person struct {
	Name  string
	Email string
	Role  identity.Role
}

// People are the demo's users; the reps share the extract's region out.
var People = []Person{
	{"Ada Lindqvist", "admin@demo.waymark.example", identity.RoleAdmin},
	{"Marcus Hale", "manager@demo.waymark.example", identity.RoleManager},
	{"Rosa Keller", "rep@demo.waymark.example", identity.RoleRep},
	{"Dan Whitfield", "rep2@demo.waymark.example", identity.RoleRep},
	{"Maya Brooks", "rep3@demo.waymark.example", identity.RoleRep},
	{"Noor Haddad", "marketer@demo.waymark.example", identity.RoleMarketer},
	{"Pia Sørensen", "service@demo.waymark.example", identity.RoleService},
	{"Tom Okafor", "backoffice@demo.waymark.example", identity.RoleBackOffice},
}

// Result says what there is now.
type Result struct {
	Created   bool // false: the demo was there already and was left as it is
	Accounts  int
	Customers int
}

// Load makes the demo organisation, or leaves it as it is when there is one. It
// needs an extract. When it is interrupted, the next Load begins anew.
func Load(ctx context.Context, db *postgres.DB, people *identity.Service, timeZone string) (Result, error) {
	if there, err := people.OrganisationBySlug(ctx, Slug); err == nil {
		return count(ctx, db, there.ID)
	} else if !fault.Is(err, fault.NotFound) {
		return Result{}, err
	}
	if err := clear(ctx, db); err != nil {
		return Result{}, err
	}
	towns, err := towns(ctx, db)
	if err != nil {
		return Result{}, err
	}
	org, err := people.CreateOrganisation(ctx, identity.Organisation{Name: "Beacon Supply Co. (demo)", Slug: loading, TimeZone: timeZone})
	if err != nil {
		return Result{}, err
	}
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: org.ID, Role: string(identity.RoleAdmin), RequestID: "demo"})
	reps, err := hire(ctx, people)
	if err != nil {
		return Result{}, err
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		for i, rep := range reps {
			town := towns[i%len(towns)]
			if _, err := tx.Exec(ctx, `
				update users set start_point = $3, start_address = $4 where org_id = $1 and id = $2`,
				org.ID, rep, town.Point, town.Name); err != nil {
				return fmt.Errorf("demo: rep: %w", err)
			}
		}
		if err := invent(ctx, tx, org.ID, reps, towns); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return Result{}, fmt.Errorf("demo: %w", err)
	}
	if err := divide(ctx, db, reps, towns); err != nil {
		return Result{}, err
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update organisations set slug = $2, demo = true where org_id = $1`, org.ID, Slug)
		return err
	})
	if err != nil {
		return Result{}, fmt.Errorf("demo: %w", err)
	}
	result, err := count(ctx, db, org.ID)
	result.Created = true
	return result, err
}

// clear removes what an interrupted Load left behind.
func clear(ctx context.Context, db *postgres.DB) error {
	err := db.Owner(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from organisations where slug = $1`, loading)
		return err
	})
	if err != nil {
		return fmt.Errorf("demo: clear: %w", err)
	}
	return nil
}

func count(ctx context.Context, db *postgres.DB, org int64) (Result, error) {
	var r Result
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: org, Role: string(identity.RoleAdmin)})
	err := db.Read(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			select count(*), count(*) filter (where status = 'customer') from accounts where org_id = $1`, org).
			Scan(&r.Accounts, &r.Customers)
	})
	if err != nil {
		return r, fmt.Errorf("demo: count: %w", err)
	}
	return r, nil
}

// hire makes the users and returns the reps' ids in the order of [People].
func hire(ctx context.Context, people *identity.Service) ([]int64, error) {
	team, err := people.CreateTeam(ctx, "Field sales")
	if err != nil {
		return nil, err
	}
	var reps []int64
	for _, p := range People {
		n := identity.NewUser{Name: p.Name, Email: p.Email, Role: p.Role, Password: Password}
		if p.Role == identity.RoleRep || p.Role == identity.RoleManager {
			n.TeamID = &team.ID
		}
		user, err := people.CreateUser(ctx, n)
		if err != nil {
			return nil, err
		}
		if p.Role == identity.RoleRep {
			reps = append(reps, user.ID)
		}
	}
	return reps, nil
}

// town is where a rep lives.
type town struct {
	Name  string
	Point orb.Point
}

// apart is how far, in metres, the reps' towns lie from each other at least.
const apart = 40_000

var errNoExtract = fault.New(fault.Invalid, "There is no extract to build the demo on. Load one first: waymark extract load FILE.osm.pbf")

// towns are the largest places, as many as there are reps, that lie apart.
func towns(ctx context.Context, db *postgres.DB) ([]town, error) {
	var chosen []town
	err := db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select name, point from places where kind in ('city', 'town', 'village')
			order by population desc nulls last, array_position(array['city', 'town', 'village'], kind), name limit 500`)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[town])
		if err != nil {
			return err
		}
		for _, t := range all {
			near := false
			for _, c := range chosen {
				near = near || geo.Distance(c.Point, t.Point) < apart
			}
			if !near {
				chosen = append(chosen, t)
			}
			if len(chosen) == 3 {
				break
			}
		}
		if len(chosen) == 0 {
			return errNoExtract
		}
		return nil
	})
	if errors.Is(err, errNoExtract) {
		return nil, errNoExtract
	}
	if err != nil {
		return nil, fmt.Errorf("demo: towns: %w", err)
	}
	return chosen, nil
}
