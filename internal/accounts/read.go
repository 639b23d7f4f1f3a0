package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

var errNoAccount = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")

// rowColumns are the columns of accounts a and users u that scanRow reads.
func rowColumns(q *Statement) string {
	return `a.id, a.name, a.status, a.class, a.category, a.owner_id, coalesce(u.name, ''), a.team_id, a.tags,
		a.phone, a.email, a.website, a.revenue::float8, a.potential::float8, a.visit_interval_days, a.visit_minutes,
		to_char(a.last_visit_on, 'YYYY-MM-DD'), to_char(a.due_on, 'YYYY-MM-DD'), ` + CoverageSQL("a.due_on", q.Day()) + `,
		a.open_prospect_id, a.version, a.archived_at, a.created_at, a.updated_at, a.custom`
}

func (r *Row) targets() []any {
	return []any{&r.ID, &r.Name, &r.Status, &r.Class, &r.Category, &r.OwnerID, &r.OwnerName, &r.TeamID, &r.Tags,
		&r.Phone, &r.Email, &r.Website, &r.Revenue, &r.Potential, &r.VisitIntervalDays, &r.VisitMinutes,
		&r.LastVisitOn, &r.DueOn, &r.Coverage,
		&r.OpenProspectID, &r.Version, &r.ArchivedAt, &r.CreatedAt, &r.UpdatedAt, &r.Custom}
}

func scanRow(row pgx.CollectableRow) (Row, error) {
	var (
		r     Row
		id    *int64
		point *orb.Point
		parts [4]*string
	)
	err := row.Scan(append(r.targets(), &id, &point, &parts[0], &parts[1], &parts[2], &parts[3])...)
	if err == nil && id != nil {
		r.Site = &RowSite{ID: *id, Point: *point, Street: *parts[0], Housenumber: *parts[1], City: *parts[2], Postcode: *parts[3]}
	}
	return r, err
}

// Get returns an account with its sites and contacts.
func (s *Service) Get(ctx context.Context, id int64) (Account, error) {
	var a Account
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		var err error
		a, err = load(ctx, tx, actor.OrgID, id)
		return err
	})
	return a, err
}

// load reads an account within a transaction.
func load(ctx context.Context, tx pgx.Tx, orgID, id int64) (Account, error) {
	today, err := Today(ctx, tx, orgID)
	if err != nil {
		return Account{}, err
	}
	q := NewStatement(orgID, today)
	var r Row
	var notes, externalID string
	err = q.queryRow(ctx, tx, `
		select `+rowColumns(q)+`, a.notes, a.external_id
		from accounts a left join users u on u.org_id = `+q.Org()+` and u.id = a.owner_id
		where a.org_id = `+q.Org()+` and a.id = `+q.Arg(id)+`::bigint`).Scan(append(r.targets(), &notes, &externalID)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, errNoAccount
	}
	if err != nil {
		return Account{}, fmt.Errorf("read account %d: %w", id, err)
	}
	a := r.account(notes)
	a.ExternalID = externalID
	rows, err := tx.Query(ctx, `
		select id, name, is_primary, housenumber, street, city, postcode, country, opening_hours, source, point, cell
		from sites where org_id = $1 and account_id = $2 order by is_primary desc, id`, orgID, id)
	if err != nil {
		return Account{}, fmt.Errorf("read the sites of account %d: %w", id, err)
	}
	a.Sites, err = pgx.AppendRows([]Site{}, rows, pgx.RowToStructByPos[Site])
	if err != nil {
		return Account{}, fmt.Errorf("read the sites of account %d: %w", id, err)
	}
	rows, err = tx.Query(ctx, `
		select id, name, job_title, phone, email, do_not_contact, role, language, phones, emails
		from contacts where org_id = $1 and account_id = $2 order by name, id`, orgID, id)
	if err != nil {
		return Account{}, fmt.Errorf("read the contacts of account %d: %w", id, err)
	}
	a.Contacts, err = pgx.AppendRows([]Contact{}, rows, pgx.RowToStructByPos[Contact])
	if err != nil {
		return Account{}, fmt.Errorf("read the contacts of account %d: %w", id, err)
	}
	return a, nil
}

// account returns the row as an account without sites and contacts.
func (r Row) account(notes string) Account {
	return Account{
		ID: r.ID, Name: r.Name, Status: r.Status, Class: r.Class, Category: r.Category,
		OwnerID: r.OwnerID, OwnerName: r.OwnerName, TeamID: r.TeamID, Tags: r.Tags,
		Phone: r.Phone, Email: r.Email, Website: r.Website, Notes: notes, Revenue: r.Revenue, Potential: r.Potential,
		VisitIntervalDays: r.VisitIntervalDays, VisitMinutes: r.VisitMinutes,
		LastVisitOn: r.LastVisitOn, DueOn: r.DueOn, Coverage: r.Coverage,
		OpenProspectID: r.OpenProspectID, Version: r.Version,
		ArchivedAt: r.ArchivedAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Custom: r.Custom,
	}
}
