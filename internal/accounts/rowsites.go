package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// ShowWithin gives each row of an account whose primary site lies outside of a shape
// the first of its sites that lies inside, if there is one: where a map of the shape
// shows the account.
func (s *Service) ShowWithin(ctx context.Context, shape *Shape, rows []Row) error {
	outside := map[int64]*Row{}
	ids := []int64{}
	for i := range rows {
		if r := &rows[i]; r.Site != nil && !shape.bound.Contains(r.Site.Point) || !shape.box {
			outside[r.ID] = r
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		q := NewStatement(actor.OrgID, "")
		found, err := q.query(ctx, tx, `
			select distinct on (s.account_id) s.account_id, s.id, s.point, s.street, s.housenumber, s.city, s.postcode
			from unnest(`+q.Arg(ids)+`::bigint[]) k(id)
			cross join lateral (select s.* from sites s where s.org_id = `+q.Org()+` and s.account_id = k.id offset 0) s
			where `+shape.covers(q, "s.point")+` order by s.account_id, s.is_primary desc, s.id`)
		if err != nil {
			return fmt.Errorf("read sites within a shape: %w", err)
		}
		var id int64
		var site RowSite
		_, err = pgx.ForEachRow(found, []any{&id, &site.ID, &site.Point, &site.Street, &site.Housenumber, &site.City, &site.Postcode}, func() error {
			shown := site
			outside[id].Site = &shown
			return nil
		})
		if err != nil {
			return fmt.Errorf("read sites within a shape: %w", err)
		}
		return nil
	})
}
