package accounts

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

const (
	// gatherAtMost is how many accounts of a shape are fetched and sorted, whatever
	// else might be quicker.
	gatherAtMost = 2_000
	// fetchAtMost is how many accounts that are known by their ids are.
	fetchAtMost = 3_000
)

// Costs of a list with a shape, in entries of an index that are read one after
// another (see plan).
const (
	siteScanned = 1  // a site of the shape's cells, looked at
	siteHashed  = 2  // and kept, to find its account again
	rowFetched  = 20 // an account, fetched and sorted
	rowPlaced   = 20 // an account on the way, whose place is looked up
)

// page returns the ids of one page in order, and where it ended unless it is the
// last. total is how many accounts the filter means, negative when nobody has
// counted.
func (f Filter) page(ctx context.Context, tx pgx.Tx, q *Statement, sort sorting, from *cursor, limit, total int) ([]int64, *cursor, error) {
	p := pager{f: f, ctx: ctx, tx: tx, orgID: q.orgID, today: q.today, sort: sort, from: from, rows: limit + 1, total: total}
	hits, err := p.find()
	if err != nil {
		return nil, nil, fmt.Errorf("list accounts: %w", err)
	}
	ids, last := pageOf(hits, limit)
	return ids, last, nil
}

// pageOf returns the ids of a page of what was found, which is one more than the
// page when there is another behind it, and where it ends then.
func pageOf(hits []found, limit int) (ids []int64, last *cursor) {
	if len(hits) > limit {
		hits = hits[:limit]
		end := hits[limit-1]
		last = &cursor{Key: end.key, ID: end.id}
	}
	ids = make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	return ids, last
}

// pager finds one page of a list.
type pager struct {
	f           Filter
	ctx         context.Context
	tx          pgx.Tx
	orgID       int64
	today       string
	sort        sorting
	from        *cursor
	rows, total int
	hashed      bool // the accounts of the shapes are few enough to be read beforehand

	withSiteless bool // of a list by city: accounts without a site belong to the page
}

// found is an account of a page: its id, its key in the order of the list, and the
// group that it came from, counted from 1; 0 for none.
type found struct {
	id    int64
	key   string
	group int
}

func (p *pager) statement() *Statement { return NewStatement(p.orgID, p.today) }

func (p *pager) find() ([]found, error) {
	if p.sort == bestFirst {
		return p.best()
	}
	driving, _ := p.f.shape()
	indexed := p.sort.indexed || p.inCities()
	few := p.f.IDs != nil || p.f.hits != nil && len(p.f.hits) <= fetchAtMost || p.f.Archived && p.total <= gatherAtMost
	if few || driving == nil && p.sort.group == "" && !indexed && p.f.hits != nil {
		return p.fetched()
	}
	share := 1.0
	var kinds []bunch
	if driving != nil {
		var err error
		if kinds, err = p.f.kinds(p.ctx, p.tx, p.statement()); err != nil {
			return nil, err
		}
		in, err := p.inShape(driving, kinds)
		if err != nil {
			return nil, err
		}
		share = float64(in.rows) / float64(max(in.rows, in.meant, 1))
		// Entries on the way to a full page, of which some are meant but for the shape.
		entries := min(float64(p.rows)*float64(in.all)/float64(max(in.rows, 1)), float64(in.all))
		// What a small shape holds lies together in the order of cities, anywhere; of a
		// large one something is always near.
		if p.sort.cities && share < 0.25 {
			entries = max(entries, float64(in.all)/2/float64(max(in.kinds, 1)))
		}
		tested := 3 * entries * (1 + rowPlaced*float64(in.meant)/float64(max(in.all, in.meant, 1)))
		if in.known { // all that are meant anywhere, kind by kind
			tested = min(tested, float64(gatherBegin*in.kinds+(gatherRow+rowPlaced)*in.meant))
		}
		gathered := float64(siteScanned*in.sites + rowFetched*in.rows)
		hashed := float64(siteHashed*in.sites) + float64(in.kinds)*entries // each kind is asked for a page
		if in.rows <= gatherAtMost && in.sites <= gatherAtMost || gathered < min(tested, hashed) || p.sort.group == "" && !indexed {
			return p.inPlace()
		}
		p.hashed = hashed < tested
	}
	switch {
	case p.sort.owners:
		return p.byOwner(share)
	case p.sort.group == "" && !indexed:
		return p.sorted()
	}
	if driving == nil {
		var err error
		if kinds, err = p.f.kinds(p.ctx, p.tx, p.statement()); err != nil {
			return nil, err
		}
	}
	if n, known := meant(kinds); known && driving != nil && p.total > 0 {
		share = float64(p.total) / float64(max(p.total, n))
	}
	switch {
	case p.inCities():
		return p.byCity(kinds, share)
	case p.sort.group == "":
		return p.grouped(p.plan(kinds, share))
	}
	return p.inTurn(kinds, share)
}

