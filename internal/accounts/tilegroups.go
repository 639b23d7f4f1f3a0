package accounts

import (
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// groupResolution is the resolution whose cells make the groups of a zoom.
func groupResolution(z uint8) int {
	return min(hexgrid.ResolutionForGroups(float64(z)), hexgrid.StorageResolution)
}

// tileGroup is the accounts of one cell.
type tileGroup struct {
	cell                 hexgrid.Cell
	count                int
	customers, prospects int
	only                 hexgrid.Range // with count 1: where its site is stored
	lon, lat             float64       // sums of distances from the cell's centre, weighted
	point                orb.Point     // where it is drawn
}

// countOf is how many accounts groups have together.
func countOf(groups []tileGroup) (n int) {
	for _, g := range groups {
		n += g.count
	}
	return n
}

// finer is how many resolutions below a group its middle is reckoned.
const finer = 2

// groups returns the groups of a resolution that are drawn in this tile, by
// cell. Each account of a group counts at one of its sites.
func (b *tileBuilder) groups(f Filter, res int) ([]tileGroup, error) {
	ranges, err := b.ranges(res, b.marginOf(res))
	if err != nil {
		return nil, err
	}
	if res <= finestCounted && f.bySums() {
		return b.groupsBySums(f, ranges, res)
	}
	q := b.statement()
	fineAnd, fineOr := hexgrid.ParentMasks(min(res+finer, hexgrid.StorageResolution))
	// The index alone answers this, unless the filter has a shape.
	rows, err := q.query(b.ctx, b.tx, `
		with placed as not materialized (`+f.PlacedInCells(q, ranges, res)+`)
		select region, (cell & `+q.Arg(fineAnd)+`::bigint) | `+q.Arg(fineOr)+`::bigint as fine, count(*),
		  count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect'), min(cell)
		from placed group by 1, 2 order by 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	var (
		out                    []tileGroup
		cell, fine, only       hexgrid.Cell
		n, customers, prospect int
		centre                 orb.Point
	)
	_, err = pgx.ForEachRow(rows, []any{&cell, &fine, &n, &customers, &prospect, &only}, func() error {
		if len(out) == 0 || out[len(out)-1].cell != cell {
			var err error
			if centre, err = hexgrid.Centre(cell); err != nil {
				return err
			}
			out = append(out, tileGroup{cell: cell, only: hexgrid.Range{Lo: int64(only), Hi: int64(only)}, point: centre})
		}
		at, err := hexgrid.Centre(fine)
		if err != nil {
			return err
		}
		g := &out[len(out)-1]
		g.count, g.customers, g.prospects = g.count+n, g.customers+customers, g.prospects+prospect
		g.lon += float64(n) * math.Remainder(at[0]-centre[0], 360)
		g.lat += float64(n) * (at[1] - centre[1])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	in := out[:0]
	for _, g := range out {
		g.point = orb.Point{wrap(g.point[0] + g.lon/float64(g.count)), g.point[1] + g.lat/float64(g.count)}
		// A site alone is drawn where it is.
		if g.count == 1 || tiles.At(g.point, int(b.tile.Z)) == b.tile {
			in = append(in, g)
		}
	}
	return in, nil
}

// groupsBySums is groups from the sums that are kept. A group is drawn in the
// middle of all accounts of its cell, also of those that the filter leaves out.
func (b *tileBuilder) groupsBySums(f Filter, ranges []hexgrid.Range, res int) ([]tileGroup, error) {
	q := b.statement()
	andMask, orMask := hexgrid.ParentMasks(res)
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	rows, err := q.query(b.ctx, b.tx, `
		select region, sum(n)::bigint, sum(customers)::bigint, sum(prospects)::bigint, sum(every)::bigint, sum(west)::bigint, sum(lon)::float8, sum(lat)::float8
		from (
		  select (cell & `+and+`) | `+or+` as region, n, customers, prospects, every, west, lon, lat from (`+f.sumsInCells(q, ranges, res)+`) summed
		  union all
		  select o.region, 1, case o.status when 'customer' then 1 else 0 end, case o.status when 'prospect' then 1 else 0 end, 0, 0, 0, 0
		  from (`+f.furtherInCells(q, ranges, res)+`) o
		) one group by 1 having sum(n) > 0 order by 1`)
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	groups, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g tileGroup, err error) {
		var every, west int64
		if err := row.Scan(&g.cell, &g.count, &g.customers, &g.prospects, &every, &west, &g.lon, &g.lat); err != nil {
			return g, err
		}
		g.only.Lo, g.only.Hi = g.cell.Range()
		if g.point, err = hexgrid.Centre(g.cell); err != nil || every == 0 {
			return g, err
		}
		if math.Abs(g.point[0]) > 90 { // near the 180th meridian, where degrees jump
			g.lon += 360e6 * float64(west)
		}
		g.point = orb.Point{wrap(g.lon / 1e6 / float64(every)), g.lat / 1e6 / float64(every)}
		return g, nil
	})
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	return slices.DeleteFunc(groups, func(g tileGroup) bool {
		return g.count > 1 && tiles.At(g.point, int(b.tile.Z)) != b.tile
	}), nil
}

// writeGroups writes groups, and those of one account as that account's site.
func (b *tileBuilder) writeGroups(l *tiles.Layer, f Filter, groups []tileGroup, res int) error {
	var alone []hexgrid.Range
	for _, g := range groups {
		if g.count == 1 {
			alone = append(alone, g.only)
		}
	}
	if len(alone) > 0 {
		named := b.names
		b.names = false
		// Sites of one account may share a cell; the first one is drawn. A site
		// belongs to the tile that it lies in.
		sites, err := b.sites(func(q *Statement) string { return f.SitesInCells(q, alone, tileColumns) }, 1<<30)
		if err != nil {
			return err
		}
		b.names = named
		if err := b.carry(sites); err != nil {
			return err
		}
		drawn := make(map[hexgrid.Cell]bool, len(sites))
		w := newSiteWriter(l, b.fields)
		for _, s := range sites {
			cell := s.cell.Parent(res)
			if !drawn[cell] {
				drawn[cell] = true
				if tiles.At(s.point, int(b.tile.Z)) == b.tile {
					w.write(s, false)
				}
			}
		}
	}
	writeCounts(l, groups)
	return nil
}

// writeCounts writes groups of more than one account.
func writeCounts(l *tiles.Layer, groups []tileGroup) {
	count, customers, prospects := l.Key("count"), l.Key("customers"), l.Key("prospects")
	for _, g := range groups {
		if g.count > 1 && l.Point(0, g.point) {
			l.Int(count, int64(g.count))
			l.Int(customers, int64(g.customers))
			l.Int(prospects, int64(g.prospects))
		}
	}
}
