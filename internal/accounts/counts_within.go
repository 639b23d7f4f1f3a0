package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Figures are the numbers of accounts of a filter.
type Figures struct {
	Accounts, Customers, Prospects int
}

func (n Figures) plus(m Figures) Figures {
	return Figures{n.Accounts + m.Accounts, n.Customers + m.Customers, n.Prospects + m.Prospects}
}

// Figures counts the accounts of a bound filter.
func (f Filter) Figures(ctx context.Context, tx pgx.Tx, statement func() *Statement) (Figures, error) {
	if f.countedWithin() {
		var n Figures
		err := postgres.KeepingPlans(ctx, tx, func() (err error) {
			n, err = f.within(ctx, tx, statement)
			return err
		})
		return n, err
	}
	if _, counted := f.counted(); counted && len(f.shapes()) == 0 {
		return f.ofAll(ctx, tx, statement())
	}
	q := statement()
	return figuresOf(ctx, tx, q, "select status from "+f.Accounts(q, "status"))
}

// countedWithin reports whether the filter is counted by sums within its shape
// and site by site at its edge only.
func (f Filter) countedWithin() bool {
	driving, others := f.shape()
	if driving == nil || len(others) > 0 {
		return false
	}
	about, ok := f.counted()
	return ok && about&ofDue == 0
}

const (
	// fewAtEdge is how many sites at the edge of a shape are tested one by one
	// rather than covering the shape more finely.
	fewAtEdge = 4_000
	// fineCells is how many cells that finer cover may have.
	fineCells = 600
	// boxCells is how many cells the cover of a rectangle may have.
	boxCells = 1_500
)

// within counts the accounts of a filter whose only shape is large: whole cells
// within it by the sums that are kept, the others site by site.
func (f Filter) within(ctx context.Context, tx pgx.Tx, statement func() *Statement) (Figures, error) {
	shape, _ := f.shape()
	free := f
	free.Box, free.Within, free.Reach, free.Areas = nil, nil, nil, nil
	if shape.box {
		if n, done, err := free.inBox(ctx, tx, statement, shape); done || err != nil {
			return n, err
		}
	}
	cover := shape.cover
	whole, rest := countedCells(cover.Inside)
	n, err := free.inCells(ctx, tx, statement(), whole)
	if err != nil {
		return n, err
	}
	if !shape.cells && shape.metres == 0 {
		edge, _ := countedCells(cover.Edge)
		at, err := free.inCells(ctx, tx, statement(), edge)
		if err != nil {
			return n, err
		}
		if at.Accounts > fewAtEdge {
			if cover, err = hexgrid.CoverRanges(shape.geometry, hexgrid.CoverOptions{MaxCells: fineCells}); err != nil {
				return n, fmt.Errorf("cover a shape: %w", err)
			}
			whole, rest = countedCells(cover.Inside)
			if n, err = free.inCells(ctx, tx, statement(), whole); err != nil {
				return n, err
			}
		}
	}
	q := statement()
	where := free.attributes(q)
	m, err := figuresOf(ctx, tx, q, sitesIn(q, rest, hitColumns, where+" and s.is_primary")+`
		union all
		`+sitesIn(q, cover.Edge, hitColumns, where+" and s.is_primary and "+shape.covers(q, "s.point"))+`
		union all
		`+shape.further(q, cover, where))
	return n.plus(m), err
}

// hitColumns are those of a site that [figuresOf] counts.
const hitColumns = "s.account_id, s.status"

// further is a select of the accounts of which only further sites lie in the
// shape, where being what is asked of sites s.
func (s *Shape) further(q *Statement, cover hexgrid.RangeCover, where string) string {
	where += " and not s.is_primary"
	primary := "p.org_id = " + q.Org() + " and p.account_id = o.account_id and p.is_primary and " + s.covers(q, "p.point")
	return `select o.account_id, o.status from (
		  ` + sitesIn(q, cover.Inside, hitColumns, where) + `
		  union all
		  ` + sitesIn(q, cover.Edge, hitColumns, where+" and "+s.covers(q, "s.point")) + `) o
		where not exists (select 1 from sites p where ` + primary + ` offset 0)
		group by 1, 2`
}

