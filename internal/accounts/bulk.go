package accounts

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

// Bounds of changes of many accounts.
const (
	MaxBulk   = 250_000 // accounts in one batch
	bulkAtOne = 2_000   // up to so many are changed while the caller waits
	bulkChunk = 1_000   // accounts in a transaction of a job
)

// BulkChange is what is done to many accounts; nil fields stay as they are.
type BulkChange struct {
	Status            *Status      `json:"status,omitempty"`
	Class             *Class       `json:"class,omitempty"`
	Category          *string      `json:"category,omitempty"`
	OwnerID           **int64      `json:"ownerId,omitempty"` // a pointer to nil for nobody
	TeamID            **int64      `json:"teamId,omitempty"`
	VisitIntervalDays *int         `json:"visitIntervalDays,omitempty"`
	VisitMinutes      *int         `json:"visitMinutes,omitempty"`
	Custom            CustomValues `json:"custom,omitempty"` // null removes a value
	AddTags           []string     `json:"addTags,omitempty"`
	RemoveTags        []string     `json:"removeTags,omitempty"`
	Archived          *bool        `json:"archived,omitempty"`
	AlignmentID       *int64       `json:"alignmentId,omitempty"` // to the owners of their territories; see [NewTerritoryBatch]
}

// UnmarshalJSON tells a field that is null (nobody) from one that is left out.
func (c *BulkChange) UnmarshalJSON(data []byte) error {
	type plain BulkChange
	if err := json.Unmarshal(data, (*plain)(c)); err != nil {
		return err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return err
	}
	for key, field := range map[string]***int64{"ownerId": &c.OwnerID, "teamId": &c.TeamID} {
		if string(keys[key]) == "null" {
			*field = new(*int64)
		}
	}
	return nil
}

// Bulk asks for a change of the accounts of a filter.
type Bulk struct {
	Filter    Filter
	Change    BulkChange
	Expected  *int // how many the caller believes the filter means
	MayAssign bool // see [NewAccount]
}

// Batch is a change of many accounts, under way or done.
type Batch struct {
	ID         int64           `json:"id"`
	UserID     *int64          `json:"userId"`
	UserName   string          `json:"userName"`
	Change     json.RawMessage `json:"change" doc:"What was asked for, as in set, addTags and so on."`
	State      string          `json:"state" enum:"queued,running,done,failed,undoing,undone"`
	Error      string          `json:"error"`
	Total      int             `json:"total" doc:"Accounts that were meant."`
	Done       int             `json:"done" doc:"Of them, those that have been looked at."`
	Changed    int             `json:"changed" doc:"Those that were not so already."`
	Restored   int             `json:"restored"`
	Skipped    int             `json:"skipped" doc:"Not restored, since somebody has changed them after the batch."`
	CreatedAt  time.Time       `json:"createdAt"`
	FinishedAt *time.Time      `json:"finishedAt"`
	UndoneAt   *time.Time      `json:"undoneAt"`
}

const batchColumns = `b.id, b.user_id, coalesce(u.name, ''), b.change, b.state, b.error, b.total, b.done, b.changed, b.restored, b.skipped,
	b.created_at, b.finished_at, b.undone_at`

const fromBatches = ` from batches b left join users u on u.org_id = b.org_id and u.id = b.user_id where b.org_id = $1`

var errNoBatch = fault.New(fault.NotFound, "There is no such batch.")

