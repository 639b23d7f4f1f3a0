package accounts

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// Statement collects the parameters of a query while its text is put together.
// Values of requests get into a query through [Statement.Arg] only.
type Statement struct {
	orgID    int64
	today    string
	org, day string // placeholders, once used
	args     []any
	scope    scope
}

// NewStatement returns a statement for an organisation and its day ([Today]).
func NewStatement(orgID int64, today string) *Statement {
	return &Statement{orgID: orgID, today: today}
}

// Arg adds a parameter and returns its placeholder.
func (s *Statement) Arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// Args returns the parameters, in the order of their placeholders.
func (s *Statement) Args() []any { return s.args }

// Org returns the placeholder of the organisation.
func (s *Statement) Org() string {
	if s.org == "" {
		s.org = s.Arg(s.orgID) + "::bigint"
	}
	return s.org
}

// Day returns the placeholder of the organisation's day.
func (s *Statement) Day() string {
	if s.day == "" {
		s.day = s.Arg(s.today) + "::date"
	}
	return s.day
}

// query and queryRow run a text with the parameters collected for it.
func (s *Statement) query(ctx context.Context, tx pgx.Tx, text string) (pgx.Rows, error) {
	return tx.Query(ctx, text, s.args...)
}

func (s *Statement) queryRow(ctx context.Context, tx pgx.Tx, text string) pgx.Row {
	return tx.QueryRow(ctx, text, s.args...)
}

// table is one of the two tables that a filter can be asked of: sites carry
// copies of what it needs of accounts.
type table struct {
	alias, account    string // the account's id
	current, archived string // conditions
}

var (
	accountsTable = table{
		alias: "a", account: "a.id",
		current: "a.archived_at is null", archived: "a.archived_at is not null",
	}
	sitesTable = table{
		alias: "s", account: "s.account_id",
		current: "not s.archived", archived: "s.archived",
	}
)

// conditions returns the filter's conditions but its shapes, joined by and.
func (f Filter) conditions(q *Statement, t table) string {
	return f.columnConditions(q, t) + f.setConditions(q, t)
}

// columnConditions are those on the row itself.
func (f Filter) columnConditions(q *Statement, t table) string {
	q.scope = f.scope
	if f.Archived {
		q.scope = archivedOnly
	}
	c := t.alias + ".org_id = " + q.Org() + q.scope.of(t)
	if f.IDs != nil {
		c += " and " + t.account + " = any(" + q.Arg(f.IDs) + "::bigint[])"
	}
	if f.hits != nil {
		return c + " and " + t.account + " = any(" + q.Arg(f.hits) + "::bigint[])"
	}
	for _, part := range f.parts() {
		if part.onSites() {
			c += " and " + part.sql(q, t.alias)
		}
	}
	return c
}

// parts are the conjuncts of the filter's simple fields and of its tree.
func (f Filter) parts() []*bound {
	parts := f.simple()
	sites, others := f.bound.split()
	return append(append(parts, sites...), others...)
}

// simple are the conditions of the simple fields, as a tree would have them.
func (f Filter) simple() []*bound {
	var out []*bound
	add := func(field, op string, value any) {
		raw, err := json.Marshal(value)
		if err != nil {
			panic(err) // texts and numbers always can be written
		}
		b, _ := builtin(field)
		c, err := b.condition(&node{field: field, op: op, value: raw}, surroundings{})
		if err != nil {
			// Check has refused it; a filter that was not checked finds nothing.
			c = constant(false)
		}
		out = append(out, &bound{leaf: c})
	}
	if len(f.Status) > 0 {
		add("status", "in", f.Status)
	}
	if len(f.Class) > 0 {
		add("class", "in", f.Class)
	}
	if len(f.OwnerIDs) > 0 {
		owners := make([]*int64, 0, len(f.OwnerIDs))
		for _, id := range set(f.OwnerIDs) {
			if id == 0 {
				owners = append(owners, nil)
			} else {
				owners = append(owners, &id)
			}
		}
		add("ownerId", "in", owners)
	}
	if f.TeamID != 0 {
		add("teamId", "in", []int64{f.TeamID})
	}
	if f.Territory != 0 {
		add("territoryId", "in", []int64{f.Territory})
	}
	if f.bySite {
		out = append(out, &bound{leaf: &condition{sites: true, row: func(*Statement, string) string { return "true" }}})
	}
	if len(f.Coverage) > 0 {
		add("coverage", "in", f.Coverage)
	}
	return out
}