// inTurn lists groups one after another, those of one key together. The first that
// are likely to fill the page are asked, and all when they do not.
func (p *pager) inTurn(groups []bunch, share float64) ([]found, error) {
	slices.SortStableFunc(groups, func(a, b bunch) int {
		c := cmp.Compare(p.sortKey(a), p.sortKey(b))
		if p.sort.descending {
			c = -c
		}
		return c
	})
	groups = p.behind(groups)
	first, expected := 0, 0.0
	for first < len(groups) {
		key := p.sortKey(groups[first])
		if expected >= float64(p.rows) || !groups[first].known {
			break
		}
		for ; first < len(groups) && p.sortKey(groups[first]) == key; first++ {
			if p.from == nil || key != p.from.Key {
				// Half as many as the share says, since it is an estimate.
				expected += float64(groups[first].meant) * share / map[bool]float64{true: 1, false: 2}[share == 1]
			}
		}
	}
	if first > 0 {
		hits, err := p.grouped(p.plan(groups[:first], share))
		if err != nil || len(hits) == p.rows || first == len(groups) {
			return hits, err
		}
	}
	return p.grouped(p.plan(groups, share))
}

// inside is what is known of a list with a shape, as far as cells and the sums that
// are kept say.
type inside struct {
	sites int // in the shape
	rows  int // accounts in it that the filter means
	meant int // accounts that the filter without its shapes means
	all   int // accounts of their kinds
	kinds int
	known bool // meant and all are
}

// inShape reckons that; groups are the kinds of the filter.
func (p *pager) inShape(shape *Shape, groups []bunch) (in inside, err error) {
	in.kinds = len(groups)
	in.meant, in.known = meant(groups)
	for _, g := range groups {
		in.all += g.all
	}
	if p.total >= 0 {
		in.sites, in.rows, in.all = p.total, p.total, max(in.all, p.total)
		return in, nil
	}
	cells, rest := countedCells(shape.cover.Inside)
	edge, small := countedCells(shape.cover.Edge)
	for _, r := range append(rest, small...) {
		// Of cells too fine for sums, those that they lie in.
		c := hexgrid.Cell(r.Lo).Parent(finestCounted)
		lo, hi := c.Range()
		edge.lo, edge.hi, edge.level = append(edge.lo, lo), append(edge.hi, hi), append(edge.level, finestCounted)
	}
	cells.lo, cells.hi, cells.level = append(cells.lo, edge.lo...), append(cells.hi, edge.hi...), append(cells.level, edge.level...)
	all := Filter{scope: currentOnly}
	every, err := all.inCells(p.ctx, p.tx, p.statement(), cells)
	if err != nil {
		return in, err
	}
	in.sites, in.rows = every.Accounts, every.Accounts
	if !in.known { // nothing better is known
		in.meant, in.all = every.Accounts, every.Accounts
		return in, nil
	}
	// By cell, sums do not say when a visit is due: of those in the shape as many are
	// as elsewhere.
	free := p.f
	free.Box, free.Within, free.Reach, free.Areas, free.Coverage = nil, nil, nil, nil, nil
	about, counted := free.counted()
	if !counted || about&ofDue != 0 {
		in.rows = int(float64(in.rows) * float64(in.meant) / float64(max(in.all, 1)))
		return in, nil
	}
	if about != ofNone {
		hit, err := free.inCells(p.ctx, p.tx, p.statement(), cells)
		if err != nil {
			return in, err
		}
		in.rows = hit.Accounts
	}
	if len(p.f.Coverage) > 0 {
		whenever, err := free.kinds(p.ctx, p.tx, p.statement())
		if err != nil {
			return in, err
		}
		n, _ := meant(whenever)
		in.rows = int(float64(in.rows) * float64(in.meant) / float64(max(n, 1)))
	}
	return in, nil
}

