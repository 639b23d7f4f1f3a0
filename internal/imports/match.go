package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// clashCodes are the findings that comparing rows makes; they are made anew with
// each comparison.
const clashCodes = `('unknown_id', 'number_without_name', 'double_number', 'double_row', 'resembles')`

// agrees is that row r says nothing of the account that the earlier row f does
// not say.
var agrees = func() string {
	var parts []string
	for _, column := range []string{"external_id", "target_id", "name", "status", "class", "category", "owner_id", "team_id", "tags", "phone", "email",
		"website", "notes", "revenue", "potential", "visit_interval_days", "visit_minutes", "last_visit_on", "custom"} {
		parts = append(parts, "(r."+column+" is null or r."+column+" is not distinct from f."+column+")")
	}
	return strings.Join(parts, " and ")
}()

// match compares staged rows with each other and with the record, set by set.
// Rows from and behind it to are compared with all the others.
func match(ctx context.Context, tx pgx.Tx, orgID int64, im *Import, from, to int64) error {
	if to-from > 1000 {
		// Without statistics of rows this young, the planner takes nested loops over
		// all of them; hashes are right for many rows whatever there is.
		if err := setting(ctx, tx, "enable_nestloop", "off"); err != nil {
			return err
		}
	}
	nameAt := slices.Index(im.Plan.Mapping, fieldName) // -1 is the whole row
	for _, step := range []struct{ what, sql string }{
		{"forget the last comparison", `
			delete from import_findings where org_id = $1 and import_id = $2 and row_no between $3 and $4 and code in ` + clashCodes},
		{"forget the last comparison", `
			update import_rows set clashes = 0, duplicate_of = null, duplicate_row = null, joins = null
			where org_id = $1 and import_id = $2 and row_no between $3 and $4
			  and (clashes > 0 or duplicate_of is not null or duplicate_row is not null or joins is not null)`},

		// The same number twice: a row that brings a site or a contact, and says
		// nothing else of the account, joins the first. Of others, only a person knows
		// which row is the right one.
		{"look for numbers given twice", `
			with doubles as (
			  select row_no, first from (
			    select row_no, min(row_no) over w as first from import_rows
			    where org_id = $1 and import_id = $2 and (external_id is not null or target_id is not null) and errors = 0
			    window w as (partition by target_id, case when target_id is null then external_id end)) d
			  where row_no > first and row_no between $3 and $4),
			judged as (
			  select r.row_no, d.first, coalesce(r.external_id, r.target_id::text) as number,
			    (r.point is not null or r.locate or r.contact_name is not null) and ` + agrees + ` as joins
			  from doubles d
			  join import_rows r on r.org_id = $1 and r.import_id = $2 and r.row_no = d.row_no
			  join import_rows f on f.org_id = $1 and f.import_id = $2 and f.row_no = d.first),
			joined as (
			  update import_rows r set joins = j.first from judged j
			  where r.org_id = $1 and r.import_id = $2 and r.row_no = j.row_no and j.joins),
			marked as (
			  update import_rows r set clashes = clashes + 1 from judged j
			  where r.org_id = $1 and r.import_id = $2 and r.row_no = j.row_no and not j.joins returning r.row_no, j.number, j.first)
			insert into import_findings (org_id, import_id, row_no, position, code, severity, value, detail)
			select $1, $2, row_no, -1, 'double_number', 'error', number, first::text from marked`},

		{"look for Waymark's numbers", `
			with lost as (
			  update import_rows r set clashes = clashes + 1
			  where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.target_id is not null
			    and not exists (select from accounts a where a.org_id = $1 and a.id = r.target_id)
			  returning r.row_no, r.target_id)
			insert into import_findings (org_id, import_id, row_no, position, code, severity, value)
			select $1, $2, row_no, -1, 'unknown_id', 'error', target_id::text from lost`},

		// A number that nobody has makes a new account, which needs a name.
		{"look for numbers without a name", `
			with lost as (
			  update import_rows r set clashes = clashes + 1
			  where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.name is null and r.target_id is null and r.errors = 0
			    and r.joins is null and not exists (select from accounts a where a.org_id = $1 and a.external_id = r.external_id and a.external_id <> '')
			  returning r.row_no, r.external_id)
			insert into import_findings (org_id, import_id, row_no, position, code, severity, value)
			select $1, $2, row_no, ` + strconv.Itoa(nameAt) + `, 'number_without_name', 'error', coalesce(external_id, '') from lost`},

		// Rows that say the same: name and address, or name and mail or phone.
		{"look for rows given twice", `
			with keyed as (
			  select row_no, external_id, match_name(name) || '|' || coalesce(nullif(lower(concat_ws(' ', street, housenumber, postcode)), ''),
			      match_email(email), match_phone(phone), match_email(contact_email), st_astext(point), '') as key
			  from import_rows
			  where org_id = $1 and import_id = $2 and name is not null and target_id is null and errors = 0 and joins is null),
			doubles as (
			  select row_no, first, number, first_number from (
			    select row_no, min(row_no) over w as first, external_id as number, first_value(external_id) over w as first_number from keyed
			    window w as (partition by key order by row_no rows between unbounded preceding and unbounded following)) d
			  where row_no > first and row_no between $3 and $4 and (number is null or first_number is null)),
			marked as (
			  update import_rows r set duplicate_row = d.first from doubles d
			  where r.org_id = $1 and r.import_id = $2 and r.row_no = d.row_no and r.clashes = 0 returning r.row_no, r.name, d.first)
			insert into import_findings (org_id, import_id, row_no, position, code, severity, value, detail)
			select $1, $2, row_no, -1, 'double_row', 'warning', name, first::text from marked`},

		// Rows like an account: the name with a place, a mail, a phone or a site in
		// common, or the mail alone.
		{"look for rows that are accounts already", `
			with fresh as materialized (
			  select r.row_no, r.name, match_name(r.name) as name_key, match_email(coalesce(r.email, '')) as mail_key,
			    match_phone(coalesce(r.phone, '')) as phone_key, match_web(coalesce(r.website, '')) as web_key,
			    lower(r.postcode) as postcode, lower(r.city) as city, r.point
			  from import_rows r
			  where r.org_id = $1 and r.import_id = $2 and r.row_no between $3 and $4 and r.name is not null and r.target_id is null
			    and r.errors = 0 and r.clashes = 0 and r.duplicate_row is null and r.joins is null
			    and not exists (select from accounts a where a.org_id = $1 and a.external_id = r.external_id and a.external_id <> '')),
			pairs as (
			  select f.row_no, a.id from fresh f join accounts a on a.org_id = $1 and a.match_name = f.name_key
			  union
			  select f.row_no, a.id from fresh f join accounts a on a.org_id = $1 and a.match_email = f.mail_key and a.match_email <> '' and f.mail_key <> ''),
			judged as (
			  select f.row_no, a.id, a.name, concat_ws(', ',
			      case when a.match_name = f.name_key then 'name' end,
			      case when a.match_email = f.mail_key and f.mail_key <> '' then 'email' end,
			      case when a.match_phone = f.phone_key and f.phone_key <> '' then 'phone' end,
			      case when a.match_web = f.web_key and f.web_key <> '' then 'website' end,
			      case when lower(s.postcode) = f.postcode and f.postcode <> '' then 'postcode' end,
			      case when lower(s.city) = f.city and f.city <> '' then 'city' end,
			      case when st_distancesphere(s.point, f.point) < 300 then 'place' end,
			      case when s.id is null and f.point is null and f.city is null and f.postcode is null then 'no place' end) as why,
			    a.archived_at is null as alive
			  from pairs p
			  join fresh f on f.row_no = p.row_no
			  join accounts a on a.org_id = $1 and a.id = p.id
			  left join sites s on s.org_id = $1 and s.account_id = a.id and s.is_primary),
			best as (
			  select distinct on (row_no) row_no, id, name, why from judged
			  where why like '%,%' or why = 'email'
			  order by row_no, alive desc, length(why) - length(replace(why, ',', '')) desc, id),
			marked as (
			  update import_rows r set duplicate_of = b.id from best b
			  where r.org_id = $1 and r.import_id = $2 and r.row_no = b.row_no returning r.row_no, b.id, b.name, b.why)
			insert into import_findings (org_id, import_id, row_no, position, code, severity, value, detail, account_id)
			select $1, $2, row_no, -1, 'resembles', 'warning', name, why, id from marked`},
	} {
		if _, err := tx.Exec(ctx, step.sql, orgID, im.ID, from, to); err != nil {
			return fmt.Errorf("imports: %s: %w", step.what, err)
		}
	}
	return nil
}

