package imports

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Several rows of a file may be one account: the first says what it is, each
// further one brings a site or a contact. The first row of an account comes
// before the others, so it is written when they are.

// writeFurther writes the further rows of a batch: sites and contacts that the
// account has are changed where they differ, others are added. args are the
// organisation, the import, the first row and the last.
func writeFurther(ctx context.Context, tx pgx.Tx, args []any) error {
	var n int
	err := tx.QueryRow(ctx, `select count(*) from import_rows where org_id = $1 and import_id = $2 and row_no between $3 and $4 and joins is not null`, args...).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	for _, step := range further {
		if _, err := tx.Exec(ctx, step.sql, args[:step.args]...); err != nil {
			return fmt.Errorf("imports: %s: %w", step.what, err)
		}
	}
	return nil
}

// addressKey is what makes two addresses the same.
const addressKey = `lower(concat_ws('|', coalesce(%[1]s.housenumber, ''), coalesce(%[1]s.street, ''), coalesce(%[1]s.postcode, ''), coalesce(%[1]s.city, '')))`

// sameContact is that contact k is the one of row r.
const sameContact = `(lower(k.email) = lower(r.contact_email) and k.email <> '' or lower(k.name) = lower(r.contact_name))`

var further = []statement{
	// Fresh accounts are those that this import has made: undoing removes them
	// with all that they have.
	{"choose the further rows", 4, `
		create temporary table further on commit drop as
		select r.row_no, a.id as target, f.outcome = '' and a.id = f.account_id as fresh,
		  ` + fmt.Sprintf(addressKey, "r") + ` as address_key, null::bigint as site_id, null::bigint as contact_id,
		  false as site_comes, false as site_changes, false as waits, false as contact_comes, false as contact_changes
		from import_rows r
		join import_rows f on f.org_id = $1 and f.import_id = $2 and f.row_no = r.joins
		join lateral (
		  select a.id from accounts a
		  where a.org_id = $1 and a.id = coalesce(case when f.outcome = '' then f.account_id end, r.target_id,
		    (select x.id from accounts x where x.org_id = $1 and x.external_id = r.external_id and x.external_id <> ''))) a on true
		where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.joins is not null
		  and r.errors = 0 and r.clashes = 0 and r.decision <> 'skip' and f.outcome <> 'skipped'`},
	{"note the further rows left out", 4, `
		update import_rows r set outcome = 'skipped'
		where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.joins is not null
		  and not exists (select from further w where w.row_no = r.row_no)`},
	{"count the further rows", 0, `analyze further (row_no, target)`},
	{"lock their accounts", 1, `
		select 1 from accounts where org_id = $1 and id in (select target from further where not fresh) order by id for update`},
	{"find their sites", 2, `
		update further w set site_id = s.id
		from import_rows r
		cross join lateral (
		  select s.id from sites s join further g on g.target = s.account_id and g.row_no = r.row_no
		  where s.org_id = $1 and (s.cell = r.cell and r.point is not null or ` + fmt.Sprintf(addressKey, "s") + ` = g.address_key and g.address_key <> '|||')
		  order by ` + fmt.Sprintf(addressKey, "s") + ` = g.address_key desc, s.id limit 1) s
		where r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no`},
	{"find their contacts", 2, `
		update further w set contact_id = k.id
		from import_rows r
		cross join lateral (
		  select k.id from contacts k join further g on g.target = k.account_id and g.row_no = r.row_no
		  where k.org_id = $1 and r.contact_name is not null and ` + sameContact + `
		  order by lower(k.email) is not distinct from lower(r.contact_email) desc, k.id limit 1) k
		where r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no`},
	// Two further rows may bring the same site or contact: the first does.
	{"find what further rows bring", 2, `
		update further w set
		  site_comes = x.site_comes, waits = x.waits, contact_comes = x.contact_comes,
		  site_changes = s.id is not null and (r.site_name <> s.name or r.country <> s.country or r.opening_hours <> s.opening_hours
		    or r.street <> s.street or r.housenumber <> s.housenumber or r.postcode <> s.postcode or r.city <> s.city or r.cell <> s.cell) is true,
		  contact_changes = k.id is not null and (r.contact_name <> k.name or r.contact_job_title <> k.job_title or r.contact_phone <> k.phone
		    or r.contact_email <> k.email or r.contact_blocked <> k.do_not_contact or r.contact_role <> k.role or r.contact_language <> lower(k.language)
		    or r.contact_phones <> k.phones or r.contact_emails <> k.emails) is true
		from import_rows r
		join (
		  select w.row_no, w.site_id, w.contact_id,
		    w.site_id is null and r.point is not null and row_number() over (partition by w.target, w.site_id is null and r.point is not null, r.cell order by w.row_no) = 1 as site_comes,
		    w.site_id is null and r.point is null and r.locate and row_number() over (partition by w.target, r.point is null and r.locate, w.address_key order by w.row_no) = 1
		      and not exists (select from address_repairs q where q.org_id = $1 and q.account_id = w.target and ` + fmt.Sprintf(addressKey, "q") + ` = w.address_key) as waits,
		    w.contact_id is null and r.contact_name is not null
		      and row_number() over (partition by w.target, w.contact_id is null and r.contact_name is not null, lower(r.contact_name) order by w.row_no) = 1 as contact_comes
		  from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no) x on x.row_no = r.row_no
		left join sites s on s.org_id = $1 and s.id = x.site_id
		left join contacts k on k.org_id = $1 and k.id = x.contact_id
		where r.org_id = $1 and r.import_id = $2 and w.row_no = r.row_no`},
	{"note the further rows", 2, `
		update import_rows r set outcome = 'joined' from further w where r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no`},
	{"forget the further rows that bring nothing", 0, `
		delete from further where not (site_comes or site_changes or waits or contact_comes or contact_changes)`},
	// What this import changed on an account before is still its own.
	{"raise the versions of their accounts", 2, `
		with raised as (
		  update accounts a set version = version + 1, updated_at = now()
		  where a.org_id = $1 and a.id in (select target from further where not fresh) returning a.id, a.version)
		update import_changes k set version_after = raised.version
		from raised where k.org_id = $1 and k.import_id = $2 and k.account_id = raised.id and k.version_after = raised.version - 1`},
	{"keep what was before further rows", 2, `
		insert into import_changes (org_id, import_id, row_no, account_id, before, version_after)
		select $1, $2, w.row_no, a.id, jsonb_build_object(
		    'site', case when w.site_changes then (select to_jsonb(x) from (select s.id, s.name, s.housenumber, s.street, s.city, s.postcode, s.country,
		      s.opening_hours, s.source, st_asewkt(s.point) as point, s.cell) x) end,
		    'contact', case when w.contact_changes then (select to_jsonb(x) from (select k.id, k.name, k.job_title, k.phone, k.email, k.do_not_contact, k.role, k.language, k.phones, k.emails) x) end),
		  a.version
		from further w
		join accounts a on a.org_id = $1 and a.id = w.target
		left join sites s on s.org_id = $1 and s.id = w.site_id
		left join contacts k on k.org_id = $1 and k.id = w.contact_id
		where not w.fresh`},
	{"change sites by further rows", 2, `
		update sites s set name = coalesce(r.site_name, s.name), housenumber = coalesce(r.housenumber, s.housenumber), street = coalesce(r.street, s.street),
		  city = coalesce(r.city, s.city), postcode = coalesce(r.postcode, s.postcode), country = coalesce(r.country, s.country),
		  opening_hours = coalesce(r.opening_hours, s.opening_hours),
		  point = coalesce(r.point, s.point), cell = coalesce(r.cell, s.cell), source = coalesce(r.source, s.source), updated_at = now()
		from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		where s.org_id = $1 and s.id = w.site_id and w.site_changes`},
	{"add sites of further rows", 2, `
		with numbered as (
		  select w.*, row_number() over (partition by w.target order by w.row_no) = 1
		    and not exists (select from sites p where p.org_id = $1 and p.account_id = w.target and p.is_primary) as first
		  from further w where w.site_comes),
		made as (
		  insert into sites (org_id, account_id, name, is_primary, housenumber, street, city, postcode, country, opening_hours, source, point, cell)
		  select $1, w.target, coalesce(r.site_name, ''), w.first, coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''),
		    coalesce(r.postcode, ''), coalesce(r.country, ''), coalesce(r.opening_hours, ''), r.source, r.point, r.cell
		  from numbered w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		  order by w.row_no
		  returning id, account_id, cell)
		update import_changes c set before = c.before || jsonb_build_object('siteMade', made.id)
		from made join further w on w.target = made.account_id and w.site_comes
		  join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no and r.cell = made.cell
		where c.org_id = $1 and c.import_id = $2 and c.row_no = w.row_no`},
	{"have addresses of further rows looked for", 2, `
		insert into address_repairs (org_id, account_id, import_id, state, housenumber, street, city, postcode, country, address)
		select $1, w.target, $2, 'waiting', coalesce(r.housenumber, ''), coalesce(r.street, ''), coalesce(r.city, ''), coalesce(r.postcode, ''),
		  coalesce(r.country, ''), coalesce(r.address, '')
		from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		where w.waits order by w.row_no`},
	{"put doubtful places of further rows into the repair queue", 2, `
		insert into address_repairs (org_id, account_id, site_id, import_id, state, reason, housenumber, street, city, postcode, country, address)
		select distinct on (s.id) $1, w.target, s.id, $2, 'doubtful', f.detail, s.housenumber, s.street, s.city, s.postcode, s.country, coalesce(r.address, '')
		from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		join import_findings f on f.org_id = $1 and f.import_id = $2 and f.row_no = r.row_no and f.code = 'doubtful'
		join sites s on s.org_id = $1 and s.account_id = w.target and s.cell = r.cell
		where w.site_comes order by s.id`},
	{"change contacts by further rows", 2, `
		update contacts k set name = r.contact_name, job_title = coalesce(r.contact_job_title, k.job_title), phone = coalesce(r.contact_phone, k.phone),
		  email = coalesce(r.contact_email, k.email), do_not_contact = coalesce(r.contact_blocked, k.do_not_contact),
		  role = coalesce(r.contact_role, k.role), language = coalesce(r.contact_language, k.language),
		  phones = coalesce(r.contact_phones, k.phones), emails = coalesce(r.contact_emails, k.emails), updated_at = now()
		from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		where k.org_id = $1 and k.id = w.contact_id and w.contact_changes`},
	{"add contacts of further rows", 2, `
		with made as (
		  insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact, role, language, phones, emails)
		  select $1, w.target, r.contact_name, coalesce(r.contact_job_title, ''), coalesce(r.contact_phone, ''), coalesce(r.contact_email, ''),
		    coalesce(r.contact_blocked, false), coalesce(r.contact_role, ''), coalesce(r.contact_language, ''), coalesce(r.contact_phones, '[]'), coalesce(r.contact_emails, '[]')
		  from further w join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no
		  where w.contact_comes order by w.row_no
		  returning id, account_id, name)
		update import_changes c set before = c.before || jsonb_build_object('contactMade', made.id)
		from made join further w on w.target = made.account_id and w.contact_comes
		  join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = w.row_no and r.contact_name = made.name
		where c.org_id = $1 and c.import_id = $2 and c.row_no = w.row_no`},
	{"end the further rows", 0, `drop table further`},
}

// leaving marks the further rows of accounts that nobody has changed since, so
// that what they brought is taken back with what other rows changed, and keeps
// those accounts the import's own.
const leaving = `
	with mine as (
	  select k.row_no, a.id from import_changes k join accounts a on a.org_id = $1 and a.id = k.account_id and a.version = k.version_after
	  where k.org_id = $1 and k.import_id = $2 and k.row_no > $3 and k.row_no <= $4 and not k.before ? 'account'),
	marked as (
	  update import_rows r set outcome = 'created' from mine where r.org_id = $1 and r.import_id = $2 and r.row_no = mine.row_no),
	raised as (
	  update accounts a set version = version + 1, updated_at = now() where a.org_id = $1 and a.id in (select id from mine) returning a.id, a.version)
	update import_changes k set version_after = raised.version
	from raised where k.org_id = $1 and k.import_id = $2 and k.account_id = raised.id and k.version_after = raised.version - 1`