// best lists by how well the search text matches.
// Matches come in order, so that no more of them are looked up than fill the page.
func (p *pager) best() ([]found, error) {
	q := p.statement()
	return p.collect(q, `
		select m.id, m.score::text, 0 from (
		  select a.id, a.score from search_accounts(`+q.Arg(p.f.words())+`::text[]) a
		  where true`+p.sort.after(q, p.from)+` order by a.score desc, a.id desc offset 0) m
		cross join lateral (
		  select a.id from accounts a
		  where a.id = m.id and `+p.f.withoutSearch().conditions(q, accountsTable)+p.f.inShapes(q)+` offset 0) a`+
		p.order(q, "m.score desc, m.id desc"))
}

// inPlace sorts all accounts of the filter's shapes.
func (p *pager) inPlace() ([]found, error) {
	if p.inCities() {
		return p.placedByCity()
	}
	q := p.statement()
	// The sites found in the shape already meet the filter.
	return p.collect(q, `
		select a.id, `+p.sort.key+`::text, 0
		from (select s.account_id from `+p.f.Sites(q, "s.account_id")+` group by 1) hit
		cross join lateral (
		  select a.* from accounts a
		  where a.org_id = `+q.Org()+` and a.id = hit.account_id offset 0) a
		where true`+p.sort.after(q, p.from)+p.order(q, p.sort.orderBy()))
}

// fetched sorts all accounts of the filter, which are known by their ids or have an
// index of their own. Their ids are in an index that has what most conditions ask
// for.
func (p *pager) fetched() ([]found, error) {
	q := p.statement()
	return p.collect(q, `
		select a.id, `+p.sort.key+`::text, 0 from (
		  select a.* from accounts a where a.org_id = `+q.Org()+` and a.id = any (array(
		    select a.id from accounts a where `+p.f.conditions(q, accountsTable)+p.f.inShapes(q)+`)) offset 0) a
		where true`+p.sort.after(q, p.from)+p.order(q, p.sort.orderBy()))
}

// sorted sorts all accounts of the filter by what no index keeps in order.
func (p *pager) sorted() ([]found, error) {
	q := p.statement()
	return p.collect(q, `
		select a.id, `+p.sort.key+`::text, 0 from accounts a
		where `+p.f.conditions(q, accountsTable)+p.f.inShapes(q)+p.sort.after(q, p.from)+p.order(q, p.sort.orderBy()))
}

// order ends a statement that gives no more than the page.
func (p *pager) order(q *Statement, by string) string {
	return ` order by ` + by + ` limit ` + q.Arg(p.rows) + `::bigint`
}

func (p *pager) collect(q *Statement, text string) ([]found, error) {
	rows, err := q.query(p.ctx, p.tx, text)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h found, err error) {
		return h, row.Scan(&h.id, &h.key, &h.group)
	})
}

// sortKey is what a group is sorted by as a whole.
func (p *pager) sortKey(g bunch) string {
	switch p.sort.group {
	case "status":
		return string(g.status)
	case "class":
		return string(g.class)
	}
	return g.key
}

// behind leaves the groups that the page may reach, of a list sorted by a column
// that is the same throughout each group, with the ids that it begins behind.
func (p *pager) behind(groups []bunch) (out []bunch) {
	for _, g := range groups {
		if p.sort.descending {
			g.start = math.MaxInt64
		}
		if p.from != nil {
			key := p.sortKey(g)
			if !p.sort.descending && key < p.from.Key || p.sort.descending && key > p.from.Key {
				continue
			}
			if key == p.from.Key {
				g.start = p.from.ID
			}
		}
		out = append(out, g)
	}
	return out
}

// byOwner lists owner by owner; those of one name are sorted together.
func (p *pager) byOwner(share float64) ([]found, error) {
	owners, err := p.f.owners(p.ctx, p.tx, p.statement(), p.sort.descending)
	if err != nil {
		return nil, err
	}
	total, known := meant(owners)
	if driving, _ := p.f.shape(); known && total <= fetchAtMost && driving == nil {
		return p.gatheredSorted()
	}
	return p.inTurn(owners, share)
}

// gatheredSorted sorts the few accounts that the filter means, kind by kind.
func (p *pager) gatheredSorted() ([]found, error) {
	kinds, err := p.f.kinds(p.ctx, p.tx, p.statement())
	if err != nil {
		return nil, err
	}
	kinds = slices.DeleteFunc(kinds, func(g bunch) bool { return g.meant <= 0 })
	q := p.statement()
	text := p.gather(q, kinds, p.sort.key)
	if text == "" {
		return nil, nil
	}
	return p.collect(q, `select a.id, a.key::text, 0 from (`+text+`) a order by `+p.sort.orderByKey("a.key")+` limit `+q.Arg(p.rows)+`::bigint`)
}

