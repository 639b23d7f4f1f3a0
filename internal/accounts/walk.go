package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Record is an account as it is given away as a whole.
type Record struct {
	Account
	TeamName string
}

// walkBatch is how many accounts [Service.Walk] holds at a time.
const walkBatch = 500

// Walk reads every account that the filter means in the order of a sort (see
// [Sorts]; empty: by name), as of one moment, and gives them to each in batches.
// It holds one batch, however many there are. An error of each ends it and is
// returned.
func (s *Service) Walk(ctx context.Context, f Filter, order string, each func([]Record) error) error {
	if err := f.Check(); err != nil {
		return err
	}
	sort, err := parseSort(order, false)
	if err != nil {
		return err
	}
	return s.db.Snapshot(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Snapshot has failed without one
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		q := NewStatement(actor.OrgID, today)
		text, err := f.inOrder(ctx, tx, q, sort)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `declare walk no scroll cursor for `+text, q.Args()...); err != nil {
			return fmt.Errorf("walk through accounts: %w", err)
		}
		for {
			rows, err := tx.Query(ctx, fmt.Sprintf(`fetch %d from walk`, walkBatch))
			if err != nil {
				return fmt.Errorf("walk through accounts: %w", err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil {
				return fmt.Errorf("walk through accounts: %w", err)
			}
			if len(ids) == 0 {
				return nil
			}
			batch, err := records(ctx, tx, NewStatement(actor.OrgID, today), ids)
			if err != nil {
				return err
			}
			if err := each(batch); err != nil {
				return err
			}
		}
	})
}

// inOrder returns a query for the ids of all accounts of a bound filter in the
// order of a sort. Where every kind has an index in this order that answers the
// filter by itself, and a good part of what it holds is meant, the kinds are read
// side by side and merged: the first rows come at once and nothing is sorted. All
// else is sorted by the database, which goes to disk with what is more than its
// work_mem.
func (f Filter) inOrder(ctx context.Context, tx pgx.Tx, q *Statement, sort sorting) (string, error) {
	if driving, _ := f.shape(); driving != nil {
		return `select a.id from (select s.account_id from ` + f.Sites(q, "s.account_id") + ` group by 1) hit
			join accounts a on a.org_id = ` + q.Org() + ` and a.id = hit.account_id order by ` + sort.orderBy(), nil
	}
	where := f.conditions(q, accountsTable)
	if _, counted := f.counted(); counted && sort.indexed && f.hits == nil {
		kinds, err := f.kinds(ctx, tx, NewStatement(q.orgID, q.today))
		if err != nil {
			return "", err
		}
		all := 0
		for _, g := range kinds {
			all += g.all
		}
		if n, known := meant(kinds); known && all <= gatherRow*n {
			return merged(q, where, sort), nil
		}
	}
	return `select a.id from accounts a where ` + where + ` order by ` + sort.orderBy(), nil
}

// merged returns a query that reads the accounts a of a condition kind by kind, each
// in the order of a sort, and merges them. It asks for every kind: what is walked
// over never depends on sums.
func merged(q *Statement, where string, sort sorting) string {
	parts := make([]string, len(everyKind))
	for i, g := range everyKind {
		parts[i] = `(select a.id, ` + sort.key + ` as key from accounts a
			where a.status = ` + q.Arg(string(g.status)) + `::text and a.class = ` + q.Arg(string(g.class)) + `::text and ` + where + ` order by ` + sort.orderBy() + `)`
	}
	return `select a.id from (` + strings.Join(parts, " union all ") + `) a order by ` + sort.orderByKey("a.key")
}

// records reads accounts with all that belongs to them, in the order of their
// ids. Each is looked up by its key, whatever the planner thinks of the table:
// "offset 0" keeps it from reading the whole of it for every batch.
func records(ctx context.Context, tx pgx.Tx, q *Statement, ids []int64) ([]Record, error) {
	list := q.Arg(ids)
	rows, err := q.query(ctx, tx, `
		select `+rowColumns(q)+`, a.notes, a.external_id, coalesce(t.name, '')
		from unnest(`+list+`::bigint[]) with ordinality k(id, position)
		cross join lateral (select * from accounts a where a.org_id = `+q.Org()+` and a.id = k.id offset 0) a
		left join users u on u.org_id = `+q.Org()+` and u.id = a.owner_id
		left join teams t on t.org_id = `+q.Org()+` and t.id = a.team_id
		order by k.position`)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	at := make(map[int64]int, len(ids))
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Record, error) {
		var r Row
		var notes, externalID, team string
		if err := row.Scan(append(r.targets(), &notes, &externalID, &team)...); err != nil {
			return Record{}, err
		}
		at[r.ID] = len(at)
		a := r.account(notes)
		a.ExternalID = externalID
		return Record{Account: a, TeamName: team}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	q = NewStatement(q.orgID, q.today)
	if rows, err = q.query(ctx, tx, `
		select account_id, s.id, name, is_primary, housenumber, street, city, postcode, country, opening_hours, source, point, cell
		from unnest(`+q.Arg(ids)+`::bigint[]) k(id)
		cross join lateral (select s.* from sites s where s.org_id = `+q.Org()+` and s.account_id = k.id offset 0) s order by is_primary desc, s.id`); err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	type site struct {
		AccountID int64
		Site
	}
	sites, err := pgx.CollectRows(rows, pgx.RowToStructByPos[site])
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	for _, s := range sites {
		if i, ok := at[s.AccountID]; ok {
			out[i].Sites = append(out[i].Sites, s.Site)
		}
	}
	q = NewStatement(q.orgID, q.today)
	if rows, err = q.query(ctx, tx, `
		select account_id, c.id, name, job_title, phone, email, do_not_contact, role, language, phones, emails
		from unnest(`+q.Arg(ids)+`::bigint[]) k(id)
		cross join lateral (select c.* from contacts c where c.org_id = `+q.Org()+` and c.account_id = k.id offset 0) c order by name, c.id`); err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	type contact struct {
		AccountID int64
		Contact
	}
	contacts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[contact])
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	for _, c := range contacts {
		if i, ok := at[c.AccountID]; ok {
			out[i].Contacts = append(out[i].Contacts, c.Contact)
		}
	}
	return out, nil
}

// errExternalID is said of a number that another account has.
var errExternalID = fault.New(fault.Invalid, "Another account has this external number already.").
	WithField("externalId", "Every number belongs to one account. Change or empty the other account's first.")

// CheckSort returns a fault for an order that [Service.Walk] does not know.
func CheckSort(order string) error {
	_, err := parseSort(order, false)
	return err
}
