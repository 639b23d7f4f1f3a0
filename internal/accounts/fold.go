package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// changesOf is a table in which changes wait to be folded into what is derived
// from them.
type changesOf struct {
	what  string // in errors
	table string
	// fold folds some of the changes of the acting organisation, and reports
	// whether there may be more.
	fold func(ctx context.Context, tx pgx.Tx) (more bool, err error)
}

// foldAll folds the changes of every organisation, in a transaction for each call
// of fold. What fails for one organisation does not keep others from theirs.
func (s *Service) foldAll(ctx context.Context, c changesOf) error {
	var orgs []int64
	err := s.db.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select o.org_id from organisations o
			where exists (select from `+c.table+` c where c.org_id = o.org_id) order by 1`)
		if err != nil {
			return err
		}
		orgs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return fmt.Errorf("fold %s: %w", c.what, err)
	}
	var failed error
	for _, org := range orgs {
		acting := postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: CountsJob{}.Kind()})
		for more := true; more; {
			err := s.write(acting, func(tx pgx.Tx, _ postgres.Actor) (err error) {
				more, err = c.fold(acting, tx)
				return err
			})
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("fold %s of organisation %d: %w", c.what, org, err))
				break
			}
		}
	}
	return failed
}
