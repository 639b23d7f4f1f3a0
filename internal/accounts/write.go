package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// NewAccount is an account to create. Fields that are left out have the values
// in brackets.
type NewAccount struct {
	Name              string
	Status            Status // [prospect]
	Class             Class  // [C]
	Category          string
	OwnerID           *int64 // [the actor if they are a rep, else nobody]
	TeamID            *int64
	Tags              []string
	Phone             string
	Email             string
	Website           string
	Notes             string
	Revenue           float64
	Potential         float64
	VisitIntervalDays int // [by class: 14, 30 or 90]
	VisitMinutes      int // [30]
	Custom            CustomValues
	Site              *NewSite

	// MayAssign tells that the actor may give accounts to others; without it an
	// account is the actor's own or nobody's.
	MayAssign bool

	openProspectID *int64
	source         string
}

// NewSite is a site to create. The first of an account is its primary site.
type NewSite struct {
	Name         string
	IsPrimary    bool // takes the mark from the other
	Housenumber  string
	Street       string
	City         string
	Postcode     string
	Country      string
	OpeningHours string
	Point        *orb.Point // required
}

// Changes of an account; nil fields stay as they are.
type Changes struct {
	Version           int // of the account as the caller knows it
	Name              *string
	ExternalID        *string
	Status            *Status
	Class             *Class
	Category          *string
	OwnerID           **int64 // a pointer to nil for nobody
	TeamID            **int64
	Tags              *[]string
	Phone             *string
	Email             *string
	Website           *string
	Notes             *string
	Revenue           *float64
	Potential         *float64
	VisitIntervalDays *int
	VisitMinutes      *int
	Custom            CustomValues // null removes a value, those not named stay

	// MayAssign tells that the actor may give accounts to others; without it they
	// may only take one that is nobody's.
	MayAssign bool
}

// errMayNotEdit is said of an account that the actor sees and, by the rules of
// access, may not change.
var errMayNotEdit = fault.New(fault.Forbidden, "You may look at this account and not change it. Ask its owner or your manager.")

var errMayNotAssign = fault.New(fault.Forbidden, "Your role does not allow giving accounts to other people or teams.")

// Create makes an account, with its first site if one is given.
func (s *Service) Create(ctx context.Context, n NewAccount) (Account, error) {
	var a Account
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		id, err := create(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		a, err = changed(ctx, tx, actor, id)
		return err
	})
	return a, err
}

// seesOwnOnly reports whether an account that is nobody's would be out of the
// actor's sight.
func seesOwnOnly(actor postgres.Actor) bool {
	for i := 0; i+1 < len(actor.Access); i += 2 {
		if (actor.Access[i] == "app.sees_all" || actor.Access[i] == "app.sees_team") && actor.Access[i+1] != "" {
			return false
		}
	}
	return len(actor.Access) > 0
}

