package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	batchRows   = 10_000
	mostFinding = 200_000 // findings of an import that are kept, each with its row
)

func (s *Service) rowsPerBatch() int {
	if s.batch > 0 {
		return s.batch
	}
	return batchRows
}

// newChecker reads what the check of a file's rows needs to know.
func newChecker(ctx context.Context, tx pgx.Tx, a postgres.Actor, im *Import) (*checker, error) {
	fields, err := readFields(ctx, tx, a.OrgID)
	if err != nil {
		return nil, err
	}
	c := &checker{workbook: im.Reading.Format == "xlsx", fields: fields, mapping: im.Plan.Mapping, lenient: im.Plan.Lenient, users: map[string]int64{}, teams: map[string]int64{},
		assigns: a.Role == "" || identity.Role(a.Role).May(identity.AccountsAssign)}
	if err := tx.QueryRow(ctx, `select language from organisations where org_id = $1`, a.OrgID).Scan(&c.language); err != nil {
		return nil, fmt.Errorf("imports: read the organisation: %w", err)
	}
	var id int64
	var name, mail string
	rows, err := tx.Query(ctx, `select id, lower(name), lower(email) from users where org_id = $1 order by id desc`, a.OrgID)
	if err != nil {
		return nil, fmt.Errorf("imports: read the users: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&id, &name, &mail}, func() error {
		c.users[name], c.users[mail] = id, id
		return nil
	}); err != nil {
		return nil, fmt.Errorf("imports: read the users: %w", err)
	}
	if rows, err = tx.Query(ctx, `select id, lower(name) from teams where org_id = $1 order by id desc`, a.OrgID); err != nil {
		return nil, fmt.Errorf("imports: read the teams: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { c.teams[name] = id; return nil }); err != nil {
		return nil, fmt.Errorf("imports: read the teams: %w", err)
	}
	var box orb.Polygon
	err = tx.QueryRow(ctx, `select bounds from extracts where state = 'current' and bounds is not null`).Scan(&box)
	if err == nil {
		bound := box.Bound()
		c.bounds = &bound
	} else if !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("imports: read the extract: %w", err)
	}
	return c, nil
}

// stager reads a file on and stages its rows.
type stager struct {
	s        *Service
	a        postgres.Actor
	im       *Import
	checker  *checker
	in       rows
	no       int64 // of the row read last
	begun    bool  // the heading, or the first row, was seen
	findings int   // stored so far
}

// stage reads the file from where the last attempt ended. Each batch is a
// transaction.
func (s *Service) stage(ctx context.Context, a postgres.Actor, im *Import) (err error) {
	st := &stager{s: s, a: a, im: im}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		if st.checker, err = newChecker(ctx, tx, a, im); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select count(*) from import_findings where org_id = $1 and import_id = $2`, a.OrgID, im.ID).Scan(&st.findings)
	})
	if err != nil {
		return err
	}
	path := s.path(a.OrgID, im.ID)
	sample, err := firstRows(path, im.Reading)
	if err != nil {
		return err
	}
	if im.Reading.Headings {
		sample = sample[1:]
	}
	st.checker.learn(sample)
	if st.in, err = open(path, im.Reading); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.in.close()) }()
	for ended := false; !ended; {
		var batch []*row
		if batch, ended, err = st.read(s.rowsPerBatch()); err != nil {
			return err
		}
		if st.no > maxRows {
			return fault.Errorf(fault.Invalid, "The file has more than %d rows. Split it.", maxRows)
		}
		if err := st.store(ctx, batch, ended); err != nil {
			return err
		}
	}
	return nil
}

// read reads and checks the next rows behind those that are staged.
func (st *stager) read(most int) (batch []*row, ended bool, err error) {
	for len(batch) < most {
		rec, err := st.in.next()
		if errors.Is(err, io.EOF) {
			return batch, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		st.no++
		if blank(rec.cells) {
			continue
		}
		if !st.begun {
			st.begun = true
			if st.im.Reading.Headings {
				continue
			}
		}
		if st.no <= st.im.staged {
			continue
		}
		batch = append(batch, st.checker.check(st.no, rec))
	}
	return batch, false, nil
}

// store stages a batch, with the corrections that were made of its rows.
func (st *stager) store(ctx context.Context, batch []*row, ended bool) error {
	return st.s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := st.correct(ctx, tx, batch); err != nil {
			return err
		}
		if st.im.Plan.Locate {
			if err := locateExactly(ctx, tx, batch); err != nil {
				return err
			}
		}
		kept := batch
		if st.findings > mostFinding { // the rows know their errors all the same
			for _, r := range kept {
				r.raw = nil
			}
		}
		n, err := insertRows(ctx, tx, st.a.OrgID, st.im.ID, kept, st.findings <= mostFinding)
		if err != nil {
			return err
		}
		st.findings += n
		st.im.staged = st.no
		progress := 0.0
		if f, ok := st.in.(*fileRows); ok {
			if at, err := f.file.Seek(0, io.SeekCurrent); err == nil {
				progress = min(1, float64(at)/float64(max(1, st.im.Bytes)))
			}
		}
		tag, err := tx.Exec(ctx, `update imports set staged = $3, stage = 'reading', progress = $4, last_row = case when $5 then $3 else last_row end
			where org_id = $1 and id = $2 and state = 'checking' and run_no = $6`, st.a.OrgID, st.im.ID, st.no, 0.8*progress, ended, st.im.run)
		if err != nil {
			return fmt.Errorf("imports: stage rows: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		if ended {
			st.im.lastRow = st.no
		}
		return notify(ctx, tx, st.im.ID, Checking, "reading", 0.8*progress)
	})
}

// correct puts the corrections of earlier checks into the rows of a batch.
func (st *stager) correct(ctx context.Context, tx pgx.Tx, batch []*row) error {
	if len(batch) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select row_no, position, value from import_corrections
		where org_id = $1 and import_id = $2 and row_no between $3 and $4 order by row_no`,
		st.a.OrgID, st.im.ID, batch[0].no, batch[len(batch)-1].no)
	if err != nil {
		return fmt.Errorf("imports: read corrections: %w", err)
	}
	given := map[int64]map[int]string{}
	var no int64
	var position int
	var value string
	if _, err := pgx.ForEachRow(rows, []any{&no, &position, &value}, func() error {
		if given[no] == nil {
			given[no] = map[int]string{}
		}
		given[no][position] = value
		return nil
	}); err != nil {
		return fmt.Errorf("imports: read corrections: %w", err)
	}
	for i, r := range batch {
		if values := given[r.no]; values != nil && r.raw != nil {
			batch[i] = st.checker.corrected(r.no, r.raw, values)
		}
	}
	return nil
}

