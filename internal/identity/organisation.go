package identity

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Organisation is a tenant: a company with its own people, customers and plans.
type Organisation struct {
	ID       int64    `json:"id" db:"org_id"`
	Name     string   `json:"name" db:"name"`
	Slug     string   `json:"slug" db:"slug" doc:"Its name in commands and addresses."`
	Language Language `json:"language" db:"language" enum:"en,de"`
	TimeZone string   `json:"timeZone" db:"time_zone" example:"America/New_York"`
	Currency string   `json:"currency" db:"currency" example:"USD"`
	Demo     bool     `json:"demo" db:"demo" doc:"Its customers are made up."`
}

const organisationColumns = `org_id, name, slug, language, time_zone, currency, demo`

func organisationOf(ctx context.Context, tx pgx.Tx) (Organisation, error) {
	rows, err := tx.Query(ctx, `select `+organisationColumns+` from organisations where org_id = current_org()`)
	if err != nil {
		return Organisation{}, fmt.Errorf("read organisation: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Organisation])
	if err != nil {
		return Organisation{}, fmt.Errorf("read organisation: %w", err)
	}
	return o, nil
}

// Organisations returns every organisation of the instance, by name. It is for
// the one who runs the server: it acts as the owner of the database.
func (s *Service) Organisations(ctx context.Context) (organisations []Organisation, err error) {
	err = s.db.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+organisationColumns+` from organisations order by lower(name), org_id`)
		if err != nil {
			return err
		}
		organisations, err = pgx.CollectRows(rows, pgx.RowToStructByName[Organisation])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return organisations, nil
}

// OrganisationBySlug returns one, or a fault NotFound. It acts as the owner of
// the database.
func (s *Service) OrganisationBySlug(ctx context.Context, slug string) (Organisation, error) {
	all, err := s.Organisations(ctx)
	if err != nil {
		return Organisation{}, err
	}
	for _, o := range all {
		if o.Slug == slug {
			return o, nil
		}
	}
	return Organisation{}, fault.Errorf(fault.NotFound, "There is no organisation %q. See `waymark user list` for those that there are.", slug)
}

var slugPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CreateOrganisation adds a tenant; ID is ignored, an empty language, time zone
// and currency become en, UTC and USD. It acts as the owner of the database. It
// returns a fault Invalid for a field that is wrong and Conflict when the slug is
// taken.
func (s *Service) CreateOrganisation(ctx context.Context, o Organisation) (Organisation, error) {
	o.Name = strings.TrimSpace(o.Name)
	if o.Language == "" {
		o.Language = English
	}
	if o.TimeZone == "" {
		o.TimeZone = "UTC"
	}
	if o.Currency == "" {
		o.Currency = "USD"
	}
	_, zoneErr := time.LoadLocation(o.TimeZone)
	switch {
	case o.Name == "" || len([]rune(o.Name)) > 200:
		return Organisation{}, fault.New(fault.Invalid, "The organisation's name needs 1 to 200 characters.").WithField("name", "1 to 200 characters.")
	case !slugPattern.MatchString(o.Slug):
		return Organisation{}, fault.Errorf(fault.Invalid, "The slug %q cannot be used: it takes lower-case letters, digits and hyphens.", o.Slug).WithField("slug", "Lower-case letters, digits and hyphens.")
	case o.Language != English && o.Language != German:
		return Organisation{}, fault.Errorf(fault.Invalid, "Waymark does not speak %q yet. Use en or de.", o.Language).WithField("language", "Use en or de.")
	case zoneErr != nil || o.TimeZone == "Local":
		return Organisation{}, fault.Errorf(fault.Invalid, "There is no time zone %q. It looks like Europe/Berlin.", o.TimeZone).WithField("timeZone", "It looks like Europe/Berlin.")
	case !regexp.MustCompile(`^[A-Z]{3}$`).MatchString(o.Currency):
		return Organisation{}, fault.Errorf(fault.Invalid, "There is no currency %q. Use three capital letters such as EUR.", o.Currency).WithField("currency", "Three capital letters.")
	}
	err := s.db.Owner(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			insert into organisations (name, slug, language, time_zone, currency, demo)
			values ($1, $2, $3, $4, $5, $6) returning org_id`,
			o.Name, o.Slug, o.Language, o.TimeZone, o.Currency, o.Demo).Scan(&o.ID)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "organisations_slug_key" {
		return Organisation{}, fault.Wrap(err, fault.Conflict, "There is an organisation with this slug already.").WithField("slug", "Is in use already.")
	}
	if err != nil {
		return Organisation{}, fmt.Errorf("create organisation: %w", err)
	}
	return o, nil
}

// Team is a group of users.
type Team struct {
	ID   int64  `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// Teams returns the organisation's teams, by name.
func (s *Service) Teams(ctx context.Context) (teams []Team, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id, name from teams where org_id = current_org() order by lower(name), id`)
		if err != nil {
			return err
		}
		teams, err = pgx.CollectRows(rows, pgx.RowToStructByName[Team])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	return teams, nil
}

// CreateTeam adds a team, or returns a fault Invalid without a name and Conflict
// when there is one of that name.
func (s *Service) CreateTeam(ctx context.Context, name string) (team Team, err error) {
	if name, err = cleanName(name); err != nil {
		return Team{}, err
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `insert into teams (org_id, name) values (current_org(), $1) returning id, name`, name).Scan(&team.ID, &team.Name)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "teams_org_id_name_key" {
		return Team{}, fault.Wrap(err, fault.Conflict, "There is a team of this name already.").WithField("name", "Is in use already.")
	}
	if err != nil {
		return Team{}, fmt.Errorf("create team: %w", err)
	}
	return team, nil
}
