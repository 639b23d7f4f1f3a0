package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Page asks for one page of a list.
type Page struct {
	Sort   string // one of [Sorts]; empty: best match first with a search text, else by name
	Cursor string // [Listing.NextCursor] of the page before; empty for the first
	Limit  int    // 1 to 500; 0 means 50
	// Uncounted asks for the rows alone; the listing's total means nothing then.
	Uncounted bool
}

// Listing is one page.
type Listing[T any] struct {
	Items      []T
	NextCursor *string // nil on the last page
	Total      int     // on all pages, as counted for the first
}

// Sorts lists what a list of accounts can be sorted by. A leading minus turns
// the order around. Ties are broken by id. Accounts never visited come last by
// dueOn.
func Sorts() []string {
	var out []string
	for _, f := range builtins {
		if f.Sortable {
			out = append(out, f.Key, "-"+f.Key)
		}
	}
	return out
}

// sorting is one order of a list: by a column, or by how well the search text
// matches.
type sorting struct {
	name, key, cast string
	descending      bool
	indexed         bool   // an index keeps each kind in this order
	group           string // the column that is the same throughout each group; empty for none
	owners          bool   // groups are those of owners, in the order of their names
	cities          bool   // sites keep each kind in this order
}

const lastVisitKey = "coalesce(a.last_visit_on, date '0001-01-01')"

// A page by a custom field has no index: it is the best of all rows of the filter,
// found in one pass; so is one by the city for filters that sites do not know.
var sortKeys = map[string]sorting{
	"name":      {key: "a.name_key", cast: "text", indexed: true},
	"dueOn":     {key: "a.due_key", cast: "date", indexed: true},
	"revenue":   {key: "a.revenue_key", cast: "bigint", indexed: true},
	"potential": {key: "a.potential_key", cast: "bigint", indexed: true},
	"updatedAt": {key: "a.updated_at", cast: "timestamptz", indexed: true},
	"createdAt": {key: "a.created_at", cast: "timestamptz", indexed: true},

	"lastVisitOn":       {key: lastVisitKey, cast: "date", indexed: true},
	"category":          {key: "lower(a.category)", cast: "text", indexed: true},
	"visitIntervalDays": {key: "a.visit_interval_days", cast: "integer", indexed: true},
	"visitMinutes":      {key: "a.visit_minutes", cast: "integer", indexed: true},

	"status": {key: "a.status", cast: "text", group: "status"},
	"class":  {key: "a.class", cast: "text", group: "class"},
	"ownerId": {key: "coalesce((select lower(u.name) from users u where u.org_id = a.org_id and u.id = a.owner_id), '')",
		cast: "text", group: "owner", owners: true},
	"city": {key: "coalesce((select lower(s.city) from sites s where s.org_id = a.org_id and s.account_id = a.id and s.is_primary), '')",
		cast: "text", cities: true},
}

// bestFirst is the order by the score of the function search_accounts.
var bestFirst = sorting{name: "best", key: "a.score", cast: "real", descending: true}

func parseSort(name string, searching bool) (sorting, error) {
	if name == "" {
		if searching {
			return bestFirst, nil
		}
		name = "name"
	}
	s, known := sortKeys[strings.TrimPrefix(name, "-")]
	if key, custom := strings.CutPrefix(strings.TrimPrefix(name, "-"), customPrefix); custom && customKey.MatchString(key) {
		// A key is letters, digits and _ only; that of no field sorts by nothing.
		s, known = sorting{key: "coalesce(a.custom -> '" + key + "', 'null')", cast: "jsonb"}, true
	}
	if !known {
		return sorting{}, fault.New(fault.Invalid, "The list cannot be sorted by this.").
			WithField("query.sort", "One of "+strings.Join(Sorts(), ", ")+", or custom.<key>.")
	}
	s.name, s.descending = name, strings.HasPrefix(name, "-")
	return s, nil
}

// orderBy and after are the order and the condition of what comes behind a
// cursor. Ids follow the direction of the keys, so that one comparison of rows,
// which an index answers, says what comes next.
func (s sorting) orderBy() string { return s.orderByKey(s.key) }

func (s sorting) orderByKey(key string) string {
	if s.descending {
		return key + " desc, a.id desc"
	}
	return key + ", a.id"
}

