package imports

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// FindingFilter bounds a list of rows with findings.
type FindingFilter struct {
	Severity string // "" for both
	Code     string // "" for all
	After    int64  // the row behind which to go on
	Limit    int
}

// RowFindings is a row with what is to be known about it.
type RowFindings struct {
	Row      int64     `json:"row" doc:"As a spreadsheet counts: the heading is row 1."`
	Cells    []string  `json:"cells" doc:"As they stand in the file, with the corrections made here; shortened."`
	Findings []Finding `json:"findings"`
	Decision string    `json:"decision" enum:",create,update,skip" doc:"What somebody decided about the row."`
}

// FindingPage is one page of rows with findings.
type FindingPage struct {
	Items []RowFindings
	Next  int64 // the row to go on behind; 0 on the last page
	Total int   // rows with findings that the filter means
}

// Findings lists the rows of an import that have findings, in the file's order.
func (s *Service) Findings(ctx context.Context, id int64, f FindingFilter) (page FindingPage, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return page, err
	}
	page.Items = []RowFindings{}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		if _, err := load(ctx, tx, a.OrgID, id, false); err != nil {
			return err
		}
		const those = ` from import_findings f where f.org_id = $1 and f.import_id = $2
			and ($3 = '' or f.code = $3) and ($4 = '' or f.severity = $4) `
		if err := tx.QueryRow(ctx, `select count(distinct row_no)`+those, a.OrgID, id, f.Code, f.Severity).Scan(&page.Total); err != nil {
			return fmt.Errorf("imports: count findings: %w", err)
		}
		rows, err := tx.Query(ctx, `select distinct f.row_no`+those+` and f.row_no > $5 order by f.row_no limit $6`,
			a.OrgID, id, f.Code, f.Severity, f.After, f.Limit+1)
		if err != nil {
			return fmt.Errorf("imports: list findings: %w", err)
		}
		numbers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("imports: list findings: %w", err)
		}
		if len(numbers) > f.Limit {
			numbers = numbers[:f.Limit]
			page.Next = numbers[len(numbers)-1]
		}
		page.Items, err = rowsWith(ctx, tx, a.OrgID, id, numbers)
		return err
	})
	return page, err
}

// rowsWith reads rows and their findings.
func rowsWith(ctx context.Context, tx pgx.Tx, orgID, id int64, numbers []int64) ([]RowFindings, error) {
	items := make([]RowFindings, len(numbers))
	place := map[int64]int{}
	for i, no := range numbers {
		items[i] = RowFindings{Row: no, Cells: []string{}, Findings: []Finding{}}
		place[no] = i
	}
	rows, err := tx.Query(ctx, `select row_no, raw, decision, name from import_rows where org_id = $1 and import_id = $2 and row_no = any($3)`, orgID, id, numbers)
	if err != nil {
		return nil, fmt.Errorf("imports: read rows: %w", err)
	}
	var no int64
	var raw []string
	var decision string
	var name *string
	if _, err := pgx.ForEachRow(rows, []any{&no, &raw, &decision, &name}, func() error {
		item := &items[place[no]]
		item.Decision = decision
		for _, cell := range raw {
			item.Cells = append(item.Cells, shorten(cell, 1000))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("imports: read rows: %w", err)
	}
	found, err := tx.Query(ctx, `select row_no, position, code, severity, value, detail, suggestion, account_id from import_findings
		where org_id = $1 and import_id = $2 and row_no = any($3) order by row_no, severity, position, id`, orgID, id, numbers)
	if err != nil {
		return nil, fmt.Errorf("imports: read findings: %w", err)
	}
	all, err := pgx.CollectRows(found, pgx.RowToStructByPos[Finding])
	if err != nil {
		return nil, fmt.Errorf("imports: read findings: %w", err)
	}
	for _, f := range all {
		items[place[f.Row]].Findings = append(items[place[f.Row]].Findings, f)
	}
	return items, nil
}

// Correct puts other values into cells of a row that has findings, and checks it
// again. decision, unless nil, says what becomes of a row that resembles another.
func (s *Service) Correct(ctx context.Context, id, no int64, values map[int]string, decision *string) (result RowFindings, err error) {
	_, err = s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		for position, value := range values {
			switch {
			case position < 0 || position >= len(im.Columns):
				return fault.Errorf(fault.Invalid, "The file has no column %d.", position)
			case len([]rune(value)) > 20_000:
				return fault.New(fault.Invalid, "A value may have 20,000 characters.")
			}
			values[position] = strings.ReplaceAll(strings.ToValidUTF8(value, ""), "\x00", "")
		}
		if decision != nil && *decision != "" && *decision != "create" && *decision != "update" && *decision != "skip" {
			return fault.New(fault.Invalid, "The decision is one of create, update and skip.").WithField("decision", "Choose one of these.")
		}
		var raw []string
		var account int64
		var decided string
		if err := tx.QueryRow(ctx, `select raw, account_id, decision from import_rows where org_id = $1 and import_id = $2 and row_no = $3`, a.OrgID, id, no).
			Scan(&raw, &account, &decided); err != nil {
			return noRow(err)
		}
		if decision != nil {
			decided = *decision
		}
		if len(values) > 0 {
			if raw == nil {
				return errNotStaged
			}
			if err := s.checkAgain(ctx, tx, a, im, no, raw, values); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update import_rows set account_id = $4, decision = $5 where org_id = $1 and import_id = $2 and row_no = $3`,
			a.OrgID, id, no, account, decided); err != nil {
			return fmt.Errorf("imports: correct row %d: %w", no, err)
		}
		counts, err := count(ctx, tx, a.OrgID, id, im.Plan)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update imports set counts = $3 where org_id = $1 and id = $2`, a.OrgID, id, toJSON(counts)); err != nil {
			return fmt.Errorf("imports: correct row %d: %w", no, err)
		}
		all, err := rowsWith(ctx, tx, a.OrgID, id, []int64{no})
		if err == nil {
			result = all[0]
		}
		return err
	}, Checked)
	return result, err
}