// check trims and checks the values.
func (c *BulkChange) check(ctx context.Context, tx pgx.Tx, orgID int64) error {
	var in input
	in.status(c.Status)
	in.class(c.Class)
	in.text("set.category", "The category", c.Category, maxCategory)
	in.between("set.visitIntervalDays", "The days between visits", c.VisitIntervalDays, 1, 3650)
	in.between("set.visitMinutes", "The minutes of a visit", c.VisitMinutes, 1, 720)
	in.tags(&c.AddTags)
	in.tags(&c.RemoveTags)
	if len(c.Custom) > 0 {
		fields, err := customFields(ctx, tx, orgID)
		if err != nil {
			return err
		}
		set, remove := checkCustom(&in, fields, c.Custom, false)
		if in.err == nil {
			c.Custom = CustomValues{}
			for key, v := range set {
				if c.Custom[key], err = json.Marshal(v); err != nil {
					return fmt.Errorf("write a custom value: %w", err)
				}
			}
			for _, key := range remove {
				c.Custom[key] = json.RawMessage("null")
			}
		}
	}
	if err := in.failed(); err != nil {
		return err
	}
	for what, id := range map[string]**int64{"users": c.OwnerID, "teams": c.TeamID} {
		if id == nil || *id == nil {
			continue
		}
		var exists bool
		if err := tx.QueryRow(ctx, `select exists (select from `+what+` where org_id = $1 and id = $2)`, orgID, **id).Scan(&exists); err != nil {
			return fmt.Errorf("look up an owner or team: %w", err)
		}
		if !exists {
			field := map[string]string{"users": "set.ownerId", "teams": "set.teamId"}[what]
			return fault.New(fault.Invalid, "There is no such user or team in your organisation.").WithField(field, "Choose one of your organisation.")
		}
	}
	if len(c.parts(&Statement{})) == 0 {
		return fault.New(fault.Invalid, "Nothing is to be changed.").WithField("set", "Give set, addTags, removeTags, archive or restore.")
	}
	return nil
}

// bulkPart is one column that a batch changes.
type bulkPart struct {
	column string
	value  func() string // SQL of the new value for account a
	now    string        // SQL of what it is, as it is compared and kept
	back   string        // SQL of what it was, from the row r of the kept columns
	gone   string        // SQL that compares, where it is not now
}

// parts are the columns that change. Values get into q.
func (c *BulkChange) parts(q *Statement) []bulkPart {
	var out []bulkPart
	add := func(apply bool, column string, value func() string) {
		if apply {
			out = append(out, bulkPart{column: column, value: value, now: "a." + column, back: "r." + column})
		}
	}
	add(c.Status != nil, "status", func() string { return q.Arg(c.Status) + "::text" })
	add(c.Class != nil, "class", func() string { return q.Arg(c.Class) + "::text" })
	add(c.Category != nil, "category", func() string { return q.Arg(c.Category) + "::text" })
	add(c.OwnerID != nil, "owner_id", func() string { return q.Arg(inner(c.OwnerID)) + "::bigint" })
	add(c.AlignmentID != nil, "owner_id", func() string {
		return "coalesce((select o.user_id from (" + territoryOwners(q.Org(), q.Arg(c.AlignmentID)+"::bigint") + ") o where o.territory_id = a.territory_id), a.owner_id)"
	})
	add(c.TeamID != nil, "team_id", func() string { return q.Arg(inner(c.TeamID)) + "::bigint" })
	add(c.VisitIntervalDays != nil, "visit_interval_days", func() string { return q.Arg(c.VisitIntervalDays) + "::integer" })
	add(c.VisitMinutes != nil, "visit_minutes", func() string { return q.Arg(c.VisitMinutes) + "::integer" })
	add(len(c.AddTags)+len(c.RemoveTags) > 0, "tags", func() string {
		return `(select coalesce(array_agg(t.tag order by t.first), '{}') from (
			select tag, min(n) as first from unnest(a.tags || ` + q.Arg(append([]string{}, c.AddTags...)) + `::text[]) with ordinality w(tag, n)
			where tag <> all(` + q.Arg(append([]string{}, c.RemoveTags...)) + `::text[]) group by tag order by first limit ` + fmt.Sprint(maxTags) + `) t)`
	})
	if c.Archived != nil {
		value := func() string {
			if *c.Archived {
				return "coalesce(a.archived_at, now())"
			}
			return "null::timestamptz"
		}
		out = append(out, bulkPart{column: "archived_at", value: value, now: "a.archived_at", back: "r.archived_at", gone: "(a.archived_at is not null)"})
	}
	if len(c.Custom) > 0 {
		set, keys, remove := map[string]json.RawMessage{}, []string{}, []string{}
		for key, v := range c.Custom {
			keys = append(keys, key)
			if string(v) == "null" {
				remove = append(remove, key)
			} else {
				set[key] = v
			}
		}
		slices.Sort(keys)
		k := q.Arg(keys) + "::text[]"
		out = append(out, bulkPart{
			column: "custom",
			value:  func() string { return "((a.custom || " + q.Arg(set) + "::jsonb) - " + q.Arg(remove) + "::text[])" },
			// Only the keys of the batch; a change of others since does not matter.
			now:  "(select coalesce(jsonb_object_agg(k, a.custom -> k), '{}') from unnest(" + k + ") k where a.custom ? k)",
			back: "(a.custom - " + k + ") || r.custom",
		})
	}
	return out
}

