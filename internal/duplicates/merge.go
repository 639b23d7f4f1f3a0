package duplicates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Request is what to merge, and which of the two each field comes from.
type Request struct {
	WinnerID      int64    // stays
	LoserID       int64    // is taken in, and archived
	WinnerVersion int      // as the caller knows them
	LoserVersion  int      //
	FromLoser     []string // fields whose value is the loser's; see Choosable
}

// Choosable are the fields of an account that can come from either, by their name
// in the API, with their column. Beside them custom.<key> is one custom field.
var Choosable = map[string]string{
	"name": "name", "status": "status", "class": "class", "category": "category", "ownerId": "owner_id", "teamId": "team_id",
	"phone": "phone", "email": "email", "website": "website", "notes": "notes", "revenue": "revenue", "potential": "potential",
	"visitIntervalDays": "visit_interval_days", "visitMinutes": "visit_minutes", "externalId": "external_id", "custom": "custom",
}

// Merge is a merge that was made.
type Merge struct {
	ID       int64      `json:"id"`
	WinnerID int64      `json:"winnerId"`
	LoserID  int64      `json:"loserId"`
	Winner   string     `json:"winner" doc:"The name of the account that stayed."`
	Loser    string     `json:"loser"`
	MergedBy string     `json:"mergedBy"`
	MergedAt time.Time  `json:"mergedAt"`
	UndoneAt *time.Time `json:"undoneAt"`
	// Of undoing.
	FieldsKept bool `json:"fieldsKept" doc:"Whether undoing left the fields of the account alone, since somebody has changed it after the merge."`
}

// moved is what a merge did to one column that refers to the loser.
type moved struct {
	Table   string            `json:"table"`
	Column  string            `json:"column"`
	Keys    []json.RawMessage `json:"keys"`    // of the rows that now refer to the winner
	Removed []json.RawMessage `json:"removed"` // rows that the winner had already, or that would refer to itself
	Cleared []json.RawMessage `json:"cleared"` // sites that are no longer the primary one
}

var (
	errSame  = fault.New(fault.Invalid, "An account cannot be merged with itself.")
	errGone  = fault.New(fault.NotFound, "One of the accounts does not exist.")
	errStale = fault.New(fault.Conflict, "Somebody has changed one of the accounts in the meantime. Look at them again before you merge.")
)

// forgotten are tables whose rows about the loser are removed by a merge instead
// of moved: what is compared of it is about an account that is no more.
var forgotten = []string{"duplicate_pairs"}

// Merge makes one account of two: the winner takes in everything that refers to
// the loser, which is archived. With an old version of either it fails with
// [fault.Conflict].
func (s *Service) Merge(ctx context.Context, r Request) (*Merge, error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, postgres.ErrNoActor
	}
	if r.WinnerID == r.LoserID {
		return nil, errSame
	}
	for i, field := range r.FromLoser {
		if key, custom := strings.CutPrefix(field, "custom."); Choosable[field] == "" && (!custom || key == "" || len(key) > 100) {
			return nil, fault.Errorf(fault.Invalid, "The field %q cannot be chosen.", field).WithField(fmt.Sprintf("fromLoser[%d]", i), "Choose one of the account's fields.")
		}
	}
	var merge *Merge
	err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, a.OrgID, r); err != nil {
			return err
		}
		var before []byte
		if err := tx.QueryRow(ctx, `select to_jsonb(x) from (select `+columnsOf(Choosable)+`, tags, last_visit_on from accounts where org_id = $1 and id = $2) x`,
			a.OrgID, r.WinnerID).Scan(&before); err != nil {
			return fmt.Errorf("duplicates: read the account that stays: %w", err)
		}
		if _, err := tx.Exec(ctx, `select set_config('app.cause', $1, true)`, fmt.Sprintf("merge:%d", r.LoserID)); err != nil {
			return fmt.Errorf("duplicates: %w", err)
		}
		if err := takeFields(ctx, tx, a.OrgID, r); err != nil {
			return err
		}
		all, err := move(ctx, tx, a.OrgID, r.LoserID, r.WinnerID)
		if err != nil {
			return err
		}
		if err := settle(ctx, tx, a.OrgID, r.WinnerID); err != nil {
			return err
		}
		raw, err := json.Marshal(all)
		if err != nil {
			return fmt.Errorf("duplicates: %w", err)
		}
		var id int64
		err = tx.QueryRow(ctx, `insert into account_merges (org_id, winner_id, loser_id, winner_before, moved, winner_version, loser_version, merged_by)
			select $1, $2, $3, $4, $5, w.version, l.version, nullif($6::bigint, 0) from accounts w join accounts l on l.org_id = $1 and l.id = $3
			where w.org_id = $1 and w.id = $2 returning id`, a.OrgID, r.WinnerID, r.LoserID, before, raw, a.UserID).Scan(&id)
		if err != nil {
			return fmt.Errorf("duplicates: keep the merge: %w", err)
		}
		if merge, err = readMerge(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		return told(ctx, tx, r.WinnerID, r.LoserID)
	})
	return merge, err
}

func told(ctx context.Context, tx pgx.Tx, winner, loser int64) error {
	for _, id := range []int64{winner, loser} {
		if err := events.Notify(ctx, tx, "account", map[string]any{"id": id}); err != nil {
			return err
		}
	}
	return events.Notify(ctx, tx, "duplicates", map[string]any{"state": "merged"})
}

func columnsOf(fields map[string]string) string {
	columns := make([]string, 0, len(fields))
	for _, column := range fields {
		columns = append(columns, column)
	}
	slices.Sort(columns)
	return strings.Join(columns, ", ")
}

