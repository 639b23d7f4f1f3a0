package accounts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// NewTerritoryBatch stores a batch, not yet worked off, that gives accounts to the
// owners of their territories in an alignment: those whose owner is another one
// now. Accounts in territories that nobody owns today stay with whom they have.
// With territories it is a handover of those: of the accounts that are still with
// whom they were given to. nil means all of all.
func NewTerritoryBatch(ctx context.Context, tx pgx.Tx, alignment int64, territories []int64) (id int64, total int, err error) {
	actor, _ := postgres.ActorFrom(ctx)
	change, err := json.Marshal(BulkChange{AlignmentID: &alignment})
	if err != nil {
		return 0, 0, fmt.Errorf("write a batch: %w", err)
	}
	err = tx.QueryRow(ctx, `
		with batch as (
		  insert into batches (org_id, user_id, change) values ($1, nullif($2::bigint, 0), $3::jsonb) returning id
		), meant as (
		  insert into batch_accounts (org_id, batch_id, account_id)
		  select $1, batch.id, a.id
		  from batch cross join (`+territoryOwners("$1", "$4::bigint")+`) o
		  join territories t on t.org_id = $1 and t.alignment_id = $4::bigint and t.id = o.territory_id
		  join accounts a on a.org_id = $1 and a.territory_id = o.territory_id
		  where a.owner_id is distinct from o.user_id and a.archived_at is null
		    and ($5::bigint[] is null or o.territory_id = any($5::bigint[]) and a.owner_id is not distinct from t.assigned_to)
		  returning 1
		)
		select batch.id, (select count(*) from meant) from batch`, actor.OrgID, actor.UserID, string(change), alignment, territories).Scan(&id, &total)
	if err != nil {
		return 0, 0, fmt.Errorf("create a batch of territories: %w", err)
	}
	if _, err := tx.Exec(ctx, `update batches set total = $3 where org_id = $1 and id = $2`, actor.OrgID, id, total); err != nil {
		return 0, 0, fmt.Errorf("create a batch of territories: %w", err)
	}
	return id, total, nil
}

// territoryOwners is SQL of who owns each territory of an alignment today.
func territoryOwners(org, alignment string) string {
	return `select distinct on (m.territory_id) m.territory_id, m.user_id from territory_members m
		where m.org_id = ` + org + ` and m.alignment_id = ` + alignment + ` and m.role = 'owner' and territory_member_now(m.from_day, m.to_day, ` + org + `)
		order by m.territory_id, m.position`
}

// WorkBatch works a batch off, or undoes it, chunk by chunk, each in a transaction
// of its own, and goes on where it was cut off. A batch that is done already is
// left as it is, and one that was undone is not undone again.
func (s *Service) WorkBatch(ctx context.Context, id int64, undo bool) error {
	var b Batch
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		if undo {
			_, err = tx.Exec(ctx, `update batches set state = 'undoing', undone_by = nullif($3::bigint, 0), done = 0 where org_id = $1 and id = $2 and state in ('done', 'failed')`,
				actor.OrgID, id, actor.UserID)
			if err != nil {
				return fmt.Errorf("undo batch %d: %w", id, err)
			}
		}
		b, err = loadBatch(ctx, tx, actor.OrgID, id)
		return err
	})
	switch {
	case err != nil:
		return err
	case undo && b.State != "undoing", !undo && b.State != "queued" && b.State != "running":
		return nil
	}
	return s.workOff(ctx, BulkJob{BatchID: id, Undo: undo})
}

// territoryColumn is the territory of the live alignment that an account belongs
// to; an area or region means all territories of it. null in a list stands for
// none.
func territoryColumn(n *node, s surroundings) (*condition, error) {
	c, err := referenceColumn(".territory_id")(n, s)
	if err != nil {
		return nil, err
	}
	c.counted = 0 // of which no sums are kept
	if op, _ := positive(n.op); op == "is_empty" || op == "not_empty" {
		return c, nil
	}
	raw, err := listOf(n)
	if err != nil {
		return nil, err
	}
	ids, none := []int64{}, false
	for _, r := range raw {
		if string(r) == "null" {
			none = true
			continue
		}
		id, err := idOf(n, r)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	ids = set(ids)
	c.row = func(q *Statement, alias string) string {
		// A sub-select of its own, so that it is answered once.
		own := alias + ".territory_id = any((select territories_below(" + q.Arg(ids) + "::bigint[]))::bigint[])"
		if none {
			own = "(" + own + " or " + alias + ".territory_id is null)"
		}
		return own
	}
	return c, nil
}

// seesByTerritory reports whether the actor sees the accounts of their own
// territories, which the sums of accounts by cell do not know.
func seesByTerritory(ctx context.Context, tx pgx.Tx, actor postgres.Actor) (bool, error) {
	if actor.Access == nil && actor.UserID != 0 {
		var sees bool
		if err := tx.QueryRow(ctx, `select coalesce(nullif(current_setting('app.sees_territories', true), ''), '') <> ''`).Scan(&sees); err != nil {
			return false, fmt.Errorf("read what the actor sees: %w", err)
		}
		return sees, nil
	}
	for i := 0; i+1 < len(actor.Access); i += 2 {
		if actor.Access[i] == "app.sees_territories" && actor.Access[i+1] != "" {
			return true, nil
		}
	}
	return false, nil
}