// create inserts an account and its site, and returns its id.
func create(ctx context.Context, tx pgx.Tx, actor postgres.Actor, n NewAccount) (int64, error) {
	if n.Status == "" {
		n.Status = Prospect
	}
	if n.Class == "" {
		n.Class = ClassC
	}
	if n.VisitIntervalDays == 0 {
		n.VisitIntervalDays = n.Class.VisitIntervalDays()
	}
	if n.VisitMinutes == 0 {
		n.VisitMinutes = 30
	}
	if n.Tags == nil {
		n.Tags = []string{}
	}
	if !n.MayAssign {
		if n.OwnerID == nil && (actor.Role == "rep" || seesOwnOnly(actor)) && actor.UserID != 0 {
			n.OwnerID = &actor.UserID
		}
		if n.OwnerID != nil && *n.OwnerID != actor.UserID || n.TeamID != nil && *n.TeamID != actor.TeamID {
			return 0, errMayNotAssign
		}
	}
	var in input
	in.name("name", "The name", &n.Name, maxName)
	in.status(&n.Status)
	in.class(&n.Class)
	in.text("category", "The category", &n.Category, maxCategory)
	in.tags(&n.Tags)
	in.text("phone", "The phone number", &n.Phone, maxPhone)
	in.email("email", &n.Email)
	in.website("website", &n.Website)
	in.text("notes", "The note", &n.Notes, maxNotes)
	in.money("revenue", "The revenue", &n.Revenue)
	in.money("potential", "The potential", &n.Potential)
	in.between("visitIntervalDays", "The days between visits", &n.VisitIntervalDays, 1, 3650)
	in.between("visitMinutes", "The minutes of a visit", &n.VisitMinutes, 1, 720)
	if n.Site != nil {
		n.Site.check(&in, "site.", n.source == "")
	}
	fields, err := customFields(ctx, tx, actor.OrgID)
	if err != nil {
		return 0, err
	}
	// What an extract gives has no values for an organisation's own fields.
	custom, _ := checkCustom(&in, fields, n.Custom, n.source == "")
	if err := in.failed(); err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRow(ctx, `
		insert into accounts (org_id, name, status, class, category, owner_id, team_id, tags, phone, email, website,
		  notes, revenue, visit_interval_days, visit_minutes, open_prospect_id, created_by, custom, potential)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::float8::numeric, $14, $15, $16, nullif($17::bigint, 0), $18, $19::float8::numeric)
		returning id`,
		actor.OrgID, n.Name, n.Status, n.Class, n.Category, n.OwnerID, n.TeamID, n.Tags, n.Phone, n.Email, n.Website,
		n.Notes, n.Revenue, n.VisitIntervalDays, n.VisitMinutes, n.openProspectID, actor.UserID, custom, n.Potential).Scan(&id)
	if err != nil {
		return 0, reference(fmt.Errorf("create an account: %w", err))
	}
	if n.Site != nil {
		n.Site.IsPrimary = true
		if err := n.Site.insert(ctx, tx, actor.OrgID, id, n.source); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// Update changes an account. With an old version it fails with [fault.Conflict]
// that carries the account as it is.
func (s *Service) Update(ctx context.Context, id int64, c Changes) (Account, error) {
	var in input
	in.name("name", "The name", c.Name, maxName)
	in.text("externalId", "The external number", c.ExternalID, maxExternalID)
	in.status(c.Status)
	in.class(c.Class)
	in.text("category", "The category", c.Category, maxCategory)
	in.tags(c.Tags)
	in.text("phone", "The phone number", c.Phone, maxPhone)
	in.email("email", c.Email)
	in.website("website", c.Website)
	in.text("notes", "The note", c.Notes, maxNotes)
	in.money("revenue", "The revenue", c.Revenue)
	in.money("potential", "The potential", c.Potential)
	in.between("visitIntervalDays", "The days between visits", c.VisitIntervalDays, 1, 3650)
	in.between("visitMinutes", "The minutes of a visit", c.VisitMinutes, 1, 720)
	if err := in.failed(); err != nil {
		return Account{}, err
	}
	return s.change(ctx, id, c.Version, func(tx pgx.Tx, actor postgres.Actor) error {
		if !c.MayAssign {
			if err := c.mayClaim(ctx, tx, actor, id); err != nil {
				return err
			}
		}
		set, remove, err := c.custom(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update accounts set
			  name = coalesce($3, name), status = coalesce($4, status), class = coalesce($5, class),
			  category = coalesce($6, category),
			  owner_id = case when $7 then $8 else owner_id end,
			  team_id = case when $9 then $10 else team_id end,
			  tags = coalesce($11, tags), phone = coalesce($12, phone), email = coalesce($13, email),
			  website = coalesce($14, website), notes = coalesce($15, notes),
			  revenue = coalesce($16::float8::numeric, revenue),
			  visit_interval_days = coalesce($17, visit_interval_days),
			  visit_minutes = coalesce($18, visit_minutes),
			  custom = (custom || $19::jsonb) - $20::text[],
			  external_id = coalesce($21, external_id),
			  potential = coalesce($22::float8::numeric, potential)
			where org_id = $1 and id = $2`,
			actor.OrgID, id, c.Name, c.Status, c.Class, c.Category,
			c.OwnerID != nil, inner(c.OwnerID), c.TeamID != nil, inner(c.TeamID),
			c.Tags, c.Phone, c.Email, c.Website, c.Notes, c.Revenue, c.VisitIntervalDays, c.VisitMinutes, set, remove, c.ExternalID, c.Potential)
		if err != nil {
			return reference(fmt.Errorf("change account %d: %w", id, err))
		}
		return nil
	})
}

// custom checks the values of custom fields.
func (c Changes) custom(ctx context.Context, tx pgx.Tx, orgID int64) (set map[string]any, remove []string, err error) {
	if len(c.Custom) == 0 {
		return map[string]any{}, []string{}, nil
	}
	fields, err := customFields(ctx, tx, orgID)
	if err != nil {
		return nil, nil, err
	}
	var in input
	set, remove = checkCustom(&in, fields, c.Custom, false)
	return set, remove, in.failed()
}

// mayClaim refuses changes of owner and team but taking what is nobody's.
func (c Changes) mayClaim(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64) error {
	var owner, team *int64
	err := tx.QueryRow(ctx, `select owner_id, team_id from accounts where org_id = $1 and id = $2`, actor.OrgID, id).Scan(&owner, &team)
	if err != nil {
		return fmt.Errorf("read the owner of account %d: %w", id, err)
	}
	may := func(now *int64, wanted **int64, own int64) bool {
		if wanted == nil {
			return true
		}
		if now == nil {
			return *wanted == nil || **wanted == own && own != 0
		}
		return *wanted != nil && **wanted == *now
	}
	if !may(owner, c.OwnerID, actor.UserID) || !may(team, c.TeamID, actor.TeamID) {
		return errMayNotAssign
	}
	return nil
}

// Archive takes an account out of lists, maps and plans and keeps it.
func (s *Service) Archive(ctx context.Context, id int64, version int) (Account, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, actor postgres.Actor) error {
		_, err := tx.Exec(ctx, `update accounts set archived_at = coalesce(archived_at, now()) where org_id = $1 and id = $2`, actor.OrgID, id)
		return err
	})
}

// Restore undoes [Service.Archive].
func (s *Service) Restore(ctx context.Context, id int64, version int) (Account, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, actor postgres.Actor) error {
		_, err := tx.Exec(ctx, `update accounts set archived_at = null where org_id = $1 and id = $2`, actor.OrgID, id)
		return err
	})
}

// change runs fn on an account whose version is the given one, raises the
// version, and tells browsers. The first statement locks the account, so that of
// two changes of one version the second fails with [fault.Conflict]. Version 0
// means whatever it is.
func (s *Service) change(ctx context.Context, id int64, version int, fn func(pgx.Tx, postgres.Actor) error) (Account, error) {
	var a Account
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		tag, err := tx.Exec(ctx, `
			update accounts set version = version + 1, updated_at = now()
			where org_id = $1 and id = $2 and ($3 = 0 or version = $3)`, actor.OrgID, id, version)
		if err != nil {
			return fmt.Errorf("change account %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			now, err := load(ctx, tx, actor.OrgID, id)
			if err != nil {
				return err
			}
			if version == 0 || version == now.Version {
				return errMayNotEdit
			}
			return fault.New(fault.Conflict, "Someone else has changed this account in the meantime. Look at it and make your change again.").
				WithCurrent(now)
		}
		if err := fn(tx, actor); err != nil {
			return err
		}
		a, err = changed(ctx, tx, actor, id)
		return err
	})
	return a, err
}

// changed tells browsers of an account that has changed and returns it.
func changed(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64) (Account, error) {
	a, err := load(ctx, tx, actor.OrgID, id)
	if err != nil {
		return a, err
	}
	return a, events.Notify(ctx, tx, "account", map[string]any{"id": id, "version": a.Version})
}

func inner(v **int64) *int64 {
	if v == nil {
		return nil
	}
	return *v
}

// reference turns what the database says about an owner or team that does not
// exist, or an external number that another account has, into a fault.
func reference(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "accounts_external" {
		return errExternalID.WithCause(err)
	}
	if !errors.As(err, &pg) || pg.Code != "23503" {
		return err
	}
	switch pg.ConstraintName {
	case "accounts_org_id_owner_id_fkey":
		return fault.Wrap(err, fault.Invalid, "There is no such user to own the account.").WithField("ownerId", "Choose a user of your organisation.")
	case "accounts_org_id_team_id_fkey":
		return fault.Wrap(err, fault.Invalid, "There is no such team.").WithField("teamId", "Choose a team of your organisation.")
	}
	return err
}