// plan is [plan] for this page. Where every account on the way costs much, no more
// is asked of a group than is likely to be enough.
func (p *pager) plan(groups []bunch, share float64) (walked, gathered []bunch) {
	walked, gathered = plan(groups, p.rows, share)
	if share < 1 && !p.hashed {
		return walked, gathered
	}
	for i := range walked {
		walked[i].most = p.rows
	}
	return walked, gathered
}

// grouped puts a page together from groups. Those walked are asked for as much as is
// likely to be enough; when one of them may have more of the page, all are asked for
// all of it.
func (p *pager) grouped(walked, gathered []bunch) ([]found, error) {
	if len(walked)+len(gathered) == 0 {
		return nil, nil
	}
	for {
		q := p.statement()
		key, by := p.sort.key, "a.key"
		if p.sort.group != "" {
			key, by = "a.id", "a.groupkey"
		}
		var parts []string
		inOrder := key
		if p.sort.cities {
			inOrder = "a.city_key"
		}
		if text := p.walk(q, walked, inOrder); text != "" {
			parts = append(parts, text)
		}
		if p.withSiteless && len(walked) > 0 {
			parts = append(parts, p.ofNoCity(q, walked))
		}
		if text := p.gather(q, gathered, key); text != "" {
			parts = append(parts, text)
		}
		if p.sort.group == "" {
			parts = []string{strings.Join(parts, "\nunion all\n")}
		}
		shown := `a.key::text`
		if p.sort.group != "" {
			shown = `a.groupkey`
		}
		hits, err := p.collect(q, `select a.id, `+shown+`, a.i::int from (`+strings.Join(parts, "\nunion all\n")+`) a order by `+p.sort.orderByKey(by))
		if err != nil {
			return nil, err
		}
		if !p.short(walked, hits) {
			return hits[:min(len(hits), p.rows)], nil
		}
		for i := range walked {
			walked[i].most = p.rows
		}
	}
}

// short reports whether a group that gave all that was asked of it may have more
// accounts of the page.
func (p *pager) short(walked []bunch, hits []found) bool {
	gave := make([]int, len(walked)+1)
	last := make([]int, len(walked)+1)
	for at, h := range hits {
		gave[h.group]++
		last[h.group] = at
	}
	for i, g := range walked {
		if g.most < p.rows && gave[i+1] == g.most && last[i+1] < p.rows-1 {
			return true
		}
	}
	return false
}

// columns of a group as parameters of a statement.
func (p *pager) groups(q *Statement, groups []bunch) (from, match, owned string) {
	status, class, owner, key := make([]string, len(groups)), make([]string, len(groups)), make([]*int64, len(groups)), make([]string, len(groups))
	start, most := make([]int64, len(groups)), make([]int32, len(groups))
	for i, g := range groups {
		status[i], class[i], owner[i], key[i] = string(g.status), string(g.class), g.owner, p.sortKey(g)
		start[i], most[i] = g.start, int32(g.most)
	}
	if p.sort.owners {
		return `unnest(` + q.Arg(owner) + `::bigint[], ` + q.Arg(key) + `::text[], ` + q.Arg(start) + `::bigint[], ` + q.Arg(most) +
			`::int[]) with ordinality as c(owner_id, groupkey, start, most, i)`, "a.owner_id = c.owner_id", "a.owner_id is null and c.owner_id is null"
	}
	return `unnest(` + q.Arg(status) + `::text[], ` + q.Arg(class) + `::text[], ` + q.Arg(key) + `::text[], ` + q.Arg(start) + `::bigint[], ` + q.Arg(most) +
		`::int[]) with ordinality as c(status, class, groupkey, start, most, i)`, "a.status = c.status and a.class = c.class", ""
}