// searchedRows is how many rows a check looks up one by one; the others are
// looked up after they are written.
const searchedRows = 1_000

// locateSome looks for the places of rows whose address is not in the extract as
// it stands there, the first rows of them.
func (s *Service) locateSome(ctx context.Context, a postgres.Actor, im *Import) error {
	type waiting struct {
		no                                           int64
		address, housenumber, street, city, postcode *string
	}
	var rows []waiting
	var total int
	if err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `select row_no, address, housenumber, street, city, postcode from import_rows
			where org_id = $1 and import_id = $2 and locate and errors = 0 and not exists (
			  select from import_findings f where f.org_id = $1 and f.import_id = $2 and f.row_no = import_rows.row_no and f.code in ('not_found', 'doubtful'))
			order by row_no limit $3`, a.OrgID, im.ID, searchedRows)
		if err != nil {
			return fmt.Errorf("imports: read rows without a place: %w", err)
		}
		rows, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (w waiting, err error) {
			err = row.Scan(&w.no, &w.address, &w.housenumber, &w.street, &w.city, &w.postcode)
			return w, err
		})
		total = len(rows)
		return err
	}); err != nil {
		return err
	}
	const together = 25
	for done := 0; len(rows) > 0; {
		part := rows[:min(together, len(rows))]
		rows = rows[len(part):]
		done += len(part)
		if err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
			for _, w := range part {
				if err := locateOne(ctx, tx, a.OrgID, im.ID, w.no, addressText(w.address, w.housenumber, w.street, w.city, w.postcode)); err != nil {
					return err
				}
			}
			return s.at(ctx, tx, a, im, Checking, "locating", 0.85+0.15*float64(done)/float64(total))
		}); err != nil {
			return err
		}
	}
	return nil
}