// lock raises the versions of both accounts, in the order of their ids, so that
// whoever edits one of them with the old version is refused.
func lock(ctx context.Context, tx pgx.Tx, orgID int64, r Request) error {
	ids, versions := []int64{r.WinnerID, r.LoserID}, []int{r.WinnerVersion, r.LoserVersion}
	if ids[0] > ids[1] {
		slices.Reverse(ids)
		slices.Reverse(versions)
	}
	for i, id := range ids {
		tag, err := tx.Exec(ctx, `update accounts set version = version + 1, updated_at = now()
			where org_id = $1 and id = $2 and version = $3 and merged_into is null`, orgID, id, versions[i])
		if err != nil {
			return fmt.Errorf("duplicates: lock account %d: %w", id, err)
		}
		if tag.RowsAffected() > 0 {
			continue
		}
		var version int
		err = tx.QueryRow(ctx, `select version from accounts where org_id = $1 and id = $2`, orgID, id).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return errGone
		}
		if err != nil {
			return fmt.Errorf("duplicates: read account %d: %w", id, err)
		}
		return errStale.WithCurrent(map[string]any{"id": id, "version": version})
	}
	return nil
}

// takeFields gives the winner the fields that were chosen of the loser, both
// accounts' tags, and the later of the last visits; and archives the loser.
func takeFields(ctx context.Context, tx pgx.Tx, orgID int64, r Request) error {
	// The number in another system is unique: it changes hands in two steps.
	var number string
	err := tx.QueryRow(ctx, `update accounts a set merged_into = $3, archived_at = coalesce(archived_at, now()),
		external_id = case when $4 then '' else external_id end
		from (select external_id as was from accounts where org_id = $1 and id = $2) o
		where a.org_id = $1 and a.id = $2 returning o.was`, orgID, r.LoserID, r.WinnerID, slices.Contains(r.FromLoser, "externalId")).Scan(&number)
	if err != nil {
		return fmt.Errorf("duplicates: archive the other account: %w", err)
	}
	sets := []string{
		`tags = (select coalesce(array_agg(t order by first), '{}') from (select t, min(n) as first from unnest(w.tags || l.tags) with ordinality as x(t, n) group by t order by 2 limit 50) y)`,
		`last_visit_on = greatest(w.last_visit_on, l.last_visit_on)`,
	}
	custom := []string{}
	for _, field := range slices.Compact(slices.Sorted(slices.Values(r.FromLoser))) {
		column := Choosable[field]
		switch {
		case field == "externalId":
			sets = append(sets, `external_id = $4`)
		case field == "custom":
		case column == "":
			custom = append(custom, strings.TrimPrefix(field, "custom."))
		default:
			sets = append(sets, column+` = l.`+column)
		}
	}
	if slices.Contains(r.FromLoser, "custom") {
		sets = append(sets, `custom = w.custom || l.custom`)
	} else {
		// One that the loser has no value for is taken as none.
		sets = append(sets, `custom = (w.custom - $5::text[]) || coalesce((select jsonb_object_agg(key, value) from jsonb_each(l.custom) where key = any($5::text[])), '{}')`)
	}
	_, err = tx.Exec(ctx, `update accounts w set `+strings.Join(sets, ", ")+` from accounts l
		where w.org_id = $1 and w.id = $2 and l.org_id = $1 and l.id = $3 and $4::text is not null and $5::text[] is not null`, orgID, r.WinnerID, r.LoserID, number, custom)
	if err != nil {
		return fmt.Errorf("duplicates: take the chosen fields: %w", err)
	}
	return nil
}

// settle gives the sites that came the columns that they show of their account,
// and renews the text that the account is searched by.
func settle(ctx context.Context, tx pgx.Tx, orgID int64, ids ...int64) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `update sites s set status = a.status, class = a.class, owner_id = a.owner_id, team_id = a.team_id, due_on = a.due_on,
			archived = a.archived_at is not null from accounts a where a.org_id = $1 and a.id = $2 and s.org_id = $1 and s.account_id = $2`, orgID, id); err != nil {
			return fmt.Errorf("duplicates: settle sites: %w", err)
		}
		if _, err := tx.Exec(ctx, `update accounts set search = '' where org_id = $1 and id = $2`, orgID, id); err != nil {
			return fmt.Errorf("duplicates: renew the search: %w", err)
		}
	}
	return nil
}

// move makes everything that refers to one account refer to another.
func move(ctx context.Context, tx pgx.Tx, orgID, from, to int64) ([]moved, error) {
	tables, err := referring(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []moved
	// An account has one primary site.
	cleared, err := collect(ctx, tx, `update sites set is_primary = false where org_id = $1 and account_id = $2 and is_primary
		and exists (select from sites p where p.org_id = $1 and p.account_id = $3 and p.is_primary) returning jsonb_build_object('id', id)`, orgID, from, to)
	if err != nil {
		return nil, fmt.Errorf("duplicates: unmark a primary site: %w", err)
	}
	for _, t := range tables {
		m := moved{Table: t.name, Column: t.column}
		if t.name == "sites" {
			m.Cleared = cleared
		}
		for _, sql := range t.removals() {
			removed, err := collect(ctx, tx, sql, orgID, from, to)
			if err != nil {
				return nil, fmt.Errorf("duplicates: remove what is there twice in %s: %w", t.name, err)
			}
			m.Removed = append(m.Removed, removed...)
		}
		if m.Keys, err = collect(ctx, tx, t.update(), orgID, from, to); err != nil {
			return nil, fmt.Errorf("duplicates: move %s: %w", t.name, err)
		}
		if len(m.Keys)+len(m.Removed)+len(m.Cleared) > 0 {
			all = append(all, m)
		}
	}
	return all, nil
}

func collect(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]json.RawMessage, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
}