func (s sorting) after(q *Statement, c *cursor) string { return s.afterKey(q, c, s.key) }

func (s sorting) afterKey(q *Statement, c *cursor, key string) string {
	if c == nil {
		return ""
	}
	op := ">"
	if s.descending {
		op = "<"
	}
	return fmt.Sprintf(" and (%s, a.id) %s (%s::text::%s, %s::bigint)", key, op, q.Arg(c.Key), s.cast, q.Arg(c.ID))
}

func (p Page) limit() (int, error) {
	switch {
	case p.Limit == 0:
		return 50, nil
	case p.Limit < 0 || p.Limit > 500:
		return 0, fault.New(fault.Invalid, "A page has 1 to 500 rows.").WithField("query.limit", "Between 1 and 500.")
	}
	return p.Limit, nil
}

// List returns a page of the accounts that the filter means, with the exact
// total. It fails with [fault.Invalid] for a filter, sort, limit or cursor that
// is wrong.
//
// Pages hold together while rows change: none is given twice or left out,
// unless its own sort key has changed in between.
func (s *Service) List(ctx context.Context, f Filter, p Page) (Listing[Row], error) {
	var out Listing[Row]
	if err := f.Check(); err != nil {
		return out, err
	}
	sort, err := parseSort(p.Sort, f.searching())
	if err != nil {
		return out, err
	}
	limit, err := p.limit()
	if err != nil {
		return out, err
	}
	list := f.Fingerprint() + sort.name
	from, err := parseCursor(p.Cursor, list)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		// Nobody has asked how many contain a text, and its best matches need no more.
		best := p.Uncounted && sort == bestFirst && f.Tree == nil && len(f.Tags) == 0 && len(f.words()) > 0
		if best {
			if f.bySite, err = seesByTerritory(ctx, tx, actor); err != nil {
				return err
			}
			hits, enough, err := f.quickly(ctx, tx, NewStatement(actor.OrgID, today), from, limit+1, searchedBack)
			if err != nil {
				return err
			}
			if enough {
				ids, last := pageOf(hits, limit)
				last.List, last.Total = list, -1
				next := last.String()
				out.NextCursor = &next
				out.Items, err = rowsOf(ctx, tx, NewStatement(actor.OrgID, today), ids)
				return err
			}
		} else if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		switch {
		case from != nil && (from.Total >= 0 || p.Uncounted):
			out.Total = from.Total
		case p.Uncounted:
			out.Total = -1
		default:
			if out.Total, err = s.total(ctx, tx, actor, today, f); err != nil {
				return err
			}
		}
		ids, last, err := f.page(ctx, tx, NewStatement(actor.OrgID, today), sort, from, limit, out.Total)
		if err != nil {
			return err
		}
		if last != nil {
			last.List, last.Total = list, out.Total
			next := last.String()
			out.NextCursor = &next
		}
		out.Items, err = rowsOf(ctx, tx, NewStatement(actor.OrgID, today), ids)
		return err
	})
	return out, err
}

// Count returns how many accounts the filter means.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	n := 0
	if err := f.Check(); err != nil {
		return 0, err
	}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		n, err = s.total(ctx, tx, actor, today, f)
		return err
	})
	return n, err
}

// total counts the accounts of a bound filter, once a version of the accounts.
func (s *Service) total(ctx context.Context, tx pgx.Tx, actor postgres.Actor, today string, f Filter) (int, error) {
	if f.hits != nil && len(f.shapes()) == 0 {
		return len(f.hits), nil
	}
	version, err := version(ctx, tx, actor.OrgID)
	if err != nil {
		return 0, err
	}
	key := fmt.Sprint("total ", actor.OrgID, actor.UserID, actor.Access, f.Fingerprint(), version)
	if known, ok := s.memory.get(key); ok {
		return known.total, nil
	}
	n, err := f.count(ctx, tx, NewStatement(actor.OrgID, today))
	if err == nil {
		s.memory.put(key, remembered{total: n}, 50)
	}
	return n, err
}

// Tally is a number of accounts and what stands in the way of using them.
type Tally struct {
	Total        int `json:"total"`
	WithoutPlace int `json:"withoutPlace" doc:"Without a site: on no map and in no plan."`
	DoNotContact int `json:"doNotContact" doc:"With a contact who wants no contact."`
}