// walk reads groups in the order of the list until each has given what is asked of
// it. "offset 0" keeps the planner from looking for the accounts in another order,
// which it would sort; the order is said again because some conditions become joins,
// which keep none; the columns are those of the index alone, unless the filter
// asks for others.
func (p *pager) walk(q *Statement, groups []bunch, key string) string {
	if len(groups) == 0 {
		return ""
	}
	from, match, owned := p.groups(q, groups)
	columns := "a.*"
	if _, counted := p.f.counted(); counted || p.f.hits != nil {
		columns = "a.org_id, a.id, a.status, a.class, a.owner_id, a.team_id, a.territory_id, a.due_on, a.archived_at"
	}
	within := ""
	if days, found := p.f.dueSpan(p.today); found {
		between := func(column, before, after string) string {
			return " and " + column + " between " + q.Arg(days.from) + "::date" + before + " and " + q.Arg(days.to) + "::date" + after
		}
		switch {
		case p.sort.key == "a.due_key":
			within = between(p.sort.key, "", "")
		case p.sort.key != lastVisitKey || p.sort.owners:
		case days.from == neverDay:
			within = " and " + p.sort.key + " = " + q.Arg(earliestDay) + "::date"
		case days.to != neverDay && days.from != earliestDay:
			from += ` cross join lateral (select coalesce(max(a.visit_interval_days), 0) as longest, coalesce(min(a.visit_interval_days), 0) as shortest
				from accounts a where a.org_id = ` + q.Org() + ` and a.status = c.status and a.class = c.class) v`
			within = between(p.sort.key, " - v.longest", " - v.shortest")
		case days.to != neverDay:
			from += ` cross join lateral (select coalesce(min(a.visit_interval_days), 0) as shortest
				from accounts a where a.org_id = ` + q.Org() + ` and a.status = c.status and a.class = c.class) v`
			within = " and " + p.sort.key + " <= " + q.Arg(days.to) + "::date - v.shortest and " + p.sort.key + " > " + q.Arg(earliestDay) + "::date"
		}
	}
	source := "accounts"
	if p.sort.cities {
		source = byCityOf
	}
	inner, outer := p.inner(key), p.inner("a.key")
	one := func(match string) string {
		return `(select a.id, a.key from (
			select ` + columns + `, ` + key + ` as key from ` + source + ` a
			where a.org_id = ` + q.Org() + ` and ` + match + within + p.afterIn(q, key) + ` order by ` + inner + ` offset 0) a
			where ` + p.f.conditions(q, accountsTable) + p.placed(q) + ` order by ` + outer + ` limit c.most)`
	}
	text := one(match)
	if owned != "" {
		// The index keeps those of nobody in order, too, when the order begins as it does.
		inner = p.sort.orderByKey("a.owner_id")
		outer = inner
		text += " union all " + one(owned)
	}
	return `select a.id, a.key, c.groupkey, c.i from ` + from + ` cross join lateral (` + text + `) a`
}

// placed is the condition that an account lies in the filter's shapes. "is true"
// keeps the planner from making a join of it, which would be made anew for every
// group.
func (p *pager) placed(q *Statement) string {
	if !p.hashed {
		return p.f.inShapes(q)
	}
	return ` and (a.id in (select s.account_id from ` + p.f.Sites(q, "s.account_id") + `)) is true`
}

// gather reads all accounts of groups that the filter means.
func (p *pager) gather(q *Statement, groups []bunch, key string) string {
	if len(groups) == 0 {
		return ""
	}
	sort := p.sort
	p.sort.owners = false
	from, match, _ := p.groups(q, groups)
	p.sort = sort
	within := ""
	if days, found := p.f.dueSpan(p.today); found {
		within = " and a.due_key between " + q.Arg(days.from) + "::date and " + q.Arg(days.to) + "::date"
	}
	return `select a.id, a.key, c.groupkey, 0 as i from ` + from + ` cross join lateral (
		select a.id, ` + key + ` as key from accounts a
		where ` + match + within + ` and ` + p.f.conditions(q, accountsTable) + p.f.inShapes(q) + p.afterIn(q, key) + ` offset 0) a`
}

// inner is the order within a group, afterIn the condition of what comes behind the
// cursor there.
func (p *pager) inner(key string) string {
	if p.sort.group == "" {
		return p.sort.orderByKey(key)
	}
	if p.sort.descending {
		return "a.id desc"
	}
	return "a.id"
}

func (p *pager) afterIn(q *Statement, key string) string {
	switch {
	case p.sort.group == "" || p.sort.owners && key == p.sort.key:
		return p.sort.afterKey(q, p.from, key)
	case p.sort.descending:
		return " and a.id < c.start"
	}
	return " and a.id > c.start"
}
