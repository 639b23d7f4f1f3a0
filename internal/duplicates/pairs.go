package duplicates

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Pair is two accounts that may be one.
type Pair struct {
	A       int64      `json:"aId" doc:"The id of the one."`
	B       int64      `json:"bId" doc:"The id of the other, which is larger."`
	NameA   string     `json:"aName"`
	NameB   string     `json:"bName"`
	Score   float64    `json:"score" minimum:"0" maximum:"1"`
	Reasons []Reason   `json:"reasons"`
	State   string     `json:"state" enum:"open,different"`
	FoundAt *time.Time `json:"foundAt"`
}

// Pairs lists pairs that nobody has decided on, the surest first, or those that
// were found to be different. It tells how many there are.
func (s *Service) Pairs(ctx context.Context, state string, offset, limit int) (pairs []Pair, total int, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, 0, postgres.ErrNoActor
	}
	pairs = []Pair{}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `
			select count(*)
			from duplicate_pairs p
			join accounts a on a.org_id = p.org_id and a.id = p.a_id and a.archived_at is null
			join accounts b on b.org_id = p.org_id and b.id = p.b_id and b.archived_at is null
			where p.org_id = $1 and p.state = $2`, a.OrgID, state).Scan(&total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select p.a_id, p.b_id, a.name, b.name, p.score, p.reasons, p.state, p.found_at
			from duplicate_pairs p
			join accounts a on a.org_id = p.org_id and a.id = p.a_id and a.archived_at is null
			join accounts b on b.org_id = p.org_id and b.id = p.b_id and b.archived_at is null
			where p.org_id = $1 and p.state = $2
			order by p.score desc, p.a_id, p.b_id offset $3 limit $4`, a.OrgID, state, offset, limit)
		if err != nil {
			return err
		}
		pairs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Pair, err error) {
			var reasons []byte
			var score float32
			if err := row.Scan(&p.A, &p.B, &p.NameA, &p.NameB, &score, &reasons, &p.State, &p.FoundAt); err != nil {
				return p, err
			}
			p.Score = float64(score)
			return p, json.Unmarshal(reasons, &p.Reasons)
		})
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("duplicates: list pairs: %w", err)
	}
	return pairs, total, nil
}

// Decide remembers that two accounts are different, or forgets it.
func (s *Service) Decide(ctx context.Context, first, second int64, different bool) error {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return postgres.ErrNoActor
	}
	if first == second {
		return errSame
	}
	first, second = min(first, second), max(first, second)
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		var both int
		if err := tx.QueryRow(ctx, `select count(*) from accounts where org_id = $1 and id in ($2, $3)`, a.OrgID, first, second).Scan(&both); err != nil {
			return fmt.Errorf("duplicates: read two accounts: %w", err)
		}
		if both < 2 {
			return errGone
		}
		state := "open"
		if different {
			state = "different"
		}
		tag, err := tx.Exec(ctx, `
			insert into duplicate_pairs (org_id, a_id, b_id, score, reasons, state, decided_by, decided_at)
			select $1, $2, $3, 0, '[]', $4, nullif($5::bigint, 0), now() where $4 = 'different'
			on conflict (org_id, a_id, b_id) do nothing`, a.OrgID, first, second, state, a.UserID)
		if err != nil {
			return fmt.Errorf("duplicates: decide: %w", err)
		}
		if tag.RowsAffected() == 0 {
			tag, err = tx.Exec(ctx, `update duplicate_pairs set state = $4, decided_by = nullif($5::bigint, 0), decided_at = now()
				where org_id = $1 and a_id = $2 and b_id = $3`, a.OrgID, first, second, state, a.UserID)
			if err != nil {
				return fmt.Errorf("duplicates: decide: %w", err)
			}
			if tag.RowsAffected() == 0 {
				return fault.New(fault.NotFound, "There is no such pair.")
			}
		}
		return events.Notify(ctx, tx, "duplicates", map[string]any{"state": state})
	})
}