// figuresOf counts the rows of a select, which are accounts with their status.
func figuresOf(ctx context.Context, tx pgx.Tx, q *Statement, hits string) (Figures, error) {
	var n Figures
	err := q.queryRow(ctx, tx, `
		select count(*), count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect')
		from (`+hits+`) hit`).Scan(&n.Accounts, &n.Customers, &n.Prospects)
	if err != nil {
		return n, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// inBox is within for a rectangle: the sites at its edge are read from blocks. It
// does nothing when blocks do not know what the filter asks for or when more sites
// lie there than are to be read.
func (f Filter) inBox(ctx context.Context, tx pgx.Tx, statement func() *Statement, box *Shape) (n Figures, done bool, err error) {
	q := statement()
	filter, known := f.ofBlocks(q.today)
	if !known {
		return n, false, nil
	}
	cover, err := hexgrid.CoverRanges(box.geometry, hexgrid.CoverOptions{MaxCells: boxCells, MaxResolution: blockResolution})
	if err != nil {
		return n, false, fmt.Errorf("cover a box: %w", err)
	}
	in := blockMemory.Get().(*blockSites)
	defer blockMemory.Put(in)
	if done, err = filter.readBlocks(ctx, tx, q, cover.Edge, false, mostOfBlocks, in, box.bound.Contains); !done || err != nil {
		return n, false, err
	}
	whole, _ := countedCells(cover.Inside) // no cell is finer than the sums
	if n, err = f.inCells(ctx, tx, statement(), whole); err != nil {
		return n, true, err
	}
	for i := range in.sites {
		if s := &in.sites[i]; s.primary {
			n.Accounts++
			switch statusOf[s.status] {
			case Customer:
				n.Customers++
			case Prospect:
				n.Prospects++
			}
		}
	}
	q = statement()
	m, err := figuresOf(ctx, tx, q, box.further(q, cover, f.attributes(q)))
	return n.plus(m), true, err
}

// attributes are the conditions of a counted filter on sites s.
func (f Filter) attributes(q *Statement) string {
	f.hits = nil // the conditions say the same, and look nothing up
	return f.columnConditions(q, sitesTable)
}

// levelled are ranges of stored cells, each with the level of the sums that it
// holds whole.
type levelled struct {
	lo, hi []int64
	level  []int16
}

// countedCells takes ranges apart into cells of which sums are kept; what is
// finer stays.
func countedCells(ranges []hexgrid.Range) (whole levelled, rest []hexgrid.Range) {
	rest = []hexgrid.Range{}
	for _, r := range ranges {
		for _, c := range hexgrid.Cells(r) {
			lo, hi := c.Range()
			if c.Resolution() > finestCounted {
				rest = append(rest, hexgrid.Range{Lo: lo, Hi: hi})
				continue
			}
			whole.lo, whole.hi = append(whole.lo, lo), append(whole.hi, hi)
			whole.level = append(whole.level, int16(max(c.Resolution(), coarsestCounted)))
		}
	}
	return whole, rest
}

// inCells adds up the primary sites of a filter without shapes in whole cells.
func (f Filter) inCells(ctx context.Context, tx pgx.Tx, q *Statement, cells levelled) (Figures, error) {
	var n Figures
	if len(cells.lo) == 0 {
		return n, nil
	}
	from := `unnest(` + q.Arg(cells.lo) + `::bigint[], ` + q.Arg(cells.hi) + `::bigint[], ` + q.Arg(cells.level) + `::smallint[]) as r(lo, hi, level)
		cross join lateral (select `
	err := q.queryRow(ctx, tx, `select coalesce(sum(n), 0)::bigint, coalesce(sum(customers), 0)::bigint, coalesce(sum(prospects), 0)::bigint from (`+
		f.sums(q,
			from+`k.* from account_counts k where k.org_id = `+q.Org()+` and k.level = r.level and k.cell between r.lo and r.hi offset 0) k where true`,
			`(select s.* from `+from+`s.* from account_count_changes s where s.org_id = `+q.Org()+` and s.cell between r.lo and r.hi offset 0) s) s where true`)+
		`) summed`).Scan(&n.Accounts, &n.Customers, &n.Prospects)
	if err != nil {
		return n, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}
