package geocoding

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Sure is the confidence from which a house is taken without being looked at.
const Sure = 0.75

// waiting is an address whose place nobody has looked for yet.
type waiting struct {
	id, account                                        int64
	housenumber, street, city, postcode, country, text string
}

// line is the address as a person would write it.
func (w waiting) line() string {
	if w.text != "" {
		return w.text
	}
	return joined(", ", joined(" ", w.housenumber, w.street), joined(" ", w.city, w.postcode))
}

func joined(between string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, between)
}

// PlaceWaiting looks for the places of at most so many addresses of an import
// that wait for it. What is found becomes the account's site, with doubt or
// without; the rest stays in the queue as not found. It returns how many it
// looked at: 0 when none is left. The accounts' versions stay, since nobody has
// changed them.
func (s *Service) PlaceWaiting(ctx context.Context, importID int64, most int) (int, error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return 0, postgres.ErrNoActor
	}
	var due []waiting
	if err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id, account_id, housenumber, street, city, postcode, country, address from address_repairs
			where org_id = $1 and import_id = $2 and state = 'waiting' order by id limit $3`, a.OrgID, importID, most)
		if err != nil {
			return err
		}
		due, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waiting, err error) {
			err = row.Scan(&w.id, &w.account, &w.housenumber, &w.street, &w.city, &w.postcode, &w.country, &w.text)
			return w, err
		})
		return err
	}); err != nil {
		return 0, fmt.Errorf("geocoding: read what waits: %w", err)
	}
	if len(due) == 0 {
		return 0, nil
	}
	// The searches first: they may go to another server and hold no row meanwhile.
	best := make([]*Answer, len(due))
	for i, w := range due {
		answers, err := s.Search(ctx, Query{Text: w.line(), Limit: 1})
		if err != nil {
			return 0, err
		}
		if len(answers) > 0 {
			best[i] = &answers[0]
		}
	}
	err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
		for i, w := range due {
			if err := w.settle(ctx, tx, a.OrgID, best[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return len(due), err
}

// settle makes a site of an answer, unless there is none worth it.
func (w waiting) settle(ctx context.Context, tx pgx.Tx, orgID int64, found *Answer) error {
	if found == nil || found.Kind == extract.Town || found.Kind == extract.Postcode || found.Confidence < Sure/2 {
		_, err := tx.Exec(ctx, `update address_repairs set state = 'not_found', tries = tries + 1, updated_at = now()
			where org_id = $1 and id = $2 and state = 'waiting'`, orgID, w.id)
		if err != nil {
			return fmt.Errorf("geocoding: note an address that was not found: %w", err)
		}
		return nil
	}
	cell, err := hexgrid.CellOf(found.Point)
	if err != nil {
		return fmt.Errorf("geocoding: a place that was found lies nowhere: %w", err)
	}
	state := "doubtful"
	if found.certain() {
		state = "fixed"
	}
	_, err = tx.Exec(ctx, `
		with mine as (
		  update address_repairs set state = $3, reason = $4, confidence = $5, tries = tries + 1, updated_at = now()
		  where org_id = $1 and id = $2 and state = 'waiting' returning *),
		made as (
		  insert into sites (org_id, account_id, is_primary, housenumber, street, city, postcode, country, source, point, cell)
		  select m.org_id, m.account_id, not exists (select from sites p where p.org_id = m.org_id and p.account_id = m.account_id and p.is_primary),
		    m.housenumber, m.street, m.city, m.postcode, m.country, 'geocoded', $6, $7
		  from mine m returning id)
		select 1`, orgID, w.id, state, found.Reason, found.Confidence, found.Point, int64(cell))
	if err != nil {
		return fmt.Errorf("geocoding: place an address: %w", err)
	}
	_, err = tx.Exec(ctx, `update address_repairs r set site_id = (select max(s.id) from sites s where s.org_id = r.org_id and s.account_id = r.account_id)
		where r.org_id = $1 and r.id = $2 and r.site_id is null`, orgID, w.id)
	if err != nil {
		return fmt.Errorf("geocoding: place an address: %w", err)
	}
	return nil
}
