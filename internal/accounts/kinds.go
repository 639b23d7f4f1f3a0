package accounts

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// A page of a list is put together from the first accounts of every group: of each
// kind (status and class, of which there are nine) or, sorted by owner, of each
// owner. Every order has an index of each group (migration 00215) with the columns
// that most filters ask for. The sums that are kept say exactly how many accounts
// of a group the filter means, and so whether to walk the group in its order until
// the page is full or to gather the few that are meant and sort them.

// bunch is accounts that lie together in an index.
type bunch struct {
	status Status
	class  Class
	owner  *int64 // of groups by owner
	key    string // of groups by owner: the name that they are sorted by
	all    int    // current accounts of the group; 0 when not known
	meant  int    // those that the filter without its shapes means
	known  bool   // all and meant are
	start  int64  // the id behind which a page begins; 0 for the group's beginning
	most   int    // how many of it are asked for
}

var everyKind = func() (out []bunch) {
	for _, s := range []Status{Customer, Former, Prospect} {
		for _, c := range []Class{"A", "B", "C"} {
			out = append(out, bunch{status: s, class: c})
		}
	}
	return out
}()

// apartByKind is [apart] of sums by what the other conditions say.
const apartByKind = `(values
	('prospect', 'A', k.pa), ('prospect', 'B', k.pb), ('prospect', 'C', k.pc),
	('customer', 'A', k.ca), ('customer', 'B', k.cb), ('customer', 'C', k.cc),
	('former', 'A', k.fa), ('former', 'B', k.fb), ('former', 'C', k.fc)) s (status, class, n)`

