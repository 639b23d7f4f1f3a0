package imports

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Run writes the checked rows into the record.
func (s *Service) Run(ctx context.Context, id int64, version int) (*Import, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		_, err := tx.Exec(ctx, `update imports set state = 'running', stage = 'writing', progress = 0, error = '', finished_at = null,
			run_no = run_no + 1 where org_id = $1 and id = $2`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("imports: begin to write: %w", err)
		}
		return s.Enqueue(ctx, tx, jobFor(a, id, im.run+1))
	}, Checked)
}

// run writes batch after batch, and then has the places looked up that are not
// known yet.
func (s *Service) run(ctx context.Context, a postgres.Actor, im *Import) error {
	for im.cursor < im.lastRow {
		to := min(im.cursor+int64(s.rowsPerBatch()), im.lastRow)
		if err := s.DB.Tx(ctx, func(tx pgx.Tx) error { return s.writeBatch(ctx, tx, a, im, to) }); err != nil {
			return err
		}
		im.cursor = to
	}
	if err := s.locateWaiting(ctx, a, im); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		counts, err := outcome(ctx, tx, a.OrgID, im)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update imports set state = 'done', stage = '', progress = 1, counts = $3, finished_at = now(), version = version + 1
			where org_id = $1 and id = $2 and state = 'running' and run_no = $4`, a.OrgID, im.ID, toJSON(counts), im.run)
		if err != nil {
			return fmt.Errorf("imports: finish: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if err := events.Notify(ctx, tx, "accounts", map[string]any{"importId": im.ID}); err != nil {
			return err
		}
		return notify(ctx, tx, im.ID, Done, "", 1)
	})
}

// setting sets one of the transaction's settings until it ends.
func setting(ctx context.Context, tx pgx.Tx, name, value string) error {
	if _, err := tx.Exec(ctx, `select set_config($1, $2, true)`, name, value); err != nil {
		return fmt.Errorf("imports: set %s: %w", name, err)
	}
	return nil
}

// writeBatch writes the rows behind the cursor up to one, and moves the cursor:
// both or neither. The import's row is locked first, so that a job that was
// begun twice cannot write a batch twice.
func (s *Service) writeBatch(ctx context.Context, tx pgx.Tx, a postgres.Actor, im *Import, to int64) error {
	tag, err := tx.Exec(ctx, `update imports set cursor = $3, stage = 'writing', progress = $4
		where org_id = $1 and id = $2 and state = 'running' and run_no = $5 and cursor = $6`,
		a.OrgID, im.ID, to, 0.9*float64(to)/float64(max(1, im.lastRow)), im.run, im.cursor)
	if err != nil {
		return fmt.Errorf("imports: move the cursor: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNotWanted
	}
	if err := setting(ctx, tx, "app.cause", "import:"+strconv.FormatInt(im.ID, 10)); err != nil {
		return err
	}
	// New accounts bring their search text; see migration 00070.
	if err := setting(ctx, tx, "app.bulk", "on"); err != nil {
		return err
	}
	args := []any{a.OrgID, im.ID, im.cursor + 1, to, im.Plan.Duplicates, a.UserID}
	for _, step := range creating {
		if _, err := tx.Exec(ctx, step.sql, args[:step.args]...); err != nil {
			return fmt.Errorf("imports: %s: %w", step.what, err)
		}
	}
	if err := setting(ctx, tx, "app.bulk", ""); err != nil {
		return err
	}
	var updates int
	if err := tx.QueryRow(ctx, `select count(*) from batch where target is not null`).Scan(&updates); err != nil {
		return fmt.Errorf("imports: count updates: %w", err)
	}
	if updates > 0 {
		for _, step := range updating {
			if _, err := tx.Exec(ctx, step.sql, args[:step.args]...); err != nil {
				return fmt.Errorf("imports: %s: %w", step.what, err)
			}
		}
	}
	if _, err := tx.Exec(ctx, `drop table batch`); err != nil {
		return fmt.Errorf("imports: end a batch: %w", err)
	}
	if im.Counts.Joined > 0 {
		if err := writeFurther(ctx, tx, args[:4]); err != nil {
			return err
		}
	}
	return notify(ctx, tx, im.ID, Running, "writing", 0.9*float64(to)/float64(max(1, im.lastRow)))
}

// statement is one step of a batch, with the first of the parameters
// organisation, import, first row, last row, what becomes of duplicates, user.
type statement struct {
	what string
	args int
	sql  string
}

// here are the batch's rows that are taken over as new accounts.
const here = ` from batch b join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = b.row_no `

var creating = []statement{
	// The rows to take over, and the account that each of them changes, if any. An
	// account is changed by one row of a batch at most.
	{"choose the rows", 5, `
		create temporary table batch on commit drop as
		select distinct on (coalesce(target, -row_no)) row_no, target from (
		  select r.row_no, coalesce(r.target_id, a.id,
		    case when r.decision = 'update' or r.decision = '' and $5 = 'update' then r.duplicate_of end) as target, r.name
		  from import_rows r
		  left join accounts a on a.org_id = r.org_id and a.external_id = r.external_id and a.external_id <> ''
		  where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.errors = 0 and r.clashes = 0
		    and r.decision <> 'skip' and r.joins is null
		    and (r.decision <> '' or $5 = 'create' or r.duplicate_row is null and (r.duplicate_of is null or $5 = 'update'))) x
		where target is null and name is not null or exists (select from accounts t where t.org_id = $1 and t.id = target)
		order by coalesce(target, -row_no), row_no`},
	// Nobody gathers statistics of a table this young; without them the planner
	// compares every row with every other.
	{"count the rows", 0, `analyze batch (row_no, target)`},
	{"index the rows", 0, `create index on batch (row_no)`},
	{"note the rows left out", 4, `
		update import_rows r set outcome = 'skipped'
		where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.joins is null
		  and not exists (select from batch b where b.row_no = r.row_no)`},
	{"create accounts", 6, `
		insert into accounts (org_id, id, external_id, name, status, class, category, owner_id, team_id, tags, phone, email, website,
		  notes, revenue, potential, visit_interval_days, visit_minutes, last_visit_on, custom, search, created_by)
		overriding system value
		select $1, r.account_id, coalesce(r.external_id, ''), r.name, coalesce(r.status, 'prospect'), coalesce(r.class, 'C'), coalesce(r.category, ''),
		  r.owner_id, r.team_id, coalesce(r.tags, '{}'), coalesce(r.phone, ''), coalesce(r.email, ''), coalesce(r.website, ''),
		  coalesce(r.notes, ''), coalesce(r.revenue, 0), coalesce(r.potential, 0),
		  coalesce(r.visit_interval_days, case r.class when 'A' then 14 when 'B' then 30 else 90 end), coalesce(r.visit_minutes, 30), r.last_visit_on,
		  coalesce(r.custom, '{}'),
		  lower(concat_ws(' ', r.name, coalesce(r.category, ''), array_to_string(coalesce(r.tags, '{}'), ' '),
		    case when r.point is not null then concat_ws(' ', coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''), coalesce(r.postcode, '')) end)),
		  nullif($6::bigint, 0)
		` + here + `
		where b.target is null and r.row_no between $3 and $4 and $5 <> ''
		order by b.row_no`},
	{"create sites", 4, `
		insert into sites (org_id, account_id, name, is_primary, housenumber, street, city, postcode, country, opening_hours, source, point, cell)
		select $1, r.account_id, coalesce(r.site_name, ''), true, coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''),
		  coalesce(r.postcode, ''), coalesce(r.country, ''), coalesce(r.opening_hours, ''), r.source, r.point, r.cell
		` + here + `
		where b.target is null and r.point is not null and r.row_no between $3 and $4
		order by b.row_no`},
	{"create contacts", 4, `
		insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact, role, language, phones, emails)
		select $1, r.account_id, r.contact_name, coalesce(r.contact_job_title, ''), coalesce(r.contact_phone, ''), coalesce(r.contact_email, ''),
		  coalesce(r.contact_blocked, false), coalesce(r.contact_role, ''), coalesce(r.contact_language, ''), coalesce(r.contact_phones, '[]'), coalesce(r.contact_emails, '[]')
		` + here + `
		where b.target is null and r.contact_name is not null and r.row_no between $3 and $4
		order by b.row_no`},
	{"put addresses without a place into the repair queue", 4, `
		insert into address_repairs (org_id, account_id, import_id, state, housenumber, street, city, postcode, country, address)
		select $1, r.account_id, $2, 'waiting', coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''), coalesce(r.postcode, ''),
		  coalesce(r.country, ''), coalesce(r.address, '')
		` + here + `
		where b.target is null and r.locate and r.row_no between $3 and $4
		order by b.row_no`},
	{"put doubtful places into the repair queue", 4, `
		insert into address_repairs (org_id, account_id, site_id, import_id, state, reason, housenumber, street, city, postcode, country, address)
		select $1, r.account_id, s.id, $2, 'doubtful', f.detail, coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''),
		  coalesce(r.postcode, ''), coalesce(r.country, ''), coalesce(r.address, '')
		` + here + `
		join import_findings f on f.org_id = $1 and f.import_id = $2 and f.row_no = r.row_no and f.code = 'doubtful'
		join sites s on s.org_id = $1 and s.account_id = r.account_id and s.is_primary
		where b.target is null and r.row_no between $3 and $4
		order by b.row_no`},
}

// importable are the columns of an account that a row may change.
const importable = `external_id, name, status, class, category, owner_id, team_id, tags, phone, email, website, notes, revenue,
	potential, visit_interval_days, visit_minutes, last_visit_on, custom`

// wanted is what those columns become.
const wanted = `coalesce(r.external_id, a.external_id), coalesce(r.name, a.name), coalesce(r.status, a.status), coalesce(r.class, a.class),
	coalesce(r.category, a.category), coalesce(r.owner_id, a.owner_id), coalesce(r.team_id, a.team_id), coalesce(r.tags, a.tags),
	coalesce(r.phone, a.phone), coalesce(r.email, a.email), coalesce(r.website, a.website), coalesce(r.notes, a.notes),
	coalesce(r.revenue, a.revenue), coalesce(r.potential, a.potential), coalesce(r.visit_interval_days, a.visit_interval_days), coalesce(r.visit_minutes, a.visit_minutes),
	coalesce(r.last_visit_on, a.last_visit_on), a.custom || coalesce(r.custom, '{}')`

const existing = `a.external_id, a.name, a.status, a.class, a.category, a.owner_id, a.team_id, a.tags, a.phone, a.email, a.website, a.notes, a.revenue,
	a.potential, a.visit_interval_days, a.visit_minutes, a.last_visit_on, a.custom`

var updating = []statement{
	// Which rows change anything: the account, its primary site, a contact.
	{"lock the accounts", 1, `
		select 1 from accounts where org_id = $1 and id in (select target from batch where target is not null) order by id for update`},
	{"find what changes", 2, `
		create temporary table changing on commit drop as
		select b.row_no, b.target, s.id as site_id, c.id as contact_id,
		  (` + wanted + `) is distinct from (` + existing + `) as account_changes,
		  s.id is not null and (r.site_name is not null and r.site_name <> s.name or r.housenumber is not null and r.housenumber <> s.housenumber
		    or r.street is not null and r.street <> s.street or r.city is not null and r.city <> s.city
		    or r.postcode is not null and r.postcode <> s.postcode or r.country is not null and r.country <> s.country
		    or r.opening_hours is not null and r.opening_hours <> s.opening_hours
		    or r.point is not null and r.cell <> s.cell) as site_changes,
		  s.id is null and r.point is not null as site_comes,
		  c.id is not null and (r.contact_name <> c.name or r.contact_job_title is not null and r.contact_job_title <> c.job_title
		    or r.contact_phone is not null and r.contact_phone <> c.phone or r.contact_email is not null and r.contact_email <> c.email
		    or r.contact_blocked is not null and r.contact_blocked <> c.do_not_contact
		    or r.contact_role is not null and r.contact_role <> c.role or r.contact_language is not null and r.contact_language <> lower(c.language)
		    or r.contact_phones is not null and r.contact_phones <> c.phones or r.contact_emails is not null and r.contact_emails <> c.emails) as contact_changes,
		  c.id is null and r.contact_name is not null as contact_comes
		` + here + `
		join accounts a on a.org_id = $1 and a.id = b.target
		left join sites s on s.org_id = $1 and s.account_id = a.id and s.is_primary
		left join lateral (
		  select * from contacts c where c.org_id = $1 and c.account_id = a.id and r.contact_name is not null
		    and (lower(c.email) = lower(r.contact_email) and c.email <> '' or lower(c.name) = lower(r.contact_name))
		  order by lower(c.email) is not distinct from lower(r.contact_email) desc, c.id limit 1) c on true`},
	{"count what changes", 0, `analyze changing (row_no, target)`},
	{"index what changes", 0, `create index on changing (row_no)`},
	{"note the rows that change nothing", 2, `
		update import_rows r set outcome = 'same' from changing c
		where r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		  and not (c.account_changes or c.site_changes or c.site_comes or c.contact_changes or c.contact_comes)`},
	{"forget the rows that change nothing", 0, `
		delete from changing c where not (c.account_changes or c.site_changes or c.site_comes or c.contact_changes or c.contact_comes)`},
	{"keep what was before", 2, `
		insert into import_changes (org_id, import_id, row_no, account_id, before, version_after)
		select $1, $2, c.row_no, a.id, jsonb_build_object(
		    'account', (select to_jsonb(x) from (select ` + existing + `) x),
		    'site', case when c.site_changes then (select to_jsonb(x) from (select s.id, s.name, s.housenumber, s.street, s.city, s.postcode, s.country,
		      s.opening_hours, s.source, st_asewkt(s.point) as point, s.cell) x) end,
		    'contact', case when c.contact_changes then (select to_jsonb(x) from (select k.id, k.name, k.job_title, k.phone, k.email, k.do_not_contact, k.role, k.language, k.phones, k.emails) x) end),
		  a.version + 1
		from changing c
		join accounts a on a.org_id = $1 and a.id = c.target
		left join sites s on s.org_id = $1 and s.id = c.site_id
		left join contacts k on k.org_id = $1 and k.id = c.contact_id`},
	{"change accounts", 2, `
		update accounts a set (` + importable + `) = (select ` + wanted + `), version = a.version + 1, updated_at = now()
		from changing c join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		where a.org_id = $1 and a.id = c.target`},
	{"change sites", 2, `
		update sites s set name = coalesce(r.site_name, s.name), housenumber = coalesce(r.housenumber, s.housenumber), street = coalesce(r.street, s.street),
		  city = coalesce(r.city, s.city), postcode = coalesce(r.postcode, s.postcode), country = coalesce(r.country, s.country),
		  opening_hours = coalesce(r.opening_hours, s.opening_hours),
		  point = coalesce(r.point, s.point), cell = coalesce(r.cell, s.cell), source = coalesce(r.source, s.source), updated_at = now()
		from changing c join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		where s.org_id = $1 and s.id = c.site_id and c.site_changes`},
	{"add sites", 2, `
		with made as (
		  insert into sites (org_id, account_id, name, is_primary, housenumber, street, city, postcode, country, opening_hours, source, point, cell)
		  select $1, c.target, coalesce(r.site_name, ''), true, coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''),
		    coalesce(r.postcode, ''), coalesce(r.country, ''), coalesce(r.opening_hours, ''), r.source, r.point, r.cell
		  from changing c join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		  where c.site_comes
		  returning id, account_id)
		update import_changes k set before = k.before || jsonb_build_object('siteMade', made.id)
		from made join changing c on c.target = made.account_id
		where k.org_id = $1 and k.import_id = $2 and k.row_no = c.row_no`},
	{"change contacts", 2, `
		update contacts k set name = r.contact_name, job_title = coalesce(r.contact_job_title, k.job_title), phone = coalesce(r.contact_phone, k.phone),
		  email = coalesce(r.contact_email, k.email), do_not_contact = coalesce(r.contact_blocked, k.do_not_contact),
		  role = coalesce(r.contact_role, k.role), language = coalesce(r.contact_language, k.language),
		  phones = coalesce(r.contact_phones, k.phones), emails = coalesce(r.contact_emails, k.emails), updated_at = now()
		from changing c join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		where k.org_id = $1 and k.id = c.contact_id and c.contact_changes`},
	{"add contacts", 2, `
		with made as (
		  insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact, role, language, phones, emails)
		  select $1, c.target, r.contact_name, coalesce(r.contact_job_title, ''), coalesce(r.contact_phone, ''), coalesce(r.contact_email, ''), coalesce(r.contact_blocked, false),
		    coalesce(r.contact_role, ''), coalesce(r.contact_language, ''), coalesce(r.contact_phones, '[]'), coalesce(r.contact_emails, '[]')
		  from changing c join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no
		  where c.contact_comes
		  returning id, account_id)
		update import_changes k set before = k.before || jsonb_build_object('contactMade', made.id)
		from made join changing c on c.target = made.account_id
		where k.org_id = $1 and k.import_id = $2 and k.row_no = c.row_no`},
	{"note the rows that changed an account", 2, `
		update import_rows r set outcome = 'updated' from changing c
		where r.org_id = $1 and r.import_id = $2 and r.row_no = c.row_no`},
	{"end the updates", 0, `drop table changing`},
}

// outcome adds to the counts of the check what was written.
func outcome(ctx context.Context, tx pgx.Tx, orgID int64, im *Import) (Counts, error) {
	c := im.Counts
	err := tx.QueryRow(ctx, `
		select count(*) filter (where outcome = ''), count(*) filter (where outcome = 'updated'), count(*) filter (where outcome = 'same'),
		  count(*) filter (where outcome = 'skipped'), count(*) filter (where outcome = 'joined')
		from import_rows where org_id = $1 and import_id = $2 and row_no <= $3`, orgID, im.ID, im.cursor).
		Scan(&c.Created, &c.Updated, &c.Same, &c.Skipped, &c.Joined)
	if err != nil {
		return c, fmt.Errorf("imports: count what was written: %w", err)
	}
	err = tx.QueryRow(ctx, `select count(*) filter (where state in ('doubtful', 'not_found', 'waiting')), count(*) filter (where state = 'waiting')
		from address_repairs where org_id = $1 and import_id = $2`, orgID, im.ID).Scan(&c.Doubtful, &c.Unlocated)
	if err != nil {
		return c, fmt.Errorf("imports: count places: %w", err)
	}
	return c, nil
}

// locateWaiting has the addresses looked for that were written without a place.
func (s *Service) locateWaiting(ctx context.Context, a postgres.Actor, im *Import) error {
	var total int
	if err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from address_repairs where org_id = $1 and import_id = $2 and state = 'waiting'`, a.OrgID, im.ID).Scan(&total)
	}); err != nil {
		return fmt.Errorf("imports: count what waits for a place: %w", err)
	}
	const together = 25
	for done := 0; im.Plan.Locate; {
		n, err := s.Places.PlaceWaiting(ctx, im.ID, together)
		if err != nil || n == 0 {
			return err
		}
		done += n
		progress := min(1, 0.9+0.1*float64(done)/float64(max(1, total)))
		if err := s.DB.Tx(ctx, func(tx pgx.Tx) error { return s.at(ctx, tx, a, im, Running, "placing", progress) }); err != nil {
			return err
		}
	}
	return nil
}
