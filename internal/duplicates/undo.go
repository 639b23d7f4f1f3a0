package duplicates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

var (
	errNoMerge = fault.New(fault.NotFound, "There is no such merge.")
	errUndone  = fault.New(fault.Conflict, "This merge was undone already.")
)

// Undo makes two accounts again of what was merged: what had hung on the loser
// goes back to it, as far as it is still there. The fields of the winner become
// what they were, unless somebody has changed the account since: then they stay,
// and the answer says so.
func (s *Service) Undo(ctx context.Context, id int64) (*Merge, error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, postgres.ErrNoActor
	}
	var merge *Merge
	err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
		var winner, loser int64
		var version int
		var before, raw []byte
		var undone bool
		err := tx.QueryRow(ctx, `select winner_id, loser_id, winner_version, winner_before, moved, undone_at is not null from account_merges
			where org_id = $1 and id = $2 for update`, a.OrgID, id).Scan(&winner, &loser, &version, &before, &raw, &undone)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return errNoMerge
		case err != nil:
			return fmt.Errorf("duplicates: read a merge: %w", err)
		case undone:
			return errUndone
		}
		var all []moved
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("duplicates: a merge as it is stored: %w", err)
		}
		var mine bool
		var count int
		err = tx.QueryRow(ctx, `
			with those as (select id, version from accounts where org_id = $1 and id in ($2, $3) order by id for update)
			select coalesce(bool_or(id = $2 and version = $4), false), count(*) from those`, a.OrgID, winner, loser, version).Scan(&mine, &count)
		if err != nil {
			return fmt.Errorf("duplicates: lock the accounts: %w", err)
		}
		if count < 2 {
			return fault.New(fault.Conflict, "One of the accounts has been removed for good; the merge cannot be undone any more.")
		}
		if _, err := tx.Exec(ctx, `select set_config('app.cause', $1, true)`, fmt.Sprintf("merge-undo:%d", loser)); err != nil {
			return fmt.Errorf("duplicates: %w", err)
		}
		if err := giveBack(ctx, tx, a.OrgID, winner, loser, mine, before); err != nil {
			return err
		}
		if err := moveBack(ctx, tx, a.OrgID, winner, loser, all); err != nil {
			return err
		}
		if err := settle(ctx, tx, a.OrgID, winner, loser); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update account_merges set undone_at = now() where org_id = $1 and id = $2`, a.OrgID, id); err != nil {
			return fmt.Errorf("duplicates: mark a merge as undone: %w", err)
		}
		if merge, err = readMerge(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		merge.FieldsKept = !mine
		return told(ctx, tx, winner, loser)
	})
	return merge, err
}

// giveBack makes the accounts' own fields what they were.
func giveBack(ctx context.Context, tx pgx.Tx, orgID, winner, loser int64, mine bool, before []byte) error {
	var number string
	if err := tx.QueryRow(ctx, `select external_id from accounts where org_id = $1 and id = $2`, orgID, winner).Scan(&number); err != nil {
		return fmt.Errorf("duplicates: read a number: %w", err)
	}
	var was struct {
		ExternalID string `json:"external_id"`
	}
	if err := json.Unmarshal(before, &was); err != nil {
		return fmt.Errorf("duplicates: a merge as it is stored: %w", err)
	}
	if mine {
		columns := columnsOf(Choosable) + ", tags, last_visit_on"
		if _, err := tx.Exec(ctx, `update accounts set (`+columns+`) = (select `+columns+` from jsonb_populate_record(null::accounts, $3::jsonb))
			where org_id = $1 and id = $2`, orgID, winner, before); err != nil {
			return fmt.Errorf("duplicates: give the fields back: %w", err)
		}
	}
	for _, id := range []int64{winner, loser} {
		if _, err := tx.Exec(ctx, `update accounts set version = version + 1, updated_at = now() where org_id = $1 and id = $2`, orgID, id); err != nil {
			return fmt.Errorf("duplicates: raise a version: %w", err)
		}
	}
	// The number that changed hands goes back with the fields.
	_, err := tx.Exec(ctx, `update accounts set merged_into = null, archived_at = null,
		external_id = case when external_id = '' and $3 and $4 <> $5 then $4 else external_id end
		where org_id = $1 and id = $2`, orgID, loser, mine, number, was.ExternalID)
	if err != nil {
		return fmt.Errorf("duplicates: bring the other account back: %w", err)
	}
	return nil
}

func moveBack(ctx context.Context, tx pgx.Tx, orgID, winner, loser int64, all []moved) error {
	tables, err := referring(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range all {
		i := slices.IndexFunc(tables, func(t table) bool { return t.name == m.Table && t.column == m.Column })
		if i < 0 {
			continue // a table that a newer version of the program no longer has
		}
		keys, err := json.Marshal(m.Keys)
		if err != nil {
			return fmt.Errorf("duplicates: %w", err)
		}
		if len(m.Keys) > 0 {
			if _, err := tx.Exec(ctx, tables[i].back(), orgID, loser, winner, keys); err != nil {
				return fmt.Errorf("duplicates: move %s back: %w", m.Table, err)
			}
		}
		if len(m.Removed) > 0 {
			removed, err := json.Marshal(m.Removed)
			if err != nil {
				return fmt.Errorf("duplicates: %w", err)
			}
			if _, err := tx.Exec(ctx, tables[i].again(), removed); err != nil {
				return fmt.Errorf("duplicates: put rows of %s back: %w", m.Table, err)
			}
		}
		for _, key := range m.Cleared {
			if _, err := tx.Exec(ctx, `update sites set is_primary = true where org_id = $1 and account_id = $2 and id = ($3::jsonb->>'id')::bigint
				and not exists (select from sites p where p.org_id = $1 and p.account_id = $2 and p.is_primary)`, orgID, loser, []byte(key)); err != nil {
				return fmt.Errorf("duplicates: mark the primary site again: %w", err)
			}
		}
	}
	return nil
}

const mergeColumns = `m.id, m.winner_id, m.loser_id, coalesce(w.name, ''), coalesce(l.name, ''), coalesce(u.name, ''), m.merged_at, m.undone_at, false
	from account_merges m
	left join accounts w on w.org_id = m.org_id and w.id = m.winner_id
	left join accounts l on l.org_id = m.org_id and l.id = m.loser_id
	left join users u on u.org_id = m.org_id and u.id = m.merged_by`

func readMerge(ctx context.Context, tx pgx.Tx, orgID, id int64) (*Merge, error) {
	rows, err := tx.Query(ctx, `select `+mergeColumns+` where m.org_id = $1 and m.id = $2`, orgID, id)
	if err != nil {
		return nil, fmt.Errorf("duplicates: read a merge: %w", err)
	}
	m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Merge])
	if err != nil {
		return nil, fmt.Errorf("duplicates: read a merge: %w", err)
	}
	return m, nil
}

// Merges lists the merges whose accounts the actor sees, the newest first.
func (s *Service) Merges(ctx context.Context, limit int) (all []Merge, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, postgres.ErrNoActor
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+mergeColumns+` where m.org_id = $1 and w.id is not null order by m.id desc limit $2`, a.OrgID, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Merge])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("duplicates: list merges: %w", err)
	}
	return all, nil
}