// setConditions are those that other tables answer, or functions with a set of
// accounts, each with its "and" in front. They must stand outside of the lateral
// join over ranges, or the function would be called for every range.
func (f Filter) setConditions(q *Statement, t table) string {
	if f.hits != nil {
		return "" // among the columns' conditions
	}
	c := ""
	var others []string
	alias := t.alias
	if alias == sitesTable.alias {
		alias = accountsTable.alias
	}
	for _, part := range f.parts() {
		if !part.onSites() {
			others = append(others, part.sql(q, alias))
		}
	}
	switch {
	case len(others) == 0:
	case t.alias == accountsTable.alias:
		c += " and " + strings.Join(others, " and ")
	case f.few:
		c += " and exists (select 1 from accounts a where a.org_id = " + q.Org() + " and a.id = s.account_id and " + strings.Join(others, " and ") + " offset 0)"
	default:
		c += " and s.account_id in (select a.id from accounts a where a.org_id = " + q.Org() + q.scope.of(accountsTable) + " and " + strings.Join(others, " and ") + ")"
	}
	if len(f.Tags) > 0 {
		c += " and " + t.account + " in (select t.id from accounts_with_tags(" + q.Arg(set(f.Tags)) + "::text[]) t)"
	}
	if f.searching() {
		c += " and " + t.account + " in (select m.id from search_accounts(" + q.Arg(f.words()) + "::text[]) m)"
	}
	return c
}

// covers returns the exact test of a point against a shape, as SQL. The shape is
// made valid once, when the statement is planned: a drawn ring may cross itself.
func (s *Shape) covers(q *Statement, point string) string {
	switch {
	case s.box:
		side := func(v float64) string { return q.Arg(v) + "::float8" }
		return "(st_x(" + point + ") between " + side(s.bound.Min[0]) + " and " + side(s.bound.Max[0]) +
			" and st_y(" + point + ") between " + side(s.bound.Min[1]) + " and " + side(s.bound.Max[1]) + ")"
	case s.metres > 0:
		// On the sphere, as st_distancesphere has it.
		return "st_distancesphere(" + q.Arg(s.centre) + "::geometry, " + point + ") <= " + q.Arg(s.metres) + "::float8"
	case s.cells:
		lo, hi := hexgrid.Bounds(s.cover.Inside)
		return "exists (select 1 from unnest(" + q.Arg(lo) + "::bigint[], " + q.Arg(hi) + "::bigint[]) as w(lo, hi) where " +
			strings.TrimSuffix(point, "point") + "cell between w.lo and w.hi)"
	case s.valid:
		return "st_covers(" + q.Arg(s.geometry) + "::geometry, " + point + ")"
	}
	return "st_covers(st_collectionextract(st_makevalid(" + q.Arg(s.geometry) + "::geometry), 3), " + point + ")"
}

// Sites returns a from item, with alias s, of the sites of the accounts that the
// filter means and that lie in its shapes. columns are columns of sites s, among
// them s.account_id; without the point among them, what lies well within the
// shape is answered by the index alone. It panics without a shape.
//
// Each range of cells is one descent of the index (org_id, cell). "offset 0"
// keeps the planner from turning the lateral join into a scan of the whole
// organisation.
func (f Filter) Sites(q *Statement, columns string) string {
	driving, others := f.shape()
	if driving == nil {
		panic("accounts: a filter without a shape finds no sites")
	}
	where := f.columnConditions(q, sitesTable)
	for _, other := range others {
		where += " and " + other.covers(q, "s.point")
	}
	return f.sitesOf(q, sitesIn(q, driving.cover.Inside, columns, where)+"\n union all\n "+
		sitesIn(q, driving.cover.Edge, columns, where+" and "+driving.covers(q, "s.point")))
}

// PlacedInCells returns a select of one row for each account and cell of a
// resolution in which it has sites: region (the cell), cell (that of one of those
// sites) and status. The ranges hold whole cells of the resolution. An account
// counts at its primary site, and at another one only in a cell where that is
// not, so that a million accounts need not be told apart to be counted. The
// "offset 0" keeps that a look into the index for each further site, of which
// there are few; as a join the planner may read the whole table for it.
func (f Filter) PlacedInCells(q *Statement, ranges []hexgrid.Range, res int) string {
	andMask, orMask := hexgrid.ParentMasks(res)
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	return `
		select ((s.cell & ` + and + `) | ` + or + `) as region, s.cell, s.status
		from ` + f.sitesInCells(q, ranges, "s.account_id, s.cell, s.status", " and s.is_primary") + `
		union all` + f.furtherInCells(q, ranges, res)
}

