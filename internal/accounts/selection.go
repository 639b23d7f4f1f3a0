package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Selection sums up what lies in a shape, before anything is done with it.
type Selection struct {
	Total         int           `json:"total"`
	ByStatus      []StatusCount `json:"byStatus"`
	ByClass       []ClassCount  `json:"byClass"`
	ByOwner       []OwnerCount  `json:"byOwner" doc:"Those with the most accounts first."`
	OpenProspects int           `json:"openProspects" doc:"In the shape; the filter's other fields say nothing about them."`
	SiteIDs       []int64       `json:"siteIds" doc:"The primary sites of accounts, in their order."`
	Accounts      []Row         `json:"accounts" doc:"The first 500 by name."`
}

// StatusCount is the accounts of one status.
type StatusCount struct {
	Status Status `json:"status" enum:"prospect,customer,former"`
	Count  int    `json:"count"`
}

// ClassCount is the accounts of one class.
type ClassCount struct {
	Class Class `json:"class" enum:"A,B,C"`
	Count int   `json:"count"`
}

// OwnerCount is the accounts of one owner, null for nobody's.
type OwnerCount struct {
	OwnerID   *int64 `json:"ownerId"`
	OwnerName string `json:"ownerName"`
	Count     int    `json:"count"`
}

// selectedRows is how many accounts a selection names.
const selectedRows = 500

// Select sums up the accounts that the filter means. It fails with
// [fault.Invalid] for a filter without a shape.
func (s *Service) Select(ctx context.Context, f Filter) (Selection, error) {
	if driving, _ := f.shape(); driving == nil {
		return Selection{}, fault.New(fault.Invalid, "A selection needs a shape.").WithField("query.within", "Give within, reach or bbox.")
	}
	return s.SumUp(ctx, f)
}

// SumUp is [Service.Select] for any filter. Without a shape, accounts without a
// place count, too, and there are no open prospects.
func (s *Service) SumUp(ctx context.Context, f Filter) (Selection, error) {
	out := Selection{ByStatus: []StatusCount{}, ByClass: []ClassCount{}, ByOwner: []OwnerCount{}, SiteIDs: []int64{}}
	if err := f.Check(); err != nil {
		return out, err
	}
	driving, _ := f.shape()
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		statement := func() *Statement { return NewStatement(actor.OrgID, today) }
		if err := f.breakDown(ctx, tx, statement(), &out); err != nil {
			return err
		}
		if driving != nil {
			if out.OpenProspects, err = f.OpenProspectsOf().count(ctx, tx, statement()); err != nil {
				return err
			}
		}
		ids, _, err := f.page(ctx, tx, statement(), sorting{name: "name", key: "a.name_key", cast: "text"}, nil, selectedRows, out.Total)
		if err != nil {
			return err
		}
		if out.Accounts, err = rowsOf(ctx, tx, statement(), ids); err != nil {
			return err
		}
		for _, r := range out.Accounts {
			if r.Site != nil {
				out.SiteIDs = append(out.SiteIDs, r.Site.ID)
			}
		}
		return nil
	})
	return out, err
}

// breakDown counts the accounts of a filter in all, by status, by class and by
// owner, in one pass over its sites, or over its accounts when it has no shape.
func (f Filter) breakDown(ctx context.Context, tx pgx.Tx, q *Statement, out *Selection) error {
	hit := `select a.status, a.class, a.owner_id from accounts a where `
	if driving, _ := f.shape(); driving == nil {
		hit += f.conditions(q, accountsTable)
	} else {
		hit = `select s.account_id, s.status, s.class, s.owner_id
		  from ` + f.Sites(q, "s.account_id, s.status, s.class, s.owner_id") + `
		  group by 1, 2, 3, 4`
	}
	rows, err := q.query(ctx, tx, `
		with hit as (
		  `+hit+`
		), counted as (
		  select grouping(status, class, owner_id) as by, status, class, owner_id, count(*) as n
		  from hit group by grouping sets ((status), (class), (owner_id), ())
		)
		select c.by, coalesce(c.status, ''), coalesce(c.class, ''), c.owner_id, coalesce(u.name, ''), c.n
		from counted c left join users u on u.org_id = `+q.Org()+` and u.id = c.owner_id
		order by c.by,
		  array_position(array['customer', 'prospect', 'former'], c.status), c.class, c.n desc, u.name, c.owner_id`)
	if err != nil {
		return fmt.Errorf("sum up a selection: %w", err)
	}
	// A bit of grouping() is set when the column is not grouped by.
	const byStatus, byClass, byOwner = 0b011, 0b101, 0b110
	var (
		by, n  int
		status Status
		class  Class
		owner  *int64
		name   string
	)
	_, err = pgx.ForEachRow(rows, []any{&by, &status, &class, &owner, &name, &n}, func() error {
		switch by {
		case byStatus:
			out.ByStatus = append(out.ByStatus, StatusCount{status, n})
		case byClass:
			out.ByClass = append(out.ByClass, ClassCount{class, n})
		case byOwner:
			var id *int64
			if owner != nil {
				copied := *owner
				id = &copied
			}
			out.ByOwner = append(out.ByOwner, OwnerCount{id, name, n})
		default:
			out.Total = n
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum up a selection: %w", err)
	}
	return nil
}
