package accounts

import (
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// PlacedRowsInCells is [Filter.PlacedInCells] with columns of sites beside the
// region: one row for each account and cell of the resolution in which it has
// sites that the filter means. The columns are copies of the account's (status,
// class, owner_id, due_on, revenue_key, potential_key) or account_id, the same
// for all of its sites; the row has them by these names.
func (f Filter) PlacedRowsInCells(q *Statement, ranges []hexgrid.Range, res int, columns ...string) string {
	andMask, orMask := hexgrid.ParentMasks(res)
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	region := func(cell string) string { return "((" + cell + " & " + and + ") | " + or + ")" }
	primary := "p.org_id = " + q.Org() + " and p.account_id = o.account_id and p.is_primary and " + region("p.cell") + " = " + region("o.cell")
	for _, shape := range f.shapes() {
		primary += " and " + shape.covers(q, "p.point")
	}
	read := "s.account_id, s.cell"
	for _, c := range columns {
		if c != "account_id" {
			read += ", s." + c
		}
	}
	list := func(alias string) string { return alias + strings.Join(columns, ", "+alias) }
	return `
		select ` + region("s.cell") + ` as region, ` + list("s.") + `
		from ` + f.sitesInCells(q, ranges, read, " and s.is_primary") + `
		union all
		select distinct on (o.region, o.account_id) o.region, ` + list("o.") + `
		from (
		  select ` + region("o.cell") + ` as region, o.*
		  from (select s.* from ` + f.sitesInCells(q, ranges, read, " and not s.is_primary") + `) o
		  where not exists (select 1 from sites p where ` + primary + ` offset 0)) o`
}

// PrimaryInCells returns a from item, with alias s, of the primary sites in whole
// cells of the accounts that the filter means, each account once at most. columns
// are columns of sites s.
func (f Filter) PrimaryInCells(q *Statement, ranges []hexgrid.Range, columns string) string {
	return f.sitesInCells(q, ranges, columns, " and s.is_primary")
}

// Accounts returns a from item, with alias hit, of the accounts that the filter
// means, each once, with account_id and columns, which are some of status, class,
// owner_id, due_on, revenue_key and potential_key.
func (f Filter) Accounts(q *Statement, columns ...string) string {
	with := func(alias, id string) string {
		text := id + " as account_id"
		for _, c := range columns {
			text += ", " + alias + c
		}
		return text
	}
	if driving, _ := f.shape(); driving == nil {
		return "(select " + with("a.", "a.id") + " from accounts a where " + f.conditions(q, accountsTable) + ") hit"
	}
	sites := with("s.", "s.account_id")
	return "(select distinct on (s.account_id) s.* from " + f.Sites(q, sites) + ") hit"
}

// WholeCells returns the ranges of the cells of a resolution whose middle lies in
// all of the filter's shapes, nil for a filter without shapes. Of a shape of cells
// finer ones stand for the cell that they lie in. It fails with [fault.Invalid]
// for shapes that need too many cells.
func (f Filter) WholeCells(res int) ([]hexgrid.Range, error) {
	var out []hexgrid.Range
	for i, shape := range f.shapes() {
		ranges, err := shape.wholeCells(res)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The shape is too large for cells this fine.")
		}
		if i > 0 {
			ranges = common(out, ranges)
		}
		out = ranges
	}
	return out, nil
}

// CommonRanges returns what two lists of ranges of cells have in common; nil for a
// list is everything.
func CommonRanges(a, b []hexgrid.Range) []hexgrid.Range {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return common(a, b)
}

func (s *Shape) wholeCells(res int) ([]hexgrid.Range, error) {
	var g orb.Geometry = s.geometry
	switch {
	case s.cells:
		out := make([]hexgrid.Range, 0, len(s.cover.Inside))
		for _, r := range s.cover.Inside {
			lo, _ := hexgrid.Cell(r.Lo).Parent(res).Range()
			_, hi := hexgrid.Cell(r.Hi).Parent(res).Range()
			if last := len(out) - 1; last >= 0 && lo <= out[last].Hi {
				out[last].Hi = max(hi, out[last].Hi)
				continue
			}
			out = append(out, hexgrid.Range{Lo: lo, Hi: hi})
		}
		return out, nil
	case s.metres > 0 && len(s.geometry) == 1 && len(s.geometry[0][0]) > 90: // no box
		g = ringRound(s.centre, s.metres)
	}
	cells, err := hexgrid.Fill(g, res)
	return hexgrid.Ranges(cells), err
}