// corrected checks a row again with other values in some of its cells. It keeps
// the cells, so that it can be corrected once more.
func (c *checker) corrected(no int64, cells []string, values map[int]string) *row {
	for position, value := range values {
		for len(cells) <= position && position < len(c.mapping) {
			cells = append(cells, "")
		}
		if position < len(cells) {
			cells[position] = value
		}
	}
	r := c.check(no, record{cells: cells})
	r.raw = cells
	return r
}

var rowColumns = []string{"org_id", "import_id", "row_no", "errors", "target_id", "external_id", "name", "status", "class", "category",
	"owner_id", "team_id", "tags", "phone", "email", "website", "notes", "revenue", "potential", "visit_interval_days", "visit_minutes",
	"last_visit_on", "site_name", "housenumber", "street", "city", "postcode", "country", "opening_hours", "address", "point",
	"cell", "source", "locate", "contact_name", "contact_job_title", "contact_phone", "contact_email", "contact_blocked", "contact_role", "contact_language", "contact_phones", "contact_emails", "custom", "raw"}

func (r *row) values(orgID, importID int64) []any {
	var custom []byte
	if len(r.custom) > 0 {
		custom = toJSON(r.custom)
	}
	var phones, mails []byte
	if r.contactPhones != nil {
		phones = toJSON(r.contactPhones)
	}
	if r.contactMails != nil {
		mails = toJSON(r.contactMails)
	}
	var source *string
	if r.source != nil {
		source = r.source
	}
	return []any{orgID, importID, r.no, r.errors(), r.accountID, r.externalID, r.name, r.status, r.class, r.category,
		r.ownerID, r.teamID, r.tags, r.phone, r.email, r.website, r.notes, r.revenue, r.potential, r.visitIntervalDays, r.visitMinutes,
		r.lastVisitOn, r.siteName, r.housenumber, r.street, r.city, r.postcode, r.country, r.openingHours, r.address, r.point,
		r.cell, source, r.locate, r.contactName, r.contactJobTitle, r.contactPhone, r.contactMail, r.contactBlocked, r.contactRole, r.contactLanguage, phones, mails, custom, r.raw}
}

// insertRows stages rows, and their findings if keep is set; it returns how many
// of those there are. COPY knows no row-level security, so it fills a table of
// the transaction, of which the rows are then inserted.
func insertRows(ctx context.Context, tx pgx.Tx, orgID, importID int64, batch []*row, keep bool) (findings int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	list := strings.Join(rowColumns, ", ")
	if _, err := tx.Exec(ctx, `create temporary table staging on commit drop as select `+strings.NewReplacer("last_visit_on", "last_visit_on::text", "revenue", "revenue::float8", "potential", "potential::float8").Replace(list)+` from import_rows with no data`); err != nil {
		return 0, fmt.Errorf("imports: stage rows: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"staging"}, rowColumns, pgx.CopyFromSlice(len(batch), func(i int) ([]any, error) {
		return batch[i].values(orgID, importID), nil
	}))
	if err != nil {
		return 0, fmt.Errorf("imports: stage rows: %w", err)
	}
	if _, err := tx.Exec(ctx, `insert into import_rows (`+list+`) select `+strings.Replace(list, "last_visit_on", "last_visit_on::date", 1)+` from staging`); err != nil {
		return 0, fmt.Errorf("imports: stage rows: %w", err)
	}
	if _, err := tx.Exec(ctx, `drop table staging`); err != nil {
		return 0, fmt.Errorf("imports: stage rows: %w", err)
	}
	var all []Finding
	for _, r := range batch {
		all = append(all, r.findings...)
	}
	if !keep {
		return len(all), nil
	}
	return len(all), insertFindings(ctx, tx, orgID, importID, all)
}

func insertFindings(ctx context.Context, tx pgx.Tx, orgID, importID int64, all []Finding) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]int64, len(all))
	positions := make([]int32, len(all))
	codes, severities, values, details, suggestions := make([]string, len(all)), make([]string, len(all)), make([]string, len(all)), make([]string, len(all)), make([]string, len(all))
	accounts := make([]*int64, len(all))
	for i, f := range all {
		rows[i], positions[i], codes[i], severities[i], values[i] = f.Row, int32(f.Position), f.Code, string(f.Severity), f.Value
		details[i], suggestions[i], accounts[i] = f.Detail, f.Suggestion, f.AccountID
	}
	_, err := tx.Exec(ctx, `insert into import_findings (org_id, import_id, row_no, position, code, severity, value, detail, suggestion, account_id)
		select $1, $2, * from unnest($3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])`,
		orgID, importID, rows, positions, codes, severities, values, details, suggestions, accounts)
	if err != nil {
		return fmt.Errorf("imports: store findings: %w", err)
	}
	return nil
}
