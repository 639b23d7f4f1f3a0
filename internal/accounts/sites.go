package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// SiteChanges of a site; nil fields stay as they are.
type SiteChanges struct {
	Version      int   // of the account; 0 for whatever it is
	IsPrimary    *bool // true moves the mark here; false is refused for the one that has it
	Name         *string
	Housenumber  *string
	Street       *string
	City         *string
	Postcode     *string
	Country      *string
	OpeningHours *string
	Point        *orb.Point
}

var errNoSite = fault.New(fault.NotFound, "This account has no such site.")

// check trims and checks the fields. hours tells whether opening hours must be
// readable; those of an extract are kept as they are.
func (n *NewSite) check(in *input, prefix string, hours bool) {
	in.text(prefix+"name", "The site's name", &n.Name, maxSiteName)
	in.text(prefix+"housenumber", "The house number", &n.Housenumber, maxHousenumber)
	in.text(prefix+"street", "The street", &n.Street, maxStreet)
	in.text(prefix+"city", "The city", &n.City, maxCity)
	in.text(prefix+"postcode", "The postcode", &n.Postcode, maxPostcode)
	in.text(prefix+"country", "The country", &n.Country, maxCountry)
	if hours {
		in.openingHours(prefix+"openingHours", &n.OpeningHours)
	} else {
		in.text(prefix+"openingHours", "The opening hours", &n.OpeningHours, maxOpeningHours)
	}
	in.place(prefix+"point", n.Point)
}

// insert adds a checked site.
func (n *NewSite) insert(ctx context.Context, tx pgx.Tx, orgID, accountID int64, source string) error {
	if source == "" {
		source = "manual"
	}
	var in input
	point, cell := in.place("point", n.Point)
	if err := in.failed(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into sites (org_id, account_id, name, is_primary, housenumber, street, city, postcode, country,
		  opening_hours, source, point, cell)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		orgID, accountID, n.Name, n.IsPrimary, n.Housenumber, n.Street, n.City, n.Postcode, n.Country,
		n.OpeningHours, source, point, int64(cell))
	if err != nil {
		return fmt.Errorf("add a site to account %d: %w", accountID, err)
	}
	return nil
}

// AddSite adds a site to an account.
func (s *Service) AddSite(ctx context.Context, accountID int64, n NewSite) (Account, error) {
	var in input
	n.check(&in, "", true)
	if err := in.failed(); err != nil {
		return Account{}, err
	}
	return s.change(ctx, accountID, 0, func(tx pgx.Tx, actor postgres.Actor) error {
		var count int
		var primary bool
		err := tx.QueryRow(ctx, `select count(*), coalesce(bool_or(is_primary), false) from sites where org_id = $1 and account_id = $2`,
			actor.OrgID, accountID).Scan(&count, &primary)
		if err != nil {
			return fmt.Errorf("count the sites of account %d: %w", accountID, err)
		}
		if count >= maxSites {
			return fault.Errorf(fault.Invalid, "An account may have %d sites.", maxSites)
		}
		if n.IsPrimary && primary {
			if err := unmark(ctx, tx, actor.OrgID, accountID); err != nil {
				return err
			}
		}
		n.IsPrimary = n.IsPrimary || !primary
		return n.insert(ctx, tx, actor.OrgID, accountID, "")
	})
}

// unmark takes the mark of the primary site away, so that another can have it.
func unmark(ctx context.Context, tx pgx.Tx, orgID, accountID int64) error {
	_, err := tx.Exec(ctx, `update sites set is_primary = false, updated_at = now() where org_id = $1 and account_id = $2 and is_primary`, orgID, accountID)
	if err != nil {
		return fmt.Errorf("unmark the primary site of account %d: %w", accountID, err)
	}
	return nil
}

// UpdateSite changes a site of an account.
func (s *Service) UpdateSite(ctx context.Context, accountID, siteID int64, c SiteChanges) (Account, error) {
	var in input
	in.text("name", "The site's name", c.Name, maxSiteName)
	in.text("housenumber", "The house number", c.Housenumber, maxHousenumber)
	in.text("street", "The street", c.Street, maxStreet)
	in.text("city", "The city", c.City, maxCity)
	in.text("postcode", "The postcode", c.Postcode, maxPostcode)
	in.text("country", "The country", c.Country, maxCountry)
	in.openingHours("openingHours", c.OpeningHours)
	var cell *hexgrid.Cell
	if c.Point != nil {
		_, at := in.place("point", c.Point)
		cell = &at
	}
	if err := in.failed(); err != nil {
		return Account{}, err
	}
	return s.change(ctx, accountID, c.Version, func(tx pgx.Tx, actor postgres.Actor) error {
		var primary bool
		err := tx.QueryRow(ctx, `select is_primary from sites where org_id = $1 and account_id = $2 and id = $3`,
			actor.OrgID, accountID, siteID).Scan(&primary)
		if err != nil {
			return missing(err, errNoSite, "read site %d", siteID)
		}
		switch {
		case c.IsPrimary == nil || *c.IsPrimary == primary:
		case primary:
			return fault.New(fault.Invalid, "An account keeps a primary site. Make another site the primary one instead.").
				WithField("isPrimary", "Set it on another site.")
		default:
			if err := unmark(ctx, tx, actor.OrgID, accountID); err != nil {
				return err
			}
			primary = true
		}
		_, err = tx.Exec(ctx, `
			update sites set
			  is_primary = $4, name = coalesce($5, name), housenumber = coalesce($6, housenumber),
			  street = coalesce($7, street), city = coalesce($8, city), postcode = coalesce($9, postcode),
			  country = coalesce($10, country), opening_hours = coalesce($11, opening_hours),
			  point = coalesce($12::geometry, point), cell = coalesce($13, cell),
			  source = case when $13::bigint is null then source else 'manual' end,
			  updated_at = now()
			where org_id = $1 and account_id = $2 and id = $3`,
			actor.OrgID, accountID, siteID, primary, c.Name, c.Housenumber, c.Street, c.City, c.Postcode,
			c.Country, c.OpeningHours, c.Point, (*int64)(cell))
		if err != nil {
			return fmt.Errorf("change site %d: %w", siteID, err)
		}
		return nil
	})
}

// DeleteSite removes a site. When it was the primary one, the oldest of the
// others becomes it.
func (s *Service) DeleteSite(ctx context.Context, accountID, siteID int64) (Account, error) {
	return s.change(ctx, accountID, 0, func(tx pgx.Tx, actor postgres.Actor) error {
		var primary bool
		err := tx.QueryRow(ctx, `delete from sites where org_id = $1 and account_id = $2 and id = $3 returning is_primary`,
			actor.OrgID, accountID, siteID).Scan(&primary)
		if err != nil {
			return missing(err, errNoSite, "delete site %d", siteID)
		}
		if !primary {
			return nil
		}
		_, err = tx.Exec(ctx, `
			update sites set is_primary = true, updated_at = now()
			where org_id = $1 and id = (select min(id) from sites where org_id = $1 and account_id = $2)`, actor.OrgID, accountID)
		if err != nil {
			return fmt.Errorf("mark another primary site of account %d: %w", accountID, err)
		}
		return nil
	})
}