// kinds returns the kinds that the filter may mean accounts of, with how many where
// sums are kept of all that it asks for. Its shapes are left out of account.
func (f Filter) kinds(ctx context.Context, tx pgx.Tx, q *Statement) ([]bunch, error) {
	_, counted := f.counted()
	ofKinds, own, changed := "", "true", "true"
	for _, part := range f.parts() {
		switch c := part.counted(); {
		case c == ofKind || c == ofKind|ofNone:
			ofKinds += " and " + part.sql(q, "s")
		case c&ofKind != 0:
			counted = false // of both at once
		}
	}
	if !counted {
		if ofKinds == "" || f.hits != nil {
			return slices.Clone(everyKind), nil
		}
		rows, err := q.query(ctx, tx, `select s.status, s.class from (values ('prospect'), ('customer'), ('former')) v (status)
			cross join lateral (values (v.status, 'A'), (v.status, 'B'), (v.status, 'C')) s (status, class) where true`+ofKinds+` order by 1, 2`)
		if err != nil {
			return nil, fmt.Errorf("find kinds of accounts: %w", err)
		}
		return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g bunch, err error) {
			return g, row.Scan(&g.status, &g.class)
		})
	}
	for _, part := range f.parts() {
		if part.counted()&ofKind == 0 {
			own += " and " + part.sql(q, "k")
			changed += " and " + part.sql(q, "s")
		}
	}
	rows, err := q.query(ctx, tx, `
		select status, class, sum(n)::bigint, coalesce(sum(n) filter (where meant), 0)::bigint from (
		  select s.status, s.class, s.n, k.meant from (
		    select coalesce(`+own+`, false) as meant, sum(k.pa) as pa, sum(k.pb) as pb, sum(k.pc) as pc, sum(k.ca) as ca, sum(k.cb) as cb, sum(k.cc) as cc,
		      sum(k.fa) as fa, sum(k.fb) as fb, sum(k.fc) as fc
		    from account_counts k where k.org_id = `+q.Org()+` and k.level = -1 group by 1) k cross join lateral `+apartByKind+` where true`+ofKinds+`
		  union all
		  select s.status, s.class, s.n, coalesce(`+changed+`, false) from account_count_changes s where s.org_id = `+q.Org()+` and s.cell = 0`+ofKinds+`
		) one group by 1, 2 order by 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("count accounts by kind: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g bunch, err error) {
		g.known = true
		return g, row.Scan(&g.status, &g.class, &g.all, &g.meant)
	})
}

// owners returns those whom accounts of the filter may belong to, in the order of
// their names, with how many where sums are kept.
func (f Filter) owners(ctx context.Context, tx pgx.Tx, q *Statement, descending bool) ([]bunch, error) {
	about, counted := f.counted()
	sums := `select null::bigint as owner_id, 0::bigint as meant where false`
	if counted {
		where, changed := "", ""
		for _, part := range f.parts() {
			where += " and " + part.sql(q, "s")
			changed += " and " + part.sql(q, "c")
		}
		from := `select s.owner_id, s.n from account_counts k cross join lateral ` + apart + ` where k.org_id = ` + q.Org() + ` and k.level = -1` + where
		if about&ofKind == 0 {
			from = `select s.owner_id, s.pa + s.pb + s.pc + s.ca + s.cb + s.cc + s.fa + s.fb + s.fc as n
				from account_counts s where s.org_id = ` + q.Org() + ` and s.level = -1` + where
		}
		sums = `select owner_id, sum(n)::bigint as meant from (` + from + `
			union all select c.owner_id, c.n from account_count_changes c where c.org_id = ` + q.Org() + ` and c.cell = 0` + changed + `) one group by 1`
	}
	order := ""
	if descending {
		order = " desc"
	}
	rows, err := q.query(ctx, tx, `
		select o.id, o.key, coalesce(m.meant, 0)
		from (select u.id, coalesce(lower(u.name), '') as key from users u where u.org_id = `+q.Org()+` union all select null, '') o
		left join (`+sums+`) m on m.owner_id is not distinct from o.id
		order by o.key`+order+`, o.id`)
	if err != nil {
		return nil, fmt.Errorf("count accounts by owner: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g bunch, err error) {
		g.known = counted
		return g, row.Scan(&g.owner, &g.key, &g.meant)
	})
}

// meant adds up how many accounts the filter without its shapes means; false when
// that is not known.
func meant(groups []bunch) (n int, known bool) {
	for _, g := range groups {
		if !g.known {
			return 0, false
		}
		n += g.meant
	}
	return n, true
}

// Costs, in entries of an index that are read one after another.
const (
	// gatherRow is what an account costs that is looked for and then sorted.
	gatherRow = 8
	// gatherBegin is what it costs to find the first.
	gatherBegin = 500
)

// plan says how much is asked of each group for so many rows, of which share lie in
// the filter's shapes, and which groups are gathered. Groups of which nothing is
// meant are left out.
func plan(groups []bunch, rows int, share float64) (walked, gathered []bunch) {
	total, known := meant(groups)
	for _, g := range groups {
		g.most = rows
		switch {
		case !known:
			walked = append(walked, g)
		case g.meant <= 0:
		case g.all == 0:
			walked = append(walked, g) // of owners
		case min(float64(g.all), float64(rows)*float64(g.all)/(float64(g.meant)*share)) > gatherBegin+gatherRow*float64(g.meant):
			gathered = append(gathered, g)
		default:
			// What is likely enough when the order has nothing to do with the kind;
			// when it has, the page is asked for again.
			expected := float64(rows) * float64(g.meant) / float64(total)
			g.most = min(rows, int(expected+4*math.Sqrt(expected))+3)
			walked = append(walked, g)
		}
	}
	return walked, gathered
}

// span is some days, both included.
type span struct{ from, to string }

const (
	earliestDay = "0001-01-01"
	neverDay    = "9999-12-31" // due_key of those who were never visited
)

// dueSpan returns days within which due_key of all accounts lies that the filter
// means; false when it says nothing of that.
func (f Filter) dueSpan(today string) (span, bool) {
	out, found := span{earliestDay, neverDay}, false
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return out, false
	}
	on := func(days int) string { return day.AddDate(0, 0, days).Format(time.DateOnly) }
	for _, part := range f.parts() {
		if part.leaf == nil || part.leaf.negated || len(part.leaf.coverage) == 0 {
			continue
		}
		hull := span{neverDay, earliestDay}
		for _, c := range part.leaf.coverage {
			s := map[Coverage]span{
				CoverageNever: {neverDay, neverDay}, CoverageOverdue: {earliestDay, on(-1)},
				CoverageDue: {on(0), on(dueWithinDays)}, CoverageOnTrack: {on(dueWithinDays + 1), "9999-12-30"},
			}[c]
			hull = span{min(hull.from, s.from), max(hull.to, s.to)}
		}
		out, found = span{max(out.from, hull.from), min(out.to, hull.to)}, true
	}
	return out, found
}