// checkAgain checks one row with corrected cells and stages it anew.
func (s *Service) checkAgain(ctx context.Context, tx pgx.Tx, a postgres.Actor, im *Import, no int64, raw []string, values map[int]string) error {
	for position, value := range values {
		if _, err := tx.Exec(ctx, `insert into import_corrections (org_id, import_id, row_no, position, value) values ($1, $2, $3, $4, $5)
			on conflict (org_id, import_id, row_no, position) do update set value = excluded.value`, a.OrgID, im.ID, no, position, value); err != nil {
			return fmt.Errorf("imports: keep a correction: %w", err)
		}
	}
	c, err := newChecker(ctx, tx, a, im)
	if err != nil {
		return err
	}
	sample, err := firstRows(s.path(a.OrgID, im.ID), im.Reading)
	if err != nil {
		return err
	}
	c.learn(sample[min(1, len(sample)):])
	r := c.corrected(no, raw, values)
	if im.Plan.Locate {
		if err := locateExactly(ctx, tx, []*row{r}); err != nil {
			return err
		}
	}
	// Rows that joined this one, or were taken for its doubles, are judged again.
	others, err := tx.Query(ctx, `select row_no from import_rows
		where org_id = $1 and import_id = $2 and row_no <> $3 and (joins = $3 or external_id = $4 or target_id = $5) order by row_no limit 1000`,
		a.OrgID, im.ID, no, r.externalID, r.accountID)
	if err != nil {
		return fmt.Errorf("imports: find rows of the same number: %w", err)
	}
	again, err := pgx.CollectRows(others, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("imports: find rows of the same number: %w", err)
	}
	for _, table := range []string{"import_findings", "import_rows"} {
		if _, err := tx.Exec(ctx, `delete from `+table+` where org_id = $1 and import_id = $2 and row_no = $3`, a.OrgID, im.ID, no); err != nil {
			return fmt.Errorf("imports: check row %d again: %w", no, err)
		}
	}
	if _, err := insertRows(ctx, tx, a.OrgID, im.ID, []*row{r}, true); err != nil {
		return err
	}
	for _, n := range append([]int64{no}, again...) {
		if err := match(ctx, tx, a.OrgID, im, n, n); err != nil {
			return err
		}
	}
	if r.locate && im.Plan.Locate && r.errors() == 0 {
		return locateOne(ctx, tx, a.OrgID, im.ID, no, addressText(r.address, r.housenumber, r.street, r.city, r.postcode))
	}
	return nil
}

// WriteFindings writes the rows that have findings as CSV: their cells, and what
// is the matter with them. Cells that a spreadsheet would take for a formula get
// an apostrophe in front.
func (s *Service) WriteFindings(ctx context.Context, id int64, out io.Writer) error {
	im, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // or Excel takes it for Latin-1
		return err
	}
	w := csv.NewWriter(out)
	head := []string{"Row", "Findings"}
	for _, c := range im.Columns {
		head = append(head, harmless(c.Heading))
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for filter := (FindingFilter{Limit: 500}); ; {
		page, err := s.Findings(ctx, id, filter)
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			line := make([]string, 2, 2+len(im.Columns))
			line[0] = strconv.FormatInt(r.Row, 10)
			var said []string
			for _, f := range r.Findings {
				said = append(said, f.sentence(im.Columns))
			}
			line[1] = harmless(strings.Join(said, " "))
			for _, cell := range r.Cells {
				line = append(line, harmless(cell))
			}
			if err := w.Write(line); err != nil {
				return err
			}
		}
		w.Flush()
		if err := w.Error(); err != nil || page.Next == 0 {
			return err
		}
		filter.After = page.Next
	}
}

// harmless keeps a spreadsheet from running a cell as a formula. Numbers and
// phone numbers stay as they are.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if cell[0] == '+' || cell[0] == '-' {
		if strings.Trim(cell[1:], "0123456789.,()/- ") == "" {
			return cell
		}
	}
	return "'" + cell
}