// object is a jsonb of the columns, by what the function gives for each.
func object(parts []bulkPart, of func(bulkPart) string) string {
	pairs := make([]string, len(parts))
	for i, p := range parts {
		pairs[i] = "'" + p.column + "', " + of(p)
	}
	return "jsonb_build_object(" + strings.Join(pairs, ", ") + ")"
}

func kept(p bulkPart) string { return p.now }

func compared(p bulkPart) string {
	if p.gone != "" {
		return p.gone
	}
	return p.now
}

// Bulk changes the accounts of a filter in one batch, which can be undone. Up to
// 2,000 are changed in one transaction; more are a job, whose batch tells its
// progress. Accounts that the actor may not edit are left as they are. It fails
// with [fault.Conflict] when the filter means another number of accounts than
// expected.
func (s *Service) Bulk(ctx context.Context, b Bulk) (Batch, error) {
	if !b.MayAssign && (b.Change.OwnerID != nil || b.Change.TeamID != nil) {
		return Batch{}, errMayNotAssign
	}
	if b.Change.Archived != nil && !*b.Change.Archived && (b.Filter.Tree == nil || !b.Filter.Tree.archived) {
		b.Filter.Archived = true // those that can be restored
	}
	ids, err := s.IDs(ctx, b.Filter, MaxBulk+1)
	if err != nil {
		return Batch{}, err
	}
	if len(ids) > MaxBulk {
		return Batch{}, fault.Errorf(fault.Invalid, "These are more than %d accounts. Narrow the filter.", MaxBulk).WithField("filter", "Fewer accounts.")
	}
	if b.Expected != nil && *b.Expected != len(ids) {
		return Batch{}, fault.Errorf(fault.Conflict, "The filter means %d accounts now, not %d. Look at them again.", len(ids), *b.Expected)
	}
	var out Batch
	err = s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if err := b.Change.check(ctx, tx, actor.OrgID); err != nil {
			return err
		}
		change, err := json.Marshal(b.Change)
		if err != nil {
			return fmt.Errorf("write a batch: %w", err)
		}
		err = tx.QueryRow(ctx, `insert into batches (org_id, user_id, change, total) values ($1, nullif($2::bigint, 0), $3::jsonb, $4) returning id`,
			actor.OrgID, actor.UserID, string(change), len(ids)).Scan(&out.ID)
		if err != nil {
			return fmt.Errorf("create a batch: %w", err)
		}
		_, err = tx.Exec(ctx, `insert into batch_accounts (org_id, batch_id, account_id) select $1, $2, i from unnest($3::bigint[]) i`,
			actor.OrgID, out.ID, ids)
		if err != nil {
			return fmt.Errorf("create a batch: %w", err)
		}
		if len(ids) > bulkAtOne && s.enqueue != nil {
			if err := s.enqueue(ctx, tx, BulkJob{OrgID: actor.OrgID, BatchID: out.ID, UserID: actor.UserID, TeamID: actor.TeamID, Role: actor.Role, RequestID: actor.RequestID}); err != nil {
				return err
			}
		} else {
			for more := true; more; {
				if more, err = changeSome(ctx, tx, actor, out.ID, b.Change); err != nil {
					return err
				}
			}
		}
		out, err = loadBatch(ctx, tx, actor.OrgID, out.ID)
		return err
	})
	return out, err
}

