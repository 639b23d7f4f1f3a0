package geocoding

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Repair is an address whose place a person has to look at.
type Repair struct {
	ID         int64      `json:"id"`
	AccountID  int64      `json:"accountId"`
	Account    string     `json:"account" doc:"The account's name."`
	SiteID     *int64     `json:"siteId" doc:"null when there is no site yet."`
	State      string     `json:"state" enum:"waiting,not_found,doubtful,fixed,dismissed"`
	Reason     string     `json:"reason" doc:"What is doubtful."`
	Address    string     `json:"address" doc:"On one line."`
	Point      *orb.Point `json:"point" doc:"Where the site is now; null when there is none."`
	ImportID   *int64     `json:"importId"`
	Candidates []Answer   `json:"candidates" doc:"Places that the address may mean; only of a single repair."`
}

const repairColumns = `r.id, r.account_id, a.name, r.site_id, r.state, r.reason,
	coalesce(nullif(r.address, ''), concat_ws(', ', nullif(concat_ws(' ', nullif(r.housenumber, ''), nullif(r.street, '')), ''),
	  nullif(concat_ws(' ', nullif(r.city, ''), nullif(r.postcode, '')), ''))), s.point, r.import_id
	from address_repairs r
	join accounts a on a.org_id = r.org_id and a.id = r.account_id and a.archived_at is null
	left join sites s on s.org_id = r.org_id and s.id = r.site_id`

func scanRepair(row pgx.CollectableRow) (r Repair, err error) {
	r.Candidates = []Answer{}
	err = row.Scan(&r.ID, &r.AccountID, &r.Account, &r.SiteID, &r.State, &r.Reason, &r.Address, &r.Point, &r.ImportID)
	return r, err
}

// Repairs lists what is open, the oldest first, from behind an id, and how many
// there are.
func (s *Service) Repairs(ctx context.Context, after int64, limit int) (items []Repair, total int, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, 0, postgres.ErrNoActor
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		const open = ` where r.org_id = $1 and r.state in ('not_found', 'doubtful')`
		if err := tx.QueryRow(ctx, `select count(*) from address_repairs r
			join accounts a on a.org_id = r.org_id and a.id = r.account_id and a.archived_at is null`+open, a.OrgID).Scan(&total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select `+repairColumns+open+` and r.id > $2 order by r.id limit $3`, a.OrgID, after, limit)
		if err != nil {
			return err
		}
		items, err = pgx.CollectRows(rows, scanRepair)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("geocoding: list repairs: %w", err)
	}
	return items, total, nil
}

var errNoRepair = fault.New(fault.NotFound, "There is no such address to check.")

// Repair returns one with the places that its address may mean.
func (s *Service) Repair(ctx context.Context, id int64) (r Repair, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return r, postgres.ErrNoActor
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+repairColumns+` where r.org_id = $1 and r.id = $2`, a.OrgID, id)
		if err != nil {
			return err
		}
		r, err = pgx.CollectExactlyOneRow(rows, scanRepair)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return r, errNoRepair
	}
	if err != nil {
		return r, fmt.Errorf("geocoding: read repair %d: %w", id, err)
	}
	if r.Address != "" {
		found, err := s.Search(ctx, Query{Text: r.Address, Limit: 6, Near: r.Point})
		if err != nil {
			return r, err
		}
		r.Candidates = append(r.Candidates, found...)
	}
	return r, nil
}

// Fix puts the site of a repair where a person says that it is; without a point
// the repair is taken off the queue and the site left as it is.
func (s *Service) Fix(ctx context.Context, id int64, point *orb.Point) (r Repair, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return r, postgres.ErrNoActor
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		var account int64
		var site *int64
		err := tx.QueryRow(ctx, `select account_id, site_id from address_repairs where org_id = $1 and id = $2 for update`, a.OrgID, id).Scan(&account, &site)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoRepair
		}
		if err != nil {
			return fmt.Errorf("geocoding: read repair %d: %w", id, err)
		}
		state := "dismissed"
		if point != nil {
			state = "fixed"
			if site, err = place(ctx, tx, a.OrgID, id, account, site, *point); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update address_repairs set state = $3, site_id = $4, fixed_by = nullif($5::bigint, 0), updated_at = now()
			where org_id = $1 and id = $2`, a.OrgID, id, state, site, a.UserID); err != nil {
			return fmt.Errorf("geocoding: close repair %d: %w", id, err)
		}
		rows, err := tx.Query(ctx, `select `+repairColumns+` where r.org_id = $1 and r.id = $2`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("geocoding: read repair %d: %w", id, err)
		}
		if r, err = pgx.CollectExactlyOneRow(rows, scanRepair); errors.Is(err, pgx.ErrNoRows) {
			return errNoRepair // its account is archived
		} else if err != nil {
			return fmt.Errorf("geocoding: read repair %d: %w", id, err)
		}
		return events.Notify(ctx, tx, "account", map[string]any{"id": account})
	})
	return r, err
}

// place moves a site to a point, or makes one there of the repair's address.
func place(ctx context.Context, tx pgx.Tx, orgID, id, account int64, site *int64, p orb.Point) (*int64, error) {
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The place is not on the globe: longitude is -180 to 180, latitude -90 to 90.").WithField("point", "Longitude, latitude.")
	}
	if _, err := tx.Exec(ctx, `update accounts set version = version + 1, updated_at = now() where org_id = $1 and id = $2`, orgID, account); err != nil {
		return nil, fmt.Errorf("geocoding: change account %d: %w", account, err)
	}
	if site != nil {
		if _, err := tx.Exec(ctx, `update sites set point = $3, cell = $4, source = 'manual', updated_at = now() where org_id = $1 and id = $2`,
			orgID, *site, p, int64(cell)); err != nil {
			return nil, fmt.Errorf("geocoding: move site %d: %w", *site, err)
		}
		return site, nil
	}
	var made int64
	err = tx.QueryRow(ctx, `
		insert into sites (org_id, account_id, is_primary, housenumber, street, city, postcode, country, source, point, cell)
		select r.org_id, r.account_id, not exists (select from sites p where p.org_id = r.org_id and p.account_id = r.account_id and p.is_primary),
		  r.housenumber, r.street, r.city, r.postcode, r.country, 'manual', $3, $4
		from address_repairs r where r.org_id = $1 and r.id = $2 returning id`, orgID, id, p, int64(cell)).Scan(&made)
	if err != nil {
		return nil, fmt.Errorf("geocoding: make a site for account %d: %w", account, err)
	}
	return &made, nil
}
