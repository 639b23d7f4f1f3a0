package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/duplicates"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Undo takes back what an import wrote: accounts that it made are removed, those
// that it changed become what they were. What somebody has changed since stays,
// and is counted.
func (s *Service) Undo(ctx context.Context, id int64, version int) (*Import, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		counts := im.Counts
		counts.Removed, counts.Restored, counts.Kept = 0, 0, 0
		_, err := tx.Exec(ctx, `update imports set state = 'undoing', stage = 'undoing', progress = 0, error = '', undo_cursor = cursor, finished_at = null,
			counts = $3, run_no = run_no + 1 where org_id = $1 and id = $2`, a.OrgID, id, toJSON(counts))
		if err != nil {
			return fmt.Errorf("imports: begin to undo: %w", err)
		}
		return s.Enqueue(ctx, tx, jobFor(a, id, im.run+1))
	}, Done, Cancelled, Failed)
}

// undo goes back batch by batch, the last rows first.
func (s *Service) undo(ctx context.Context, a postgres.Actor, im *Import) error {
	for im.undoCursor > 0 {
		from := max(0, im.undoCursor-int64(s.rowsPerBatch()))
		if err := s.DB.Tx(ctx, func(tx pgx.Tx) error { return s.undoBatch(ctx, tx, a, im, from) }); err != nil {
			return err
		}
		im.undoCursor = from
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update imports set state = 'undone', stage = '', progress = 1, finished_at = now(), version = version + 1
			where org_id = $1 and id = $2 and state = 'undoing' and run_no = $3`, a.OrgID, im.ID, im.run)
		if err != nil {
			return fmt.Errorf("imports: finish undoing: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if err := events.Notify(ctx, tx, "accounts", map[string]any{"importId": im.ID}); err != nil {
			return err
		}
		return notify(ctx, tx, im.ID, Undone, "", 1)
	})
}

// ownTables hang on an account of an import without anybody having done anything.
var ownTables = []string{"sites", "contacts", "address_repairs", "audit_entries", "segment_members"}

// undoBatch takes back the rows above from and up to the cursor.
func (s *Service) undoBatch(ctx context.Context, tx pgx.Tx, a postgres.Actor, im *Import, from int64) error {
	progress := 1 - float64(from)/float64(max(1, im.cursor))
	tag, err := tx.Exec(ctx, `update imports set undo_cursor = $3, progress = $4
		where org_id = $1 and id = $2 and state = 'undoing' and run_no = $5 and undo_cursor = $6`, a.OrgID, im.ID, from, progress, im.run, im.undoCursor)
	if err != nil {
		return fmt.Errorf("imports: move the cursor back: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNotWanted
	}
	if err := setting(ctx, tx, "app.cause", "import-undo:"+strconv.FormatInt(im.ID, 10)); err != nil {
		return err
	}
	used, err := usedSince(ctx, tx)
	if err != nil {
		return err
	}
	var made, removed, changed, restored int
	// An account that somebody has changed has another version than 1.
	err = tx.QueryRow(ctx, `
		with rows as (
		  select r.account_id from import_rows r
		  where r.org_id = $1 and r.import_id = $2 and r.row_no > $3 and r.row_no <= $4 and r.outcome = ''),
		alive as (select a.id, a.version from rows r join accounts a on a.org_id = $1 and a.id = r.account_id),
		gone as (
		  delete from accounts a using alive v
		  where a.org_id = $1 and a.id = v.id and v.version = 1 and not (`+used+`)
		  returning a.id)
		select (select count(*) from alive), (select count(*) from gone)`, a.OrgID, im.ID, from, im.undoCursor).Scan(&made, &removed)
	if err != nil {
		return fmt.Errorf("imports: remove accounts: %w", err)
	}
	if im.Counts.Joined > 0 {
		if _, err := tx.Exec(ctx, leaving, a.OrgID, im.ID, from, im.undoCursor); err != nil {
			return fmt.Errorf("imports: take further rows back: %w", err)
		}
	}
	for i, sql := range restoring {
		args := []any{a.OrgID, im.ID, from, im.undoCursor}
		if i == 0 {
			if err := tx.QueryRow(ctx, sql, args...).Scan(&changed, &restored); err != nil {
				return fmt.Errorf("imports: restore accounts: %w", err)
			}
			continue
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("imports: restore what hangs on accounts: %w", err)
		}
	}
	c := im.Counts
	c.Removed, c.Restored, c.Kept = c.Removed+removed, c.Restored+restored, c.Kept+made-removed+changed-restored
	if _, err := tx.Exec(ctx, `update imports set counts = $3 where org_id = $1 and id = $2`, a.OrgID, im.ID, toJSON(c)); err != nil {
		return fmt.Errorf("imports: count what was undone: %w", err)
	}
	im.Counts = c
	return notify(ctx, tx, im.ID, Undoing, "undoing", progress)
}

// restoring gives accounts back what they were; the first statement also tells
// how many there are and how many of them nobody has changed since.
var restoring = []string{`
	with changes as (
	  select k.row_no, k.before->'account' as b, a.id, a.version = k.version_after as mine
	  from import_changes k join accounts a on a.org_id = $1 and a.id = k.account_id
	  where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and k.before ? 'account'),
	back as (
	  update accounts a set
	    external_id = b.external_id, name = b.name, status = b.status, class = b.class, category = b.category,
	    owner_id = (select u.id from users u where u.org_id = $1 and u.id = b.owner_id),
	    team_id = (select t.id from teams t where t.org_id = $1 and t.id = b.team_id),
	    tags = b.tags, phone = b.phone, email = b.email, website = b.website, notes = b.notes, revenue = b.revenue, potential = coalesce(b.potential, a.potential),
	    visit_interval_days = b.visit_interval_days, visit_minutes = b.visit_minutes, last_visit_on = b.last_visit_on, custom = b.custom,
	    version = a.version + 1, updated_at = now()
	  from changes c, jsonb_populate_record(null::accounts, c.b) b
	  where a.org_id = $1 and a.id = c.id and c.mine
	  returning c.row_no),
	marked as (
	  update import_rows r set outcome = 'created' from back where r.org_id = $1 and r.import_id = $2 and r.row_no = back.row_no)
	select (select count(*) from changes), (select count(*) from back)`,
	// The rows just marked are those whose account nobody has changed.
	`update sites s set name = b.name, housenumber = b.housenumber, street = b.street, city = b.city, postcode = b.postcode, country = b.country,
	    opening_hours = b.opening_hours, source = b.source, point = b.point, cell = b.cell, updated_at = now()
	from import_changes k join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = k.row_no and r.outcome = 'created',
	  jsonb_populate_record(null::sites, nullif(k.before->'site', 'null')) b
	where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and s.org_id = $1 and s.id = b.id`,
	`delete from sites s using import_changes k join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = k.row_no and r.outcome = 'created'
	where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and s.org_id = $1 and s.id = (k.before->>'siteMade')::bigint`,
	`update contacts s set name = b.name, job_title = b.job_title, phone = b.phone, email = b.email, do_not_contact = b.do_not_contact,
	    role = coalesce(b.role, s.role), language = coalesce(b.language, s.language),
	    phones = coalesce(b.phones, s.phones), emails = coalesce(b.emails, s.emails), updated_at = now()
	from import_changes k join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = k.row_no and r.outcome = 'created',
	  jsonb_populate_record(null::contacts, nullif(k.before->'contact', 'null')) b
	where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and s.org_id = $1 and s.id = b.id`,
	`delete from contacts s using import_changes k join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = k.row_no and r.outcome = 'created'
	where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and s.org_id = $1 and s.id = (k.before->>'contactMade')::bigint`,
	// Taken back: another undo would find nothing here.
	`update import_rows r set outcome = 'skipped'
	where r.org_id = $1 and r.import_id = $2 and r.row_no > $3 and r.row_no <= $4 and r.outcome = 'created'`,
}

// usedSince is the condition that something hangs on the account a which the
// import did not bring: a visit, a note, a stop of a plan.
func usedSince(ctx context.Context, tx pgx.Tx) (string, error) {
	references, err := duplicates.References(ctx, tx)
	if err != nil {
		return "", err
	}
	conditions := []string{"false"}
	for _, r := range references {
		if r.To != "accounts" || r.IsOneOf(ownTables) {
			continue
		}
		conditions = append(conditions, fmt.Sprintf("exists (select from %s x where x.org_id = $1 and x.%s = a.id)",
			pgx.Identifier{r.Table}.Sanitize(), pgx.Identifier{r.Column}.Sanitize()))
	}
	return strings.Join(conditions, " or "), nil
}

// Delete removes an import and its file. What it wrote stays and can no longer be
// undone.
func (s *Service) Delete(ctx context.Context, id int64) error {
	a, err := actorOf(ctx)
	if err != nil {
		return err
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		im, err := load(ctx, tx, a.OrgID, id, true)
		if err != nil {
			return err
		}
		if im.in([]State{Checking, Running, Undoing}) {
			return errBusy.WithCurrent(im)
		}
		_, err = tx.Exec(ctx, `delete from imports where org_id = $1 and id = $2`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("imports: delete import %d: %w", id, err)
		}
		return notify(ctx, tx, id, "deleted", "", 0)
	})
	if err != nil {
		return err
	}
	if err := os.Remove(s.path(a.OrgID, id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("imports: remove the file of import %d: %w", id, err)
	}
	return nil
}

var errBusy = fault.New(fault.Conflict, "The import is being worked on. Cancel it or wait until it has ended.")