// Tally counts the accounts that the filter means.
func (s *Service) Tally(ctx context.Context, f Filter) (Tally, error) {
	var out Tally
	if err := f.Check(); err != nil {
		return out, err
	}
	err := s.bound(ctx, f, func(tx pgx.Tx, f Filter, q *Statement) error {
		err := q.queryRow(ctx, tx, `
			with hit as materialized (select a.id from accounts a where `+f.conditions(q, accountsTable)+f.inShapes(q)+`)
			select (select count(*) from hit),
			  (select count(*) from hit where not exists (select from sites s where s.org_id = `+q.Org()+` and s.account_id = hit.id)),
			  (select count(*) from hit where exists (select from contacts c where c.org_id = `+q.Org()+` and c.account_id = hit.id and c.do_not_contact))`).
			Scan(&out.Total, &out.WithoutPlace, &out.DoNotContact)
		if err != nil {
			return fmt.Errorf("tally accounts: %w", err)
		}
		return nil
	})
	return out, err
}

// IDs returns the ids of the accounts that the filter means, ascending, at most
// so many; with one more than are wanted, the caller sees that there are more.
func (s *Service) IDs(ctx context.Context, f Filter, most int) ([]int64, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	var ids []int64
	err := s.bound(ctx, f, func(tx pgx.Tx, f Filter, q *Statement) error {
		rows, err := q.query(ctx, tx, `select a.id from accounts a where `+f.conditions(q, accountsTable)+f.inShapes(q)+
			` order by a.id limit `+q.Arg(most)+`::bigint`)
		if err != nil {
			return fmt.Errorf("read ids of accounts: %w", err)
		}
		if ids, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return fmt.Errorf("read ids of accounts: %w", err)
		}
		return nil
	})
	return ids, err
}

// bound runs fn with the filter ready for use.
func (s *Service) bound(ctx context.Context, f Filter, fn func(tx pgx.Tx, f Filter, q *Statement) error) error {
	return s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		return fn(tx, f, NewStatement(actor.OrgID, today))
	})
}

// count returns how many accounts the filter means.
func (f Filter) count(ctx context.Context, tx pgx.Tx, q *Statement) (int, error) {
	var text string
	if _, counted := f.counted(); counted && len(f.shapes()) == 0 {
		kinds, err := f.kinds(ctx, tx, NewStatement(q.orgID, q.today))
		if n, known := meant(kinds); err != nil || known {
			return n, err
		}
	}
	if _, counted := f.counted(); counted && len(f.shapes()) == 0 || f.countedWithin() {
		n, err := f.Figures(ctx, tx, func() *Statement { return NewStatement(q.orgID, q.today) })
		return n.Accounts, err
	}
	if driving, _ := f.shape(); driving != nil {
		text = `select count(*) from (select s.account_id from ` + f.Sites(q, "s.account_id") + ` group by 1) hit`
	} else {
		text = `select count(*) from accounts a where ` + f.conditions(q, accountsTable)
	}
	var n int
	err := q.queryRow(ctx, tx, text).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

func (f Filter) withoutSearch() Filter {
	f.Query = ""
	return f
}

// rowsOf returns the rows of some accounts, in the order of their ids.
func rowsOf(ctx context.Context, tx pgx.Tx, q *Statement, ids []int64) ([]Row, error) {
	out := make([]Row, 0, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := q.query(ctx, tx, `
		select `+rowColumns(q)+`, s.id, s.point, s.street, s.housenumber, s.city, s.postcode
		from unnest(`+q.Arg(ids)+`::bigint[]) with ordinality k(id, position)
		join accounts a on a.org_id = `+q.Org()+` and a.id = k.id
		left join users u on u.org_id = `+q.Org()+` and u.id = a.owner_id
		left join sites s on s.org_id = `+q.Org()+` and s.account_id = a.id and s.is_primary
		order by k.position`)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	out, err = pgx.AppendRows(out, rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return slices.Clip(out), nil
}

// RowsOf returns the rows of some accounts of the actor's organisation in the
// order of their ids, each at most once; ids that do not exist are left out.
func (s *Service) RowsOf(ctx context.Context, ids []int64) ([]Row, error) {
	var out []Row
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		out, err = rowsOf(ctx, tx, NewStatement(actor.OrgID, today), ids)
		return err
	})
	return out, err
}
