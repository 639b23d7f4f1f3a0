package territories

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

var errNoAccount = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")

// Exceptions lists the accounts that belong to a territory wherever they lie, as
// far as the actor sees them.
func (s *Service) Exceptions(ctx context.Context, id int64) ([]Exception, error) {
	out := []Exception{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if _, err := loadHead(ctx, tx, actor, id, false); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select x.account_id, a.name, x.territory_id, x.reason, coalesce(u.name, ''), x.created_at
			from alignment_exceptions x join accounts a on a.org_id = x.org_id and a.id = x.account_id
			left join users u on u.org_id = x.org_id and u.id = x.created_by
			where x.org_id = $1 and x.alignment_id = $2 order by a.name_key, a.id limit $3`, actor.OrgID, id, MaxExceptions)
		if err != nil {
			return fmt.Errorf("territories: list exceptions: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowToStructByPos[Exception]); err != nil {
			return fmt.Errorf("territories: list exceptions: %w", err)
		}
		return nil
	})
	return out, err
}

// exceptional is the alignment, open for a change of its exceptions: a draft, or
// the live one for who may publish.
func exceptional(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, version int) (head, error) {
	h, err := at(ctx, tx, actor, id, version)
	if err != nil {
		return h, err
	}
	switch h.State {
	case Draft:
		return draft(ctx, tx, actor, id, version)
	case Live:
		if !mayPublish(ctx, actor) {
			return h, errMayNotPublish
		}
		return h, nil
	}
	return h, wrongState(h)
}

// Except makes an account belong to a territory wherever it lies. In the live
// alignment it does so at once; its owner stays.
func (s *Service) Except(ctx context.Context, id, account int64, version int, territory int64, reason string) (*Edited, error) {
	return s.exception(ctx, id, version, func(tx pgx.Tx, actor postgres.Actor, p *plan) (map[string]any, error) {
		if err := p.takesCells(territory, "body.territory"); err != nil {
			return nil, err
		}
		reason, err := words(reason, 500)
		if err != nil {
			return nil, err
		}
		var called string
		err = tx.QueryRow(ctx, `select name from accounts where org_id = $1 and id = $2`, actor.OrgID, account).Scan(&called)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, errNoAccount
		}
		if err != nil {
			return nil, fmt.Errorf("territories: look up account %d: %w", account, err)
		}
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from alignment_exceptions where org_id = $1 and alignment_id = $2`, actor.OrgID, id).Scan(&count); err != nil {
			return nil, fmt.Errorf("territories: count exceptions: %w", err)
		}
		if count >= MaxExceptions {
			return nil, fault.Errorf(fault.Invalid, "An alignment may have %d exceptions. Draw the territories so that fewer are needed.", MaxExceptions)
		}
		_, err = tx.Exec(ctx, `
			insert into alignment_exceptions (org_id, alignment_id, account_id, territory_id, reason, created_by) values ($1, $2, $3, $4, $5, nullif($6::bigint, 0))
			on conflict (org_id, alignment_id, account_id) do update set territory_id = excluded.territory_id, reason = excluded.reason`,
			actor.OrgID, id, account, territory, reason, actor.UserID)
		if err != nil {
			return nil, fmt.Errorf("territories: except account %d: %w", account, err)
		}
		return map[string]any{"account": account, "territory": territory}, nil
	}, account)
}

// Unexcept makes an account belong to the territory in which it lies again.
func (s *Service) Unexcept(ctx context.Context, id, account int64, version int) (*Edited, error) {
	return s.exception(ctx, id, version, func(tx pgx.Tx, actor postgres.Actor, _ *plan) (map[string]any, error) {
		tag, err := tx.Exec(ctx, `delete from alignment_exceptions where org_id = $1 and alignment_id = $2 and account_id = $3`, actor.OrgID, id, account)
		if err != nil {
			return nil, fmt.Errorf("territories: except account %d no more: %w", account, err)
		}
		if tag.RowsAffected() == 0 {
			return nil, fault.New(fault.NotFound, "This account has no exception in this alignment.")
		}
		return map[string]any{"account": account, "territory": nil}, nil
	}, account)
}

func (s *Service) exception(ctx context.Context, id int64, version int, change func(pgx.Tx, postgres.Actor, *plan) (map[string]any, error), account int64) (*Edited, error) {
	var out *Edited
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := exceptional(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		p, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		detail, err := change(tx, actor, p)
		if err != nil {
			return err
		}
		if h.State == Live {
			if _, err := tx.Exec(ctx, `select settle_territories(array[$1::bigint])`, account); err != nil {
				return fmt.Errorf("territories: settle account %d: %w", account, err)
			}
		}
		if err := tell(ctx, tx, actor, id, "exception", "", detail); err != nil {
			return err
		}
		if err := touch(ctx, tx, actor, &h); err != nil {
			return err
		}
		if p, err = s.again(ctx, tx, actor, id); err != nil {
			return err
		}
		out, err = p.edited(stepped{})
		return err
	})
	return out, err
}