// locateOne searches one address, and notes what is doubtful about the answer.
func locateOne(ctx context.Context, tx pgx.Tx, orgID, importID, no int64, address string) error {
	found, err := extract.Search(ctx, tx, address, extract.SearchOptions{Limit: 1})
	if err != nil {
		return err
	}
	note := Finding{Row: no, Position: -1, Code: "not_found", Severity: Warning, Value: shorten(address, 300)}
	if len(found) > 0 && found[0].Kind != extract.Town && found[0].Kind != extract.Postcode && found[0].Confidence >= doubtfulBelow/2 {
		f := found[0]
		r := row{}
		if err := r.placed(f.Point); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update import_rows set point = $4, cell = $5, source = 'geocoded', locate = false
			where org_id = $1 and import_id = $2 and row_no = $3`, orgID, importID, no, f.Point, *r.cell); err != nil {
			return fmt.Errorf("imports: place row %d: %w", no, err)
		}
		if f.Confidence >= doubtfulBelow && (f.Kind == extract.House || f.Kind == extract.Between) {
			return nil
		}
		note.Code, note.Detail, note.Suggestion = "doubtful", f.Reason, f.Label()
	}
	return insertFindings(ctx, tx, orgID, importID, []Finding{note})
}

// doubtfulBelow is the confidence below which a place is to be looked at.
const doubtfulBelow = 0.75

// count sums up the staged rows.
func count(ctx context.Context, tx pgx.Tx, orgID, importID int64, plan Plan) (Counts, error) {
	var c Counts
	err := tx.QueryRow(ctx, `
		with r as (
		  select r.*, r.errors + r.clashes > 0 as wrong, r.joins is not null as further,
		    r.target_id is not null or exists (select from accounts a where a.org_id = $1 and a.external_id = r.external_id and a.external_id <> '') as known,
		    r.decision = 'skip' or r.decision = '' and $3 <> 'create' and (r.duplicate_row is not null or r.duplicate_of is not null and $3 = 'skip') as passed
		  from import_rows r where r.org_id = $1 and r.import_id = $2)
		select count(*), count(*) filter (where wrong),
		  count(*) filter (where not wrong and not passed and not further and not known and (duplicate_of is null or decision = 'create' or $3 = 'create')),
		  count(*) filter (where not wrong and not passed and not further and (known or duplicate_of is not null and decision <> 'create' and $3 <> 'create')),
		  count(*) filter (where duplicate_of is not null or duplicate_row is not null),
		  count(*) filter (where source = 'geocoded'), count(*) filter (where locate),
		  count(*) filter (where point is null and not locate and not further), count(*) filter (where not wrong and not passed and further)
		from r`, orgID, importID, plan.Duplicates).
		Scan(&c.Rows, &c.Errors, &c.New, &c.Updates, &c.Duplicates, &c.Located, &c.Unlocated, &c.NoPlace, &c.Joined)
	if err != nil {
		return c, fmt.Errorf("imports: count rows: %w", err)
	}
	c.Skipped = c.Rows - c.Errors - c.New - c.Updates - c.Joined
	err = tx.QueryRow(ctx, `select count(*) from (select row_no from import_findings where org_id = $1 and import_id = $2
		group by row_no having bool_and(severity = 'warning')) w`, orgID, importID).Scan(&c.Warnings)
	if err != nil {
		return c, fmt.Errorf("imports: count findings: %w", err)
	}
	c.ByCode = map[string]int{}
	rows, err := tx.Query(ctx, `select code, count(*) from import_findings where org_id = $1 and import_id = $2 group by code`, orgID, importID)
	if err != nil {
		return c, fmt.Errorf("imports: count findings: %w", err)
	}
	var code string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&code, &n}, func() error { c.ByCode[code] = n; return nil })
	if err != nil {
		return c, fmt.Errorf("imports: count findings: %w", err)
	}
	return c, nil
}

// errNotStaged says that a row has no findings, and so no cells to correct.
var errNotStaged = fault.New(fault.NotFound, "This row has nothing to correct.")

func noRow(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return errNotStaged
	}
	return fmt.Errorf("imports: read a row: %w", err)
}