// furtherInCells is the part of PlacedInCells that further sites add.
func (f Filter) furtherInCells(q *Statement, ranges []hexgrid.Range, res int) string {
	andMask, orMask := hexgrid.ParentMasks(res)
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	region := func(cell string) string { return "((" + cell + " & " + and + ") | " + or + ")" }
	primary := "p.org_id = " + q.Org() + " and p.account_id = o.account_id and p.is_primary and " + region("p.cell") + " = " + region("o.cell")
	for _, shape := range f.shapes() {
		primary += " and " + shape.covers(q, "p.point")
	}
	return `
		select ` + region("o.cell") + ` as region, min(o.cell) as cell, o.status
		from (select s.* from ` + f.sitesInCells(q, ranges, "s.account_id, s.cell, s.status", " and not s.is_primary") + `) o
		where not exists (select 1 from sites p where ` + primary + ` offset 0)
		group by 1, o.account_id, 3`
}

// SitesInCells is [Filter.Sites] for whole cells given as ranges instead of the
// filter's shapes, which are tested too.
func (f Filter) SitesInCells(q *Statement, ranges []hexgrid.Range, columns string) string {
	return f.sitesInCells(q, ranges, columns, "")
}

// sitesInCells is SitesInCells with a further condition on sites s, which begins
// with "and".
func (f Filter) sitesInCells(q *Statement, ranges []hexgrid.Range, columns, further string) string {
	where := f.columnConditions(q, sitesTable) + further
	var area *Shape
	for _, shape := range f.shapes() {
		if area == nil && shape != f.Within && shape != f.Box {
			area = shape
			continue
		}
		where += " and " + shape.covers(q, "s.point")
	}
	if area == nil {
		return f.sitesOf(q, sitesIn(q, ranges, columns, where))
	}
	// An area has many corners and every tile of a map asks for it: only the
	// cells at its edge are tested, those inside are answered by the index.
	inside, edge := common(ranges, area.cover.Inside), common(ranges, area.cover.Edge)
	return f.sitesOf(q, sitesIn(q, inside, columns, where)+"\n union all\n "+
		sitesIn(q, edge, columns, where+" and "+area.covers(q, "s.point")))
}

// common returns what two lists of ranges have in common. The ranges of a list
// do not overlap; they may be in any order.
func common(a, b []hexgrid.Range) []hexgrid.Range {
	byLo := func(x, y hexgrid.Range) int { return cmp.Compare(x.Lo, y.Lo) }
	a, b = slices.SortedFunc(slices.Values(a), byLo), slices.SortedFunc(slices.Values(b), byLo)
	out := []hexgrid.Range{}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if lo, hi := max(a[i].Lo, b[j].Lo), min(a[i].Hi, b[j].Hi); lo <= hi {
			out = append(out, hexgrid.Range{Lo: lo, Hi: hi})
		}
		if a[i].Hi < b[j].Hi {
			i++
		} else {
			j++
		}
	}
	return out
}

// sitesIn selects the sites of ranges.
func sitesIn(q *Statement, ranges []hexgrid.Range, columns, where string) string {
	lo, hi := hexgrid.Bounds(ranges)
	return `select s.* from unnest(` + q.Arg(lo) + `::bigint[], ` + q.Arg(hi) + `::bigint[]) as r(lo, hi)
		cross join lateral (
		  select ` + columns + ` from sites s
		  where ` + where + ` and s.cell between r.lo and r.hi offset 0) s`
}

// sitesOf wraps the sites of ranges with what is asked of their accounts.
func (f Filter) sitesOf(q *Statement, sites string) string {
	set := f.setConditions(q, sitesTable)
	if set == "" {
		return "(" + sites + ") s"
	}
	return "(select s.* from (" + sites + ") s where true" + set + ") s"
}

// inShapes returns the condition on accounts a that one of their sites lies in
// the filter's shapes, tested site by site; empty when there is no shape.
func (f Filter) inShapes(q *Statement) string {
	driving, others := f.shape()
	if driving == nil {
		return ""
	}
	test := driving.covers(q, "s.point")
	for _, other := range others {
		test += " and " + other.covers(q, "s.point")
	}
	return ` and exists (select 1 from sites s
		where s.org_id = ` + q.Org() + ` and s.account_id = a.id and ` + test + ` offset 0)`
}