// changeSome changes the next accounts of a batch and reports whether there may
// be more.
func changeSome(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, c BulkChange) (bool, error) {
	if _, err := tx.Exec(ctx, `select set_config('app.cause', 'batch:' || $1::text, true)`, fmt.Sprint(id)); err != nil {
		return false, fmt.Errorf("change accounts of batch %d: %w", id, err)
	}
	q := NewStatement(actor.OrgID, "")
	parts := c.parts(q)
	sets, differs := make([]string, len(parts)), make([]string, len(parts))
	for i, p := range parts {
		value := p.value()
		sets[i] = p.column + " = " + value
		differs[i] = "a." + p.column + " is distinct from " + value
	}
	batch := q.Arg(id) + "::bigint"
	var done, changed int
	// The accounts are locked in the order of their ids, as every batch does, so
	// that two batches never wait for each other in a circle.
	err := q.queryRow(ctx, tx, `
		with wanted as (
		  select account_id from batch_accounts where org_id = `+q.Org()+` and batch_id = `+batch+` and state = 'waiting'
		  order by account_id limit `+fmt.Sprint(bulkChunk)+`
		), hit as materialized (
		  select a.id, `+object(parts, kept)+` as before
		  from accounts a where a.org_id = `+q.Org()+` and a.id in (select account_id from wanted) and (`+strings.Join(differs, " or ")+`)
		  order by a.id for update of a
		), changed as (
		  update accounts a set `+strings.Join(sets, ", ")+`, version = a.version + 1, updated_at = now()
		  from hit where a.org_id = `+q.Org()+` and a.id = hit.id
		  returning a.id, hit.before, `+object(parts, compared)+` as after
		), kept as (
		  update batch_accounts k set state = case when c.id is null then 'same' else 'changed' end, before = c.before, after = c.after
		  from wanted w left join changed c on c.id = w.account_id
		  where k.org_id = `+q.Org()+` and k.batch_id = `+batch+` and k.account_id = w.account_id
		  returning k.state
		)
		select count(*), count(*) filter (where state = 'changed') from kept`).Scan(&done, &changed)
	if err != nil {
		return false, reference(fmt.Errorf("change accounts of batch %d: %w", id, err))
	}
	more := done == bulkChunk
	_, err = tx.Exec(ctx, `
		update batches set done = done + $3, changed = changed + $4,
		  state = case when $5 then 'running' else 'done' end, finished_at = case when not $5 then now() end
		where org_id = $1 and id = $2`, actor.OrgID, id, done, changed, more)
	if err != nil {
		return false, fmt.Errorf("change accounts of batch %d: %w", id, err)
	}
	return more, notifyBatch(ctx, tx, id)
}

func notifyBatch(ctx context.Context, tx pgx.Tx, id int64) error {
	return events.Notify(ctx, tx, "batch", map[string]any{"id": id})
}

func loadBatch(ctx context.Context, tx pgx.Tx, orgID, id int64) (Batch, error) {
	rows, err := tx.Query(ctx, `select `+batchColumns+fromBatches+` and b.id = $2`, orgID, id)
	if err != nil {
		return Batch{}, fmt.Errorf("read batch %d: %w", id, err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Batch])
	if errors.Is(err, pgx.ErrNoRows) {
		return b, errNoBatch
	}
	if err != nil {
		return b, fmt.Errorf("read batch %d: %w", id, err)
	}
	return b, nil
}

// Batches lists the last 200 batches, the latest first.
func (s *Service) Batches(ctx context.Context) ([]Batch, error) {
	out := []Batch{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `select `+batchColumns+fromBatches+` order by b.id desc limit 200`, actor.OrgID)
		if err != nil {
			return fmt.Errorf("list batches: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowToStructByPos[Batch]); err != nil {
			return fmt.Errorf("list batches: %w", err)
		}
		return nil
	})
	return out, err
}

// Batch returns a batch.
func (s *Service) Batch(ctx context.Context, id int64) (Batch, error) {
	var out Batch
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		out, err = loadBatch(ctx, tx, actor.OrgID, id)
		return err
	})
	return out, err
}
